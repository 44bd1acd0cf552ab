//! `coroner parse` through the binary: what it prints, what it says, and how it ends.

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use common::{Folder, code, stderr, stdout};
use coroner::record::{FIELDS, Record};

const REPORT: &[u8] = b"# Outage of the mail queue\n\nIt failed from 10:00 to 10:30 UTC on 2024-03-05.\n";

fn ids(jsonl: &str) -> Vec<String> {
    jsonl.lines().map(|line| serde_json::from_str::<Record>(line).unwrap().id).collect()
}

#[test]
fn a_folder_gives_a_record_a_document_in_order_on_any_number_of_cores() {
    let folder = Folder::with(&[]);
    let mut expected = Vec::new();
    for number in 0..700 {
        expected.push(format!("{:02}/{number:03}.md", number / 50));
        folder.write(&format!("in/{}", expected[number]), format!("# Report {number}\n\nIt failed.\n"));
    }
    for jobs in ["1", "4"] {
        let output = folder.run(&["parse", "in", "--jobs", jobs]);
        assert_eq!((code(&output), stderr(&output).as_str()), (Some(0), ""));
        assert_eq!(ids(&stdout(&output)), expected);
    }
}

#[test]
fn every_format_reads_back() {
    let folder = Folder::with(&[
        ("in/a.md", REPORT),
        ("in/b.html", b"<!doctype html><h1>B</h1><p>Down.</p>"),
        ("in/c.txt", b"C"),
    ]);
    let print = |format| stdout(&folder.run(&["parse", "in", "--format", format]));
    let lines: Vec<Record> = print("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(serde_json::from_str::<Vec<Record>>(&print("json")).unwrap(), lines);
    let csv = print("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert!(reader.headers().unwrap().iter().eq(FIELDS.iter().map(|field| field.name)));
    assert_eq!(reader.records().map(|row| row.unwrap()[0].to_owned()).collect::<Vec<_>>(), ["a.md", "b.html", "c.txt"]);
    let table = print("table");
    assert!(["root_cause", "a.md", "b.html", "c.txt"].iter().all(|word| table.contains(word)), "{table}");
}

#[test]
fn no_documents_give_well_formed_nothing() {
    let folder = Folder::with(&[("in/.hidden", b"x")]);
    for (format, expected) in [("jsonl", ""), ("json", "[]\n")] {
        let output = folder.run(&["parse", "in", "--format", format]);
        assert_eq!((code(&output), stdout(&output).as_str()), (Some(0), expected));
    }
}

#[test]
fn bad_files_are_named_with_the_reason_and_never_stop_the_run() {
    let folder = Folder::with(&[
        ("in/a.md", REPORT),
        ("in/binary.txt", b"\x7fELF\0\0\0"),
        ("in/empty.md", b""),
        ("in/large.md", &[b'x'; 2000]),
        ("in/paper.pdf", b"%PDF-1.7"),
        ("in/utf32.txt", b"\xff\xfe\0\0a\0\0\0"),
        ("in/western.txt", b"The caf\xe9 was down.\n"),
        ("in/z.md", REPORT),
    ]);
    let output = folder.run(&["parse", "in", "--max-bytes", "1000"]);
    assert_eq!(code(&output), Some(1));
    assert_eq!(ids(&stdout(&output)), ["a.md", "western.txt", "z.md"]);
    let expected = [
        "skipped in/binary.txt: binary data: it is a program",
        "skipped in/empty.md: empty: it has no words",
        "skipped in/large.md: larger than 1000 bytes; raise --max-bytes to read it",
        "skipped in/paper.pdf: a damaged PDF: couldn't parse input: invalid file header",
        "skipped in/utf32.txt: encoded as UTF-32; convert it to UTF-8",
        "5 skipped, 3 read",
    ];
    assert_eq!(stderr(&output).lines().collect::<Vec<_>>(), expected);
}

#[cfg(unix)]
#[test]
fn unreadable_files_and_folders_are_named() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[("in/a.md", REPORT), ("in/shut/b.md", REPORT), ("in/shut.md", REPORT)]);
    std::os::unix::fs::symlink("gone.md", folder.path().join("in/link.md")).unwrap();
    let shut = [folder.path().join("in/shut"), folder.path().join("in/shut.md")];
    for path in &shut {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    }
    let is_root = fs::read_dir(&shut[0]).is_ok();
    let output = folder.run(&["parse", "in"]);
    for path in &shut {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert_eq!(code(&output), Some(1));
    let said = stderr(&output);
    assert!(said.contains("skipped in/link.md: cannot be read: a symbolic link: No such file"), "{said}");
    // No permission stops root, as which tests in a container often run.
    if !is_root {
        assert!(said.contains("skipped in/shut: cannot be read: Permission denied"), "{said}");
        assert!(said.contains("skipped in/shut.md: cannot be read: Permission denied"), "{said}");
        assert_eq!(ids(&stdout(&output)), ["a.md"]);
    }
}

#[test]
fn what_cannot_be_run_ends_with_2_and_says_why() {
    let folder = Folder::with(&[("in/a.md", REPORT)]);
    for (args, expected) in [
        (&["parse", "in", "gone"][..], "coroner: finding the input `gone`: No such file or directory"),
        (&["parse", "gone.jsonl", "--from", "jsonl"], "coroner: opening the JSONL input `gone.jsonl`: No such file"),
        (&["parse", "in", "--from", "jsonl"], "coroner: opening the JSONL input `in`: it is a folder"),
        (&["parse", "-", "in"], "coroner: reading standard input: `-` cannot stand beside other inputs"),
        (&["parse"], "error: the following required arguments"),
        (&["parse", "in", "--format", "xml"], "error: invalid value 'xml'"),
    ] {
        let output = folder.run(args);
        assert_eq!((code(&output), stdout(&output).as_str()), (Some(2), ""), "{args:?}");
        assert!(stderr(&output).starts_with(expected), "{}", stderr(&output));
    }
}

#[test]
fn ids_follow_the_inputs_and_ignored_files_stay_out() {
    let folder = Folder::with(&[
        ("in/.gitignore", b"draft.md"),
        ("in/draft.md", REPORT),
        ("in/sub/a.md", REPORT),
        ("b.md", REPORT),
    ]);
    for (args, expected) in [
        (&["parse", "in"][..], &["sub/a.md"][..]),
        (&["parse", "in", "--no-ignore"], &["draft.md", "sub/a.md"]),
        (&["parse", "b.md", "in", "in/sub"], &["b.md", "in/sub/a.md"]),
        (&["parse", "in/draft.md"], &["in/draft.md"]),
    ] {
        assert_eq!(ids(&stdout(&folder.run(args))), expected, "{args:?}");
    }
}

#[test]
fn standard_input_is_one_document_or_lines_of_json() {
    let folder = Folder::with(&[]);
    let output = folder.coroner(&["parse", "-"]).write_stdin(REPORT).output().unwrap();
    assert_eq!((code(&output), ids(&stdout(&output))), (Some(0), vec!["-".to_owned()]));

    let lines = "{\"id\":\"a\",\"text\":\"# A\\n\\nIt failed.\"}\nnot json\n\n{\"id\":2,\"text\":\"B\"}\n";
    let output = folder.coroner(&["parse", "-", "--from", "jsonl"]).write_stdin(lines).output().unwrap();
    assert_eq!((code(&output), ids(&stdout(&output))), (Some(1), vec!["a".to_owned(), "2".to_owned()]));
    assert!(
        stderr(&output).starts_with("skipped -:2: not a line of JSON with `id` and `text`: "),
        "{}",
        stderr(&output)
    );

    let output = folder.coroner(&["parse", "-"]).write_stdin(" \n").output().unwrap();
    assert_eq!(
        (code(&output), stderr(&output).as_str()),
        (Some(1), "skipped -: empty: it has no words\n1 skipped, 0 read\n")
    );
}

#[test]
fn a_reader_that_goes_away_ends_the_run_in_silence() {
    let folder = Folder::with(&[]);
    for number in 0..600 {
        folder.write(&format!("in/{number:03}.md"), REPORT);
    }
    for format in ["jsonl", "json", "csv", "table"] {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("coroner"))
            .current_dir(folder.path())
            .args(["parse", "in", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((code(&output), stderr(&output).as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn nobody_listening_on_standard_error_is_no_reason_to_fail() {
    let folder = Folder::with(&[]);
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("coroner"))
        .current_dir(folder.path())
        .args(["parse", "-", "--from", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    child.stdin.take().unwrap().write_all(b"not json\n{\"id\":\"a\",\"text\":\"x\"}\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), ids(&stdout(&output))), (Some(1), vec!["a".to_owned()]));
}

#[test]
fn the_schema_is_json_and_the_reference_is_markdown() {
    let folder = Folder::with(&[]);
    let schema: serde_json::Value = serde_json::from_str(&stdout(&folder.run(&["schema"]))).unwrap();
    assert!(schema["properties"]["ttr_minutes"].is_object());
    assert!(stdout(&folder.run(&["schema", "--format", "markdown"])).starts_with("# The record\n"));
}
