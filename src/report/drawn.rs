//! The sections of the page that have a chart, each with the table of its numbers.

use maud::{Markup, html};

use super::chart::{self, Point, Series, Stack};
use super::html::{coded, ends, numbers, section, table};
use super::review::{Column, Review};
use super::words::{self, label};
use crate::trends::tables::{Curve, Share, ShareField, plain, share_of};

/// The labels that the columns have, the most frequent first, each with its colour: six by name, the others together.
fn colours(columns: &[Column], of: fn(&Column) -> &[Share], field: ShareField) -> Vec<Series> {
    const NAMED: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];
    let counts = |label: &str| -> Vec<usize> {
        columns.iter().map(|c| of(c).iter().filter(|s| s.label == label).map(|s| s.n).sum()).collect()
    };
    let mut labels: Vec<(&str, Vec<usize>)> = field.labels().into_iter().map(|label| (label, counts(label))).collect();
    labels.retain(|(_, counts)| counts.iter().sum::<usize>() > 0);
    let unknown = labels.iter().position(|(label, _)| *label == "unknown").map(|at| labels.remove(at));
    if field == ShareField::RootCause {
        labels.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().sum::<usize>()));
    }
    let rest = labels.split_off(labels.len().min(NAMED.len()));
    let named = labels.into_iter().zip(NAMED);
    let mut series: Vec<Series> =
        named.map(|((name, counts), class)| Series { name: label(name), class, counts }).collect();
    if !rest.is_empty() {
        let sum = |at: usize| rest.iter().map(|(_, counts)| counts[at]).sum();
        let counts = (0..columns.len()).map(sum).collect();
        series.push(Series { name: "other".to_owned(), class: "c6", counts });
    }
    series.extend(unknown.map(|(name, counts)| Series { name: label(name), class: "cu", counts }));
    series
}

fn legend(series: &[Series]) -> Markup {
    html! {
        ul.legend aria-label="Legend" {
            @for series in series {
                li {
                    svg width="12" height="12" aria-hidden="true" { rect class=(series.class) width="12" height="12" {} }
                    (series.name)
                }
            }
        }
    }
}

fn labels(review: &Review) -> Vec<(String, bool)> {
    review.columns.iter().map(|column| (column.quarter.to_string(), column.is_current)).collect()
}

pub fn counts(review: &Review) -> Markup {
    let series = colours(&review.columns, |column| &column.causes, ShareField::RootCause);
    let drawn = Stack {
        quarters: labels(review),
        intervals: review.columns.iter().map(|column| column.count.interval).collect(),
        series: series.clone(),
    };
    let description = format!(
        "Incidents by quarter, stacked by root cause, with the 95 percent interval of each sum. {}",
        review.columns.iter().map(|c| format!("{}: {}", c.quarter, c.count.n)).collect::<Vec<_>>().join(", ")
    );
    let mut head = vec!["Quarter", "n", "95 % interval"];
    head.extend(series.iter().map(|series| series.name.as_str()));
    let rows = review.columns.iter().enumerate().map(|(at, column)| {
        let mut row = vec![
            column.quarter.to_string(),
            column.count.n.to_string(),
            column.count.interval.map_or(String::new(), |i| format!("{} to {}", plain(i.low), plain(i.high))),
        ];
        row.extend(series.iter().map(|series| series.counts[at].to_string()));
        row
    });
    section(
        "counts",
        "Incidents by quarter and cause",
        words::COUNTS,
        html! {
            figure {
                (legend(&series))
                (chart::stack("Incidents by quarter and root cause", &description, &drawn))
                figcaption { "The whisker is the 95 % interval of the rate; quarters outside of the period are paler." }
            }
            (numbers("Incidents by quarter and root cause", &head, rows.collect(), 1))
        },
    )
}

pub fn resolve(review: &Review) -> Markup {
    let columns: Vec<_> = review
        .columns
        .iter()
        .map(|column| chart::Column {
            label: column.quarter.to_string(),
            is_current: column.is_current,
            period: column.quarter.period(),
            durations: &column.ttr,
            dots: &column.dots,
        })
        .collect();
    let described = review.columns.iter().filter_map(|column| {
        let median = column.ttr.estimate.as_ref()?.median;
        Some(format!("{}: median {} min of {}", column.quarter, plain(median), column.ttr.n_known()))
    });
    let description = format!(
        "Time to resolve of each incident by quarter, on a logarithmic scale. {}",
        described.collect::<Vec<_>>().join(", ")
    );
    let rows = review.columns.iter().map(|column| {
        let found = column.ttr.estimate.as_ref();
        let blank = |value: Option<String>| value.unwrap_or_default();
        vec![
            column.quarter.to_string(),
            column.ttr.n.to_string(),
            column.ttr.n_known().to_string(),
            blank(column.ttr.coverage().map(|percent| format!("{} %", plain(percent)))),
            blank(found.map(|found| plain(found.median))),
            blank(found.and_then(|found| found.median_interval).map(ends)),
            blank(found.map(|found| plain(found.geometric_mean))),
            blank(found.and_then(|found| found.p90).map(plain)),
            column.ttr.listed().unwrap_or_default(),
        ]
    });
    let head =
        ["Quarter", "n", "Known", "Coverage", "Median", "95 % interval", "Geometric mean", "p90", "Values, where few"];
    section(
        "ttr",
        "Time to resolve",
        words::RESOLVE,
        html! {
            figure {
                (chart::durations("Time to resolve by quarter", &description, &columns))
                figcaption { "A dot is an incident, the bar the median of the quarter, the shade its 95 % interval where there are enough." }
            }
            (numbers("Time to resolve by quarter, in minutes", &head, rows.collect(), 1))
            h3 { "Incidents not yet resolved after so long" }
            p.def { (coded(words::SURVIVAL)) }
            (survival(review))
        },
    )
}

