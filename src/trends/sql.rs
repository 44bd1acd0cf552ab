//! Runs SQL over `records.parquet`, and turns the result into plain cells.
//!
//! Two tables are there: `records`, one row a document, and `incidents`, those of them that report an incident. They
//! are scanned lazily, so a query reads the columns it names and no others.

use std::path::Path;

use anyhow::{Result, anyhow};
use polars::prelude::{
    AnyValue, BooleanChunked, DataFrame, DataType, Float64Chunked, Int64Chunked, IntoColumn, LazyFrame,
    NewChunkedArray, ParquetWriter, PlSmallStr, PolarsError, ScanArgsParquet, StringChunked, col,
};
use polars::sql::SQLContext;

use crate::library::{Generation, guarded};
use crate::record::Cell;

/// What a column holds; a cell of it may be blank, whatever the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    /// Whole numbers, in cells of floats: exact up to 2^53.
    Int,
    Float,
    Text,
}

/// The result of a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<String>,
    /// As many as there are columns.
    pub kinds: Vec<Kind>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The bytes of a Parquet file with these rows.
    pub fn parquet(&self) -> Result<Vec<u8>> {
        let column = |(at, (name, kind)): (usize, (&String, &Kind))| {
            let cells = self.rows.iter().map(|row| &row[at]);
            let name = PlSmallStr::from_str(name);
            let number = |cell: &Cell| if let Cell::Float(number) = cell { Some(*number) } else { None };
            match kind {
                Kind::Bool => {
                    let yes = cells.map(|cell| if let Cell::Bool(yes) = cell { Some(*yes) } else { None });
                    BooleanChunked::from_iter_options(name, yes).into_column()
                }
                Kind::Int => {
                    let whole = cells.map(|cell| number(cell).map(|number| number as i64));
                    Int64Chunked::from_iter_options(name, whole).into_column()
                }
                Kind::Float => Float64Chunked::from_iter_options(name, cells.map(number)).into_column(),
                Kind::Text => {
                    let text = cells.map(|cell| if let Cell::Text(text) = cell { Some(text) } else { None });
                    StringChunked::from_iter_options(name, text).into_column()
                }
            }
        };
        let columns = self.columns.iter().zip(&self.kinds).enumerate().map(column).collect();
        let mut frame = DataFrame::new(self.rows.len(), columns)?;
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut frame)?;
        Ok(bytes)
    }
}

/// Runs a query over the records of a committed generation.
pub fn run(generation: &Generation, sql: &str) -> Result<Table> {
    let records = scan(&generation.records())
        .and_then(|mut records| records.collect_schema().map(|_| records))
        .map_err(|error| generation.damaged("records.parquet", error))?;
    execute(&tables(records), sql).map(|frame| table(&frame)).map_err(|error| match error {
        Failure::Reading(error) => generation.damaged("records.parquet", error),
        Failure::Query(why) => anyhow!("cannot run the query: {why}"),
    })
}

/// Runs a query over a Parquet file of records that belongs to no committed generation yet.
pub fn run_on(records: &Path, sql: &str) -> Result<Table> {
    let at = |why: String| anyhow!("cannot run a query over {}: {why}", records.display());
    let scanned = scan(records).map_err(|error| at(error.to_string()))?;
    execute(&tables(scanned), sql).map(|frame| table(&frame)).map_err(|error| match error {
        Failure::Reading(error) => at(error.to_string()),
        Failure::Query(why) => at(why),
    })
}

