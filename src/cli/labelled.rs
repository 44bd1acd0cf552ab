//! Hand labels and the documents that they speak of, for `eval` and `train`.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};

use super::output;
use crate::document::Document;
use crate::labels::Label;
use crate::source::walk::walk;
use crate::source::{self, Limits};

/// The labels in these files, the later of two for one document.
pub fn labels(paths: &[PathBuf]) -> anyhow::Result<Vec<Label>> {
    let mut all: Vec<Label> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for path in paths {
        let doing = || format!("reading the labels of {}", path.display());
        let file = fs::read_to_string(path).with_context(doing)?;
        for label in Label::read(&file).map_err(|why| anyhow!(why)).with_context(doing)? {
            match known.get(&label.id) {
                Some(at) => all[*at] = label,
                None => {
                    known.insert(label.id.clone(), all.len());
                    all.push(label);
                }
            }
        }
    }
    Ok(all)
}

/// The labelled documents under `paths`, found by the stem of their file names, in the order of the files; says which labels
/// have none. It is an error if none has.
pub fn documents(labels: Vec<Label>, paths: &[PathBuf], limits: Limits) -> anyhow::Result<Vec<(Label, Document)>> {
    let count = labels.len();
    let wanted = labels.into_iter().map(|label| (label.id.clone(), label)).collect();
    let (read, missing) = by_stem(wanted, paths, limits)?;
    if !missing.is_empty() {
        output::say(format_args!("{} labels without a document: {}", missing.len(), missing.join(", ")));
    }
    if read.is_empty() {
        bail!(
            "none of the {count} labels has a document under the given paths: labels name documents by the stem of their file"
        );
    }
    Ok(read)
}

/// Documents, each with what it was wanted for.
type Found<T> = Vec<(T, Document)>;

/// The documents under `paths` that are wanted by the stem of their file names, each with what it is wanted for, in the order of
/// the files; and the stems of which there is none.
pub fn by_stem<T>(
    mut wanted: HashMap<String, T>,
    paths: &[PathBuf],
    limits: Limits,
) -> anyhow::Result<(Found<T>, Vec<String>)> {
    let mut read = Vec::new();
    for found in walk(paths, true)? {
        let found = match found {
            Ok(found) => found,
            Err(skipped) => {
                output::say(skipped);
                continue;
            }
        };
        let Some(what) = found.path.file_stem().and_then(|stem| wanted.remove(stem.to_str()?)) else { continue };
        match source::read_file(&found.path, &found.id, limits) {
            Ok(document) => read.push((what, document)),
            Err(why) => output::say(format_args!("skipped {}: {why}", found.path.display())),
        }
    }
    let mut missing: Vec<String> = wanted.into_keys().collect();
    missing.sort_unstable();
    Ok((read, missing))
}
