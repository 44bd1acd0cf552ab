//! `coroner eval-search`: how well the search ranks, by what people judged, so that no weight is changed by taste.
//!
//! Beside the search stands plain BM25 on the text alone, with the interval of the difference: a search that is not
//! clear of it is not worth its weights. Leaves to others: the measures (`search::evaluate`), the ranking (`search`).

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};

use super::output::{self, Table, TableFormat};
use crate::library;
use crate::record::Cell;
use crate::search::evaluate::{self, DEPTH, Judgment, Outcome, Scores, Summary};
use crate::search::{Fault, Index, Lookup, Options, Weights};

/// Measure the ranking of the search by judged queries
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A line of judgments is {\"query\": \"...\", \"kind\": \"symptom\", \"grades\": {\"<id or its end>\": 3, ...}}: grade 3 is what
the query asks for, 2 helps, 1 is related. Over the first ten hits: ndcg, the mean reciprocal rank of the first relevant
hit, and recall, by kind of query and over all; then the same of plain BM25 on the text alone, and the difference of ndcg with
its interval of 95 % (paired bootstrap, from eight queries on).

Examples:
  coroner eval-search --library lib --judgments data/judgments/samples.jsonl
  coroner eval-search --library lib --judgments mine.jsonl --each --format csv")]
pub struct Args {
    /// The library to search
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Judged queries, one JSON object a line; may be given several times
    #[arg(long, value_name = "FILE", required = true)]
    judgments: Vec<PathBuf>,
    /// What a word is worth in each field, a file like data/search/weights.tsv, to see what another weight would do
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// One row a query, not a kind
    #[arg(long)]
    each: bool,
    /// How to print the table
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    format: TableFormat,
}

/// A judgment, and where it stands.
struct Judged {
    place: String,
    judgment: Judgment,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let mut judged = Vec::new();
    for path in &args.judgments {
        judged.extend(read(path)?);
    }
    if judged.is_empty() {
        bail!("the files of judgments hold no query");
    }
    let weights = args.weights.as_deref().map(Weights::load).transpose()?.unwrap_or_default();
    let options = Options { limit: DEPTH, count: false, weights, ..Options::default() };
    let (outcomes, refused) = library::read(&args.library, |generation| {
        let index = Index::open(generation)?;
        let grades = known(&index, &judged, &args.library)?;
        let fared = judged.iter().zip(grades).map(|(judged, grades)| fare(&index, judged, &grades, &options));
        Ok(fared.collect::<Result<Vec<_>>>()?.into_iter().unzip::<_, _, Vec<_>, Vec<_>>())
    })?;
    refused.iter().flatten().for_each(output::say);
    let table = if args.each { each(&outcomes) } else { by_kind(&evaluate::summaries(&outcomes)) };
    table.write(&mut io::stdout().lock(), args.format)?;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<Vec<Judged>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the judgments {}", path.display()))?;
    let lines = Judgment::read(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    let judged = |(line, judgment)| Judged { place: format!("{}:{line}", path.display()), judgment };
    Ok(lines.into_iter().map(judged).collect())
}

/// Names of unknown documents that are listed.
const NAMED: usize = 20;

/// The grades of each query by the ids of the library. Every name that means no document, or several, is named.
fn known(index: &Index, judged: &[Judged], library: &Path) -> Result<Vec<BTreeMap<String, u8>>> {
    let mut ids: BTreeMap<&str, Result<String, String>> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut known = Vec::new();
    for Judged { place, judgment } in judged {
        let mut grades = BTreeMap::new();
        for (name, grade) in &judgment.grades {
            if !ids.contains_key(name.as_str()) {
                ids.insert(name, meant(index, name)?);
            }
            match &ids[name.as_str()] {
                Err(why) => faults.push(format!("{place}: `{name}` {why}")),
                Ok(id) if grades.insert(id.clone(), *grade).is_some() => {
                    faults.push(format!("{place}: `{name}` is judged twice, as the document {id}"));
                }
                Ok(_) => {}
            }
        }
        known.push(grades);
    }
    if faults.is_empty() {
        return Ok(known);
    }
    let more = faults.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    faults.truncate(NAMED);
    bail!("the judgments do not fit the library {}:\n  {}{more}", library.display(), faults.join("\n  "))
}

/// The id of the one document that a name means, or why there is none.
fn meant(index: &Index, name: &str) -> Result<Result<String, String>> {
    Ok(match index.lookup(name)? {
        Lookup::One(stored) => Ok(stored.record.id),
        Lookup::Several(ids, count) => Err(format!("may be {count} documents: {}", ids.join(", "))),
        Lookup::Nothing => Err("is not in the library".to_owned()),
    })
}

/// How one query fares. One that cannot be read finds nothing, as it does for who types it; and that is said.
fn fare(
    index: &Index,
    judged: &Judged,
    grades: &BTreeMap<String, u8>,
    options: &Options,
) -> Result<(Outcome, Option<String>)> {
    let Judgment { query, kind, .. } = &judged.judgment;
    let (found, refused) = match index.search(query, options) {
        Ok(found) => (found.hits.into_iter().map(|hit| hit.record.id).collect(), None),
        Err(error) if error.is::<Fault>() => {
            (Vec::new(), Some(format!("{}: counts as finding nothing: {error:#}", judged.place)))
        }
        Err(error) => return Err(error),
    };
    let plain = index.search_body_alone(query, DEPTH)?;
    let scores = evaluate::score(&found, grades);
    let baseline = evaluate::score(&plain, grades);
    Ok((Outcome { query: query.clone(), kind: kind.clone(), scores, baseline }, refused))
}

/// Digits after the point: more than the judgments of a hundred queries can tell apart.
fn cell(value: f64) -> Cell {
    Cell::Float((value * 10_000.0).round() / 10_000.0)
}

fn cells(scores: Scores) -> [Cell; 3] {
    [cell(scores.ndcg), cell(scores.reciprocal_rank), cell(scores.recall)]
}

fn by_kind(summaries: &[Summary]) -> Table {
    let mut table = Table::new([
        "kind",
        "queries",
        "ndcg",
        "mrr",
        "recall",
        "body_ndcg",
        "body_mrr",
        "body_recall",
        "gain",
        "gain_low",
        "gain_high",
    ]);
    for row in summaries {
        let ends =
            row.gain_interval.map_or([Cell::Null, Cell::Null], |interval| [cell(interval.low), cell(interval.high)]);
        let head = [Cell::Text(row.kind.clone()), Cell::Float(row.queries as f64)];
        let gain = cell(row.scores.ndcg - row.baseline.ndcg);
        let (scores, baseline) = (cells(row.scores), cells(row.baseline));
        table.rows.push(head.into_iter().chain(scores).chain(baseline).chain([gain]).chain(ends).collect());
    }
    table
}

fn each(outcomes: &[Outcome]) -> Table {
    let mut table =
        Table::new(["kind", "query", "ndcg", "mrr", "recall", "body_ndcg", "body_mrr", "body_recall", "gain"]);
    for row in outcomes {
        let head = [Cell::Text(row.kind.clone()), Cell::Text(row.query.clone())];
        let gain = cell(row.scores.ndcg - row.baseline.ndcg);
        table.rows.push(head.into_iter().chain(cells(row.scores)).chain(cells(row.baseline)).chain([gain]).collect());
    }
    table
}
