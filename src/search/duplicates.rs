//! Several reports of one incident: a status page and a blog, or copies of one text.
//!
//! Two reports are of one incident where
//! - their texts are the same but for what was cut off or added ([`SAME_TEXT`]), and they do not tell of days apart: what
//!   comes back is often reported in the words of the last time, or
//! - they tell the same time to the clock and name the same organisation or service, or are written in much the same words
//!   ([`ALIKE`]), or
//! - one of them tells no day, and nearly all words of the shorter stand in the other ([`WITHIN`]), or
//! - they tell the same day, and no two times of it, and are written in much the same words, the more so where neither an
//!   organisation nor a service is the same ([`VERY_ALIKE`]);
//!
//! and where they do not name different organisations, unless the text is the same. Times are the same where the starts are
//! at most [`TOLERANCE`] apart, or the spans from start to end overlap by more than [`OVERLAP`] of their union.
//!
//! How much of a text is in another is the share of runs of [`RUN`] words that they have in common (Jaccard), estimated by
//! MinHash (Broder 1997). How alike their words are is the share of the shorter one's words that the other has, as a status
//! page is a tenth of the account that follows it (containment, also Broder 1997), from the least hashes of each. Only reports
//! that share a key are compared: a day, half an hour, a rare hash of a word, or a band of hashes (Leskovec et al., Mining of
//! Massive Datasets, section 3.4).
//!
//! The thresholds are measured on planted reports (`planted`); the figures stand in `docs/search.md`. The words of two
//! different incidents of the samples are alike by 0.41 at most.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{Hash, Hasher};

use anyhow::Result;
use jiff::civil::Date;
use rayon::prelude::*;

use super::analyzer;
use super::index::{Hit, Index};
use super::words::is_common;
use crate::record::Record;

/// Share of runs of words in common from which two texts are one.
const SAME_TEXT: f64 = 0.5;
/// Share of the words of the shorter text that the other has, from which they are alike, and much so.
const ALIKE: f64 = 0.5;
const VERY_ALIKE: f64 = 0.65;
/// The same where no day is told that could tell them apart.
const WITHIN: f64 = 0.85;
/// Words of a text by which it is compared at most, and those without which it is like no other.
const MOST_WORDS: usize = 256;
const FEWEST_WORDS: usize = 12;
/// Minutes between the starts that two reports tell of one incident.
const TOLERANCE: f64 = 30.0;
/// Share of the time that two reports tell of, in which both say that it lasted.
const OVERLAP: f64 = 0.5;
/// Words of a run.
const RUN: usize = 4;
/// Hashes that stand for a text: the standard error of a share is at most 1/16.
const HASHES: usize = 64;
/// Hashes of a band: texts with 0.6 of their runs in common share one of 21 bands with a chance of 0.99.
const BAND: usize = 3;
/// One word of so many is a key: of forty words one at least with a chance of 0.97.
const PICKED: u32 = 12;
/// Reports with the same key that one is compared with at most, those before it.
const NEAREST: usize = 200;

/// Why two reports are taken for one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    SameText,
    SameTime,
    SameDay,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Reason::SameText => "same text",
            Reason::SameTime => "same time",
            Reason::SameDay => "same day, similar words",
        })
    }
}

/// What of a report tells which incident it is about.
#[derive(Clone, Debug)]
pub struct Report {
    pub id: String,
    pub title: Option<String>,
    pub organization: Option<String>,
    pub day: Option<Date>,
    /// Minutes since 1970 on the time line of UTC.
    start: Option<f64>,
    end: Option<f64>,
    services: Vec<u64>,
    owner: Option<u64>,
    /// The least hashes of its words, in order.
    words: Vec<u32>,
    runs: [u32; HASHES],
}

/// Reports of one incident, in the order of their ids, each with why it stands with the ones before.
#[derive(Clone, Debug)]
pub struct Group {
    pub reports: Vec<(Report, Option<Reason>)>,
}

