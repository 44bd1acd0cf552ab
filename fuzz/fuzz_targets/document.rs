//! Any bytes, under each kind of file name, to documents and their records: no panic, and every stage keeps its promises.
//!
//! The first byte chooses the name, so that one corpus serves all formats.
#![no_main]

use std::path::Path;

use coroner::source::{self, Limits, Name};
use coroner::validate;
use libfuzzer_sys::fuzz_target;

const NAMES: &[Option<&str>] = &[
    None,
    Some("a.md"),
    Some("a.txt"),
    Some("a.html"),
    Some("mail.eml"),
    Some("no-extension"),
    Some("a.json"),
    Some("a.jsonl"),
    Some("a.rss"),
    Some("a.csv"),
    Some("a.rst"),
    Some("a.adoc"),
    Some("a.mediawiki"),
    Some("a.org"),
    Some("a.ipynb"),
    Some("a.mdx"),
    Some("a.rtf"),
];

/// Compiles the lexicons before the clock of the first input runs: they take seconds under a sanitizer.
fn warm_up() {
    if let Ok(document) = source::from_text("It failed at 10:00.".to_owned(), "id", "source", None) {
        let _ = validate::extraction(&document);
    }
}

fuzz_target!(init: warm_up(), |bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let path = NAMES[usize::from(*first) % NAMES.len()];
    let path = path.map(Path::new);
    let name = Name { id: "id", source: "source", path, limits: Limits::default(), mappings: &[] };
    source::read_bytes(bytes.to_vec(), &name, |read| {
        if let Ok(document) = read
            && let Err(broken) = validate::extraction(&document)
        {
            panic!("{broken}");
        }
    });
});
