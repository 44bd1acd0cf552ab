//! `coroner search` and `coroner show`, end to end, over three documents about different things.
//!
//! How well the ranking serves a reader is not for here to say: these tests hold what must always be so.

mod corpus;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use coroner::library;
use coroner::search::{Hit, Index, Options, Total};
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

/// Three incidents, each told as incidents are.
fn incidents() -> Corpus {
    let corpus = Corpus::of(0);
    let write = |name: &str, title: &str, day: &str, cause: &str, fix: &str| {
        corpus.write(
            name,
            &format!(
                "# {title}\n\nDate: {day}\n\n## Timeline (UTC)\n\n- {day} 10:00 errors begin\n- {day} 10:10 an alert paged us\n\
                 - {day} 11:00 service was restored\n\n## Root cause\n\n{cause}\n\n## Resolution\n\nIt was a long day. {fix}\n"
            ),
        );
    };
    let expired = "The outage was caused by an expired certificate on the gateway.";
    write("2024/cert.md", "Gateway refused clients", "2024-08-01", expired, "We **renewed** the certificate.");
    write(
        "2025/cert.md",
        "Mail relay down",
        "2025-01-03",
        "An expired certificate of the relay.",
        "We renewed it by hand.",
    );
    let pool = "The connection pool was configured too small, a wrong setting.";
    write(
        "2025/pool.md",
        "Checkout stood still",
        "2025-02-07",
        pool,
        "We rolled back the release and restarted the workers.",
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

#[test]
fn a_fault_in_a_query_is_shown_with_a_caret_under_it() {
    let corpus = corpus();
    let run = corpus.run(&["search", "redis cause:expiri", "--format", "json"]);
    assert_eq!(run.expect(2).stdout, "");
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines[1], "  redis cause:expiri");
    assert_eq!(lines[2], "              ^");
    run.says("Did you mean cause:expiry?").says("hardware");
}

#[test]
fn hits_are_narrowed_by_what_the_record_tells() {
    let corpus = incidents();
    for (query, expected) in [
        ("cause:expiry", &["2025/cert.md", "2024/cert.md"][..]),
        ("certificate cause:expiry date:2024", &["2024/cert.md"]),
        ("date:2024Q3..2025Q1 ttr:>=1h has:ttd", &["2025/pool.md", "2025/cert.md", "2024/cert.md"]),
        ("ttd:>10m", &[]),
        ("title:gateway", &["2024/cert.md"]),
        ("why:pool resolution:restarted", &["2025/pool.md"]),
        ("detection:monitoring -cause:expiry", &["2025/pool.md"]),
    ] {
        assert_eq!(ids(&corpus, query), expected, "{query}");
    }
}

#[test]
fn hits_are_sorted_and_paged() {
    let corpus = Corpus::of(7);
    corpus.build(&["--quiet"]).expect(0);
    let page = |options: &[&str]| {
        let run = corpus.run(&[&["search", "outage", "--format", "jsonl"], options].concat());
        let row = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
        run.expect(0).stdout.lines().map(row).collect::<Vec<_>>()
    };
    let dates: Vec<String> = page(&["--sort", "date"]).iter().map(|row| row["date"].to_string()).collect();
    assert!(dates.len() == 7 && dates.is_sorted_by(|a, b| a >= b), "{dates:?}");
    let times: Vec<f64> =
        page(&["--sort", "ttr", "--reverse"]).iter().map(|row| row["ttr_minutes"].as_f64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let whole = page(&[]);
    let pages: Vec<_> = [0, 3, 6].iter().flat_map(|at| page(&["--limit", "3", "--offset", &at.to_string()])).collect();
    let id = |rows: &[serde_json::Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(id(&pages), id(&whole));
    assert_eq!(pages[3]["rank"], 4);
    corpus.run(&["search", "outage", "--limit", "3", "--offset", "3"]).expect(0).says("4 to 6 of 7 documents");
}

#[test]
fn matches_are_counted_by_their_labels() {
    let corpus = incidents();
    let run = corpus.run(&["search", "*", "--facets", "--format", "csv"]);
    run.expect(0).says("root_cause,expiry,2").says("quarter,2024Q3,1").says("organization,,3");
    let run = corpus.run(&["search", "certificate", "--facets", "--limit", "1"]);
    run.expect(0).says("root_cause        expiry 2").says("1 of 2 documents");
}

#[test]
fn a_hit_tells_what_resolved_it() {
    let run = incidents();
    let run = run.run(&["search", "pool"]);
    run.expect(0).says("fixed by: We rolled back the release and restarted the workers.");
}

#[test]
fn weights_are_taken_from_a_file() {
    let corpus = Corpus::of(0);
    corpus.write("body.md", "# Outage\n\nThe gateway and the gateway, and again a gateway: gateway.\n");
    corpus.write("title.md", "# Gateway\n\nIt failed, and it took us many words to say why it did and how.\n");
    corpus.build(&["--quiet"]).expect(0);
    let weights = corpus.root.path().join("weights.tsv");
    let first = |table: &str| {
        std::fs::write(&weights, table).unwrap();
        let path = weights.to_str().unwrap();
        let run = corpus.run(&["search", "gateway", "--format", "jsonl", "--limit", "1", "--weights", path]);
        let row: serde_json::Value = serde_json::from_str(run.expect(0).stdout.trim()).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(first("title\t0\n"), "body.md");
    assert_eq!(first("title\t5\n"), "title.md");
    std::fs::write(&weights, "tittle\t1\n").unwrap();
    let run = corpus.run(&["search", "gateway", "--weights", weights.to_str().unwrap()]);
    run.expect(2).says("weights.tsv").says("line 1");
}

/// Ten documents, so that one can be clearly more like a query than the others. One is of rubbish in the street.
fn varied() -> Corpus {
    let corpus = Corpus::of(0);
    for (name, text) in [
        ("bins", "On 2024-05-02 the lorries skipped twelve roads: the waste was not collected, and bins overflowed."),
        ("cert", "On 2024-08-01 the certificate of the gateway ran out, and the gateway refused clients."),
        ("redis", "On 2024-05-09 the redis primary failed over, and carts were lost for ten minutes."),
        ("disk", "On 2024-06-11 the disk of the database was full, and MySQL could not write."),
        ("dns", "On 2024-07-03 a change of the zone broke DNS, and hosts could not be found."),
        ("flood", "On 2024-10-03 attackers sent a flood of requests, and the API was unavailable."),
        ("heat", "On 2024-07-19 the chillers stopped, the hall overheated and servers shut down."),
        ("deploy", "On 2024-09-12 a release had a null pointer, and checkout failed until it was rolled back."),
        ("price", "On 2024-11-29 a rounding fault showed wrong prices to customers of the shop."),
        ("net", "On 2024-02-14 a router dropped packets between two regions, and traffic was slow."),
    ] {
        corpus.write(&format!("{name}.md"), text);
    }
    corpus.build(&["--quiet"]).expect(0);
    corpus
}

#[test]
fn what_says_the_same_without_a_word_of_the_query_is_found_in_a_small_library_and_shown() {
    let corpus = varied();
    let run = corpus.run(&["search", "garbage piled up in the street"]);
    run.expect(0).says("in other words: ").says("the waste was not collected").says("bins.md");
    assert!(run.stdout.contains("  1. ") && !run.stdout.contains("  2. "), "{run:?}");
    // With words that others have, it is one more.
    let query = "garbage piled up in the street gateway";
    let found = ids(&corpus, query);
    assert!(found.len() == 2 && found.contains(&"bins.md".into()) && found.contains(&"cert.md".into()), "{found:?}");
    corpus.run(&["search", query, "--limit", "1"]).expect(0).says("1 of 2 documents");
    corpus.run(&["search", query, "--limit", "1", "--offset", "1"]).expect(0).says("2 to 2 of 2 documents");
}

#[test]
fn what_has_no_word_of_the_query_keeps_to_all_else_that_the_query_says() {
    let corpus = varied();
    let query = "garbage piled up in the street";
    for (more, expected) in [
        ("id:bins*", &["bins.md"][..]),
        ("-redis", &["bins.md"]),
        ("(-redis)", &["bins.md"]),
        ("-overflowed", &[]),
        ("-\"not collected\"", &[]),
        ("-id:bins*", &[]),
        ("id:cert*", &[]),
        ("+redis", &["redis.md"]),
        ("title:redis", &["redis.md"]),
        ("\"redis primary\"", &["redis.md"]),
        ("(redis OR zeppelin)", &["redis.md"]),
        ("zeppelin*", &[]),
    ] {
        assert_eq!(ids(&corpus, &format!("{query} {more}")), expected, "{more}");
    }
}

#[test]
fn what_has_no_word_of_the_query_is_neither_sorted_nor_counted_by_labels() {
    let corpus = varied();
    let query = "garbage piled up in the street";
    for options in [&["--sort", "date"][..], &["--sort", "ttr"], &["--sort", "score", "--reverse"], &["--facets"]] {
        let run = corpus.run(&[&["search", query], options].concat());
        assert!(!run.expect(0).stdout.contains("bins.md"), "{options:?}: {run:?}");
    }
    let weights = corpus.root.path().join("weights.tsv");
    std::fs::write(&weights, "meaning\t0\n").unwrap();
    corpus.run(&["search", query, "--weights", weights.to_str().unwrap()]).expect(0).says("nothing in");
}

#[test]
fn words_that_are_unknown_or_too_few_or_of_something_else_find_nothing() {
    let corpus = varied();
    for query in [
        "xyzzy",
        "garbage",
        "garbage street",
        "xyzzy plugh garbage",
        "xyzzy plugh qwghlm",
        "guitar lessons for pianists",
    ] {
        assert_eq!(ids(&corpus, query), [""; 0], "{query}");
    }
}

#[test]
fn a_library_of_words_without_a_known_meaning_is_searched_by_words() {
    let corpus = Corpus::of(0);
    for name in ["xyzzy", "plugh", "qwghlm", "grxx", "frobnik", "zork", "vlrrm", "hjkl"] {
        corpus.write(&format!("{name}.md"), &format!("{name} {name} {name}."));
    }
    corpus.build(&["--quiet"]).expect(0);
    assert_eq!(ids(&corpus, "garbage in the street plugh"), ["plugh.md"]);
    assert!(ids(&corpus, "garbage piled up in the street").is_empty());
}

#[test]
fn a_document_is_on_one_page_whether_it_is_found_by_words_or_by_meaning() {
    let corpus = Corpus::of(0);
    // More share a word with the query than are looked at again, and those which mean the most are among the last by words.
    for number in 0..130 {
        let about =
            if number % 10 == 0 { "The waste was not collected and lay in the road." } else { "A null pointer." };
        let text = format!("Number {number}. {about} {} An outage.", "Then nothing. ".repeat(number));
        corpus.write(&format!("{number:03}.md"), &text);
    }
    corpus.build(&["--quiet"]).expect(0);
    let query = "outage garbage piled up in the street";
    let page = |limit: &str, offset: usize| {
        let run =
            corpus.run(&["search", query, "--format", "jsonl", "--limit", limit, "--offset", &offset.to_string()]);
        let id = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].to_string();
        run.expect(0).stdout.lines().map(id).collect::<Vec<_>>()
    };
    let whole = page("200", 0);
    assert_eq!(whole.len(), 130);
    assert_eq!(whole.iter().collect::<std::collections::HashSet<_>>().len(), 130);
    let pages: Vec<_> = [0, 30, 60, 90, 120].iter().flat_map(|offset| page("30", *offset)).collect();
    assert_eq!(pages, whole);
    corpus.run(&["search", query, "--limit", "1", "--all"]).expect(0).says("1 of 130 documents");
}

#[test]
fn similar_incidents_are_found_for_an_id_a_file_and_standard_input() {
    let corpus = incidents();
    let run = corpus.run(&["similar", "2024/cert", "--limit", "1"]);
    run.expect(0)
        .says("2025/cert.md")
        .says("similar: cause expiry")
        .says("certificate")
        .says("fixed by: We renewed it by hand.");
    let file = corpus.root.path().join("draft.md");
    std::fs::write(&file, "# The gateway refused clients\n\nIts certificate ran out.\n").unwrap();
    let run = corpus.run(&["similar", file.to_str().unwrap(), "--format", "jsonl", "--limit", "1"]);
    run.expect(0).says("\"id\":\"2024/cert.md\"");
    let mut command = corpus.command(&["similar", "-"]);
    command.stdin(std::fs::File::open(&file).unwrap());
    corpus::Run::of(command).expect(0).says("2024/cert.md");
    corpus.run(&["similar", "zeppelin"]).expect(2).says("is no file").says("has no document");
    corpus.run(&["similar", "cert"]).expect(2).says("2024/cert.md").says("2025/cert.md");
}

#[test]
fn reports_of_one_incident_are_listed_and_shown_as_one_hit() {
    let corpus = incidents();
    corpus.run(&["duplicates"]).expect(0).says("no incident of");
    let text = std::fs::read_to_string(corpus.docs().join("2024/cert.md")).unwrap();
    corpus.write("status/cert-copy.md", &text.replace("# Gateway", "# The gateway"));
    corpus.build(&["--quiet"]).expect(0);
    let run = corpus.run(&["duplicates"]);
    run.expect(0).says("2 reports").says("2024/cert.md").says("status/cert-copy.md").says("same text");
    let run = corpus.run(&["search", "gateway refused"]);
    run.expect(0).says("also in: ");
    assert_eq!(run.stdout.matches("  1. ").count() + run.stdout.matches("  2. ").count(), 1, "{run:?}");
    let run = corpus.run(&["search", "gateway refused", "--all"]);
    assert!(run.expect(0).stdout.contains("  2. ") && !run.stdout.contains("also in"), "{run:?}");
    assert_eq!(ids(&corpus, "gateway refused").len(), 2);
}

#[test]
fn a_search_beside_builds_answers_from_one_whole_generation() {
    const DOCUMENTS: usize = 30;
    let corpus = Corpus::of(0);
    // Every build replaces every document, so that an answer from two generations would have two steps.
    let write = |step: usize| {
        for number in 0..DOCUMENTS {
            let name = format!("{number:02}-{step:02}.md");
            corpus.write(&name, &format!("# Outage of step{step}\n\nThe gateway failed. Number {number}.\n"));
            if step > 0 {
                corpus.remove(&format!("{number:02}-{:02}.md", step - 1));
            }
        }
        corpus.build(&["--quiet"]).expect(0);
    };
    write(0);
    let (done, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    let check = |titles: Vec<String>, ids: Vec<String>| {
        assert_eq!(titles.len(), DOCUMENTS);
        let step = titles[0].rsplit("step").next().unwrap();
        assert!(titles.iter().all(|title| title.ends_with(&format!("step{step}"))), "{titles:?}");
        assert!(ids.iter().all(|id| id.ends_with(&format!("-{step:0>2}.md"))), "{step}: {ids:?}");
        reads.fetch_add(1, Ordering::Relaxed);
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let options = Options { limit: 100, ..Options::default() };
            while !done.load(Ordering::Relaxed) {
                let found =
                    library::read(&corpus.library(), |at| Index::open(at)?.search("gateway", &options)).unwrap();
                assert_eq!(found.total, Some(Total::Exactly(DOCUMENTS)));
                let title = |hit: &Hit| hit.record.title.clone().unwrap();
                check(
                    found.hits.iter().map(title).collect(),
                    found.hits.iter().map(|hit| hit.record.id.clone()).collect(),
                );
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let run = corpus.run(&["search", "gateway", "--limit", "100", "--format", "jsonl"]);
                let row = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
                let rows: Vec<_> = run.expect(0).stdout.lines().map(row).collect();
                let text = |field: &str| rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect();
                check(text("title"), text("id"));
            }
        });
        (1..=8).for_each(write);
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(corpus.generation().0, 9);
    assert!(reads.load(Ordering::Relaxed) > 20);
}
