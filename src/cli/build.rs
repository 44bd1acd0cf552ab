//! `coroner build`: brings a library up to date with its inputs, and says what that gave.
//!
//! Promises: progress as a bar on a terminal and as plain lines elsewhere, on standard error with the skipped files;
//! the summary and the table of quarters on standard output. Leaves to others: the build (`library`).

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::config::Config;
use super::output::{self, Table, TableFormat};
use super::trends::TrendFiles;
use crate::library::{self, Plan, Summary, Watch};
use crate::record::CORE_FIELDS;
use crate::search::IndexPart;
use crate::source::Limits;
use crate::source::walk::walk;
use crate::trends;

/// Build or update a library from files and folders
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The library will hold the documents of the inputs that are named, and no others. A second build reads only what
changed.

Examples:
  coroner build postmortems/ --library lib
  coroner build incidents/ status-page/ notes.md --library lib --max-bytes 1000000

Exit status: 0 all was read, 1 some files were skipped, 2 the build failed and the library is as it was before.")]
pub struct Args {
    /// Files and folders to read
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<PathBuf>,
    /// The library to build or update: a directory of its own
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Take nothing over from the last build; mends a damaged library
    #[arg(long)]
    fresh: bool,
    /// Also read what `.gitignore` and `.ignore` files leave out
    #[arg(long)]
    no_ignore: bool,
    /// Skip files of more bytes than this
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_bytes)]
    max_bytes: u64,
    /// Threads that read and extract [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Read exports of a tracker by this mapping of their columns; see docs/formats.md
    #[arg(long, value_name = "FILE")]
    mapping: Vec<PathBuf>,
    /// Apply these corrections (id,field,value,who,why), in place of those the library keeps; see `coroner review`
    #[arg(long, value_name = "FILE")]
    corrections: Option<PathBuf>,
    #[command(flatten)]
    config: Config,
    /// Print no progress and no summary
    #[arg(long, short)]
    quiet: bool,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let settings = args.config.settings()?;
    let plan = Plan {
        inputs: args.inputs,
        library: args.library,
        fresh: args.fresh,
        respect_ignores: !args.no_ignore,
        limits: Limits { max_bytes: args.max_bytes },
        jobs: args.jobs.unwrap_or_default(),
        mappings: super::mappings(&args.mapping)?,
        corrections: args.corrections,
        settings,
    };
    let progress = Progress::start(&plan, args.quiet);
    let built = library::build(&plan, &[&IndexPart, &TrendFiles], &progress);
    progress.bar.finish_and_clear();
    let summary = built?;
    report_skipped(&summary);
    for id in &summary.waiting {
        output::say(format_args!("coroner: the corrections of {id} wait: no input has that document"));
    }
    if !args.quiet {
        let mut out = io::stdout().lock();
        print(&mut out, &summary).context("cannot print the summary")?;
        let table = trends::find("incidents_by_quarter").context("the query incidents_by_quarter is embedded")?;
        let rows = trends::run(&summary.generation, table.sql)?;
        writeln!(out, "\n{}", table.title())?;
        Table::from(rows).write(&mut out, TableFormat::Table)?;
    }
    Ok(if summary.skipped.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Skipped files that are named one by one.
const NAMED_SKIPS: usize = 20;

fn report_skipped(summary: &Summary) {
    for skipped in summary.skipped.iter().take(NAMED_SKIPS) {
        output::say(format_args!("skipped {}: {}", skipped.path, skipped.reason));
    }
    if summary.skipped.len() > NAMED_SKIPS {
        let list = summary.generation.dir.join("skipped.jsonl");
        let more = summary.skipped.len() - NAMED_SKIPS;
        output::say(format_args!("skipped {more} more, listed in {}", list.display()));
    }
}

fn print(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let manifest = &summary.generation.manifest;
    let mut line = |name: &str, text: String| writeln!(out, "{name:12}{text}");
    let (number, made) = (summary.generation.number, &manifest.created);
    if summary.is_new {
        line("library", format!("{}, generation {number}", summary.generation.library.display()))?;
    } else {
        line("library", format!("nothing changed since generation {number} of {made}"))?;
    }
    let Summary { added, changed, unchanged, removed, .. } = summary;
    let counts = format!("added {added}, changed {changed}, unchanged {unchanged}, removed {removed}");
    line("documents", format!("{} ({counts})", manifest.documents))?;
    let others = manifest.documents.saturating_sub(manifest.incidents);
    line("incidents", format!("{}, and {others} documents that report none", manifest.incidents))?;
    let kinds: Vec<_> = summary.skipped_by_kind().iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
    line("skipped", format!("{}{kinds}", summary.skipped.len()))?;
    for (field, name) in CORE_FIELDS.iter().zip(std::iter::once("coverage").chain(std::iter::repeat(""))) {
        let known = manifest.coverage.get(*field).copied().unwrap_or(0);
        let percent = 100.0 * known as f64 / manifest.incidents.max(1) as f64;
        line(name, format!("{field:18}{known:>6} / {} {percent:>5.1} %", manifest.incidents))?;
    }
    let seconds = summary.elapsed.as_secs_f64();
    let megabytes = summary.bytes_read as f64 / 1e6;
    let speed = megabytes / seconds.max(1e-9);
    line("read", format!("{} files, {megabytes:.2} MB in {seconds:.2} s, {speed:.2} MB/s", summary.files_read))
}

/// The time between two plain lines of progress.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Tells how far a build has come.
struct Progress {
    /// Hidden unless standard error is a terminal.
    bar: ProgressBar,
    has_lines: bool,
    begun: Instant,
    files: AtomicU64,
    bytes: AtomicU64,
    lines: AtomicU64,
}

impl Progress {
    fn start(plan: &Plan, is_quiet: bool) -> Progress {
        let is_terminal = io::stderr().is_terminal();
        let bar = if is_terminal && !is_quiet { bar(plan) } else { ProgressBar::hidden() };
        Progress {
            bar,
            has_lines: !is_terminal && !is_quiet,
            begun: Instant::now(),
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            lines: AtomicU64::new(0),
        }
    }
}

/// A bar whose length a second walk of the inputs finds out, while the build goes on.
fn bar(plan: &Plan) -> ProgressBar {
    let bar = ProgressBar::no_length();
    // The template is a constant, and right.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_bar} {pos}/{len} files, {msg}, {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    // An input that is not there is the build's to report.
    if let Ok(files) = walk(&plan.inputs, plan.respect_ignores) {
        let counting = bar.clone();
        std::thread::spawn(move || counting.set_length(files.count() as u64));
    }
    bar
}

impl Watch for Progress {
    fn file(&self, bytes_read: u64) {
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        let bytes = self.bytes.fetch_add(bytes_read, Ordering::Relaxed) + bytes_read;
        self.bar.inc(1);
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{} read", HumanBytes(bytes)));
        }
        let due = self.begun.elapsed().as_secs() / LINE_EVERY.as_secs();
        if self.has_lines && self.lines.fetch_max(due, Ordering::Relaxed) < due {
            output::say(format_args!("coroner: {files} files, {} read", HumanBytes(bytes)));
        }
    }

    fn phase(&self, doing: &str) {
        self.bar.set_message(doing.to_owned());
        if self.has_lines {
            output::say(format_args!("coroner: {doing}"));
        }
    }
}
