//! Time to detect and time to resolve: computed from instants, or as stated, never negative, with warnings.

use super::*;

/// A stated length of the outage in prose: "for almost four hours", "a 7 minute outage", "lasted 35 minutes".
pub(super) fn prose_length(reading: &Reading) -> Option<Length> {
    let sentences = reading.outline.sentences.iter().filter(|s| {
        tells_the_story(s.section)
            && !matches!(s.section, Section::Timeline | Section::Resolution | Section::Detection | Section::Response)
    });
    for sentence in sentences {
        let items = reading.items_in(sentence.span);
        if items.is_empty() || !is_impact(sentence.span.of(reading.text)) {
            continue;
        }
        for item in items {
            let Some(duration) = item.duration().filter(|d| d.bound != Bound::AtMost && d.minutes >= 1.0) else {
                continue;
            };
            let after = reading.text[item.expr.span.end..sentence.span.end].trim_start();
            let noun = [
                "outage",
                "of downtime",
                "downtime",
                "incident",
                "disruption",
                "of degraded",
                "of unavailab",
                "degradation",
                "interruption",
                "of disruption",
                "period",
                "service outage",
                "of total",
                "cascading",
            ]
            .iter()
            .any(|noun| after.get(..noun.len()).is_some_and(|head| head.eq_ignore_ascii_case(noun)));
            // "For 47 minutes builds failed" tells after it, "builds failed for 47 minutes" before it.
            let led = item.expr.span.start - sentence.span.start < 25;
            let side = if led {
                Span::new(item.expr.span.end, sentence.span.end)
            } else {
                Span::new(sentence.span.start, item.expr.span.start)
            };
            let lasted = duration.relation == Relation::For
                && TONE.matches(side.of(reading.text)).any(|row| row.kind == Tone::Impact && row.weight >= 2.0);
            if noun || lasted {
                return Some(Length { minutes: duration.minutes, quote: sentence.span });
            }
        }
    }
    None
}

/// A time to detect is given where both its ends are right with this chance or more. On organisations that were held out, fewer
/// than one in five of the others is right.
const LIKELY: f32 = 0.2;

/// Computes TTD and TTR, drops what cannot be, and warns of what disagrees.
pub(super) fn durations(reading: &Reading, out: &mut Times, stated_ttd: Option<Length>, stated_ttr: Option<Length>) {
    drop_impossible(out);
    if out.resolved.is_none()
        && let (Some(started), Some(stated)) = (out.started, stated_ttr)
        && let Some(when) = started.when.plus(stated.minutes)
    {
        out.resolved = Some(Found::by(when, stated.quote, Rule::Derived));
    }
    let between = |to: Option<Found>, from: Option<Found>| {
        let (to, from) = (to?, from?);
        let minutes = to.when.minutes_since(&from.when)?;
        // From one day to the next it may be a minute or two days, which is no length; from two days apart on it is one.
        let days = matches!((to.when, from.when), (When::Day(_), When::Day(_)));
        (minutes >= 0.0 && !(days && minutes <= 1440.0))
            .then_some(Length { minutes: (minutes * 10.0).round() / 10.0, quote: to.quote })
    };
    let likely = |a: Option<Found>, b: Option<Found>| {
        let chance = |found: Option<Found>| found.and_then(|found| found.chance).unwrap_or(1.0);
        chance(a) * chance(b) >= LIKELY
    };
    // From day to day none of the times to detect was right, where organisations were held out.
    let bare = |found: Option<Found>| matches!(found, Some(Found { when: When::Day(_), .. }));
    out.ttd = between(out.detected, out.started)
        .filter(|_| likely(out.detected, out.started) && !(bare(out.detected) && bare(out.started)))
        .or(stated_ttd);
    // Where the start is known to have been on another day, the time since the detection is not what it took.
    let began_before = matches!(
        (out.started.map(|f| f.when.date()), out.detected.map(|f| f.when.date())),
        (Some(Some(started)), Some(Some(detected))) if started < detected
    );
    // An incident that ended in the minute it began was misread: one moment served for both.
    let lasted = |length: &Length| length.minutes > 0.0;
    out.ttr = between(out.resolved, out.started)
        .filter(lasted)
        .map(|length| (length, TtrBasis::Started))
        .or_else(|| {
            between(out.resolved, out.detected)
                .filter(|length| lasted(length) && !began_before)
                .map(|length| (length, TtrBasis::Detected))
        })
        .or_else(|| thread_length(reading, out).map(|length| (length, TtrBasis::FirstUpdate)))
        .or_else(|| stated_ttr.map(|length| (length, TtrBasis::Stated)));
    if let (Some((_, basis)), Some(resolved)) = (&mut out.ttr, out.resolved)
        && resolved.rule == Rule::Derived
    {
        *basis = TtrBasis::Stated;
    }
    // A third of a minute has no end in decimals; what is read back from JSON must be what was written.
    for length in out.ttd.iter_mut().chain(out.ttr.iter_mut().map(|(length, _)| length)) {
        length.minutes = (length.minutes * 1e6).round() / 1e6;
    }
    warn_of_mismatch("TTD", out.ttd, stated_ttd, &mut out.warnings);
    warn_of_mismatch("TTR", out.ttr.map(|(length, _)| length), stated_ttr, &mut out.warnings);
    if let Some((length, _)) = out.ttr.filter(|(length, _)| length.minutes > 366.0 * 1440.0) {
        out.warnings.push(format!("long_duration: TTR of {} days", (length.minutes / 1440.0).round()));
    }
}

