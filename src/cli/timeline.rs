//! `coroner timeline`: every time that a document tells, how each was placed, and which of them made the record.
//!
//! Promises: the times in the order of the text, none left out, each with its words; beneath the table what the record
//! took and by which rule. The formats for programs (json, jsonl, csv) hold the times alone, with the field that each
//! became and its bytes in the text: the record itself is what `coroner parse` prints.
//! Leaves to others: how a time is placed (`time::resolve`), what the record takes (`extract`), finding ids (`show`).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};

use super::output::{self, Table, TableFormat, one_line};
use super::show;
use crate::document::{Document, Span};
use crate::extract::{
    self,
    account::{Account, Origin, Told},
    timeline::Kind,
};
use crate::record::{Cell, Record, TtrBasis};
use crate::search::Stored;
use crate::source::{self, Limits, Skip};

/// Print every time that a document tells, how it was placed, and what the record took
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  coroner timeline postmortems/2025-04-08.md
  coroner timeline redis-failover --library lib
  pbpaste | coroner timeline -
  coroner timeline postmortems/2025-04-08.md --format csv

A row tells when (as far as the document tells it), what the words were taken to say, with the strength of each cue, the
words, and below them where they stand and where day and zone come from, unless that is as in the row above. `=` marks
what the time became in the record.")]
pub struct Args {
    /// The document: a file, `-` for standard input, or with `--library` the id of a record or the end of one
    document: PathBuf,
    /// The library that holds the document
    #[arg(long, value_name = "DIR")]
    library: Option<PathBuf>,
    /// How to print the times
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    format: TableFormat,
    /// Refuse a document of more bytes than this
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_bytes)]
    max_bytes: u64,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let document = document(&args)?;
    let account = extract::account(&document);
    let mut out = io::stdout().lock();
    match args.format {
        TableFormat::Table | TableFormat::Markdown => {
            if account.times.is_empty() {
                output::say(format_args!("{} tells no time", document.source));
            } else {
                people(&document.text, &account).write(&mut out, args.format)?;
                writeln!(out)?;
            }
            outcome(&account).write(&mut out, args.format)?;
        }
        TableFormat::Csv | TableFormat::Json | TableFormat::Jsonl => {
            programs(&document.text, &account).write(&mut out, args.format)?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn document(args: &Args) -> Result<Document> {
    let limits = Limits { max_bytes: args.max_bytes };
    let path = &args.document;
    let is_stdin = path == Path::new("-");
    match &args.library {
        Some(_) if is_stdin => bail!("`-` is standard input and no id; leave `--library` out to read it"),
        Some(library) => of_library(library, &path.to_string_lossy(), limits),
        None if is_stdin => {
            let bytes = source::read_limited(io::stdin().lock(), limits).context("reading standard input")?;
            bytes.and_then(|bytes| source::from_bytes(bytes, "-", "-", None)).context("reading standard input")
        }
        None => {
            let name = path.display().to_string();
            source::read_file(path, &name, limits).map_err(|why| match why {
                Skip::Unreadable(_) if !path.exists() => {
                    anyhow!("reading `{name}`: {why}; if it is the id of a record, say `--library DIR`")
                }
                why => anyhow!("reading `{name}`: {why}"),
            })
        }
    }
}

/// The document that a record of `library` was read from: its file, or the text the library keeps where the file is no
/// more what it was.
fn of_library(library: &Path, name: &str, limits: Limits) -> Result<Document> {
    let Stored { record, text, .. } = show::find(library, name)?;
    let Record { id, source, .. } = record;
    let path = Path::new(&source);
    let why = match source::read_file(path, &id, limits) {
        Ok(document) if document.text == text => return Ok(document),
        Ok(_) => "it has changed".to_owned(),
        Err(why) => why.to_string(),
    };
    output::say(format_args!(
        "{source} is not what the library was built from ({why}); this is read from the text that the library keeps"
    ));
    source::from_text(text, &id, &source, Some(path)).with_context(|| format!("reading the stored text of `{id}`"))
}

/// The columns to read: the words with where they stand and where day and zone come from below them.
fn people(text: &str, account: &Account) -> Table {
    let mut table = Table::new(["when", "says", "text"]);
    for (at, told) in account.times.iter().enumerate() {
        let when = told.when.map_or("-".to_owned(), |when| when.to_string());
        let until = told.until.map(|until| format!("to {until}"));
        let became = became(account, at).map(|field| format!("= {field}"));
        let says = lines(says(told).into_iter().chain(became));
        let placed = placed(text, told);
        let above = at.checked_sub(1).map(|above| self::placed(text, &account.times[above]));
        let placed = (above.as_ref() != Some(&placed)).then(|| format!("({placed})"));
        table.rows.push(vec![
            Cell::Text(lines([when].into_iter().chain(until))),
            Cell::Text(says),
            Cell::Text(lines([one_line(told.text.of(text))].into_iter().chain(placed))),
        ]);
    }
    table
}

/// Where the time stands, and where its day and zone come from.
fn placed(text: &str, told: &Told) -> String {
    let mut parts = vec![told.place.as_str().to_owned(), format!("day {}", origin(text, told.day))];
    if told.when.is_some_and(|when| when.has_clock()) {
        parts.push(format!("zone {}", origin(text, told.zone)));
    }
    parts.join(", ")
}

/// The columns to work with.
fn programs(text: &str, account: &Account) -> Table {
    let names =
        ["when", "until", "place", "kind", "says", "day_from", "zone_from", "became", "line", "start", "end", "text"];
    let mut table = Table::new(names);
    let cell = |text: String| if text.is_empty() { Cell::Null } else { Cell::Text(text) };
    let (mut line, mut counted) = (1, 0);
    for (at, told) in account.times.iter().enumerate() {
        line += text[counted..told.span.start].matches('\n').count();
        counted = told.span.start;
        table.rows.push(vec![
            told.when.map_or(Cell::Null, |when| Cell::Text(when.to_string())),
            told.until.map_or(Cell::Null, |until| Cell::Text(until.to_string())),
            cell(told.place.as_str().to_owned()),
            told.scores.best().map_or(Cell::Null, |kind| Cell::Text(kind.as_str().to_owned())),
            cell(says(told).join(", ")),
            cell(origin(text, told.day)),
            cell(origin(text, told.zone)),
            cell(became(account, at).collect::<Vec<_>>().join("|")),
            Cell::Float(line as f64),
            Cell::Float(told.span.start as f64),
            Cell::Float(told.span.end as f64),
            cell(one_line(told.text.of(text))),
        ]);
    }
    table
}

/// What the record took, and what each value rests on.
fn outcome(account: &Account) -> Table {
    let record = &account.record;
    let mut table = Table::new(["record", "value", "rests on"]);
    let mut row = |name: &str, value: &str, why: String| {
        table.rows.push([name, value, why.as_str()].map(|text| Cell::Text(text.to_owned())).to_vec());
    };
    if !record.is_incident {
        row("is_incident", "no", "the document reports no incident, so its record is blank".to_owned());
    }
    for choice in &account.choices {
        let quote = record.evidence.get(choice.field).filter(|_| choice.told.is_none());
        let quote = quote.map(|evidence| format!(": \"{}\"", one_line(&evidence.quote))).unwrap_or_default();
        let chance = choice.chance.map(|chance| format!(", chance {chance:.2}")).unwrap_or_default();
        row(
            choice.field,
            &choice.when.to_string(),
            format!("{} ({}{chance}){quote}", choice.rule.meaning(), choice.rule.as_str()),
        );
    }
    for field in ["started_at", "detected_at", "resolved_at"].iter().filter(|field| !record.has(field)) {
        row(field, "-", "nothing that was likely enough".to_owned());
    }
    let quote = |field: &str| record.evidence.get(field).map(|evidence| one_line(&evidence.quote)).unwrap_or_default();
    if let Some(minutes) = record.ttd_minutes {
        let counted = record.detected_at.zip(record.started_at).and_then(|(to, from)| to.minutes_since(&from));
        let counted = counted.is_some_and(|counted| (counted - minutes).abs() <= 0.1);
        let stated = || format!("as stated: \"{}\"", quote("ttd_minutes"));
        row(
            "ttd_minutes",
            &minutes.to_string(),
            if counted { "detected_at - started_at".to_owned() } else { stated() },
        );
    }
    if let Some((minutes, basis)) = record.ttr_minutes.zip(record.ttr_basis) {
        let why = match basis {
            TtrBasis::Started => "resolved_at - started_at".to_owned(),
            TtrBasis::Detected => "resolved_at - detected_at".to_owned(),
            TtrBasis::FirstUpdate => "from the first update to the one that says Resolved".to_owned(),
            TtrBasis::Stated => format!("as stated: \"{}\"", quote("ttr_minutes")),
        };
        row("ttr_minutes", &minutes.to_string(), why);
    }
    for warning in &record.warnings {
        row("warning", "", one_line(warning));
    }
    table
}

/// The fields of the record that the time became.
fn became(account: &Account, at: usize) -> impl Iterator<Item = &'static str> + '_ {
    account.choices.iter().filter(move |choice| choice.told == Some(at)).map(|choice| choice.field)
}

/// What the words were taken to say, with the strength of each cue, the strongest first.
fn says(told: &Told) -> Vec<String> {
    let mut kinds: Vec<(&str, f64)> = Kind::ALL.iter().map(|(kind, name)| (*name, told.scores.of(*kind))).collect();
    kinds.retain(|(_, score)| *score > 0.0);
    kinds.sort_by(|a, b| b.1.total_cmp(&a.1));
    kinds.iter().map(|(name, score)| format!("{name} {score}")).collect()
}

/// Where a day or a zone comes from, in words.
fn origin(text: &str, origin: Origin) -> String {
    let quote = |span: Span| format!("\"{}\"", one_line(span.of(text)));
    match origin {
        Origin::Written => "as written".to_owned(),
        Origin::Year(span) => format!("as written, year from {}", quote(span)),
        Origin::NoYear => "as written, year not told".to_owned(),
        Origin::Words(span) => format!("from {}", quote(span)),
        Origin::PastMidnight(span) => format!("past midnight after {}", quote(span)),
        Origin::Counted(span) => format!("counted from {}", quote(span)),
        Origin::Context => "from the whole document".to_owned(),
        Origin::Nowhere => "not told".to_owned(),
    }
}

fn lines(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_eighty_columns_no_word_is_lost() {
        let long =
            "every customer of the largest region saw errors on the payment page and gave up after a while ".repeat(4);
        let text = format!("# Outage of 2025-07-29\n\nAll times in JST.\n\n- 23:50 {long}\n- 00:10 service restored\n");
        let document = source::from_text(text.clone(), "id", "a.md", None).unwrap();
        let account = extract::account(&document);
        for table in [people(&text, &account), outcome(&account)] {
            let mut laid_out = table.aligned();
            let printed = laid_out.set_width(80).trim_fmt();
            assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let printed = words(&printed);
            for cell in table.rows.iter().flat_map(|row| output::texts(row)) {
                for word in words(&cell) {
                    let count = |all: &[String]| all.iter().filter(|known| **known == word).count();
                    assert!(count(&printed) >= count(&words(&cell)), "`{word}` is cut in {printed:?}");
                }
            }
        }
    }
}
