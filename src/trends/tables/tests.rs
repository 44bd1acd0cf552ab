//! The computed tables over incidents made by hand, the degenerate ones among them.

use super::*;
use crate::record::{DetectionSource, RootCause};

fn incident(day: &str, ttr: Option<f64>, ttd: Option<f64>, detection: DetectionSource) -> Incident {
    Incident { day: day.parse().ok(), ttr, ttd, detection, cause: RootCause::Capacity, ..Incident::default() }
}

fn made(name: &str, incidents: &[Incident]) -> Table {
    (COMPUTED.iter().find(|table| table.name == name).unwrap().make)(&groups(incidents))
}

fn lines(table: &Table) -> Vec<String> {
    let text = |cell: &Cell| match cell {
        Cell::Null => "-".to_owned(),
        Cell::Bool(yes) => yes.to_string(),
        Cell::Float(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
    };
    table.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join(" ")).collect()
}

/// Two incidents in the first quarter, none in the second, one in the third, one without a date.
fn four() -> Vec<Incident> {
    vec![
        incident("2024-01-10", Some(30.0), Some(0.0), DetectionSource::Monitoring),
        incident("2024-03-31", Some(90.0), None, DetectionSource::Customer),
        incident("2024-07-01", None, Some(4.0), DetectionSource::Unknown),
        incident("", Some(7.0), None, DetectionSource::Monitoring),
    ]
}

#[test]
fn every_column_of_every_table_is_explained() {
    for computed in COMPUTED {
        let (_, columns) = computed.about.split_once("\n\n").unwrap();
        let heads: Vec<&str> = columns.lines().filter(|line| !line.starts_with(' ')).collect();
        for column in (computed.make)(&groups(&four())).columns {
            let is_head = |line: &&str| line.split("  ").next().unwrap().split(", ").any(|name| name == column);
            assert!(heads.iter().any(is_head), "{} does not explain {column}", computed.name);
        }
    }
}

#[test]
fn no_incidents_give_tables_without_a_number() {
    for computed in COMPUTED {
        for row in (computed.make)(&groups(&[])).rows {
            let zero = |cell: &Cell| !matches!(cell, Cell::Float(number) if *number != 0.0);
            assert!(row.iter().all(zero), "{}: {row:?}", computed.name);
        }
    }
}

#[test]
fn quarters_without_incidents_have_a_row_of_zero_and_the_undated_one_of_their_own() {
    let expected =
        ["2024Q1 4 3 75 2 0.2 7.2", "2024Q2 4 3 75 0 0 3.7", "2024Q3 4 3 75 1 0 5.6", "unknown 4 3 75 1 - -"];
    assert_eq!(lines(&made("counts", &four())), expected);
}

