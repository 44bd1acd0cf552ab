//! README.md holds what it shows: its subcommands, options and files are there.
//!
//! Promises: a renamed subcommand, option or file that README.md (or docs/architecture.md) still names fails here, and
//! so does a subcommand that README.md leaves out, or a figure that it shows and the program no longer prints. Leaves to others: what
//! other commands print.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use regex::Regex;

/// The mark by which `.ci/run` finds the test command.
const MARK: &str = "# .ci/run takes its test command from this line";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

fn help_of(args: &[&str]) -> String {
    let output = Command::cargo_bin("coroner").unwrap().args(args).output().unwrap();
    assert!(output.status.success(), "coroner {args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of the blocks that are fenced as `sh`.
fn shell_lines(markdown: &str) -> Vec<String> {
    let fence = regex(r"(?ms)^ *```sh\n(.*?)^ *```$");
    fence.captures_iter(markdown).flat_map(|block| block[1].lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Each `coroner SUBCOMMAND ...` of the shell lines, also by way of `cargo run`: the subcommand and its options.
fn calls(readme: &str) -> Vec<(String, Vec<String>)> {
    let call = regex(r"(?:^|\| )(?:coroner|cargo run --release --) ([a-z][a-z-]*)([^|#]*)");
    let option = regex(r"--[a-z-]+");
    let mut calls = Vec::new();
    for line in shell_lines(readme) {
        for found in call.captures_iter(&line) {
            calls.push((found[1].to_owned(), option.find_iter(&found[2]).map(|it| it.as_str().to_owned()).collect()));
        }
    }
    calls
}

/// The subcommands as `coroner --help` lists them.
fn subcommands() -> BTreeSet<String> {
    let known = listed(&help_of(&["--help"]));
    assert!(!known.is_empty());
    known
}

/// The subcommands that a help text lists, none where it lists none.
fn listed(help: &str) -> BTreeSet<String> {
    let list = help.split_once("Commands:\n").and_then(|(_, list)| list.split_once("\n\n"));
    let Some((list, _)) = list else { return BTreeSet::new() };
    regex(r"(?m)^  ([a-z][a-z-]*)(?:  |$)").captures_iter(list).map(|name| name[1].to_owned()).collect()
}

#[test]
fn the_readme_shows_every_subcommand_and_no_other() {
    let readme = text("README.md");
    let known = subcommands();
    let called: BTreeSet<String> = calls(&readme).into_iter().map(|(name, _)| name).collect();
    let mentioned: BTreeSet<String> =
        regex(r"`coroner ([a-z][a-z-]*)").captures_iter(&readme).map(|name| name[1].to_owned()).collect();
    for name in called.union(&mentioned) {
        assert!(known.contains(name), "README.md names `coroner {name}`, which `coroner --help` does not");
    }
    for name in known.iter().filter(|name| *name != "help") {
        assert!(called.contains(name), "README.md shows no call of `coroner {name}`");
    }
}

#[test]
fn every_option_in_a_command_of_the_readme_is_one() {
    for (name, options) in calls(&text("README.md")) {
        let mut help = help_of(&[&name, "--help"]);
        // What has commands of its own takes their options.
        for nested in listed(&help).iter().filter(|nested| *nested != "help") {
            help += &help_of(&[&name, nested, "--help"]);
        }
        for option in options {
            let is_known = regex(&format!(r"(?m)^ +(?:-\w, )?{option}(?: |$)")).is_match(&help);
            assert!(is_known, "README.md calls `coroner {name} {option}`, which its --help does not know");
        }
    }
}

#[test]
fn every_query_that_the_readme_runs_by_name_is_there() {
    for line in shell_lines(&text("README.md")) {
        if let Some(name) = regex(r"coroner query ([a-z_]+)").captures(&line) {
            let file = root().join("queries").join(format!("{}.sql", &name[1]));
            assert!(file.is_file(), "README.md runs the query {}", &name[1]);
        }
    }
}

#[test]
fn every_file_that_the_pages_name_exists() {
    for page in ["README.md", "docs/architecture.md", "CHANGELOG.md"] {
        let markdown = text(page);
        let folder = root().join(Path::new(page).parent().unwrap());
        for link in regex(r"\]\(([^)#]+)[^)]*\)").captures_iter(&markdown) {
            assert!(link[1].starts_with("https://") || folder.join(&link[1]).exists(), "{page} links to {}", &link[1]);
        }
        // Paths in commands and in running text, all from the root: `data/labels/samples.jsonl`, `docs/record.md`.
        let path = regex(r"(?m)(?:^|[\s`'])((?:\.ci|data|docs|notebooks|queries|src|tests)/[\w./-]*\w)");
        for named in path.captures_iter(&markdown) {
            assert!(root().join(&named[1]).exists(), "{page} names {}", &named[1]);
        }
    }
}

#[test]
fn the_test_command_stands_in_the_readme_once_where_ci_takes_it_from() {
    let readme = text("README.md");
    let marked: Vec<&str> = readme.lines().filter(|line| line.contains(MARK)).collect();
    assert_eq!(marked.len(), 1, "{marked:?}");
    assert_eq!(marked[0].split('#').next().unwrap().trim(), "cargo test");
    assert!(text(".ci/run").contains(MARK), ".ci/run looks for another mark");
}

/// What stands in the block of README.md that begins with that line, without white space at the ends of lines.
fn shown(first: &str) -> String {
    let readme = text("README.md");
    let block = readme.split("```text\n").skip(1).find(|block| block.starts_with(first));
    let block = block.unwrap_or_else(|| panic!("README.md shows nothing that begins with `{first}`"));
    trimmed(block.split("```").next().unwrap_or_default())
}

fn trimmed(text: &str) -> String {
    // How long a run takes is of the machine.
    let lines = text.lines().filter(|line| !line.starts_with("read "));
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn what_the_readme_shows_of_the_samples_is_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("library");
    let run = |args: &[&str]| {
        let output = Command::cargo_bin("coroner").unwrap().args(args).current_dir(root()).output().unwrap();
        trimmed(&String::from_utf8(output.stdout).unwrap())
    };
    let at = library.to_str().unwrap();
    let built = run(&["build", "data/samples", "--library", at]).replace(at, "library");
    assert_eq!(built, shown("library     library, generation 1\n"));
    for (first, args) in [
        (
            "  1. POST-INCIDENT REVIEW",
            &["search", "expired certificate cause:expiry", "--limit", "2", "--library", at][..],
        ),
        ("id                repo/INC-0729-spam-folder.md\n", &["show", "INC-0729-spam-folder", "--library", at]),
        (
            "id,field,value,confidence_percent",
            &["review", "--quarter", "2025Q2", "--limit", "3", "--format", "csv", "--library", at],
        ),
        ("52 labels, 52 with a record\n", &["eval", "data/labels/samples.jsonl", "data/samples"]),
    ] {
        let (printed, shown) = (run(args), shown(first));
        assert!(printed.starts_with(&shown), "coroner {args:?} prints\n{printed}\nand README.md shows\n{shown}");
    }
}
