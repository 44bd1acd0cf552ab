//! How good the ranking is: judgments that people made, and the measures of a ranked list against them.
//!
//! Promises: every measure lies between 0 and 1, counts the first [`DEPTH`] hits only (what a reader looks at), and a
//! document that nobody judged counts as not relevant; a query that finds nothing has 0. Leaves to others: which
//! document a judged name means (`Index::lookup`), and who ranks.
//!
//! - nDCG: Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20 (2002), with the gain
//!   2^grade - 1 and the discount log2(rank + 1) of Burges et al., "Learning to rank using gradient descent", ICML 2005.
//! - MRR: the mean of 1 / rank of the first hit that is relevant at all, that is of grade 1 or more.
//! - Recall: of all documents that are relevant at all, the share among the hits. With more than ten of them it cannot
//!   reach 1.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::trends::stats::{Interval, mean, mean_interval};

/// Hits that count.
pub const DEPTH: usize = 10;

/// The highest grade: 3 is what the person looked for, 2 helps, 1 is related.
const BEST: u8 = 3;

/// What a person said of a query before its hits were seen.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Judgment {
    pub query: String,
    /// What sort of query it is: `symptom`, `error`, `component`, `fix`, `paraphrase`.
    pub kind: String,
    /// Documents that are relevant to it: the id or the end of one, and a grade of 1 to 3.
    pub grades: BTreeMap<String, u8>,
}

impl Judgment {
    /// Reads a file of judgments, one JSON object a line, each with its line number. An error names the line.
    pub fn read(file: &str) -> Result<Vec<(usize, Judgment)>, String> {
        let lines = (1..).zip(file.lines()).filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(number, line)| {
                let read = serde_json::from_str(line).map_err(|error| error.to_string()).and_then(Judgment::checked);
                read.map(|judgment| (number, judgment)).map_err(|error| format!("line {number}: {error}"))
            })
            .collect()
    }

    fn checked(self) -> Result<Judgment, String> {
        match self.grades.iter().find(|(_, grade)| !(1..=BEST).contains(*grade)) {
            _ if self.grades.is_empty() => Err(format!("no document is relevant to `{}`; leave it out", self.query)),
            Some((name, grade)) => Err(format!("`{name}` has the grade {grade}; grades are 1 to {BEST}")),
            None => Ok(self),
        }
    }
}

/// The measures of one ranked list, or their means over several.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    pub ndcg: f64,
    pub reciprocal_rank: f64,
    pub recall: f64,
}

/// The measures of the ids that a query found, best first, against the grades of its relevant documents.
pub fn score(found: &[String], grades: &BTreeMap<String, u8>) -> Scores {
    let ranked: Vec<u8> = found.iter().take(DEPTH).map(|id| grades.get(id).copied().unwrap_or(0)).collect();
    let judged: Vec<u8> = grades.values().copied().filter(|grade| *grade > 0).collect();
    Scores { ndcg: ndcg(&ranked, &judged), reciprocal_rank: reciprocal_rank(&ranked), recall: recall(&ranked, &judged) }
}

/// The gain of a ranked list over that of the best possible one.
fn ndcg(ranked: &[u8], judged: &[u8]) -> f64 {
    let mut ideal = judged.to_vec();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    ideal.truncate(DEPTH);
    let best = gain(&ideal);
    if best > 0.0 { gain(ranked) / best } else { 0.0 }
}

/// Discounted cumulated gain.
fn gain(ranked: &[u8]) -> f64 {
    ranked.iter().zip(1_u32..).map(|(grade, rank)| (f64::from(*grade).exp2() - 1.0) / f64::from(rank + 1).log2()).sum()
}

fn reciprocal_rank(ranked: &[u8]) -> f64 {
    ranked.iter().zip(1_u32..).find(|(grade, _)| **grade > 0).map_or(0.0, |(_, rank)| 1.0 / f64::from(rank))
}

fn recall(ranked: &[u8], judged: &[u8]) -> f64 {
    let found = ranked.iter().filter(|grade| **grade > 0).count();
    if judged.is_empty() { 0.0 } else { found as f64 / judged.len() as f64 }
}

/// How a query fared, by the ranking and by the one it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub query: String,
    pub kind: String,
    pub scores: Scores,
    pub baseline: Scores,
}

/// How the queries of one kind fared.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub kind: String,
    pub queries: usize,
    pub scores: Scores,
    pub baseline: Scores,
    /// Of the mean difference of nDCG to the baseline, pair by pair; `None` below eight queries.
    pub gain_interval: Option<Interval>,
}

/// The kind of the row over all queries.
pub const ALL: &str = "all";

/// One row a kind, in the order in which kinds appear, and one over all queries.
pub fn summaries(outcomes: &[Outcome]) -> Vec<Summary> {
    let mut kinds: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !kinds.contains(&outcome.kind.as_str()) {
            kinds.push(&outcome.kind);
        }
    }
    let of_kind = |kind: &str| outcomes.iter().filter(|outcome| outcome.kind == kind).collect::<Vec<_>>();
    let rows = kinds.into_iter().map(|kind| summary(kind, &of_kind(kind)));
    rows.chain([summary(ALL, &outcomes.iter().collect::<Vec<_>>())]).collect()
}

