//! Any bytes, under each kind of file name, to a document and its record: no panic, and every stage keeps its promises.
//!
//! The first byte chooses the name, so that one corpus serves all formats.
#![no_main]

use std::path::Path;

use coroner::{source, validate};
use libfuzzer_sys::fuzz_target;

const NAMES: &[Option<&str>] =
    &[None, Some("a.md"), Some("a.txt"), Some("a.html"), Some("mail.eml"), Some("no-extension")];

/// Compiles the lexicons before the clock of the first input runs: they take seconds under a sanitizer.
fn warm_up() {
    if let Ok(document) = source::from_text("It failed at 10:00.".to_owned(), "id", "source", None) {
        let _ = validate::extraction(&document);
    }
}

fuzz_target!(init: warm_up(), |bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let path = NAMES[usize::from(*first) % NAMES.len()];
    let Ok(document) = source::from_bytes(bytes.to_vec(), "id", "source", path.map(Path::new)) else { return };
    if let Err(broken) = validate::extraction(&document) {
        panic!("{broken}");
    }
});
