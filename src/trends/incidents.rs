//! The incidents as the statistics need them: a few plain values each.

use std::path::Path;

use anyhow::Result;
use jiff::civil::Date;
use polars::prelude::{Column, DataFrame, PolarsResult};

use super::period::Quarter;
use super::sql::{frame, frame_on};
use crate::library::Generation;
use crate::record::{DetectionSource, RootCause, Trigger, When};

/// What the statistics know of one incident.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Incident {
    /// The day it is counted under.
    pub day: Option<Date>,
    pub ttr: Option<f64>,
    pub ttd: Option<f64>,
    /// Where no time to resolve is known: the minutes from its start to the last moment at which the document tells of
    /// it as going on (its mitigation, or else its detection).
    pub ongoing_after: Option<f64>,
    pub detection: DetectionSource,
    pub cause: RootCause,
    pub trigger: Trigger,
}

impl Incident {
    pub fn quarter(&self) -> Option<Quarter> {
        self.day.map(Quarter::of)
    }
}

/// A document that says when an incident began and when it was noticed or eased, and not when it ended, tells that it
/// lasted at least so long. Its silence thereafter tells nothing, so the day of publication is not used.
const SQL: &str = r#"
SELECT "date", ttr_minutes, ttd_minutes, detection_source, root_cause, "trigger",
    CASE WHEN ttr_minutes IS NULL THEN started_at END AS started_at,
    CASE WHEN ttr_minutes IS NULL THEN COALESCE(mitigated_at, detected_at) END AS seen_at
FROM incidents"#;

/// The incidents of a committed generation, in the order of its records.
pub fn incidents(generation: &Generation) -> Result<Vec<Incident>> {
    let frame = frame(generation, SQL)?;
    from(&frame).map_err(|error| generation.damaged("records.parquet", error))
}

/// The incidents in a Parquet file of records.
pub fn incidents_on(records: &Path) -> Result<Vec<Incident>> {
    Ok(from(&frame_on(records, SQL)?)?)
}

fn from(frame: &DataFrame) -> PolarsResult<Vec<Incident>> {
    let mut incidents = vec![Incident::default(); frame.height()];
    let days = frame.column("date")?.date()?.physical().clone();
    for (incident, day) in incidents.iter_mut().zip(days.iter()) {
        incident.day = day.and_then(|day| Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(day)).ok());
    }
    let numbers = |name: &str| -> PolarsResult<Vec<Option<f64>>> { Ok(frame.column(name)?.f64()?.iter().collect()) };
    for ((incident, ttr), ttd) in incidents.iter_mut().zip(numbers("ttr_minutes")?).zip(numbers("ttd_minutes")?) {
        // What no duration can be does not enter: a Parquet file may come from elsewhere.
        let told = |minutes: Option<f64>| minutes.filter(|minutes| minutes.is_finite() && *minutes >= 0.0);
        (incident.ttr, incident.ttd) = (told(ttr), told(ttd));
    }
    labels(frame.column("detection_source")?, &mut incidents, |incident, label| incident.detection = label)?;
    labels(frame.column("root_cause")?, &mut incidents, |incident, label| incident.cause = label)?;
    labels(frame.column("trigger")?, &mut incidents, |incident, label| incident.trigger = label)?;
    let (started, seen) = (frame.column("started_at")?.str()?, frame.column("seen_at")?.str()?);
    for ((incident, started), seen) in incidents.iter_mut().zip(started.iter()).zip(seen.iter()) {
        let minutes = started.zip(seen).and_then(|(started, seen)| {
            seen.parse::<When>().ok()?.minutes_since(&started.parse::<When>().ok()?).filter(|minutes| *minutes > 0.0)
        });
        incident.ongoing_after = minutes;
    }
    Ok(incidents)
}

fn labels<L: std::str::FromStr + Default>(
    column: &Column,
    incidents: &mut [Incident],
    set: impl Fn(&mut Incident, L),
) -> PolarsResult<()> {
    for (incident, text) in incidents.iter_mut().zip(column.str()?.iter()) {
        set(incident, text.and_then(|text| text.parse().ok()).unwrap_or_default());
    }
    Ok(())
}
