//! Durations by quarter on a logarithmic scale, every incident a dot, the median a bar with its interval.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{Area, Times, at, figure, grid, quarters};
use crate::report::words;
use crate::trends::Period;
use crate::trends::tables::Durations;

/// One quarter: its label, whether it is under review, its days, its durations, and day and minutes of each dot.
pub struct Column<'a> {
    pub label: String,
    pub is_current: bool,
    pub period: Period,
    pub durations: &'a Durations,
    pub dots: &'a [(Date, f64)],
}

pub fn durations(name: &str, description: &str, columns: &[Column]) -> Markup {
    let labels: Vec<_> = columns.iter().map(|column| (column.label.clone(), column.is_current)).collect();
    let scale = Times::holding(columns.iter().flat_map(|column| column.dots.iter().map(|dot| dot.1)));
    figure(name, description, 340.0, |area: Area| {
        html! {
            @for (minutes, name) in scale.named() { (grid(area, area.y(scale.share(minutes)), name)) }
            (quarters(area, &labels))
            @for (place, column) in columns.iter().enumerate() {
                @let (left, slot) = area.slot(place, columns.len());
                @let (from, width) = (left + slot * 0.12, slot * 0.76);
                @let past = if column.is_current { "" } else { " past" };
                @if let Some(estimate) = &column.durations.estimate {
                    @if let Some(interval) = estimate.median_interval {
                        @let low = area.y(scale.share(interval.low));
                        @let high = area.y(scale.share(interval.high.min(scale.high)));
                        rect class={ "band" (past) } x=(at(from)) width=(at(width)) y=(at(high)) height=(at(low - high)) {
                            title { (column.label) ", median: " (words::interval(interval, " min")) }
                        }
                    }
                    @let y = area.y(scale.share(estimate.median));
                    line class={ "median" (past) } x1=(at(from)) x2=(at(from + width)) y1=(at(y)) y2=(at(y)) {
                        title { (column.label) ": median " (words::minutes(estimate.median)) ", n = " (column.durations.n_known()) }
                    }
                }
                @for (day, minutes) in column.dots {
                    // Within the slot by the day, so that dots rarely hide one another.
                    @let days = day.duration_since(column.period.first).as_hours() as f64 / 24.0;
                    @let x = from + width * (days / (column.period.days() - 1.0).max(1.0));
                    circle class={ "dot" (past) } cx=(at(x)) cy=(at(area.y(scale.share(*minutes)))) r=(at((slot * 0.35).clamp(2.0, 4.0))) {
                        title { (day) ": " (words::minutes(*minutes)) }
                    }
                }
            }
        }
    })
}
