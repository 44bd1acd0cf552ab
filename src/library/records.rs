//! `records.parquet`: one row a document, written as a stream of row groups.
//!
//! Its columns are the fields of the record ([`record::FIELDS`]) in their order, then what is derived from them
//! ([`DERIVED`]). Lists are one text joined by `|` and maps are JSON text, so that any reader of Parquet can use them.
//! Memory is bounded by [`GROUP`] rows, whether rows are new or carried over from the generation before.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, Expr, Field, Float64Chunked, Int32Chunked, IntoColumn, LazyFrame,
    NewChunkedArray, ParquetReader, ParquetWriter, PlSmallStr, ScanArgsParquet, Schema, SchemaRef, SerReader,
    StringChunked, col, len, lit,
};

use super::Generation;
use crate::record::{self, CORE_FIELDS, Cell, FIELDS, Record};

pub const FILE: &str = "records.parquet";

/// Rows of one row group: enough for columns to compress and skip well, few enough to hold with their quotes.
const GROUP: usize = 4096;

/// A column that follows from the fields of the record.
#[derive(Clone, Copy, Debug)]
pub struct Derived {
    pub name: &'static str,
    pub doc: &'static str,
}

/// The columns of `records.parquet` after those of the record.
pub const DERIVED: &[Derived] = &[
    Derived {
        name: "date",
        doc: "The day the incident is counted under: of its start, or else of detection, resolution, publication.",
    },
    Derived { name: "quarter", doc: "The calendar quarter of `date`: `2025Q2`." },
];

/// Writes the records of one generation.
pub struct RecordsWriter {
    path: PathBuf,
    schema: SchemaRef,
    file: BatchedWriter<File>,
    pending: Vec<Record>,
}

impl RecordsWriter {
    pub fn create(dir: &Path) -> Result<RecordsWriter> {
        let path = dir.join(FILE);
        let schema = Arc::new(schema());
        let open = || -> Result<_> { Ok(ParquetWriter::new(File::create(&path)?).batched(&schema)?) };
        let file = open().with_context(|| format!("cannot create {}", path.display()))?;
        Ok(RecordsWriter { path, schema, file, pending: Vec::new() })
    }

    pub fn push(&mut self, record: Record) -> Result<()> {
        self.pending.push(record);
        if self.pending.len() < GROUP { Ok(()) } else { self.flush() }
    }