fn summary(kind: &str, outcomes: &[&Outcome]) -> Summary {
    let gains: Vec<f64> = outcomes.iter().map(|outcome| outcome.scores.ndcg - outcome.baseline.ndcg).collect();
    Summary {
        kind: kind.to_owned(),
        queries: outcomes.len(),
        scores: means(outcomes.iter().map(|outcome| outcome.scores)),
        baseline: means(outcomes.iter().map(|outcome| outcome.baseline)),
        gain_interval: mean_interval(&gains),
    }
}

fn means(scores: impl Iterator<Item = Scores> + Clone) -> Scores {
    let of = |value: fn(Scores) -> f64| mean(&scores.clone().map(value).collect::<Vec<_>>()).unwrap_or(0.0);
    Scores {
        ndcg: of(|scores| scores.ndcg),
        reciprocal_rank: of(|scores| scores.reciprocal_rank),
        recall: of(|scores| scores.recall),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(ranked: &[u8], missed: &[u8]) -> Scores {
        let found: Vec<String> = (0..ranked.len()).map(|at| format!("hit {at}")).collect();
        let hits = found.iter().cloned().zip(ranked.iter().copied()).filter(|(_, grade)| *grade > 0);
        let others = missed.iter().enumerate().map(|(at, grade)| (format!("missed {at}"), *grade));
        score(&found, &hits.chain(others).collect())
    }

    #[test]
    fn the_measures_are_those_computed_by_hand() {
        // nDCG of the longer lists: sklearn.metrics.ndcg_score([2^grade - 1 of all], [scores falling by rank], k=10), 1.9.1.
        for (ranked, missed, ndcg, reciprocal_rank, recall) in [
            (&[][..], &[3][..], 0.0, 0.0, 0.0),
            (&[0, 0], &[1], 0.0, 0.0, 0.0),
            (&[3], &[], 1.0, 1.0, 1.0),
            // 1 / log2(3) of the best
            (&[0, 2], &[], 0.630_929_753_571_457_3, 0.5, 1.0),
            // (1 + 7 / log2(3)) / (7 + 1 / log2(3))
            (&[1, 3], &[], 0.709_809_741_396_865_1, 1.0, 1.0),
            (&[0, 1], &[3, 2], 0.067_171_713_966_834_15, 0.5, 1.0 / 3.0),
            (&[0, 3, 0, 2, 1, 0, 0, 0, 0, 1], &[3, 2], 0.427_008_243_993_176_9, 0.5, 4.0 / 6.0),
            // the eleventh hit does not count
            (&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3], &[], 0.0, 0.0, 0.0),
            // twelve relevant: ten hits are the best there is, and recall cannot reach 1
            (&[1; 10], &[1, 1], 1.0, 1.0, 10.0 / 12.0),
        ] {
            let found = scored(ranked, missed);
            let expected = Scores { ndcg, reciprocal_rank, recall };
            let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
            assert!(
                near(found.ndcg, ndcg) && found.reciprocal_rank == reciprocal_rank && near(found.recall, recall),
                "{ranked:?} {missed:?}: {found:?}, {expected:?}"
            );
        }
    }

    fn outcome(kind: &str, ndcg: f64, baseline: f64) -> Outcome {
        let scores = |ndcg| Scores { ndcg, reciprocal_rank: ndcg / 2.0, recall: 1.0 };
        Outcome { query: String::new(), kind: kind.to_owned(), scores: scores(ndcg), baseline: scores(baseline) }
    }

    #[test]
    fn each_kind_has_a_row_and_the_last_is_over_all() {
        let rows = summaries(&[outcome("fix", 1.0, 0.5), outcome("error", 0.5, 0.5), outcome("fix", 0.0, 0.25)]);
        let seen: Vec<_> = rows.iter().map(|row| (row.kind.as_str(), row.queries, row.scores.ndcg)).collect();
        assert_eq!(seen, [("fix", 2, 0.5), ("error", 1, 0.5), (ALL, 3, 0.5)]);
        assert_eq!(rows[0].baseline, Scores { ndcg: 0.375, reciprocal_rank: 0.1875, recall: 1.0 });
        assert_eq!(rows[2].gain_interval, None, "three queries have no interval");
    }

    #[test]
    fn the_interval_is_that_of_the_differences_not_of_the_scores() {
        let outcomes: Vec<_> =
            (0..20).map(|n| outcome("fix", f64::from(n) / 20.0, f64::from(n) / 20.0 - 0.1)).collect();
        let interval = summaries(&outcomes)[0].gain_interval.unwrap();
        assert!((interval.low - 0.1).abs() < 1e-9 && (interval.high - 0.1).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn a_line_that_is_no_judgment_is_named() {
        let good = r#"{"query":"redis","kind":"component","grades":{"a":3}}"#;
        let read = Judgment::read(&format!("{good}\n\n{good}")).unwrap();
        assert_eq!(read.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3]);
        for (line, why) in [
            ("{", "EOF"),
            (r#"{"query":"redis","grades":{"a":3}}"#, "kind"),
            (r#"{"query":"redis","kind":"fix","grades":{}}"#, "no document is relevant"),
            (r#"{"query":"redis","kind":"fix","grades":{"a":4}}"#, "grades are 1 to 3"),
            (r#"{"query":"redis","kind":"fix","grades":{"a":0}}"#, "grades are 1 to 3"),
        ] {
            let error = Judgment::read(&format!("{good}\n{line}")).unwrap_err();
            assert!(error.starts_with("line 2: ") && error.contains(why), "{line}: {error}");
        }
    }
}
