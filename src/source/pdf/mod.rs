//! PDF with a text layer: lines of text in the order in which they are drawn, headings by their size, rows by their gaps.
//!
//! `lopdf` reads the objects and the encodings of fonts; it is the crate most others stand on. Where text stands on the page
//! ([`layout`]) is worked out here: crates that give finished text lose the sizes, which are all that tells a heading. A
//! page is unpacked by us, as no crate bounds what a stream unpacks to. The work runs on a thread of its own, whose
//! stack is large enough for the parser's recursion and whose panic, should the parser have a defect, costs one file.

mod content;
mod layout;

use std::cell::Cell;
use std::collections::HashMap;
use std::io::Read;
use std::rc::Rc;
use std::sync::Once;

use lopdf::{Dictionary, Document, Object, Stream};

use self::layout::{Font, Pages};
use super::limits::{PDF_BYTES, PDF_PAGE_BYTES, PDF_PAGES, PDF_TABLE_BYTES};
use super::{Page, Skip};
use crate::document::Dropped;

/// Whether the bytes are a PDF.
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// The words of the document and their blocks.
pub fn read(bytes: &[u8]) -> Result<Page, Skip> {
    /// The parser goes a hundred levels deep, each of several frames.
    const STACK: usize = 32 << 20;
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let other = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // A panic of the parser is told as the reason why the file was skipped.
            if !QUIET.get() {
                other(info);
            }
        }));
    });
    std::thread::scope(|scope| {
        let work = move || {
            QUIET.set(true);
            pages(bytes)
        };
        let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let reader = reader.map_err(|why| Skip::Unreadable(why.to_string()))?;
        reader.join().unwrap_or_else(|_| Err(damaged("the parser gave up")))
    })
}

fn damaged(why: impl ToString) -> Skip {
    Skip::Damaged { kind: "PDF".to_owned(), why: why.to_string() }
}

fn pages(bytes: &[u8]) -> Result<Page, Skip> {
    check_objects(bytes)?;
    let document = Document::load_mem(bytes).map_err(damaged)?;
    if document.is_encrypted() {
        return Err(damaged("it is encrypted; print it into a new PDF without a password"));
    }
    let mut pages = Pages::default();
    let (mut unpacked, mut count) = (0, 0);
    let mut dropped = Vec::new();
    let (mut fonts, mut room) = (HashMap::new(), PDF_TABLE_BYTES);
    for id in document.page_iter().take(PDF_PAGES) {
        count += 1;
        let content = content(&document, id)?;
        unpacked += content.len();
        if unpacked > PDF_BYTES {
            return Err(Skip::Bomb(format!("{count} pages take {unpacked} bytes")));
        }
        if content.len() > PDF_PAGE_BYTES {
            dropped.push(Dropped { opens: format!("page {count}"), bytes: content.len(), why: "a drawing".to_owned() });
            continue;
        }
        let of_page = document.get_page_fonts(id).unwrap_or_default();
        pages.page(&content, |name| {
            let font: &Dictionary = of_page.get(name).copied()?;
            let read = || Rc::new(font_of(&document, font, &mut room));
            // The document does not change, so that a dictionary is told by where it lies.
            Some(fonts.entry(std::ptr::from_ref(font)).or_insert_with(read).clone())
        });
    }
    let info = document.trailer.get(b"Info").and_then(|info| document.dereference(info)).map(|(_, info)| info);
    let info = info.and_then(Object::as_dict).ok();
    let text = |key: &[u8]| info.and_then(|info| lopdf::decode_text_string(info.get_deref(key, &document).ok()?).ok());
    let mut page = Page { title: text(b"Title").filter(|title| !title.trim().is_empty()), dropped, ..Page::default() };
    page.meta("author", &text(b"Author").unwrap_or_default());
    for (key, name) in [(&b"CreationDate"[..], "created"), (b"ModDate", "modified")] {
        page.meta(name, &text(key).and_then(|date| rfc3339(&date)).unwrap_or_default());
    }
    let words = pages.finish();
    if words.blocks.is_empty() && words.beyond.is_none() {
        return Err(Skip::NoText(format!(
            "a PDF of {count} pages without a text layer; recognise its text first (OCR)"
        )));
    }
    page.follow(words);
    Ok(page)
}

