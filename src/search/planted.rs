//! How well `duplicates` tells reports of one incident from reports of two, on reports that are known to be of one.
//!
//! Each incident of `data/samples` is rewritten as its other reports are: copied into another form, cut off, put in another
//! order, told in short with its times as a status page does, told with other words and without times as a blog does. None
//! of these is as far from the first report as two people's own words are: the recall is an upper bound. Against them stand the
//! samples among each other, which are all of different incidents, and each beside itself a week later: an incident that came
//! back, reported in the same words but for the day.
//!
//! `cargo test --lib search::planted -- --nocapture` prints the figures that `docs/search.md` has.

use std::path::Path;

use jiff::{ToSpan, civil::Date};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::duplicates::{Report, groups};
use crate::document::Document;
use crate::extract::{extract, outline};
use crate::record::Record;
use crate::source::{self, Limits, walk};

const SEED: u64 = 5;

struct Sample {
    document: Document,
    record: Record,
}

fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples");
    let files = walk::walk(&[root], true).unwrap().filter_map(Result::ok);
    let read = files.filter_map(|file| source::read_file(&file.path, &file.id, Limits::default()).ok());
    let sample = |document: Document| Sample { record: extract(&document), document };
    let mut samples: Vec<Sample> = read.map(sample).filter(|sample| sample.record.is_incident).collect();
    samples.sort_by(|a, b| a.record.id.cmp(&b.record.id));
    samples
}

/// The sentences of a document, without its headings.
fn sentences(document: &Document) -> Vec<&str> {
    let text = document.text.as_str();
    let all = outline(document, text).sentences;
    all.iter().filter(|sentence| !sentence.heading).map(|sentence| sentence.span.of(text).trim()).collect()
}

fn has_clock(sentence: &str) -> bool {
    sentence
        .as_bytes()
        .windows(3)
        .any(|at| at[0].is_ascii_digit() && matches!(at[1], b':' | b'h') && at[2].is_ascii_digit())
}

/// The same text in another form: as one column of sentences.
fn copied(sample: &Sample, _: &mut ChaCha8Rng) -> String {
    let title = sample.record.title.as_deref().unwrap_or_default();
    format!("Copied from the wiki: {title}\n\n{}\n", sentences(&sample.document).join("\n"))
}

/// What a feed shows of a text: the first three fifths.
fn truncated(sample: &Sample, _: &mut ChaCha8Rng) -> String {
    let text = &sample.document.text;
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= text.len() * 3 / 5).unwrap_or(text.len());
    text[..end].to_owned()
}

/// Paragraphs in another order.
fn reordered(sample: &Sample, random: &mut ChaCha8Rng) -> String {
    let mut parts: Vec<&str> = sample.document.text.split("\n\n").collect();
    parts[1..].shuffle(random);
    parts.join("\n\n")
}

/// A status page: organisation, start and end as the record has them, and a quarter of the sentences.
fn status(sample: &Sample, _: &mut ChaCha8Rng) -> String {
    let Record { title, organization, started_at, resolved_at, .. } = &sample.record;
    let told: Vec<&str> = sentences(&sample.document).into_iter().filter(|words| !has_clock(words)).collect();
    let some = told.iter().step_by(4).copied().collect::<Vec<_>>().join(" ");
    let line = |label: &str, when: &Option<crate::when::When>| {
        when.as_ref().map(|when| format!("{label}: {when}\n")).unwrap_or_default()
    };
    format!(
        "{}\nIncident Report for {}\n\n{}{}\nResolved\nThis incident has been resolved. {some}\n",
        title.as_deref().unwrap_or("Incident"),
        organization.as_deref().unwrap_or("our service"),
        line("Started", started_at),
        line("Ended", resolved_at),
    )
}

/// A blog: the day, the organisation, half of the sentences without a clock.
fn blog(sample: &Sample, random: &mut ChaCha8Rng) -> String {
    let mut told: Vec<&str> = sentences(&sample.document).into_iter().filter(|words| !has_clock(words)).collect();
    told.shuffle(random);
    told.truncate(told.len().div_ceil(2));
    let day = sample.record.when().and_then(|when| when.date());
    let on = day.map(|day| format!(" on {}", day.strftime("%-d %B %Y"))).unwrap_or_default();
    let who = sample.record.organization.as_deref().unwrap_or("us");
    format!("# What went wrong at {who}{on}\n\nWe owe you an account of the outage{on}. {}\n", told.join(" "))
}

type Rewrite = fn(&Sample, &mut ChaCha8Rng) -> String;

/// Each with the percentage that must be found at least.
const REWRITES: [(&str, Rewrite, usize); 5] = [
    ("copied", copied, 90),
    ("truncated", truncated, 90),
    ("reordered", reordered, 95),
    ("status page", status, 80),
    ("blog", blog, 80),
];

fn report(id: &str, text: String) -> Report {
    let document = source::from_text(text, id, id, None).unwrap();
    Report::new(&extract(&document), &document.text)
}

/// The report of the same words a week later.
fn later(sample: &Sample) -> Report {
    let week = |day: Date| day.saturating_add(7.days());
    let mut record = sample.record.clone();
    record.id += " later";
    for when in [&mut record.started_at, &mut record.detected_at, &mut record.mitigated_at, &mut record.resolved_at] {
        *when = when.as_ref().and_then(|when| {
            let day = when.date()?;
            when.to_string().replace(&day.to_string(), &week(day).to_string()).parse().ok()
        });
    }
    Report::new(&record, &sample.document.text)
}

#[test]
fn planted_reports_of_one_incident_are_found_and_different_incidents_kept_apart() {
    let samples = samples();
    let first: Vec<Report> = samples.iter().map(|s| Report::new(&s.record, &s.document.text)).collect();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    for (name, rewrite, least) in REWRITES {
        let second: Vec<Report> =
            samples.iter().map(|s| report(&format!("{} {name}", s.record.id), rewrite(s, &mut random))).collect();
        let hits = first.iter().zip(&second).filter(|(a, b)| a.same_incident(b).is_some()).count();
        let pairs = (0..first.len()).flat_map(|i| (0..second.len()).map(move |j| (i, j))).filter(|(i, j)| i != j);
        let wrong = pairs.filter(|(i, j)| first[*i].same_incident(&second[*j]).is_some()).count();
        let both = groups(first.iter().chain(&second).cloned().collect()).len();
        println!("{name}: {hits} of {} found, {both} of them listed, {wrong} wrong pairs", samples.len());
        assert_eq!(wrong, 0, "{name}");
        assert!(hits.min(both) * 100 >= least * samples.len(), "{name}: {hits} found, {both} listed");
    }
    let among = groups(first.clone());
    let back = samples.iter().zip(&first).filter(|(s, first)| first.same_incident(&later(s)).is_some()).count();
    println!(
        "among the samples: {} groups; came back after a week: {back} of {} taken for one",
        among.len(),
        first.len()
    );
    assert!(among.is_empty(), "{among:?}");
    // What tells no day cannot be told from what came back.
    assert!(back * 10 <= first.len(), "{back}");
}
