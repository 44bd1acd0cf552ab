//! `coroner query`: one query over the records of a library, named, from a file, or as it is typed.
//!
//! Leaves to others: what SQL there is and which tables (`trends`), and how a table is printed (`output`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::output::{Table, TableFormat};
use crate::library;
use crate::record::Cell;
use crate::trends::{self, NAMED};

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
  coroner query services --show > mine.sql")]
pub struct Args {
    /// The name of a query, a file that ends in .sql, or SQL
    #[arg(value_name = "NAME|FILE.sql|SQL", required_unless_present = "list")]
    query: Option<String>,
    /// The library to read
    #[arg(long, value_name = "DIR", required_unless_present_any = ["list", "show"])]
    library: Option<PathBuf>,
    /// How to print the table
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    format: TableFormat,
    /// List the named queries
    #[arg(long)]
    list: bool,
    /// Print the SQL of the query, with what it says of its columns, and do not run it
    #[arg(long)]
    show: bool,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    let Some(query) = args.query.filter(|_| !args.list) else {
        let mut table = Table::new(["name", "title"]);
        table.rows = NAMED.iter().map(|q| vec![Cell::Text(q.name.into()), Cell::Text(q.title().into())]).collect();
        table.write(&mut out, args.format)?;
        return Ok(ExitCode::SUCCESS);
    };
    let sql = sql(&query)?;
    match args.library.filter(|_| !args.show) {
        Some(library) => {
            let table = library::read(&library, |generation| trends::run(generation, &sql))?;
            Table { columns: table.columns, rows: table.rows }.write(&mut out, args.format)?;
        }
        None => out.write_all(sql.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
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