fn tables(records: LazyFrame) -> [(&'static str, LazyFrame); 2] {
    [("incidents", records.clone().filter(col("is_incident"))), ("records", records)]
}

pub(super) enum Failure {
    /// The records could not be read.
    Reading(PolarsError),
    /// The query is at fault.
    Query(String),
}

pub(super) fn scan(path: &Path) -> Result<LazyFrame, PolarsError> {
    LazyFrame::scan_parquet(path.to_string_lossy().as_ref().into(), ScanArgsParquet::default())
}

/// Whether the text asks for rows: a library is derived from documents, and nothing in it is changed by a query.
fn asks_for_rows(sql: &str) -> bool {
    let uncommented: String =
        sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join(" ");
    let word = uncommented.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let word = word.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    ["select", "with", "show", "explain", "describe", "from", "values"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

/// Runs a query over tables of these names.
pub(super) fn execute(tables: &[(&str, LazyFrame)], sql: &str) -> Result<DataFrame, Failure> {
    if !asks_for_rows(sql) {
        return Err(Failure::Query(
            "a query only reads: begin it with SELECT or WITH, or see `coroner query --list`".to_owned(),
        ));
    }
    let run = || -> Result<DataFrame, PolarsError> {
        let mut context = SQLContext::new();
        tables.iter().for_each(|(name, table)| context.register(name, table.clone()));
        context.execute(sql)?.collect()
    };
    match on_a_deep_stack(run)? {
        Ok(Ok(frame)) => Ok(frame),
        Ok(Err(error @ PolarsError::IO { .. })) => Err(Failure::Reading(error)),
        Ok(Err(error)) => Err(Failure::Query(explain(&error))),
        Err(panic) => Err(Failure::Query(format!("the SQL engine gave up on it ({panic}); write it in another way"))),
    }
}

/// Stack of the thread that runs a query; only what is used of it is ever taken from the system.
const STACK: usize = 256 << 20;

/// Runs what may go deep or panic: queries come from users, polars calls itself once for each `+` or `UNION` of a
/// long chain, and gives up on some that it should refuse.
fn on_a_deep_stack<T: Send>(run: impl FnOnce() -> T + Send) -> Result<Result<T, String>, Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || guarded(run));
        let thread = thread.map_err(|error| Failure::Query(format!("no thread to run it on: {error}")))?;
        Ok(thread.join().unwrap_or_else(|_| Err("its thread ended early".to_owned())))
    })
}

fn explain(error: &PolarsError) -> String {
    let hint = match error {
        PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_) => {
            "\nThe columns are those of `coroner schema`, and `date` and `quarter`."
        }
        PolarsError::SQLInterface(_) | PolarsError::SQLSyntax(_) => {
            "\nThe tables are `records` (every document) and `incidents`; `coroner query --list` has examples."
        }
        _ => "",
    };
    format!("{error}{hint}")
}

pub(super) fn table(frame: &DataFrame) -> Table {
    let columns = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let value = |column: &polars::prelude::Column, row| column.get(row).map_or(Cell::Null, |value| cell(&value));
    let row = |row| frame.columns().iter().map(|column| value(column, row)).collect();
    let kinds = frame.columns().iter().map(|column| kind(column.dtype())).collect();
    Table { columns, kinds, rows: (0..frame.height()).map(row).collect() }
}

fn kind(kind: &DataType) -> Kind {
    match kind {
        DataType::Boolean => Kind::Bool,
        kind if kind.is_integer() => Kind::Int,
        kind if kind.is_primitive_numeric() => Kind::Float,
        _ => Kind::Text,
    }
}

