//! What the generation before knows of each document, and what becomes of it in this build.
//!
//! Of a document no more is held than tells whether it changed: about a hundred bytes, whatever its size. A document
//! is known by its id; the row number ties the id to the rows of `sources.jsonl` and `records.parquet`. A file is known
//! by its own id, and its documents stand in rows that follow each other; they change together.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::{Result, anyhow};

use super::Generation;
use super::manifest::{self, Skipped, Source};

/// What becomes of a row of the generation before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// No input gave its document again; the fate of every row until one does.
    Gone,
    /// Its document is as it was.
    Kept,
    /// Its document changed, and was added anew.
    Replaced,
}

/// Size and time of a file: what tells at a glance that it did not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub size: u64,
    /// Nanoseconds since 1970.
    pub mtime: i64,
}

struct Entry {
    path: u128,
    stamp: Stamp,
    hash: Option<blake3::Hash>,
}

/// The documents of the generation before.
#[derive(Default)]
pub struct Known {
    rows: HashMap<u128, usize>,
    files: HashMap<u128, Range<usize>>,
    /// What was skipped of files that gave records nevertheless.
    skipped: HashMap<u128, Vec<Skipped>>,
    entries: Vec<Entry>,
    fates: Vec<AtomicU8>,
}

impl Known {
    pub fn load(generation: &Generation) -> Result<Known> {
        let mut known = Known::default();
        let damaged = |why: anyhow::Error| generation.damaged(manifest::SOURCES, format_args!("{why:#}"));
        for source in manifest::lines::<Source>(&generation.dir.join(manifest::SOURCES)).map_err(damaged)? {
            let source = source.map_err(damaged)?;
            let stamp = Stamp { size: source.size, mtime: source.mtime };
            let hash = blake3::Hash::from_hex(&source.hash).ok();
            let row = known.entries.len();
            known.rows.insert(short_hash(&source.id), row);
            let file = known.files.entry(short_hash(source.file.as_ref().unwrap_or(&source.id))).or_insert(row..row);
            if file.end != row {
                return Err(damaged(anyhow!("the documents of {} do not follow each other", source.path)));
            }
            file.end = row + 1;
            known.entries.push(Entry { path: short_hash(&source.path), stamp, hash });
            known.fates.push(AtomicU8::new(Fate::Gone as u8));
        }
        let (lines, rows) = (known.entries.len() as u64, generation.manifest.documents);
        if lines != rows {
            return Err(damaged(anyhow!("{lines} lines where there are {rows} records")));
        }
        for skipped in manifest::lines::<Skipped>(&generation.dir.join(manifest::SKIPPED))? {
            let skipped = skipped?;
            if let Some(file) = &skipped.file {
                known.skipped.entry(short_hash(file)).or_default().push(skipped);
            }
        }
        Ok(known)
    }

    /// The row of a document.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.rows.get(&short_hash(id)).copied()
    }

    /// The rows of the documents of a file.
    pub fn rows(&self, file: &str) -> Range<usize> {
        self.files.get(&short_hash(file)).cloned().unwrap_or_default()
    }

    /// What was skipped of a file that gave records.
    pub fn skipped(&self, file: &str) -> Vec<Skipped> {
        self.skipped.get(&short_hash(file)).cloned().unwrap_or_default()
    }

    /// Whether the file of a row stands at that path with the stamp it had.
    pub fn is_untouched(&self, row: usize, path: &str, stamp: Stamp) -> bool {
        self.entries[row].path == short_hash(path) && self.entries[row].stamp == stamp
    }

    /// Whether the file of a row stands at that path with the bytes it had.
    pub fn is_same(&self, row: usize, path: &str, hash: blake3::Hash) -> bool {
        self.entries[row].path == short_hash(path) && self.entries[row].hash == Some(hash)
    }

    pub fn set(&self, row: usize, fate: Fate) {
        self.fates[row].store(fate as u8, Ordering::Relaxed);
    }

    pub fn keep(&self, rows: Range<usize>) {
        rows.for_each(|row| self.set(row, Fate::Kept));
    }

    pub fn fate(&self, row: usize) -> Fate {
        match self.fates[row].load(Ordering::Relaxed) {
            fate if fate == Fate::Kept as u8 => Fate::Kept,
            fate if fate == Fate::Replaced as u8 => Fate::Replaced,
            _ => Fate::Gone,
        }
    }

    pub fn count(&self, fate: Fate) -> u64 {
        (0..self.fates.len()).filter(|row| self.fate(*row) == fate).count() as u64
    }
}

/// Half of a BLAKE3 hash: two of a billion texts share one with a chance of one in 10^20.
pub fn short_hash(text: &str) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    u128::from_le_bytes(half)
}
