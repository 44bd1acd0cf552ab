//! Chooses start, detection and end among the candidates: a conditional logit for each, decided together.
//!
//! Each of the three has its own weights over the features of [`super::candidates`], fitted by `coroner train times`. The
//! softmax over the candidates and "none of them" gives a chance for each moment, which is the field's confidence; moments
//! that several places tell are one. The three are then taken together: the likeliest combination in which nothing ends before
//! it began. What the rules of [`super::story`] found is a feature among others, so that a certain rule decides and a
//! doubtful one is outvoted.

use super::candidates::{Candidates, Origin};
use super::*;
use crate::model::weights::{Scorer, Weights, softmax};

/// What is chosen, in the order of the weights.
pub(crate) const ROLES: [&str; 3] = ["started_at", "detected_at", "resolved_at"];

/// Below this chance a moment is left blank. Under cross-validation by organisation F1 is best from 0.2 to 0.3 and falls from there.
const FLOOR: f32 = 0.2;

/// What it counts for, as a log of odds, that start and end are told as one range: "from 13:34 to 15:52".
const RANGE: f64 = 2.0;

/// What it counts against, that somebody knew before the start.
const EARLY: f64 = 1.5;

/// Moments of each role that are tried in combination.
const TRIED: usize = 8;

/// A moment, its chance, and the candidate that tells it best; no moment where nothing is the answer.
#[derive(Clone, Copy)]
struct Choice {
    when: Option<When>,
    best: usize,
    chance: f32,
}

/// The three instants, each with its chance.
pub(super) fn choose(candidates: &Candidates, model: &Weights<3>) -> [Option<Found>; 3] {
    let mut scores: Vec<[f32; 3]> = Vec::with_capacity(candidates.all.len() + 1);
    let scorer = || Scorer::new(model);
    for nth in 0..candidates.all.len() {
        let mut one = scorer();
        candidates.describe(nth, &mut one);
        scores.push(one.scores);
    }
    let mut none = scorer();
    candidates.describe_none(&mut none);
    scores.push(none.scores);
    let tried = [0, 1, 2].map(|role| options(candidates, scores.iter().map(|scores| scores[role]).collect()));
    let chosen = together(&tried, &candidates.ranges());
    [0, 1, 2].map(|role| {
        let option = chosen[role];
        let when = option.when.filter(|_| option.chance >= FLOOR)?;
        let candidate = &candidates.all[option.best];
        Some(Found {
            when,
            quote: candidate.quote,
            rule: rule(candidate.origin),
            chance: Some(model.confidence(role, option.chance)),
        })
    })
}

/// The kind of evidence that an origin is.
fn rule(origin: Origin) -> Rule {
    match origin {
        Origin::Field(_, true) => Rule::Meta,
        Origin::Field(..) | Origin::FieldFrom(_) | Origin::FieldTo(_) => Rule::Field,
        Origin::From | Origin::To => Rule::Range,
        Origin::Update => Rule::Update,
        Origin::Derived => Rule::Derived,
        Origin::Entry | Origin::EntryEnd | Origin::Prose => Rule::Strong,
    }
}

/// The likeliest moments of one role, the best first, and "none of them" at the end.
fn options(candidates: &Candidates, mut chances: Vec<f32>) -> Vec<Choice> {
    softmax(&mut chances);
    let mut out: Vec<Choice> = Vec::new();
    for (nth, (candidate, chance)) in candidates.all.iter().zip(&chances).enumerate() {
        match out.iter_mut().find(|option| option.when.is_some_and(|when| when.is_same(&candidate.when))) {
            None => out.push(Choice { when: Some(candidate.when), best: nth, chance: *chance }),
            Some(option) => {
                if *chance > chances[option.best] {
                    (option.best, option.when) = (nth, Some(candidate.when));
                }
                option.chance += chance;
            }
        }
    }
    out.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    out.truncate(TRIED);
    out.push(Choice { when: None, best: 0, chance: chances.last().copied().unwrap_or(1.0) });
    out
}

