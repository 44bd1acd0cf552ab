//! `coroner review` and `build --corrections`, end to end: what people say of a field stays said.

mod corpus;

use std::fs;
use std::path::PathBuf;

use corpus::{Corpus, name};
use serde_json::Value;

fn corpus() -> Corpus {
    let corpus = Corpus::of(6);
    corpus.build(&["--quiet"]).expect(0);
    corpus
}

/// Writes a file of corrections beside the corpus.
fn corrections(corpus: &Corpus, rows: &str) -> PathBuf {
    let path = corpus.root.path().join("corrections.csv");
    fs::write(&path, format!("id,field,value,who,why\n{rows}")).unwrap();
    path
}

fn record(corpus: &Corpus, id: &str) -> Value {
    serde_json::from_str(&corpus.run(&["show", id, "--format", "json"]).expect(0).stdout).unwrap()
}

#[test]
fn a_correction_is_applied_marked_and_kept_across_builds() {
    let corpus = corpus();
    let before = record(&corpus, "0002.md");
    let file = corrections(
        &corpus,
        "0002.md,ttr_minutes,7,mira,the status page says so\n0002.md,root_cause,network,mira,a switch\n",
    );
    let run = corpus.build(&["--corrections", file.to_str().unwrap()]);
    run.expect(0).says("changed 1, unchanged 5").says("read        1 files");
    let corrected = |corpus: &Corpus| {
        let record = record(corpus, "0002.md");
        assert_eq!((&record["ttr_minutes"], &record["root_cause"]), (&Value::from(7.0), &Value::from("network")));
        assert_eq!(record["human"]["root_cause"]["who"], "mira");
        assert_eq!(record["human"]["root_cause"]["was"], before["root_cause"]);
        assert!(record["evidence"]["root_cause"].is_null() && record["confidence"]["root_cause"].is_null());
        corpus.run(&["query", "SELECT ttr_minutes FROM records WHERE id = '0002.md'"]).expect(0).says(" 7");
    };
    corrected(&corpus);
    corpus.run(&["show", "0002.md"]).expect(0).says("corrected by mira, was").says("a switch");
    // The same file again, no file, a changed document, and a build anew: it stays.
    corpus.build(&["--corrections", file.to_str().unwrap()]).expect(0).says("nothing changed");
    fs::remove_file(&file).unwrap();
    corpus.build(&[]).expect(0).says("nothing changed");
    corpus.write(&name(2), &corpus::document(2, 9));
    corpus.build(&[]).expect(0).says("changed 1");
    assert_eq!(record(&corpus, "0002.md")["ttr_minutes"], 7.0);
    corpus.build(&["--fresh"]).expect(0).says("added 6");
    assert_eq!(record(&corpus, "0002.md")["human"]["ttr_minutes"]["why"], "the status page says so");
    // It goes when a file without it is named.
    let none = corrections(&corpus, "");
    corpus.build(&["--corrections", none.to_str().unwrap()]).expect(0).says("changed 1");
    assert!(record(&corpus, "0002.md")["human"].is_null());
    corpus.build(&[]).expect(0).says("nothing changed");
}

#[test]
fn a_wrong_correction_fails_the_build_with_its_line_and_leaves_the_library() {
    let corpus = corpus();
    for (rows, expected) in [
        ("0001.md,title,x,m,w\nnowhere.md,title,x,m,w\n", "line 3: no document of the inputs has the id `nowhere.md`"),
        ("0001.md,root_cause,gremlins,m,w\n", "line 2: root_cause: `gremlins` is not one of"),
        ("0001.md,colour,red,m,w\n", "line 2: there is no field `colour`"),
        ("0001.md,resolved_at,1999-01-01T00:00:00Z,m,w\n", "line 2: `resolved_at` would lie before `started_at`"),
    ] {
        let file = corrections(&corpus, rows);
        corpus.build(&["--corrections", file.to_str().unwrap()]).expect(2).says(expected).says("corrections.csv");
        assert_eq!(corpus.generation().0, 1, "{rows}");
    }
    corpus.build(&["--corrections", "nowhere.csv"]).expect(2).says("nowhere.csv");
}

#[test]
fn a_correction_whose_document_went_waits_for_it() {
    let corpus = corpus();
    let file = corrections(&corpus, "0003.md,ttr_minutes,7,mira,seen\n");
    corpus.build(&["--corrections", file.to_str().unwrap()]).expect(0);
    corpus.remove("0003.md");
    corpus.build(&[]).expect(0).says("the corrections of 0003.md wait");
    corpus.write("0003.md", &corpus::document(3, 0));
    corpus.build(&[]).expect(0);
    assert_eq!(record(&corpus, "0003.md")["ttr_minutes"], 7.0);
}

#[test]
fn the_list_of_what_is_worth_a_look_is_a_start_for_the_file() {
    let corpus = Corpus::of(40);
    corpus.build(&["--quiet"]).expect(0);
    let run = corpus.run(&["review", "--format", "csv", "--quarter", "2024Q1"]);
    let list = &run.expect(0).stdout;
    assert!(list.starts_with("id,field,value,"), "{list}");
    let first = list.lines().nth(1).unwrap();
    let (id, field) = (first.split(',').next().unwrap(), first.split(',').nth(1).unwrap());
    let value = if field.ends_with("minutes") {
        "33"
    } else if field.ends_with("_at") {
        "2024-02-01"
    } else {
        "unknown"
    };
    let file = corrections(&corpus, &format!("{id},{field},{value},mira,read it\n"));
    corpus.build(&["--corrections", file.to_str().unwrap()]).expect(0).says("changed 1");
    let again = corpus.run(&["review", "--format", "csv", "--quarter", "2024Q1"]);
    assert!(!again.expect(0).stdout.contains(&format!("{id},{field},")), "what a person said is not asked again");
    corpus.run(&["review", "--limit", "3", "--format", "jsonl"]).expect(0);
    assert_eq!(corpus.run(&["review", "--limit", "3", "--format", "jsonl"]).stdout.lines().count(), 3);
}