impl Report {
    pub fn new(record: &Record, text: &str) -> Report {
        let minutes = |when: &Option<crate::when::When>| {
            when.as_ref().and_then(|when| when.timestamp()).map(|instant| instant.as_second() as f64 / 60.0)
        };
        let start = minutes(&record.started_at);
        let after = |start: f64| record.ttr_minutes.map(|minutes| start + minutes);
        let key = |name: &str| {
            let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            (!plain.is_empty()).then(|| hash(&plain))
        };
        let (words, runs) = sketches(text);
        Report {
            id: record.id.clone(),
            title: record.title.clone(),
            organization: record.organization.clone(),
            day: record.when().and_then(|when| when.date()),
            start,
            end: minutes(&record.resolved_at).or_else(|| start.and_then(after)),
            services: record.services.iter().filter_map(|service| key(service)).collect(),
            owner: record.organization.as_deref().and_then(key),
            words,
            runs,
        }
    }

    /// Why both seem to report one incident; nothing where they do not.
    pub fn same_incident(&self, other: &Report) -> Option<Reason> {
        if share(&self.runs, &other.runs) >= SAME_TEXT && !self.is_days_apart(other) {
            return Some(Reason::SameText);
        }
        let owners = self.owner.zip(other.owner).map(|(own, other)| own == other);
        if owners == Some(false) {
            return None;
        }
        let has_name = owners == Some(true) || self.services.iter().any(|service| other.services.contains(service));
        let alike = || contained(&self.words, &other.words);
        if self.same_time(other) && (has_name || alike() >= ALIKE) {
            return Some(Reason::SameTime);
        }
        if (self.day.is_none() || other.day.is_none()) && alike() >= WITHIN {
            return Some(Reason::SameText);
        }
        let same_day = self.day.is_some() && self.day == other.day;
        // Two that tell different times of one day are two.
        let may_be = self.start.is_none() || other.start.is_none();
        let enough = if has_name { ALIKE } else { VERY_ALIKE };
        (same_day && may_be && alike() >= enough).then_some(Reason::SameDay)
    }

    /// Whether both tell a day, and days that are not one or next to each other.
    fn is_days_apart(&self, other: &Report) -> bool {
        let apart = |(a, b): (Date, Date)| a != b && a.tomorrow().ok() != Some(b) && b.tomorrow().ok() != Some(a);
        self.day.zip(other.day).is_some_and(apart)
    }

    fn same_time(&self, other: &Report) -> bool {
        let (Some(start), Some(others)) = (self.start, other.start) else { return false };
        if (start - others).abs() <= TOLERANCE {
            return true;
        }
        let (Some(end), Some(other_end)) = (self.end, other.end) else { return false };
        let both = end.min(other_end) - start.max(others);
        let either = end.max(other_end) - start.min(others);
        both > OVERLAP * either
    }

    /// What another report of the incident shares at least one of.
    fn keys(&self) -> Vec<u64> {
        let mut keys = Vec::new();
        keys.extend(self.day.map(|day| hash(&("day", day))));
        if let Some(start) = self.start {
            let slot = (start / TOLERANCE).floor() as i64;
            keys.extend([slot, slot + 1].map(|slot| hash(&("start", slot))));
        }
        // The words of one may stand in a much longer text: a few that chance picks, the same in both.
        let picked = self.words.iter().take_while(|word| **word < u32::MAX / PICKED);
        keys.extend(picked.map(|word| hash(&("word", word))));
        keys.extend(self.runs.chunks_exact(BAND).enumerate().map(|band| hash(&("band", band))));
        keys
    }
}

