//! The other side: SQLite FTS5 in a Python process of its own, asked over its standard input. See `fts5.py`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub struct Fts5 {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What making the table took: the rows, and merging its parts into one.
#[derive(Serialize, Deserialize)]
pub struct Built {
    pub seconds: f64,
    pub optimize: f64,
    pub bytes: u64,
}

impl Fts5 {
    pub fn start() -> Result<Fts5> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/search/fts5.py");
        let mut process = Command::new("python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start python3, which has SQLite")?;
        let (Some(requests), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            bail!("python3 has no pipes");
        };
        Ok(Fts5 { process, requests, answers: BufReader::new(answers) })
    }

    pub fn build(&mut self, texts: &Path, at: &Path) -> Result<Built> {
        let answer = self.ask(&json!({"build": texts, "at": at}))?;
        let seconds = |name: &str| answer[name].as_f64().unwrap_or(f64::NAN);
        Ok(Built {
            seconds: seconds("seconds"),
            optimize: seconds("optimize"),
            bytes: answer["bytes"].as_u64().unwrap_or(0),
        })
    }

    /// Opens what an earlier run built.
    pub fn open(&mut self, at: &Path) -> Result<()> {
        self.ask(&json!({"open": at})).map(|_| ())
    }

    /// The seconds that a query took, and how many documents it found of the ten asked for.
    pub fn query(&mut self, text: &str) -> Result<(f64, usize)> {
        let answer = self.ask(&json!({"query": text}))?;
        Ok((answer["seconds"].as_f64().unwrap_or(f64::NAN), answer["ids"].as_array().map_or(0, Vec::len)))
    }

    fn ask(&mut self, request: &Value) -> Result<Value> {
        writeln!(self.requests, "{request}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        if line.is_empty() {
            bail!("python3 ended: {}", self.process.wait()?);
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Fts5 {
    fn drop(&mut self) {
        // It reads to the end of its input; a benchmark that failed does not wait for it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
