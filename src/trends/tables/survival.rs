//! The share of incidents not yet resolved after so many minutes, with those that no document saw the end of.

use rayon::prelude::*;

use super::super::stats::{Interval, Step, kaplan_meier};
use super::{Cell, Computed, Incident, Kind, number, percent, round1, table, text, whole};

pub const TABLE: Computed = Computed {
    name: "survival",
    title: "Incidents not yet resolved after so long",
    about: "\
The share of incidents that lasted longer than so many minutes (Kaplan-Meier). An incident without a known time to resolve
counts as going on up to the last moment at which its document tells of it so, its mitigation or else its detection, and
leaves the curve there; one of which neither is told is not in it. That documents end before incidents do must tell
nothing of how long these went on: where it does, the curve is too low.

quarter             calendar quarter of the incident's date; `unknown` where none is told; `all` for all incidents
n                   incidents of that quarter
n_known             of them, those in the curve: resolved, or seen going on for a while
coverage_percent    n_known as a share of n
minutes             time since the start of the incident; of a curve of more than 200 steps, 200 spread evenly
at_risk             incidents that were followed up to here
resolved            incidents resolved at this minute
censored            incidents last seen, going on, at this minute
unresolved_percent  estimated share that lasts longer
low, high           its 95 % interval, in percent (Greenwood's variance on the scale log(-log)); blank at 100 and 0",
    make: |groups| {
        let curves: Vec<Curve> = groups.par_iter().map(|group| curve(&group.incidents, &group.ttr.sorted)).collect();
        table(&COLUMNS, groups.iter().zip(&curves).flat_map(|(group, curve)| rows(&group.label, curve)).collect())
    },
};

const COLUMNS: [(&str, Kind); 11] = [
    ("quarter", Kind::Text),
    ("n", Kind::Int),
    ("n_known", Kind::Int),
    ("coverage_percent", Kind::Float),
    ("minutes", Kind::Float),
    ("at_risk", Kind::Int),
    ("resolved", Kind::Int),
    ("censored", Kind::Int),
    ("unresolved_percent", Kind::Float),
    ("low", Kind::Float),
    ("high", Kind::Float),
];

/// The most steps of a curve that are kept.
const STEPS: usize = 200;

/// The survival curve of a group of incidents.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub n: usize,
    pub n_resolved: usize,
    pub n_censored: usize,
    /// The shares in percent, rounded.
    pub steps: Vec<Step>,
}

pub fn curve_of(group: &[&Incident]) -> Curve {
    curve(group, &group.iter().filter_map(|incident| incident.ttr).collect::<Vec<_>>())
}

/// As [`curve_of`], the known times to resolve given: where they are in order, sorting them again costs next to nothing.
fn curve(group: &[&Incident], resolved: &[f64]) -> Curve {
    let mut observations: Vec<_> = resolved.iter().map(|minutes| (*minutes, true)).collect();
    let n_resolved = observations.len();
    let unresolved = group.iter().filter(|incident| incident.ttr.is_none());
    observations.extend(unresolved.filter_map(|incident| Some((incident.ongoing_after?, false))));
    let all = kaplan_meier(&observations);
    // The last step of each two-hundredth, so that the end of the curve is kept.
    let kept = |at: usize| all.len() <= STEPS || at * STEPS / all.len() != (at + 1) * STEPS / all.len();
    let steps = all.iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, step)| Step {
        time: round1(step.time),
        surviving: round1(100.0 * step.surviving),
        interval: step.interval.map(|i| Interval { low: round1(100.0 * i.low), high: round1(100.0 * i.high) }),
        ..*step
    });
    Curve { n: group.len(), n_resolved, n_censored: observations.len() - n_resolved, steps: steps.collect() }
}

fn rows(quarter: &str, curve: &Curve) -> Vec<Vec<Cell>> {
    let known = curve.n_resolved + curve.n_censored;
    let row = |step: &Step| {
        vec![
            text(quarter),
            whole(curve.n),
            whole(known),
            number(percent(known, curve.n)),
            number(step.time),
            number(step.at_risk as f64),
            number(step.resolved as f64),
            number(step.censored as f64),
            number(step.surviving),
            number(step.interval.map(|interval| interval.low)),
            number(step.interval.map(|interval| interval.high)),
        ]
    };
    curve.steps.iter().map(row).collect()
}
