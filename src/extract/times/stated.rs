//! What the format itself states of start, detection and end: a front matter's `resolvedWhen`, the `end` of an export.
//!
//! Who keeps incidents as data has filled these fields for this incident, so a moment with a clock in one of them stands before
//! what the text tells. Where the text is at least as likely as not to tell another time, or a range of impact with another end, the record says so in a
//! warning: one of the two is wrong, and a person can see which. Two stated times that cannot both be are no evidence for either.

use super::*;

/// Times closer than this are one: posts and fields are made by hand, minutes apart.
const SAME_MINUTES: f64 = 5.0;

/// What speaks for less is no contradiction.
const LIKELY: f32 = 0.5;

/// Puts the stated moments in the place of those `chosen` from the text, and gives warnings where these differ.
pub(super) fn prefer(reading: &Reading, chosen: [Option<Found>; 3]) -> ([Option<Found>; 3], Vec<String>) {
    let mut warnings = Vec::new();
    let stated = [Slot::Started, Slot::Detected, Slot::Resolved].map(|slot| stated(reading, slot));
    let stated = [stated[0].or_else(|| meta_start(reading)), stated[1], stated[2]].map(|found| found.filter(is_full));
    if let [Some(start), _, Some(end)] = stated
        && end.when.minutes_since(&start.when).is_none_or(|minutes| minutes < 0.0)
    {
        warnings
            .push(format!("metadata_order: the stated end {} is not after the stated start {}", end.when, start.when));
        return (chosen, warnings);
    }
    let mut out = chosen;
    let (from, to) = impact_range(reading).unzip();
    for (((name, slot), stated), range) in
        ["start", "detection", "end"].into_iter().zip(&mut out).zip(stated).zip([from, None, to])
    {
        let Some(stated) = stated else { continue };
        // A status page's last post closes an incident, which may have ended before.
        let likely =
            slot.filter(|told| told.chance.is_some_and(|chance| chance >= LIKELY) && told.rule != Rule::Update);
        let differs = |told: &Found| {
            let apart = told.when.minutes_since(&stated.when).map(f64::abs);
            told.when.has_clock() && apart.is_some_and(|apart| apart > SAME_MINUTES)
        };
        if let Some(told) = likely.into_iter().chain(range).find(differs) {
            warnings.push(format!(
                "metadata_contradiction: the {name} is stated as {} and told as {}",
                stated.when, told.when
            ));
        }
        *slot = Some(stated);
    }
    // What is told must not stand on the wrong side of what is stated.
    let before = |a: Option<Found>, b: Option<Found>| {
        a.zip(b).is_some_and(|(a, b)| a.when.minutes_since(&b.when).is_some_and(|minutes| minutes < 0.0))
    };
    let is_stated =
        |found: Option<Found>| found.is_some_and(|found| stated.iter().flatten().any(|s| s.quote == found.quote));
    let [start, detection, end] = out;
    if before(end, start) || before(end, detection) {
        for (nth, found) in [start, detection, end].into_iter().enumerate() {
            if !is_stated(found) && stated.iter().any(Option::is_some) {
                out[nth] = None;
            }
        }
    }
    (out, warnings)
}

/// The moment that the format states in a field of that kind.
fn stated(reading: &Reading, slot: Slot) -> Option<Found> {
    reading.field(slot).filter(|field| field.meta).find_map(|field| {
        let (_, _, when) = reading.moments_in(field.value).next()?;
        Some(Found::by(when, field.line, Rule::Meta))
    })
}

/// Whether the moment has day and clock: `resolved: true` has neither, and a day alone says less than a timeline.
fn is_full(found: &Found) -> bool {
    found.when.has_clock() && found.when.date().is_some()
}
