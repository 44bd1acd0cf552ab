//! Search over a large library beside SQLite FTS5: how long the index takes, how large it is, how fast it answers.
//!
//! `cargo bench --bench search -- --documents 1000000` makes the texts (see `texts`), builds a library
//! of them and an FTS5 table, asks both the same 200 queries (see `queries`), and prints one table. It needs python3, and
//! for a million documents about 8 GB of disk below `target/`, which it gives back. Dev-dependencies change features, so the
//! first run compiles polars for itself.
//!
//! Each query is asked of both in turn, in one process each, the time being taken inside of it: ours is
//! `Index::search`, with records and snippets of ten hits; theirs fetches ten ids. What else the machine does slows both.
//! The least of its rounds counts, of both, so that it was not interrupted; a pass before the first warms both up; `--keep`
//! leaves both indexes for the next run to ask again. Then `coroner search` runs in a new process a query. Nothing is dropped
//! from the page cache: what is cold is the process.

mod fts5;
mod ours;
mod queries;
mod texts;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use coroner::library;
use coroner::search::{Index, Options};

use serde::{Deserialize, Serialize};

use fts5::Fts5;
use queries::Query;
use texts::Sentences;

/// Hits asked for.
const LIMIT: usize = 10;
/// Documents of the comparison with a bare indexer, which hold in memory with their records.
const BARE: usize = 20_000;
const BARE_ROUNDS: usize = 5;

/// The file beside the two indexes that says what they took.
const MADE: &str = "made.json";

struct Settings {
    documents: u64,
    rounds: usize,
    dir: PathBuf,
    keep: bool,
    program: PathBuf,
}

impl Settings {
    fn read() -> Result<Settings> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut settings = Settings {
            documents: 100_000,
            rounds: 5,
            dir: root.join("target/bench-search"),
            keep: false,
            // Cargo builds the program beside a benchmark.
            program: option_env!("CARGO_BIN_EXE_coroner").map_or(root.join("target/release/coroner"), PathBuf::from),
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
            match arg.as_str() {
                "--documents" => settings.documents = value()?.parse()?,
                "--rounds" => settings.rounds = value()?.parse()?,
                "--dir" => settings.dir = value()?.into(),
                "--program" => settings.program = value()?.into(),
                "--keep" => settings.keep = true,
                // Cargo passes this.
                "--bench" => {}
                other => {
                    bail!("unknown: {other}; there are --documents N, --rounds N, --dir DIR, --program FILE and --keep")
                }
            }
        }
        Ok(settings)
    }
}

/// What both indexes took to make; kept with them, so that a later run may ask them again.
#[derive(Serialize, Deserialize)]
struct Made {
    documents: u64,
    megabytes: f64,
    ours: ours::Built,
    fts5: fts5::Built,
    /// MB/s of our part of a build and of a bare indexer, by round.
    speeds: Vec<(f64, f64)>,
}

/// Removes what a run makes, and nothing else.
fn remove(dir: &Path) {
    for made in ["library", "bare", "ours"] {
        let _ = fs::remove_dir_all(dir.join(made));
    }
    for made in ["texts.jsonl", "fts5.db", MADE] {
        let _ = fs::remove_file(dir.join(made));
    }
}

fn make(settings: &Settings, sentences: &Sentences, fts5: &mut Fts5, threads: usize) -> Result<Made> {
    let at = |name: &str| settings.dir.join(name);
    remove(&settings.dir);
    let texts = at("texts.jsonl");
    let megabytes = sentences.write(settings.documents, &texts)? as f64 / 1e6;
    let made = Made {
        documents: settings.documents,
        megabytes,
        ours: ours::build(&texts, &at("library"), threads)?,
        fts5: fts5.build(&texts, &at("fts5.db"))?,
        speeds: ours::part_against_bare(&texts, &settings.dir, BARE, threads, BARE_ROUNDS)?,
    };
    fs::write(at(MADE), serde_json::to_string(&made)?)?;
    Ok(made)
}

