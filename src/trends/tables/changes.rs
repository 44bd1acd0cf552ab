//! One quarter against another: what changed beyond chance, and what could have been seen to change.
//!
//! Counts by the exact test of two rates, durations by a permutation test on logarithms, the share found by monitoring by
//! Fisher's exact test. The comparisons of one quarter are one family: their p-values become q-values together
//! (Benjamini and Hochberg), and a change is called one where q is below 5 %.

use std::collections::HashMap;

use rayon::prelude::*;

use super::super::stats::{
    Interval, benjamini_hochberg, detectable_counts, detectable_ratio, fisher_exact, permutation_test, rate_ratio,
    ratio_interval,
};
use super::{Cell, Computed, Durations, Group, Incident, Kind, Period, Quarter};
use super::{number, percent, plain, round1, round4, table, text, whole, within};

pub const TABLE: Computed = Computed {
    name: "changes",
    title: "Changes from quarter to quarter",
    about: "\
Each quarter against the one before and against the same quarter a year before: what changed by more than chance explains,
and how large a change had to be for these few incidents to show it. The sentence in `says` is the answer.

quarter                  the quarter
compared_with            the quarter it is compared with
measure                  incidents, ttr (time to resolve), ttd (time to detect) or monitoring (share found by monitoring)
n                        incidents of the quarter
n_known                  of them, those of which the measure is known
coverage_percent         n_known as a share of n
n_before                 incidents of the quarter it is compared with
n_known_before           of them, those of which the measure is known
coverage_before_percent  n_known_before as a share of n_before
value                    incidents; geometric mean of the minutes; percent
value_before             the same of the quarter it is compared with
change                   ratio of the rates a day, or of the geometric means; for monitoring the difference in percentage points
low, high                95 % interval of the ratio: exact for rates, bootstrap for durations from eight values each on; an end that
                         is open stays blank
p_value                  chance of a difference at least as large, were there none
q_value                  p_value after Benjamini and Hochberg over all comparisons of the quarter
detectable_low           what would have been a detectable fall: so many incidents or fewer; a ratio this small or smaller
detectable_high          what would have been a detectable rise: so many incidents or more; a ratio this large or larger (ratios:
                         in four of five cases)
says                     the result in words",
    make: |groups| {
        let none = Group::of(String::new(), None, Vec::new());
        let of: HashMap<&str, &Group> = groups.iter().map(|group| (group.label.as_str(), group)).collect();
        let quarters = || groups.iter().filter_map(|group| Some((group, group.quarter?)));
        let first = quarters().map(|(_, quarter)| quarter).min();
        let changes = |(group, quarter): (&Group, Quarter)| {
            let period = quarter.period();
            let with = covered(first, &period);
            let with: Vec<_> =
                with.iter().map(|other| (of.get(other.label.as_str()).copied().unwrap_or(&none), other)).collect();
            compare(&period, group, &with)
        };
        let changes: Vec<Change> = quarters().collect::<Vec<_>>().into_par_iter().flat_map_iter(changes).collect();
        table(&COLUMNS, changes.iter().map(row).collect())
    },
};

const COLUMNS: [(&str, Kind); 19] = [
    ("quarter", Kind::Text),
    ("compared_with", Kind::Text),
    ("measure", Kind::Text),
    ("n", Kind::Int),
    ("n_known", Kind::Int),
    ("coverage_percent", Kind::Float),
    ("n_before", Kind::Int),
    ("n_known_before", Kind::Int),
    ("coverage_before_percent", Kind::Float),
    ("value", Kind::Float),
    ("value_before", Kind::Float),
    ("change", Kind::Float),
    ("low", Kind::Float),
    ("high", Kind::Float),
    ("p_value", Kind::Float),
    ("q_value", Kind::Float),
    ("detectable_low", Kind::Float),
    ("detectable_high", Kind::Float),
    ("says", Kind::Text),
];

/// The chance of error below which a change is called one.
const ALPHA: f64 = 0.05;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Incidents,
    Ttr,
    Ttd,
    Monitoring,
}

impl Measure {
    pub const ALL: [Measure; 4] = [Measure::Incidents, Measure::Ttr, Measure::Ttd, Measure::Monitoring];

