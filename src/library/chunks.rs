//! The reading side of a build: from inputs to chunks of files that have to be read.
//!
//! It walks the inputs, sets aside what did not change since the generation before, and hands on the rest in chunks of
//! bounded size. It reads no document: a name, a size and a time are all it looks at.

use std::collections::HashSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::build::{Plan, Watch};
use super::known::{Fate, Known, Stamp, short_hash};
use super::manifest::Skipped;
use crate::source::{self, Skip};

/// Files of one chunk, at most.
const FILES: usize = 512;
/// Bytes of one chunk, at most, unless one file alone has more.
const BYTES: u64 = 32 << 20;
/// The coarsest tick in which file systems of today date a change.
const TICK: Duration = Duration::from_millis(10);

/// A file that has to be read.
pub struct Job {
    pub path: PathBuf,
    pub id: String,
    pub stamp: Stamp,
    /// The row of the generation before that has the same id.
    pub row: Option<usize>,
}

/// What the pipeline works on at a time.
#[derive(Default)]
pub struct Chunk {
    pub jobs: Vec<Job>,
    pub skipped: Vec<Skipped>,
    bytes: u64,
}

impl Chunk {
    fn push(&mut self, job: Job) {
        self.bytes += job.stamp.size;
        self.jobs.push(job);
    }

    fn is_full(&self) -> bool {
        self.jobs.len() + self.skipped.len() >= FILES || self.bytes >= BYTES
    }
}

/// Walks the inputs of `plan` and gives chunks to `send` until they end or it refuses one.
pub fn walk(plan: &Plan, known: &Known, watch: &dyn Watch, mut send: impl FnMut(Chunk) -> bool) {
    let mut seen = Seen::new(plan);
    let mut chunk = Chunk::default();
    for found in source::walk(&plan.inputs, &plan.walk) {
        match found.map(|input| seen.admit(input.path, input.id)) {
            Ok(None) => {}
            Ok(Some((path, id))) => match job(path, id, plan, known) {
                Some(job) => chunk.push(job),
                None => watch.file(0),
            },
            Err(skip) => {
                watch.file(0);
                chunk.skipped.push(skipped(&skip));
            }
        }
        if chunk.is_full() && !send(std::mem::take(&mut chunk)) {
            return;
        }
    }
    send(chunk);
}

/// What there is to do for a file: nothing, if it is as it was.
fn job(path: PathBuf, id: String, plan: &Plan, known: &Known) -> Option<Job> {
    // A file that cannot be looked at is left to the reader of files, who says why.
    let metadata = std::fs::metadata(&path).ok();
    let stamp = metadata.as_ref().map_or(Stamp { size: 0, mtime: 0 }, stamp);
    let row = known.find(&id);
    if let Some(row) = row
        && stamp.size <= plan.limits.max_bytes
        && known.is_untouched(row, &path.to_string_lossy(), stamp)
    {
        known.set(row, Fate::Kept);
        return None;
    }
    wait_for_the_next_tick(metadata.as_ref());
    Some(Job { path, id, stamp, row })
}

fn stamp(metadata: &Metadata) -> Stamp {
    let since = |time: SystemTime| match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    };
    Stamp { size: metadata.len(), mtime: metadata.modified().map_or(0, since) }
}

/// Waits until a change after our reading cannot have the time that the file has now: else a file written again
/// within the tick in which we read it would be taken for unchanged for ever.
fn wait_for_the_next_tick(metadata: Option<&Metadata>) {
    let age = metadata.and_then(|metadata| metadata.modified().ok()?.elapsed().ok());
    if let Some(rest) = age.and_then(|age| TICK.checked_sub(age)) {
        sleep(rest);
    }
}

/// What was met already: no file is read twice, and no two documents have one id.
struct Seen {
    ids: HashSet<u128>,
    /// Real paths, where inputs may overlap.
    paths: Option<HashSet<u128>>,
    /// The real path of the library, where an input holds it.
    library: Option<PathBuf>,
}

impl Seen {
    fn new(plan: &Plan) -> Seen {
        let real = |path: &Path| path.canonicalize().ok();
        let library = real(&plan.library).filter(|library| {
            plan.inputs.iter().filter_map(|input| real(input)).any(|input| library.starts_with(input))
        });
        Seen { ids: HashSet::new(), paths: (plan.inputs.len() > 1).then(HashSet::new), library }
    }

    /// The path and id of a document to read, or none for what is a library's own or was met before.
    fn admit(&mut self, path: PathBuf, id: String) -> Option<(PathBuf, String)> {
        if self.paths.is_some() || self.library.is_some() {
            let real = path.canonicalize().unwrap_or_else(|_| path.clone());
            if self.library.as_ref().is_some_and(|library| real.starts_with(library)) {
                return None;
            }
            if self.paths.as_mut().is_some_and(|paths| !paths.insert(short_hash(&real.to_string_lossy()))) {
                return None;
            }
        }
        if self.ids.insert(short_hash(&id)) {
            return Some((path, id));
        }
        // Two inputs hold a file of this relative path: the second goes by its path as it was given.
        let id = path.to_string_lossy().replace('\\', "/");
        self.ids.insert(short_hash(&id)).then_some((path, id))
    }
}

/// A skip as the library keeps it.
pub fn skipped(skip: &Skip) -> Skipped {
    Skipped { path: skip.path.display().to_string(), kind: skip.kind().to_owned(), reason: skip.reason() }
}
