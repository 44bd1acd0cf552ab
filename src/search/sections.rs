//! What the index keeps of the sections of a document.
//!
//! Sections are those of the document's headings and labels (`extract::outline`). Where a document has none, the words
//! that the record rests on stand in: what the root cause was read from is text on the cause. Leaves to others: which
//! words head a section (`data/lexicon/sections.tsv`), and which sentence tells what resolved the incident (`fix`).

use super::fix::fix;
use crate::document::Document;
use crate::extract::{Section, outline};
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