    /// Appends those rows of an older generation that `keep` names by their number, in their order.
    pub fn carry(&mut self, from: &Generation, keep: impl Fn(usize) -> bool) -> Result<()> {
        self.flush()?;
        let damaged = |error: anyhow::Error| from.damaged(FILE, format_args!("{error:#}"));
        let path = from.records();
        let rows = self.reader(&path).and_then(|mut reader| Ok(reader.num_rows()?)).map_err(damaged)?;
        let mut kept = DataFrame::empty_with_schema(&self.schema);
        for start in (0..rows).step_by(GROUP) {
            let end = rows.min(start + GROUP);
            let mask: BooleanChunked = (start..end).map(|row| Some(keep(row))).collect();
            if mask.any() {
                let slice = self.rows(&path, start, end, &mask).map_err(damaged)?;
                kept.vstack_mut(&slice).map_err(|error| damaged(error.into()))?;
            }
            if kept.height() >= GROUP || end == rows {
                let group = std::mem::replace(&mut kept, DataFrame::empty_with_schema(&self.schema));
                self.write(group)?;
            }
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.file.finish().with_context(|| self.writing())?;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let frame = frame(&std::mem::take(&mut self.pending)).with_context(|| self.writing())?;
        self.write(frame)
    }

    fn write(&mut self, mut frame: DataFrame) -> Result<()> {
        if frame.height() > 0 {
            frame.rechunk_mut();
            self.file.write_batch(&frame).with_context(|| self.writing())?;
        }
        Ok(())
    }

    fn rows(&self, path: &Path, start: usize, end: usize, mask: &BooleanChunked) -> Result<DataFrame> {
        Ok(self.reader(path)?.with_slice(Some((start, end - start))).finish()?.filter(mask)?)
    }

    fn reader(&self, path: &Path) -> Result<ParquetReader<File>> {
        let mut reader = ParquetReader::new(File::open(path)?);
        let found = reader.schema()?;
        if !found.iter_names().eq(self.schema.iter_names()) {
            return Err(anyhow!("it has other columns than those of this version"));
        }
        Ok(reader)
    }

    fn writing(&self) -> String {
        format!("cannot write {}", self.path.display())
    }
}

/// The names and types of the columns.
fn schema() -> Schema {
    let field = |field: &record::Field| {
        let kind = match field.column {
            record::Column::Bool => DataType::Boolean,
            record::Column::Float => DataType::Float64,
            record::Column::Text | record::Column::TextList | record::Column::Json => DataType::String,
        };
        Field::new(field.name.into(), kind)
    };
    let derived = [Field::new("date".into(), DataType::Date), Field::new("quarter".into(), DataType::String)];
    FIELDS.iter().map(field).chain(derived).collect()
}

fn frame(records: &[Record]) -> Result<DataFrame> {
    let rows: Vec<Vec<Cell>> = records.iter().map(Record::cells).collect();
    let mut columns: Vec<Column> = Vec::with_capacity(FIELDS.len() + DERIVED.len());
    for (at, field) in FIELDS.iter().enumerate() {
        let cells = rows.iter().map(|row| &row[at]);
        let name = PlSmallStr::from_static(field.name);
        columns.push(match field.column {
            record::Column::Bool => BooleanChunked::from_iter_options(name, cells.map(bool_of)).into_column(),
            record::Column::Float => Float64Chunked::from_iter_options(name, cells.map(float_of)).into_column(),
            _ => StringChunked::from_iter_options(name, cells.map(text_of)).into_column(),
        });
    }
    let days = records.iter().map(|record| Some(days_since_1970(record.when()?.date()?)));
    columns.push(Int32Chunked::from_iter_options("date".into(), days).into_date().into_column());
    let quarters = records.iter().map(|record| record.when()?.quarter());
    columns.push(StringChunked::from_iter_options("quarter".into(), quarters).into_column());
    Ok(DataFrame::new(records.len(), columns)?)
}

fn bool_of(cell: &Cell) -> Option<bool> {
    if let Cell::Bool(yes) = cell { Some(*yes) } else { None }
}

fn float_of(cell: &Cell) -> Option<f64> {
    if let Cell::Float(number) = cell { Some(*number) } else { None }
}

fn text_of(cell: &Cell) -> Option<&str> {
    if let Cell::Text(text) = cell { Some(text) } else { None }
}

fn days_since_1970(day: jiff::civil::Date) -> i32 {
    day.duration_since(jiff::civil::Date::constant(1970, 1, 1)).as_hours() as i32 / 24
}

/// Rows, incidents among them, and for each core field the incidents in which it is known.
pub fn count(path: &Path) -> Result<(u64, u64, BTreeMap<String, u64>)> {
    let counted = || -> Result<_> {
        let frame = LazyFrame::scan_parquet(path.to_string_lossy().as_ref().into(), ScanArgsParquet::default())?
            .select(counters())
            .collect()?;
        let number =
            |name: &str| -> Result<u64> { Ok(frame.column(name)?.cast(&DataType::UInt64)?.u64()?.get(0).unwrap_or(0)) };
        let coverage: Result<_> = CORE_FIELDS.iter().map(|name| Ok((name.to_string(), number(name)?))).collect();
        Ok((number("rows")?, number("incidents")?, coverage?))
    };
    counted().with_context(|| format!("cannot count the records in {}", path.display()))
}

fn counters() -> Vec<Expr> {
    let incident = || col("is_incident");
    let known = FIELDS.iter().filter(|field| CORE_FIELDS.contains(&field.name)).map(|field| {
        let told = match field.column {
            record::Column::Bool | record::Column::Float => col(field.name).is_not_null(),
            _ => {
                col(field.name).is_not_null().and(col(field.name).neq(lit(""))).and(col(field.name).neq(lit("unknown")))
            }
        };
        incident().and(told).sum().alias(field.name)
    });
    [len().alias("rows"), incident().sum().alias("incidents")].into_iter().chain(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::Manifest;

    fn record(id: &str, started: Option<&str>, incident: bool) -> Record {
        Record {
            id: id.into(),
            is_incident: incident,
            started_at: started.map(|text| text.parse().unwrap()),
            services: vec!["api".into(), "web".into()],
            ..Record::default()
        }
    }

    fn written(records: impl IntoIterator<Item = Record>) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = RecordsWriter::create(dir.path()).unwrap();
        records.into_iter().try_for_each(|record| writer.push(record)).unwrap();
        writer.finish().unwrap();
        let path = dir.path().join(FILE);
        (dir, path)
    }

    fn read(path: &Path) -> DataFrame {
        ParquetReader::new(File::open(path).unwrap()).finish().unwrap()
    }

    fn no_manifest() -> Manifest {
        let nothing = r#"{"format": 1, "coroner": "", "fingerprint": "", "created": "", "inputs": [], "documents": 0,
            "incidents": 0, "coverage": {}, "skipped": {}, "files": {}}"#;
        serde_json::from_str(nothing).unwrap()
    }

