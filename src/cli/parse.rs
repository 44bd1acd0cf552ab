//! `coroner parse`: documents in, records out, without a library.
//!
//! Promises: records in the order of the inputs, whatever the number of cores; memory for a window of inputs and the records that wait
//! for their turn, not for the corpus nor for a file of many documents (but `--format table`, which must know its widths); one bad input never ends the run: it is named on
//! standard error, counted, and turns the exit status to 1. Leaves to others: what a record says (`extract`).

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::ValueEnum;

use super::config::Config;
use super::output::{self, JsonArray, Table, TableFormat};
use crate::document::Document;
use crate::extract::{Settings, extract_with};
use crate::ordered::{Lane, ordered};
use crate::record::{self, Cell, Record};
use crate::source::jsonl::{Lines, RawLine};
use crate::source::walk::{self, Found};
use crate::source::{self, Limits, Name, Skipped};

/// Print the record of each document, without a library
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  coroner parse postmortems/ > records.jsonl
  coroner parse report.md --format table
  pbpaste | coroner parse -
  coroner parse --from jsonl incidents.jsonl --format csv > records.csv

Exit status: 0 all was read, 1 some inputs were skipped (each is named on standard error), 2 the run failed.")]
pub struct Args {
    /// Files and folders to read, or `-` for standard input
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// How to print the records
    #[arg(long, value_enum, default_value_t = RecordFormat::Jsonl)]
    format: RecordFormat,
    /// What the inputs are: documents, or lines of JSON `{"id": ..., "text": ...}`
    #[arg(long, value_enum, default_value_t = Reading::Files)]
    from: Reading,
    /// Read exports of a tracker by this mapping of their columns; see docs/formats.md
    #[arg(long, value_name = "FILE")]
    mapping: Vec<PathBuf>,
    /// Skip documents of more bytes than this
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_bytes)]
    max_bytes: u64,
    /// Also read what `.gitignore` and `.ignore` files leave out
    #[arg(long)]
    no_ignore: bool,
    /// Threads to work with [default: one a core]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    config: Config,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RecordFormat {
    /// One JSON object a line
    Jsonl,
    /// One JSON array
    Json,
    /// The main fields in aligned columns
    Table,
    /// Every field, lists joined by `|`, maps as JSON
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Reading {
    Files,
    Jsonl,
}

/// The fields that `--format table` shows.
const SHOWN: &[&str] = &[
    "id",
    "started_at",
    "ttd_minutes",
    "ttr_minutes",
    "detection_source",
    "root_cause",
    "trigger",
    "severity",
    "title",
];

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let limits = Limits { max_bytes: args.max_bytes };
    let settings = args.config.settings()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.unwrap_or_default())
        .build()
        .context("starting the threads; try fewer `--jobs`")?;
    let inputs = inputs(&args, limits)?;
    let mappings: Vec<_> = super::mappings(&args.mapping)?.into_iter().map(|(mapping, _)| mapping).collect();
    let reading = source::Reading { limits, mappings: &mappings };
    let mut printer = Printer::new(BufWriter::new(io::stdout().lock()), args.format)?;
    let (mut read, mut skipped) = (0u64, 0u64);
    for window in (Windows { inputs }) {
        let work = |input, lane: &mut Lane<_>| records(input, reading, &settings, lane);
        ordered(&pool, window, work, |result: Result<Record, Skipped>| -> io::Result<()> {
            match result {
                Ok(record) => {
                    printer.print(&record)?;
                    read += 1;
                }
                Err(why) => {
                    output::say(&why);
                    skipped += 1;
                }
            }
            Ok(())
        })?;
        printer.flush()?;
    }
    printer.finish()?;
    if skipped > 0 {
        output::say(format_args!("{skipped} skipped, {read} read"));
    }
    Ok(ExitCode::from(u8::from(skipped > 0)))
}

/// Something that a document can be read from.
enum Input {
    File(Found),
    Line(RawLine),
    Stdin(Vec<u8>),
}

impl Input {
    /// Bytes held while the input waits for its turn.
    fn held(&self) -> usize {
        match self {
            Input::File(_) => 0,
            Input::Line(line) => line.bytes.len(),
            Input::Stdin(bytes) => bytes.len(),
        }
    }
}

type Inputs = Box<dyn Iterator<Item = Result<Input, Skipped>>>;

/// Gives the record of each document of the input to `lane`.
fn records(
    input: Result<Input, Skipped>,
    reading: source::Reading,
    settings: &Settings,
    lane: &mut Lane<Result<Record, Skipped>>,
) {
    let mut each = |read: Result<Document, Skipped>| {
        if !lane.is_closed() {
            lane.give(read.map(|document| extract_with(&document, settings)));
        }
    };
    match input {
        Ok(Input::File(Found { path, id })) => source::read_documents(&path, &id, reading, each),
        Ok(Input::Line(line)) => each(line.document(reading.limits)),
        Ok(Input::Stdin(bytes)) => {
            source::read_bytes(
                bytes,
                &Name { id: "-", source: "-", path: None, limits: reading.limits, mappings: reading.mappings },
                each,
            );
        }
        Err(skipped) => each(Err(skipped)),
    }
}

