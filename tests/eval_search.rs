//! `coroner eval-search`, end to end: the ranking over the samples holds its floor, and wrong judgments are named.

mod common;

use std::path::Path;

use common::{Folder, code, stderr, stdout};
use serde_json::Value;

/// nDCG over all judged queries of the samples that the ranking had when this was written. Raise it when the ranking does.
const FLOOR: f64 = 0.88;

fn sample_path(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name).to_string_lossy().into_owned()
}

/// A folder with the library `lib` of the samples.
fn samples() -> Folder {
    let folder = Folder::with(&[]);
    let built = folder.run(&["build", &sample_path("samples"), "--library", "lib", "--quiet"]);
    assert_eq!(code(&built), Some(0), "{}", stderr(&built));
    folder
}

fn rows(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let judgments = sample_path("judgments/samples.jsonl");
    let fixed = ["eval-search", "--library", "lib", "--judgments", &judgments, "--format", "json"];
    let output = folder.run(&[&fixed, args].concat());
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "", "every judged query can be read");
    serde_json::from_str(&stdout(&output)).unwrap()
}

fn number(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap_or_else(|| panic!("{name} in {row}"))
}

#[test]
fn the_ranking_of_the_samples_holds_its_floor() {
    let folder = samples();
    let kinds = rows(&folder, &[]);
    let all = kinds.last().unwrap();
    assert_eq!(all["kind"], "all");
    assert!(number(all, "queries") >= 60.0, "{all}");
    assert!(number(all, "ndcg") >= FLOOR, "{all}");
    assert!(number(all, "gain") > 0.0, "plain BM25 over the text ranks as well: {all}");
    // The kinds are the parts of the whole, and the rows of single queries those of the kinds.
    let parts = &kinds[..kinds.len() - 1];
    let queries: f64 = parts.iter().map(|row| number(row, "queries")).sum();
    assert_eq!(queries, number(all, "queries"));
    let each = rows(&folder, &["--each"]);
    for kind in parts {
        let of: Vec<f64> =
            each.iter().filter(|row| row["kind"] == kind["kind"]).map(|row| number(row, "ndcg")).collect();
        assert_eq!(of.len() as f64, number(kind, "queries"));
        let mean = of.iter().sum::<f64>() / of.len() as f64;
        assert!((mean - number(kind, "ndcg")).abs() < 2e-4, "{kind}: {mean}");
    }
}

#[test]
fn a_judged_document_that_the_library_lacks_is_named_with_its_line() {
    let folder = Folder::with(&[
        ("notes/redis.md", b"# Redis was down\n\nFrom 10:00 to 10:40 UTC on 3 May 2024.\n"),
        ("other/redis.md", b"# Redis was down again\n\nFrom 10:00 to 10:20 UTC on 4 May 2024.\n"),
        (
            "judgments.jsonl",
            b"{\"query\": \"redis\", \"kind\": \"symptom\", \"grades\": {\"notes/redis\": 3}}\n\
              {\"query\": \"kafka\", \"kind\": \"symptom\", \"grades\": {\"kafka.md\": 3, \"redis\": 1}}\n",
        ),
        ("good.jsonl", b"{\"query\": \"redis again\", \"kind\": \"fix\", \"grades\": {\"notes/redis\": 3}}\n"),
        ("nothing.jsonl", b"{\"query\": \"zeppelin\", \"kind\": \"fix\", \"grades\": {\"notes/redis\": 3}}\n"),
        ("none.jsonl", b"\n"),
    ]);
    assert_eq!(code(&folder.run(&["build", "notes", "other", "--library", "lib", "--quiet"])), Some(0));
    let run = |file: &str| folder.run(&["eval-search", "--library", "lib", "--judgments", file, "--format", "jsonl"]);
    let refused = run("judgments.jsonl");
    assert_eq!(code(&refused), Some(2));
    assert!(stderr(&refused).contains("judgments.jsonl:2: `kafka.md` is not in the library"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("judgments.jsonl:2: `redis` may be 2 documents"), "{}", stderr(&refused));
    assert!(!stderr(&refused).contains("jsonl:1"), "{}", stderr(&refused));

    let good: Value = serde_json::from_str(stdout(&run("good.jsonl")).lines().last().unwrap()).unwrap();
    assert_eq!((number(&good, "mrr"), number(&good, "recall")), (0.5, 1.0), "the other document comes first: {good}");
    let nothing: Value = serde_json::from_str(stdout(&run("nothing.jsonl")).lines().last().unwrap()).unwrap();
    assert_eq!((number(&nothing, "ndcg"), number(&nothing, "recall")), (0.0, 0.0), "{nothing}");
    assert_eq!(code(&run("none.jsonl")), Some(2));
    assert_eq!(code(&run("missing.jsonl")), Some(2));
}