/// Refuses a file whose compressed objects unpack to too much: the parser unpacks them all at once.
fn check_objects(bytes: &[u8]) -> Result<(), Skip> {
    /// The dictionary of a stream stands before it.
    const DICTIONARY: usize = 1024;
    let mut total = 0;
    for at in memchr::memmem::find_iter(bytes, b"stream") {
        let data = &bytes[at + b"stream".len()..];
        let data = data.strip_prefix(b"\r\n").or(data.strip_prefix(b"\n")).unwrap_or(data);
        // What is packed opens with its method, of which there is one, and a check (RFC 1950, 2.2).
        let is_packed =
            matches!(data, [method, check, ..] if method & 15 == 8 && u16::from_be_bytes([*method, *check]) % 31 == 0);
        if !is_packed {
            continue;
        }
        let dictionary = &bytes[at.saturating_sub(DICTIONARY)..at];
        let dictionary = memchr::memmem::rfind(dictionary, b" obj").map_or(dictionary, |from| &dictionary[from..]);
        let is_read = [&b"ObjStm"[..], b"XRef"].iter().any(|kind| memchr::memmem::find(dictionary, kind).is_some());
        if !is_read || bytes[..at].ends_with(b"end") {
            continue;
        }
        total += inflate(data, PDF_BYTES).map_or(0, |unpacked| unpacked.len());
        if total >= PDF_BYTES {
            return Err(Skip::Bomb(format!("its objects take {total} bytes or more of {}", bytes.len())));
        }
    }
    Ok(())
}

/// What the bytes unpack to, up to `most`, and as far as they are sound.
fn inflate(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut unpacked = Vec::new();
    let _ = flate2::read::ZlibDecoder::new(bytes).take(most as u64).read_to_end(&mut unpacked);
    (!unpacked.is_empty()).then_some(unpacked)
}

/// The streams that draw a page, one after the other.
fn content(document: &Document, page: lopdf::ObjectId) -> Result<Vec<u8>, Skip> {
    let mut content = Vec::new();
    for id in document.get_page_contents(page) {
        if let Ok(stream) = document.get_object(id).and_then(Object::as_stream) {
            content.extend(unpack(stream)?);
            content.push(b'\n');
        }
    }
    Ok(content)
}

/// What the stream unpacks to. Filters that pictures have give nothing.
fn unpack(stream: &Stream) -> Result<Vec<u8>, Skip> {
    /// Of other filters the worst unpacks to a thousand times its size.
    const MOST_PACKED: usize = PDF_BYTES / 1000;
    let mut data = stream.content.clone();
    for filter in stream.filters().unwrap_or_default() {
        let is_bounded = filter == b"ASCII85Decode" || data.len() <= MOST_PACKED;
        data = match filter {
            b"FlateDecode" | b"Fl" => inflate(&data, PDF_BYTES).unwrap_or_default(),
            _ if is_bounded => {
                let one = Dictionary::from_iter([("Filter", Object::Name(filter.to_vec()))]);
                Stream::new(one, data).decompressed_content().unwrap_or_default()
            }
            _ => Vec::new(),
        };
        if data.len() >= PDF_BYTES {
            return Err(Skip::Bomb(format!("a stream takes {} bytes or more", data.len())));
        }
    }
    Ok(data)
}

