//! The index as a part of a build.
//!
//! A new generation's index begins as hard links to the segments of the one before: segments never change once they
//! are written (deletions and merges make new files), so the two generations share what is the same, and a small
//! change to a large library costs what the change costs. Where links cannot be made, the files are copied.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tantivy::{Index, IndexWriter, Term};

use super::analyzer;
use super::budget::{Budget, Entry};
use super::schema::{self, Fields};
use crate::document::Document;
use crate::library::{Generation, Part, PartWriter};
use crate::record::Record;

/// Memory for documents not yet in a segment, over all threads.
pub const HEAP: usize = 128 << 20;
/// More indexing threads than this make more segments than they save time.
pub const THREADS: usize = 4;

/// The search index of a generation.
pub struct IndexPart;

impl Part for IndexPart {
    fn name(&self) -> &'static str {
        "search index"
    }

    fn begin(&self, dir: &Path, previous: Option<&Generation>, threads: usize) -> Result<Box<dyn PartWriter>> {
        let dir = dir.join(schema::DIR);
        fs::create_dir(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let (schema, fields) = schema::schema();
        let index = match previous {
            Some(previous) => {
                share(&previous.dir.join(schema::DIR), &dir)?;
                Index::open_in_dir(&dir).map_err(|error| previous.damaged(schema::DIR, error))?
            }
            None => Index::create_in_dir(&dir, schema)?,
        };
        analyzer::register(index.tokenizers());
        let writer = index.writer_with_num_threads(threads.clamp(1, THREADS), HEAP)?;
        Ok(Box::new(Writer { dir, fields, writer, waiting: Budget::default() }))
    }
}

struct Writer {
    dir: PathBuf,
    fields: Fields,
    writer: IndexWriter<Entry>,
    waiting: Budget,
}

impl PartWriter for Writer {
    fn add(&mut self, document: &Document, record: &Record) -> Result<()> {
        let entry = self.fields.entry(document, record)?;
        self.writer.add_document(Entry::new(entry, self.waiting.take(document.text.len())))?;
        Ok(())
    }

    fn remove(&mut self, id: &str) -> Result<()> {
        self.writer.delete_term(Term::from_field_text(self.fields.id, id));
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.writer.commit()?;
        self.writer.wait_merging_threads()?;
        for path in files(&self.dir)?.iter().filter(|path| is_lock(path)) {
            fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(())
    }
}

/// Makes every file of one index one of another too.
fn share(from: &Path, to: &Path) -> Result<()> {
    for path in files(from)?.iter().filter(|path| !is_lock(path)) {
        let target = to.join(path.file_name().unwrap_or_default());
        fs::hard_link(path, &target)
            .or_else(|_| fs::copy(path, &target).map(|_| ()))
            .with_context(|| format!("cannot carry {} over to {}", path.display(), to.display()))?;
    }
    Ok(())
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    entries.with_context(|| format!("cannot list {}", dir.display()))
}

fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lock")
}
