//! Any bytes as what a container holds: the body of a Word or OpenDocument file, what draws a page of a PDF, an entry of an archive.
//!
//! Bytes as they come are seldom an archive, so that `document` stays outside of them. The first byte chooses the container.
#![no_main]

#[path = "../../tests/worst/mod.rs"]
#[allow(dead_code)]
mod worst;

use std::path::Path;

use coroner::source::{self, Limits, Name};
use coroner::validate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let (file, of) = worst::CONTAINERS[usize::from(*first) % worst::CONTAINERS.len()];
    let name = Name { id: "id", source: "source", path: Some(Path::new(file)), limits: Limits::default(), mappings: &[] };
    source::read_bytes(of(bytes), &name, |read| {
        if let Ok(document) = read
            && let Err(broken) = validate::document(&document)
        {
            panic!("{broken}");
        }
    });
});
