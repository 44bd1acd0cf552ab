//! `coroner search`: past incidents whose text or fields match a query, the best first.
//!
//! On a terminal hits are coloured, elsewhere they stand between `**`. Leaves to others: the query language and the
//! ranking (`search`).

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::output::{self, Table, TableFormat, one_line};
use crate::library;
use crate::record::{Cell, RootCause};
use crate::search::{Found, Hit, Index};

/// Search the texts and fields of a library
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Any word may match, and documents with more of them come first. \"a phrase\", +must, -not, AND, OR, parentheses and
field:word are understood; the fields are title, body, organization, services, cause, detection, trigger, quarter, id.

Examples:
  coroner search \"redis failover\" --library lib
  coroner search 'certificate cause:expiry -test' --library lib --limit 5
  coroner search 'cause:configuration quarter:2024Q2' --library lib --format csv")]
pub struct Args {
    /// What to look for
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Hits to print at most
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print a table in this format, not a list to read
    #[arg(long, value_enum)]
    format: Option<TableFormat>,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let query = args.query.join(" ");
    let found =
        library::read(&args.library, |generation| Index::open(generation)?.search(&query, args.limit as usize))?;
    let mut out = io::stdout().lock();
    if found.hits.is_empty() {
        output::say(format_args!("nothing in {} matches `{query}`", args.library.display()));
    }
    match args.format {
        Some(format) => table(&found).write(&mut out, format)?,
        None => found.hits.iter().zip(1..).try_for_each(|(hit, rank)| print(&mut out, rank, hit))?,
    }
    if args.format.is_none() && found.total > found.hits.len() {
        output::say(format_args!("{} of {} documents that match; more with --limit", found.hits.len(), found.total));
    }
    Ok(ExitCode::SUCCESS)
}

/// One hit for a reader: title, what is known of it, the words around the hit, the id.
fn print(out: &mut impl Write, rank: usize, hit: &Hit) -> io::Result<()> {
    let is_colored = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let style = |code: &'static str, plain: &'static str| if is_colored { code } else { plain };
    let (bold, end) = (style("\x1b[1m", ""), style("\x1b[0m", ""));
    let record = &hit.record;
    let facts = [
        record.organization.clone(),
        record.when().and_then(|when| when.date()).map(|day| day.to_string()),
        Some(record.root_cause).filter(|cause| *cause != RootCause::Unknown).map(|cause| cause.to_string()),
        record.ttr_minutes.map(|minutes| format!("TTR {}", duration(minutes))),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let title = record.title.as_deref().unwrap_or(&record.id);
    writeln!(out, "{rank:>3}. {bold}{}{end}", one_line(title))?;
    if !facts.is_empty() {
        writeln!(out, "     {}", one_line(&facts.join(" · ")))?;
    }
    if !hit.snippet.text.is_empty() {
        writeln!(out, "     {}", hit.snippet.marked(style("\x1b[1;33m", "**"), style("\x1b[0m", "**")))?;
    }
    writeln!(out, "     {}\n", record.id)
}

/// The hits as rows, for programs.
fn table(found: &Found) -> Table {
    let mut table =
        Table::new(["rank", "title", "snippet", "date", "root_cause", "ttr_minutes", "organization", "id", "score"]);
    let text = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
    for (hit, rank) in found.hits.iter().zip(1_u32..) {
        let record = &hit.record;
        table.rows.push(vec![
            Cell::Float(rank.into()),
            text(record.title.clone()),
            Cell::Text(hit.snippet.marked("**", "**")),
            text(record.when().and_then(|when| when.date()).map(|day| day.to_string())),
            Cell::Text(record.root_cause.to_string()),
            record.ttr_minutes.map_or(Cell::Null, Cell::Float),
            text(record.organization.clone()),
            Cell::Text(record.id.clone()),
            Cell::Float((f64::from(hit.score) * 1000.0).round() / 1000.0),
        ]);
    }
    table
}

/// Minutes as people say them: `45 min`, `2 h 5 min`, `3 d 4 h`.
fn duration(minutes: f64) -> String {
    let whole = minutes.round() as i64;
    match whole {
        0..60 => format!("{whole} min"),
        60..1440 if whole % 60 == 0 => format!("{} h", whole / 60),
        60..1440 => format!("{} h {} min", whole / 60, whole % 60),
        1440.. if whole % 1440 < 60 => format!("{} d", whole / 1440),
        1440.. => format!("{} d {} h", whole / 1440, whole % 1440 / 60),
        _ => format!("{minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_people_say_them() {
        for (minutes, expected) in [
            (0.0, "0 min"),
            (45.4, "45 min"),
            (60.0, "1 h"),
            (125.0, "2 h 5 min"),
            (1440.0, "1 d"),
            (4560.0, "3 d 4 h"),
            (-5.0, "-5 min"),
        ] {
            assert_eq!(duration(minutes), expected);
        }
    }
}
