//! `coroner trends`: every table of a library, printed or written to files: the named queries, and the tables with
//! statistics.
//!
//! Promises: the same library gives the same bytes; a file is replaced as a whole. A build writes the same files into
//! each generation, by [`TrendFiles`]. Leaves to others: what the tables say (`trends`, `queries/`).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use super::output::{self, TableFormat};
use crate::library::{self, Generation, Part, PartWriter};
use crate::trends::tables::{COMPUTED, groups};
use crate::trends::{self, Held, NAMED};

/// Run all named queries and compute all statistics; print the tables as Markdown, or write them as files
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each table is written as CSV, Parquet and Markdown: NAME.csv, NAME.parquet, NAME.md. The names are those of
`coroner query --list`, and counts, shares, durations, changes, directions and survival, which hold the intervals and tests.

Examples:
  coroner trends --library lib | less
  coroner trends --library lib --only changes
  coroner trends --library lib --out quarterly/
  coroner trends --library lib --queries my/queries/ --out quarterly/")]
pub struct Args {
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Write NAME.csv, NAME.parquet and NAME.md for each table into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Also run every .sql file of this directory
    #[arg(long, value_name = "DIR")]
    queries: Option<PathBuf>,
    /// Only this table; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let own = args.queries.as_deref().map(own_queries).transpose()?.unwrap_or_default();
    let tables = library::read(&args.library, |generation| {
        let source = Source {
            held: &|queries: &[&str]| Held::of(generation, queries),
            query: &|sql: &str| trends::run(generation, sql),
        };
        source.tables(&own, &args.only)
    })?;
    match args.out {
        Some(dir) => {
            write_files(&tables, &dir, library::replace)?;
            output::say(format_args!("wrote {} tables to {}", tables.len(), dir.display()));
        }
        None => {
            let mut out = io::stdout().lock();
            for table in &tables {
                out.write_all(table.markdown(2)?.as_bytes())?;
                writeln!(out)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A query of the user: the name of its file, and its SQL.
type Own = (String, String);

/// The .sql files of a directory, by name.
fn own_queries(dir: &Path) -> Result<Vec<Own>> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot list the queries in {}", dir.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if trends::find(&name).is_some() || COMPUTED.iter().any(|table| table.name == name) {
            bail!("{} would replace the table {name}; give the file another name", path.display());
        }
        let sql = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((name, sql))
    };
    paths.into_iter().map(read).collect()
}

/// A table with what is said of it.
struct Told {
    name: String,
    title: String,
    about: String,
    table: trends::Table,
}

/// Where tables come from: a committed generation, or one in the making.
struct Source<'a> {
    /// The incidents, as far as these queries and the statistics need them.
    held: &'a dyn Fn(&[&str]) -> Result<Held>,
    /// Runs a query that may ask for anything.
    query: &'a dyn Fn(&str) -> Result<trends::Table>,
}

impl Source<'_> {
    /// Every table, or those that `only` names.
    fn tables(&self, own: &[Own], only: &[String]) -> Result<Vec<Told>> {
        let named = NAMED.iter().map(|query| query.name);
        let names = named.chain(own.iter().map(|own| own.0.as_str())).chain(COMPUTED.iter().map(|table| table.name));
        let names: Vec<&str> = names.collect();
        if let Some(unknown) = only.iter().find(|only| !names.contains(&only.as_str())) {
            bail!("there is no table `{unknown}`; there are {}", names.join(", "));
        }
        let is_wanted = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
        let named: Vec<_> = NAMED.iter().filter(|query| is_wanted(query.name)).collect();
        let computed: Vec<_> = COMPUTED.iter().filter(|table| is_wanted(table.name)).collect();
        let own: Vec<_> = own.iter().filter(|own| is_wanted(&own.0)).collect();

        let mut tables = Vec::new();
        let held = match named.is_empty() && computed.is_empty() {
            true => None,
            false => Some((self.held)(&named.iter().map(|query| query.sql).collect::<Vec<_>>())?),
        };
        if let Some(held) = &held {
            for query in named {
                tables.push(told(query.name, query.sql, &|sql| held.run(sql))?);
            }
        }
        for (name, sql) in own {
            tables.push(told(name, sql, self.query)?);
        }
        if let Some(held) = held.filter(|_| !computed.is_empty()) {
            let incidents = held.incidents()?;
            drop(held);
            let groups = groups(&incidents);
            tables.par_extend(computed.into_par_iter().map(|computed| Told {
                name: computed.name.to_owned(),
                title: computed.title.to_owned(),
                about: computed.about.to_owned(),
                table: (computed.make)(&groups),
            }));
        }
        Ok(tables)
    }
}

/// The table of a query.
fn told(name: &str, sql: &str, run: &dyn Fn(&str) -> Result<trends::Table>) -> Result<Told> {
    let filled = trends::fill(sql, &BTreeMap::new()).and_then(|sql| run(&sql));
    let table = filled.with_context(|| format!("in the query {name}"))?;
    let (title, about) = trends::title_and_about(sql);
    Ok(Told { title: title.unwrap_or(name).to_owned(), name: name.to_owned(), about, table })
}

fn write_files(tables: &[Told], dir: &Path, write: impl Fn(&Path, Vec<u8>) -> Result<()>) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the directory {}", dir.display()))?;
    for told in tables {
        let mut csv = Vec::new();
        told.printed().write(&mut csv, TableFormat::Csv)?;
        let parquet = told.table.parquet().with_context(|| format!("cannot write the table {}", told.name))?;
        let file = |extension: &str| dir.join(format!("{}.{extension}", told.name));
        write(&file("csv"), csv)?;
        write(&file("parquet"), parquet)?;
        write(&file("md"), told.markdown(1)?.into_bytes())?;
    }
    Ok(())
}

impl Told {
    fn printed(&self) -> output::Table {
        self.table.clone().into()
    }

    /// The table as a section of Markdown: title, what it answers, the rows, what the columns mean.
    fn markdown(&self, level: usize) -> io::Result<String> {
        let (answers, columns) = self.about.split_once("\n\n").unwrap_or((&self.about, ""));
        let mut rows = Vec::new();
        self.printed().write(&mut rows, TableFormat::Markdown)?;
        Ok(format!(
            "{} {}\n\n{answers}\n\n{}\n```text\n{columns}\n```\n",
            "#".repeat(level),
            self.title,
            String::from_utf8_lossy(&rows)
        ))
    }
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
        let source = Source {
            held: &|queries: &[&str]| Held::at(&records, queries),
            query: &|sql: &str| trends::run_on(&records, sql),
        };
        // Nobody reads a generation in the making, and all of it is settled on disk before it is committed.
        write_files(&source.tables(&[], &[])?, &self.generation.join("trends"), |path, bytes| {
            std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
        })
    }
}
