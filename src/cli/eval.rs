//! `coroner eval`: how well the program reads documents that people have labelled by hand.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use rayon::prelude::*;

use super::config::Config;
use super::labelled;
use super::output::{Table, TableFormat};
use crate::evaluate::{Evaluation, JUDGED, evaluate, judge};
use crate::extract::extract_with;
use crate::labels::Label;
use crate::record::{Cell, Record};
use crate::source::Limits;

/// Score what is read from documents against hand labels
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A label is a JSON object a line with `id`, the stem of the document's file name, and the fields of the record as a careful
reader would give them; `root_cause_also` and the like hold values that count as right too. docs/record.md defines the fields.

Examples:
  coroner eval data/labels/samples.jsonl data/samples
  coroner eval labels.jsonl postmortems/ --confusion root_cause --misses ttr_minutes
  coroner eval labels.jsonl postmortems/ --format json > figures.json

Exit status: 0 every label has a document, 1 some have none (they count as all wrong), 2 the run failed.")]
pub struct Args {
    /// The labels, one JSON object a line
    #[arg(value_name = "GOLD.jsonl")]
    labels: PathBuf,
    /// Files and folders that hold the labelled documents
    #[arg(value_name = "INPUT", required = true)]
    documents: Vec<PathBuf>,
    /// Also print the figures of each family: the label's `family`, or the part of its id before the first hyphen
    #[arg(long)]
    by_family: bool,
    /// Also print how often which answer stood for which label of this field; again for more
    #[arg(long, value_name = "FIELD", value_parser = ["detection_source", "root_cause", "trigger"])]
    confusion: Vec<String>,
    /// Also print the answers of this field by tenths of confidence; again for more
    #[arg(long, value_name = "FIELD", value_parser = JUDGED)]
    calibration: Vec<String>,
    /// Also print each wrong answer to this field, with the words it rests on; again for more
    #[arg(long, value_name = "FIELD", value_parser = JUDGED)]
    misses: Vec<String>,
    /// How to print it; `json` holds all figures
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    config: Config,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Markdown,
    Csv,
    Json,
}

impl Format {
    fn of_tables(self) -> Option<TableFormat> {
        match self {
            Format::Table => Some(TableFormat::Table),
            Format::Markdown => Some(TableFormat::Markdown),
            Format::Csv => Some(TableFormat::Csv),
            Format::Json => None,
        }
    }
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let settings = args.config.settings()?;
    let labels = labelled::labels(std::slice::from_ref(&args.labels))?;
    let documents = labelled::documents(labels.clone(), &args.documents, Limits::default())?;
    let records: HashMap<String, Record> =
        documents.into_par_iter().map(|(label, document)| (label.id, extract_with(&document, &settings))).collect();
    let evaluated = |labels: &[&Label]| evaluate(labels, |id| records.get(id).cloned());
    let all: Vec<&Label> = labels.iter().collect();
    let whole = evaluated(&all);
    let mut families: BTreeMap<&str, Vec<&Label>> = BTreeMap::new();
    for label in labels.iter().filter(|_| args.by_family) {
        families.entry(label.group()).or_default().push(label);
    }
    let families: BTreeMap<&str, Evaluation> =
        families.into_iter().map(|(name, labels)| (name, evaluated(&labels))).collect();
    let mut out = io::stdout().lock();
    match args.format.of_tables() {
        None => {
            serde_json::to_writer_pretty(&mut out, &serde_json::json!({ "all": whole, "families": families }))?;
            writeln!(out)?;
        }
        Some(format) => {
            writeln!(out, "{} labels, {} with a record", whole.labels, whole.with_record)?;
            figures(&whole).write(&mut out, format)?;
            if args.by_family {
                writeln!(out)?;
                by_family(&families).write(&mut out, format)?;
            }
            for field in &args.confusion {
                writeln!(out, "\n{field}: a row a label, a column an answer")?;
                confusion(&whole, field).write(&mut out, format)?;
            }
            for field in &args.calibration {
                writeln!(out, "\n{field}: answers by confidence")?;
                calibration(&whole, field).write(&mut out, format)?;
            }
            for field in &args.misses {
                writeln!(out, "\n{field}: wrong answers")?;
                misses(field, &labels, &records).write(&mut out, format)?;
            }
        }
    }
    Ok(ExitCode::from(u8::from(whole.with_record < whole.labels)))
}

