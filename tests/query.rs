//! `coroner query` and `coroner trends`, end to end.
//!
//! What each named query computes is tested beside the SQL engine, on records made by hand; here it is run on a library.

mod corpus;

use std::fs;

use coroner::trends::NAMED;
use coroner::trends::tables::COMPUTED;
use corpus::{Corpus, Run, snapshot};

fn corpus() -> Corpus {
    let corpus = Corpus::of(12);
    corpus.build(&["--quiet"]).expect(0);
    corpus
}

#[test]
fn a_query_is_a_name_a_file_or_sql() {
    let corpus = corpus();
    corpus.run(&["query", "coverage", "--format", "csv"]).expect(0).says("field,n,n_known,coverage_percent");
    let file = corpus.root.path().join("mine.sql");
    fs::write(&file, "-- title: mine\nSELECT COUNT(*) AS documents FROM records").unwrap();
    let run = corpus.run(&["query", file.to_str().unwrap(), "--format", "csv"]);
    assert_eq!(run.expect(0).stdout, "documents\n12\n");
    let run = corpus.run(&["query", "SELECT id FROM records ORDER BY id LIMIT 1", "--format", "jsonl"]);
    assert_eq!(run.expect(0).stdout, "{\"id\":\"0000.md\"}\n");
}

#[test]
fn every_named_query_runs_in_every_format() {
    let corpus = corpus();
    for query in NAMED {
        for format in ["table", "csv", "json", "jsonl", "markdown"] {
            corpus.run(&["query", query.name, "--format", format]).expect(0);
        }
        let mut parquet = corpus.command(&["query", query.name, "--format", "parquet"]);
        let bytes = parquet.output().unwrap().stdout;
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{}", query.name);
    }
}

#[test]
fn the_named_queries_are_listed_and_shown() {
    let corpus = Corpus::of(0);
    let bare = |arguments: &[&str]| {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("coroner"));
        command.args(arguments);
        Run::of(command)
    };
    let list = bare(&["query", "--list"]);
    for query in NAMED {
        list.expect(0).says(query.name).says(query.title());
        assert_eq!(bare(&["query", query.name, "--show"]).expect(0).stdout, query.sql);
    }
    corpus.run(&["query", "coverage"]).expect(2);
}

#[test]
fn a_query_that_cannot_run_says_why() {
    let corpus = corpus();
    corpus.run(&["query", "nonsense"]).expect(2).says("incidents_by_quarter");
    corpus.run(&["query", "nowhere/mine.sql"]).expect(2).says("nowhere/mine.sql");
    corpus.run(&["query", "SELECT nothing FROM records"]).expect(2).says("nothing").says("coroner schema");
    corpus.run(&["query", "SELEKT 1 AS x"]).expect(2).says("only reads");
    corpus.run(&["query", "SELECT FROM WHERE"]).expect(2);
    corpus.run(&["query", "DROP TABLE records"]).expect(2).says("only reads");
    corpus.run(&["query", "DELETE FROM records"]).expect(2).says("only reads");
    corpus.run(&["query", "SELECT COUNT(*) FROM records"]).expect(0).says("12");
}

#[test]
fn trends_prints_every_table_or_writes_it_the_same_each_time() {
    let corpus = corpus();
    let printed = corpus.run(&["trends"]);
    for query in NAMED {
        printed.expect(0).says(&format!("## {}", query.title()));
    }
    let (first, second) = (corpus.root.path().join("first"), corpus.root.path().join("second"));
    for out in [&first, &second, &second] {
        corpus.run(&["trends", "--out", out.to_str().unwrap()]).expect(0).says("wrote");
    }
    let written = snapshot(&first);
    assert_eq!(written.len(), 3 * (NAMED.len() + COMPUTED.len()));
    assert_eq!(written, snapshot(&second));
    assert_eq!(written, snapshot(&corpus.generation().1.join("trends")));
}

#[test]
fn a_parameter_has_a_default_in_the_head_or_a_value_from_the_caller() {
    let corpus = corpus();
    let rows = |arguments: &[&str]| corpus.run(arguments).expect(0).stdout.lines().count() - 1;
    assert_eq!(rows(&["query", "slowest", "--format", "csv"]), 12);
    assert_eq!(rows(&["query", "slowest", "--format", "csv", "--param", "limit=3"]), 3);
    let by_id = "SELECT id FROM records WHERE id = $id";
    assert_eq!(rows(&["query", by_id, "--format", "csv", "--param", "id=0003.md"]), 1);
    assert_eq!(rows(&["query", by_id, "--format", "csv", "--param", "id=x' OR 'a' = 'a"]), 0);
    corpus.run(&["query", by_id]).expect(2).says("--param id=VALUE");
    corpus.run(&["query", "coverage", "--param", "limit=3"]).expect(2).says("it has none");
    corpus.run(&["query", "slowest", "--param", "limit"]).expect(2).says("--param limit=VALUE");
}

#[test]
fn queries_of_the_user_are_tables_beside_the_others() {
    let corpus = corpus();
    let dir = corpus.root.path().join("mine");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("weekdays.sql"), "-- title: Documents\n--\n-- How many.\nSELECT COUNT(*) AS n FROM records")
        .unwrap();
    let queries = dir.to_str().unwrap();
    corpus.run(&["trends", "--queries", queries, "--only", "weekdays"]).expect(0).says("## Documents").says("| 12 |");
    corpus.run(&["trends", "--queries", queries]).expect(0).says("## Documents").says("## Warnings");
    corpus.run(&["trends", "--only", "weekdays"]).expect(2).says("no table `weekdays`").says("survival");
    fs::write(dir.join("coverage.sql"), "SELECT 1 AS x").unwrap();
    corpus.run(&["trends", "--queries", queries]).expect(2).says("would replace the table coverage");
}
