//! What a generation was made from: its manifest, the list of its sources, the list of what could not be read.
//!
//! The manifest is small and read at every opening; the two lists grow with the corpus, so they are files of JSON
//! lines beside it, written and read as streams. Each line of `sources.jsonl` belongs to the row of the same number
//! in `records.parquet`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub const FILE: &str = "manifest.json";
pub const SOURCES: &str = "sources.jsonl";
pub const SKIPPED: &str = "skipped.jsonl";

/// The layout of libraries that this program writes, and the only one it reads.
pub const FORMAT: u64 = 1;

/// What a generation says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// See [`FORMAT`].
    pub format: u64,
    /// Version of the program that made the generation.
    pub coroner: String,
    /// `library::FINGERPRINT`, with a hash of the user's settings and mappings where there are any: documents are carried over
    /// only from a generation of the same.
    pub fingerprint: String,
    /// When the generation was completed, RFC 3339 in UTC.
    pub created: String,
    /// The inputs as they were given.
    pub inputs: Vec<String>,
    /// Rows of `records.parquet`: one a document, incident or not.
    pub documents: u64,
    pub incidents: u64,
    /// Core field to the number of incidents in which it is known.
    pub coverage: BTreeMap<String, u64>,
    /// Reason to the number of files that were skipped for it.
    pub skipped: BTreeMap<String, u64>,
    /// File of the generation, relative to its directory, to its size in bytes.
    pub files: BTreeMap<String, u64>,
}

/// The file that one record was read from, as it was then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    pub id: String,
    /// The id of the file, where it is not that of the record: the file holds several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub path: String,
    pub size: u64,
    /// Time of the last change, in nanoseconds since 1970.
    pub mtime: i64,
    /// BLAKE3 of the bytes, in hexadecimal.
    pub hash: String,
}

/// A file, or a part of one, that gave no record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// The path, with the place where it is a part of the file: `incidents.jsonl:12`.
    pub path: String,
    /// The id of the file, where other parts of it did give records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The kind of reason, to count by: `empty`, `binary`.
    pub kind: String,
    /// The reason in words.
    pub reason: String,
}

impl Manifest {
    /// Reads the manifest in the directory of a generation. The errors say what is wrong, not what it means.
    pub fn load(dir: &Path) -> Result<Manifest> {
        let value: serde_json::Value = serde_json::from_str(&super::text_of(&dir.join(FILE))?)?;
        let format = value.get("format").and_then(serde_json::Value::as_u64).ok_or_else(|| anyhow!("no `format`"))?;
        if format > FORMAT {
            return Err(anyhow!(Newer(format)));
        }
        Ok(serde_json::from_value(value)?)
    }

    /// The text of `manifest.json`.
    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self).context("cannot write the manifest as JSON")? + "\n")
    }

    /// The first file of the generation that is not what the manifest says, and what is wrong with it.
    pub fn fault(&self, dir: &Path) -> Option<(String, String)> {
        self.files.iter().find_map(|(name, size)| match std::fs::metadata(dir.join(name)) {
            Ok(found) if found.len() == *size => None,
            Ok(found) => Some((name.clone(), format!("{} bytes where {size} were written", found.len()))),
            Err(error) => Some((name.clone(), error.to_string())),
        })
    }
}

/// The layout of a library is newer than this program.
#[derive(Debug)]
pub struct Newer(pub u64);

impl std::fmt::Display for Newer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "layout {} is newer than the layout {FORMAT} that this program knows", self.0)
    }
}

impl std::error::Error for Newer {}

/// Writes a file of JSON lines.
pub struct Lines<T> {
    path: PathBuf,
    out: BufWriter<File>,
    of: PhantomData<T>,
}

impl<T: Serialize> Lines<T> {
    pub fn create(path: PathBuf) -> Result<Lines<T>> {
        let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Lines { path, out: BufWriter::new(file), of: PhantomData })
    }

    pub fn write(&mut self, item: &T) -> Result<()> {
        serde_json::to_writer(&mut self.out, item)
            .map_err(std::io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    pub fn finish(mut self) -> Result<()> {
        self.out.flush().with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Reads a file of JSON lines, one item at a time.
pub fn lines<T: DeserializeOwned>(path: &Path) -> Result<impl Iterator<Item = Result<T>> + use<T>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let path = path.to_owned();
    Ok(BufReader::new(file).lines().enumerate().map(move |(number, line)| {
        let parsed = line.map_err(anyhow::Error::from).and_then(|line| Ok(serde_json::from_str(&line)?));
        parsed.with_context(|| format!("cannot read {} line {}", path.display(), number + 1))
    }))
}

/// Reads a whole file of JSON lines.
pub fn list<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    lines(path)?.collect()
}
