//! Each format that is read: what a file of it becomes, as documents and as records, held as golden files.
//!
//! The fixtures are ours, and the incidents in them are invented.

use std::path::{Path, PathBuf};

use coroner::document::Document;
use coroner::extract;
use coroner::source::{self, Limits, Skipped};
use serde_json::{Value, json};

fn fixtures() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir("tests/fixtures/formats").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Vec<Result<Document, Skipped>> {
    let mut all = Vec::new();
    source::read_documents(path, &path.file_name().unwrap().to_string_lossy(), Limits::default(), |read| {
        all.push(read)
    });
    all
}

/// What a reader of the golden file needs to see: the text, how it is cut, and what the record says of it.
fn told(read: Result<Document, Skipped>) -> Value {
    let document = match read {
        Ok(document) => document,
        Err(skipped) => return json!({ "skipped": skipped.to_string() }),
    };
    coroner::validate::extraction(&document).unwrap();
    let mut record = serde_json::to_value(extract::extract(&document)).unwrap();
    let evidence = record["evidence"].as_object_mut().unwrap();
    for (_, quote) in evidence.iter_mut() {
        *quote = quote["quote"].clone();
    }
    let record = record.as_object_mut().unwrap();
    // What is blank, and how sure the rest is, would change with every model.
    record.retain(|field, value| {
        field != "confidence" && !value.is_null() && value != &json!("unknown") && value != &json!([])
    });
    let blocks: Vec<String> =
        document.blocks.iter().map(|block| format!("{:?}: {}", block.kind, block.span.of(&document.text))).collect();
    json!({ "format": document.format, "blocks": blocks, "record": record })
}

#[test]
fn each_fixture_gives_its_golden_documents_and_records() {
    for path in fixtures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let all: Vec<Value> = read(&path).into_iter().map(told).collect();
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "golden/formats" }, {
            insta::assert_json_snapshot!(name, all);
        });
    }
}

/// One incident as a status page tells it, in each format that can carry it.
mod one_incident {
    use super::*;
    use coroner::record::{CORE_FIELDS, FIELDS, Record};
    use coroner::source::Name;

    const TITLE: &str = "Refunds failing";

    /// State, words, and the time as the page and as the data write it.
    type Update = (&'static str, &'static str, &'static str, &'static str);

    const UPDATES: [Update; 3] = [
        (
            "Resolved",
            "Refunds are working normally. The cause was a wrong entry in the routing configuration, which came with the release of \
             this morning.",
            "Apr 22, 2025 - 12:30 UTC",
            "2025-04-22T12:30:00Z",
        ),
        (
            "Identified",
            "Refunds have been failing since 10:15 UTC. An alert on the rejection rate paged our on-call engineer at 10:22 UTC.",
            "Apr 22, 2025 - 11:20 UTC",
            "2025-04-22T11:20:00Z",
        ),
        (
            "Investigating",
            "Refunds in two currencies are currently being rejected. We are investigating.",
            "Apr 22, 2025 - 10:41 UTC",
            "2025-04-22T10:41:00Z",
        ),
    ];

