//! The files of the models: those that are part of the program, or the user's own in their place.
//!
//! What a document says is read by the same models everywhere in the program, as its lexicons are, so they are chosen once,
//! before the first document is read. A user's folder holds any of the files of `data/model` by their names, as
//! `coroner train` writes them; a file that it does not hold stays ours. Each is read through before it is taken.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::times::{HAPPENINGS, ROLES};
use super::{category, confidence};
use crate::model::lines::Lines;
use crate::model::weights::Weights;

/// A model: the name of its file, ours, and what finds the fault in another.
struct Model {
    name: &'static str,
    ours: &'static str,
    check: fn(&str) -> Result<(), String>,
}

macro_rules! models {
    ($($name:literal: $check:expr;)*) => {
        [$(Model { name: $name, ours: include_str!(concat!("../../data/model/", $name)), check: $check },)*]
    };
}

/// Read as it will be read in use: what is no fault here is none there.
fn lines(file: &str, classes: &[&'static str]) -> Result<(), String> {
    Lines::parse([(file, classes)]).map(drop)
}

fn weights(file: &str, classes: &[&str]) -> Result<(), String> {
    Weights::parse(file, classes).map(drop)
}

static MODELS: [Model; 7] = models! {
    "events.tsv": |file| lines(file, &HAPPENINGS);
    "causes.tsv": |file| lines(file, &category::reasons());
    "triggers.tsv": |file| lines(file, &category::occasions());
    "detections.tsv": |file| lines(file, &category::ways());
    "labels.tsv": |file| weights(file, &category::FIELDS);
    "times.tsv": |file| weights(file, &ROLES);
    "confidence.tsv": |file| confidence::parse(file).map(drop);
};

/// The user's files, by name.
static OWN: OnceLock<Vec<(&'static str, String)>> = OnceLock::new();

fn own() -> &'static [(&'static str, String)] {
    OWN.get().map_or(&[], Vec::as_slice)
}

/// The text of the model in use.
pub(crate) fn text(name: &str) -> &'static str {
    let own = own().iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str());
    own.or_else(|| MODELS.iter().find(|model| model.name == name).map(|model| model.ours)).unwrap_or_default()
}

/// What tells the user's models from others, for what is derived by them; empty where all are ours.
#[cfg(feature = "program")]
pub(crate) fn identity() -> String {
    own().iter().map(|(name, text)| format!("{name}\0{text}\0")).collect()
}

/// Takes the models in `folder` in place of ours, for the whole process, before anything is extracted.
///
/// # Errors
/// The folder holds no model, one that cannot be read, one with a fault, or a table that is no model of the program.
pub fn replace(folder: &Path) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|e| e.to_string())?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| e.to_string())?.path();
        if path.extension().is_none_or(|extension| extension != "tsv") {
            continue;
        }
        let named = path.file_name().and_then(|name| MODELS.iter().find(|model| name == model.name));
        let model = named.ok_or_else(|| format!("{} is no model: {}", path.display(), known()))?;
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        (model.check)(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        found.push((model.name, text));
    }
    if found.is_empty() {
        return Err(format!("it holds no model: {}", known()));
    }
    found.sort_unstable();
    OWN.set(found).map_err(|_| "models were chosen before".to_owned())
}

fn known() -> String {
    let names: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
    format!("the files are {}, as `coroner train` writes them", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_of_ours_has_no_fault_and_a_damaged_one_has() {
        for model in &MODELS {
            assert_eq!((model.check)(model.ours), Ok(()), "{}", model.name);
            assert_eq!(text(model.name), model.ours);
            let damaged = format!("{}what\tno:such\n", model.ours);
            assert!((model.check)(&damaged).is_err(), "{}", model.name);
        }
    }

    #[test]
    fn what_would_be_a_fault_in_use_is_one_when_a_model_is_taken() {
        for (name, line, says) in [
            ("causes.tsv", "four words are many\tcapacity:1\n", "no line has the feature"),
            ("labels.tsv", "a\troot_cause:NaN\n", "the weight is no number"),
            ("times.tsv", "a\tstarted_at:inf\n", "the weight is no number"),
        ] {
            let model = MODELS.iter().find(|model| model.name == name).unwrap();
            assert!((model.check)(line).unwrap_err().contains(says), "{name}");
        }
    }
}