fn push(table: &mut Table, row: Vec<String>) {
    table.rows.push(row.into_iter().map(|cell| if cell.is_empty() { Cell::Null } else { Cell::Text(cell) }).collect());
}

fn three(share: f64) -> String {
    format!("{share:.3}")
}

fn maybe(share: Option<f64>) -> String {
    share.map_or_else(String::new, three)
}

/// The table of figures, a row a field.
pub(super) fn figures(all: &Evaluation) -> Table {
    let mut table = Table::new([
        "field",
        "n",
        "labelled",
        "answered",
        "coverage",
        "accuracy",
        "precision",
        "recall",
        "F1",
        "kappa",
        "ECE",
        "score",
    ]);
    for row in &all.rows {
        push(
            &mut table,
            vec![
                row.field.to_owned(),
                row.n.to_string(),
                row.labelled.to_string(),
                row.answered.to_string(),
                three(row.coverage),
                three(row.accuracy),
                three(row.precision),
                three(row.recall),
                three(row.f1),
                maybe(row.kappa),
                maybe(row.calibration_error),
                three(row.score),
            ],
        );
    }
    let overall = [("core", all.core), ("exact", all.exact), ("is_incident", Some(all.is_incident))];
    for (name, score) in overall.into_iter().filter_map(|(name, score)| Some((name, score?))) {
        let mut row = vec![String::new(); table.columns.len()];
        row[0] = name.to_owned();
        row[table.columns.len() - 1] = three(score);
        push(&mut table, row);
    }
    table
}

fn by_family(families: &BTreeMap<&str, Evaluation>) -> Table {
    let overall = ["core", "exact", "is_incident"];
    let mut table = Table::new(["family", "labels"].into_iter().chain(JUDGED).chain(overall));
    for (name, figures) in families {
        let mut row = vec![(*name).to_owned(), figures.labels.to_string()];
        row.extend(JUDGED.map(|field| maybe(figures.rows.iter().find(|row| row.field == field).map(|row| row.score))));
        row.extend([figures.core, figures.exact, Some(figures.is_incident)].map(maybe));
        push(&mut table, row);
    }
    table
}

fn confusion(all: &Evaluation, field: &str) -> Table {
    let Some(counts) = all.confusion.get(field) else { return Table::new(["label"]) };
    let answers: BTreeSet<&str> = counts.values().flat_map(|row| row.keys().map(String::as_str)).collect();
    let mut table = Table::new(["label"].into_iter().chain(answers.iter().copied()));
    for (label, row) in counts {
        let count = |answer: &&str| row.get(*answer).map_or_else(String::new, usize::to_string);
        push(&mut table, [label.clone()].into_iter().chain(answers.iter().map(count)).collect());
    }
    table
}

fn calibration(all: &Evaluation, field: &str) -> Table {
    let mut table = Table::new(["confidence", "answers", "mean_confidence", "share_right"]);
    for (nth, bin) in all.calibration.get(field).into_iter().flatten().enumerate().filter(|(_, bin)| bin.answers > 0) {
        let range = format!("{:.1} to {:.1}", nth as f64 / 10.0, (nth + 1) as f64 / 10.0);
        push(&mut table, vec![range, bin.answers.to_string(), three(bin.mean_confidence), three(bin.share_right)]);
    }
    table
}

fn misses(field: &str, labels: &[Label], records: &HashMap<String, Record>) -> Table {
    let mut table = Table::new(["id", "label", "answer", "confidence", "evidence"]);
    let nothing = Record::default();
    for label in labels.iter().filter(|label| label.is_incident) {
        let record = records.get(&label.id).unwrap_or(&nothing);
        let Some(verdict) = judge(field, label, record).filter(|verdict| !verdict.right) else { continue };
        let quote = record.evidence.get(field).filter(|_| verdict.answered).map(|evidence| evidence.quote.as_str());
        let confidence = verdict.confidence.map_or_else(String::new, |chance| format!("{chance:.2}"));
        let quote = super::output::one_line(quote.unwrap_or_default());
        push(&mut table, vec![label.id.clone(), verdict.wanted, verdict.found, confidence, quote]);
    }
    table
}