fn survival(review: &Review) -> Markup {
    let (now, before) = (&review.curve, &review.curve_before);
    let after = |curve: &Curve, minutes: f64| -> String {
        let passed = curve.steps.iter().take_while(|step| step.time <= minutes).last();
        let last = curve.steps.last().map_or(0.0, |step| step.time);
        match passed {
            _ if curve.steps.is_empty() || (minutes > last && passed.is_some_and(|step| step.surviving > 0.0)) => {
                "not known".to_owned()
            }
            Some(step) => match step.interval {
                Some(interval) => format!("{} % ({})", plain(step.surviving), ends(interval)),
                None => format!("{} %", plain(step.surviving)),
            },
            None => "100 %".to_owned(),
        }
    };
    let times = [(60.0, "1 h"), (240.0, "4 h"), (1440.0, "1 d")];
    let rows: Vec<Vec<String>> = times
        .iter()
        .map(|(minutes, name)| vec![(*name).to_owned(), after(now, *minutes), after(before, *minutes)])
        .collect();
    let described: Vec<_> = rows.iter().map(|row| format!("after {} {}", row[0], row[1])).collect();
    let description = format!("Share of incidents not yet resolved. In the period: {}", described.join(", "));
    let of = |curve: &Curve| {
        format!(
            "{} resolved, {} seen going on, of {}",
            curve.n_resolved,
            curve.n_censored,
            words::count(curve.n, "incident", "incidents")
        )
    };
    html! {
        figure {
            @if now.steps.is_empty() {
                p { "No incident of the period has a known time to resolve." }
            } @else {
                (chart::curves("Incidents not yet resolved after so long", &description, now, before))
                figcaption {
                    "Solid: " (review.period.label) " with its 95 % interval (" (of(now)) "). "
                    @if !before.steps.is_empty() { "Dashed: all incidents before it (" (of(before)) "). " }
                    "A tick marks an incident that was last seen going on."
                }
            }
        }
        (table("Share not yet resolved, with 95 % interval", &["After", "In the period", "Before it"], &rows, 1))
    }
}

pub fn detection(review: &Review) -> Markup {
    let series = colours(&review.columns, |column| &column.detections, ShareField::DetectionSource);
    let drawn = Stack { quarters: labels(review), intervals: Vec::new(), series: series.clone() };
    let point = |column: &Column| {
        let found = share_of(&column.detections, "monitoring");
        let (n, known) = found.as_ref().map_or((0, 0), |share| (share.n, share.n_known));
        let share = found.and_then(|share| share.percent.zip(share.interval));
        Point { quarter: column.quarter.to_string(), is_current: column.is_current, share, of: format!("{n}/{known}") }
    };
    let points: Vec<_> = review.columns.iter().map(point).collect();
    let described = |Point { quarter, share, of, .. }: &Point| match share {
        Some((percent, _)) => format!("{quarter}: {} percent, {of}", plain(*percent)),
        None => format!("{quarter}: unknown"),
    };
    let description: Vec<_> = points.iter().map(described).collect();
    let mut head = vec!["Quarter"];
    head.extend(series.iter().map(|series| series.name.as_str()));
    head.extend(["Found by monitoring", "95 % interval"]);
    let rows =
        points.iter().enumerate().map(|(at, Point { quarter, share, of, .. })| {
            let mut row = vec![quarter.clone()];
            row.extend(series.iter().map(|series| series.counts[at].to_string()));
            row.push(share.map_or(String::new(), |(percent, _)| format!("{} % ({of})", plain(percent))));
            row.push(share.map_or(String::new(), |(_, interval)| {
                format!("{} to {} %", plain(interval.low), plain(interval.high))
            }));
            row
        });
    section(
        "detection",
        "Who noticed first",
        words::DETECTION,
        html! {
            figure {
                (legend(&series))
                (chart::stack("Incidents by quarter and detection source", "Incidents by quarter, stacked by who noticed first. The numbers are in the table below", &drawn))
            }
            figure {
                (chart::shares("Share found by monitoring", &format!("Percent of the incidents with a known source. {}", description.join(", ")), &points))
                figcaption { "Share found by monitoring, with its 95 % interval; below each quarter how many of how many." }
            }
            (numbers("Detection sources by quarter", &head, rows.collect(), 1))
        },
    )
}
