//! The sentence that says what resolved an incident.
//!
//! Every sentence outside the sections that tell of something else (the cause, the follow-ups) is weighed: by what it says
//! (`data/search/fixes.tsv`: something was done, things work again, a plan or an attempt in vain), by where it stands (a
//! section on the resolution, at or shortly before the words that the record takes the end from), and a little by how late
//! it comes. The best one is shown, if it says enough: none is better than a wrong one.
//!
//! Leaves to others: which words tell the end of an incident (`extract`), which words head a section
//! (`data/lexicon/sections.tsv`).

use std::ops::Range;
use std::sync::LazyLock;

use regex::{RegexSet, RegexSetBuilder};

use super::words::lines;
use crate::document::Span;
use crate::extract::{Section, Sentence, section_of};
use crate::record::Record;

/// A resolution that does not fit in a few lines of a terminal is a story, and cut.
const LONGEST: usize = 300;
/// Shorter sentences are labels, or say that all is well.
const FEWEST_WORDS: usize = 4;
/// Sentences before the end that are near it.
const BEFORE_END: usize = 6;
/// Sentences that are weighed at most; a longer text is a book.
const MOST: usize = 400;

/// What it is worth that a sentence says itself that it resolved, that something was done, that something was done which may
/// have another end, that things work again; and what it costs that it tells of a plan, a guess or a failure.
const TOLD: f64 = 1.0;
const ACT: f64 = 2.0;
const MAY: f64 = 1.0;
const END: f64 = 1.0;
const NOT: f64 = -2.0;
/// That it stands under a heading of the resolution; in the words that tell the end, with what was done or without; near them;
/// at the end of the text and not at its start.
const HEADED: f64 = 1.5;
const AT_END: f64 = 1.5;
const AT_END_ALONE: f64 = 0.8;
const NEAR: f64 = 0.7;
const LATE: f64 = 0.5;
/// What says less is not shown.
const ENOUGH: f64 = 2.2;

/// What a pattern says of the sentences that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Told,
    Act,
    May,
    End,
    Not,
}

impl Sign {
    fn named(name: &str) -> Option<Sign> {
        Some(match name {
            "told" => Sign::Told,
            "act" => Sign::Act,
            "may" => Sign::May,
            "end" => Sign::End,
            "not" => Sign::Not,
            _ => return None,
        })
    }
}

/// The lines of the table: sign, pattern, a sentence that has it, one that has not.
fn table() -> impl Iterator<Item = (Sign, &'static str, &'static str, &'static str)> {
    lines(include_str!("../../data/search/fixes.tsv")).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((Sign::named(cells.next()?)?, cells.next()?, cells.next()?, cells.next()?))
    })
}

struct Signs {
    patterns: RegexSet,
    signs: Vec<Sign>,
}

/// The patterns are part of the program, and a test reads each.
static SIGNS: LazyLock<Signs> = LazyLock::new(|| {
    let (signs, patterns): (Vec<Sign>, Vec<&str>) = table().map(|(sign, pattern, ..)| (sign, pattern)).unzip();
    // Words are of ASCII letters: the borders of others would cost most of the speed.
    let set = RegexSetBuilder::new(patterns.iter().map(|pattern| pattern.replace(r"\b", r"(?-u:\b)")));
    let set = { set }.case_insensitive(true).build();
    Signs { patterns: set.unwrap_or_else(|_| RegexSet::empty()), signs }
});

/// The sentence of `text` that says best what resolved the incident.
pub fn fix(text: &str, sentences: &[Sentence], record: &Record) -> Option<String> {
    if !record.is_incident {
        return None;
    }
    let end = ["resolved_at", "mitigated_at"].iter().find_map(|field| record.evidence.get(*field));
    let end = end.map(|evidence| Span::new(evidence.start, evidence.end));
    let near = end.map_or(0..0, |end| before(sentences, end));
    let mut best: Option<(f64, Span)> = None;
    for (at, sentence) in sentences.iter().enumerate().filter(|(_, sentence)| !sentence.heading).take(MOST) {
        let is_at_end = end.is_some_and(|end| sentence.span.start < end.end && end.start < sentence.span.end);
        if tells_of_else(sentence.section) && !is_at_end {
            continue;
        }
        let place = Place {
            is_headed: sentence.section == Section::Resolution,
            is_at_end,
            is_near: near.contains(&at),
            late: at as f64 / sentences.len() as f64,
        };
        if let Some(worth) = worth(sentence.span.of(text), &place).filter(|worth| *worth >= ENOUGH)
            && best.is_none_or(|(most, _)| worth > most)
        {
            best = Some((worth, sentence.span));
        }
    }
    best.map(|(_, span)| shortened(unlabelled(span.of(text))))
}

