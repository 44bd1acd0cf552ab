//! `coroner similar`: past incidents like one of the library, or like a document that is in none.
//!
//! Promises: with each incident what makes it similar and, where its document says so, what resolved it. Leaves to
//! others: what is similar (`search`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};

use super::output::{self, Table, TableFormat, one_line};
use super::search::{Style, foot, head};
use crate::extract;
use crate::library;
use crate::record::{Cell, Record};
use crate::search::{Index, Lookup, Similar, plain};
use crate::source::{self, Limits};

/// Find past incidents like one of the library, or like a file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What names a file is read as a file; all else is the id of a record or the end of one. Write ./redis.md, or the whole id,
where a name is both.

Examples:
  coroner similar redis-failover --library lib
  coroner similar draft-postmortem.md --library lib --limit 5
  pbpaste | coroner similar - --library lib")]
pub struct Args {
    /// A record of the library, a file, or `-` for standard input
    #[arg(value_name = "ID|FILE|-")]
    document: PathBuf,
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Incidents to print at most
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Print a table in this format, not a list to read
    #[arg(long, value_enum)]
    format: Option<TableFormat>,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let given = given(&args.document)?;
    let found = library::read(&args.library, |generation| {
        let index = Index::open(generation)?;
        let (record, text) = match &given {
            Some((record, text)) => (record.clone(), text.clone()),
            None => stored(&index, &args)?,
        };
        index.similar(&record, &text, args.limit as usize)
    })?;
    if found.is_empty() {
        output::say(format_args!("nothing in {} is like {}", args.library.display(), args.document.display()));
    }
    let mut out = io::stdout().lock();
    match args.format {
        Some(format) => table(&found).write(&mut out, format)?,
        None => {
            let style = Style::of_stdout();
            found.iter().zip(1..).try_for_each(|(similar, rank)| print(&mut out, style, rank, similar))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The record and text of a file or of standard input; nothing where the name is of neither.
fn given(path: &Path) -> Result<Option<(Record, String)>> {
    let name = path.display().to_string();
    let document = if path == Path::new("-") {
        let bytes = source::read_limited(io::stdin().lock(), Limits::default()).context("reading standard input")?;
        let document = bytes.and_then(|bytes| source::from_bytes(bytes, "-", "-", None));
        document.context("reading standard input")?
    } else if path.is_file() {
        source::read_file(path, &name, Limits::default()).map_err(|why| anyhow!("reading `{name}`: {why}"))?
    } else {
        return Ok(None);
    };
    let mut record = extract::extract(&document);
    // A file of this name may stand in the library under the same id; it is what was asked about, not an answer.
    record.id = name;
    Ok(Some((record, document.text)))
}

fn stored(index: &Index, args: &Args) -> Result<(Record, String)> {
    let name = args.document.to_string_lossy();
    match index.lookup(&name)? {
        Lookup::One(stored) => Ok((stored.record, stored.text)),
        Lookup::Several(ids, count) => {
            bail!("`{name}` may be {count} documents; give one of these ids:\n  {}", ids.join("\n  "))
        }
        Lookup::Nothing => bail!(
            "`{name}` is no file, and the library {} has no document of that id; `coroner search` finds ids by words",
            args.library.display()
        ),
    }
}

fn print(out: &mut impl Write, style: Style, rank: usize, similar: &Similar) -> io::Result<()> {
    head(out, style, rank, &similar.record)?;
    writeln!(out, "     similar: {}", one_line(&why(similar)))?;
    foot(out, style, &similar.record, similar.fix.as_deref())
}

/// What makes two incidents similar, in words.
fn why(similar: &Similar) -> String {
    let mut why = Vec::new();
    if similar.is_same_incident {
        why.push("may be another report of the same incident".to_owned());
    }
    if let Some(cause) = similar.same_cause {
        why.push(format!("cause {cause}"));
    }
    if !similar.same_services.is_empty() {
        why.push(format!("service {}", similar.same_services.join(", ")));
    }
    if !similar.shared.is_empty() {
        why.push(format!("words {}", similar.shared.join(", ")));
    }
    why.join("; ")
}

fn table(found: &[Similar]) -> Table {
    let columns =
        ["rank", "title", "similar", "date", "root_cause", "ttr_minutes", "resolution", "id", "source", "score"];
    let mut table = Table::new(columns);
    let text = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
    for (similar, rank) in found.iter().zip(1_u32..) {
        let record = &similar.record;
        table.rows.push(vec![
            Cell::Float(rank.into()),
            text(record.title.clone()),
            Cell::Text(why(similar)),
            text(record.when().and_then(|when| when.date()).map(|day| day.to_string())),
            Cell::Text(record.root_cause.to_string()),
            record.ttr_minutes.map_or(Cell::Null, Cell::Float),
            text(similar.fix.as_deref().map(plain)),
            Cell::Text(record.id.clone()),
            Cell::Text(record.source.clone()),
            Cell::Float((f64::from(similar.score) * 1000.0).round() / 1000.0),
        ]);
    }
    table
}
