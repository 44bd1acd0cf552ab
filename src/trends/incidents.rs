//! The incidents as the statistics need them: a few plain values each.

use std::collections::HashMap;
use std::str::FromStr;

use anyhow::Result;
use jiff::civil::Date;
use polars::prelude::{CatSize, CategoricalMapping, Column, DataFrame, PolarsResult, StringChunked};

use super::held::Held;
use super::period::Quarter;
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

/// The columns that [`from`] reads.
pub(super) const COLUMNS: [&str; 9] = [
    "date",
    "ttr_minutes",
    "ttd_minutes",
    "detection_source",
    "root_cause",
    "trigger",
    "started_at",
    "mitigated_at",
    "detected_at",
];

/// The incidents of a committed generation, in the order of its records.
pub fn incidents(generation: &Generation) -> Result<Vec<Incident>> {
    Held::of(generation, &[])?.incidents().map_err(|error| generation.damaged("records.parquet", error))
}

/// From the table `incidents` as it is [`Held`].
pub(super) fn from(frame: &DataFrame) -> PolarsResult<Vec<Incident>> {
    let mut incidents = vec![Incident::default(); frame.height()];
    let days = frame.column("date")?.date()?;
    // Many incidents share a day.
    let mut known: HashMap<i32, Option<Date>> = HashMap::new();
    let dated = |day: i32| Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(day)).ok();
    for (incident, day) in incidents.iter_mut().zip(days.physical().iter()) {
        incident.day = day.and_then(|day| *known.entry(day).or_insert_with(|| dated(day)));
    }
    let (ttr, ttd) = (frame.column("ttr_minutes")?.f64()?, frame.column("ttd_minutes")?.f64()?);
    for ((incident, ttr), ttd) in incidents.iter_mut().zip(ttr.iter()).zip(ttd.iter()) {
        // What no duration can be does not enter: a Parquet file may come from elsewhere.
        let told = |minutes: Option<f64>| minutes.filter(|minutes| minutes.is_finite() && *minutes >= 0.0);
        (incident.ttr, incident.ttd) = (told(ttr), told(ttd));
    }
    labels(frame.column("detection_source")?, &mut incidents, |incident, label| incident.detection = label)?;
    labels(frame.column("root_cause")?, &mut incidents, |incident, label| incident.cause = label)?;
    labels(frame.column("trigger")?, &mut incidents, |incident, label| incident.trigger = label)?;
    let at = |name: &str| frame.column(name)?.str();
    let times = [at("started_at")?, at("mitigated_at")?, at("detected_at")?];
    for (row, incident) in incidents.iter_mut().enumerate().filter(|(row, _)| ttr.get(*row).is_none()) {
        incident.ongoing_after = ongoing_after(times, row);
    }
    Ok(incidents)
}

/// A document that says when an incident began and when it was noticed or eased, and not when it ended, tells that it
/// lasted at least so long. Its silence thereafter tells nothing, so the day of publication is not used.
fn ongoing_after([started, mitigated, detected]: [&StringChunked; 3], row: usize) -> Option<f64> {
    let seen: When = mitigated.get(row).or_else(|| detected.get(row))?.parse().ok()?;
    let started: When = started.get(row)?.parse().ok()?;
    seen.minutes_since(&started).filter(|minutes| *minutes > 0.0)
}

/// Sets a label of each incident, each category read once.
fn labels<L: FromStr + Default + Copy>(
    column: &Column,
    incidents: &mut [Incident],
    set: impl Fn(&mut Incident, L),
) -> PolarsResult<()> {
    let column = column.cat32()?;
    let categories: &CategoricalMapping = column.get_mapping();
    let label = |category: CatSize| categories.cat_to_str(category).and_then(|text| text.parse().ok());
    let labels: Vec<L> =
        (0..categories.num_cats_upper_bound() as CatSize).map(|category| label(category).unwrap_or_default()).collect();
    for (incident, category) in incidents.iter_mut().zip(column.physical().iter()) {
        set(incident, category.and_then(|category| labels.get(category as usize).copied()).unwrap_or_default());
    }
    Ok(())
}