fn main() -> Result<()> {
    let settings = Settings::read()?;
    fs::create_dir_all(&settings.dir)?;
    let threads = std::thread::available_parallelism()?.get();
    let at = |name: &str| settings.dir.join(name);
    let sentences = Sentences::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples"))?;
    let mut fts5 = Fts5::start()?;
    let kept = fs::read_to_string(at(MADE)).ok().and_then(|text| serde_json::from_str::<Made>(&text).ok());
    let made = match kept.filter(|made| made.documents == settings.documents) {
        Some(made) => {
            fts5.open(&at("fts5.db"))?;
            made
        }
        None => make(&settings, &sentences, &mut fts5, threads)?,
    };
    let Made { documents, megabytes, ours: built, fts5: theirs, speeds } = made;
    println!("{documents} documents, {megabytes:.0} MB of text, {threads} threads");

    let queries = queries::queries(&sentences);
    let times = latencies(&at("library"), &mut fts5, &queries, settings.rounds)?;
    let cold = cold(&settings.program, &at("library"), &queries)?;

    let ratio = |ours: f64, theirs: f64| format!("{:.2}", theirs / ours);
    let mut rows = vec![["".into(), "coroner".into(), "SQLite FTS5".into(), "FTS5 / coroner".into()]];
    let mut row = |name: &str, ours: f64, theirs: f64| {
        rows.push([name.to_owned(), format!("{ours:.2}"), format!("{theirs:.2}"), ratio(ours, theirs)]);
    };
    let index_speed = median(speeds.iter().map(|(ours, _)| *ours));
    row("build, all of it: s", built.seconds, theirs.seconds + theirs.optimize);
    row("index only: s/GB", 1000.0 / index_speed, 1000.0 * (theirs.seconds + theirs.optimize) / megabytes);
    row("size: MB", built.bytes as f64 / 1e6, theirs.bytes as f64 / 1e6);
    let all = |of: fn(&Time) -> f64| times.iter().map(of).collect::<Vec<_>>();
    let (ours, others) = (all(|time| time.ours), all(|time| time.fts5));
    for (name, p) in [("p50: ms", 0.5), ("p90: ms", 0.9), ("p99: ms", 0.99), ("slowest: ms", 1.0)] {
        row(name, 1e3 * quantile(&ours, p), 1e3 * quantile(&others, p));
    }
    let mut kinds: BTreeMap<&str, Vec<&Time>> = BTreeMap::new();
    times.iter().for_each(|time| kinds.entry(time.kind).or_default().push(time));
    for (kind, times) in kinds {
        let p50 = |of: fn(&Time) -> f64| 1e3 * median(times.iter().map(|time| of(time)));
        row(&format!("p50 of {kind}: ms"), p50(|time| time.ours), p50(|time| time.fts5));
    }
    print(&rows);
    println!("\n{} segments; of the build of FTS5 {:.1} s are `optimize`", built.segments, theirs.optimize);
    println!(
        "coroner search in a new process: p50 {:.1} ms, p99 {:.1} ms, of {} runs; `coroner --version` {:.1} ms",
        1e3 * median(cold.searches.iter().copied()),
        1e3 * quantile(&cold.searches, 0.99),
        cold.searches.len(),
        1e3 * median(cold.nothing.iter().copied()),
    );
    let every = |p: f64| 1e3 * quantile(&times.iter().flat_map(|time| time.all.clone()).collect::<Vec<_>>(), p);
    println!("every run of a query, not its best: p50 {:.2} ms, p99 {:.2} ms", every(0.5), every(0.99));
    let counted = |p: f64| 1e3 * quantile(&all(|time| time.counted), p);
    println!("with the number of all matches: p50 {:.2} ms, p99 {:.2} ms", counted(0.5), counted(0.99));
    let (our_speed, bare) = (index_speed, median(speeds.iter().map(|(_, bare)| *bare)));
    let share = median(speeds.iter().map(|(ours, bare)| ours / bare));
    println!("indexing {our_speed:.1} MB/s, a bare indexer {bare:.1} MB/s: {:.0} %", 100.0 * share);
    let differ = times.iter().filter(|time| (time.hits == 0) != (time.fts5_hits == 0)).count();
    println!("queries that one side only finds something for: {differ} of {}", times.len());
    let mut slowest: Vec<&Time> = times.iter().collect();
    slowest.sort_by(|a, b| b.ours.total_cmp(&a.ours));
    println!("our slowest:");
    for time in slowest.iter().take(5) {
        println!("  {:6.1} ms, FTS5 {:6.1} ms: {}", 1e3 * time.ours, 1e3 * time.fts5, time.query);
    }
    if !settings.keep {
        drop(fts5);
        remove(&settings.dir);
    }
    Ok(())
}

