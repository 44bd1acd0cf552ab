//! The documents of a small library that say what a query means and may have none of its words.
//!
//! The first look finds what shares a word or a concept with the query. Where the library is small enough to look at all of
//! it, the documents most like the query by `meaning` are candidates too, if they are clearly like it: by deviations from
//! other documents, as some document is always the most like, and by the cosine, as nothing in a library may be like it.
//! One that has a word of the query, and not enough to be among the best by words, keeps what its words are worth.
//!
//! Promises: whatever the query excludes or demands holds of them; the same documents for every page of hits.
//! Leaves to others: which queries may have such hits (`query`, `rerank`), their rank (`rerank`).

use tantivy::query::{EnableScoring, Query};
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED};

use super::meaning::{self, Asked};

/// Documents of a library up to which all are looked at: 3 ms where each has three passages, and four times that where each
/// is so long that it has all there may be.
const MOST_DOCUMENTS: u64 = 20_000;

/// Candidates, and what is clearly like the query: on `data/judgments` floors of 1.5 and 0 gain nothing, and let
/// in seven times as many.
const MOST: usize = 50;
const DEVIATIONS: f32 = 2.0;
const COSINE: f32 = 0.35;

/// Words of the query whose meaning is known, below which they are too few to tell what it is about.
const FEWEST_KNOWN: usize = 2;

/// Documents that are like a query.
#[derive(Default)]
pub struct Nearest {
    /// Those that have words of it, with their score by these.
    pub with_words: Vec<(f32, DocAddress)>,
    pub without: Vec<DocAddress>,
}

impl Nearest {
    /// The candidates among the documents that match `beside`; `query` finds those that have words of the query.
    pub fn find(searcher: &Searcher, asked: &Asked, beside: &dyn Query, query: &dyn Query) -> tantivy::Result<Nearest> {
        if searcher.num_docs() > MOST_DOCUMENTS || asked.known() < FEWEST_KNOWN {
            return Ok(Nearest::default());
        }
        let mut likest = Vec::new();
        let weight = beside.weight(EnableScoring::disabled_from_searcher(searcher))?;
        for (segment, ord) in searcher.segment_readers().iter().zip(0..) {
            let column = segment.fast_fields().u64(meaning::FIELD)?;
            let mut docs = weight.scorer(segment, 1.0)?;
            while docs.doc() != TERMINATED {
                let doc = docs.doc();
                let product = asked.product(&column, doc).filter(|product| *product >= COSINE);
                if let Some(product) = product.filter(|_| !segment.is_deleted(doc)) {
                    likest.push((product, DocAddress::new(ord, doc)));
                }
                docs.advance();
            }
        }
        likest.retain(|(product, _)| asked.deviations(*product) >= DEVIATIONS);
        likest.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.cmp(second)));
        likest.truncate(MOST);
        split(searcher, query, likest.into_iter().map(|(_, address)| address).collect())
    }
}

/// Tells documents that match the query, with their scores, from those that do not.
fn split(searcher: &Searcher, query: &dyn Query, mut documents: Vec<DocAddress>) -> tantivy::Result<Nearest> {
    documents.sort_unstable();
    let mut nearest = Nearest::default();
    let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
    for of_segment in documents.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
        let mut scorer = weight.scorer(searcher.segment_reader(of_segment[0].segment_ord), 1.0)?;
        for address in of_segment {
            if scorer.doc() < address.doc_id {
                scorer.seek(address.doc_id);
            }
            if scorer.doc() == address.doc_id {
                nearest.with_words.push((scorer.score(), *address));
            } else {
                nearest.without.push(*address);
            }
        }
    }
    Ok(nearest)
}
