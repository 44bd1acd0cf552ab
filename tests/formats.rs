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
    record.retain(|field, _| field != "confidence");
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
