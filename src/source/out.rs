//! Where the readers of formats put the documents of a file, one by one.

use std::collections::HashMap;

use super::archive::Unpacked;
use super::limits::DOCUMENTS;
use super::{Skip, Skipped};
use crate::document::Document;

/// Takes the documents of one file as they are read, and lets none have the id of another.
pub struct Out<'a> {
    each: &'a mut dyn FnMut(Result<Document, Skipped>),
    /// How often each id was given.
    ids: HashMap<String, usize>,
    /// What was decided or repaired for the file as a whole.
    notes: Vec<String>,
    /// What was unpacked of the archives in the file.
    pub(super) unpacked: Unpacked,
    /// Documents given, and parts that gave none.
    count: usize,
}

impl<'a> Out<'a> {
    /// Hands every document on to `each`.
    pub fn new(each: &'a mut dyn FnMut(Result<Document, Skipped>)) -> Out<'a> {
        Out { each, ids: HashMap::new(), notes: Vec::new(), unpacked: Unpacked::default(), count: 0 }
    }

    /// Whether nothing was given so far, neither a document nor why there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether nothing more is taken: a reader may stop.
    pub fn is_full(&self) -> bool {
        self.count > DOCUMENTS
    }

    /// Counts one more; the one beyond the limit says so, and those after it are dropped.
    fn takes(&mut self, source: &str) -> bool {
        self.count += 1;
        if self.count == DOCUMENTS + 1 {
            (self.each)(Err(Skipped { source: source.to_owned(), why: Skip::TooMany(DOCUMENTS) }));
        }
        self.count <= DOCUMENTS
    }

    /// Notes what holds for the documents to come: `decoded from windows-1252`.
    pub fn note(&mut self, notes: Vec<String>) {
        self.notes = notes;
    }

    /// Takes a document; the second of an id gets `-2` behind it, the third `-3`.
    pub fn document(&mut self, mut document: Document) {
        if !self.takes(&document.source) {
            return;
        }
        let base = document.id.clone();
        loop {
            let count = self.ids.entry(base.clone()).or_default();
            *count += 1;
            if *count > 1 {
                document.id = format!("{base}-{count}");
            }
            if document.id == base || !self.ids.contains_key(&document.id) {
                break;
            }
        }
        if document.id != base {
            self.ids.insert(document.id.clone(), 1);
        }
        document.notes.splice(0..0, self.notes.iter().cloned());
        (self.each)(Ok(document));
    }

    /// Takes note of a part that gives no document: `incidents.jsonl:12`, and why.
    pub fn skip(&mut self, source: &str, why: Skip) {
        if !self.takes(source) {
            return;
        }
        (self.each)(Err(Skipped { source: source.to_owned(), why }));
    }
}

#[cfg(test)]
mod tests {
    use super::super::from_text;
    use super::*;

    #[test]
    fn a_file_gives_so_many_documents_and_says_that_there_are_more() {
        let mut told = Vec::new();
        let mut each = |read: Result<Document, Skipped>| told.push(read.unwrap_err().to_string());
        let mut out = Out::new(&mut each);
        (0..DOCUMENTS + 5).for_each(|_| out.skip("a", Skip::Empty));
        assert!(out.is_full());
        assert_eq!(told.len(), DOCUMENTS + 1);
        assert!(told[DOCUMENTS].starts_with("skipped a: more than 50000 documents"), "{}", told[DOCUMENTS]);
    }

    #[test]
    fn no_two_documents_of_a_file_have_one_id() {
        let mut ids = Vec::new();
        let mut each = |read: Result<Document, Skipped>| ids.push(read.unwrap().id);
        let mut out = Out::new(&mut each);
        for id in ["a#x", "a#x", "a#x-3", "a#y", "a#x"] {
            out.document(from_text("It failed.".to_owned(), id, "a", None).unwrap());
        }
        assert_eq!(ids, ["a#x", "a#x-2", "a#x-3", "a#y", "a#x-4"]);
    }
}