/// Where a sentence stands.
#[derive(Default)]
struct Place {
    is_headed: bool,
    is_at_end: bool,
    is_near: bool,
    /// The share of the text before it.
    late: f64,
}

/// Sections in which what was done is not what resolved the incident.
fn tells_of_else(section: Section) -> bool {
    use Section::*;
    matches!(section, Cause | Trigger | Actions | Lessons | Background | Impact | Detection)
}

/// How much a sentence says of what resolved the incident; nothing where it does not.
fn worth(words: &str, place: &Place) -> Option<f64> {
    words.split_whitespace().nth(FEWEST_WORDS - 1)?;
    let found = SIGNS.patterns.matches(words);
    let has = |sign: Sign| found.iter().any(|at| SIGNS.signs[at] == sign);
    let (told, act, may, end) = (has(Sign::Told), has(Sign::Act), has(Sign::May), has(Sign::End));
    let is_done = told || act || may;
    if !(is_done || end && place.is_at_end) {
        return None;
    }
    let at_end = if act || told || may && end { AT_END } else { AT_END_ALONE };
    let parts = [
        (told, TOLD),
        (act || told, ACT),
        (may && !act && !told, MAY),
        (end, END),
        (has(Sign::Not), NOT),
        (place.is_headed, HEADED),
        (place.is_at_end, at_end),
        (place.is_near, NEAR),
    ];
    Some(parts.iter().filter(|(holds, _)| *holds).map(|(_, worth)| worth).sum::<f64>() + LATE * place.late)
}

/// The sentences at `end` and a few before it.
fn before(sentences: &[Sentence], end: Span) -> Range<usize> {
    let last = sentences.partition_point(|sentence| sentence.span.start < end.end);
    last.saturating_sub(BEFORE_END + 1)..last
}

/// The sentence without the label it opens with: `Resolution: we rolled back` is what follows the colon.
fn unlabelled(sentence: &str) -> &str {
    match sentence.split_once(':') {
        Some((label, rest)) if !rest.trim().is_empty() && label.len() < 40 && section_of(label).is_some() => {
            rest.trim_start_matches(|c: char| !c.is_alphanumeric())
        }
        _ => sentence,
    }
}

/// The sentence, or as many of its words as fit.
fn shortened(sentence: &str) -> String {
    if sentence.len() <= LONGEST {
        return sentence.to_owned();
    }
    let fits = sentence.char_indices().take_while(|(at, _)| *at <= LONGEST);
    let end = fits.filter(|(_, c)| c.is_whitespace()).last().map_or(0, |(at, _)| at);
    format!("{} ...", sentence[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_finds_its_example_and_not_its_counterexample() {
        assert_eq!(SIGNS.patterns.len(), SIGNS.signs.len());
        let told = lines(include_str!("../../data/search/fixes.tsv")).filter(|line| !line.trim().is_empty()).count();
        assert_eq!(told, SIGNS.signs.len(), "a line is no row of the table");
        for (at, (sign, pattern, example, counterexample)) in table().enumerate() {
            assert!(SIGNS.patterns.matches(example).matched(at), "{sign:?} {pattern}: {example}");
            assert!(!SIGNS.patterns.matches(counterexample).matched(at), "{sign:?} {pattern}: {counterexample}");
        }
    }

    #[test]
    fn what_was_done_and_helped_is_worth_more_than_what_was_planned_tried_or_seen() {
        let worth = |words| worth(words, &Place::default()).unwrap_or_default();
        let best = worth("We rolled back to 2.3 and sign-ins work again.");
        for lesser in [
            "We rolled back one of four nodes.",
            "Sign-ins work again for everyone.",
            "We added servers, which made it slightly worse.",
            "We decided to roll back to 2.3.",
            "The release was rolled out at noon.",
            "It was a fine day for everybody.",
        ] {
            assert!(worth(lesser) < best, "{lesser}: {} and {best}", worth(lesser));
        }
    }
}
