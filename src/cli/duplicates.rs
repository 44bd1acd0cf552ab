//! `coroner duplicates`: incidents that several documents of a library report.
//!
//! Counts of incidents count documents, so that two reports of one incident count twice: this shows which. Leaves to
//! others: when two reports are of one incident (`search`).

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use super::output::{self, Table, TableFormat, one_line};
use crate::library;
use crate::record::Cell;
use crate::search::{Group, Index};

/// List incidents that several documents report
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Two documents report one incident where their texts are nearly the same; where they tell the same time to the clock, and
the same organisation or service or much the same words; or where they tell the same day and all of these. They do not
where they name different organisations.

Examples:
  coroner duplicates --library lib
  coroner duplicates --library lib --format csv")]
pub struct Args {
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Print a table in this format, not a list to read
    #[arg(long, value_enum)]
    format: Option<TableFormat>,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let groups = library::read(&args.library, |generation| Index::open(generation)?.duplicates())?;
    let mut out = io::stdout().lock();
    match args.format {
        Some(format) => table(&groups).write(&mut out, format)?,
        None => groups.iter().try_for_each(|group| print(&mut out, group))?,
    }
    if groups.is_empty() {
        output::say(format_args!("no incident of {} is reported by more than one document", args.library.display()));
    }
    Ok(ExitCode::SUCCESS)
}

fn print(out: &mut impl Write, group: &Group) -> io::Result<()> {
    let first = |text: &dyn Fn(&crate::search::Report) -> Option<String>| {
        group.reports.iter().find_map(|(report, _)| text(report))
    };
    let day = first(&|report| report.day.map(|day| day.to_string()));
    let owner = first(&|report| report.organization.clone());
    let known: Vec<String> = [owner, day].into_iter().flatten().collect();
    writeln!(out, "{} reports  {}", group.reports.len(), one_line(&known.join(" · ")))?;
    for (report, reason) in &group.reports {
        let title = report.title.as_deref().unwrap_or_default();
        let reason = reason.map(|reason| format!("  ({reason})")).unwrap_or_default();
        writeln!(out, "  {}  {}{reason}", one_line(&report.id), one_line(title))?;
    }
    writeln!(out)
}

fn table(groups: &[Group]) -> Table {
    let mut table = Table::new(["incident", "id", "title", "date", "organization", "why"]);
    let text = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
    for (group, number) in groups.iter().zip(1_u32..) {
        for (report, reason) in &group.reports {
            table.rows.push(vec![
                Cell::Float(number.into()),
                Cell::Text(report.id.clone()),
                text(report.title.clone()),
                text(report.day.map(|day| day.to_string())),
                text(report.organization.clone()),
                text(reason.map(|reason| reason.to_string())),
            ]);
        }
    }
    table
}
