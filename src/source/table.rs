//! Exports as tables: CSV, its columns parted by commas, semicolons or tabs, read by a [`Mapping`].
//!
//! The csv crate reads the rows one by one: quotes, line ends within them, rows of the wrong length. A table that no mapping knows
//! is skipped, and the reason names its columns, which is what one needs to write a mapping.

use std::collections::HashMap;

use super::limits::{COLUMNS, LINE_CELLS};
use super::mapping::{Mapping, Row, built_in};
use super::{Name, Out, Skip, Source};

/// The format, see above.
pub struct Table;

impl Source<str> for Table {
    fn claims(&self, content: &str, name: &Name) -> bool {
        name.has_extension(&["csv", "tsv"]) || head(content).is_some_and(|head| mapping(&head, name).is_some())
    }

    fn read(&self, content: &str, name: &Name, out: &mut Out) -> Result<(), Skip> {
        let content = content.trim_start_matches('\u{feff}');
        let head = head(content).ok_or(Skip::Empty)?;
        // A row is held as a whole, with eight bytes a cell.
        let cells = |line: &str| memchr::memchr_iter(head.delimiter, line.as_bytes()).count();
        if content.lines().any(|line| cells(line) > LINE_CELLS) {
            return Err(Skip::Broken(format!("a line of more than {LINE_CELLS} cells")));
        }
        let Some(mapping) = mapping(&head, name) else {
            let shown = head.columns.iter().take(12).map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
            return Err(Skip::NoIncident(format!(
                "a table whose columns no mapping knows: {shown}; say `--mapping FILE` (docs/formats.md)"
            )));
        };
        let mut reader =
            csv::ReaderBuilder::new().delimiter(head.delimiter).flexible(true).from_reader(content.as_bytes());
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) if out.is_full() => return Ok(()),
                Ok(true) => {
                    mapping.give(&Line { head: &head, record: &record }, name, out);
                }
                Err(why) => {
                    let line = why.position().map_or(0, csv::Position::line);
                    out.skip(&format!("{}:{line}", name.source), Skip::Broken(why.to_string()));
                }
            }
        }
    }
}

/// The columns of a table and what parts them.
struct Head {
    columns: Vec<String>,
    /// Where the columns of a name stand.
    places: HashMap<String, Vec<usize>>,
    delimiter: u8,
}

/// The head, if the first line is one: two columns or more.
fn head(content: &str) -> Option<Head> {
    /// A longer line is no head.
    const LONGEST: usize = 20_000;
    let line = content.trim_start_matches('\u{feff}').lines().next().filter(|line| line.len() <= LONGEST)?;
    let delimiter = *b",;\t".iter().max_by_key(|mark| line.bytes().filter(|byte| byte == *mark).count())?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(line.as_bytes());
    let first = reader.records().next()?.ok()?;
    let columns: Vec<String> = first.iter().take(COLUMNS).map(|column| column.trim().to_owned()).collect();
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, column) in columns.iter().enumerate() {
        places.entry(column.clone()).or_default().push(at);
    }
    (columns.len() >= 2).then_some(Head { columns, places, delimiter })
}

fn mapping<'n>(head: &Head, name: &Name<'n>) -> Option<&'n Mapping> {
    let line = Line { head, record: &csv::StringRecord::new() };
    name.mappings.iter().chain(built_in()).find(|mapping| mapping.fits(&line))
}

struct Line<'t> {
    head: &'t Head,
    record: &'t csv::StringRecord,
}

impl Row for Line<'_> {
    fn has(&self, column: &str) -> bool {
        self.head.places.contains_key(column)
    }

    /// Columns of one name, as Jira writes one for each comment, are joined.
    fn text(&self, column: &str) -> String {
        let places = self.head.places.get(column).into_iter().flatten();
        let texts = places.filter_map(|at| self.record.get(*at)).filter(|text| !text.trim().is_empty());
        texts.collect::<Vec<_>>().join("\n\n")
    }
}