    #[test]
    fn rows_have_the_fields_and_what_is_derived() {
        let (_dir, path) = written([record("a", Some("2025-05-03T10:00:00Z"), true), record("b", None, false)]);
        let frame = read(&path);
        let expected: Vec<_> = FIELDS.iter().map(|f| f.name).chain(DERIVED.iter().map(|d| d.name)).collect();
        assert_eq!(frame.get_column_names(), expected);
        assert_eq!(frame.column("quarter").unwrap().str().unwrap().get(0), Some("2025Q2"));
        assert_eq!(frame.column("date").unwrap().get(0).unwrap().to_string(), "2025-05-03");
        assert_eq!(frame.column("services").unwrap().str().unwrap().get(0), Some("api|web"));
        assert!(frame.column("date").unwrap().get(1).unwrap().is_null());
    }

    #[test]
    fn carried_rows_follow_the_new_ones_in_their_order() {
        let many = || (0..2 * GROUP + 7).map(|n| record(&n.to_string(), None, true));
        let (old, _) = written(many());
        let from =
            Generation { library: PathBuf::new(), number: 1, dir: old.path().to_owned(), manifest: no_manifest() };
        let dir = tempfile::tempdir().unwrap();
        let mut writer = RecordsWriter::create(dir.path()).unwrap();
        writer.push(record("new", None, true)).unwrap();
        writer.carry(&from, |row| row % 2 == 1).unwrap();
        writer.finish().unwrap();
        let frame = read(&dir.path().join(FILE));
        let ids: Vec<_> = frame.column("id").unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect();
        let expected: Vec<_> =
            ["new".to_owned()].into_iter().chain((1..2 * GROUP + 7).step_by(2).map(|n| n.to_string())).collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn counts_are_of_incidents_and_of_what_was_told() {
        let (_dir, path) = written([
            record("a", Some("2025-05-03"), true),
            record("b", None, true),
            record("c", Some("2025-05-03"), false),
        ]);
        let (rows, incidents, coverage) = count(&path).unwrap();
        assert_eq!((rows, incidents), (3, 2));
        assert_eq!(coverage["started_at"], 1);
        assert_eq!(coverage["root_cause"], 0);
        let (_dir, none) = written([]);
        assert_eq!(count(&none).unwrap().0, 0);
    }
}
