//! Where the readers of formats put the documents of a file, one by one.

use std::collections::HashMap;

use super::archive::Unpacked;
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
    is_empty: bool,
}

impl<'a> Out<'a> {
    /// Hands every document on to `each`.
    pub fn new(each: &'a mut dyn FnMut(Result<Document, Skipped>)) -> Out<'a> {
        Out { each, ids: HashMap::new(), notes: Vec::new(), unpacked: Unpacked::default(), is_empty: true }
    }

    /// Whether nothing was given so far, neither a document nor why there is none.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Notes what holds for the documents to come: `decoded from windows-1252`.
    pub fn note(&mut self, notes: Vec<String>) {
        self.notes = notes;
    }

    /// Takes a document; the second of an id gets `-2` behind it, the third `-3`.
    pub fn document(&mut self, mut document: Document) {
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
        self.is_empty = false;
        (self.each)(Ok(document));
    }

    /// Takes note of a part that gives no document: `incidents.jsonl:12`, and why.
    pub fn skip(&mut self, source: &str, why: Skip) {
        self.is_empty = false;
        (self.each)(Err(Skipped { source: source.to_owned(), why }));
    }
}

#[cfg(test)]
mod tests {
    use super::super::from_text;
    use super::*;

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
