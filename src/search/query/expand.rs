//! The words of the index that a typed word, beginning or slip stands for.
//!
//! The beginning of a word, and a word with slips, become the words that they may stand for, so that BM25 ranks what they
//! find. Where these are too many, they become a query that finds all their documents and ranks them alike.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{ConstScoreQuery, EmptyQuery, FuzzyTermQuery, PhraseQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::Words;
use super::compile::{Compiler, Queries, boosted, term, union};
use crate::search::analyzer;

/// Words that a beginning or a slip may stand for before all are ranked alike.
const MOST_WORDS: usize = 64;
/// What a word with slips is worth beside the word as it was typed.
const SLIP: f32 = 0.7;
/// What completes the beginning of a word, for want of its stem: `configura*` is `configur` in the index.
const ENDINGS: [&str; 11] = ["", "e", "s", "ed", "ing", "tion", "ion", "ation", "ment", "ility", "y"];

impl Compiler<'_> {
    /// Words in one field.
    pub(super) fn within(&self, field: Field, words: &Words) -> tantivy::Result<Box<dyn Query>> {
        match words {
            Words::Word(text) => Ok(phrase(field, text, 0)),
            Words::Phrase { text, slop } => Ok(phrase(field, text, *slop)),
            Words::Prefix(text) => self.beginning(field, text),
            Words::Fuzzy(text, distance) => self.slips(field, text, *distance),
        }
    }

    fn beginning(&self, field: Field, text: &str) -> tantivy::Result<Box<dyn Query>> {
        let mut to = Queries::new();
        let prefix = text.to_lowercase();
        // After the last word that begins so comes nothing that does: no character is as high as this one.
        let after = format!("{prefix}{}", char::MAX);
        let mut words = HashSet::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(field)?;
            let mut stream = inverted.terms().range().ge(&prefix).lt(&after).into_stream()?;
            while words.len() <= MOST_WORDS && stream.advance() {
                words.extend(std::str::from_utf8(stream.key()).ok().map(str::to_owned));
            }
        }
        if words.len() > MOST_WORDS {
            let bound = |text: &str| Term::from_field_text(field, text);
            let all = RangeQuery::new(Bound::Included(bound(&prefix)), Bound::Excluded(bound(&after)));
            to.push(Box::new(ConstScoreQuery::new(Box::new(all), 1.0)));
            words.clear();
        }
        let stems = ENDINGS.iter().map(|ending| analyzer::normal(&format!("{prefix}{ending}")));
        words.extend(stems.filter(|stem| stem.len() < prefix.len() && prefix.starts_with(stem.as_str())));
        to.extend(weighted(field, &words, 1.0));
        Ok(union(to))
    }

    fn slips(&self, field: Field, text: &str, distance: u8) -> tantivy::Result<Box<dyn Query>> {
        let mut to = Queries::new();
        let typed = analyzer::normal(text);
        let fuzzy = FuzzyTermQuery::new(Term::from_field_text(field, &typed), distance, true);
        let mut words = HashSet::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(field)?;
            let mut stream = inverted.terms().search(fuzzy.automaton()?).into_stream()?;
            while words.len() <= MOST_WORDS && stream.advance() {
                words.extend(std::str::from_utf8(stream.key()).ok().map(str::to_owned));
            }
        }
        if words.len() > MOST_WORDS {
            to.push(Box::new(ConstScoreQuery::new(Box::new(fuzzy), SLIP)));
            words.clear();
        }
        words.remove(&typed);
        to.extend(weighted(field, &words, SLIP));
        to.extend(weighted(field, &HashSet::from([typed]), 1.0));
        Ok(union(to))
    }
}

/// Words in a row. A name is its parts in a row, so that `hooks-worker` and `hooks worker` are the same.
fn phrase(field: Field, text: &str, slop: u32) -> Box<dyn Query> {
    let parts: BTreeMap<usize, String> = analyzer::cut(text)
        .into_iter()
        .filter(|token| token.position_length == 1)
        .map(|token| (token.position, token.text))
        .collect();
    let terms: Vec<(usize, Term)> = parts.iter().map(|(at, word)| (*at, Term::from_field_text(field, word))).collect();
    match terms.as_slice() {
        [] => Box::new(EmptyQuery),
        [(_, term)] => Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs)),
        _ => Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop)),
    }
}

fn weighted(field: Field, words: &HashSet<String>, weight: f32) -> impl Iterator<Item = Box<dyn Query>> {
    words.iter().map(move |word| boosted(term(field, word, IndexRecordOption::WithFreqs), weight))
}
