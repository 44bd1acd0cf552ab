//! The build: from inputs to a committed generation, as a pipeline of three stages.
//!
//! ```text
//! walk ──chunks──▶ read + hash + extract, on all cores ──outcomes──▶ write, one thread
//! ```
//!
//! At most one chunk waits to be read and so many outcomes to be written, one a document, so memory is bounded by these: not by the
//! corpus, nor by a file of many documents. Nothing is
//! written before the first difference from the generation before; where there is none, there is no new generation.
//! A stage that fails ends the others by dropping its end of the channel.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use crossbeam_channel::{Receiver, Sender, bounded};

use super::chunks::{self, Chunk, Job};
use super::corrections::Corrections;
use super::known::{Fate, Known, Stamp, short_hash};
use super::making::{Making, by_kind};
use super::manifest::{self, Skipped, Source};
use super::part::Part;
use super::store::{self, Draft};
use super::{FINGERPRINT, Generation, lock};
use crate::document::Document;
use crate::extract::{Settings, extract_with, models};
use crate::ordered::{Lane, ordered};
use crate::record::Record;
use crate::source::mapping::Mapping;
use crate::source::walk::{Walk, walk};
use crate::source::{self, Limits, Name, Reading, Skip};

/// What to build, and how.
#[derive(Debug)]
pub struct Plan {
    /// Files and folders. The library will hold their documents and no others.
    pub inputs: Vec<PathBuf>,
    pub library: PathBuf,
    /// Take nothing over from the generation before.
    pub fresh: bool,
    /// Leave out what `.gitignore` and `.ignore` files name.
    pub respect_ignores: bool,
    pub limits: Limits,
    /// Threads that read and extract; zero for one a core.
    pub jobs: usize,
    /// Mappings of exports, each with its text: what they make of a file is read anew when they change.
    pub mappings: Vec<(Mapping, String)>,
    /// A file of corrections to apply; without one, those that the library keeps.
    pub corrections: Option<PathBuf>,
    /// What the user says about extraction.
    pub settings: Settings,
}

impl Plan {
    /// What the records are derived by: documents are carried over only from a generation of the same.
    fn fingerprint(&self, mappings: &[String]) -> String {
        match self.settings.identity() + &models::identity() {
            identity if identity.is_empty() && mappings.is_empty() => FINGERPRINT.to_owned(),
            identity => {
                let all = format!("{identity}\0{}", mappings.join("\0"));
                format!("{FINGERPRINT}+{}", &blake3::hash(all.as_bytes()).to_hex()[..16])
            }
        }
    }
}

/// How files become records.
#[derive(Clone, Copy)]
struct How<'a> {
    reading: Reading<'a>,
    settings: &'a Settings,
}

/// Someone who watches a build go on. Called from several threads.
pub trait Watch: Sync {
    /// One more file was dealt with: so many bytes of it were read, none where it was known to be unchanged.
    fn file(&self, bytes_read: u64);
    /// The build has come to what `doing` says: `completing the generation`.
    fn phase(&self, doing: &str);
}

/// What a build did.
#[derive(Debug)]
pub struct Summary {
    pub generation: Generation,
    /// Whether the generation is a new one; else nothing had changed.
    pub is_new: bool,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub removed: u64,
    /// Files read, with those that turned out unchanged or were skipped after reading.
    pub files_read: u64,
    pub bytes_read: u64,
    pub skipped: Vec<Skipped>,
    /// Ids of corrections that the library keeps and whose documents are not there.
    pub waiting: Vec<String>,
    pub elapsed: Duration,
}

impl Summary {
    /// The number of skipped files by the kind of reason.
    pub fn skipped_by_kind(&self) -> BTreeMap<String, u64> {
        by_kind(&self.skipped)
    }
}

