//! The files of the models: those that are part of the program, or the user's own in their place.
//!
//! What a document says is read by the same models everywhere in the program, as its lexicons are, so they are chosen once,
//! before the first document is read. A user's folder holds any of the files of `data/model` by their names, as
//! `coroner train` writes them; a file that it does not hold stays ours. Each is read through before it is taken.

use std::fs;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use super::times::{HAPPENINGS, ROLES};
use super::{category, confidence};
use crate::model::gist::Gist;
use crate::model::lines::Lines;
use crate::model::weights::Weights;

/// The models that documents are read by.
#[derive(Debug)]
pub struct Models {
    /// What a clause says happened.
    pub(super) events: Lines<1>,
    /// What a sentence gives as cause, as trigger and as way of detection, in the order of [`category::Field::ALL`].
    pub(super) reasons: Lines<3>,
    /// Of which cause and which trigger the words of a whole document speak.
    pub(super) gist: Gist<2>,
    /// Which moment is which.
    pub(super) times: Weights<3>,
    /// Which label is right.
    pub(super) labels: Weights<3>,
}

impl Models {
    /// Reads the models from the texts of their files, by name.
    ///
    /// # Errors
    /// A fault in one of them, by its name.
    pub(crate) fn read<'t>(text: impl Fn(&str) -> &'t str) -> Result<Models, String> {
        let in_file = |name: &'static str| move |why: String| format!("{name}: {why}");
        let causes = (text("causes.tsv"), &*category::reasons());
        let triggers = (text("triggers.tsv"), &*category::occasions());
        let detections = (text("detections.tsv"), &*category::ways());
        let (of_cause, of_trigger) =
            (category::subjects(category::Field::Cause), category::subjects(category::Field::Trigger));
        Ok(Models {
            events: Lines::parse([(text("events.tsv"), &HAPPENINGS)]).map_err(in_file("events.tsv"))?,
            reasons: Lines::parse([causes, triggers, detections])
                .map_err(in_file("causes.tsv, triggers.tsv, detections.tsv"))?,
            gist: Gist::parse([(text("gist-causes.tsv"), &*of_cause), (text("gist-triggers.tsv"), &*of_trigger)])
                .map_err(in_file("gist-causes.tsv, gist-triggers.tsv"))?,
            times: Weights::parse(text("times.tsv"), &ROLES).map_err(in_file("times.tsv"))?,
            labels: Weights::parse(text("labels.tsv"), &category::FIELDS).map_err(in_file("labels.tsv"))?,
        })
    }

    /// Ours, or the user's in their place.
    pub fn in_use() -> &'static Models {
        static IN_USE: LazyLock<Models> = LazyLock::new(|| {
            // Ours are read by a test, the user's when they are taken: a fault in them is a fault in the build.
            Models::read(text).unwrap_or_else(|e| panic!("{e}"))
        });
        &IN_USE
    }
}

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

fn gist(file: &str, field: category::Field) -> Result<(), String> {
    Gist::parse([(file, &*category::subjects(field))]).map(drop)
}

fn weights(file: &str, classes: &[&str; 3]) -> Result<(), String> {
    Weights::parse(file, classes).map(drop)
}

static MODELS: [Model; 9] = models! {
    "events.tsv": |file| lines(file, &HAPPENINGS);
    "causes.tsv": |file| lines(file, &category::reasons());
    "triggers.tsv": |file| lines(file, &category::occasions());
    "detections.tsv": |file| lines(file, &category::ways());
    "gist-causes.tsv": |file| gist(file, category::Field::Cause);
    "gist-triggers.tsv": |file| gist(file, category::Field::Trigger);
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
