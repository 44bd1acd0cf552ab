//! `coroner timeline`: the rebuilt timeline of a document, to check a record by and to debug the reader with.
//!
//! Promises: each event with its instant, where its day and its zone came from, what its words were taken to say, and
//! the words. Leaves to others: how a timeline is read (`extract::timeline`) and which events become the record.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::output::{Table, TableFormat};
use crate::extract::{self, timeline::Kind};
use crate::record::Cell;
use crate::source::{self, Limits};

/// Print the rebuilt timeline of a document
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  coroner timeline postmortems/2025-04-08.md
  coroner timeline postmortems/2025-04-08.md --format csv

Columns: when (as far as it is told), day and zone (where they came from: own words, a neighbour, the document), says
(what the words were taken to mean, with the strength of the cue), text.")]
pub struct Args {
    /// The document to read
    file: PathBuf,
    /// How to print the events
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    format: TableFormat,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let path = args.file.display().to_string();
    let document =
        source::read_file(&args.file, &path, Limits::default()).with_context(|| format!("reading {path}"))?;
    let mut table = Table::new(["when", "day", "zone", "says", "text"]);
    for event in extract::timeline_of(&document) {
        let says: Vec<String> = Kind::ALL
            .iter()
            .filter(|(kind, _)| event.scores.of(*kind) > 0.0)
            .map(|(kind, name)| format!("{name} {}", event.scores.of(*kind)))
            .collect();
        let words: String = event.text.of(&document.text).split_whitespace().collect::<Vec<_>>().join(" ");
        let when = crate::time::resolve::told(event.when).map_or(Cell::Null, |when| Cell::Text(when.to_string()));
        let text = |text: &str| Cell::Text(text.to_owned());
        table.rows.push(vec![
            when,
            text(event.day.as_str()),
            text(event.zone.as_str()),
            text(&says.join(", ")),
            Cell::Text(words.chars().take(200).collect()),
        ]);
    }
    table.write(&mut io::stdout().lock(), args.format)?;
    io::stdout().flush()?;
    Ok(ExitCode::SUCCESS)
}
