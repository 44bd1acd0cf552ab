//! `coroner inspect`: what was understood of a file before anything was taken from it.
//!
//! Promises: for each document of the file its format, encoding, language, what the format states, the zone and the day that
//! times without one get, each block with its first words, what of the input was left out and why, and notes; for what
//! gave no document, the reason. Leaves to others: what the record takes (`timeline`, `parse`).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::Serialize;

use super::output::{self, JsonArray, Table, TableFormat, one_line};
use crate::document::{Block, BlockKind, Document, Dropped, Format, Span};
use crate::extract::{
    self,
    account::{Account, Origin},
};
use crate::record::Cell;
use crate::source::{self, Limits, Name, Skipped};

/// Show what was understood of a file: format, encoding, language, blocks, what was left out
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  coroner inspect postmortems/2025-04-08.html
  coroner inspect export.zip --format json
  pbpaste | coroner inspect -

Exit status: 0 all was read, 1 some of it was skipped, 2 the file could not be read.")]
pub struct Args {
    /// The file, or `-` for standard input
    file: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = InspectFormat::Table)]
    format: InspectFormat,
    /// Refuse documents of more bytes than this
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_bytes)]
    max_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InspectFormat {
    /// Lines and a table of the blocks
    Table,
    /// One JSON array with an object a document
    Json,
}

/// What was understood of one document.
#[derive(Serialize)]
struct Understood<'d> {
    id: &'d str,
    format: Format,
    /// What the bytes were taken for: `utf-8`, unless a note says otherwise.
    encoding: String,
    language: Option<String>,
    title_hint: Option<&'d str>,
    url: Option<&'d str>,
    /// The lines that the format states of the document.
    metadata: Vec<&'d str>,
    /// What gives their zone to times that have none, and their day, with the number of times that took it.
    zone: Option<Taken>,
    day: Option<Taken>,
    bytes: usize,
    blocks: Vec<Shown>,
    dropped: &'d [Dropped],
    notes: &'d [String],
}

/// Where times take from what they do not say themselves.
#[derive(Serialize)]
struct Taken {
    /// The zone or day that they took.
    value: String,
    /// The words that give it; nothing, where the document as a whole does.
    from: Option<String>,
    times: usize,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    block: Block,
    /// Its first words.
    opens: String,
}

pub fn run(args: Args) -> Result<ExitCode> {
    let limits = Limits { max_bytes: args.max_bytes };
    let mut read: Vec<Result<Document, Skipped>> = Vec::new();
    if args.file == Path::new("-") {
        let bytes = source::read_limited(io::stdin().lock(), limits).context("reading standard input")?;
        let bytes = bytes.context("reading standard input")?;
        source::read_bytes(bytes, &Name { id: "-", source: "-", path: None, limits, mappings: &[] }, |one| {
            read.push(one)
        });
    } else {
        let name = args.file.display().to_string();
        let metadata = std::fs::metadata(&args.file).with_context(|| format!("reading `{name}`"))?;
        anyhow::ensure!(metadata.is_file(), "reading `{name}`: it is no file; name one file");
        source::read_documents(&args.file, &name, limits, |one| read.push(one));
    }
    let mut out = io::stdout().lock();
    let mut array = JsonArray::default();
    let mut skipped = 0;
    for one in &read {
        match one {
            Ok(document) => {
                let account = extract::account(document);
                let understood = understood(document, &account);
                match args.format {
                    InspectFormat::Json => array.push(&mut out, &understood)?,
                    InspectFormat::Table => print(&mut out, &understood)?,
                }
            }
            Err(why) => {
                output::say(why);
                skipped += 1;
            }
        }
    }
    if args.format == InspectFormat::Json {
        array.finish(&mut out)?;
    }
    out.flush()?;
    Ok(ExitCode::from(if read.len() == skipped { 2 } else { u8::from(skipped > 0) }))
}

fn understood<'d>(document: &'d Document, account: &Account) -> Understood<'d> {
    let text = &document.text;
    let metadata = document.blocks.iter().filter(|block| block.kind == BlockKind::Meta);
    let encoding = document.notes.iter().find_map(|note| note.strip_prefix("decoded from "));
    let encoding = encoding.map_or("utf-8", |name| name.split([',', ';']).next().unwrap_or(name));
    let zones = account.times.iter().filter(|told| told.when.is_some_and(|when| when.has_clock()));
    let zones = zones.map(|told| (told.zone, told.when.and_then(|when| zone_of(&when.to_string()))));
    let days =
        account.times.iter().map(|told| (told.day, told.when.and_then(|when| when.date()).map(|day| day.to_string())));
    Understood {
        id: &document.id,
        format: document.format,
        encoding: encoding.to_owned(),
        language: account.record.language.clone(),
        title_hint: document.title_hint.as_deref(),
        url: document.url.as_deref(),
        metadata: metadata.map(|block| block.span.of(text)).collect(),
        zone: most(text, zones),
        day: most(text, days),
        bytes: text.len(),
        blocks: document
            .blocks
            .iter()
            .map(|block| Shown { block: *block, opens: opens(block.span.of(text)) })
            .collect(),
        dropped: &document.dropped,
        notes: &document.notes,
    }
}

