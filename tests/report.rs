//! `coroner report`, end to end: its numbers are those of `coroner trends`, its text is escaped, it stands for itself.

mod corpus;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use corpus::Corpus;
use regex::Regex;

fn corpus() -> Corpus {
    let corpus = Corpus::of(60);
    corpus.build(&["--quiet"]).expect(0);
    corpus
}

/// The rows of a table that `coroner trends --out` wrote, each by column.
fn rows(dir: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(dir.join(format!("{table}.csv"))).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn tables(corpus: &Corpus) -> std::path::PathBuf {
    let dir = corpus.root.path().join("tables");
    corpus.run(&["trends", "--out", dir.to_str().unwrap()]).expect(0);
    dir
}

/// The page without its tags, and one space for each run of them.
fn text(html: &str) -> String {
    let style = Regex::new(r"(?s)<style>.*?</style>|<svg.*?</svg>").unwrap();
    let plain = Regex::new(r"<[^>]*>").unwrap().replace_all(&style.replace_all(html, " "), " ").into_owned();
    let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_numbers_of_the_review_are_those_of_the_tables() {
    let corpus = corpus();
    let dir = tables(&corpus);
    let counts = rows(&dir, "counts");
    let quarters: Vec<&str> = counts.iter().map(|row| row["quarter"].as_str()).filter(|q| *q != "unknown").collect();
    assert!(quarters.len() >= 8, "{quarters:?}");
    for quarter in &quarters {
        let html = corpus.run(&["report", "--quarter", quarter]).expect(0).stdout.clone();
        let html = text(&html);
        let markdown = corpus.run(&["report", "--quarter", quarter, "--format", "markdown"]).expect(0).stdout.clone();
        let both = |expected: String| {
            assert!(html.contains(&expected), "no `{expected}` in the page of {quarter}: {html}");
            let words = markdown.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&expected), "no `{expected}` in the Markdown of {quarter}: {words}");
        };
        let count = counts.iter().find(|row| row["quarter"] == **quarter).unwrap();
        both(format!("95 % interval {} to {}", count["low"], count["high"]));
        for (table, key) in [("changes", "quarter"), ("directions", "measure")] {
            let mut seen = 0;
            for row in rows(&dir, table).iter().filter(|row| key == "measure" || row[key] == **quarter) {
                // In a table of Markdown `_` and the like are escaped; the sentences have none of them.
                both(row["says"].clone());
                seen += 1;
            }
            assert!(seen > 0 || (table == "changes" && *quarter == quarters[0]), "{table} of {quarter}");
        }
        for row in rows(&dir, "durations") {
            if row["by"] == "quarter" && row["group"] == **quarter && row["n_known"] != "0" {
                both(format!("{} of {} known ({} %)", row["n_known"], row["n"], row["coverage_percent"]));
                both(format!("geometric mean {} min", row["geometric_mean"]));
                if !row["mean"].is_empty() {
                    let share = &row["largest_percent"];
                    both(format!("mean {} min of n = {}, {share} % of it", row["mean"], row["n_known"]));
                }
                let median = format!("{} min", row["median"]);
                assert!(html.contains(&median), "no median {median} in {quarter}");
            }
        }
        for row in rows(&dir, "shares") {
            let is_shown = row["field"] == "detection_source" && row["label"] == "monitoring";
            if row["quarter"] == **quarter && is_shown {
                both(format!("{} %", row["percent"]));
                both(format!("95 % interval {} to {} %", row["low"], row["high"]));
            }
        }
    }
}

#[test]
fn the_coverage_of_the_library_is_that_of_the_table() {
    let corpus = corpus();
    let dir = tables(&corpus);
    let html = text(&corpus.run(&["report"]).expect(0).stdout);
    for row in rows(&dir, "coverage") {
        let expected = format!("{} / {} ({} %)", row["n_known"], row["n"], row["coverage_percent"]);
        assert!(html.contains(&expected), "no `{expected}` of {}", row["field"]);
    }
}

