//! Columns by quarter: counts stacked by label with the interval of their sum, and shares with their intervals.

use maud::{Markup, html};

use super::{Area, NUMBER, at, figure, grid, quarters, ticks, whisker};
use crate::trends::stats::Interval;

/// One label of a stack and how many each quarter has of it.
#[derive(Clone, Debug)]
pub struct Series {
    pub name: String,
    /// The class that colours it.
    pub class: &'static str,
    pub counts: Vec<usize>,
}

/// Counts by quarter, stacked.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Label of each quarter, and whether it is under review.
    pub quarters: Vec<(String, bool)>,
    pub series: Vec<Series>,
    /// The interval of the sum of each quarter, where it is to be shown.
    pub intervals: Vec<Option<Interval>>,
}

impl Stack {
    /// The parts of one column from the foot up: what lies below, how many, of what.
    fn parts(&self, place: usize) -> impl Iterator<Item = (usize, usize, &Series)> {
        let mut sum = 0;
        self.series.iter().filter(move |series| series.counts[place] > 0).map(move |series| {
            let below = sum;
            sum += series.counts[place];
            (below, series.counts[place], series)
        })
    }
}

pub fn stack(name: &str, description: &str, stack: &Stack) -> Markup {
    let n = stack.quarters.len();
    let sums: Vec<usize> = (0..n).map(|at| stack.series.iter().map(|series| series.counts[at]).sum()).collect();
    let ends = stack.intervals.iter().flatten().map(|interval| interval.high);
    let most = sums.iter().map(|sum| *sum as f64).chain(ends).fold(1.0, f64::max) * 1.04;
    figure(name, description, 300.0, |area: Area| {
        html! {
            @for tick in ticks(most) { (grid(area, area.y(tick / most), &tick.to_string())) }
            (quarters(area, &stack.quarters))
            @for (place, sum) in sums.iter().enumerate() {
                @let (x, slot) = area.slot(place, n);
                @let width = (slot * 0.62).min(46.0);
                @let left = x + (slot - width) / 2.0;
                @for (below, count, series) in stack.parts(place) {
                    @let (top, bottom) = (area.y((below + count) as f64 / most), area.y(below as f64 / most));
                    rect class={ "bar " (series.class) @if !stack.quarters[place].1 { " past" } }
                        x=(at(left)) y=(at(top)) width=(at(width)) height=(at(bottom - top)) {
                        title { (stack.quarters[place].0) ", " (series.name) ": " (count) }
                    }
                }
                @if let Some(interval) = stack.intervals.get(place).copied().flatten() {
                    (whisker(left + width / 2.0, area.y(interval.low / most), area.y(interval.high / most), slot))
                }
                // Beside the whisker, above the column.
                @if slot >= NUMBER {
                    text class="value" x=(at(left + width / 2.0 + 5.0)) y=(at(area.y(*sum as f64 / most) - 4.0)) { (sum) }
                }
            }
        }
    })
}

/// The share of one quarter.
#[derive(Clone, Debug)]
pub struct Point {
    pub quarter: String,
    /// Whether it is under review.
    pub is_current: bool,
    /// In percent, with its interval; none where nothing is known.
    pub share: Option<(f64, Interval)>,
    /// What of how many: `3/5`.
    pub of: String,
}

/// Shares by quarter with their intervals.
pub fn shares(name: &str, description: &str, points: &[Point]) -> Markup {
    let labels: Vec<_> = points.iter().map(|point| (point.quarter.clone(), point.is_current)).collect();
    figure(name, description, 240.0, |area: Area| {
        let area = Area { bottom: 60.0, ..area };
        html! {
            @for tick in [0.0, 25.0, 50.0, 75.0, 100.0] { (grid(area, area.y(tick / 100.0), &format!("{tick} %"))) }
            (quarters(area, &labels))
            @for (place, Point { quarter, is_current, share, of }) in points.iter().enumerate() {
                @let (x, slot) = area.slot(place, points.len());
                @let middle = x + slot / 2.0;
                @if slot >= NUMBER {
                    text class="tick small" x=(at(middle)) y=(at(area.base() + 50.0)) text-anchor="middle" { (of) }
                }
                @if let Some((percent, interval)) = share {
                    (whisker(middle, area.y(interval.low / 100.0), area.y(interval.high / 100.0), slot))
                    circle class={ "dot" @if !is_current { " past" } } cx=(at(middle)) cy=(at(area.y(percent / 100.0))) r=(at((slot * 0.4).clamp(2.0, 5.0))) {
                        title { (quarter) ": " (percent) " % (" (interval.low) " to " (interval.high) " %), " (of) }
                    }
                }
            }
        }
    })
}