/// Brings a library up to date with its inputs.
pub fn build(plan: &Plan, parts: &[&dyn Part], watch: &dyn Watch) -> Result<Summary> {
    let begun = Instant::now();
    let files = walk(&plan.inputs, plan.respect_ignores)?;
    store::prepare(&plan.library)?;
    let _lock = lock::acquire(&plan.library)?;
    let (previous, number) = store::start(&plan.library, plan.fresh)?;
    let (mappings, texts): (Vec<_>, Vec<_>) = plan.mappings.iter().cloned().unzip();
    let how = How { reading: Reading { limits: plan.limits, mappings: &mappings }, settings: &plan.settings };
    let fingerprint = plan.fingerprint(&texts);
    // What another version derived, or other settings, this one derives anew.
    let base = previous.as_ref().filter(|previous| previous.manifest.fingerprint == fingerprint);
    let known = base.map_or_else(|| Ok(Known::default()), Known::load)?;
    let kept = Corrections::kept(&plan.library);
    let (corrections, kept) = match &plan.corrections {
        // A file that is named replaces what is kept, broken or not.
        Some(path) => (Corrections::load(path)?, kept.unwrap_or_default()),
        None => (kept?, Corrections::default()),
    };
    let revised = if plan.corrections.is_some() { corrections.differing(&kept) } else { BTreeSet::new() };
    let threads = if plan.jobs == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { plan.jobs };
    let begin = || Making::begin(Draft::create(&plan.library, number)?, base, parts, threads);

    let mut writer =
        Writer { known: &known, corrections: &corrections, begin: &begin, making: None, tally: Tally::default() };
    run(files, plan, how, &revised, threads, &mut writer, watch)?;
    let Writer { making, mut tally, .. } = writer;
    tally.skipped.sort();
    let is_there =
        |id: &str| tally.corrected.contains(id) || known.find(id).is_some_and(|row| known.fate(row) == Fate::Kept);
    if plan.corrections.is_some() {
        corrections.check_ids(is_there)?;
    }
    let waiting = corrections.waiting(is_there);
    let removed = known.count(Fate::Gone);
    let is_same = making.is_none() && removed == 0 && revised.is_empty();
    let (generation, is_new) = match base {
        Some(base) if is_same && tally.skipped == manifest::list(&base.dir.join(manifest::SKIPPED))? => {
            (base.clone(), false)
        }
        _ => {
            watch.phase("completing the generation");
            let inputs = plan.inputs.iter().map(|input| input.display().to_string()).collect();
            let making = making.map_or_else(begin, Ok)?;
            (making.commit(&known, &tally.skipped, inputs, &corrections, fingerprint)?, true)
        }
    };
    Ok(Summary {
        generation,
        is_new,
        added: tally.added,
        changed: tally.changed,
        unchanged: known.count(Fate::Kept),
        removed,
        files_read: tally.files,
        bytes_read: tally.bytes,
        skipped: tally.skipped,
        waiting,
        elapsed: begun.elapsed(),
    })
}

/// Runs the pipeline to its end. Where a stage fails, the error is that of the stage nearest to the disk.
fn run(
    files: Walk,
    plan: &Plan,
    how: How,
    revised: &BTreeSet<String>,
    threads: usize,
    writer: &mut Writer,
    watch: &dyn Watch,
) -> Result<()> {
    let known = writer.known;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start reading threads")?;
    let (to_read, chunks) = bounded::<Chunk>(1);
    /// Outcomes between two stages.
    const WAITING: usize = 256;
    let (to_write, outcomes) = bounded::<Outcome>(WAITING);
    let ended = |_| anyhow!("a stage of the build ended in a panic, which is a defect of Coroner: please report it");
    std::thread::scope(|scope| {
        let walking = scope
            .spawn(move || chunks::follow(files, plan, known, revised, watch, |chunk| to_read.send(chunk).is_ok()));
        let reading = scope.spawn(|| read(how, known, chunks, to_write, &pool, watch));
        let written = outcomes.into_iter().try_for_each(|outcome| writer.take(outcome));
        written?;
        reading.join().map_err(ended)?;
        walking.join().map_err(ended)
    })
}

/// The middle stage: every file of a chunk at once, the outcomes in the order of the chunk.
fn read(
    how: How,
    known: &Known,
    chunks: Receiver<Chunk>,
    to_write: Sender<Outcome>,
    pool: &rayon::ThreadPool,
    watch: &dyn Watch,
) {
    for chunk in chunks {
        let work = |job: Job, lane: &mut Lane<Outcome>| {
            let bytes = job.stamp.size;
            outcomes(job, known, how, lane);
            watch.file(bytes);
        };
        let skipped = chunk.skipped.into_iter().try_for_each(|skipped| to_write.send(Outcome::Skipped(skipped)));
        if skipped.and_then(|()| ordered(pool, chunk.jobs, work, |outcome| to_write.send(outcome))).is_err() {
            return;
        }
    }
}

/// What became of one file: its documents, each by itself, and then one of the others.
enum Outcome {
    Document(Box<(Document, Record)>, Arc<File>),
    /// All of its documents were given, and what was skipped of it.
    Read {
        file: Arc<File>,
        skipped: Vec<Skipped>,
    },
    Same {
        rows: Range<usize>,
        stamp: Stamp,
        skipped: Vec<Skipped>,
    },
    Skipped(Skipped),
}

/// A file that was read, and the rows of the documents that it had before.
struct File {
    source: Source,
    rows: Range<usize>,
}

/// Gives what becomes of a file to `lane`.
fn outcomes(job: Job, known: &Known, how: How, lane: &mut Lane<Outcome>) {
    // One document that trips a defect must not take the others with it.
    let (path, id) = (job.path.clone(), job.id.clone());
    let mut given = 0;
    let read = catch_unwind(AssertUnwindSafe(|| examine(job, known, how, lane, &mut given)));
    lane.give(read.unwrap_or_else(|_| {
        let file = (given > 0).then(|| id.clone());
        Outcome::Skipped(Skipped { file, ..defect(&path.to_string_lossy(), &id) })
    }));
}

fn defect(path: &str, id: &str) -> Skipped {
    let reason = format!("reading {id} tripped a defect of Coroner; please report it with the document");
    Skipped { path: path.to_owned(), file: None, kind: "defect".to_owned(), reason }
}

