//! `coroner.toml` through the binary: own categories, own phrases, and how sure an answer has to be.

mod common;

use common::{Folder, code, stderr, stdout};
use coroner::record::{DetectionSource, Record, RootCause};

const REPORT: &[u8] = b"# Shop unreachable\n\n## Root cause\n\nThe outage was caused by a misconfigured DNS record in the zone file.\n\n## Detection\n\nThe watchtower barked at 10:02 UTC on 2024-03-05.\n";

const SETTINGS: &[u8] = br#"
[cues.detection_source]
monitoring = ["watchtower barked"]
[[category]]
name = "names"
of = ["network", "configuration"]
cues = ["dns records?"]
"#;

fn record(output: &std::process::Output) -> Record {
    serde_json::from_str(stdout(output).lines().next().unwrap()).unwrap()
}

#[test]
fn own_categories_and_phrases_are_used_with_their_evidence_and_the_guide_s_labels_stay() {
    let folder = Folder::with(&[("a.md", REPORT), ("own.toml", SETTINGS)]);
    let without = record(&folder.run(&["parse", "a.md"]));
    assert_eq!((without.category, without.root_cause), (None, RootCause::Configuration));
    let with = record(&folder.run(&["parse", "a.md", "--config", "own.toml"]));
    assert_eq!((with.category.as_deref(), with.root_cause), (Some("names"), RootCause::Configuration));
    assert!(with.evidence["category"].quote.contains("misconfigured DNS record"), "{:?}", with.evidence["category"]);
    assert_eq!(with.detection_source, DetectionSource::Monitoring);
    assert!(with.evidence["detection_source"].quote.contains("watchtower"));
}

#[test]
fn an_answer_below_the_confidence_asked_for_is_unknown() {
    let folder = Folder::with(&[("a.md", REPORT)]);
    let record = record(&folder.run(&["parse", "a.md", "--min-confidence", "1"]));
    assert_eq!((record.root_cause, record.detection_source), (RootCause::Unknown, DetectionSource::Unknown));
    assert!(!record.evidence.contains_key("root_cause") && !record.confidence.contains_key("root_cause"));
}

#[test]
fn a_build_under_other_settings_derives_every_record_anew() {
    let folder = Folder::with(&[("in/a.md", REPORT), ("own.toml", SETTINGS)]);
    let category = || stdout(&folder.run(&["show", "a.md", "--library", "lib", "--format", "json"]));
    assert_eq!(code(&folder.run(&["build", "in", "--library", "lib"])), Some(0));
    assert!(!category().contains("\"names\""));
    for _ in 0..2 {
        assert_eq!(code(&folder.run(&["build", "in", "--library", "lib", "--config", "own.toml"])), Some(0));
        assert!(category().contains("\"names\""));
    }
}

#[test]
fn a_fault_in_the_settings_names_the_file_and_what_would_be_right() {
    let folder =
        Folder::with(&[("a.md", REPORT), ("coroner.toml", b"[[category]]\nname = \"x\"\nof = [\"weather\"]\n")]);
    let output = folder.run(&["parse", "a.md"]);
    assert_eq!(code(&output), Some(2));
    let said = stderr(&output);
    assert!(said.contains("coroner.toml") && said.contains("weather") && said.contains("software_bug"), "{said}");
}

#[test]
fn a_model_of_one_s_own_reads_the_documents_and_the_records_of_a_library_follow_it() {
    // Weights under which a detection is never told, whatever a line says.
    let silent = b"label=unknown\tdetection_source:50\n";
    let folder = Folder::with(&[("in/a.md", REPORT), ("own.toml", SETTINGS), ("own/labels.tsv", silent)]);
    let source = |model: &[&str]| {
        let output = folder.run(&[&["parse", "in/a.md", "--config", "own.toml"], model].concat());
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        record(&output).detection_source
    };
    assert_eq!(source(&[]), DetectionSource::Monitoring);
    assert_eq!(source(&["--model", "own"]), DetectionSource::Unknown);
    let build = |model: &[&str]| {
        let output = folder.run(&[&["build", "in", "--library", "lib", "--config", "own.toml"], model].concat());
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        stdout(&folder.run(&["show", "a.md", "--library", "lib", "--format", "json"])).contains("\"monitoring\"")
    };
    assert!(build(&[]));
    assert!(!build(&["--model", "own"]));
}

#[test]
fn a_fault_in_a_model_names_the_file_and_the_line() {
    for (file, text, says) in [
        ("own/labels.tsv", "label=unknown\tweather:5\n", "labels.tsv: line 1: unknown class"),
        ("own/lables.tsv", "", "lables.tsv is no model: the files are events.tsv"),
        ("own/notes.txt", "", "it holds no model"),
    ] {
        let folder = Folder::with(&[("a.md", REPORT), (file, text.as_bytes())]);
        let output = folder.run(&["parse", "a.md", "--model", "own"]);
        assert_eq!(code(&output), Some(2));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
}