    pub fn name(self) -> &'static str {
        match self {
            Measure::Incidents => "incidents",
            Measure::Ttr => "ttr",
            Measure::Ttd => "ttd",
            Measure::Monitoring => "monitoring",
        }
    }

    /// The name in running text.
    pub fn words(self) -> &'static str {
        match self {
            Measure::Incidents => "number of incidents",
            Measure::Ttr => "time to resolve",
            Measure::Ttd => "time to detect",
            Measure::Monitoring => "share found by monitoring",
        }
    }

    /// The duration, of those measures that have one.
    pub fn minutes(self, incident: &Incident) -> Option<f64> {
        match self {
            Measure::Ttr => incident.ttr,
            Measure::Ttd => incident.ttd,
            Measure::Incidents | Measure::Monitoring => None,
        }
    }
}

/// One measure of one period against another period.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub period: String,
    pub compared_with: String,
    pub measure: Measure,
    /// Incidents and those of which the measure is known: now, and before.
    pub n: (usize, usize),
    pub n_before: (usize, usize),
    pub value: Option<f64>,
    pub value_before: Option<f64>,
    pub change: Option<f64>,
    pub interval: Option<Interval>,
    pub p_value: Option<f64>,
    pub q_value: Option<f64>,
    pub detectable: (Option<f64>, Option<f64>),
    pub says: String,
}

impl Change {
    pub fn is_detected(&self) -> bool {
        self.q_value.is_some_and(|q| q < ALPHA)
    }
}

/// The usual comparisons of a period, those that begin before the first incident of the library left out.
pub fn usual_comparisons(incidents: &[Incident], period: &Period) -> Vec<Period> {
    covered(incidents.iter().filter_map(Incident::quarter).min(), period)
}

fn covered(first: Option<Quarter>, period: &Period) -> Vec<Period> {
    let is_covered = |other: &Period| first.is_some_and(|first| Quarter::of(other.first) >= first);
    period.usual_comparisons().into_iter().filter(is_covered).collect()
}

/// Every measure of a period against each of the others.
pub fn changes(incidents: &[Incident], period: &Period, with: &[Period]) -> Vec<Change> {
    let group = |period: &Period| Group::of(period.label.clone(), None, within(incidents, period));
    let groups: Vec<_> = with.iter().map(|other| (group(other), other)).collect();
    compare(period, &group(period), &groups.iter().map(|(group, other)| (group, *other)).collect::<Vec<_>>())
}

fn compare(period: &Period, now: &Group, with: &[(&Group, &Period)]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (before, other) in with {
        for measure in Measure::ALL {
            let mut change = match measure {
                Measure::Incidents => of_counts(period, other, now.incidents.len(), before.incidents.len()),
                Measure::Ttr => of_durations(measure, &now.ttr, &before.ttr),
                Measure::Ttd => of_durations(measure, &now.ttd, &before.ttd),
                Measure::Monitoring => of_shares(now, before),
            };
            change.period.clone_from(&period.label);
            change.compared_with.clone_from(&other.label);
            changes.push(change);
        }
    }
    let tested: Vec<f64> = changes.iter().filter_map(|change| change.p_value).collect();
    let mut q_values = benjamini_hochberg(&tested).into_iter();
    for change in &mut changes {
        change.q_value = change.p_value.and_then(|_| q_values.next()).map(round4);
        change.p_value = change.p_value.map(round4);
        change.says = says(change);
    }
    changes
}

fn blank(measure: Measure, n: (usize, usize), n_before: (usize, usize)) -> Change {
    Change {
        period: String::new(),
        compared_with: String::new(),
        measure,
        n,
        n_before,
        value: None,
        value_before: None,
        change: None,
        interval: None,
        p_value: None,
        q_value: None,
        detectable: (None, None),
        says: String::new(),
    }
}

fn of_counts(period: &Period, other: &Period, now: usize, before: usize) -> Change {
    let found = rate_ratio(now as u64, period.days(), before as u64, other.days());
    // For periods of much different length a count of one says nothing of the other.
    let alike = (period.days() / other.days() - 1.0).abs() < 0.05;
    let (down, up) = detectable_counts(before as u64);
    Change {
        value: Some(now as f64),
        value_before: Some(before as f64),
        change: found.map(|found| round4(found.ratio)),
        interval: found.map(|f| Interval { low: round4(f.interval.low), high: round4(f.interval.high) }),
        p_value: found.map(|found| found.p_value),
        detectable: if alike { (down.map(|n| n as f64), Some(up as f64)) } else { (None, None) },
        ..blank(Measure::Incidents, (now, now), (before, before))
    }
}