fn inputs(args: &Args, limits: Limits) -> anyhow::Result<Inputs> {
    let is_stdin = |path: &PathBuf| path == Path::new("-");
    if args.inputs.iter().any(is_stdin) && args.inputs.len() > 1 {
        anyhow::bail!("reading standard input: `-` cannot stand beside other inputs; run once for each");
    }
    match args.from {
        Reading::Files if args.inputs.iter().any(is_stdin) => {
            let bytes = source::read_limited(io::stdin().lock(), limits).context("reading standard input")?;
            let input = bytes.map(Input::Stdin).map_err(|why| Skipped { source: "-".to_owned(), why });
            Ok(Box::new(std::iter::once(input)))
        }
        Reading::Files => {
            let walk = walk::walk(&args.inputs, !args.no_ignore)?;
            Ok(Box::new(walk.map(|item| item.map(Input::File))))
        }
        Reading::Jsonl => {
            let lines = args.inputs.iter().map(|path| lines(path, limits)).collect::<anyhow::Result<Vec<_>>>()?;
            Ok(Box::new(lines.into_iter().flatten()))
        }
    }
}

/// The lines of one JSONL input, which is opened at once: a missing one must end the run before it has begun.
fn lines(path: &Path, limits: Limits) -> anyhow::Result<Inputs> {
    if path == Path::new("-") {
        return Ok(Box::new(Lines::new(io::stdin().lock(), "-", limits).map(|item| item.map(Input::Line))));
    }
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("opening the JSONL input `{name}`"))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        anyhow::bail!("opening the JSONL input `{name}`: it is a folder; name the files in it");
    }
    Ok(Box::new(Lines::new(BufReader::new(file), &name, limits).map(|item| item.map(Input::Line))))
}

/// Cuts the inputs into windows that are worked on together.
struct Windows {
    inputs: Inputs,
}

impl Iterator for Windows {
    type Item = Vec<Result<Input, Skipped>>;

    fn next(&mut self) -> Option<Self::Item> {
        /// Enough for every core to find work; few enough that the first records appear at once.
        const MOST_INPUTS: usize = 256;
        const MOST_BYTES: usize = 64 << 20;
        let (mut window, mut held) = (Vec::new(), 0);
        while window.len() < MOST_INPUTS && held < MOST_BYTES {
            let Some(input) = self.inputs.next() else { break };
            held += input.as_ref().map_or(0, Input::held);
            window.push(input);
        }
        (!window.is_empty()).then_some(window)
    }
}

/// Prints records as they come.
struct Printer<W> {
    out: W,
    form: Form,
}

/// A format with what must be remembered between records.
enum Form {
    Jsonl,
    Json(JsonArray),
    Csv,
    Table(Table),
}

impl<W: Write> Printer<W> {
    fn new(mut out: W, format: RecordFormat) -> io::Result<Printer<W>> {
        let form = match format {
            RecordFormat::Jsonl => Form::Jsonl,
            RecordFormat::Json => Form::Json(JsonArray::default()),
            RecordFormat::Table => Form::Table(Table::new(SHOWN.iter().copied())),
            RecordFormat::Csv => {
                output::write_csv(&mut out, [record::FIELDS.iter().map(|field| field.name.to_owned()).collect()])?;
                Form::Csv
            }
        };
        Ok(Printer { out, form })
    }

    fn print(&mut self, record: &Record) -> io::Result<()> {
        match &mut self.form {
            Form::Jsonl => {
                serde_json::to_writer(&mut self.out, record)?;
                self.out.write_all(b"\n")
            }
            Form::Json(array) => array.push(&mut self.out, record),
            Form::Csv => output::write_csv(&mut self.out, [output::texts(&record.cells())]),
            Form::Table(table) => {
                table.rows.push(shown(record));
                Ok(())
            }
        }
    }

    /// Lets the reader see what was printed so far.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(mut self) -> io::Result<()> {
        match self.form {
            Form::Json(array) => array.finish(&mut self.out)?,
            Form::Table(table) => table.write(&mut self.out, TableFormat::Table)?,
            Form::Jsonl | Form::Csv => {}
        }
        self.out.flush()
    }
}

/// The cells of the fields in [`SHOWN`].
fn shown(record: &Record) -> Vec<Cell> {
    let cells = record.cells();
    let of = |name: &&str| record::FIELDS.iter().zip(&cells).find(|(field, _)| field.name == *name);
    SHOWN.iter().map(|name| of(name).map_or(Cell::Null, |(_, cell)| cell.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shown_field_is_a_field() {
        for name in SHOWN {
            assert!(record::FIELDS.iter().any(|field| field.name == *name), "{name}");
        }
    }

    #[test]
    fn windows_end_by_number_and_by_size() {
        let window = |bytes: usize, count: usize| {
            let inputs = (0..count).map(move |_| Ok(Input::Stdin(vec![0; bytes])));
            Windows { inputs: Box::new(inputs) }.map(|window| window.len()).collect::<Vec<_>>()
        };
        assert_eq!(window(1, 600), [256, 256, 88]);
        assert_eq!(window(40 << 20, 5), [2, 2, 1]);
        assert_eq!(window(1, 0), [0; 0]);
    }
}