/// The offset at the end of a time in RFC 3339.
fn zone_of(time: &str) -> Option<String> {
    let clock = time.find('T')?;
    let at = time[clock..].find(['Z', '+', '-'])?;
    Some(time[clock + at..].to_owned())
}

/// What most times that do not say it themselves took, and from where.
fn most(text: &str, times: impl Iterator<Item = (Origin, Option<String>)>) -> Option<Taken> {
    let mut counts: BTreeMap<(String, Option<Span>), usize> = BTreeMap::new();
    for (origin, value) in times {
        let from = match origin {
            Origin::Words(span) | Origin::Year(span) => Some(span),
            Origin::Context => None,
            _ => continue,
        };
        if let Some(value) = value {
            *counts.entry((value, from)).or_default() += 1;
        }
    }
    let ((value, from), times) = counts.into_iter().max_by_key(|(_, times)| *times)?;
    Some(Taken { value, from: from.map(|span| one_line(span.of(text))), times })
}

/// The first words of a block.
fn opens(text: &str) -> String {
    const MOST: usize = 60;
    let line = one_line(text);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

fn print(out: &mut impl Write, understood: &Understood) -> io::Result<()> {
    let mut line = |name: &str, text: &str| writeln!(out, "{name:12}{text}");
    let told = |default: &Option<Taken>| match default {
        Some(Taken { value, from: Some(from), times }) => format!("{value}, from \"{from}\", for {times} times"),
        Some(Taken { value, from: None, times }) => format!("{value}, from the whole document, for {times} times"),
        None => "-".to_owned(),
    };
    line("id", understood.id)?;
    line("format", &understood.format.to_string())?;
    line("encoding", &understood.encoding)?;
    line("language", understood.language.as_deref().unwrap_or("-"))?;
    line("title hint", understood.title_hint.unwrap_or("-"))?;
    line("url", understood.url.unwrap_or("-"))?;
    line("zone", &told(&understood.zone))?;
    line("day", &told(&understood.day))?;
    line("text", &format!("{} bytes in {} blocks", understood.bytes, understood.blocks.len()))?;
    for (at, stated) in understood.metadata.iter().enumerate() {
        line(if at == 0 { "stated" } else { "" }, &one_line(stated))?;
    }
    for (at, Dropped { opens, bytes, why }) in understood.dropped.iter().enumerate() {
        line(if at == 0 { "left out" } else { "" }, &format!("{bytes} bytes, {why}: \"{opens}\""))?;
    }
    for (at, note) in understood.notes.iter().enumerate() {
        line(if at == 0 { "note" } else { "" }, note)?;
    }
    writeln!(out)?;
    let mut table = Table::new(["block", "bytes", "opens with"]);
    for Shown { block, opens } in &understood.blocks {
        let Span { start, end } = block.span;
        let cells = [kind(block.kind), format!("{start} to {end}"), opens.clone()];
        table.rows.push(cells.map(Cell::Text).to_vec());
    }
    table.write(out, TableFormat::Table)?;
    writeln!(out)
}

/// The name of a kind, as in JSON.
fn kind(kind: BlockKind) -> String {
    match kind {
        BlockKind::Meta => "meta".to_owned(),
        BlockKind::Heading(level) => format!("heading {level}"),
        BlockKind::Paragraph => "paragraph".to_owned(),
        BlockKind::ListItem => "list item".to_owned(),
        BlockKind::TableRow => "table row".to_owned(),
        BlockKind::Code => "code".to_owned(),
        BlockKind::Update => "update".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_and_day_are_those_that_most_times_took() {
        let text =
            "# Outage of 2025-07-29\n\nAll times in JST.\n\n- 10:20 it failed\n- 10:40 alert\n- 11:00 restored\n";
        let document = source::from_text(text.to_owned(), "a", "a.md", None).unwrap();
        let account = extract::account(&document);
        let understood = understood(&document, &account);
        let zone = understood.zone.unwrap();
        assert_eq!((zone.value.as_str(), zone.times), ("+09:00", 3));
        assert_eq!(understood.day.unwrap().value, "2025-07-29");
        assert_eq!((understood.encoding.as_str(), understood.blocks.len()), ("utf-8", 5));
    }

    #[test]
    fn long_blocks_are_cut_between_characters() {
        assert_eq!(opens(&"é".repeat(100)), format!("{}...", "é".repeat(60)));
        assert_eq!(opens("a\nb"), "a b");
        for (time, zone) in [
            ("2024-05-03T10:00:00Z", Some("Z")),
            ("2024-05-03T10:00:00-05:00", Some("-05:00")),
            ("2024-05-03T10:00", None),
            ("2024-05-03", None),
        ] {
            assert_eq!(zone_of(time).as_deref(), zone);
        }
    }
}
