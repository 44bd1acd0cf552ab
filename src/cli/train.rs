//! `coroner train`: fits the models that extraction rests on, from lines or from labelled documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;

use super::config::take_models;
use super::labelled;
use crate::source::Limits;
use crate::train::{self, Case, DocumentModel, LineModel};

/// Fit the models of extraction to lines or labelled documents.
///
/// The program carries its models; this is how they were made, and how to make them from other labels. A model takes effect
/// when it is put in the place of the file in data/model and the program is built.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  coroner train events
  coroner train times --labels data/labels/samples.jsonl --labels data/train/status.jsonl --cross-validate \\
    data/samples data/train/status")]
pub struct Args {
    #[command(subcommand)]
    model: Model,
}

#[derive(Debug, Subcommand)]
enum Model {
    /// What a line says happened, from lines of `kind<TAB>text`
    Events {
        /// The table of lines
        #[arg(long, default_value = "data/train/events.tsv")]
        lines: PathBuf,
        /// Where the model is written
        #[arg(long, default_value = "data/model/events.tsv")]
        out: PathBuf,
    },
    /// How a line says the owners became aware, from lines of `way<TAB>text`
    Detections {
        /// The table of lines
        #[arg(long, default_value = "data/train/detections.tsv")]
        lines: PathBuf,
        /// Lines of events, which tell of detection too, or of none
        #[arg(long, default_value = "data/train/events.tsv")]
        events: PathBuf,
        /// Where the model is written
        #[arg(long, default_value = "data/model/detections.tsv")]
        out: PathBuf,
    },
    /// Which root cause a line gives, from lines of `cause<TAB>trigger<TAB>text`
    Causes {
        /// The table of lines
        #[arg(long, default_value = "data/train/causes.tsv")]
        lines: PathBuf,
        /// Lines of events, most of which give no cause
        #[arg(long, default_value = "data/train/events.tsv")]
        events: PathBuf,
        /// Where the model is written
        #[arg(long, default_value = "data/model/causes.tsv")]
        out: PathBuf,
    },
    /// Which trigger a line gives, from lines of `cause<TAB>trigger<TAB>text`
    Triggers {
        /// The table of lines
        #[arg(long, default_value = "data/train/triggers.tsv")]
        lines: PathBuf,
        /// Lines of causes, many of which give a trigger too
        #[arg(long, default_value = "data/train/causes.tsv")]
        causes: PathBuf,
        /// Lines of events, most of which give no trigger
        #[arg(long, default_value = "data/train/events.tsv")]
        events: PathBuf,
        /// Where the model is written
        #[arg(long, default_value = "data/model/triggers.tsv")]
        out: PathBuf,
    },
    /// Which moment is the start, the detection and the end, from labelled documents
    Times(#[command(flatten)] Documents),
    /// Which root cause, trigger and detection source a document tells, from labelled documents
    Labels(#[command(flatten)] Documents),
}

#[derive(Debug, clap::Args)]
struct Documents {
    /// Labels, one JSON object a line; again for more
    #[arg(long, required = true)]
    labels: Vec<PathBuf>,
    /// More labels that are learnt from and never judged by, as of documents written to teach
    #[arg(long, value_name = "LABELS")]
    aside: Vec<PathBuf>,
    /// Print how the model does on held-out organisations instead of writing it
    #[arg(long)]
    cross_validate: bool,
    /// Into how many parts the organisations are split
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..))]
    parts: u32,
    /// The chance from which on an answer counts in the table
    #[arg(long, default_value_t = 0.2)]
    floor: f64,
    /// Models of one's own that read the documents: a folder with any of the files of data/model
    #[arg(long, value_name = "FOLDER")]
    model: Option<PathBuf>,
    /// Where the model is written [default: data/model/times.tsv or labels.tsv]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Files and folders that hold the labelled documents
    #[arg(required = true)]
    documents: Vec<PathBuf>,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.model {
        Model::Events { lines, out } => learn(LineModel::Events, &[&lines], &read(&lines)?, &out)?,
        Model::Detections { lines, events, out } => {
            let table = read(&lines)? + &train::detections_of_events(&read(&events)?);
            learn(LineModel::Detections, &[&lines, &events], &table, &out)?;
        }
        Model::Causes { lines, events, out } => {
            let table = train::causes_and_events(&read(&lines)?, &read(&events)?);
            learn(LineModel::Causes, &[&lines, &events], &table, &out)?;
        }
        Model::Triggers { lines, causes, events, out } => {
            let table = train::triggers_and_events(&(read(&lines)? + &read(&causes)?), &read(&events)?);
            learn(LineModel::Triggers, &[&lines, &causes, &events], &table, &out)?;
        }
        Model::Times(args) => choose(DocumentModel::Times, "data/model/times.tsv", args)?,
        Model::Labels(args) => choose(DocumentModel::Labels, "data/model/labels.tsv", args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn choose(model: DocumentModel, out: &str, args: Documents) -> anyhow::Result<()> {
    take_models(args.model.as_deref())?;
    let mut cases = cases(&args.labels, &args.documents, true)?;
    if !args.aside.is_empty() {
        cases.extend(self::cases(&args.aside, &args.documents, false)?);
    }
    let parts = args.parts as usize;
    if args.cross_validate {
        print!("{}", train::cross_validated(model, &cases, parts, args.floor).map_err(anyhow::Error::msg)?);
        return Ok(());
    }
    let names: Vec<String> = args.labels.iter().chain(&args.aside).map(|path| path.display().to_string()).collect();
    let what = if model == DocumentModel::Times { "Which moment is which" } else { "Which label is right" };
    let note = format!("{what}. `coroner train` over {} labelled documents of {}.", cases.len(), names.join(", "));
    write(
        &args.out.unwrap_or_else(|| out.into()),
        &train::documents(model, &cases, parts, &note).map_err(anyhow::Error::msg)?,
    )
}

fn learn(model: LineModel, from: &[&Path], table: &str, out: &Path) -> anyhow::Result<()> {
    let names: Vec<String> = from.iter().map(|path| path.display().to_string()).collect();
    let names = names.join(" and ");
    let file = train::lines(model, table, &format!("`coroner train` over {names}"));
    write(out, &file.map_err(|e| anyhow::anyhow!("learning from {names}: {e}"))?)
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn write(path: &Path, model: &str) -> anyhow::Result<()> {
    fs::write(path, model).with_context(|| format!("writing the model to {}", path.display()))
}

/// The labelled documents, ready to learn from.
fn cases(labels: &[PathBuf], documents: &[PathBuf], judged: bool) -> anyhow::Result<Vec<Case>> {
    let read = labelled::documents(labelled::labels(labels)?, documents, Limits::default())?;
    Ok(read.into_iter().map(|(label, document)| Case::new(&document, label, judged)).collect())
}
