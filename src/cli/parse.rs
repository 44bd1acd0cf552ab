//! `coroner parse`. (Being written.)

use std::process::ExitCode;

/// Print the record of each document
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  coroner parse postmortems/ > records.jsonl")]
pub struct Args {}

pub fn run(_: Args) -> anyhow::Result<ExitCode> {
    anyhow::bail!("parse is not written yet")
}