/// One query: seconds of both, each the least of its rounds, which nothing else on the machine lengthened.
struct Time {
    kind: &'static str,
    query: String,
    ours: f64,
    /// Our other rounds, too.
    all: Vec<f64>,
    /// Ours, where all matches are counted: every one of them is read then, not only the best.
    counted: f64,
    fts5: f64,
    hits: usize,
    fts5_hits: usize,
}

fn latencies(library: &Path, fts5: &mut Fts5, queries: &[Query], rounds: usize) -> Result<Vec<Time>> {
    // The engine may be borrowed once: the closure of `library::read` may run again.
    let fts5 = std::cell::RefCell::new(fts5);
    library::read(library, |generation| {
        let index = Index::open(generation)?;
        // FTS5 does not count either.
        let options = Options { limit: LIMIT, count: false, ..Options::default() };
        let counting = Options { count: true, ..options.clone() };
        let ask = |query: &Query, options: &Options| {
            let began = Instant::now();
            let found = index.search(&query.ours, options)?;
            anyhow::Ok((began.elapsed().as_secs_f64(), found.hits.len()))
        };
        let mut times = Vec::new();
        for query in queries {
            let (kind, text) = (query.kind, query.ours.clone());
            let (_, hits) = ask(query, &options)?;
            let (_, fts5_hits) = fts5.borrow_mut().query(&query.fts5)?;
            let worst = f64::INFINITY;
            times.push(Time {
                kind,
                query: text,
                ours: worst,
                all: Vec::new(),
                counted: worst,
                fts5: worst,
                hits,
                fts5_hits,
            });
        }
        for _ in 0..rounds {
            for (query, time) in queries.iter().zip(&mut times) {
                let ours = ask(query, &options)?.0;
                time.all.push(ours);
                time.ours = time.ours.min(ours);
                time.fts5 = time.fts5.min(fts5.borrow_mut().query(&query.fts5)?.0);
                time.counted = time.counted.min(ask(query, &counting)?.0);
            }
        }
        Ok(times)
    })
}

struct Cold {
    searches: Vec<f64>,
    /// The same process asked for nothing: what starting it costs.
    nothing: Vec<f64>,
}

fn cold(program: &Path, library: &Path, queries: &[Query]) -> Result<Cold> {
    let time = |command: &mut Command| {
        let began = Instant::now();
        let output = command.output().with_context(|| format!("cannot run {}", program.display()))?;
        let seconds = began.elapsed().as_secs_f64();
        ensure!(output.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
        Ok(seconds)
    };
    let (mut searches, mut nothing) = (Vec::new(), Vec::new());
    for query in queries {
        // Behind `--`, as a query may begin with a hyphen.
        let args = ["search", "--format", "jsonl", "--library"];
        searches.push(time(Command::new(program).args(args).arg(library).args(["--", &query.ours]))?);
        nothing.push(time(Command::new(program).arg("--version"))?);
    }
    Ok(Cold { searches, nothing })
}

/// The value at or above which the rest lies, of a list of at least one.
fn quantile(values: &[f64], p: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(p * (sorted.len() - 1) as f64).round() as usize]
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    quantile(&values.collect::<Vec<_>>(), 0.5)
}

fn print(rows: &[[String; 4]]) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    for row in rows {
        println!(
            "{:w$}  {:>a$}  {:>b$}  {:>c$}",
            row[0],
            row[1],
            row[2],
            row[3],
            w = width(0),
            a = width(1),
            b = width(2),
            c = width(3)
        );
    }
}
