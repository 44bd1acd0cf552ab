//! A generation in the making: records, sources, skipped files and every part, written side by side.
//!
//! All of it is written by one thread, in one order, so that line i of `sources.jsonl` and row i of `records.parquet`
//! are one document: first what is new, then what is carried over from the generation before.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};

use super::Generation;
use super::corrections::{self, Corrections};
use super::guard::guarded;
use super::known::{Fate, Known, Stamp};
use super::manifest::{self, Lines, Manifest, Skipped, Source};
use super::part::{Part, PartWriter};
use super::records::{self, RecordsWriter};
use super::store::{self, Draft};
use crate::document::Document;
use crate::record::Record;

pub struct Making<'a> {
    previous: Option<&'a Generation>,
    records: RecordsWriter,
    sources: Lines<Source>,
    parts: Vec<(&'static str, Box<dyn PartWriter>)>,
    /// Rows whose bytes are the same and whose stamp is not.
    touched: HashMap<usize, Stamp>,
    /// The last of the fields: dropped after those that write into its directory.
    draft: Draft,
}

impl<'a> Making<'a> {
    pub fn begin(
        draft: Draft,
        previous: Option<&'a Generation>,
        parts: &[&dyn Part],
        threads: usize,
    ) -> Result<Making<'a>> {
        let begin = |part: &&dyn Part| {
            let writer = part.begin(&draft.dir, previous, threads);
            Ok((part.name(), writer.with_context(|| format!("cannot begin the {}", part.name()))?))
        };
        Ok(Making {
            parts: parts.iter().map(begin).collect::<Result<_>>()?,
            records: RecordsWriter::create(&draft.dir)?,
            sources: Lines::create(draft.dir.join(manifest::SOURCES))?,
            touched: HashMap::new(),
            draft,
            previous,
        })
    }

    /// Takes a document, in place of the older one of the same id where it `replaces` one.
    pub fn add(&mut self, document: &Document, record: Record, source: &Source, replaces: bool) -> Result<()> {
        for (name, part) in &mut self.parts {
            let removed = if replaces { part.remove(&source.id) } else { Ok(()) };
            removed
                .and_then(|()| part.add(document, &record))
                .with_context(|| format!("cannot add {} to the {name}", source.path))?;
        }
        self.sources.write(source)?;
        self.records.push(record)
    }

    /// Notes that the file of a row has a new stamp and the same bytes.
    pub fn touch(&mut self, row: usize, stamp: Stamp) {
        self.touched.insert(row, stamp);
    }

    /// Carries over what is kept, completes every file, and commits. Returns the manifest of the new generation.
    pub fn commit(
        mut self,
        known: &Known,
        skipped: &[Skipped],
        inputs: Vec<String>,
        corrections: &Corrections,
        fingerprint: String,
    ) -> Result<Generation> {
        if let Some(previous) = self.previous {
            self.carry_over(previous, known)?;
        }
        self.records.finish()?;
        self.sources.finish()?;
        let mut lines = Lines::create(self.draft.dir.join(manifest::SKIPPED))?;
        skipped.iter().try_for_each(|skipped| lines.write(skipped))?;
        lines.finish()?;
        if !corrections.is_empty() {
            store::replace(&self.draft.dir.join(corrections::FILE), corrections.text()?)?;
        }
        for (name, part) in self.parts {
            part.finish().with_context(|| format!("cannot complete the {name}"))?;
        }
        let (documents, incidents, coverage) = records::count(&self.draft.dir.join(records::FILE))?;
        let manifest = Manifest {
            format: manifest::FORMAT,
            coroner: env!("CARGO_PKG_VERSION").to_owned(),
            fingerprint,
            created: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            inputs,
            documents,
            incidents,
            coverage,
            skipped: by_kind(skipped),
            files: self.draft.settle()?,
        };
        self.draft.commit(manifest)
    }

    fn carry_over(&mut self, previous: &Generation, known: &Known) -> Result<()> {
        for (row, source) in manifest::lines::<Source>(&previous.dir.join(manifest::SOURCES))?.enumerate() {
            let mut source = source?;
            match known.fate(row) {
                Fate::Kept => {
                    if let Some(stamp) = self.touched.get(&row) {
                        (source.size, source.mtime) = (stamp.size, stamp.mtime);
                    }
                    self.sources.write(&source)?;
                }
                Fate::Replaced => {}
                Fate::Gone => {
                    for (name, part) in &mut self.parts {
                        part.remove(&source.id).with_context(|| format!("cannot remove from the {name}"))?;
                    }
                }
            }
        }
        guarded(|| self.records.carry(previous, |row| known.fate(row) == Fate::Kept))
            .unwrap_or_else(|panic| Err(previous.damaged(records::FILE, panic)))
    }
}

/// The number of skipped files by the kind of reason.
pub fn by_kind(skipped: &[Skipped]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for skipped in skipped {
        *counts.entry(skipped.kind.clone()).or_default() += 1;
    }
    counts
}