#[test]
fn the_same_library_gives_the_same_bytes_and_nothing_is_fetched() {
    let corpus = corpus();
    let out = corpus.root.path().join("out/review.html");
    let mut pages = Vec::new();
    for _ in 0..2 {
        corpus.run(&["report", "--out", out.to_str().unwrap()]).expect(0).says("wrote the review of 2024Q4");
        pages.push(fs::read_to_string(&out).unwrap());
    }
    assert!(pages[0] == pages[1], "the same library gave two different pages");
    for fetched in ["<script", "<link", "<img", "src=", "url(", "@import", "http://", "https://"] {
        assert!(!pages[0].contains(fetched), "the page has {fetched}");
    }
    // What a screen reader needs: names of charts, heads of tables, a language.
    assert_eq!(
        pages[0].matches("<svg").count() - pages[0].matches("aria-hidden").count(),
        pages[0].matches("role=\"img\"").count()
    );
    assert_eq!(pages[0].matches("<table").count(), pages[0].matches("<caption").count());
    assert!(pages[0].contains("<html lang=\"en\">") && pages[0].contains("scope=\"col\""));
    let link = Regex::new("href=\"(\\./[^\"]*)\"").unwrap();
    let linked = link.captures(&pages[0]).expect("a link to a document")[1].to_owned();
    assert!(out.parent().unwrap().join(linked).is_file());
}

#[test]
fn a_bare_file_name_is_written_into_the_directory_one_is_in() {
    let corpus = Corpus::of(1);
    corpus.build(&["--quiet"]).expect(0);
    let mut command = corpus.command(&["report", "--quarter", "2025Q1", "--out", "review.html"]);
    command.current_dir(corpus.root.path());
    corpus::Run::of(command).expect(0);
    assert!(corpus.root.path().join("review.html").is_file());
}

#[test]
fn text_of_documents_cannot_become_markup() {
    let corpus = Corpus::of(0);
    let attack = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&";
    corpus.write(
        "evil.md",
        &format!(
            "# Outage {attack}\n\nDate: 2025-05-03\n\nSeverity: SEV-1\n\nServices: api{attack}\n\n## Timeline (UTC)\n\n\
             - 2025-05-03 10:05 users saw errors {attack}\n- 2025-05-03 10:12 a customer reported it {attack}\n\
             - 2025-05-03 12:40 service was restored {attack}\n\n## Root cause\n\nA wrong setting {attack} of the pool.\n"
        ),
    );
    corpus.build(&["--quiet"]).expect(0);
    let html = corpus.run(&["report", "--quarter", "2025Q2"]).expect(0).stdout.clone();
    assert!(html.contains("alert(1)"), "the title of the document is in the review");
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    let markdown = corpus.run(&["report", "--quarter", "2025Q2", "--format", "markdown"]).expect(0).stdout.clone();
    assert!(markdown.contains("alert(1)") && !markdown.contains("<script") && !markdown.contains("<img"), "{markdown}");
}

#[test]
fn any_span_of_days_can_be_reviewed_and_compared_with_any_other() {
    let corpus = corpus();
    let span = ["report", "--since", "2023-02-01", "--until", "2023-05-31", "--format", "markdown"];
    let usual = corpus.run(&span);
    usual.expect(0).says("2023-02-01 to 2023-05-31").says("There is no earlier period in the library");
    let compared = [&span[..], &["--compare", "2024Q1", "--compare", "2023-10-01..2023-12-31"]].concat();
    corpus.run(&compared).expect(0).says("compared with 2024Q1 and 2023Q4");
    corpus.run(&["report", "--quarter", "2030Q1", "--format", "markdown"]).expect(0).says("**Incidents: 0**");
    corpus.run(&["report", "--quarter", "2025"]).expect(2).says("2025Q2");
    corpus.run(&["report", "--since", "2023-02-01"]).expect(2).says("--until");
    corpus.run(&["report", "--since", "2023-02-01", "--until", "2023-01-01"]).expect(2).says("before it begins");
    corpus.run(&["report", "--compare", "soon"]).expect(2).says("--compare");
}

#[test]
fn a_library_without_incidents_has_a_review_that_says_so() {
    let corpus = Corpus::of(0);
    corpus.write("welcome.md", "# Welcome\n\nHow we run our reviews.\n");
    corpus.build(&["--quiet"]).expect(0);
    corpus.run(&["report"]).expect(2).says("--quarter");
    let html = corpus.run(&["report", "--quarter", "2025Q1"]).expect(0).stdout.clone();
    assert!(text(&html).contains("No incident of the period has a known time to resolve"));
}

#[test]
fn a_pdf_without_a_browser_is_an_error_that_says_what_to_do() {
    let corpus = Corpus::of(1);
    corpus.build(&["--quiet"]).expect(0);
    let mut command = corpus.command(&["report", "--format", "pdf"]);
    command.env("PATH", "");
    corpus::Run::of(command).expect(2).says("Install one").says("--format html");
}
