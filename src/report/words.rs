//! How the review writes numbers, for all its formats.

use crate::trends::stats::{Interval, Method};
use crate::trends::tables::{Durations, Share, plain};

/// What stands below the title of each section: what its numbers are.
pub const FIGURES: &str = "Each figure with what chance leaves open (a 95 % interval), of how many incidents it is known, and whether \
    it changed. What a document does not say stays unknown; nothing is filled in.";
pub const COUNTS: &str = "Documents that report one incident, by the calendar quarter of its day. The interval is Garwood's exact one for \
    a Poisson count: quarters whose intervals overlap widely tell no difference. Table `counts` of `coroner trends`.";
pub const RESOLVE: &str = "Minutes from the start of the impact to its end, for incidents where both are told. Medians: from 8 values on with \
    a bootstrap interval, with 6 and 7 with that of the order statistics, below 6 with none. Table `durations`.";
pub const SURVIVAL: &str = "The share of incidents that lasted longer than so long (Kaplan-Meier). Where no end is known, an incident counts \
    up to the last moment at which its document tells of it as going on. Table `survival`.";
pub const DETECTION: &str = "How the people who own the service first became aware; unknown where the document does not say. Shares are of \
    the known, with Wilson's interval. Tables `shares` and `detection_by_quarter`.";
pub const CHANGES: &str = "Counts by the exact test of two rates, durations by a permutation test on logarithms, the share found by \
    monitoring by Fisher's exact test. q is p after Benjamini and Hochberg over this table; a change is called one below q = 0.05. \
    Table `changes`.";
pub const DIRECTIONS: &str = "Mann-Kendall test and Theil-Sen slope over all quarters of the library, from eight quarters on. Table `directions`.";
pub const NOTABLE: &str = "The slowest to resolve, the longest unnoticed, and the highest severities, with the words that the record rests on.";
pub const RECURRING: &str =
    "Root causes and services of the period, and how often they came up before it. Services are counted as written.";
pub const MISSED: &str = "Incidents that customers, a person inside or somebody outside noticed before an alert did, the longest unnoticed first.";
pub const QUALITY: &str = "What the figures rest on. A figure of half of the incidents speaks of that half only.";
pub const DOUBTS: &str = "Values whose evidence was right in fewer than six of ten cases where it could be checked. `coroner review` lists \
    what is most worth a look; corrections.csv keeps what a person found.";

/// Minutes, and what they are in hours or days where that reads better: `588 min (9 h 48 min)`.
pub fn minutes(minutes: f64) -> String {
    match long(minutes) {
        Some(long) => format!("{} min ({long})", plain(minutes)),
        None => format!("{} min", plain(minutes)),
    }
}

/// Two hours and more as hours and minutes, two days and more as days and hours.
fn long(minutes: f64) -> Option<String> {
    let whole = minutes.round() as u64;
    let parts = match whole {
        0..120 => return None,
        120..2880 => [(whole / 60, "h"), (whole % 60, "min")],
        _ => [(whole / 1440, "d"), (whole % 1440 / 60, "h")],
    };
    Some(parts.iter().filter(|part| part.0 > 0).map(|(n, unit)| format!("{n} {unit}")).collect::<Vec<_>>().join(" "))
}

/// An interval, an open end named as such.
pub fn interval(interval: Interval, unit: &str) -> String {
    if interval.high.is_finite() {
        format!("95 % interval {} to {}{unit}", plain(interval.low), plain(interval.high))
    } else {
        format!("95 % interval from {}{unit}, open upwards", plain(interval.low))
    }
}

/// The interval of a median, or what stands for it where the sample is too small.
pub fn median_interval(durations: &Durations) -> String {
    let Some(estimate) = &durations.estimate else { return "no duration is known".to_owned() };
    match (estimate.median_interval, durations.listed()) {
        (Some(found), Some(values)) => format!("{} (all of them: {values})", interval(found, " min")),
        (Some(found), None) => interval(found, " min"),
        (None, Some(values)) if estimate.method == Method::Values => {
            format!("too few for an interval; the values are {values} min")
        }
        (None, _) => "no interval".to_owned(),
    }
}

pub fn share_interval(share: &Share) -> String {
    share.interval.map_or_else(|| "no interval".to_owned(), |found| interval(found, " %"))
}

/// `5 of 6 known (83.3 %)`.
pub fn known(n_known: usize, n: usize) -> String {
    match crate::trends::tables::percent(n_known, n) {
        Some(percent) => format!("{n_known} of {n} known ({} %)", plain(percent)),
        None => "none to know of".to_owned(),
    }
}

/// A label as a reader would write it: `software_bug` as `software bug`.
pub fn label(label: &str) -> String {
    label.replace('_', " ")
}

/// `1 incident`, `2 incidents`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_durations_are_told_twice() {
        for (value, expected) in [
            (0.0, "0 min"),
            (45.5, "45.5 min"),
            (119.0, "119 min"),
            (120.0, "120 min (2 h)"),
            (588.0, "588 min (9 h 48 min)"),
            (2879.0, "2879 min (47 h 59 min)"),
            (10_140.0, "10140 min (7 d 1 h)"),
        ] {
            assert_eq!(minutes(value), expected);
        }
    }

    #[test]
    fn an_open_end_is_named() {
        assert_eq!(
            interval(Interval { low: 3.0, high: f64::INFINITY }, " min"),
            "95 % interval from 3 min, open upwards"
        );
        assert_eq!(interval(Interval { low: 3.0, high: 4.25 }, " %"), "95 % interval 3 to 4.3 %");
    }
}
