//! Past incidents like one that is given: those that share its telling words.
//!
//! "More like this", as Lucene has it (`MoreLikeThis`): the words of the document that occur often in it and seldom in
//! the library (tf-idf) make a query, whose hits BM25 ranks. Words of the title and of what the root cause rests on count
//! more, and so does an incident with the same cause or service. What is shared is told with each hit.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use tantivy::Term;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::analyzer;
use super::duplicates::Report;
use super::index::{Index, Stored};
use super::words::is_stopword;
use crate::record::{Record, RootCause};

/// Words that are looked for: beyond these a word says little of the document.
const MOST_WORDS: usize = 30;
/// Shared words that are told with a hit.
const TOLD: usize = 8;
/// A word in more of the documents than this tells nothing of one of them.
const COMMON: f64 = 0.25;
/// Occurrences that one in the title, and one in the words on the cause, is worth.
const IN_TITLE: f32 = 3.0;
const IN_CAUSE: f32 = 2.0;
/// Factors on the BM25 score of the same label, and of a word in the names of services.
const SAME_CAUSE: f32 = 2.0;
const SAME_SERVICE: f32 = 2.0;

/// An incident like the one that was asked about.
#[derive(Clone, Debug)]
pub struct Similar {
    pub score: f32,
    pub record: Record,
    /// The sentence that says how it was resolved, where one does.
    pub fix: Option<String>,
    /// The words that both have, as the first document writes them, the most telling first.
    pub shared: Vec<String>,
    /// The cause, where both have the same.
    pub same_cause: Option<RootCause>,
    /// The services that both name.
    pub same_services: Vec<String>,
    /// Whether both seem to report one incident.
    pub is_same_incident: bool,
}

/// A word of the document.
struct Telling {
    term: String,
    /// As it is written there.
    written: String,
    /// Its share in the document, dampened.
    frequency: f32,
    worth: f32,
}

impl Index<'_> {
    /// The `limit` incidents most like `record` and its `text`, without that document itself.
    pub fn similar(&self, record: &Record, text: &str, limit: usize) -> Result<Vec<Similar>> {
        let damaged = |error| self.generation.damaged("the search index", error);
        let words = self.telling(record, text).map_err(damaged)?;
        let query = self.alike(record, &words);
        // Some of the best may be the document itself, or report no incident.
        let top = TopDocs::with_limit(2 * limit + 10).order_by_score();
        let top = self.searcher.search(&query, &top).map_err(damaged)?;
        let own = Report::new(record, text);
        let mut found = Vec::new();
        for (score, address) in top {
            if found.len() == limit {
                break;
            }
            let Stored { record: other, text, fix } = self.stored(address)?;
            if other.is_incident && other.id != record.id {
                found.push(compare(record, &words, &own, score, other, &text, fix));
            }
        }
        Ok(found)
    }

    /// The telling words, the most telling first.
    fn telling(&self, record: &Record, text: &str) -> tantivy::Result<Vec<Telling>> {
        let mut counts: HashMap<String, (f32, String)> = HashMap::new();
        let cause = record.evidence.get("root_cause").map_or("", |evidence| evidence.quote.as_str());
        let title = record.title.as_deref().unwrap_or_default();
        for (text, worth) in [(title, IN_TITLE), (text, 1.0), (cause, IN_CAUSE)] {
            for token in analyzer::cut(text) {
                let written = &text[token.offset_from..token.offset_to];
                if may_tell(written) {
                    counts.entry(token.text).or_insert_with(|| (0.0, written.to_owned())).0 += worth;
                }
            }
        }
        let documents = self.searcher.num_docs() as f64;
        // A word that only the document itself has finds nothing else.
        let own = self.searcher.doc_freq(&Term::from_field_text(self.fields.id, &record.id))? as f64;
        let mut words = Vec::new();
        for (term, (count, written)) in counts {
            let with = self.searcher.doc_freq(&Term::from_field_text(self.fields.body, &term))? as f64;
            // In a small library nothing is common.
            if with <= own || with > (COMMON * documents).max(10.0) {
                continue;
            }
            let frequency = 1.0 + count.ln().max(0.0);
            let rarity = (1.0 + (documents - with + 0.5).max(0.0) / (with + 0.5)).ln() as f32;
            words.push(Telling { term, written, frequency, worth: frequency * rarity });
        }
        words.sort_by(|a, b| b.worth.total_cmp(&a.worth).then_with(|| a.term.cmp(&b.term)));
        words.truncate(MOST_WORDS);
        Ok(words)
    }

    fn alike(&self, record: &Record, words: &[Telling]) -> BooleanQuery {
        let term = |field: Field, text: &str, boost: f32| -> Box<dyn Query> {
            let term = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(term), boost))
        };
        let mut all: Vec<_> = words.iter().map(|word| term(self.fields.body, &word.term, word.frequency)).collect();
        if record.root_cause != RootCause::Unknown {
            all.push(term(self.fields.cause, record.root_cause.as_str(), SAME_CAUSE));
        }
        let services: HashSet<String> =
            record.services.iter().flat_map(|service| analyzer::cut(service)).map(|token| token.text).collect();
        all.extend(services.iter().map(|service| term(self.fields.services, service, SAME_SERVICE)));
        BooleanQuery::union(all)
    }
}

/// Whether a word may say what an incident was about: no number, no time, no function word.
fn may_tell(written: &str) -> bool {
    let letters = written.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && written.chars().count() >= 3 && !is_stopword(written)
}

fn compare(
    record: &Record,
    words: &[Telling],
    own: &Report,
    score: f32,
    other: Record,
    text: &str,
    fix: Option<String>,
) -> Similar {
    let theirs: HashSet<String> = analyzer::cut(text).into_iter().map(|token| token.text).collect();
    let mut shared: Vec<String> = Vec::new();
    for word in words.iter().filter(|word| theirs.contains(&word.term)) {
        // A name tells what its parts tell.
        let holds = |long: &str, part: &str| long.to_lowercase().contains(&part.to_lowercase());
        if !shared.iter().any(|told| holds(told, &word.written)) {
            shared.retain(|told| !holds(&word.written, told));
            shared.push(word.written.clone());
        }
    }
    shared.truncate(TOLD);
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    Similar {
        score,
        fix,
        shared,
        same_cause: Some(record.root_cause).filter(|cause| *cause != RootCause::Unknown && *cause == other.root_cause),
        same_services: record
            .services
            .iter()
            .filter(|service| other.services.iter().any(|theirs| same(theirs, service)))
            .cloned()
            .collect(),
        is_same_incident: own.same_incident(&Report::new(&other, text)).is_some(),
        record: other,
    }
}