    fn formats() -> Vec<(&'static str, String)> {
        let each = |update: &dyn Fn(&Update) -> String| UPDATES.iter().map(update).collect::<String>();
        let small = |page: &str| page.replace(", 2025 -", ",");
        let entry = each(&|(state, words, page, _)| {
            format!("<p><small>{}</small><br><strong>{state}</strong> - {words}</p>", small(page))
        });
        let escaped = entry.replace('<', "&lt;").replace('>', "&gt;");
        let updates: Vec<Value> = UPDATES
            .iter()
            .map(|(state, words, _, time)| json!({"status": state.to_lowercase(), "body": words, "display_at": time}))
            .collect();
        let incident = json!({
            "id": "r1", "name": TITLE, "status": "resolved", "impact": "none", "created_at": UPDATES[2].3,
            "started_at": UPDATES[2].3, "resolved_at": UPDATES[0].3, "incident_updates": updates,
        });
        vec![
            ("a.txt", format!("{TITLE}\n\n{}", each(&|(state, words, page, _)| format!("{state}\n{words}\nPosted {page}\n\n")))),
            ("a.md", format!("# {TITLE}\n\n{}", each(&|(state, words, page, _)| format!("**{state}**\n{words}\n\nPosted {page}\n\n")))),
            (
                "a.html",
                format!(
                    "<!doctype html><title>x</title><h1>{TITLE}</h1>{}",
                    each(&|(state, words, page, _)| format!("<div><p><b>{state}</b><br>{words}</p><small>Posted {page}</small></div>"))
                ),
            ),
            ("a.json", json!({"page": {"name": "Larkspur"}, "incidents": [incident]}).to_string()),
            (
                "a.atom",
                format!(
                    "<feed><entry><id>r1</id><title>{TITLE}</title><updated>{}</updated><content type=\"html\">{escaped}</content></entry></feed>",
                    UPDATES[0].3
                ),
            ),
            (
                "a.rss",
                format!(
                    "<rss><channel><item><title>{TITLE}</title><pubDate>Tue, 22 Apr 2025 12:30:00 +0000</pubDate>\
                     <description><![CDATA[{entry}]]></description></item></channel></rss>"
                ),
            ),
            ("a.jsonl", json!({"id": "r1", "text": format!("{TITLE}\n\n{}", each(&|(state, words, page, _)| format!("{state}\n{words}\nPosted {page}\n\n")))}).to_string()),
        ]
    }

    fn core(record: &Record) -> Vec<(String, String)> {
        let cells = FIELDS.iter().zip(record.cells());
        let core = cells.filter(|(field, _)| CORE_FIELDS.contains(&field.name) || field.name == "title");
        core.map(|(field, cell)| (field.name.to_owned(), format!("{cell:?}"))).collect()
    }

    #[test]
    fn gives_the_same_record_in_every_format() {
        let mut first = None;
        for (file, text) in formats() {
            let name =
                Name { id: file, source: file, path: Some(Path::new(file)), limits: Limits::default(), mappings: &[] };
            let mut records = Vec::new();
            source::read_bytes(text.into_bytes(), &name, |read| records.push(extract::extract(&read.unwrap())));
            assert_eq!(records.len(), 1, "{file}");
            let core = core(&records[0]);
            assert!(records[0].started_at.is_some() && records[0].resolved_at.is_some(), "{file}: {core:?}");
            assert_eq!(*first.get_or_insert_with(|| core.clone()), core, "{file}");
        }
    }
}

/// docs/formats.md is held to the fixtures.
#[test]
fn each_format_of_the_docs_has_its_fixture() {
    let docs = std::fs::read_to_string("docs/formats.md").unwrap();
    let rows = docs.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 6);
    let mut count = 0;
    for row in rows.skip(2) {
        let cell = row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap();
        let examples: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!examples.is_empty(), "no example: {row}");
        for example in examples {
            assert!(Path::new("tests/fixtures/formats").join(example).is_file(), "no fixture: {example}");
        }
        count += 1;
    }
    assert!(count > 20, "only {count} rows of the table were found");
}

/// Each format with a fixture, by what its documents are made of: the fixture cut short, changed and put under other names.
mod any_input {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use coroner::source::Name;

