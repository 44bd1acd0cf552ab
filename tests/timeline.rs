//! `coroner timeline` through the binary: a file, standard input, a record of a library, every format, every refusal.

mod common;

use common::{Folder, code, stderr, stdout};
use serde_json::Value;

const REPORT: &str = "---\ndate: 2024-03-05\n---\n# Outage of the mail queue\n\nAll times in UTC. Nobody noticed at 09:30.\n\n\
    - 10:00 outage begins\n- 10:12 an alert paged on-call\n- 10:45 service restored\n";

fn rows(json: &str) -> Vec<Value> {
    serde_json::from_str(json).unwrap()
}

fn column<'r>(rows: &'r [Value], name: &str) -> Vec<&'r str> {
    rows.iter().map(|row| row[name].as_str().unwrap_or("")).collect()
}

/// A folder with two documents and the library made of them.
fn library() -> Folder {
    let folder = Folder::with(&[("in/2024/queue.md", REPORT.as_bytes()), ("in/2025/queue.md", REPORT.as_bytes())]);
    let page = "<!doctype html><title>Mail</title><h1>Mail down</h1><p>Mail failed from 10:00 to 10:45 UTC on 5 March 2024.</p>";
    folder.write("in/mail.html", page);
    assert_eq!(code(&folder.run(&["build", "in", "--library", "lib"])), Some(0));
    folder
}

#[test]
fn every_time_of_a_file_is_told_with_its_place_its_origins_and_what_it_became() {
    let folder = Folder::with(&[("a.md", REPORT.as_bytes())]);
    let output = folder.run(&["timeline", "a.md", "--format", "json"]);
    assert_eq!((code(&output), stderr(&output).as_str()), (Some(0), ""));
    let rows = rows(&stdout(&output));
    assert_eq!(column(&rows, "place"), ["header", "sentence", "entry", "entry", "entry"]);
    assert_eq!(column(&rows, "when")[2..], ["2024-03-05T10:00:00Z", "2024-03-05T10:12:00Z", "2024-03-05T10:45:00Z"]);
    assert_eq!(column(&rows, "became")[2..], ["started_at", "detected_at", "resolved_at"]);
    assert_eq!(column(&rows, "kind")[2..], ["start", "alert", "resolve"]);
    assert_eq!(column(&rows, "day_from")[2], "from \"2024-03-05\"");
    assert_eq!(column(&rows, "zone_from")[2], "from \"UTC\"");
    for (row, time) in rows.iter().zip(["2024-03-05", "09:30", "10:00", "10:12", "10:45"]) {
        let (start, end) = (row["start"].as_u64().unwrap() as usize, row["end"].as_u64().unwrap() as usize);
        assert_eq!(&REPORT[start..end], time);
        assert_eq!(row["line"].as_u64().unwrap() as usize, REPORT[..start].lines().count());
    }
}

#[test]
fn beneath_the_table_stands_what_the_record_took_and_by_which_rule() {
    let folder = Folder::with(&[("a.md", REPORT.as_bytes())]);
    let printed = stdout(&folder.run(&["timeline", "a.md"]));
    let (times, taken) = printed.split_once("\n\n").unwrap();
    assert!(times.contains("= started_at") && times.contains("an alert paged on-call"), "{printed}");
    for (field, value, why) in [
        ("started_at", "2024-03-05T10:00:00Z", "(strong, chance 0."),
        ("detected_at", "2024-03-05T10:12:00Z", "(strong, chance 0."),
        ("ttd_minutes", "12", "detected_at - started_at"),
        ("ttr_minutes", "45", "resolved_at - started_at"),
    ] {
        let line = taken.lines().find(|line| line.contains(field)).unwrap();
        assert!(line.contains(value) && line.contains(why), "{line}");
    }
}

#[test]
fn a_stated_length_that_disagrees_stands_there_as_a_warning() {
    let folder = Folder::with(&[]);
    let text = REPORT.replace("Nobody noticed at 09:30.", "\n\nDuration: 3 hours\n");
    let output = folder.coroner(&["timeline", "-"]).write_stdin(text).output().unwrap();
    assert!(stdout(&output).contains("duration_mismatch"), "{}", stdout(&output));
}

