//! How many incidents each quarter had, and how many chance alone could have made of the same reliability.

use super::super::stats::{Interval, poisson_interval};
use super::{ALL, Cell, Computed, Group, Incident, Kind, Period, number, percent, round1, table, text, whole, within};

pub const TABLE: Computed = Computed {
    name: "counts",
    title: "Incidents by quarter, with intervals",
    about: "\
How many incidents each quarter had, and the range of rates that would not be surprised by that number. Two quarters whose
ranges overlap widely tell no difference; `changes` has the test.

quarter           calendar quarter of the incident's date, every one from the first to the last; `unknown` where none is told
n_all             all incidents
n_known           all incidents with a date
coverage_percent  n_known as a share of n_all
n                 incidents of that quarter
low, high         exact 95 % interval for the rate a quarter (Garwood 1936), incidents taken as independent of one another",
    make: |groups| {
        let n = |group: &Group| group.incidents.len();
        let dated = groups.iter().filter(|group| group.quarter.is_some()).map(n).sum();
        let all = groups.iter().filter(|group| group.label == ALL).map(n).sum();
        let rows = groups.iter().filter(|group| group.label != ALL).map(|group| {
            let interval = group.quarter.map(|_| interval(n(group)));
            row(&Count { label: group.label.clone(), n: n(group), interval }, all, dated)
        });
        table(&COLUMNS, rows.collect())
    },
};

const COLUMNS: [(&str, Kind); 7] = [
    ("quarter", Kind::Text),
    ("n_all", Kind::Int),
    ("n_known", Kind::Int),
    ("coverage_percent", Kind::Float),
    ("n", Kind::Int),
    ("low", Kind::Float),
    ("high", Kind::Float),
];

/// The incidents of one quarter or period.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    pub label: String,
    pub n: usize,
    /// For the rate; none where the quarter is not known.
    pub interval: Option<Interval>,
}

/// The incidents of any period.
pub fn count_of(incidents: &[Incident], period: &Period) -> Count {
    let n = within(incidents, period).len();
    Count { label: period.label.clone(), n, interval: Some(interval(n)) }
}

fn interval(n: usize) -> Interval {
    let Interval { low, high } = poisson_interval(n as u64);
    Interval { low: round1(low), high: round1(high) }
}

fn row(count: &Count, all: usize, dated: usize) -> Vec<Cell> {
    vec![
        text(&count.label),
        whole(all),
        whole(dated),
        number(percent(dated, all)),
        whole(count.n),
        number(count.interval.map(|interval| interval.low)),
        number(count.interval.map(|interval| interval.high)),
    ]
}
