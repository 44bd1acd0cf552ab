//! How fast the time engine reads text, beside a plain scan for digits over the same text in the same run.
//!
//! `cargo bench --bench time --no-default-features` builds the crate without its library (no polars: minutes less) in
//! the bench profile of Cargo.toml. Without `--bench`, as under `cargo test`, it runs each task once and measures nothing.
//!
//! No criterion or divan: both measure one task to its end, then the next, so on a shared machine what disturbs one of
//! two tasks passes for a difference between them, and neither tells the ratio of two. Here the tasks take turns on each
//! document, in changing order, so that a disturbance falls on each by the time that it takes; a ratio is taken within a
//! round, and what is printed is the median over rounds with the least and the most. It needs no crate.
//!
//! The scan for digits is the least that any reader of times must do; a ratio to it holds on other machines, MB/s do
//! not. Text is what a document holds after decoding; MB are millions of its bytes. Reading files is not measured.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use coroner::document::Document;
use coroner::source::{self, Limits, walk};
use coroner::time;
use regex::Regex;

/// Rounds that count, after one that warms up.
const ROUNDS: usize = 21;
/// What a round takes at least, in seconds.
const ROUND: f64 = 0.2;

/// The corpora, relative to the package: the samples that everyone has, and a larger one where it lies beside.
const CORPORA: &[&str] = &["data/samples", "../shared/corpus"];

/// A way to read one document; gives how much it found.
struct Task {
    name: &'static str,
    work: Box<dyn Fn(&Document) -> usize>,
}

fn tasks() -> Vec<Task> {
    let digits = Regex::new("[0-9]+").unwrap();
    let task = |name, work| Task { name, work };
    vec![
        task("regex [0-9]+", Box::new(move |document: &Document| digits.find_iter(&document.text).count())),
        task("lex + grammar", Box::new(|document| time::scan(&document.text).len())),
        task(
            "lex + grammar + resolve",
            Box::new(|document| time::resolve::resolve(document, &document.text).items.len()),
        ),
    ]
}

fn main() {
    let measure = std::env::args().any(|arg| arg == "--bench");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in if measure { CORPORA } else { &CORPORA[..1] } {
        let documents = read(&root.join(name));
        if documents.is_empty() {
            continue;
        }
        if !measure {
            smoke(&documents);
            continue;
        }
        let bytes: usize = documents.iter().map(|document| document.text.len()).sum();
        let rounds = rounds(&documents, bytes as f64 / 1e6);
        println!("{name}: {} documents, {:.2} MB, {ROUNDS} rounds", documents.len(), bytes as f64 / 1e6);
        println!("  {:24} {:>24} {:>26}", "task", "MB/s (least - most)", "times slower than digits");
        for (at, task) in tasks().iter().enumerate() {
            let speed = Spread::of(rounds.iter().map(|round| round[at]).collect());
            let ratio = Spread::of(rounds.iter().map(|round| round[0] / round[at]).collect());
            println!("  {:24} {:>24} {:>26}", task.name, speed.text(), ratio.text());
        }
    }
}

/// The documents below `folder`, or none where there is no such folder.
fn read(folder: &PathBuf) -> Vec<Document> {
    let Ok(found) = walk::walk(std::slice::from_ref(folder), true) else { return Vec::new() };
    found
        .filter_map(|found| found.ok().and_then(|f| source::read_file(&f.path, &f.id, Limits::default()).ok()))
        .collect()
}

/// Runs each task once: it finds something, and what resolves finds no more than what reads.
fn smoke(documents: &[Document]) {
    let found: Vec<usize> =
        tasks().iter().map(|task| documents.iter().map(|document| (task.work)(document)).sum()).collect();
    assert!(found.iter().all(|found| *found > 0), "a task found nothing: {found:?}");
    assert!(found[2] <= found[1], "more times are placed than were read: {found:?}");
}

/// For each round the speed of each task in MB/s.
fn rounds(documents: &[Document], megabytes: f64) -> Vec<Vec<f64>> {
    let tasks = tasks();
    let mut speeds = Vec::new();
    for round in 0..=ROUNDS {
        let (begun, mut passes, mut taken) = (Instant::now(), 0.0, vec![0.0; tasks.len()]);
        while passes == 0.0 || begun.elapsed().as_secs_f64() < ROUND {
            for (nth, document) in documents.iter().enumerate() {
                for turn in 0..tasks.len() {
                    let at = (turn + nth + round) % tasks.len();
                    let started = Instant::now();
                    black_box((tasks[at].work)(black_box(document)));
                    taken[at] += started.elapsed().as_secs_f64();
                }
            }
            passes += 1.0;
        }
        let speed: Vec<f64> = taken.iter().map(|taken| passes * megabytes / taken).collect();
        speeds.push(speed);
    }
    speeds.split_off(1)
}

/// The median of some numbers, with the least and the most of them.
struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

impl Spread {
    fn of(mut numbers: Vec<f64>) -> Spread {
        numbers.sort_by(f64::total_cmp);
        Spread { least: numbers[0], median: numbers[numbers.len() / 2], most: numbers[numbers.len() - 1] }
    }

    fn text(&self) -> String {
        format!("{:.1} ({:.1} - {:.1})", self.median, self.least, self.most)
    }
}
