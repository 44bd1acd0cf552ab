//! `coroner query`: one query over the records of a library, named, from a file, or as it is typed.
//!
//! Leaves to others: what SQL there is and which tables (`trends`), and how a table is printed (`output`).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use super::output::{Table, TableFormat};
use crate::library;
use crate::record::Cell;
use crate::trends::{self, Kind, NAMED};

/// Run a named query, a file of SQL, or SQL over the records
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The tables are `records` (one row a document) and `incidents` (those that report one); the columns are those of
`coroner schema`, and `date` and `quarter`.

Examples:
  coroner query --list
  coroner query incidents_by_quarter --library lib
  coroner query my/queries/paging.sql --library lib --format csv
  coroner query \"SELECT id, ttr_minutes FROM incidents WHERE root_cause = 'expiry'\" --library lib
  coroner query slowest --param limit=5 --library lib
  coroner query \"SELECT id FROM incidents WHERE quarter = $quarter\" --param quarter=2025Q2 --library lib
  coroner query services --show > mine.sql
  coroner query incidents_by_quarter --library lib --format parquet > quarters.parquet")]
pub struct Args {
    /// The name of a query, a file that ends in .sql, or SQL
    #[arg(value_name = "NAME|FILE.sql|SQL", required_unless_present = "list")]
    query: Option<String>,
    /// The library to read
    #[arg(long, value_name = "DIR", required_unless_present_any = ["list", "show"])]
    library: Option<PathBuf>,
    /// How to print the table
    #[arg(long, value_enum, default_value_t = QueryFormat::Table)]
    format: QueryFormat,
    /// A value for $NAME in the query; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// List the named queries
    #[arg(long)]
    list: bool,
    /// Print the SQL of the query, with what it says of its columns, and do not run it
    #[arg(long)]
    show: bool,
}

/// The formats of a table, and Parquet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum QueryFormat {
    /// Aligned columns for a terminal
    Table,
    /// Comma-separated values with a header line
    Csv,
    /// One JSON array of objects
    Json,
    /// One JSON object a line
    Jsonl,
    /// A Markdown table
    Markdown,
    /// An Apache Parquet file
    Parquet,
}

fn print(out: &mut impl Write, table: trends::Table, format: QueryFormat) -> Result<()> {
    let format = match format {
        QueryFormat::Parquet => return Ok(out.write_all(&table.parquet()?)?),
        QueryFormat::Table => TableFormat::Table,
        QueryFormat::Csv => TableFormat::Csv,
        QueryFormat::Json => TableFormat::Json,
        QueryFormat::Jsonl => TableFormat::Jsonl,
        QueryFormat::Markdown => TableFormat::Markdown,
    };
    Ok(Table::from(table).write(out, format)?)
}

pub fn run(args: Args) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    let Some(query) = args.query.filter(|_| !args.list) else {
        let text = |text: &str| Cell::Text(text.into());
        let table = trends::Table {
            columns: vec!["name".into(), "title".into()],
            kinds: vec![Kind::Text; 2],
            rows: NAMED.iter().map(|query| vec![text(query.name), text(query.title())]).collect(),
        };
        print(&mut out, table, args.format)?;
        return Ok(ExitCode::SUCCESS);
    };
    let sql = sql(&query)?;
    match args.library.filter(|_| !args.show) {
        Some(library) => {
            let sql = trends::fill(&sql, &params(&args.params)?)?;
            let table = library::read(&library, |generation| trends::run(generation, &sql))?;
            print(&mut out, table, args.format)?;
        }
        None => out.write_all(sql.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn params(given: &[String]) -> Result<BTreeMap<String, String>> {
    let split = |param: &String| match param.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => bail!("--param {param}: it has no value; write --param {param}=VALUE"),
    };
    given.iter().map(split).collect()
}

/// The SQL that an argument stands for.
fn sql(query: &str) -> Result<String> {
    if let Some(named) = trends::find(query) {
        return Ok(named.sql.to_owned());
    }
    if Path::new(query).extension().is_some_and(|extension| extension == "sql") {
        return std::fs::read_to_string(query).with_context(|| format!("cannot read the query in {query}"));
    }
    if query.contains(char::is_whitespace) {
        return Ok(query.to_owned());
    }
    let names: Vec<_> = NAMED.iter().map(|named| named.name).collect();
    bail!("there is no query `{query}`; there are {}.\nOr give a file that ends in .sql, or SQL.", names.join(", "))
}
