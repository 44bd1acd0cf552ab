//! Our side: a library of the generated texts, and our part of a build against a bare indexer of tantivy.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use coroner::document::Document;
use coroner::extract::extract;
use coroner::library::Part;
use coroner::record::Record;
use coroner::search::{IndexPart, bare};
use coroner::source::Limits;
use coroner::source::jsonl::Lines;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Documents that are read and extracted at a time.
const CHUNK: usize = 2_000;

/// What making the library took.
#[derive(Serialize, Deserialize)]
pub struct Built {
    /// From the lines of JSON to the last segment merged, extraction included.
    pub seconds: f64,
    pub bytes: u64,
    pub segments: usize,
}

/// The documents of the lines of a file, chunk by chunk, with their records.
fn chunks(texts: &Path) -> Result<impl Iterator<Item = Vec<(Document, Record)>>> {
    let file = File::open(texts).with_context(|| format!("cannot open {}", texts.display()))?;
    let mut lines = Lines::new(BufReader::with_capacity(1 << 20, file), "texts", Limits::default());
    Ok(std::iter::from_fn(move || {
        let lines: Vec<_> = lines.by_ref().take(CHUNK).filter_map(Result::ok).collect();
        let read = |line: coroner::source::jsonl::RawLine| {
            let document = line.document(Limits::default()).ok()?;
            let record = extract(&document);
            Some((document, record))
        };
        Some(lines.into_par_iter().filter_map(read).collect::<Vec<_>>()).filter(|chunk| !chunk.is_empty())
    }))
}

/// Makes a library at `at` that `coroner search` reads: one generation with an index, and no Parquet rows, which no search
/// reads.
pub fn build(texts: &Path, at: &Path, threads: usize) -> Result<Built> {
    let dir = at.join("generations/1");
    fs::create_dir_all(&dir)?;
    let began = Instant::now();
    let mut part = IndexPart.begin(&dir, None, threads)?;
    let mut documents = 0_u64;
    for chunk in chunks(texts)? {
        chunk.iter().try_for_each(|(document, record)| part.add(document, record))?;
        documents += chunk.len() as u64;
    }
    part.finish()?;
    let seconds = began.elapsed().as_secs_f64();
    let index = dir.join("index");
    let files = sizes(&index)?;
    let manifest = json!({
        "format": 1, "coroner": "synthetic", "fingerprint": "synthetic", "created": "2026-01-01T00:00:00Z", "inputs": [],
        "documents": documents, "incidents": documents, "coverage": {}, "skipped": {},
        "files": files.iter().map(|(name, bytes)| (format!("index/{name}"), *bytes)).collect::<BTreeMap<_, _>>(),
    });
    fs::write(dir.join("manifest.json"), manifest.to_string())?;
    fs::write(at.join("CURRENT"), "generation 1\n")?;
    let segments = tantivy::Index::open_in_dir(&index)?.searchable_segment_ids()?.len();
    Ok(Built { seconds, bytes: files.iter().map(|(_, bytes)| bytes).sum(), segments })
}

fn sizes(dir: &Path) -> Result<Vec<(String, u64)>> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name().to_string_lossy().into_owned(), entry.metadata()?.len()))
    };
    fs::read_dir(dir)?.map(entry).collect()
}

/// Bytes of text a second of our part of a build and of a bare indexer, round by round in turn.
///
/// Both are handed what they take, ready in memory: our part a document and its record, the bare one the entry that
/// ours makes of them. What differs is what our part does beside tantivy: sections, entries, the budget.
pub fn part_against_bare(
    texts: &Path,
    at: &Path,
    most: usize,
    threads: usize,
    rounds: usize,
) -> Result<Vec<(f64, f64)>> {
    let mut documents = Vec::new();
    for chunk in chunks(texts)? {
        documents.extend(chunk);
        if documents.len() >= most {
            break;
        }
    }
    let bytes: usize = documents.iter().map(|(document, _)| document.text.len()).sum();
    let dir = |name: &str| -> Result<PathBuf> {
        let dir = at.join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir)?;
        Ok(dir)
    };
    let mut taken = Vec::new();
    for _ in 0..rounds {
        let ours = dir("ours")?;
        let began = Instant::now();
        let mut part = IndexPart.begin(&ours, None, threads)?;
        documents.iter().try_for_each(|(document, record)| part.add(document, record))?;
        part.finish()?;
        let our_seconds = began.elapsed().as_secs_f64();

        let entries = bare::entries(&documents)?;
        let theirs = dir("bare")?;
        let began = Instant::now();
        let mut writer = bare::writer(&theirs, threads)?;
        for entry in entries {
            writer.add_document(entry)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let bare_seconds = began.elapsed().as_secs_f64();
        taken.push((bytes as f64 / 1e6 / our_seconds, bytes as f64 / 1e6 / bare_seconds));
    }
    Ok(taken)
}
