//! A bound on the bytes that wait to be indexed.
//!
//! Tantivy's writer queues up to ten thousand documents, whatever their size: with long documents that is the corpus
//! in memory. An [`Entry`] holds a share of a [`Budget`] from the moment it is made until a thread takes it in hand,
//! and making one waits for a share.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tantivy::TantivyDocument;
use tantivy::schema::document::Document;

/// Bytes of text that may wait at a time; one longer document waits alone.
const MAX_BYTES: usize = 32 << 20;

/// The longest wait for a share. It ends in going ahead: if the indexing threads have died, tantivy then says so.
const PATIENCE: Duration = Duration::from_secs(10);

/// The bytes that wait, shared by the entries that hold them.
#[derive(Clone, Default)]
pub struct Budget(Arc<(Mutex<usize>, Condvar)>);

impl Budget {
    /// Waits until `bytes` more may wait, and gives the right to them.
    pub fn take(&self, bytes: usize) -> Share {
        let (held, changed) = &*self.0;
        let is_full = |held: &mut usize| *held > 0 && *held + bytes > MAX_BYTES;
        let waited = changed.wait_timeout_while(lock(held), PATIENCE, is_full);
        let (mut held, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *held += bytes;
        Share { budget: self.clone(), bytes }
    }
}

/// A count is whole whatever happened to the thread that held it.
fn lock(held: &Mutex<usize>) -> MutexGuard<'_, usize> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A part of a budget, given back when it goes.
pub struct Share {
    budget: Budget,
    bytes: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        let (held, changed) = &*self.budget.0;
        *lock(held) -= self.bytes;
        changed.notify_all();
    }
}

/// A document on its way into the index, with the share it holds.
pub struct Entry {
    document: TantivyDocument,
    _share: Share,
}

impl Entry {
    pub fn new(document: TantivyDocument, share: Share) -> Entry {
        Entry { document, _share: share }
    }
}

impl Document for Entry {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        self.document
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn what_fits_is_given_at_once_and_what_does_not_when_a_share_is_given_back() {
        let budget = Budget::default();
        let (_small, large) = (budget.take(10), budget.take(MAX_BYTES - 10));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let begun = Instant::now();
                let share = budget.take(10);
                (share.bytes, begun.elapsed())
            });
            std::thread::sleep(Duration::from_millis(50));
            drop(large);
            let (bytes, waited) = waiting.join().unwrap();
            assert_eq!(bytes, 10);
            assert!(waited >= Duration::from_millis(20) && waited < PATIENCE, "{waited:?}");
        });
        assert_eq!(*lock(&budget.0.0), 10);
    }

    #[test]
    fn one_document_larger_than_the_budget_waits_alone() {
        let budget = Budget::default();
        let begun = Instant::now();
        drop(budget.take(2 * MAX_BYTES));
        assert!(begun.elapsed() < PATIENCE);
        assert_eq!(*lock(&budget.0.0), 0);
    }
}
