//! What the index keeps of the sections of a document, and the sentence that says how the incident was resolved.
//!
//! Sections are those of the document's headings and labels (`extract::outline`). Where a document has none, the words
//! that the record rests on stand in: what the root cause was read from is text on the cause. Leaves to others: which
//! words head a section (`data/lexicon/sections.tsv`) and which speak of a fix (`data/lexicon/events.tsv`).

use std::ops::Range;

use crate::document::{Document, Span};
use crate::extract::{Kind, Section, Sentence, outline, score, section_of};
use crate::record::Record;

/// The texts of the sections, each the sentences of one kind in order.
#[derive(Debug, Default, PartialEq)]
pub struct Sections {
    pub cause: String,
    pub resolution: String,
    pub impact: String,
    pub timeline: String,
    pub actions: String,
    /// The sentence that says what resolved it; empty where none does.
    pub fix: String,
}

/// A resolution that does not fit in a few lines of a terminal is a story, and cut.
const LONGEST_FIX: usize = 300;
/// Shorter sentences are labels, or say that all is well.
const FEWEST_WORDS: usize = 4;
/// Sentences before the end of impact among which the fix is looked for.
const BEFORE_END: usize = 6;
/// Sentences of sections on the resolution that are read for it: looking for cues is the dearest part of an entry.
const MOST_HEADED: usize = 12;
/// What it is worth, beside a cue of 1 to 4, that a sentence stands in a section on the resolution, and that it tells the
/// end of impact.
const UNDER_HEADING: f64 = 2.0;
const AT_END: f64 = 0.4;

/// Reads the sections of `document`.
pub fn sections(document: &Document, record: &Record) -> Sections {
    let text = document.text.as_str();
    let sentences = outline(document, text).sentences;
    let mut out = Sections::default();
    for sentence in sentences.iter().filter(|sentence| !sentence.heading) {
        let to = match sentence.section {
            Section::Cause | Section::Trigger => &mut out.cause,
            Section::Resolution | Section::Response => &mut out.resolution,
            Section::Impact => &mut out.impact,
            Section::Timeline => &mut out.timeline,
            Section::Actions => &mut out.actions,
            _ => continue,
        };
        push(to, sentence.span.of(text));
    }
    let quote = |field: &str| record.evidence.get(field).map_or("", |evidence| evidence.quote.as_str());
    for (to, fields) in [
        (&mut out.cause, &["root_cause", "trigger"][..]),
        (&mut out.resolution, &["mitigated_at", "resolved_at"]),
        (&mut out.impact, &["started_at"]),
    ] {
        if to.is_empty() {
            fields.iter().for_each(|field| push(to, quote(field)));
        }
    }
    out.fix = fix(text, &sentences, record).unwrap_or_default();
    out
}

fn push(to: &mut String, sentence: &str) {
    if !sentence.is_empty() {
        if !to.is_empty() {
            to.push('\n');
        }
        to.push_str(sentence);
    }
}

/// The sentence that says what resolved the incident: of those in sections on the resolution, and of those at or shortly
/// before the words that tell the end of impact, the one that speaks most of a fix.
fn fix(text: &str, sentences: &[Sentence], record: &Record) -> Option<String> {
    if !record.is_incident {
        return None;
    }
    let end = ["resolved_at", "mitigated_at"].iter().find_map(|field| record.evidence.get(*field));
    let end = end.map(|evidence| Span::new(evidence.start, evidence.end));
    let near = end.map_or(0..0, |end| before(sentences, end));
    let mut best: Option<(f64, Span)> = None;
    let mut headed = 0;
    for (at, sentence) in sentences.iter().enumerate() {
        let is_headed = sentence.section == Section::Resolution && headed < MOST_HEADED;
        let is_near = near.contains(&at);
        if sentence.heading || !(is_headed || is_near) {
            continue;
        }
        headed += usize::from(is_headed);
        let words = sentence.span.of(text);
        let is_end = end.is_some_and(|end| sentence.span.start < end.end && end.start < sentence.span.end);
        if let Some(worth) = worth(words, is_headed, is_end)
            && best.is_none_or(|(most, _)| worth > most)
        {
            best = Some((worth, sentence.span));
        }
    }
    best.map(|(_, span)| shortened(unlabelled(span.of(text))))
}

/// How much a sentence speaks of what resolved the incident; nothing where it does not.
fn worth(words: &str, is_headed: bool, is_end: bool) -> Option<f64> {
    words.split_whitespace().nth(FEWEST_WORDS - 1)?;
    let scores = score(words);
    let (fix, mitigate, resolve) = (scores.of(Kind::Fix), scores.of(Kind::Mitigate), scores.of(Kind::Resolve));
    // "It was fixed" says that there was a fix; "we rolled back, which restored service" says which.
    let says = fix + mitigate > 0.0 || is_end && resolve > 0.0;
    let bonus = |holds: bool, worth: f64| if holds { worth } else { 0.0 };
    says.then(|| fix + 0.5 * mitigate + 0.25 * resolve + bonus(is_headed, UNDER_HEADING) + bonus(is_end, AT_END))
}

/// The sentences at `end` and a few before it.
fn before(sentences: &[Sentence], end: Span) -> Range<usize> {
    let last = sentences.partition_point(|sentence| sentence.span.start < end.end);
    last.saturating_sub(BEFORE_END)..last
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
    if sentence.len() <= LONGEST_FIX {
        return sentence.to_owned();
    }
    let fits = sentence.char_indices().take_while(|(at, _)| *at <= LONGEST_FIX);
    let end = fits.filter(|(_, c)| c.is_whitespace()).last().map_or(0, |(at, _)| at);
    format!("{} ...", sentence[..end].trim_end())
}
