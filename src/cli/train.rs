//! `coroner train`: fits the models that extraction rests on, from lines and from labelled documents.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::config::take_models;
use super::output::TableFormat;
use super::{eval, labelled};
use crate::evaluate::evaluate;
use crate::labels::Label;
use crate::record::Record;
use crate::source::Limits;
use crate::train::{Labelled, Material, Tables, Use, train};

/// Fit the models of extraction to lines and labelled documents, and print how they do on organisations held out.
///
/// The program carries its models; this is how they were made, and how to make them from other labels. Organisations are dealt
/// into parts; the documents of each part are read by models fitted without it, and the table is over the records that these
/// make, so it shows what to expect of documents of others. `--model` of the other commands takes the models that are written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  coroner train --labels data/labels/samples.jsonl --aside data/train/status.jsonl data/samples data/train --out own
  coroner train --lines data/train --labels labels.jsonl postmortems --held-out records.jsonl")]
pub struct Args {
    /// Labels, one JSON object a line; again for more
    #[arg(long, required = true)]
    labels: Vec<PathBuf>,
    /// More labels that are learnt from and never judged by, as of documents written to teach
    #[arg(long, value_name = "LABELS")]
    aside: Vec<PathBuf>,
    /// The same, but they teach only which moment is which
    #[arg(long, value_name = "LABELS")]
    aside_times: Vec<PathBuf>,
    /// The folder of the lines that the models of lines learn from: events.tsv, detections.tsv, causes.tsv, triggers.tsv and,
    /// where it is there, spans.tsv. Without it those models stay as they are
    #[arg(long, value_name = "FOLDER")]
    lines: Option<PathBuf>,
    /// Into how many parts the organisations are dealt
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..))]
    parts: u32,
    /// Models of one's own that stand in for those that are not learnt: a folder with any of the files of data/model
    #[arg(long, value_name = "FOLDER")]
    model: Option<PathBuf>,
    /// The folder that the models are written to; without it they are only judged
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Write the records of held-out documents, one JSON object a line
    #[arg(long, value_name = "FILE")]
    held_out: Option<PathBuf>,
    /// Files and folders that hold the labelled documents
    #[arg(required = true)]
    documents: Vec<PathBuf>,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    take_models(args.model.as_deref())?;
    let material = material(&args)?;
    let trained = train(&material, args.parts as usize).map_err(anyhow::Error::msg)?;
    let judged: Vec<&Label> =
        material.labelled.iter().filter(|one| one.used == Use::Judged).map(|one| &one.label).collect();
    let records: HashMap<&str, &Record> = judged.iter().map(|label| label.id.as_str()).zip(&trained.held_out).collect();
    let figures = evaluate(&judged, |id| records.get(id).map(|record| (*record).clone()));
    let mut out = io::stdout().lock();
    writeln!(out, "{} labels, each of an organisation that was held out", judged.len())?;
    eval::figures(&figures).write(&mut out, TableFormat::Table)?;
    if let Some(path) = &args.held_out {
        let mut lines = Vec::new();
        for record in &trained.held_out {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        fs::write(path, lines).with_context(|| format!("writing the records to {}", path.display()))?;
    }
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        for (name, file) in &trained.files {
            let path = folder.join(name);
            fs::write(&path, file).with_context(|| format!("writing the model to {}", path.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn material(args: &Args) -> anyhow::Result<Material> {
    let tables = args.lines.as_deref().map(tables).transpose()?;
    let mut labelled = Vec::new();
    let given = [(&args.labels, Use::Judged), (&args.aside, Use::Taught), (&args.aside_times, Use::TaughtTimes)];
    for (labels, used) in given.into_iter().filter(|(labels, _)| !labels.is_empty()) {
        let read = labelled::documents(labelled::labels(labels)?, &args.documents, Limits::default())?;
        labelled.extend(read.into_iter().map(|(label, document)| Labelled { label, document, used }));
    }
    let known: BTreeSet<&str> = labelled.iter().map(|one| one.label.id.as_str()).collect();
    let wanted: BTreeSet<&str> = tables.as_ref().map(Tables::documents).unwrap_or_default();
    let wanted = wanted.difference(&known).map(|id| ((*id).to_owned(), (*id).to_owned())).collect();
    // Most who train have not the documents that our spans are of.
    let (unlabelled, _) = labelled::by_stem(wanted, &args.documents, Limits::default())?;
    Ok(Material { tables, labelled, unlabelled })
}

fn tables(folder: &Path) -> anyhow::Result<Tables> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).with_context(|| format!("reading the lines of {}", path.display()))
    };
    let spans = if folder.join("spans.tsv").exists() { read("spans.tsv")? } else { String::new() };
    Ok(Tables {
        events: read("events.tsv")?,
        detections: read("detections.tsv")?,
        causes: read("causes.tsv")?,
        triggers: read("triggers.tsv")?,
        spans,
    })
}
