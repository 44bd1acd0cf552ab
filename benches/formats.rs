//! What reading costs, format by format: a file to its documents, beside the bare parse of the same bytes by the crate that knows the
//! format, and beside extraction of the same documents.
//!
//! `cargo bench --bench formats --no-default-features` makes a file of each format from the fixtures in `tests/fixtures/formats`, their
//! body many times over. The three run in turn, round by round, so that what else the machine does slows all of them; ratios
//! are medians over the rounds, rates those of the best round. MB are 10^6 bytes of the text of the documents, as files of
//! one text differ in size a hundredfold. `read/parse` above 1 is what cutting and checking adds to the crate's own work, and
//! `read/extract` below 1 says that reading costs less than extraction. Parts of file names after `--` choose among the rows: `-- pdf docx`.

use std::hint::black_box;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use coroner::document::Document;
use coroner::extract::extract;
use coroner::source::{self, Limits, Name};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer};
use quick_xml::events::Event;

/// Rounds go on for so long, and there are at least [`FEWEST`].
const TIME: Duration = Duration::from_secs(2);
const FEWEST: usize = 5;
/// How often a body stands in its file.
const TIMES: usize = 100;

/// A file, and what its crate alone makes of the bytes: a number, so that no work is left out.
struct Case {
    file: &'static str,
    bytes: Vec<u8>,
    parse: fn(&[u8]) -> usize,
}

fn main() {
    println!(
        "{:<26} {:>8} {:>8} {:>9} {:>9} {:>10} {:>11} {:>13}",
        "file", "file kB", "text kB", "read MB/s", "parse", "extract", "read/parse", "read/extract"
    );
    let chosen: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    for case in cases() {
        if chosen.is_empty() || chosen.iter().any(|part| case.file.contains(part.as_str())) {
            compare(&case);
        }
    }
}

fn documents(case: &Case) -> Vec<Document> {
    let limits = Limits { max_bytes: 1 << 30 };
    let name = Name { id: case.file, source: case.file, path: Some(Path::new(case.file)), limits, mappings: &[] };
    let mut documents = Vec::new();
    source::read_bytes(case.bytes.clone(), &name, |read| documents.extend(read));
    documents
}

fn compare(case: &Case) {
    let time = |work: &dyn Fn() -> usize| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    let all = documents(case);
    let text: usize = all.iter().map(|document| document.text.len()).sum();
    assert!(text > 0, "{} gives no document", case.file);
    let began = Instant::now();
    let mut rounds: Vec<[f64; 3]> = Vec::new();
    while rounds.len() < FEWEST || began.elapsed() < TIME {
        rounds.push([
            time(&|| documents(case).len()),
            time(&|| (case.parse)(black_box(&case.bytes))),
            time(&|| all.iter().map(|document| extract(document).evidence.len()).sum()),
        ]);
    }
    let rate = |of: usize| text as f64 / 1e6 / rounds.iter().map(|round| round[of]).fold(f64::MAX, f64::min);
    let ratio = |of: usize| {
        let mut ratios: Vec<f64> = rounds.iter().map(|round| round[0] / round[of]).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    };
    println!(
        "{:<26} {:>8.0} {:>8.0} {:>9.1} {:>9.1} {:>10.1} {:>11.2} {:>13.3}",
        case.file,
        case.bytes.len() as f64 / 1e3,
        text as f64 / 1e3,
        rate(0),
        rate(1),
        rate(2),
        ratio(1),
        ratio(2)
    );
}

fn fixture(file: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(file);
    std::fs::read(path).expect("the fixture is there")
}

/// The fixture with what stands between two marks many times over.
fn repeated(file: &str, from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(fixture(file)).expect("the fixture is UTF-8");
    times(&text, from, to).into_bytes()
}

fn times(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).expect("the mark is in the fixture");
    let end = if to.is_empty() { text.len() } else { text.rfind(to).expect("the mark is in the fixture") };
    format!("{}{}{}", &text[..start], text[start..end].repeat(TIMES), &text[end..])
}

/// The archive with one of its parts made longer.
fn rezipped(file: &str, part: &str, from: &str, to: &str) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(fixture(file))).expect("the fixture is an archive");
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut entry = old.by_index(at).expect("the entry is there");
        let name = entry.name().expect("the entry has a name").into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("the entry is sound");
        if name == part {
            content = times(&String::from_utf8(content).expect("XML is UTF-8"), from, to).into_bytes();
        }
        let method = if name == "mimetype" { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        new.start_file(name, zip::write::SimpleFileOptions::default().compression_method(method))
            .expect("memory is there");
        new.write_all(&content).expect("memory is there");
    }
    new.finish().expect("memory is there").into_inner()
}