/// Reads a file, gives its documents to `lane`, counts them, and returns what else there is to say.
fn examine(job: Job, known: &Known, how: How, lane: &mut Lane<Outcome>, given: &mut usize) -> Outcome {
    let Reading { limits, mappings } = how.reading;
    let Job { path, id, stamp, rows, is_revised } = job;
    let name = path.to_string_lossy().into_owned();
    let read = || -> Result<Outcome, Skip> {
        let unreadable = |error: io::Error| Skip::Unreadable(error.to_string());
        let file = fs::File::open(&path).map_err(unreadable)?;
        let bytes = source::read_limited(file, limits).map_err(unreadable)??;
        let hash = blake3::hash(&bytes);
        if !is_revised && !rows.is_empty() && known.is_same(rows.start, &name, hash) {
            return Ok(Outcome::Same { rows, stamp, skipped: known.skipped(&id) });
        }
        let hash = hash.to_hex().to_string();
        let source =
            Source { id: id.clone(), file: None, path: name.clone(), size: stamp.size, mtime: stamp.mtime, hash };
        let file = Arc::new(File { source, rows });
        let mut skipped = Vec::new();
        let named = Name { id: &id, source: &name, path: Some(&path), limits, mappings };
        source::read_bytes(bytes, &named, |read| match read {
            Ok(_) if lane.is_closed() => {}
            Ok(document) => match catch_unwind(AssertUnwindSafe(|| extract_with(&document, how.settings))) {
                Ok(record) => {
                    lane.give(Outcome::Document(Box::new((document, record)), Arc::clone(&file)));
                    *given += 1;
                }
                Err(_) => skipped.push(defect(&name, &document.id)),
            },
            Err(skip) => skipped.push(chunks::skipped(&skip.source, &skip.why)),
        });
        if *given > 0 {
            skipped.iter_mut().for_each(|skipped| skipped.file = Some(id.clone()));
        }
        Ok(Outcome::Read { file, skipped })
    };
    read().unwrap_or_else(|skip| Outcome::Skipped(chunks::skipped(&name, &skip)))
}

/// The last stage.
struct Writer<'a> {
    known: &'a Known,
    corrections: &'a Corrections,
    begin: &'a dyn Fn() -> Result<Making<'a>>,
    /// Begun with the first difference.
    making: Option<Making<'a>>,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    added: u64,
    changed: u64,
    files: u64,
    bytes: u64,
    skipped: Vec<Skipped>,
    /// Ids of the documents read that have corrections.
    corrected: BTreeSet<String>,
    /// Ids with a `#` of the documents read.
    parts: HashSet<u128>,
}

impl<'a> Writer<'a> {
    fn take(&mut self, outcome: Outcome) -> Result<()> {
        match outcome {
            Outcome::Skipped(skipped) => self.tally.skipped.push(skipped),
            Outcome::Same { rows, stamp, skipped } => {
                self.tally.files += 1;
                self.tally.bytes += stamp.size;
                self.tally.skipped.extend(skipped);
                self.known.keep(rows.clone());
                for row in rows {
                    self.making()?.touch(row, stamp);
                }
            }
            Outcome::Document(read, file) => {
                let (document, record) = *read;
                self.add(&document, record, &file.source, &file.rows)?;
            }
            Outcome::Read { file, skipped } => {
                self.tally.files += 1;
                self.tally.bytes += file.source.size;
                self.tally.skipped.extend(skipped);
            }
        }
        Ok(())
    }

    /// Takes one document of the file `source`, which had those `rows` before.
    fn add(&mut self, document: &Document, mut record: Record, source: &Source, rows: &Range<usize>) -> Result<()> {
        let row = self.known.find(&document.id);
        // `a.json#b` may be a part of one file and the name of another.
        let is_foreign = row.is_some_and(|row| !rows.contains(&row) && self.known.fate(row) != Fate::Gone);
        let is_part = document.id != source.id;
        if is_foreign || document.id.contains('#') && !self.tally.parts.insert(short_hash(&document.id)) {
            let reason = format!("another document goes by the same id {}; rename the file of one", document.id);
            let (path, kind) = (source.path.clone(), "same id".to_owned());
            self.tally.skipped.push(Skipped { path, file: Some(source.id.clone()), kind, reason });
            return Ok(());
        }
        self.corrections.apply(&mut record)?;
        if !record.human.is_empty() {
            self.tally.corrected.insert(document.id.clone());
        }
        match row {
            Some(row) => {
                self.known.set(row, Fate::Replaced);
                self.tally.changed += 1;
            }
            None => self.tally.added += 1,
        }
        let file = is_part.then(|| source.id.clone());
        let source = Source { id: document.id.clone(), file, ..source.clone() };
        self.making()?.add(document, record, &source, row.is_some())
    }

    fn making(&mut self) -> Result<&mut Making<'a>> {
        if self.making.is_none() {
            self.making = Some((self.begin)()?);
        }
        self.making.as_mut().context("a generation was begun and is not there")
    }
}
