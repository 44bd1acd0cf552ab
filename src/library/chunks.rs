//! The reading side of a build: from inputs to chunks of files that have to be read.
//!
//! It walks the inputs, sets aside what did not change since the generation before, and hands on the rest in chunks of
//! bounded size. It reads no document: a name, a size and a time are all it looks at.

use std::collections::{BTreeSet, HashSet};
use std::fs::Metadata;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::build::{Plan, Watch};
use super::known::{Known, Stamp, short_hash};
use super::manifest::Skipped;
use crate::source::Skip;
use crate::source::walk::{Found, Walk};

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
    /// The rows that the file has in the generation before.
    pub rows: Range<usize>,
    /// Whether it must be read even if it did not change: corrections of its documents did.
    pub is_revised: bool,
}

/// What there is to do for a file.
enum Task {
    Read(Job),
    /// It is as it was; what was skipped of it then.
    Keep(Vec<Skipped>),
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

/// Follows a walk of the inputs, of whose unchanged files the `revised` are read all the same, and gives chunks to `send` until it ends or one is refused.
pub fn follow(
    files: Walk,
    plan: &Plan,
    known: &Known,
    revised: &BTreeSet<String>,
    watch: &dyn Watch,
    mut send: impl FnMut(Chunk) -> bool,
) {
    let mut gate = Gate::new(plan);
    let revised: HashSet<usize> = revised.iter().filter_map(|id| known.find(id)).collect();
    let mut chunk = Chunk::default();
    for found in files {
        let found = found.map_err(|skip| skipped(&skip.source, &skip.why)).and_then(|found| gate.admit(found));
        match found.map(|found| task(found, plan, known, &revised)) {
            Ok(Task::Read(job)) if !gate.is_own(&job.path) => chunk.push(job),
            Ok(Task::Keep(skipped)) => {
                watch.file(0);
                chunk.skipped.extend(skipped);
            }
            Err(skipped) if !gate.is_own(Path::new(&skipped.path)) => {
                watch.file(0);
                chunk.skipped.push(skipped);
            }
            _ => watch.file(0),
        }
        if chunk.is_full() && !send(std::mem::take(&mut chunk)) {
            return;
        }
    }
    send(chunk);
}

fn task(found: Found, plan: &Plan, known: &Known, revised: &HashSet<usize>) -> Task {
    let Found { path, id } = found;
    // A file that cannot be looked at is left to the reader of files, who says why.
    let metadata = std::fs::metadata(&path).ok();
    let stamp = metadata.as_ref().map_or(Stamp { size: 0, mtime: 0 }, stamp);
    let rows = known.rows(&id);
    let is_revised = rows.clone().any(|row| revised.contains(&row));
    if stamp.size <= plan.limits.max_bytes
        && !is_revised
        // The first row speaks for all: they were read from the file at once.
        && !rows.is_empty() && known.is_untouched(rows.start, &path.to_string_lossy(), stamp)
    {
        known.keep(rows);
        return Task::Keep(known.skipped(&id));
    }
    wait_for_the_next_tick(metadata.as_ref());
    Task::Read(Job { path, id, stamp, rows, is_revised })
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

/// Lets each document in once, and nothing that belongs to the library itself.
struct Gate {
    ids: HashSet<u128>,
    /// The real path of the library, where it lies in an input.
    library: Option<PathBuf>,
}

impl Gate {
    fn new(plan: &Plan) -> Gate {
        let real = |path: &Path| path.canonicalize().ok();
        let inputs: Vec<_> = plan.inputs.iter().filter_map(|input| real(input)).collect();
        let library = real(&plan.library).filter(|library| inputs.iter().any(|input| library.starts_with(input)));
        Gate { ids: HashSet::new(), library }
    }

    fn admit(&mut self, found: Found) -> Result<Found, Skipped> {
        // Paths differ; ids may not, where names are no Unicode and are shown with the same stand-ins.
        if self.ids.insert(short_hash(&found.id)) {
            return Ok(found);
        }
        let reason = format!("another file goes by the same id {}; rename one of them", found.id);
        Err(Skipped { path: found.path.display().to_string(), file: None, kind: "same id".to_owned(), reason })
    }

    fn is_own(&self, path: &Path) -> bool {
        self.library.as_ref().is_some_and(|library| path.canonicalize().is_ok_and(|path| path.starts_with(library)))
    }
}

/// A skip as the library keeps it.
pub fn skipped(path: &str, why: &Skip) -> Skipped {
    Skipped { path: path.to_owned(), file: None, kind: kind(why).to_owned(), reason: why.to_string() }
}

/// The kind of a reason, to count by.
fn kind(why: &Skip) -> &'static str {
    match why {
        Skip::Unreadable(_) => "unreadable",
        Skip::Empty => "empty",
        Skip::Binary(_) => "binary",
        Skip::TooLarge(_) | Skip::Beyond { .. } => "too large",
        Skip::Encoding(_) => "encoding",
        Skip::Unsupported { .. } => "unsupported format",
        Skip::LinkOutside => "link out of the input",
        Skip::BadLine(_) => "bad line",
        Skip::Damaged { .. } => "damaged",
        Skip::Bomb(_) => "too large",
        Skip::NoText(_) => "no text",
        Skip::PathOutside => "path out of the archive",
        Skip::Several(_) => "several documents",
        Skip::TooMany(_) => "too many documents",
        Skip::Broken(_) => "broken",
        Skip::NoIncident(_) => "no incident",
    }
}
