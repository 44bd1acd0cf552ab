//! `coroner review`: the fields that are most worth a human look, as a start for a file of corrections.
//!
//! Leaves to others: how they are ranked (`report::worth`), and how corrections are applied (`library`).

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::output::{Table, TableFormat};
use crate::library;
use crate::record::Cell;
use crate::report;
use crate::trends::{self, Incident, Quarter};

/// List the fields most worth a human look: doubtful ones that move the figures of a quarter
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Write what you find into a file with the columns id,field,value,who,why and build with it:

  id,field,value,who,why
  repo/INC-482.md,root_cause,expiry,mira,the certificate ran out; see the second paragraph
  repo/INC-482.md,resolved_at,2025-04-08T21:45:00+01:00,mira,the status page says so

A blank value says that the document does not tell. Labels and times are those of `coroner schema --format markdown`.
Corrected fields are marked in the record (`human`), durations follow corrected times, and the library keeps the corrections.

Examples:
  coroner review --library lib
  coroner review --library lib --quarter 2025Q2 --format csv > look.csv
  coroner build postmortems/ --library lib --corrections corrections.csv")]
pub struct Args {
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// The quarter whose figures count [default: the last that has an incident]
    #[arg(long, value_name = "QUARTER")]
    quarter: Option<Quarter>,
    /// How many fields to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// How to print them
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    format: TableFormat,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let looks = library::read(&args.library, |generation| {
        let quarter = match args.quarter {
            Some(quarter) => quarter,
            None => {
                let last = trends::incidents(generation)?.iter().filter_map(Incident::quarter).max();
                last.context("the library has no incident with a date")?
            }
        };
        report::worth_a_look(generation, &quarter.period())
    })?;
    let mut table = Table::new(["id", "field", "value", "confidence_percent", "effect", "score", "why", "quote"]);
    for look in looks.into_iter().take(args.limit) {
        let text = |text: String| if text.is_empty() { Cell::Null } else { Cell::Text(text) };
        table.rows.push(vec![
            text(look.id),
            text(look.field.to_owned()),
            text(look.value),
            look.confidence.map_or(Cell::Null, |confidence| Cell::Float((100.0 * confidence).round())),
            Cell::Float(look.effect),
            Cell::Float(look.score),
            text(look.why),
            text(look.quote),
        ]);
    }
    table.write(&mut io::stdout().lock(), args.format)?;
    Ok(ExitCode::SUCCESS)
}