/// The least hashes of the words of a text; and of its runs of words the smallest that each of many functions gives.
fn sketches(text: &str) -> (Vec<u32>, [u32; HASHES]) {
    let (mut words, mut runs) = (Vec::new(), [u32::MAX; HASHES]);
    let mut hashes = Vec::new();
    for token in analyzer::cut(text).iter().filter(|token| token.position_length == 1) {
        let hash = hash(&token.text);
        hashes.push(hash);
        if !is_common(&token.text) && token.text.contains(|c: char| c.is_alphabetic()) {
            words.push((hash >> 32) as u32);
        }
    }
    for run in hashes.windows(RUN) {
        mix(hash(run), &mut runs);
    }
    words.sort_unstable();
    words.dedup();
    words.truncate(MOST_WORDS);
    (words, runs)
}

/// Takes one element into a sketch. The functions are multiply-shift hashes of the one hash (Dietzfelbinger 1997).
fn mix(element: u64, sketch: &mut [u32; HASHES]) {
    let mut factor = 0x9e37_79b9_7f4a_7c15_u64;
    for least in sketch {
        factor = factor.wrapping_mul(0xd134_2543_de82_ef95) | 1;
        *least = (*least).min((element.wrapping_mul(factor) >> 32) as u32);
    }
}

fn share(a: &[u32; HASHES], b: &[u32; HASHES]) -> f64 {
    // A sketch of nothing is like no other.
    a.iter().zip(b).filter(|(a, b)| a == b && **a != u32::MAX).count() as f64 / HASHES as f64
}

/// The share of the words of the shorter text that the other has, by the least hashes of both.
fn contained(a: &[u32], b: &[u32]) -> f64 {
    // Of a text with more words than are kept, those above the last one kept are not known.
    let last = |words: &[u32]| words.get(MOST_WORDS - 1).copied().unwrap_or(u32::MAX);
    let known = last(a).min(last(b));
    let [a, b] = [a, b].map(|words| &words[..words.partition_point(|word| *word <= known)]);
    let shorter = a.len().min(b.len());
    if shorter < FEWEST_WORDS {
        return 0.0;
    }
    a.iter().filter(|word| b.binary_search(word).is_ok()).count() as f64 / shorter as f64
}