    /// Cases of a test run; `PROPTEST_CASES` asks for more.
    fn config() -> ProptestConfig {
        let asked = std::env::var_os("PROPTEST_CASES").is_some();
        let few = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) };
        if asked { ProptestConfig { failure_persistence: None, ..ProptestConfig::default() } } else { few }
    }

    /// Reads `bytes` as a file called `file`; what is read must keep the promises, and what is not must say why.
    fn check(bytes: Vec<u8>, file: &str) -> usize {
        let name =
            Name { id: file, source: file, path: Some(Path::new(file)), limits: Limits::default(), mappings: &[] };
        let (mut count, mut ids) = (0, std::collections::HashSet::new());
        source::read_bytes(bytes, &name, |read| {
            count += 1;
            match read {
                Ok(document) => {
                    coroner::validate::extraction(&document).unwrap();
                    assert!(ids.insert(document.id.clone()), "{} twice", document.id);
                }
                Err(skipped) => assert!(skipped.to_string().len() > 20, "{skipped}"),
            }
        });
        count
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn a_file_that_was_cut_or_changed_gives_documents_or_a_reason(
            which in any::<Index>(), other in any::<Index>(), cut in any::<Index>(), place in any::<Index>(),
            piece in "[\\[\\]{}\",:<>&;#\n\\-0-9a-z]{0,12}",
        ) {
            let files = fixtures();
            let mut bytes = std::fs::read(which.get(&files)).unwrap();
            bytes.truncate(cut.index(bytes.len() + 1));
            let at = place.index(bytes.len() + 1);
            bytes.splice(at..at, piece.bytes());
            // A wrong extension must not matter but for the reason.
            let file = other.get(&files).file_name().unwrap().to_string_lossy().into_owned();
            prop_assert!(check(bytes, &file) > 0);
        }
    }

    #[test]
    fn the_worst_of_each_format_ends_in_a_reason_or_its_documents() {
        let nested = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
        // Longer than the limit of an item, shorter than that of a file.
        let long =
            |open: &str, middle: &str, close: &str| format!("{open}{}{close}", middle.repeat((3 << 20) / middle.len()));
        let cut = "a part of ";
        for (file, text, says) in [
            ("a.json", String::new(), "empty"),
            ("a.json", "{".to_owned(), "not JSON"),
            ("a.json", "[]".to_owned(), "without a list of objects"),
            ("a.json", "[1, 2]".to_owned(), "no form that is known"),
            ("a.json", nested("[", "]"), "recursion limit"),
            ("a.json", nested("{\"incidents\":[", "]}"), "recursion limit"),
            ("a.json", long("[", "1,", "1]"), "no form that is known"),
            ("a.json", long("{\"x\":[", "{},", "{}]}"), "an item of more than"),
            ("a.json", long("[{\"incident_updates\":[", "{},", "{}]}]"), "an item of more than"),
            ("a.json", "[{\"incident_updates\": [], \"name\": \"x\"}, {".to_owned(), cut),
            ("a.json", "not json at all".to_owned(), ""),
            ("a.jsonl", long("{\"id\":\"", "x", "\"}"), "missing field `text`"),
            ("a.jsonl", nested("{\"a\":", "}"), "expected value"),
            ("a.xml", "<project><name>x</name></project>".to_owned(), "neither an RSS nor an Atom feed"),
            ("a.xml", "<feed></feed>".to_owned(), "a feed without entries"),
            ("a.xml", format!("<feed>{}", nested("<entry>", "</entry>")), "empty"),
            ("a.atom", long("<feed><entry><title>", "<", ""), "ends after 0 entries"),
            ("a.csv", "a,b\n1,2\n".to_owned(), "no mapping knows: `a`, `b`"),
            ("a.csv", "incident_number,created_on,resolved_on\n".to_owned(), "empty"),
            ("a.csv", long("", ",", ""), "empty"),
        ] {
            let mut told = Vec::new();
            let name =
                Name { id: file, source: file, path: Some(Path::new(file)), limits: Limits::default(), mappings: &[] };
            source::read_bytes(text.clone().into_bytes(), &name, |read| {
                told.push(read.map_or_else(|skipped| skipped.to_string(), |document| document.id));
            });
            let is_told = told.iter().any(|told| told.contains(says));
            assert!(is_told, "{file} {:.40}: {says:?} is not in {:?}", text, &told[..told.len().min(3)]);
        }
    }
}
