//! The rows that the review is made of, read from one generation.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::de::DeserializeOwned;

use crate::library::{FINGERPRINT, Generation};
use crate::record::{Cell, Evidence, Human};
use crate::trends::{self, Period, Table};

/// An incident as the review tells it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub id: String,
    pub source: String,
    pub title: Option<String>,
    pub date: Option<String>,
    pub ttr: Option<f64>,
    pub ttd: Option<f64>,
    pub detection: String,
    pub cause: String,
    pub trigger: String,
    pub severity: Option<String>,
    pub services: Vec<String>,
    pub evidence: BTreeMap<String, Evidence>,
    pub confidence: BTreeMap<String, f64>,
    pub warnings: Vec<String>,
    pub human: BTreeMap<String, Human>,
}

impl Told {
    pub fn name(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.id)
    }

    pub fn quote(&self, field: &str) -> Option<&str> {
        self.evidence.get(field).map(|evidence| evidence.quote.as_str())
    }
}

/// A service, or a service and a cause, with how often it came up.
#[derive(Clone, Debug)]
pub struct Named {
    pub service: String,
    pub cause: String,
    pub n: usize,
    pub n_before: usize,
    pub first: String,
}

/// How much of one field is known: in the period, and in the whole library.
#[derive(Clone, Debug)]
pub struct Known {
    pub field: String,
    pub n: usize,
    pub n_known: usize,
    pub n_all: usize,
    pub n_all_known: usize,
}

const DAY: &str = "CAST(\"date\" AS VARCHAR)";

fn in_period(period: &Period) -> String {
    // As texts: polars deprecates the comparison of a date with a literal, and ISO dates are in the order of their texts.
    format!("({DAY} >= '{}' AND {DAY} <= '{}')", period.first, period.last)
}

/// Runs a query of our own. Where that fails on records that another version laid out, their columns are why.
fn run(generation: &Generation, sql: &str) -> Result<Table> {
    let is_foreign = !generation.manifest.fingerprint.starts_with(FINGERPRINT);
    trends::run(generation, sql).map_err(|error| if is_foreign { generation.foreign("records.parquet") } else { error })
}

/// The incidents of the period, in the order of their ids.
pub fn told(generation: &Generation, period: &Period) -> Result<Vec<Told>> {
    let sql = format!(
        "SELECT id, source, title, \"date\", ttr_minutes, ttd_minutes, detection_source, root_cause, \"trigger\", severity, \
         services, evidence, confidence, warnings, human FROM incidents WHERE {} ORDER BY id",
        in_period(period)
    );
    let rows = run(generation, &sql)?.rows.into_iter();
    Ok(rows
        .map(|row| {
            let mut cells = Cells(row.into_iter());
            Told {
                id: cells.text().unwrap_or_default(),
                source: cells.text().unwrap_or_default(),
                title: cells.text(),
                date: cells.text(),
                ttr: cells.number(),
                ttd: cells.number(),
                detection: cells.text().unwrap_or_default(),
                cause: cells.text().unwrap_or_default(),
                trigger: cells.text().unwrap_or_default(),
                severity: cells.text(),
                services: cells.list(),
                evidence: cells.json(),
                confidence: cells.json(),
                warnings: cells.list(),
                human: cells.json(),
            }
        })
        .collect())
}

/// The services that incidents of the period name, and how often incidents before it did.
pub fn services(generation: &Generation, period: &Period) -> Result<Vec<Named>> {
    named(generation, period, "''", "n > 0")
}

/// Services that the same root cause hit in the period and before it, or twice in the period.
pub fn repeats(generation: &Generation, period: &Period) -> Result<Vec<Named>> {
    named(generation, period, "root_cause", "n > 0 AND n + n_before > 1 AND cause <> 'unknown'")
}

fn named(generation: &Generation, period: &Period, cause: &str, keep: &str) -> Result<Vec<Named>> {
    let sql = format!(
        "SELECT service, cause, n, n_before, \"first\" FROM (
            SELECT service, cause,
                SUM(CASE WHEN now THEN 1 ELSE 0 END) AS n,
                SUM(CASE WHEN day < '{}' THEN 1 ELSE 0 END) AS n_before,
                MIN(\"date\") AS \"first\"
            FROM (
                SELECT UNNEST(STRING_TO_ARRAY(services, '|')) AS service, {cause} AS cause, \"date\", {DAY} AS day, {} AS now
                FROM incidents WHERE services <> ''
            ) AS listed
            GROUP BY service, cause
        ) AS counted
        WHERE {keep} ORDER BY n DESC, n_before DESC, service, cause LIMIT 15",
        period.first,
        in_period(period)
    );
    let rows = run(generation, &sql)?.rows.into_iter();
    Ok(rows
        .map(|row| {
            let mut cells = Cells(row.into_iter());
            Named {
                service: cells.text().unwrap_or_default(),
                cause: cells.text().unwrap_or_default(),
                n: cells.count(),
                n_before: cells.count(),
                first: cells.text().unwrap_or_default(),
            }
        })
        .collect())
}

/// Coverage of each field, by the named query `coverage`: as it is, and over the incidents of the period.
pub fn coverage(generation: &Generation, period: &Period) -> Result<Vec<Known>> {
    let Some(query) = trends::find("coverage") else { return Ok(Vec::new()) };
    let of_period = format!("FROM (SELECT * FROM incidents WHERE {}) AS incidents", in_period(period));
    let now = counts(&trends::run(generation, &query.sql.replace("FROM incidents", &of_period))?);
    let all = counts(&trends::run(generation, query.sql)?);
    let known = |(field, (n_all, n_all_known)): (&String, &(usize, usize))| {
        let (n, n_known) = now.get(field).copied().unwrap_or_default();
        Known { field: field.clone(), n, n_known, n_all: *n_all, n_all_known: *n_all_known }
    };
    let mut coverage: Vec<_> = all.iter().map(known).collect();
    coverage.sort_by_key(|known| std::cmp::Reverse(known.n_all_known));
    Ok(coverage)
}

/// Field to n and n_known.
fn counts(table: &Table) -> BTreeMap<String, (usize, usize)> {
    let rows = table.rows.iter().map(|row| {
        let mut cells = Cells(row.iter().cloned());
        (cells.text().unwrap_or_default(), (cells.count(), cells.count()))
    });
    rows.collect()
}

/// The cells of a row, one after another.
struct Cells<I>(I);

impl<I: Iterator<Item = Cell>> Cells<I> {
    fn text(&mut self) -> Option<String> {
        match self.0.next() {
            Some(Cell::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<f64> {
        match self.0.next() {
            Some(Cell::Float(number)) => Some(number),
            _ => None,
        }
    }

    fn count(&mut self) -> usize {
        self.number().map_or(0, |number| number as usize)
    }

    fn list(&mut self) -> Vec<String> {
        self.text().map_or_else(Vec::new, |text| text.split('|').map(str::to_owned).collect())
    }

    fn json<T: DeserializeOwned + Default>(&mut self) -> T {
        self.text().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }
}
