//! The tables that need more than SQL: counts, shares and durations with intervals, changes, trends, survival curves.
//!
//! Each is a function from incidents to typed rows, which the review prints, and from the rows to a [`Table`], which
//! `coroner trends` writes: so the two cannot say different numbers. Every table has n, how many of them are known and
//! their share first; the unknown are a row of their own; nothing is filled in.
//!
//! Numbers are rounded here: durations and percentages to one decimal, ratios and chances to four significant digits.
//! What is beyond that is noise, and the last digits of a logarithm are not the same on every machine.

mod changes;
mod counts;
mod directions;
mod durations;
mod shares;
mod survival;

use rayon::prelude::*;

use super::incidents::Incident;
use super::period::{Period, Quarter};
use super::sql::{Kind, Table};
use crate::record::{Cell, DetectionSource};

pub use changes::{Change, Measure, chance, changes, usual_comparisons};
pub use counts::{Count, count_of};
pub use directions::{Direction, directions};
pub use durations::{Durations, durations_of};
pub use shares::{Share, ShareField, share_of, shares_of};
pub use survival::{Curve, curve_of};

/// A table that the program computes.
#[derive(Clone, Copy, Debug)]
pub struct Computed {
    pub name: &'static str,
    pub title: &'static str,
    /// What it answers, a blank line, and what its columns mean.
    pub about: &'static str,
    /// From the [`groups`] of the incidents.
    pub make: fn(&[Group]) -> Table,
}

/// The computed tables, in the order in which a reader wants them.
pub const COMPUTED: &[Computed] =
    &[counts::TABLE, shares::TABLE, durations::TABLE, changes::TABLE, directions::TABLE, survival::TABLE];

/// What incidents of any quarter, or of none, are counted under.
pub const ALL: &str = "all";
pub const UNKNOWN: &str = "unknown";

/// Every quarter from that of the first incident to that of the last, those without incidents among them.
pub fn quarters(incidents: &[Incident]) -> Vec<Quarter> {
    let found = || incidents.iter().filter_map(Incident::quarter);
    match (found().min(), found().max()) {
        // A mistyped year must not make a million rows: a span of more than two centuries has rows only where incidents are.
        (Some(first), Some(last)) if last.number() - first.number() <= 800 => Quarter::range(first, last).collect(),
        _ => found().collect::<std::collections::BTreeSet<_>>().into_iter().collect(),
    }
}

/// The incidents of a period.
pub fn within<'a>(incidents: &'a [Incident], period: &Period) -> Vec<&'a Incident> {
    incidents.iter().filter(|incident| incident.day.is_some_and(|day| period.contains(day))).collect()
}

/// The incidents of a quarter or of another period, and what is told of their durations.
#[derive(Debug)]
pub struct Group<'a> {
    pub label: String,
    /// The quarter that it is, if it is one.
    pub quarter: Option<Quarter>,
    pub incidents: Vec<&'a Incident>,
    pub ttr: Durations,
    pub ttd: Durations,
}

impl<'a> Group<'a> {
    fn of(label: String, quarter: Option<Quarter>, incidents: Vec<&'a Incident>) -> Group<'a> {
        let (ttr, ttd) =
            rayon::join(|| durations_of(&incidents, Measure::Ttr), || durations_of(&incidents, Measure::Ttd));
        Group { label, quarter, incidents, ttr, ttd }
    }

    /// The durations that a measure is of: those until the resolution, unless it is that of detection.
    fn durations(&self, measure: Measure) -> &Durations {
        if measure == Measure::Ttd { &self.ttd } else { &self.ttr }
    }

    /// Incidents found by monitoring, and of how many the source is known.
    fn monitoring(&self) -> (usize, usize) {
        let with = |label| self.incidents.iter().filter(|incident| incident.detection == label).count();
        (with(DetectionSource::Monitoring), self.incidents.len() - with(DetectionSource::Unknown))
    }
}

/// The incidents of each quarter, then those of none, then all of them: what most tables have a group of rows for, made
/// once for all tables.
pub fn groups(incidents: &[Incident]) -> Vec<Group<'_>> {
    let quarters = quarters(incidents);
    let mut groups: Vec<(String, Option<Quarter>, Vec<&Incident>)> =
        quarters.iter().map(|quarter| (quarter.to_string(), Some(*quarter), Vec::new())).collect();
    let mut undated = Vec::new();
    for incident in incidents {
        match incident.quarter().and_then(|quarter| quarters.binary_search(&quarter).ok()) {
            Some(at) => groups[at].2.push(incident),
            None => undated.push(incident),
        }
    }
    if !undated.is_empty() {
        groups.push((UNKNOWN.to_owned(), None, undated));
    }
    groups.push((ALL.to_owned(), None, incidents.iter().collect()));
    groups.into_par_iter().map(|(label, quarter, incidents)| Group::of(label, quarter, incidents)).collect()
}

/// A table with columns of these names and kinds.
fn table(columns: &[(&str, Kind)], rows: Vec<Vec<Cell>>) -> Table {
    Table {
        columns: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
        kinds: columns.iter().map(|(_, kind)| *kind).collect(),
        rows,
    }
}

/// A part as a percentage, to one decimal; `None` of nothing.
pub fn percent(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| round1(100.0 * part as f64 / whole as f64))
}

/// Rounded to one decimal.
pub fn round1(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Rounded to four significant digits.
pub fn round4(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    // Printing rounds in decimal, and what it prints reads back.
    format!("{value:.3e}").parse().unwrap_or(value)
}

fn number(value: impl Into<Option<f64>>) -> Cell {
    // Infinity, an end that is open, stays blank in a table: its column says so.
    value.into().filter(|value| value.is_finite()).map_or(Cell::Null, Cell::Float)
}

fn whole(value: usize) -> Cell {
    Cell::Float(value as f64)
}

fn text(value: impl Into<String>) -> Cell {
    Cell::Text(value.into())
}

/// Minutes to one decimal without a needless `.0`.
pub fn plain(value: f64) -> String {
    (round1(value) + 0.0).to_string()
}

#[cfg(test)]
mod tests;