/// The fixture with its page many times over.
fn pages() -> Vec<u8> {
    let mut document = lopdf::Document::load_mem(&fixture("incident.pdf")).expect("the fixture is a PDF");
    let root = document.catalog().and_then(|catalog| catalog.get(b"Pages")).and_then(lopdf::Object::as_reference);
    let root = root.expect("a PDF has pages");
    let pages = document.get_dictionary_mut(root).expect("a PDF has pages");
    let kids = pages.get(b"Kids").and_then(lopdf::Object::as_array).expect("pages have a list");
    let kids: Vec<_> = std::iter::repeat_n(kids.clone(), TIMES).flatten().collect();
    // Each an object of its own, as nobody reads more pages than there are objects.
    let kids: Vec<lopdf::Object> = kids
        .into_iter()
        .map(|kid| {
            let page = kid.as_reference().and_then(|id| document.get_object(id)).expect("a page is an object").clone();
            document.add_object(page).into()
        })
        .collect();
    let pages = document.get_dictionary_mut(root).expect("a PDF has pages");
    pages.set("Count", kids.len() as i64);
    pages.set("Kids", kids);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("memory is there");
    bytes
}

fn cases() -> Vec<Case> {
    let case = |file, bytes, parse| Case { file, bytes, parse };
    let text = |file, from| case(file, repeated(file, from, ""), lines as fn(&[u8]) -> usize);
    let markdown = repeated("incident.md", "## Summary", "");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&markdown).expect("memory is there");
    vec![
        text("incident.txt", "Summary"),
        text("incident.md", "## Summary"),
        text("incident.rst", "Summary"),
        text("incident.adoc", "== Summary"),
        text("incident.mediawiki", "== Summary"),
        text("incident.org", "** Summary"),
        case("incident.html", repeated("incident.html", "<h2>Summary", "</main>"), tokens),
        case(
            "incident.ipynb",
            repeated("incident.ipynb", "  {\n   \"cell_type\": \"code\"", "  {\n   \"cell_type\": \"markdown\""),
            json,
        ),
        case("incident-statuspage.json", fixture("incident-statuspage.json"), json),
        case("incident.docx", rezipped("incident.docx", "word/document.xml", "<w:p>", "<w:sectPr"), |bytes| {
            xml(bytes, "word/document.xml")
        }),
        case("incident.odt", rezipped("incident.odt", "content.xml", "<text:h", "</office:text>"), |bytes| {
            xml(bytes, "content.xml")
        }),
        case("incident.pdf", pages(), |bytes| {
            lopdf::Document::load_mem(bytes).map_or(0, |document| document.objects.len())
        }),
        case("incident.rtf", repeated("incident.rtf", "\\pard\\s2 Summary", "}"), lines),
        case("incident.eml", fixture("incident.eml"), mail),
        case("incident.md.gz", packed.finish().expect("memory is there"), |bytes| {
            std::io::copy(&mut flate2::read::GzDecoder::new(bytes), &mut std::io::sink()).expect("it was packed above")
                as usize
        }),
        case("incident.md.zst", zstd::encode_all(&markdown[..], 3).expect("memory is there"), |bytes| {
            zstd::decode_all(bytes).map_or(0, |bytes| bytes.len())
        }),
    ]
}

/// Text has no crate: whether it is UTF-8, and its lines.
fn lines(bytes: &[u8]) -> usize {
    std::str::from_utf8(bytes).map_or(0, |text| text.lines().count())
}

fn json(bytes: &[u8]) -> usize {
    serde_json::from_slice::<serde_json::Value>(bytes).map_or(0, |value| value.as_object().map_or(0, |map| map.len()))
}

fn mail(bytes: &[u8]) -> usize {
    mail_parser::MessageParser::default().parse(bytes).map_or(0, |message| message.parts.len())
}

/// The events of one part of an archive.
fn xml(bytes: &[u8], part: &str) -> usize {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive of ours");
    let entry = archive.by_name(part).expect("the part is there");
    let mut reader = quick_xml::Reader::from_reader(std::io::BufReader::new(entry));
    let (mut buffer, mut count) = (Vec::new(), 0);
    while !matches!(reader.read_event_into(&mut buffer), Ok(Event::Eof) | Err(_)) {
        count += 1;
        buffer.clear();
    }
    count
}

/// Counts tokens.
#[derive(Default)]
struct Counter(std::cell::Cell<usize>);

impl TokenSink for Counter {
    type Handle = ();

    fn process_token(&self, _: Token, _: u64) -> TokenSinkResult<()> {
        self.0.set(self.0.get() + 1);
        TokenSinkResult::Continue
    }
}

fn tokens(bytes: &[u8]) -> usize {
    let tokenizer = Tokenizer::new(Counter::default(), Default::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(std::str::from_utf8(bytes).unwrap_or_default()));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.get()
}
