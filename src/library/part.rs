//! What a generation holds beside its records: the seam where search and trends meet the build.
//!
//! The library knows that there are parts, not what they are; the arrows of import run from them to it. A part writes
//! only under the directory of the generation it was begun for, and reads only there and in the generation before.

use std::path::Path;

use anyhow::Result;

use super::Generation;
use crate::document::Document;
use crate::record::Record;

/// A kind of derived data that each generation holds.
pub trait Part: Sync {
    /// What the part is to a reader of messages: `search index`.
    fn name(&self) -> &'static str;

    /// Begins the part for the generation being made in `dir`, on at most `threads` threads.
    ///
    /// Where `previous` is given, the part starts from what it held there, and is told only the differences.
    fn begin(&self, dir: &Path, previous: Option<&Generation>, threads: usize) -> Result<Box<dyn PartWriter>>;
}

/// A part in the making.
pub trait PartWriter: Send {
    /// Takes a new document. One that replaces an older of the same id comes after [`PartWriter::remove`] of that id.
    fn add(&mut self, _document: &Document, _record: &Record) -> Result<()> {
        Ok(())
    }

    /// Forgets the document of that id.
    fn remove(&mut self, _id: &str) -> Result<()> {
        Ok(())
    }

    /// Completes the part. `records.parquet` of the generation is complete by then, and nothing follows.
    fn finish(self: Box<Self>) -> Result<()>;
}
