//! Whether anything rises or falls over all the quarters.

use super::super::stats::{Interval, mann_kendall, theil_sen};
use super::changes::named;
use super::{Cell, Computed, Group, Kind, Measure, number, percent, plain, round1, round4, table, text, whole};

pub const TABLE: Computed = Computed {
    name: "directions",
    title: "Trends over the quarters",
    about: "\
Whether the number of incidents, the median durations or the share found by monitoring rise or fall over all quarters of the
library. It takes eight quarters; the first and the last count like any other, also where they are not complete.

measure           incidents, ttr (median time to resolve), ttd (median time to detect) or monitoring (percent of the known)
n                 quarters from the first to the last
n_known           of them, those that have a value; a quarter without incidents has the count zero and no median
coverage_percent  n_known as a share of n
s                 pairs of quarters that rise less pairs that fall (Mann-Kendall)
p_value           chance of an s at least as far from zero, were there no trend; blank below eight quarters
change_a_year     median slope (Theil-Sen), in incidents, minutes or percentage points a quarter, for each year
low, high         its 95 % interval (Sen 1968)
says              the result in words",
    make: |groups| table(&COLUMNS, directions(groups).iter().map(row).collect()),
};

const COLUMNS: [(&str, Kind); 10] = [
    ("measure", Kind::Text),
    ("n", Kind::Int),
    ("n_known", Kind::Int),
    ("coverage_percent", Kind::Float),
    ("s", Kind::Float),
    ("p_value", Kind::Float),
    ("change_a_year", Kind::Float),
    ("low", Kind::Float),
    ("high", Kind::Float),
    ("says", Kind::Text),
];

/// The direction of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    pub measure: Measure,
    pub quarters: usize,
    pub n_known: usize,
    pub s: Option<f64>,
    pub p_value: Option<f64>,
    pub a_year: Option<f64>,
    pub interval: Option<Interval>,
    pub says: String,
}

/// The direction of each measure over the quarters among [`groups`](super::groups).
pub fn directions(groups: &[Group]) -> Vec<Direction> {
    let quarters: Vec<_> = groups.iter().filter(|group| group.quarter.is_some()).collect();
    let value = |measure: Measure, group: &Group| match measure {
        Measure::Incidents => Some(group.incidents.len() as f64),
        Measure::Ttr => group.ttr.estimate.map(|estimate| estimate.median),
        Measure::Ttd => group.ttd.estimate.map(|estimate| estimate.median),
        Measure::Monitoring => {
            let (found, known) = group.monitoring();
            percent(found, known)
        }
    };
    let direction = |measure| {
        let values = quarters.iter().enumerate().map(|(at, group)| Some((at as f64, value(measure, group)?)));
        let points: Vec<(f64, f64)> = values.flatten().collect();
        let test = mann_kendall(&points.iter().map(|(_, value)| *value).collect::<Vec<_>>());
        let slope = theil_sen(&points);
        let a_year = |slope: f64| round1(4.0 * slope);
        let mut direction = Direction {
            measure,
            quarters: quarters.len(),
            n_known: points.len(),
            s: test.map(|test| test.s),
            p_value: test.map(|test| round4(test.p_value)),
            a_year: slope.map(|slope| a_year(slope.slope)),
            interval: slope.map(|s| Interval { low: a_year(s.interval.low), high: a_year(s.interval.high) }),
            says: String::new(),
        };
        direction.says = says(&direction);
        direction
    };
    Measure::ALL.map(direction).to_vec()
}

fn says(direction: &Direction) -> String {
    let (what, n) = (direction.measure.words(), direction.n_known);
    let (Some(p), Some(slope), Some(Interval { low, high })) =
        (direction.p_value, direction.a_year, direction.interval)
    else {
        return format!("Too few quarters to tell a trend of the {what}: {n} have a value, and it takes eight.");
    };
    let unit = match direction.measure {
        Measure::Incidents if plain(slope) == "1" => "incident a quarter",
        Measure::Incidents => "incidents a quarter",
        Measure::Ttr | Measure::Ttd => "min",
        Measure::Monitoring => "percentage points",
    };
    let by = format!(
        "{} {unit} each year (95 % interval {} to {}), {}",
        plain(slope),
        plain(low),
        plain(high),
        named("p", p)
    );
    match p < 0.05 {
        true => format!("The {what} {} over {n} quarters: {by}.", if slope >= 0.0 { "rises" } else { "falls" }),
        false => format!("No detectable trend of the {what} over {n} quarters: {by}."),
    }
}

fn row(direction: &Direction) -> Vec<Cell> {
    vec![
        text(direction.measure.name()),
        whole(direction.quarters),
        whole(direction.n_known),
        number(percent(direction.n_known, direction.quarters)),
        number(direction.s),
        number(direction.p_value),
        number(direction.a_year),
        number(direction.interval.map(|interval| interval.low)),
        number(direction.interval.map(|interval| interval.high)),
        text(&direction.says),
    ]
}
