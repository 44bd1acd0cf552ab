//! A bare indexer of tantivy over the same entries as ours, for the benchmark that compares the two.
//!
//! It has the same schema, analyzers, threads and memory, and is handed entries that are ready: what it does not do is what
//! our part of a build adds.

use std::path::Path;

use tantivy::{Index, IndexWriter, TantivyDocument};

use super::{analyzer, schema, writer};
use crate::document::Document;
use crate::record::Record;

/// The entries of documents, as our part of a build makes them.
pub fn entries(documents: &[(Document, Record)]) -> serde_json::Result<Vec<TantivyDocument>> {
    let (_, fields) = schema::schema();
    documents.iter().map(|(document, record)| fields.entry(document, record)).collect()
}

/// A writer of a new index in an empty directory.
pub fn writer(dir: &Path, threads: usize) -> tantivy::Result<IndexWriter> {
    let (schema, _) = schema::schema();
    let index = Index::create_in_dir(dir, schema)?;
    analyzer::register(index.tokenizers());
    index.writer_with_num_threads(threads.clamp(1, writer::THREADS), writer::HEAP)
}