#[test]
fn every_format_tells_the_same_times() {
    let folder = Folder::with(&[("a.md", REPORT.as_bytes())]);
    let print = |format| stdout(&folder.run(&["timeline", "a.md", "--format", format]));
    let expected = rows(&print("json"));
    let lines: Vec<Value> = print("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, expected);
    let csv = print("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let whens: Vec<_> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(whens, column(&expected, "when"));
    let markdown = print("markdown");
    assert!(column(&expected, "when").iter().all(|when| markdown.contains(&format!("| {when} |"))), "{markdown}");
}

#[test]
fn standard_input_is_read_like_a_file() {
    let folder = Folder::with(&[("a.md", REPORT.as_bytes())]);
    let output = folder.coroner(&["timeline", "-", "--format", "csv"]).write_stdin(REPORT).output().unwrap();
    assert_eq!(stdout(&output), stdout(&folder.run(&["timeline", "a.md", "--format", "csv"])));
}

#[test]
fn a_record_of_a_library_is_named_by_its_id_or_the_end_of_it() {
    let folder = library();
    let file = stdout(&folder.run(&["timeline", "in/2024/queue.md"]));
    for id in ["2024/queue.md", "2024/queue"] {
        let output = folder.run(&["timeline", id, "--library", "lib"]);
        assert_eq!((code(&output), stderr(&output).as_str(), stdout(&output)), (Some(0), "", file.clone()), "{id}");
    }
    let page = folder.run(&["timeline", "mail", "--library", "lib"]);
    assert_eq!((stderr(&page), stdout(&page)), (String::new(), stdout(&folder.run(&["timeline", "in/mail.html"]))));
}

#[test]
fn a_record_whose_file_changed_or_went_is_read_from_the_text_that_the_library_keeps() {
    let folder = library();
    let before = stdout(&folder.run(&["timeline", "2024/queue", "--library", "lib"]));
    folder.write("in/2024/queue.md", "# Something else\n\nIt failed at 17:00.\n");
    let changed = folder.run(&["timeline", "2024/queue", "--library", "lib"]);
    assert_eq!((code(&changed), stdout(&changed)), (Some(0), before.clone()));
    assert!(
        stderr(&changed).contains("in/2024/queue.md is not what the library was built from"),
        "{}",
        stderr(&changed)
    );
    std::fs::remove_file(folder.path().join("in/2024/queue.md")).unwrap();
    let gone = folder.run(&["timeline", "2024/queue", "--library", "lib"]);
    assert_eq!((code(&gone), stdout(&gone)), (Some(0), before));
    assert!(stderr(&gone).contains("cannot be read"), "{}", stderr(&gone));
}

#[test]
fn what_cannot_be_shown_is_refused_with_what_to_do() {
    let folder = library();
    folder.write("empty.md", "");
    folder.write("large.md", REPORT);
    for (args, says) in [
        (&["timeline", "nothing.md"] as &[&str], "if it is the id of a record, say `--library DIR`"),
        (
            &["timeline", "nothing", "--library", "lib"],
            "has no document `nothing`; `coroner search` finds ids by words",
        ),
        (&["timeline", "queue", "--library", "lib"], "2024/queue.md"),
        (&["timeline", "queue", "--library", "none"], "none"),
        (&["timeline", "-", "--library", "lib"], "leave `--library` out"),
        (&["timeline", "empty.md"], "empty: it has no words"),
        (&["timeline", "large.md", "--max-bytes", "10"], "raise --max-bytes"),
        (&["timeline", "in"], "reading `in`"),
    ] {
        let output = folder.run(args);
        assert_eq!((code(&output), stdout(&output).as_str()), (Some(2), ""), "{args:?}");
        assert!(stderr(&output).contains(says), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn a_document_without_times_says_so_and_leaves_the_record_blank() {
    let folder = Folder::with(&[("a.md", b"# Outage\n\nThe API was down. Root cause: a bug.\n")]);
    let output = folder.run(&["timeline", "a.md"]);
    assert_eq!((code(&output), stderr(&output).as_str()), (Some(0), "a.md tells no time\n"));
    assert!(stdout(&output).contains("started_at    -"), "{}", stdout(&output));
    assert_eq!(stdout(&folder.run(&["timeline", "a.md", "--format", "json"])), "[]\n");
}
