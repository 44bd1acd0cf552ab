//! The incidents in memory, for a run over many tables: a column is read once, and not once for each query.
//!
//! What is held are the columns whose names some query of the run writes, so the evidence, which is most of the file,
//! stays on disk. Columns of few texts become categories: grouping by a number takes a third of the time of grouping by
//! a text. In order and comparison, categories are as their texts, and tables have texts: a query says the same here
//! and over the file (tested for every named one).

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Result, anyhow};
use polars::prelude::{Categories, Column, DataFrame, DataType, IntoLazy, PolarsError, PolarsResult, col};

use super::incidents::{self, Incident};
use super::sql::{Failure, Table, execute, scan, table};
use crate::library::Generation;

/// Columns that many incidents share one text of.
const LABELS: [&str; 5] = ["detection_source", "root_cause", "trigger", "severity", "quarter"];

/// The table `incidents`, as far as some queries need it.
pub struct Held {
    incidents: DataFrame,
}

impl Held {
    /// The incidents of a committed generation, for these queries and for the statistics.
    pub fn of(generation: &Generation, queries: &[&str]) -> Result<Held> {
        let incidents = read(&generation.records(), queries);
        incidents.map(|incidents| Held { incidents }).map_err(|error| generation.damaged("records.parquet", error))
    }

    /// The incidents in a Parquet file of records.
    pub fn at(records: &Path, queries: &[&str]) -> Result<Held> {
        let incidents = read(records, queries).map(|incidents| Held { incidents });
        incidents.map_err(|error| anyhow!("cannot read {}: {error}", records.display()))
    }

    /// Runs one of the queries.
    pub fn run(&self, sql: &str) -> Result<Table> {
        let texts = |frame: DataFrame| {
            let text = |column: &Column| match column.dtype() {
                DataType::Categorical(..) => column.cast(&DataType::String),
                _ => Ok(column.clone()),
            };
            let columns = frame.columns().iter().map(text).collect::<PolarsResult<Vec<_>>>()?;
            DataFrame::new(frame.height(), columns)
        };
        let frame = execute(&[("incidents", self.incidents.clone().lazy())], sql);
        match frame.and_then(|frame| texts(frame).map_err(|error| Failure::Query(error.to_string()))) {
            Ok(frame) => Ok(table(&frame)),
            Err(Failure::Query(why)) => Err(anyhow!("cannot run the query: {why}")),
            Err(Failure::Reading(error)) => Err(error.into()),
        }
    }

    /// The incidents as the statistics need them, in the order of the records.
    pub fn incidents(&self) -> Result<Vec<Incident>> {
        Ok(incidents::from(&self.incidents)?)
    }
}

fn read(records: &Path, queries: &[&str]) -> Result<DataFrame, PolarsError> {
    let mut all = scan(records)?;
    let lines = queries.iter().flat_map(|sql| sql.lines()).filter(|line| !line.starts_with("--"));
    let words = lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let wanted: HashSet<&str> = words.chain(incidents::COLUMNS).collect();
    let names = all.collect_schema()?.iter_names().map(ToString::to_string).collect::<Vec<_>>();
    let held = names.iter().filter(|name| wanted.contains(name.as_str())).map(|name| {
        let column = col(name.as_str());
        if LABELS.contains(&name.as_str()) {
            column.cast(DataType::from_categories(Categories::global()))
        } else {
            column
        }
    });
    let held: Vec<_> = held.collect();
    all.filter(col("is_incident")).select(held).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sql::run_on;
    use super::super::sql::tests::{filled, records, with_parquet};
    use super::*;
    use crate::record::{DetectionSource, Record, RootCause, Trigger};
    use crate::trends::NAMED;

    #[test]
    fn every_named_query_says_the_same_as_over_the_file() {
        let queries: Vec<&str> = NAMED.iter().map(|query| query.sql).collect();
        // Labels whose order by text is not the order in which they come up.
        let more = ["SEV-2", "P1", "", "SEV-1"].iter().enumerate().map(|(at, severity)| Record {
            id: format!("z{at}"),
            severity: Some((*severity).into()),
            ..records()[3 - at].clone()
        });
        with_parquet(records().into_iter().chain(more).collect(), |path| {
            let held = Held::at(path, &queries).unwrap();
            for query in NAMED {
                let sql = filled(query.sql);
                assert_eq!(held.run(&sql).unwrap(), run_on(path, &sql).unwrap(), "{}", query.name);
            }
        });
    }

    #[test]
    fn what_no_query_names_is_not_held() {
        with_parquet(records(), |path| {
            let held = Held::at(path, &["-- severity\nSELECT id FROM incidents"]).unwrap();
            assert_eq!(held.run("SELECT id FROM incidents").unwrap().rows.len(), 4);
            for column in ["severity", "evidence"] {
                assert!(held.run(&format!("SELECT {column} FROM incidents")).is_err(), "{column}");
            }
        });
    }

    #[test]
    fn incidents_are_as_the_records_say() {
        let record = |id: &str, ttr, started: &str, detected: &str, mitigated: &str| Record {
            id: id.into(),
            is_incident: true,
            ttr_minutes: ttr,
            started_at: started.parse().ok(),
            detected_at: detected.parse().ok(),
            mitigated_at: mitigated.parse().ok(),
            root_cause: RootCause::Network,
            detection_source: DetectionSource::Customer,
            trigger: Trigger::Load,
            ..Record::default()
        };
        let (start, later, latest) = ("2025-03-01T10:00:00Z", "2025-03-01T10:30:00Z", "2025-03-01T11:00:00Z");
        let records = vec![
            record("a", Some(5.0), start, later, latest),
            record("b", None, start, later, latest),
            record("c", None, start, later, ""),
            record("d", None, start, "", ""),
            record("e", None, "", later, latest),
            record("f", None, later, start, ""),
            Record::default(),
            record("g", Some(f64::NAN), "2025-03-01", "2025-03-02", ""),
        ];
        let found = with_parquet(records, |path| Held::at(path, &[]).unwrap().incidents().unwrap());
        assert_eq!(found.len(), 7, "what reports no incident is not among them");
        assert_eq!(
            found[0],
            Incident {
                day: "2025-03-01".parse().ok(),
                ttr: Some(5.0),
                ttd: None,
                ongoing_after: None,
                detection: DetectionSource::Customer,
                cause: RootCause::Network,
                trigger: Trigger::Load,
            }
        );
        let ongoing: Vec<_> = found.iter().map(|incident| incident.ongoing_after).collect();
        assert_eq!(ongoing, [None, Some(60.0), Some(30.0), None, None, None, None]);
        assert_eq!(found[6].ttr, None);
    }
}
