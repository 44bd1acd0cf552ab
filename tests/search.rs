//! `coroner search` and `coroner show`, end to end, over three documents about different things.
//!
//! How well the ranking serves a reader is not for here to say: these tests hold what must always be so.

mod corpus;

use corpus::Corpus;

/// Three documents about different things.
fn corpus() -> Corpus {
    let corpus = Corpus::of(0);
    corpus.write(
        "2024/redis.md",
        "# Redis failover took the cart down\n\nOn 2024-05-02 the redis primary failed over. The certificate was fine.\n",
    );
    corpus.write(
        "2024/cert.md",
        "# Expired certificate\n\nThe certificate of the gateway ran out on 2024-08-01, and the\n   gateway refused clients.\n",
    );
    corpus.write(
        "2025/cert.md",
        "# Another one\n\nOn 2025-01-03 certificates of the mail relay were renewed too late.\n",
    );
    corpus.build(&["--quiet"]).expect(0);
    corpus
}

fn ids(corpus: &Corpus, query: &str) -> Vec<String> {
    let run = corpus.run(&["search", query, "--format", "jsonl"]);
    let id = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    run.expect(0).stdout.lines().map(id).collect()
}

#[test]
fn hits_are_ranked_and_marked() {
    let corpus = corpus();
    assert_eq!(ids(&corpus, "redis"), ["2024/redis.md"]);
    assert_eq!(ids(&corpus, "gateway certificate")[0], "2024/cert.md");
    assert_eq!(ids(&corpus, "gateway certificate").len(), 3);
    let run = corpus.run(&["search", "gateway refused"]);
    run.expect(0).says("the **gateway** **refused** clients").says("  1. ").says("2024/cert.md");
    assert!(!run.stdout.contains('\x1b'), "{run:?}");
}

#[test]
fn words_are_found_in_their_other_forms_and_phrases_as_they_stand() {
    let corpus = corpus();
    assert_eq!(ids(&corpus, "certificates").len(), 3);
    assert_eq!(ids(&corpus, "\"mail relay\""), ["2025/cert.md"]);
    assert!(ids(&corpus, "\"relay mail\"").is_empty());
    assert_eq!(ids(&corpus, "certificate -redis -mail"), ["2024/cert.md"]);
}

#[test]
fn the_number_of_hits_is_limited_and_the_rest_counted() {
    let corpus = corpus();
    let run = corpus.run(&["search", "certificate", "--limit", "2"]);
    run.expect(0).says("2 of 3 documents");
    assert_eq!(run.stdout.split_terminator("\n\n").count(), 2, "{run:?}");
    corpus.run(&["search", "certificate", "--limit", "0"]).expect(2);
}

#[test]
fn nothing_found_is_said_and_is_no_error() {
    let corpus = corpus();
    let run = corpus.run(&["search", "zeppelin"]);
    assert_eq!(run.expect(0).says("nothing in").stdout, "");
    let run = corpus.run(&["search", "zeppelin", "--format", "json"]);
    assert_eq!(run.expect(0).stdout, "[]\n");
}

#[test]
fn a_malformed_query_gets_a_plain_error_with_a_hint() {
    let corpus = corpus();
    for query in ["\"open", "(a", "error: 500", "a AND", "ttr:[x TO y]"] {
        corpus.run(&["search", query]).expect(2).says("cannot read the query").says(query);
    }
}

#[test]
fn every_format_gives_the_hits() {
    let corpus = corpus();
    for format in ["table", "csv", "json", "jsonl", "markdown"] {
        let run = corpus.run(&["search", "redis", "--format", format]);
        run.expect(0).says("2024/redis.md").says("root_cause");
    }
}

#[test]
fn show_knows_a_document_by_its_id_or_the_end_of_it() {
    let corpus = corpus();
    for id in ["2024/redis.md", "redis.md", "redis", "2024/redis"] {
        corpus.run(&["show", id]).expect(0).says("id                2024/redis.md").says("root_cause");
    }
    corpus.run(&["show", "cert"]).expect(2).says("2024/cert.md").says("2025/cert.md");
    corpus.run(&["show", "ert.md"]).expect(2).says("has no document");
    corpus.run(&["show", ""]).expect(2);
}

#[test]
fn show_prints_the_record_as_json_too() {
    let corpus = corpus();
    let run = corpus.run(&["show", "redis", "--format", "json"]);
    let record: coroner::record::Record = serde_json::from_str(&run.expect(0).stdout).unwrap();
    assert_eq!(record.id, "2024/redis.md");
}