#[test]
fn shares_are_of_the_known_and_the_unknown_have_none() {
    let lines = lines(&made("shares", &four()));
    for expected in [
        "2024Q1 detection_source monitoring 2 2 100 1 50 9.5 90.5",
        "2024Q3 detection_source unknown 1 0 0 1 - - -",
        "all detection_source monitoring 4 3 75 2 66.7 20.8 93.9",
        "all detection_source unknown 4 3 75 1 - - -",
        "all root_cause capacity 4 4 100 4 100 51 100",
    ] {
        assert!(lines.contains(&expected.to_owned()), "no {expected} in {lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.starts_with("2024Q2")), "a quarter without incidents has no shares");
}

#[test]
fn few_durations_are_listed_and_have_no_interval() {
    let lines = lines(&made("durations", &four()));
    for expected in [
        "ttr quarter 2024Q1 2 2 100 60 - - 52 - - values - - - 30 90 60 75 30, 90",
        "ttr quarter 2024Q2 0 0 - - - - - - - - - - - - - - - -",
        "ttr quarter 2024Q3 1 0 0 - - - - - - - - - - - - - - -",
        "ttd quarter 2024Q1 2 1 50 0 - - 0.5 - - values - - - 0 0 - - 0",
        "ttr root_cause capacity 4 3 75 30 - - 26.6 - - values - - - 7 90 42.3 70.9 7, 30, 90",
    ] {
        assert!(lines.contains(&expected.to_owned()), "no {expected} in {lines:#?}");
    }
}

#[test]
fn from_twenty_durations_there_is_a_p90_and_no_list() {
    let incidents: Vec<_> =
        (1..=20).map(|n| incident("2024-01-10", Some(f64::from(n) * 10.0), None, DetectionSource::Internal)).collect();
    let row = durations_of(&incidents.iter().collect::<Vec<_>>(), Measure::Ttr);
    assert_eq!(row.listed(), None);
    assert_eq!(row.estimate.unwrap().p90, Some(181.0));
    assert_eq!(durations_of(&incidents[..19].iter().collect::<Vec<_>>(), Measure::Ttr).estimate.unwrap().p90, None);
}

#[test]
fn a_change_that_chance_explains_is_called_none() {
    let spread = [12.0, 25.0, 40.0, 55.0, 90.0, 160.0, 300.0, 700.0];
    let quarter = |day: &'static str, factor: f64, detection| {
        spread.iter().map(move |minutes| incident(day, Some(minutes * factor), None, detection))
    };
    let mut incidents: Vec<_> = quarter("2024-02-01", 1.0, DetectionSource::Customer).collect();
    incidents.extend(quarter("2024-05-01", 1.2, DetectionSource::Monitoring));
    let says = |name: &str| {
        let table = made("changes", &incidents);
        let lines = lines(&table);
        lines.iter().find(|line| line.starts_with(&format!("2024Q2 2024Q1 {name} "))).unwrap().clone()
    };
    let incidents_line = says("incidents");
    assert!(incidents_line.contains("No detectable change: 8 against 8 in 2024Q1"), "{incidents_line}");
    assert!(incidents_line.contains("at most 1 or at least 20 would have shown"), "{incidents_line}");
    let ttr = says("ttr");
    assert!(
        ttr.contains("No detectable change: geometric mean 98.1 min against 81.8 min") && ttr.contains("a factor of"),
        "{ttr}"
    );
    assert!(says("ttd").contains("Too few known values to compare the time to detect"), "{}", says("ttd"));
    let share = says("monitoring");
    assert!(share.contains("The share found by monitoring rose: 100 % against 0 % in 2024Q1"), "{share}");
}

#[test]
fn the_first_quarter_is_compared_with_nothing_and_a_pair_of_empty_ones_says_so() {
    let rows = lines(&made("changes", &four()));
    assert!(!rows.iter().any(|line| line.starts_with("2024Q1")), "{rows:#?}");
    assert!(rows.iter().any(|line| line.starts_with("2024Q3 2024Q2 incidents 1 1 100 0 0 - 1 0 - ")), "{rows:#?}");
    let apart = ["2024-01-05", "2024-12-05"].map(|day| incident(day, None, None, DetectionSource::Unknown));
    let rows = lines(&made("changes", &apart));
    let says = "No incident in either quarter: nothing to compare with 2024Q2.";
    assert!(rows.iter().any(|line| line.starts_with("2024Q3 2024Q2 incidents 0 0 - 0 0 - ") && line.ends_with(says)));
}

#[test]
fn a_trend_takes_eight_quarters() {
    let upto = |quarters: i32| -> Vec<Incident> {
        let first: Quarter = "2023Q1".parse().unwrap();
        let of = |step: i32| {
            let day = first.plus(step).period().first.to_string();
            (0..=step).map(move |n| incident(&day, Some(f64::from(10 + n)), None, DetectionSource::Monitoring))
        };
        (0..quarters).flat_map(of).collect()
    };
    let says = |quarters| lines(&made("directions", &upto(quarters)));
    assert!(says(7)[0].contains("Too few quarters to tell a trend of the number of incidents: 7"), "{:?}", says(7));
    assert!(
        says(8)[0].contains("The number of incidents rises over 8 quarters: 4 incidents a quarter each year"),
        "{:?}",
        says(8)
    );
    assert!(says(8)[3].contains("No detectable trend of the share found by monitoring"), "{:?}", says(8));
}

#[test]
fn a_curve_has_the_unresolved_as_long_as_they_were_seen() {
    let mut incidents = four();
    incidents[2].ongoing_after = Some(45.0);
    let expected = [
        "all 4 4 100 7 4 1 0 75 12.8 96.1",
        "all 4 4 100 30 3 1 0 50 5.8 84.5",
        "all 4 4 100 45 2 0 1 50 5.8 84.5",
        "all 4 4 100 90 1 1 0 0 - -",
    ];
    let lines = lines(&made("survival", &incidents));
    assert_eq!(lines.iter().filter(|line| line.starts_with("all")).cloned().collect::<Vec<_>>(), expected);
    assert!(lines.contains(&"2024Q3 1 1 100 45 1 0 1 100 - -".to_owned()), "{lines:#?}");
}

#[test]
fn a_long_curve_keeps_its_end() {
    let incidents: Vec<_> =
        (1..=1000).map(|n| incident("2024-01-10", Some(f64::from(n)), None, DetectionSource::Internal)).collect();
    let curve = curve_of(&incidents.iter().collect::<Vec<_>>());
    assert_eq!(curve.steps.len(), 200);
    assert_eq!(curve.steps.last().unwrap().surviving, 0.0);
}

#[test]
fn numbers_are_rounded_to_what_they_are_worth() {
    for (value, expected) in [(1.234_56, 1.235), (0.000_123_456, 0.000_123_5), (0.0, 0.0), (98_766.0, 98_770.0)] {
        assert_eq!(round4(value), expected);
    }
    for (p, expected) in [(1.0, "q = 1.00"), (0.0476, "q = 0.048"), (0.004_04, "q = 0.004"), (0.000_2, "q < 0.001")] {
        assert_eq!(changes::named("q", p), expected);
    }
    assert_eq!(plain(12.0), "12");
    assert_eq!(plain(-0.04), "0");
}
