//! How rows leave the program: one [`Table`] of cells, and every format a subcommand may print it in.
//!
//! Promises: the same cells in each format; a number without a needless `.0`; what is unknown is `null` in JSON and
//! blank elsewhere; a Markdown or CSV cell never breaks its row. Leaves to others: which rows there are.

use std::fmt;
use std::io::{self, Write};

use clap::ValueEnum;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, TableStyle};
use serde_json::Value;

use crate::record::Cell;
use crate::trends;

/// The formats of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Aligned columns for a terminal
    Table,
    /// Comma-separated values with a header line
    Csv,
    /// One JSON array of objects
    Json,
    /// One JSON object a line
    Jsonl,
    /// A Markdown table
    Markdown,
}

/// A rule under the head, and nothing else that would have to be read over.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// Named columns and rows of cells, each row as long as the columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl From<trends::Table> for Table {
    fn from(table: trends::Table) -> Table {
        Table { columns: table.columns, rows: table.rows }
    }
}

impl Table {
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Table {
        Table { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Writes the whole table; what follows on `out` starts on a new line.
    pub fn write(&self, out: &mut impl Write, format: TableFormat) -> io::Result<()> {
        match format {
            TableFormat::Table => self.write_aligned(out),
            TableFormat::Csv => {
                write_csv(out, std::iter::once(self.columns.clone()).chain(self.rows.iter().map(|row| texts(row))))
            }
            TableFormat::Json => self.write_json(out),
            TableFormat::Jsonl => self.objects().try_for_each(|row| writeln!(out, "{row}")),
            TableFormat::Markdown => self.write_markdown(out),
        }
    }

    fn write_aligned(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.aligned().trim_fmt())
    }

    /// The table as it is laid out for the terminal, or at its full width where there is none.
    pub(super) fn aligned(&self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
        // A narrow terminal breaks a long column name at its underscores, not inside a word.
        table.set_header(self.columns.iter().map(|name| comfy_table::Cell::new(name).set_delimiter('_')));
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| {
                let aligned = comfy_table::Cell::new(text(cell));
                if let Cell::Float(_) = cell { aligned.set_alignment(CellAlignment::Right) } else { aligned }
            }));
        }
        table
    }

    fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let mut array = JsonArray::default();
        self.objects().try_for_each(|row| array.push(out, &row))?;
        array.finish(out)
    }

    fn write_markdown(&self, out: &mut impl Write) -> io::Result<()> {
        let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |", cells.collect::<Vec<_>>().join(" | "));
        writeln!(out, "{}", line(&mut self.columns.iter().map(|name| escape_markdown(name))))?;
        let is_number = |column: usize| self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Float(_))));
        let rule = |column| if is_number(column) { "---:" } else { "---" }.to_owned();
        writeln!(out, "{}", line(&mut (0..self.columns.len()).map(rule)))?;
        for row in &self.rows {
            writeln!(out, "{}", line(&mut row.iter().map(|cell| escape_markdown(&text(cell)))))?;
        }
        Ok(())
    }

    fn objects(&self) -> impl Iterator<Item = Value> + '_ {
        self.rows.iter().map(|row| Value::Object(self.columns.iter().cloned().zip(row.iter().map(json)).collect()))
    }
}

/// Lines of comma-separated values, the caller saying which of them is the header.
pub fn write_csv(out: &mut impl Write, rows: impl IntoIterator<Item = Vec<String>>) -> io::Result<()> {
    // Lines are made in memory: the csv crate's error would hide that a pipe was closed.
    for row in rows {
        let mut line = csv::Writer::from_writer(Vec::new());
        line.write_record(&row).map_err(io::Error::other)?;
        out.write_all(&line.into_inner().map_err(|e| io::Error::other(e.to_string()))?)?;
    }
    Ok(())
}

/// Writes a JSON array element by element, one a line, so that the array need not be held.
#[derive(Debug, Default)]
pub struct JsonArray {
    started: bool,
}

impl JsonArray {
    pub fn push(&mut self, out: &mut impl Write, element: &impl serde::Serialize) -> io::Result<()> {
        out.write_all(if self.started { b",\n" } else { b"[\n" })?;
        self.started = true;
        Ok(serde_json::to_writer(out, element)?)
    }

    pub fn finish(self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(if self.started { b"\n]\n" } else { b"[]\n" })
    }
}