/// The likeliest combination that can be: no end before the start or at it, none before the detection.
fn together(tried: &[Vec<Choice>; 3], ranges: &[(When, When)]) -> [Choice; 3] {
    let minutes = |to: &Choice, from: &Choice| to.when?.minutes_since(&from.when?);
    // Each with the log of its chance, which is asked for in every combination.
    let worth = |option: Choice| (option, f64::from(option.chance.max(1e-9)).ln());
    let [starts, detections, ends] = tried.each_ref().map(|role| role.iter().copied().map(worth).collect::<Vec<_>>());
    // The detections that are before each start and after each end, as bits.
    let early = |start: &Choice| bits(&detections, |detection| minutes(detection, start).is_some_and(|m| m < 0.0));
    let late = |end: &Choice| bits(&detections, |detection| minutes(end, detection).is_some_and(|m| m < 0.0));
    let ends: Vec<_> = ends.into_iter().map(|(end, last)| (end, last, late(&end))).collect();
    let mut best: Option<(f64, [Choice; 3])> = None;
    for (start, first) in &starts {
        let early = early(start);
        for (end, last, late) in &ends {
            let clock = start.when.is_some_and(|when| when.has_clock());
            if minutes(end, start).is_some_and(|m| m < 0.0 || m == 0.0 && clock) {
                continue;
            }
            let is_range = |(from, to): (When, When)| ranges.iter().any(|(a, b)| a.is_same(&from) && b.is_same(&to));
            let range = start.when.zip(end.when).is_some_and(is_range);
            for (nth, (detection, second)) in detections.iter().enumerate().filter(|(nth, _)| late >> nth & 1 == 0) {
                // Who knew before users were hurt is rare, but is told: "we were alerted at 10:28, customers failed from 11:05".
                let early = early >> nth & 1 == 1;
                let sum = first + second + last + if range { RANGE } else { 0.0 } - if early { EARLY } else { 0.0 };
                if best.is_none_or(|(most, _)| sum > most) {
                    best = Some((sum, [*start, *detection, *end]));
                }
            }
        }
    }
    // Each list ends with "none of them", and three of these are always possible.
    let nothing = Choice { when: None, best: 0, chance: 0.0 };
    best.map_or([nothing; 3], |(_, chosen)| chosen)
}

/// Which of a few choices are so, the first the lowest bit.
fn bits(choices: &[(Choice, f64)], is: impl Fn(&Choice) -> bool) -> u32 {
    const { assert!(TRIED < 32) }
    choices.iter().enumerate().fold(0, |bits, (nth, (choice, _))| bits | u32::from(is(choice)) << nth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(when: &str, chance: f32) -> Choice {
        Choice { when: when.parse().ok(), best: 0, chance }
    }

    #[test]
    fn the_likeliest_combination_has_no_end_before_its_start() {
        let none = |chance| Choice { when: None, best: 0, chance };
        let tried = [
            vec![option("2024-03-05T14:00:00Z", 0.5), option("2024-03-05T10:00:00Z", 0.4), none(0.1)],
            vec![option("2024-03-05T09:00:00Z", 0.5), option("2024-03-05T10:05:00Z", 0.3), none(0.2)],
            vec![option("2024-03-05T12:00:00Z", 0.9), none(0.1)],
        ];
        let chosen = together(&tried, &[]).map(|option| option.when.map(|when| when.to_string()));
        assert_eq!(
            chosen,
            [Some("2024-03-05T10:00:00Z"), Some("2024-03-05T10:05:00Z"), Some("2024-03-05T12:00:00Z")]
                .map(|when| when.map(str::to_owned))
        );
    }

    #[test]
    fn with_nothing_to_choose_from_nothing_is_chosen() {
        let chosen = together(&[vec![], vec![], vec![]], &[]);
        assert!(chosen.iter().all(|option| option.when.is_none()));
    }
}
