//! Charts as inline SVG: each drawn once for a desk and once for a phone, coloured by the style of the page.
//!
//! A chart has a name and a description for those who cannot see it, and its numbers stand in a table beside it. Colours
//! are classes, `c0` to `c6` and `cu`, which the page gives one meaning in light and another in dark. Nothing here computes a number.

mod bars;
mod curve;
mod dots;

use maud::{Markup, html};

pub use bars::{Point, Series, Stack, shares, stack};
pub use curve::curves;
pub use dots::{Column, durations};

/// Widths of the two drawings, in the units of the view box: CSS pixels at full size.
const WIDTHS: [f64; 2] = [856.0, 343.0];

/// The area that is drawn in, inside of its axes.
#[derive(Clone, Copy, Debug)]
struct Area {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Area {
    fn new(width: f64, height: f64) -> Area {
        Area { width, height, left: 46.0, right: 10.0, top: 22.0, bottom: 44.0 }
    }

    fn inner_width(self) -> f64 {
        self.width - self.left - self.right
    }

    /// Left end and width of the slot of one of `n` columns.
    fn slot(self, at: usize, n: usize) -> (f64, f64) {
        let width = self.inner_width() / n.max(1) as f64;
        (self.left + at as f64 * width, width)
    }

    /// The height at which a share of the full scale lies.
    fn y(self, share: f64) -> f64 {
        self.height - self.bottom - share.clamp(0.0, 1.0) * (self.height - self.bottom - self.top)
    }

    fn base(self) -> f64 {
        self.height - self.bottom
    }
}

/// Both drawings of a chart under one name. The page shows the one that fits.
fn figure(name: &str, description: &str, height: f64, draw: impl Fn(Area) -> Markup) -> Markup {
    html! {
        @for (width, class) in WIDTHS.into_iter().zip(["wide", "narrow"]) {
            svg class={ "chart " (class) } role="img" aria-label={ (name) ". " (description) }
                viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) {
                (draw(Area::new(width, height)))
            }
        }
    }
}

/// A coordinate: a tenth of a pixel is enough.
fn at(value: f64) -> String {
    ((value * 10.0).round() / 10.0 + 0.0).to_string()
}

/// A horizontal line of the grid with its label.
fn grid(area: Area, y: f64, label: &str) -> Markup {
    html! {
        line class="grid" x1=(at(area.left)) x2=(at(area.width - area.right)) y1=(at(y)) y2=(at(y)) {}
        text class="tick" x=(at(area.left - 6.0)) y=(at(y + 4.0)) text-anchor="end" { (label) }
    }
}

/// The width that the label of a quarter, of a year, and a number of up to two digits or a whisker's caps take.
const QUARTER: f64 = 20.0;
const YEAR: f64 = 34.0;
const NUMBER: f64 = 20.0;

/// The labels of the quarters below the axis, in two lines: the quarter, and the year where it begins, each where there
/// is room for it.
fn quarters(area: Area, labels: &[(String, bool)]) -> Markup {
    let slot = area.slot(0, labels.len()).1;
    // Every year, or every second, or every third.
    let every = (YEAR / (4.0 * slot)).ceil().max(1.0) as usize;
    let first = labels.iter().position(|(label, _)| label.ends_with("Q1")).unwrap_or(labels.len());
    let is_named = |place: usize| match place.checked_sub(first) {
        Some(since) => since % (4 * every) == 0,
        None => place == 0 && first as f64 * slot >= YEAR,
    };
    html! {
        @for (place, (label, is_current)) in labels.iter().enumerate() {
            @let (x, width) = area.slot(place, labels.len());
            @let (year, quarter) = label.split_at(label.len().min(4));
            @if width >= QUARTER {
                text class={ "tick" @if *is_current { " current" } } x=(at(x + width / 2.0)) y=(at(area.base() + 16.0))
                    text-anchor="middle" { (quarter) }
            }
            @if is_named(place) {
                text class="tick" x=(at(x + width / 2.0)) y=(at(area.base() + 32.0)) text-anchor="middle" { (year) }
            }
        }
    }
}

/// A vertical whisker with its two caps, in a slot of this width.
fn whisker(x: f64, low: f64, high: f64, slot: f64) -> Markup {
    let cap = (slot * 0.25).min(4.0);
    html! {
        path class="whisker" d={
            "M" (at(x)) " " (at(low)) "V" (at(high))
            "M" (at(x - cap)) " " (at(low)) "h" (at(2.0 * cap))
            "M" (at(x - cap)) " " (at(high)) "h" (at(2.0 * cap))
        } {}
    }
}

/// Round steps up to a maximum, four or five of them.
fn ticks(most: f64) -> Vec<f64> {
    let rough = (most / 4.0).max(1.0);
    let unit = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * unit).find(|step| *step >= rough).unwrap_or(rough);
    (0..).map(|n| f64::from(n) * step).take_while(|tick| *tick <= most).collect()
}

/// Times that people think in, in minutes, with their names.
const TIMES: [(f64, &str); 11] = [
    (0.5, "<1 min"),
    (1.0, "1 min"),
    (5.0, "5 min"),
    (15.0, "15 min"),
    (60.0, "1 h"),
    (240.0, "4 h"),
    (1_440.0, "1 d"),
    (10_080.0, "1 wk"),
    (43_200.0, "30 d"),
    (525_600.0, "1 y"),
    (5_256_000.0, "10 y"),
];

/// A logarithmic scale of durations that holds all of them, from one named time to another.
#[derive(Clone, Copy, Debug)]
struct Times {
    low: f64,
    high: f64,
}

impl Times {
    fn holding(values: impl Iterator<Item = f64> + Clone) -> Times {
        let least = values.clone().fold(f64::INFINITY, f64::min).max(0.5);
        let most = values.fold(0.0, f64::max);
        let low = TIMES.iter().rev().find(|time| time.0 <= least).map_or(0.5, |time| time.0);
        let high = TIMES.iter().find(|time| time.0 >= most).map_or(most, |time| time.0);
        Times { low: low.min(15.0), high: high.max(60.0) }
    }

    /// The place of a duration, from 0 to 1. What lasted less than half a minute stands at the foot.
    fn share(self, minutes: f64) -> f64 {
        (minutes.max(self.low) / self.low).ln() / (self.high / self.low).ln()
    }

    fn named(self) -> impl Iterator<Item = (f64, &'static str)> {
        TIMES.into_iter().filter(move |time| self.low <= time.0 && time.0 <= self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_start_at_zero() {
        for (most, expected) in [
            (0.0, vec![0.0]),
            (3.7, vec![0.0, 1.0, 2.0, 3.0]),
            (14.4, vec![0.0, 5.0, 10.0]),
            (97.0, vec![0.0, 50.0]),
            (400.0, vec![0.0, 100.0, 200.0, 300.0, 400.0]),
        ] {
            assert_eq!(ticks(most), expected, "{most}");
        }
    }

    #[test]
    fn a_scale_of_times_holds_every_value_between_named_times() {
        for values in [vec![], vec![0.0], vec![30.0], vec![2.0, 5_000.0], vec![1e9]] {
            let scale = Times::holding(values.iter().copied());
            for value in values {
                assert!((0.0..=1.0).contains(&scale.share(value)), "{value} on {scale:?}");
            }
            assert!(scale.named().count() >= 2);
        }
    }
}
