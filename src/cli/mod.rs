//! The command line: one file a subcommand, each with its arguments and help beside what it does.
//!
//! Promises: standard output is data, standard error is talk; the exit status is 0 (done), 1 (done, but some inputs
//! were skipped) or 2 (could not run); a reader that closes the pipe early (`coroner ... | head`) ends the run in
//! silence and counts as success. Leaves to others: all domain logic, which lives in the modules below.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::source::mapping::{self, Mapping};

pub mod build;
mod config;
pub mod duplicates;
pub mod eval;
pub mod eval_search;
pub mod inspect;
mod labelled;
pub mod output;
pub mod parse;
pub mod query;
pub mod report;
pub mod review;
pub mod schema;
pub mod search;
pub mod show;
pub mod similar;
pub mod timeline;
pub mod train;
pub mod trends;

/// The exit status of a run that could not be done.
const FAILED: u8 = 2;

/// Turns free-text incident postmortems into structured records, a full-text index and trend tables.
#[derive(Debug, Parser)]
#[command(name = "coroner", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Args),
    Parse(parse::Args),
    Inspect(inspect::Args),
    Search(search::Args),
    Similar(similar::Args),
    Duplicates(duplicates::Args),
    Show(show::Args),
    Query(query::Args),
    Trends(trends::Args),
    Report(report::Args),
    Review(review::Args),
    Eval(eval::Args),
    Schema(schema::Args),
    Timeline(timeline::Args),
    Train(train::Args),
    EvalSearch(eval_search::Args),
}

impl Command {
    fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Command::Build(args) => build::run(args),
            Command::Parse(args) => parse::run(args),
            Command::Inspect(args) => inspect::run(args),
            Command::Search(args) => search::run(args),
            Command::Similar(args) => similar::run(args),
            Command::Duplicates(args) => duplicates::run(args),
            Command::Show(args) => show::run(args),
            Command::Query(args) => query::run(args),
            Command::Trends(args) => trends::run(args),
            Command::Report(args) => report::run(args),
            Command::Review(args) => review::run(args),
            Command::Eval(args) => eval::run(args),
            Command::Schema(args) => schema::run(args),
            Command::Timeline(args) => timeline::run(args),
            Command::Train(args) => train::run(args),
            Command::EvalSearch(args) => eval_search::run(args),
        }
    }
}

/// Reads the arguments of the process, runs the subcommand, and says how it went.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) => {
            // `--help` and `--version` end here too, with exit status 0. A closed pipe is no news.
            let _ = asked.print();
            return ExitCode::from(u8::try_from(asked.exit_code()).unwrap_or(FAILED));
        }
    };
    match cli.command.run() {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::say(format_args!("coroner: {error:#}"));
            ExitCode::from(FAILED)
        }
    }
}

/// Whether the reader of our output went away: `coroner parse dir | head -1`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(io::ErrorKind::BrokenPipe)
    })
}

/// The mappings in these files, each with its text.
fn mappings(paths: &[PathBuf]) -> anyhow::Result<Vec<(Mapping, String)>> {
    paths.iter().map(|path| mapping::load(path).map_err(anyhow::Error::msg)).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_shows_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Example"), "`coroner {} --help` shows no example", command.get_name());
        }
    }

    #[test]
    fn a_closed_pipe_is_told_from_other_errors_however_deep_it_lies() {
        let wrapped = |kind| anyhow::Error::new(io::Error::from(kind)).context("writing records");
        assert!(is_broken_pipe(&wrapped(io::ErrorKind::BrokenPipe)));
        assert!(!is_broken_pipe(&wrapped(io::ErrorKind::StorageFull)));
        assert!(!is_broken_pipe(&anyhow::anyhow!("broken pipe")));
    }
}