/// A hash that is the same in every run: the keys of the hasher are constants.
fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Groups of reports of one incident, the newest incident first. A report in two groups makes them one.
pub fn groups(mut reports: Vec<Report>) -> Vec<Group> {
    reports.sort_by(|a, b| a.id.cmp(&b.id));
    let mut leaders: Vec<usize> = (0..reports.len()).collect();
    let mut reasons: Vec<Option<Reason>> = vec![None; reports.len()];
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, report) in reports.iter().enumerate() {
        for key in report.keys() {
            let before = seen.entry(key).or_default();
            for other in before.iter().rev().take(NEAREST) {
                let (a, b) = (leader(&mut leaders, at), leader(&mut leaders, *other));
                if a != b
                    && let Some(reason) = report.same_incident(&reports[*other])
                {
                    leaders[a.max(b)] = a.min(b);
                    reasons[at].get_or_insert(reason);
                }
            }
            before.push(at);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..reports.len() {
        groups.entry(leader(&mut leaders, at)).or_default().push(at);
    }
    let mut groups: Vec<Group> = groups
        .into_values()
        .filter(|members| members.len() > 1)
        .map(|members| Group { reports: members.into_iter().map(|at| (reports[at].clone(), reasons[at])).collect() })
        .collect();
    let day = |group: &Group| group.reports.iter().filter_map(|(report, _)| report.day).min();
    groups.sort_by_key(|group| std::cmp::Reverse(day(group)));
    groups
}

/// The first of the group that `at` belongs to, in a union-find forest.
fn leader(leaders: &mut [usize], mut at: usize) -> usize {
    while leaders[at] != at {
        leaders[at] = leaders[leaders[at]];
        at = leaders[at];
    }
    at
}

/// Leaves one hit of each incident, the first, and notes the others with it.
pub fn fold(hits: Vec<(Hit, Report)>) -> Vec<Hit> {
    let mut kept: Vec<(Hit, Report)> = Vec::new();
    for (hit, report) in hits {
        match kept.iter_mut().find(|(_, first)| first.same_incident(&report).is_some()) {
            Some((first, _)) if hit.record.is_incident && first.record.is_incident => {
                first.also.push(hit.record.id);
            }
            _ => kept.push((hit, report)),
        }
    }
    kept.into_iter().map(|(hit, _)| hit).collect()
}

impl Index<'_> {
    /// The incidents that several documents of the library report.
    pub fn duplicates(&self) -> Result<Vec<Group>> {
        let segments = self.addresses();
        let report = |address| -> Result<Option<Report>> {
            let stored = self.stored(address)?;
            Ok(stored.record.is_incident.then(|| Report::new(&stored.record, &stored.text)))
        };
        let reports = segments.into_par_iter().map(report).collect::<Result<Vec<_>>>()?;
        Ok(groups(reports.into_iter().flatten().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str =
        "Checkout errors. We are looking into failed payments. A fix was deployed and payments work again.";
    const BLOG: &str = "Why payments failed on Monday. At noon a release broke the payments queue of the checkout service; \
                        we deployed a fix within the hour.";

    fn report(id: &str, organization: &str, start: &str, end: &str, text: &str) -> Report {
        let when = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let record = Record {
            id: id.to_owned(),
            is_incident: true,
            organization: (!organization.is_empty()).then(|| organization.to_owned()),
            started_at: when(start),
            resolved_at: when(end),
            ..Record::default()
        };
        Report::new(&record, text)
    }

    #[test]
    fn reports_of_one_incident_are_told_from_reports_of_two() {
        let first = report("a", "Brindle", "2024-05-06T12:00:00Z", "2024-05-06T13:00:00Z", STATUS);
        for (organization, start, end, text, expected) in [
            ("Brindle", "2024-05-06T12:20:00Z", "", BLOG, Some(Reason::SameTime)),
            ("brindle ", "2024-05-06T14:00:00+02:00", "2024-05-06T15:05:00+02:00", BLOG, Some(Reason::SameTime)),
            ("", "2024-05-06T12:00:00Z", "", STATUS, Some(Reason::SameText)),
            ("Larkspur", "2024-05-06T12:00:00Z", "", BLOG, None),
            ("Brindle", "2024-05-06T18:00:00Z", "2024-05-06T19:00:00Z", BLOG, None),
            ("Brindle", "2024-05-06", "", "Lifts of the north building stood still.", None),
            ("", "2024-05-06T12:00:00Z", "", "Lifts of the north building stood still.", None),
            ("", "", "", STATUS, Some(Reason::SameText)),
        ] {
            let second = report("b", organization, start, end, text);
            assert_eq!(first.same_incident(&second), expected, "{organization} {start} {text}");
            assert_eq!(second.same_incident(&first), expected);
        }
    }

    #[test]
    fn groups_hold_every_report_of_an_incident_once() {
        let reports = vec![
            report("c", "Brindle", "2024-05-06T12:05:00Z", "", BLOG),
            report("x", "Brindle", "2024-09-06T12:05:00Z", "", "Another day, another outage of the trains."),
            report("a", "Brindle", "2024-05-06T12:00:00Z", "", STATUS),
            report("b", "", "", "", STATUS),
        ];
        let groups = groups(reports);
        let ids: Vec<Vec<_>> =
            groups.iter().map(|group| group.reports.iter().map(|(report, _)| report.id.as_str()).collect()).collect();
        assert_eq!(ids, [["a", "b", "c"]]);
        assert_eq!(groups[0].reports[1].1, Some(Reason::SameText));
    }

    #[test]
    fn texts_without_words_are_no_copies_of_each_other() {
        let report = |id| report(id, "", "", "", "...");
        assert_eq!(report("a").same_incident(&report("b")), None);
    }
}
