//! How fast the time engine reads text, beside a plain scan for digits over the same text in the same run.
//!
//! `cargo bench --bench time --no-default-features` builds the crate without its library (no polars: minutes less) in
//! the bench profile of Cargo.toml. Without `--bench`, as under `cargo test`, it runs each task once and measures nothing.
//!
//! No criterion or divan: both measure one task to its end, then the next, so on a shared machine what disturbs one of
//! two tasks passes for a difference between them, and neither tells the ratio of two. Here the tasks take turns on each
//! document, in changing order, and of several passes the least time of each task on each document counts: a document
//! takes less than a time slice, so the least was not interrupted. (Whole passes are, and the longer task more often,
//! which makes any mean or median of them a measure of the load.) Such a series gives one ratio; what is printed is the
//! median over series with the least and the most. It needs no crate.
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

/// Series, each of which gives a speed and a ratio; one more before them warms up.
const SERIES: usize = 7;
/// Passes over the corpus in a series.
const PASSES: usize = 10;

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
        let series = series(&documents, bytes as f64 / 1e6);
        println!("{name}: {} documents, {:.2} MB, {SERIES} series", documents.len(), bytes as f64 / 1e6);
        println!("  {:24} {:>24} {:>26}", "task", "MB/s (least - most)", "times slower than digits");
        for (at, task) in tasks().iter().enumerate() {
            let speed = Spread::of(series.iter().map(|speeds| speeds[at]).collect());
            let ratio = Spread::of(series.iter().map(|speeds| speeds[0] / speeds[at]).collect());
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

/// For each series the speed of each task in MB/s.
fn series(documents: &[Document], megabytes: f64) -> Vec<Vec<f64>> {
    let tasks = tasks();
    let mut speeds = Vec::new();
    for _ in 0..=SERIES {
        let mut least = vec![vec![f64::INFINITY; documents.len()]; tasks.len()];
        for pass in 0..PASSES {
            for (nth, document) in documents.iter().enumerate() {
                for turn in 0..tasks.len() {
                    let at = (turn + nth + pass) % tasks.len();
                    let begun = Instant::now();
                    black_box((tasks[at].work)(black_box(document)));
                    least[at][nth] = least[at][nth].min(begun.elapsed().as_secs_f64());
                }
            }
        }
        speeds.push(least.iter().map(|least| megabytes / least.iter().sum::<f64>()).collect());
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