/// From the first to the Resolved update of a status thread.
fn thread_length(reading: &Reading, out: &Times) -> Option<Length> {
    let resolved = out.resolved.filter(|found| found.rule == Rule::Update)?;
    let first = reading.events.iter().filter(|event| event.update).min_by(|a, b| compare(&a.when, &b.when))?;
    let minutes = resolved.when.minutes_since(&first.when)?;
    (minutes > 0.0).then_some(Length { minutes, quote: resolved.quote })
}

/// An end before its start cannot be: the one that rests on the weaker evidence goes, with a warning.
fn drop_impossible(out: &mut Times) {
    let negative = |to: Option<Found>, from: Option<Found>| match (to, from) {
        (Some(to), Some(from)) => to.when.minutes_since(&from.when).is_some_and(|minutes| minutes < 0.0),
        _ => false,
    };
    if negative(out.resolved, out.started) {
        out.warnings.push(
            "negative_duration: the end found lies before the start found; the weaker of the two was dropped".into(),
        );
        let weaker_end = out.resolved.map(|f| f.rule) >= out.started.map(|f| f.rule);
        *(if weaker_end { &mut out.resolved } else { &mut out.started }) = None;
    }
    if negative(out.resolved, out.detected) {
        // What was over before anybody knew is rare; what was misread is not.
        if out.started.is_none() {
            out.detected = None;
        }
    }
    if negative(out.detected, out.started) {
        out.warnings
            .push("detected_early: detection lies before the start of impact; there is no time to detect".into());
    }
    for mitigated in [out.started, out.resolved] {
        if negative(out.mitigated, mitigated)
            && out.started.is_some()
            && mitigated.map(|f| f.quote) == out.started.map(|f| f.quote)
        {
            out.mitigated = None;
        }
    }
}

fn warn_of_mismatch(name: &str, used: Option<Length>, stated: Option<Length>, warnings: &mut Vec<String>) {
    let (Some(used), Some(stated)) = (used, stated) else { return };
    let gap = (used.minutes - stated.minutes).abs();
    if gap > 2.0 && gap > 0.1 * stated.minutes.max(used.minutes) {
        warnings.push(format!(
            "duration_mismatch: the stated {name} of {} min and the times, which give {} min, disagree",
            stated.minutes, used.minutes
        ));
    }
}
