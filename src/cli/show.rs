//! `coroner show`: all that is known of one incident, each field with the words it rests on.
//!
//! Promises: every field of the record is printed, known or not; a name that may mean several documents prints their
//! ids and no record. Leaves to others: finding the document (`search`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::output::one_line;
use crate::library;
use crate::record::{Cell, Column, FIELDS, Record};
use crate::search::{Index, Lookup, Stored};

/// Print the record of one document, each field with its confidence and quote
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  coroner show 2025/redis-failover.md --library lib
  coroner show redis-failover --library lib --format json")]
pub struct Args {
    /// The id of the document, or the end of it: `redis.md` or `redis` for `2025/redis.md`
    id: String,
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = ShowFormat::Text)]
    format: ShowFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ShowFormat {
    /// Fields and quotes, to read
    Text,
    /// The record as `coroner parse` prints it
    Json,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let record = find(&args.library, &args.id)?.record;
    let mut out = io::stdout().lock();
    match args.format {
        ShowFormat::Json => writeln!(out, "{}", serde_json::to_string_pretty(&record)?)?,
        ShowFormat::Text => print(&mut out, &record)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The one document of `library` that `name` means: an id, or the end of one.
pub fn find(library: &Path, name: &str) -> Result<Stored> {
    match library::read(library, |generation| Index::open(generation)?.lookup(name))? {
        Lookup::One(stored) => Ok(*stored),
        Lookup::Several(ids, count) => {
            bail!("`{name}` may be {count} documents; give one of these ids:\n  {}", list(&ids, count))
        }
        Lookup::Nothing => {
            bail!("the library {} has no document `{name}`; `coroner search` finds ids by words", library.display())
        }
    }
}

fn list(ids: &[String], count: usize) -> String {
    let more = if count > ids.len() { "\n  ..." } else { "" };
    ids.join("\n  ") + more
}

/// The width of the column of names.
const NAMES: usize = 18;

fn print(out: &mut impl Write, record: &Record) -> io::Result<()> {
    for (field, cell) in FIELDS.iter().zip(record.cells()) {
        if ["evidence", "confidence", "warnings", "human"].contains(&field.name) {
            continue;
        }
        let confidence = record.confidence.get(field.name);
        let confidence = confidence.map(|chance| format!("   ({:.0} % sure)", chance * 100.0)).unwrap_or_default();
        writeln!(out, "{:NAMES$}{}{confidence}", field.name, value(field.column, &cell))?;
        if let Some(human) = record.human.get(field.name) {
            let was = if human.was.is_empty() { "blank".to_owned() } else { format!("`{}`", one_line(&human.was)) };
            writeln!(out, "{:NAMES$}  corrected by {}, was {was}: {}", "", one_line(&human.who), one_line(&human.why))?;
        }
        // A field has its quote, a list of labels one a label: `root_cause_also.capacity`.
        let is_of =
            |key: &str| key.strip_prefix(field.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        for (_, evidence) in record.evidence.iter().filter(|(key, _)| is_of(key)) {
            let place = format!("bytes {} to {}", evidence.start, evidence.end);
            writeln!(out, "{:NAMES$}  \"{}\" ({place})", "", one_line(&evidence.quote))?;
        }
    }
    for warning in &record.warnings {
        writeln!(out, "{:NAMES$}{}", "warning", one_line(warning))?;
    }
    Ok(())
}

fn value(column: Column, cell: &Cell) -> String {
    match cell {
        Cell::Null => "-".to_owned(),
        Cell::Text(text) if text.is_empty() => "-".to_owned(),
        Cell::Text(text) if column == Column::TextList => one_line(&text.replace('|', ", ")),
        Cell::Text(text) => one_line(text),
        Cell::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Cell::Float(number) => number.to_string(),
    }
}
