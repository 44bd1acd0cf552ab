//! Counts of what a query matches, by its labels: one pass over the matches, columns only.

use tantivy::Searcher;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::{AggregationResult, BucketResult};
use tantivy::aggregation::{AggContextParams, AggregationCollector, Key};
use tantivy::query::Query;

/// Values of one field that are told apart; the rest is counted together.
const MOST: u32 = 20;

/// The fields that matches are counted by: the name for readers, the column.
const FIELDS: [(&str, &str); 4] = [
    ("root_cause", "cause"),
    ("detection_source", "detection"),
    ("quarter", "quarter"),
    ("organization", "organization"),
];

/// The counts of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    pub field: &'static str,
    /// Value and count, the most frequent first, quarters in their order; no value where the field is blank.
    pub counts: Vec<(Option<String>, u64)>,
    /// Matches whose value is none of `counts`.
    pub others: u64,
}

/// What stands in for a blank while tantivy counts; no field can hold a control character as its whole value.
const BLANK: &str = "\u{1}";

/// Counts the matches of `query`.
pub fn count(searcher: &Searcher, query: &dyn Query) -> tantivy::Result<Vec<Facet>> {
    let ask = FIELDS.iter().map(|(name, column)| {
        let terms = serde_json::json!({ "terms": { "field": column, "size": MOST, "missing": BLANK } });
        ((*name).to_owned(), terms)
    });
    let asked: Aggregations = serde_json::from_value(serde_json::Value::Object(ask.collect()))?;
    let collector = AggregationCollector::from_aggs(asked, AggContextParams::default());
    let found = searcher.search(query, &collector)?;
    let facet = |(field, _): &(&'static str, &str)| {
        let mut facet = Facet { field, counts: Vec::new(), others: 0 };
        if let Some(AggregationResult::BucketResult(BucketResult::Terms { buckets, sum_other_doc_count, .. })) =
            found.0.get(*field)
        {
            facet.others = *sum_other_doc_count;
            let value = |key: &Key| match key {
                Key::Str(text) => Some(text.clone()).filter(|text| text != BLANK),
                other => Some(other.to_string()),
            };
            facet.counts = buckets.iter().map(|bucket| (value(&bucket.key), bucket.doc_count)).collect();
        }
        facet.counts.sort_by(|(a, m), (b, n)| {
            let by_count = if *field == "quarter" { std::cmp::Ordering::Equal } else { n.cmp(m) };
            by_count.then_with(|| (a.is_none(), a).cmp(&(b.is_none(), b)))
        });
        facet
    };
    Ok(FIELDS.iter().map(facet).collect())
}
