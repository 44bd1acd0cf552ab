//! `coroner search`: past incidents whose text or fields match a query, the best first.
//!
//! On a terminal hits are coloured and link to their source, elsewhere they stand between `**`. Leaves to others: the
//! query language and the ranking (`search`).

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;

use super::output::{self, Table, TableFormat, one_line};
use crate::library;
use crate::record::{Cell, Record, RootCause};
use crate::search::{Facet, Found, Hit, Index, Options, Sort, Total, Weights, plain};

/// Search the texts and fields of a library
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Any bare word may match, and documents with more of them come first. All else narrows:
  \"a phrase\"  +must  -not  a AND b  a OR b  (brackets)  begin*  slip~
  title: body: why: resolution: impact: timeline: action: org: service:   words in that field
  cause:configuration  detection:customer  trigger:deploy  severity:sev1  id:2025/*
  ttr:>4h  ttd:<=30m  date:2024  date:2024Q3..2025Q1  has:ttd  -has:cause  is:incident
docs/search.md tells all of it.

Examples:
  coroner search \"redis failover\" --library lib
  coroner search 'certificate cause:expiry -test' --library lib --limit 5
  coroner search 'ECONNREFUSED ttr:>4h date:2024..' --library lib --sort ttr
  coroner search 'cause:configuration date:2024Q2' --library lib --format csv
  coroner search 'detection:customer' --library lib --facets")]
pub struct Args {
    /// What to look for; after `--` if it begins with a `-`
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// The library to read
    #[arg(long, value_name = "DIR")]
    library: PathBuf,
    /// Hits to print at most
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Leave out so many of the first hits
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    offset: u32,
    /// The order of the hits [default: score; date where the query has no words]
    #[arg(long, value_enum)]
    sort: Option<SortBy>,
    /// Turn the order round
    #[arg(long)]
    reverse: bool,
    /// Count all that match by cause, detection, quarter and organisation; with --format, print these counts alone
    #[arg(long)]
    facets: bool,
    /// List every document, also those that report the same incident as a hit before them
    #[arg(long)]
    all: bool,
    /// What a word is worth in each field, a file like data/search/weights.tsv
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Print a table in this format, not a list to read
    #[arg(long, value_enum)]
    format: Option<TableFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SortBy {
    /// The best first
    Score,
    /// The newest first
    Date,
    /// The longest time to resolve first
    Ttr,
    /// The longest time to detect first
    Ttd,
}

impl From<SortBy> for Sort {
    fn from(by: SortBy) -> Sort {
        match by {
            SortBy::Score => Sort::Score,
            SortBy::Date => Sort::Date,
            SortBy::Ttr => Sort::Ttr,
            SortBy::Ttd => Sort::Ttd,
        }
    }
}

pub fn run(args: Args) -> Result<ExitCode> {
    let query = args.query.join(" ");
    let options = Options {
        limit: args.limit as usize,
        offset: args.offset as usize,
        sort: args.sort.map(Sort::from),
        reverse: args.reverse,
        count: args.format.is_none(),
        facets: args.facets,
        fold: args.format.is_none() && !args.all,
        weights: args.weights.as_deref().map(Weights::load).transpose()?.unwrap_or_default(),
    };
    let found = library::read(&args.library, |generation| Index::open(generation)?.search(&query, &options))?;
    let mut out = io::stdout().lock();
    if found.hits.is_empty() {
        let from = if options.offset > 0 { format!(" beyond the first {}", options.offset) } else { String::new() };
        output::say(format_args!("nothing in {} matches `{query}`{from}", args.library.display()));
    }
    match args.format {
        Some(format) if args.facets => counts(&found.facets).write(&mut out, format)?,
        Some(format) => table(&found, options.offset).write(&mut out, format)?,
        None => list(&mut out, &found, options.offset)?,
    }
    let here = found.hits.iter().map(|hit| 1 + hit.also.len()).sum::<usize>();
    let shown = options.offset + here;
    let (total, of) = match found.total {
        Some(Total::Exactly(total)) => (total, total.to_string()),
        Some(Total::MoreThan(total)) => (usize::MAX, format!("more than {total}")),
        None => (here, String::new()),
    };
    if total > here && here > 0 {
        let more = if total > shown { format!("; more with --limit or --offset {shown}") } else { String::new() };
        let first = if options.offset > 0 { format!("{} to {shown}", options.offset + 1) } else { shown.to_string() };
        output::say(format_args!("{first} of {of} documents that match{more}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn list(out: &mut impl Write, found: &Found, offset: usize) -> io::Result<()> {
    if !found.facets.is_empty() {
        for facet in &found.facets {
            let value = |value: &Option<String>| value.as_deref().map_or("-".to_owned(), one_line);
            let counts: Vec<_> = facet.counts.iter().map(|(name, count)| format!("{} {count}", value(name))).collect();
            let others = if facet.others > 0 { format!(", others {}", facet.others) } else { String::new() };
            writeln!(out, "{:18}{}{others}", facet.field, counts.join(", "))?;
        }
        writeln!(out)?;
    }
    let style = Style::of_stdout();
    found.hits.iter().zip(offset + 1..).try_for_each(|(hit, rank)| print(out, style, rank, hit))
}

/// How a list is marked up: for a terminal that shows colours, or plain.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    is_colored: bool,
}

impl Style {
    pub fn of_stdout() -> Style {
        let is_wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Style { is_colored: io::stdout().is_terminal() && is_wanted }
    }

    fn pick(self, code: &'static str, plain: &'static str) -> &'static str {
        if self.is_colored { code } else { plain }
    }

    /// The id, on a terminal as a link to the file it was read from; elsewhere with the file where the id does not name it.
    fn source(self, record: &Record) -> String {
        let (id, source) = (one_line(&record.id), one_line(&record.source));
        let is_url = source.starts_with("https://") || source.starts_with("http://");
        let target = if is_url { Some(source.clone()) } else { file_url(Path::new(&record.source)) };
        match target {
            Some(target) if self.is_colored => format!("\x1b]8;;{target}\x1b\\{id}\x1b]8;;\x1b\\"),
            _ if source.ends_with(&id) && !is_url => id,
            _ => format!("{id} ({source})"),
        }
    }
}

/// The address of a file that is there.
fn file_url(path: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    Some(format!("file://{}", path.to_str()?.bytes().map(escape).collect::<String>()))
}

/// One hit for a reader: title, what is known of it, the words around the hit, what resolved it, the id.
fn print(out: &mut impl Write, style: Style, rank: usize, hit: &Hit) -> io::Result<()> {
    let snippet = hit.snippet.marked(style.pick("\x1b[1;33m", "**"), style.pick("\x1b[0m", "**"));
    head(out, style, rank, &hit.record)?;
    if !snippet.is_empty() {
        writeln!(out, "     {}{snippet}", if hit.in_other_words { "in other words: " } else { "" })?;
    }
    if !hit.also.is_empty() {
        writeln!(out, "     also in: {}", one_line(&hit.also.join(", ")))?;
    }
    foot(out, style, &hit.record, hit.fix.as_deref())
}

/// Title and what is known of an incident, as the first lines of a hit.
pub fn head(out: &mut impl Write, style: Style, rank: usize, record: &Record) -> io::Result<()> {
    let (bold, end) = (style.pick("\x1b[1m", ""), style.pick("\x1b[0m", ""));
    let facts = [
        record.organization.clone(),
        record.when().and_then(|when| when.date()).map(|day| day.to_string()),
        Some(record.root_cause).filter(|cause| *cause != RootCause::Unknown).map(|cause| cause.to_string()),
        record.ttr_minutes.map(|minutes| format!("TTR {}", duration(minutes))),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let title = record.title.as_deref().unwrap_or(&record.id);
    writeln!(out, "{rank:>3}. {bold}{}{end}", one_line(title))?;
    if !facts.is_empty() {
        writeln!(out, "     {}", one_line(&facts.join(" · ")))?;
    }
    Ok(())
}

/// What resolved an incident and where it is written, as the last lines of a hit.
pub fn foot(out: &mut impl Write, style: Style, record: &Record, fix: Option<&str>) -> io::Result<()> {
    if let Some(fix) = fix {
        writeln!(out, "     fixed by: {}", plain(fix))?;
    }
    writeln!(out, "     {}\n", style.source(record))
}

/// The hits as rows, for programs.
fn table(found: &Found, offset: usize) -> Table {
    let mut table = Table::new([
        "rank",
        "title",
        "snippet",
        "date",
        "root_cause",
        "detection_source",
        "ttr_minutes",
        "ttd_minutes",
        "organization",
        "resolution",
        "id",
        "source",
        "score",
    ]);
    let text = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
    for (hit, rank) in found.hits.iter().zip(offset as u64 + 1..) {
        let record = &hit.record;
        table.rows.push(vec![
            Cell::Float(rank as f64),
            text(record.title.clone()),
            Cell::Text(hit.snippet.marked("**", "**")),
            text(record.when().and_then(|when| when.date()).map(|day| day.to_string())),
            Cell::Text(record.root_cause.to_string()),
            Cell::Text(record.detection_source.to_string()),
            record.ttr_minutes.map_or(Cell::Null, Cell::Float),
            record.ttd_minutes.map_or(Cell::Null, Cell::Float),
            text(record.organization.clone()),
            text(hit.fix.as_deref().map(plain)),
            Cell::Text(record.id.clone()),
            Cell::Text(record.source.clone()),
            Cell::Float((f64::from(hit.score) * 1000.0).round() / 1000.0),
        ]);
    }
    table
}

/// The counts as rows.
fn counts(facets: &[Facet]) -> Table {
    let mut table = Table::new(["field", "value", "count"]);
    for facet in facets {
        let others = (facet.others > 0).then(|| (Some("(others)".to_owned()), facet.others));
        for (value, count) in facet.counts.iter().cloned().chain(others) {
            let value = value.map_or(Cell::Null, Cell::Text);
            table.rows.push(vec![Cell::Text(facet.field.to_owned()), value, Cell::Float(count as f64)]);
        }
    }
    table
}

/// Minutes as people say them: `45 min`, `2 h 5 min`, `3 d 4 h`.
pub fn duration(minutes: f64) -> String {
    let whole = minutes.round() as i64;
    match whole {
        0..60 => format!("{whole} min"),
        60..1440 if whole % 60 == 0 => format!("{} h", whole / 60),
        60..1440 => format!("{} h {} min", whole / 60, whole % 60),
        1440.. if whole % 1440 < 60 => format!("{} d", whole / 1440),
        1440.. => format!("{} d {} h", whole / 1440, whole % 1440 / 60),
        _ => format!("{minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_people_say_them() {
        for (minutes, expected) in [
            (0.0, "0 min"),
            (45.4, "45 min"),
            (60.0, "1 h"),
            (125.0, "2 h 5 min"),
            (1440.0, "1 d"),
            (4560.0, "3 d 4 h"),
            (-5.0, "-5 min"),
        ] {
            assert_eq!(duration(minutes), expected);
        }
    }
}
