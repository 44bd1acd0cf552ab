//! Whole records of the sample corpus: what they are to the letter (golden files), and how right they are (labels).
//!
//! A golden file changes whenever reading changes: look at the difference, then renew them all with
//! `INSTA_UPDATE=always cargo test --test golden`. The floors below only rise: nothing may make reading worse unseen.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use coroner::extract::extract;
use coroner::record::Record;
use coroner::source::{self, Limits};
use coroner::validate;
use serde_json::Value;

fn samples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("data/samples")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn record(path: &Path) -> Record {
    let name = path.to_string_lossy().replace('\\', "/");
    extract(&source::read_file(path, &name, Limits::default()).unwrap())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn each_sample_gives_its_golden_record() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in samples() {
            insta::assert_json_snapshot!(stem(&path), record(&path));
        }
    });
}

#[test]
fn every_sample_keeps_the_promises() {
    for path in samples() {
        let document = source::read_file(&path, "id", Limits::default()).unwrap();
        validate::extraction(&document).unwrap_or_else(|broken| panic!("{}: {broken}", path.display()));
    }
}

/// The share of the incidents for which each field must be right, or rightly blank.
const FLOORS: &[(&str, &str, f64)] = &[
    ("started_at", "started_also", 0.79),
    ("detected_at", "detected_at_also", 0.75),
    ("resolved_at", "resolved_also", 0.85),
    ("ttd_minutes", "ttd_also", 0.81),
    ("ttr_minutes", "ttr_also", 0.87),
    ("detection_source", "detection_also", 0.81),
    ("root_cause", "root_cause_also", 0.81),
    ("trigger", "trigger_also", 0.71),
];

#[test]
fn the_records_agree_with_the_hand_labels_as_often_as_they_did() {
    let labels = std::fs::read_to_string("data/labels/samples.jsonl").unwrap();
    let labels: HashMap<String, Value> = labels
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|label| (label["id"].as_str().unwrap().to_owned(), label))
        .collect();
    let (mut incidents, mut right) = (0, vec![0; FLOORS.len()]);
    for path in samples() {
        let label = &labels[&stem(&path)];
        if label["is_incident"] == false {
            continue;
        }
        incidents += 1;
        let record = serde_json::to_value(record(&path)).unwrap();
        for (at, (field, also, _)) in FLOORS.iter().enumerate() {
            right[at] += usize::from(agrees(&record[field], &label[field], &label[also]));
        }
    }
    for ((field, _, floor), right) in FLOORS.iter().zip(right) {
        let share = right as f64 / incidents as f64;
        assert!(share >= *floor, "{field}: {right} of {incidents} right, {share:.3} is below {floor}");
    }
}

/// Whether a value is the label or one of those that a careful reader would accept too.
fn agrees(value: &Value, label: &Value, also: &Value) -> bool {
    let blank = |value: &Value| value.is_null() || value == "unknown";
    if blank(value) || blank(label) {
        return blank(value) && blank(label);
    }
    let same = |wanted: &Value| match (value.as_f64(), wanted.as_f64()) {
        (Some(value), Some(wanted)) => (value - wanted).abs() <= f64::max(2.0, 0.05 * wanted),
        _ => value == wanted,
    };
    same(label) || also.as_array().into_iter().flatten().any(same)
}
