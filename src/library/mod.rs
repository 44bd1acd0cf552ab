//! The library on disk: everything that was derived from a set of documents, in whole generations.
//!
//! ```text
//! LIB/CURRENT                      names the generation that readers see; replaced atomically, the one commit point
//! LIB/LOCK                         held by the build that runs
//! LIB/generations/7/manifest.json  what the generation was made from, by what, and the size of every file in it
//! LIB/generations/7/records.parquet  one row a document: see `records`
//! LIB/generations/7/sources.jsonl  line i: the file that row i was read from, as it was then
//! LIB/generations/7/skipped.jsonl  the files that could not be read, and why
//! LIB/generations/7/corrections.csv  what people corrected, where they did
//! LIB/generations/7/...            whatever the parts of the build add: `index/`, `trends/`
//! ```
//!
//! Promises: a reader sees one whole generation or an error that names what is broken and the command that mends it; a
//! generation never changes once it is committed; a build killed at any instant leaves the last one in place.
//! What the text means, how it is searched and what is counted is left to others: see [`part::Part`].

mod build;
mod chunks;
mod corrections;
mod guard;
mod known;
mod lock;
mod making;
mod manifest;
mod part;
mod records;
mod store;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

pub use build::{Plan, Summary, Watch, build};
pub use guard::guarded;
pub use manifest::{Manifest, Skipped};
pub use part::{Part, PartWriter};
#[cfg(test)]
pub(crate) use records::RecordsWriter;
pub use records::{DERIVED, Derived};
pub use store::replace;

/// Hash of the code and data that libraries are derived with: see `build.rs`.
pub const FINGERPRINT: &str = env!("CORONER_FINGERPRINT");

/// One committed state of a library. It never changes; it may be removed when two newer ones exist.
#[derive(Clone, Debug)]
pub struct Generation {
    pub library: PathBuf,
    pub number: u64,
    pub dir: PathBuf,
    pub manifest: Manifest,
}

impl Generation {
    /// The Parquet file of the records.
    pub fn records(&self) -> PathBuf {
        records_in(&self.dir)
    }

    /// The error of a reader who found `what` of this generation broken.
    pub fn damaged(&self, what: &str, why: impl std::fmt::Display) -> anyhow::Error {
        damaged(&self.library, &format!("{what} of generation {}", self.number), why, &self.manifest.inputs)
    }

    /// The error of a reader who finds that another version of the program laid out `what`.
    pub fn foreign(&self, what: &str) -> anyhow::Error {
        anyhow!(
            "{what} of the library {} was made by another version of Coroner ({}); this is {}.\n\
             To make it anew with this one: {}",
            self.library.display(),
            self.manifest.coroner,
            env!("CARGO_PKG_VERSION"),
            command(&self.library, &self.manifest.inputs, false),
        )
    }
}

/// The Parquet file of the records in the directory of a generation, committed or in the making.
pub fn records_in(generation: &Path) -> PathBuf {
    generation.join(records::FILE)
}

/// Runs `work` on the current generation of `library`.
///
/// A builder may commit twice while a slow reader works, and remove the generation under it. So when `work` fails and
/// `CURRENT` has moved on meanwhile, it is run again on the new one; `work` must therefore print nothing itself.
pub fn read<T>(library: &Path, work: impl Fn(&Generation) -> Result<T>) -> Result<T> {
    let mut number = store::current_number(library)?;
    loop {
        let outcome = store::open_generation(library, number).and_then(|generation| {
            guarded(|| work(&generation)).unwrap_or_else(|panic| Err(generation.damaged("a file", panic)))
        });
        let now = store::current_number(library)?;
        if outcome.is_ok() || now == number {
            return outcome;
        }
        number = now;
    }
}

/// An error that says what of a library is broken, why, and how to mend it.
fn damaged(library: &Path, what: &str, why: impl std::fmt::Display, inputs: &[String]) -> anyhow::Error {
    anyhow!(
        "the library {} is damaged: {what}: {why}\nTo mend it: {}",
        library.display(),
        command(library, inputs, true)
    )
}

/// The build command for a library, ready to paste into a shell.
fn command(library: &Path, inputs: &[String], fresh: bool) -> String {
    let mut words = vec!["coroner build".to_owned()];
    match inputs {
        [] => words.push("<INPUT>...".to_owned()),
        inputs => words.extend(inputs.iter().map(|input| quoted(input))),
    }
    if fresh {
        words.push("--fresh".to_owned());
    }
    words.push(format!("--library {}", quoted(&library.to_string_lossy())));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Reads a whole file as text, for the small files of a library.
fn text_of(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
