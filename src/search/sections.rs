//! What the index keeps of the sections of a document, and the sentence that says how the incident was resolved.
//!
//! Sections are those of the document's headings and labels (`extract::outline`). Where a document has none, the words
//! that the record rests on stand in: what the root cause was read from is text on the cause. Leaves to others: which
//! words head a section (`data/lexicon/sections.tsv`) and which speak of a fix (`data/lexicon/events.tsv`).

use std::ops::Range;

use crate::document::{Document, Span};
use crate::extract::{Kind, Section, Sentence, outline, score};
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
/// Sentences before the end of impact among which the fix is looked for.
const BEFORE_END: usize = 8;

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

/// The sentence that says what resolved the incident: the one that speaks most of a fix, in the section on the
/// resolution or else near the words that tell the end of impact.
fn fix(text: &str, sentences: &[Sentence], record: &Record) -> Option<String> {
    if !record.is_incident {
        return None;
    }
    let under = |section| move |sentence: &&Sentence| sentence.section == section && !sentence.heading;
    let headed: Vec<&Sentence> = sentences.iter().filter(under(Section::Resolution)).collect();
    let by_heading = best(text, &headed);
    let near: Vec<&Sentence> =
        ends(record).filter_map(|end| before(sentences, end)).flat_map(|range| &sentences[range]).collect();
    let found = by_heading.or_else(|| best(text, &near));
    found.map(|sentence| shortened(sentence.span.of(text)))
}

/// The sentence that speaks most of a fix, the first of several that do alike.
fn best<'a>(text: &str, sentences: &[&'a Sentence]) -> Option<&'a Sentence> {
    let worth = |sentence: &&Sentence| {
        let scores = score(sentence.span.of(text));
        // "It was fixed" says that there was a fix; "we rolled back, which restored service" says which.
        let worth = scores.of(Kind::Fix) + 0.25 * scores.of(Kind::Resolve) + 0.5 * scores.of(Kind::Mitigate);
        (scores.of(Kind::Fix) + scores.of(Kind::Mitigate) > 0.0).then_some(worth)
    };
    let mut top: Option<(f64, &Sentence)> = None;
    for sentence in sentences {
        if let Some(worth) = worth(sentence)
            && top.is_none_or(|(best, _)| worth > best)
        {
            top = Some((worth, sentence));
        }
    }
    top.map(|(_, sentence)| sentence)
}

/// Where the document tells that the impact was over or less.
fn ends(record: &Record) -> impl Iterator<Item = Span> {
    let quote = |field: &&str| record.evidence.get(*field).map(|evidence| Span::new(evidence.start, evidence.end));
    ["resolved_at", "mitigated_at"].into_iter().filter_map(move |field| quote(&field))
}

/// The sentences at `end` and a few before it.
fn before(sentences: &[Sentence], end: Span) -> Option<Range<usize>> {
    let last = sentences.partition_point(|sentence| sentence.span.start < end.end);
    (last > 0).then(|| last.saturating_sub(BEFORE_END)..last)
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
