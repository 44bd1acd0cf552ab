//! `coroner trends`: every named query of a library as a table, printed or written to files.
//!
//! Promises: the same library gives the same bytes; a file is replaced as a whole. A build writes the same files into
//! each generation, by [`TrendFiles`]. Leaves to others: what the tables say (`trends`, `queries/`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::output::{self, TableFormat};
use crate::library::{self, Generation, Part, PartWriter};
use crate::trends::{self, NAMED, Named};

/// Run all named queries; print the tables as Markdown, or write them as CSV and Markdown files
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  coroner trends --library lib | less\n  coroner trends --library lib --out quarterly/"
)]
pub struct Args {
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Write NAME.csv and NAME.md for each query into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let tables = library::read(&args.library, |generation| all(|sql| trends::run(generation, sql)))?;
    match args.out {
        Some(dir) => {
            write_files(&tables, &dir)?;
            output::say(format_args!("wrote {} tables to {}", tables.len(), dir.display()));
        }
        None => {
            let mut out = io::stdout().lock();
            for (query, table) in &tables {
                out.write_all(markdown(query, table, 2)?.as_bytes())?;
                writeln!(out)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

type Tables = Vec<(&'static Named, output::Table)>;

/// The table of every named query.
fn all(run: impl Fn(&str) -> Result<trends::Table>) -> Result<Tables> {
    let table = |query: &'static Named| {
        let table = run(query.sql).with_context(|| format!("in the named query {}", query.name))?;
        Ok((query, output::Table { columns: table.columns, rows: table.rows }))
    };
    NAMED.iter().map(table).collect()
}

fn write_files(tables: &Tables, dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the directory {}", dir.display()))?;
    for (query, table) in tables {
        let mut csv = Vec::new();
        table.write(&mut csv, TableFormat::Csv)?;
        library::replace(&dir.join(format!("{}.csv", query.name)), csv)?;
        library::replace(&dir.join(format!("{}.md", query.name)), markdown(query, table, 1)?)?;
    }
    Ok(())
}

/// A table as a section of Markdown: title, what it answers, the rows, what the columns mean.
fn markdown(query: &Named, table: &output::Table, level: usize) -> io::Result<String> {
    let about = query.about();
    let (answers, columns) = about.split_once("\n\n").unwrap_or((&about, ""));
    let mut rows = Vec::new();
    table.write(&mut rows, TableFormat::Markdown)?;
    Ok(format!(
        "{} {}\n\n{answers}\n\n{}\n```text\n{columns}\n```\n",
        "#".repeat(level),
        query.title(),
        String::from_utf8_lossy(&rows)
    ))
}

/// The trend tables of a generation: its directory `trends/`.
pub struct TrendFiles;

impl Part for TrendFiles {
    fn name(&self) -> &'static str {
        "trend tables"
    }

    fn begin(&self, dir: &Path, _: Option<&Generation>, _: usize) -> Result<Box<dyn PartWriter>> {
        Ok(Box::new(TrendFilesOf { generation: dir.to_owned() }))
    }
}

struct TrendFilesOf {
    generation: PathBuf,
}

impl PartWriter for TrendFilesOf {
    fn finish(self: Box<Self>) -> Result<()> {
        let records = library::records_in(&self.generation);
        write_files(&all(|sql| trends::run_on(&records, sql))?, &self.generation.join("trends"))
    }
}