fn of_durations(measure: Measure, now: &Durations, before: &Durations) -> Change {
    let mean = |durations: &Durations| durations.estimate.map(|estimate| estimate.geometric_mean);
    let interval = ratio_interval(&now.sorted, &before.sorted);
    let detectable = detectable_ratio(&now.sorted, &before.sorted);
    Change {
        value: mean(now),
        value_before: mean(before),
        change: now.geometric_mean.zip(before.geometric_mean).map(|(now, before)| round4(now / before)),
        interval: interval.map(|i| Interval { low: round4(i.low), high: round4(i.high) }),
        p_value: permutation_test(&now.sorted, &before.sorted),
        detectable: (detectable.map(|ratio| round4(1.0 / ratio)), detectable.map(round4)),
        ..blank(measure, (now.n, now.n_known()), (before.n, before.n_known()))
    }
}

fn of_shares(now: &Group, before: &Group) -> Change {
    let ((found, known), (found_before, known_before)) = (now.monitoring(), before.monitoring());
    let share = |found, known: usize| (known > 0).then(|| 100.0 * found as f64 / known as f64);
    let (value, value_before) = (share(found, known), share(found_before, known_before));
    Change {
        value: percent(found, known),
        value_before: percent(found_before, known_before),
        change: value.zip(value_before).map(|(now, before)| round1(now - before)),
        p_value: fisher_exact(found as u64, known as u64, found_before as u64, known_before as u64),
        ..blank(Measure::Monitoring, (now.incidents.len(), known), (before.incidents.len(), known_before))
    }
}

/// The result in words. What cannot be told is told as that.
fn says(change: &Change) -> String {
    let (what, other) = (change.measure.words(), &change.compared_with);
    let (known, before) = (change.n.1, change.n_before.1);
    let Some((value, value_before)) = change.value.zip(change.value_before).filter(|_| change.p_value.is_some()) else {
        return match change.measure {
            Measure::Incidents => format!("No incident in either quarter: nothing to compare with {other}."),
            _ => format!("Too few known values to compare the {what} with {other} ({known} and {before})."),
        };
    };
    let unit = match change.measure {
        Measure::Incidents => "",
        Measure::Ttr | Measure::Ttd => " min",
        Measure::Monitoring => " %",
    };
    let figure = if unit == " min" { "geometric mean " } else { "" };
    let figures = format!("{figure}{}{unit} against {}{unit} in {other}", plain(value), plain(value_before));
    let q = change.q_value.unwrap_or(1.0);
    if change.is_detected() {
        let direction = if value > value_before { "rose" } else { "fell" };
        return format!("The {what} {direction}: {figures} (n = {known} and {before}, {}).", named("q", q));
    }
    let needed = match (change.measure, change.detectable) {
        (Measure::Incidents, (low, Some(high))) => {
            let fall = match low {
                Some(0.0) => "none or ".to_owned(),
                Some(low) => format!("at most {low} or "),
                None => String::new(),
            };
            format!("; {fall}at least {high} would have shown")
        }
        (Measure::Ttr | Measure::Ttd, (_, Some(ratio))) => {
            format!("; only a factor of {} would likely have shown", factor(ratio))
        }
        _ => String::new(),
    };
    format!("No detectable change: {figures} (n = {known} and {before}, {}){needed}.", named("q", q))
}

/// A chance to two digits that count, as far as the third after the point.
pub fn chance(p: f64) -> String {
    if p >= 0.1 {
        format!("{p:.2}")
    } else if p >= 0.001 {
        format!("{p:.3}")
    } else {
        "< 0.001".to_owned()
    }
}

/// A chance with its name: `q = 0.36`, `p < 0.001`.
pub fn named(name: &str, p: f64) -> String {
    let chance = chance(p);
    if chance.starts_with('<') { format!("{name} {chance}") } else { format!("{name} = {chance}") }
}

fn factor(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") }
}

fn row(change: &Change) -> Vec<Cell> {
    vec![
        text(&change.period),
        text(&change.compared_with),
        text(change.measure.name()),
        whole(change.n.0),
        whole(change.n.1),
        number(percent(change.n.1, change.n.0)),
        whole(change.n_before.0),
        whole(change.n_before.1),
        number(percent(change.n_before.1, change.n_before.0)),
        number(change.value),
        number(change.value_before),
        number(change.change),
        number(change.interval.map(|interval| interval.low)),
        number(change.interval.map(|interval| interval.high)),
        number(change.p_value),
        number(change.q_value),
        number(change.detectable.0),
        number(change.detectable.1),
        text(&change.says),
    ]
}
