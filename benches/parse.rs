//! How fast documents become records: the whole of `coroner parse`, from the bytes of a file to its line of JSON, on one
//! core, beside a bare tokenizer that only lower-cases the words of the same files.
//!
//! `cargo bench --bench parse` reads `data/samples`, and `../shared/corpus` where there is one; `cargo bench --bench parse
//! -- FOLDER` reads another folder. Both programs run in turn, round by round, so that what else the machine does slows
//! both: the ratio is the median over the rounds, the rate that of the best round. MB are 10^6 bytes of input files.
//!
//! The harness is this file alone. The usual ones time one function after the other and know no bytes of two programs side
//! by side; a ratio of rounds that alternate needs twenty lines.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use coroner::extract::extract;
use coroner::source::{self, walk};

/// Rounds go on for so long, and there are at least [`FEWEST`].
const TIME: Duration = Duration::from_secs(5);
const FEWEST: usize = 7;

/// A file: the id of its record, and its bytes.
type File = (String, Vec<u8>);

fn main() {
    // Cargo passes `--bench`, which means nothing here.
    let named: Vec<PathBuf> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).map(PathBuf::from).collect();
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let known = || ["data/samples", "../shared/corpus"].iter().map(|folder| here.join(folder));
    let folders = if named.is_empty() { known().filter(|folder| folder.is_dir()).collect() } else { named };
    let sets: Vec<(String, Vec<File>)> =
        folders.iter().map(|folder| (folder.display().to_string(), files(folder.clone()))).collect();

    let first = sets.iter().flat_map(|(_, files)| files).next().expect("no file to read in any folder");
    let start = Instant::now();
    black_box(parse(std::slice::from_ref(first)));
    println!("first document, with all that is compiled on first use: {:.1} ms\n", start.elapsed().as_secs_f64() * 1e3);

    println!("{:>8} {:>8} {:>12} {:>12} {:>7}  files", "files", "MB", "parse MB/s", "words MB/s", "ratio");
    for (name, files) in &sets {
        compare(name, files);
    }
    // The same words as one document: a rate that falls shows work that grows faster than the document.
    let largest = sets.iter().map(|(_, files)| files).max_by_key(|files| bytes(files)).expect("there is a set");
    for size in [1, 4] {
        let file = large(largest, size * 1_000_000);
        assert!(parse(std::slice::from_ref(&file)) > 0, "a document of {size} MB is not read");
        compare(&format!("one document of {size} MB"), &[file]);
    }
}

fn files(folder: PathBuf) -> Vec<File> {
    let found = walk::walk(&[folder], true).expect("the folder is there").filter_map(Result::ok);
    found.map(|file| (file.id, std::fs::read(&file.path).expect("a file that was found can be read"))).collect()
}

fn bytes(files: &[File]) -> usize {
    files.iter().map(|(_, bytes)| bytes.len()).sum()
}

/// One Markdown document of about `size` bytes, made of the text files over and over.
fn large(files: &[File], size: usize) -> File {
    let texts = files.iter().filter(|(id, _)| !id.ends_with("html")).map(|(_, bytes)| bytes.as_slice());
    let texts: Vec<&[u8]> = texts.filter(|bytes| std::str::from_utf8(bytes).is_ok()).collect();
    let mut bytes = Vec::with_capacity(size + 100_000);
    for text in texts.iter().cycle().take_while(|_| !texts.is_empty()) {
        if bytes.len() >= size {
            break;
        }
        bytes.extend_from_slice(text);
        bytes.extend_from_slice(b"\n\n");
    }
    ("large.md".to_owned(), bytes)
}

fn compare(name: &str, files: &[File]) {
    let time = |work: &dyn Fn(&[File]) -> u64| {
        let start = Instant::now();
        black_box(work(black_box(files)));
        start.elapsed().as_secs_f64()
    };
    let began = Instant::now();
    let mut rounds: Vec<(f64, f64)> = Vec::new();
    while rounds.len() < FEWEST || began.elapsed() < TIME {
        rounds.push((time(&parse), time(&words)));
    }
    let megabytes = bytes(files) as f64 / 1e6;
    let best = |of: fn(&(f64, f64)) -> f64| megabytes / rounds.iter().map(of).fold(f64::MAX, f64::min);
    let mut ratios: Vec<f64> = rounds.iter().map(|(parse, words)| words / parse).collect();
    ratios.sort_by(f64::total_cmp);
    let (parse, words, ratio) = (best(|round| round.0), best(|round| round.1), ratios[ratios.len() / 2]);
    println!("{:>8} {megabytes:>8.2} {parse:>12.1} {words:>12.1} {ratio:>7.3}  {name}", files.len());
}

/// Every file to its line of JSON; the number of bytes of these.
fn parse(files: &[File]) -> u64 {
    let mut line = Vec::new();
    let mut written = 0;
    for (id, bytes) in files {
        // What is no document is skipped, as in a run.
        let Ok(document) = source::from_bytes(bytes.clone(), id, id, None) else { continue };
        line.clear();
        serde_json::to_writer(&mut line, &extract(&document)).expect("a record is JSON");
        written += line.len() as u64 + 1;
    }
    written
}

/// The words of every file in lower case, cut where letters and digits end; a hash of them, so that none is left out.
fn words(files: &[File]) -> u64 {
    let mut hash = DefaultHasher::new();
    let mut word = String::new();
    for (_, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
            word.clear();
            word.extend(part.chars().flat_map(char::to_lowercase));
            hash.write(word.as_bytes());
        }
    }
    hash.finish()
}
