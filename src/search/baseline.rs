//! The ranking that ours must beat: BM25 over the words of the text alone.
//!
//! Any word of the query may match, in the body only, each with the same weight; signs of the query language are not
//! read. The words are cut and stemmed as the body was, so that what differs is the ranking and not the analysis.

use anyhow::Result;
use tantivy::Term;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

use super::analyzer;
use super::index::Index;

impl Index<'_> {
    /// The ids of the `limit` documents whose text matches the words of `text` best.
    pub fn search_body_alone(&self, text: &str, limit: usize) -> Result<Vec<String>> {
        let damaged = |error| self.generation.damaged("the search index", error);
        let body = self.fields.body;
        let mut words: Vec<Box<dyn Query>> = Vec::new();
        for token in analyzer::cut(text) {
            let term = Term::from_field_text(body, &token.text);
            words.push(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)));
        }
        let best = TopDocs::with_limit(limit.max(1)).order_by_score();
        let top = self.searcher.search(&BooleanQuery::union(words), &best).map_err(damaged)?;
        let id = |(score, address)| Ok((score, self.stored(address)?.record.id));
        let mut hits = top.into_iter().map(id).collect::<Result<Vec<(f32, String)>>>()?;
        hits.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        Ok(hits.into_iter().map(|(_, id)| id).collect())
    }
}