/// The cells of a row as they stand in a table of text.
pub fn texts(row: &[Cell]) -> Vec<String> {
    row.iter().map(text).collect()
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Bool(yes) => yes.to_string(),
        // Rust prints 45.0 as `45`, and never in exponents; adding zero turns -0 into 0.
        Cell::Float(number) => (number + 0.0).to_string(),
        Cell::Text(text) => text.clone(),
    }
}

fn json(cell: &Cell) -> Value {
    /// Up to here every whole number is exact as a float.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(yes) => Value::Bool(*yes),
        Cell::Float(number) if number.fract() == 0.0 && number.abs() <= WHOLE => Value::from(*number as i64),
        // What JSON has no number for (infinity) becomes null.
        Cell::Float(number) => Value::from(*number),
        Cell::Text(text) => Value::String(text.clone()),
    }
}

/// A cell in which nothing ends the cell or is HTML: it may come from a document.
fn escape_markdown(text: &str) -> String {
    let escaped = |line: &str| line.replace('\\', "\\\\").replace('|', "\\|").replace('<', "\\<");
    let lines: Vec<_> = text.lines().map(escaped).collect();
    lines.join("<br>")
}

/// Text from a document on one line, without the control characters that a terminal would obey.
pub fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says something to the user, on standard error; that nobody listens there is no reason to fail.
pub fn say(message: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: TableFormat) -> String {
        let mut table = Table::new(["cause", "n", "share", "known"]);
        table.rows = vec![
            vec![Cell::Text("bug | leak".into()), Cell::Float(12.0), Cell::Float(0.75), Cell::Bool(true)],
            vec![Cell::Text("two\nlines, \"quoted\"".into()), Cell::Float(-1.0), Cell::Null, Cell::Bool(false)],
        ];
        let mut out = Vec::new();
        table.write(&mut out, format).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_format_prints_the_same_cells() {
        for (format, expected) in [
            (
                TableFormat::Csv,
                "cause,n,share,known\nbug | leak,12,0.75,true\n\"two\nlines, \"\"quoted\"\"\",-1,,false\n",
            ),
            (
                TableFormat::Json,
                "[\n{\"cause\":\"bug | leak\",\"n\":12,\"share\":0.75,\"known\":true},\n\
                 {\"cause\":\"two\\nlines, \\\"quoted\\\"\",\"n\":-1,\"share\":null,\"known\":false}\n]\n",
            ),
            (
                TableFormat::Jsonl,
                "{\"cause\":\"bug | leak\",\"n\":12,\"share\":0.75,\"known\":true}\n\
                 {\"cause\":\"two\\nlines, \\\"quoted\\\"\",\"n\":-1,\"share\":null,\"known\":false}\n",
            ),
            (
                TableFormat::Markdown,
                "| cause | n | share | known |\n| --- | ---: | ---: | --- |\n| bug \\| leak | 12 | 0.75 | true |\n\
                 | two<br>lines, \"quoted\" | -1 |  | false |\n",
            ),
        ] {
            assert_eq!(printed(format), expected, "{format:?}");
        }
    }

    #[test]
    fn a_terminal_table_aligns_its_columns() {
        let lines: Vec<_> = printed(TableFormat::Table).lines().map(str::to_owned).collect();
        assert!(lines[0].contains("cause") && lines[0].contains("known"), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains(" 12 ")), "{lines:?}");
    }

    #[test]
    fn numbers_are_printed_as_people_write_them() {
        for (number, as_text, as_json) in [
            (45.0, "45", "45"),
            (0.1, "0.1", "0.1"),
            (-3.0, "-3", "-3"),
            (-0.0, "0", "0"),
            (1e21, "1000000000000000000000", "1e+21"),
            (f64::INFINITY, "inf", "null"),
        ] {
            assert_eq!(text(&Cell::Float(number)), as_text);
            assert_eq!(json(&Cell::Float(number)).to_string(), as_json);
        }
    }

    #[test]
    fn a_text_cannot_command_the_terminal() {
        assert_eq!(one_line(" a\n\tb\x1b[2Jc "), "a b [2Jc");
    }

    #[test]
    fn a_cell_of_markdown_is_neither_html_nor_the_end_of_the_cell() {
        assert_eq!(escape_markdown("<script>a | b\\\n& c"), "\\<script>a \\| b\\\\<br>& c");
    }

    #[test]
    fn an_empty_table_is_still_well_formed() {
        let mut out = Vec::new();
        let empty = Table::new(["a"]);
        empty.write(&mut out, TableFormat::Json).unwrap();
        empty.write(&mut out, TableFormat::Jsonl).unwrap();
        empty.write(&mut out, TableFormat::Csv).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "[]\na\n");
    }
}
