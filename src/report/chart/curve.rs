//! Survival curves: the share not yet resolved, on a logarithmic scale of time.

use maud::{Markup, html};

use super::{Area, Times, at, figure, grid};
use crate::trends::stats::Step;
use crate::trends::tables::Curve;

/// The curve of the period with its interval, and that of all before it to compare.
pub fn curves(name: &str, description: &str, now: &Curve, before: &Curve) -> Markup {
    let times = now.steps.iter().chain(&before.steps).map(|step| step.time);
    let scale = Times::holding(times);
    figure(name, description, 300.0, |area: Area| {
        let x = |minutes: f64| area.left + area.inner_width() * scale.share(minutes);
        let y = |percent: f64| area.y(percent / 100.0);
        // A narrow drawing has room for every other name.
        let every = if area.width < 400.0 { 2 } else { 1 };
        html! {
            @for tick in [0.0, 25.0, 50.0, 75.0, 100.0] { (grid(area, y(tick), &format!("{tick} %"))) }
            @for (place, (minutes, name)) in scale.named().enumerate() {
                line class="grid" x1=(at(x(minutes))) x2=(at(x(minutes))) y1=(at(y(0.0))) y2=(at(y(100.0))) {}
                @if place % every == 0 {
                    text class="tick" x=(at(x(minutes))) y=(at(area.base() + 16.0)) text-anchor=(if x(minutes) > area.width - 30.0 { "end" } else { "middle" }) { (name) }
                }
            }
            text class="tick" x=(at(area.left + area.inner_width() / 2.0)) y=(at(area.base() + 36.0)) text-anchor="middle" {
                "time since the start of the incident"
            }
            @if !now.steps.is_empty() {
                path class="band" d=(band(&now.steps, area.left, &x, &y)) {}
            }
            @if !before.steps.is_empty() {
                path class="curve before" d=(steps(&before.steps, area.left, &x, &y)) {}
            }
            @if !now.steps.is_empty() {
                path class="curve" d=(steps(&now.steps, area.left, &x, &y)) {}
                @for step in now.steps.iter().filter(|step| step.censored > 0) {
                    path class="censored" d={ "M" (at(x(step.time))) " " (at(y(step.surviving) - 5.0)) "v10" } {
                        title { "last seen, going on, after " (step.time) " min" }
                    }
                }
            }
        }
    })
}

/// A line that falls at each step.
fn steps(steps: &[Step], left: f64, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) -> String {
    let mut path = format!("M{} {}", at(left), at(y(100.0)));
    for step in steps {
        path += &format!("H{}V{}", at(x(step.time)), at(y(step.surviving)));
    }
    path
}

/// The area between the ends of the intervals; a step without one keeps those of the step before.
fn band(steps: &[Step], left: f64, x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) -> String {
    let (mut upper, mut lower) = (format!("M{} {}", at(left), at(y(100.0))), Vec::new());
    let (mut high, mut low) = (100.0, 100.0);
    for step in steps {
        upper += &format!("H{}", at(x(step.time)));
        lower.push((x(step.time), low));
        if let Some(interval) = step.interval {
            (high, low) = (interval.high, interval.low);
        } else if step.surviving == 0.0 {
            low = 0.0;
        }
        upper += &format!("V{}", at(y(high)));
        lower.push((x(step.time), low));
    }
    for (x, low) in lower.into_iter().rev() {
        upper += &format!("L{} {}", at(x), at(y(low)));
    }
    upper + "Z"
}