/// The font with the encoding of its characters, if it is known, and their widths. `room` is what its table may unpack to.
fn font_of<'d>(document: &'d Document, font: &'d Dictionary, room: &mut usize) -> Font<'d> {
    let table = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream);
    let is_sound = table.ok().is_none_or(|table| {
        let size = unpack(table).map_or(usize::MAX, |table| table.len());
        let fits = size <= *room;
        *room -= if fits { size } else { 0 };
        fits
    });
    let encoding = font.get_font_encoding(document).ok().filter(|_| is_sound);
    let number = |object: &Object| object.as_float().ok();
    let array = |font: &'d Dictionary, key: &[u8]| font.get_deref(key, document).and_then(Object::as_array).ok();
    let first = font.get_deref(b"FirstChar", document).and_then(Object::as_i64).unwrap_or_default();
    let mut widths: Vec<(i64, i64, f32)> = Vec::new();
    let listed = array(font, b"Widths").into_iter().flatten();
    widths.extend(
        listed
            .zip(first..=i64::MAX)
            .filter_map(|(width, code)| Some((code, code, number(document.dereference(width).ok()?.1)?))),
    );
    let inner = array(font, b"DescendantFonts").and_then(|fonts| document.dereference(fonts.first()?).ok());
    let inner = inner.and_then(|(_, font)| font.as_dict().ok());
    let is_wide = inner.is_some();
    if let Some(inner) = inner {
        let mut items = array(inner, b"W").into_iter().flatten().peekable();
        while let Some(first) = items.next().and_then(|item| item.as_i64().ok()) {
            match items.next() {
                Some(Object::Array(list)) => {
                    widths.extend(list.iter().filter_map(number).zip(first..=i64::MAX).map(|(w, code)| (code, code, w)))
                }
                Some(last) => {
                    let width = items.next().and_then(number).unwrap_or_default();
                    widths.push((first, last.as_i64().unwrap_or(first), width));
                }
                None => break,
            }
        }
    }
    widths.sort_by_key(|(first, ..)| *first);
    Font { encoding, widths, is_wide }
}