fn cell(value: &AnyValue) -> Cell {
    match value {
        AnyValue::Null => Cell::Null,
        AnyValue::Boolean(yes) => Cell::Bool(*yes),
        AnyValue::String(text) => Cell::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string()),
        AnyValue::List(items) => {
            let text = |item: AnyValue| if let Cell::Text(text) = cell(&item) { text } else { item.to_string() };
            Cell::Text(items.iter().map(text).collect::<Vec<_>>().join("|"))
        }
        value if value.dtype().is_primitive_numeric() => match value.extract::<f64>() {
            Some(number) if !number.is_nan() => Cell::Float(number),
            _ => Cell::Null,
        },
        other => Cell::Text(other.to_string()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::library::RecordsWriter;
    use crate::record::{DetectionSource, Record, RootCause, Trigger};
    use crate::trends::{NAMED, find};

    /// Four incidents and a document that reports none.
    pub fn records() -> Vec<Record> {
        let incident = |id: &str, started: &str, ttr, cause, detection| Record {
            id: id.into(),
            is_incident: true,
            started_at: started.parse().ok(),
            ttr_minutes: ttr,
            root_cause: cause,
            detection_source: detection,
            ..Record::default()
        };
        let mut records = vec![
            incident("a", "2025-01-03", Some(10.0), RootCause::Configuration, DetectionSource::Monitoring),
            incident("b", "2025-02-03", Some(30.0), RootCause::Configuration, DetectionSource::Customer),
            incident("c", "2025-05-03T10:00:00Z", None, RootCause::Unknown, DetectionSource::Unknown),
            incident("d", "", Some(5.0), RootCause::Capacity, DetectionSource::Monitoring),
            Record { id: "e".into(), title: Some("Welcome".into()), ..Record::default() },
        ];
        records[0].services = vec!["api".into(), "web".into()];
        records[1].services = vec!["api".into()];
        records[1].severity = Some("SEV-1".into());
        records[1].trigger = Trigger::Deploy;
        records[2].warnings = vec!["duration_mismatch: 5 or 6".into(), "zone_unknown: which".into()];
        records
    }

    fn with_records<T>(work: impl FnOnce(&Path) -> T) -> T {
        with_parquet(records(), work)
    }

    /// Works on a Parquet file of these records.
    pub fn with_parquet<T>(records: Vec<Record>, work: impl FnOnce(&Path) -> T) -> T {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = RecordsWriter::create(dir.path()).unwrap();
        records.into_iter().try_for_each(|record| writer.push(record)).unwrap();
        writer.finish().unwrap();
        work(&dir.path().join("records.parquet"))
    }

    fn lines(table: &Table) -> Vec<String> {
        let text = |cell: &Cell| match cell {
            Cell::Null => "-".to_owned(),
            Cell::Bool(yes) => yes.to_string(),
            Cell::Float(number) => number.to_string(),
            Cell::Text(text) => text.clone(),
        };
        table.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join(" ")).collect()
    }

    pub fn filled(sql: &str) -> String {
        crate::trends::fill(sql, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn every_named_query_gives_its_table() {
        let tables: &[(&str, &[&str])] = &[
            (
                "coverage",
                &[
                    "date 4 3 75",
                    "detection_source 4 3 75",
                    "root_cause 4 3 75",
                    "started_at 4 3 75",
                    "ttr_minutes 4 3 75",
                    "services 4 2 50",
                    "severity 4 1 25",
                    "trigger 4 1 25",
                    "detected_at 4 0 0",
                    "mitigated_at 4 0 0",
                    "organization 4 0 0",
                    "published_at 4 0 0",
                    "resolved_at 4 0 0",
                    "title 4 0 0",
                    "ttd_minutes 4 0 0",
                ],
            ),
            (
                "incidents_by_quarter",
                &["2025Q1 2 2 0 2 66.7 20 - 50", "2025Q2 1 0 0 0 0 - - -", "unknown 1 1 0 1 66.7 5 - 100"],
            ),
            (
                "root_cause_by_quarter",
                &["2025Q1 configuration 2 2 100 2 100", "2025Q2 unknown 1 0 0 1 -", "unknown capacity 1 1 100 1 100"],
            ),
            (
                "detection_by_quarter",
                &[
                    "2025Q1 customer 2 2 100 1 50",
                    "2025Q1 monitoring 2 2 100 1 50",
                    "2025Q2 unknown 1 0 0 1 -",
                    "unknown monitoring 1 1 100 1 100",
                ],
            ),
            ("found_by_quarter", &["2025Q1 2 2 100 1 50 1 50", "2025Q2 1 0 0 0 - 0 -", "unknown 1 1 100 1 100 0 0"]),
            ("triggers", &["unknown 4 1 25 3 -", "deploy 4 1 25 1 100"]),
            ("ttr_by_quarter", &["2025Q1 2 2 100 20 10 30", "2025Q2 1 0 0 - - -", "unknown 1 1 100 5 5 5"]),
            ("ttr_by_cause", &["configuration 2 2 100 20 10 30", "capacity 1 1 100 5 5 5", "unknown 1 0 0 - - -"]),
            ("ttr_by_detection", &["monitoring 2 2 100 7.5 5 10", "customer 1 1 100 30 30 30", "unknown 1 0 0 - - -"]),
            ("ttd_by_quarter", &["2025Q1 2 0 0 - - -", "2025Q2 1 0 0 - - -", "unknown 1 0 0 - - -"]),
            ("ttd_by_cause", &["configuration 2 0 0 - - -", "capacity 1 0 0 - - -", "unknown 1 0 0 - - -"]),
            ("ttd_by_detection", &["monitoring 2 0 0 - - -", "customer 1 0 0 - - -", "unknown 1 0 0 - - -"]),
            ("severity", &["unknown 3 2 66.7 7.5 5 10", "SEV-1 1 1 100 30 30 30"]),
            (
                "services",
                &["api 2 2 100 20 2025Q1 2025Q1", "unknown 2 1 50 5 2025Q2 2025Q2", "web 1 1 100 10 2025Q1 2025Q1"],
            ),
            ("repeats", &["api configuration 2 2 100 20 2025-01-03 2025-02-03 a"]),
            (
                "slowest",
                &[
                    "b 4 3 75 30 - 2025-02-03 - configuration",
                    "a 4 3 75 10 - 2025-01-03 - configuration",
                    "d 4 3 75 5 - - - capacity",
                ],
            ),
            ("disagreements", &["c 4 3 75 2025-05-03 - - 5 or 6"]),
            ("warnings", &["duration_mismatch 4 1 25 c", "zone_unknown 4 1 25 c"]),
        ];
        assert_eq!(tables.len(), NAMED.len());
        with_records(|path| {
            for (name, expected) in tables {
                let table = run_on(path, &filled(find(name).unwrap().sql)).unwrap();
                assert_eq!(lines(&table), *expected, "{name} {:?}", table.columns);
            }
        });
    }

    #[test]
    fn named_queries_explain_every_column_they_give() {
        with_records(|path| {
            for query in NAMED {
                for column in run_on(path, &filled(query.sql)).unwrap().columns {
                    let about = query.about();
                    assert!(about.contains(&format!("\n{column} ")), "{} does not explain {column}", query.name);
                }
            }
        });
    }

    #[test]
    fn both_tables_and_every_type_of_cell_can_be_had() {
        with_records(|path| {
            let table = run_on(path, "SELECT id, is_incident, ttr_minutes, \"date\" FROM records ORDER BY id").unwrap();
            assert_eq!(lines(&table)[0], "a true 10 2025-01-03");
            assert_eq!(lines(&table)[4], "e false - -");
            let table =
                run_on(path, "SELECT STRING_TO_ARRAY('x|y', '|') AS l, 0.0 / 0.0 AS nan FROM incidents LIMIT 1");
            assert_eq!(lines(&table.unwrap()), ["x|y -"]);
        });
    }

    #[test]
    fn a_query_that_cannot_run_says_why_and_what_to_use() {
        with_records(|path| {
            for (sql, expected) in [
                ("SELEC 1", "coroner query --list"),
                ("SELECT nothing FROM incidents", "coroner schema"),
                ("SELECT * FROM nowhere", "`incidents`"),
                ("", "coroner query --list"),
                ("SELECT FROM WHERE", "coroner query --list"),
            ] {
                let error = run_on(path, sql).unwrap_err().to_string();
                assert!(error.contains(expected), "{sql}: {error}");
            }
        });
    }
}
