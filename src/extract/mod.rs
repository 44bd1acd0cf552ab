//! From a document to its record. (Skeleton; being written.)

use crate::document::Document;
use crate::record::Record;

/// The record that a careful reader of `document` would write down.
pub fn extract(document: &Document) -> Record {
    Record { id: document.id.clone(), source: document.source.clone(), is_incident: true, ..Record::default() }
}