/// `D:20240503100000+02'00'` as `2024-05-03T10:00:00+02:00`.
fn rfc3339(date: &str) -> Option<String> {
    let date = date.strip_prefix("D:").unwrap_or(date);
    let digits = date.bytes().take_while(u8::is_ascii_digit).count();
    if digits < 8 {
        return None;
    }
    let part = |from: usize, to: usize| date.get(from..to).filter(|_| digits >= to);
    let mut text = format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?);
    if let Some((hour, minute)) = part(8, 10).zip(part(10, 12)) {
        text.push_str(&format!("T{hour}:{minute}:{}", part(12, 14).unwrap_or("00")));
        let zone = date[digits..].replace('\'', "");
        match zone.as_bytes() {
            [b'Z', ..] => text.push('Z'),
            [b'+' | b'-', rest @ ..] if rest.len() >= 4 && rest[..4].iter().all(u8::is_ascii_digit) => {
                text.push_str(&format!("{}:{}", &zone[..3], &zone[3..5]));
            }
            _ => {}
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use lopdf::dictionary;

    use super::*;
    use crate::source::office::tests::blocks;

    /// A file of one page a content.
    fn pdf(contents: &[&str]) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let root = document.new_object_id();
        let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" });
        let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
        let kids: Vec<Object> = contents
            .iter()
            .map(|content| {
                let content = document.add_object(Stream::new(Dictionary::new(), content.as_bytes().to_vec()));
                document.add_object(dictionary! { "Type" => "Page", "Parent" => root, "Contents" => content, "Resources" => resources }).into()
            })
            .collect();
        let count = kids.len() as i64;
        document
            .objects
            .insert(root, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }));
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
        document.trailer.set("Root", catalog);
        let info = document.add_object(dictionary! { "Author" => Object::string_literal("Ann"), "CreationDate" => Object::string_literal("D:20240503100000Z") });
        document.trailer.set("Info", info);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn lines_become_headings_paragraphs_and_rows() {
        let page = "BT /F1 20 Tf 50 700 Td (Outage) Tj /F1 10 Tf 0 -30 Td (The data) Tj (base ran out) Tj 0 -12 Td [(of connec) -20 (tions.)] TJ \
                    0 -30 Td (10:00) Tj 100 0 Td (down) Tj -100 -12 Td (10:30) Tj 100 0 Td (up) Tj ET";
        let page = read(&pdf(&[page])).unwrap();
        assert_eq!(
            blocks(&page),
            [
                "meta author: Ann",
                "meta created: 2024-05-03T10:00:00Z",
                "h1 Outage",
                "p The database ran out\nof connections.",
                "tr 10:00\tdown",
                "tr 10:30\tup"
            ]
        );
    }

    #[test]
    fn columns_are_read_one_below_the_other() {
        let left = [
            "Requests failed as the pool of",
            "connections had been emptied by",
            "a report that nobody had asked for",
            "and that nobody stopped. It was",
            "found by an alert on the errors,",
            "which paged our engineer on call",
            "within three minutes. The report",
            "was stopped and the pool filled.",
        ];
        let right = left.map(|line| line.replace("report", "backup"));
        let place = |x: f32, nth: usize, line: &str| format!("1 0 0 1 {x} {} Tm ({line}) Tj ", 700 - 12 * nth);
        let by_line: String = (0..8).map(|nth| place(50.0, nth, left[nth]) + &place(320.0, nth, &right[nth])).collect();
        let by_column: String = (0..8)
            .map(|nth| place(50.0, nth, left[nth]))
            .chain((0..8).map(|nth| place(320.0, nth, &right[nth])))
            .collect();
        let expected = [left.join("\n"), right.join("\n")].map(|column| format!("p {column}"));
        for drawn in [by_line, by_column] {
            let page = read(&pdf(&[&format!("BT /F1 10 Tf {drawn} ET")])).unwrap();
            assert_eq!(blocks(&page)[2..], expected, "{drawn}");
        }
        let rows: String = (0..9).map(|nth| place(50.0, nth, "10:00") + &place(320.0, nth, "down")).collect();
        let page = read(&pdf(&[&format!("BT /F1 10 Tf {rows} ET")])).unwrap();
        assert_eq!(blocks(&page)[2..], ["tr 10:00\tdown"; 9]);
    }

    #[test]
    fn what_stands_on_every_page_is_left_out() {
        let page =
            |nth: usize, text: &str| format!("BT /F1 10 Tf 50 700 Td ({text}) Tj 0 -600 Td (Page {nth} of 3) Tj ET");
        let said = "as all of us saw, and some of us with regret";
        let pages = [
            page(1, &format!("It failed, {said}.")),
            page(2, &format!("It came back, {said}.")),
            page(3, "We are sorry."),
        ];
        let page = read(&pdf(&[&pages[0], &pages[1], &pages[2]])).unwrap();
        assert!(!page.text.contains("of 3") && page.text.contains("We are sorry."), "{}", page.text);
        assert_eq!(page.dropped[0].opens, "Page 1 of 3");
        let alike: Vec<String> = (0..9).map(|at| format!("BT /F1 10 Tf 50 700 Td (Try {at} failed.) Tj ET")).collect();
        let alike: Vec<&str> = alike.iter().map(String::as_str).collect();
        assert_eq!(read(&pdf(&alike)).unwrap().text.matches("failed.").count(), 9);
    }

    #[test]
    fn a_file_without_words_or_in_pieces_says_so() {
        let why = read(&pdf(&["0 0 10 10 re f"])).unwrap_err();
        assert_eq!(why.to_string(), "a PDF of 1 pages without a text layer; recognise its text first (OCR)");
        let whole = pdf(&["BT /F1 10 Tf (x) Tj ET"]);
        for bytes in [&whole[..whole.len() / 2], b"%PDF-1.4", b"%PDF-1.4\nstream stream ObjStm stream"] {
            assert!(matches!(read(bytes), Err(Skip::Damaged { .. } | Skip::NoText(_))), "{:?}", read(bytes));
        }
    }

    #[test]
    fn a_bomb_is_refused_with_its_figures() {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&vec![0; 65 << 20]).unwrap();
        let mut bytes = b"%PDF-1.5\n1 0 obj\n<< /Type /ObjStm >>\nstream\n".to_vec();
        bytes.extend(packed.finish().unwrap());
        assert_eq!(
            read(&bytes).unwrap_err().to_string(),
            format!("unpacks to too much: its objects take 67108864 bytes or more of {}", bytes.len())
        );
    }

    #[test]
    fn dates_are_written_the_common_way() {
        for (date, expected) in [
            ("D:20240503100000+02'00'", Some("2024-05-03T10:00:00+02:00")),
            ("D:20240503100000Z", Some("2024-05-03T10:00:00Z")),
            ("20240503", Some("2024-05-03")),
            ("D:2024", None),
            ("yesterday", None),
        ] {
            assert_eq!(rfc3339(date).as_deref(), expected, "{date}");
        }
    }
}
