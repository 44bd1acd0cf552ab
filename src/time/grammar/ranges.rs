//! Ranges ("from 10:00 to 10:30") and repetitions in another zone, linked after the expressions are read.

use super::Scanner;
use super::dates::day_of;
use crate::document::Span;
use crate::time::expr::*;
use crate::time::lex::{Kind, tokens};

impl Scanner<'_> {
    /// The second day of "May 3-5, 2024", which is nothing by itself, with the places where it begins and ends.
    pub(super) fn second_day(&self, first: &Value, at: usize) -> Option<(Value, usize, usize)> {
        let Value::Moment(Moment { date: Some(DateExpr::MonthDay { month, day }), clock: None, .. }) = first else {
            return None;
        };
        if !self.joins(at) || self.is(at, "and") || !self.same_line(at) || !self.same_line(at + 1) {
            return None;
        }
        let second = self.small(at + 1, 31).filter(|second| second > day)?;
        let place = at + 2 + usize::from(self.ordinal(at + 2));
        let (year, next) = self.year_after(place);
        // "May 3 - 14:05 paged", "May 3 - 5 nodes failed"
        let free = !self.same_line(next)
            || self.kind(next) == Some(Kind::Mark)
                && !self.colon(next)
                && !(self.touches(next) && self.glued(next + 1))
                && self.str(next) != "%";
        if year.is_none() && !free {
            return None;
        }
        let moment = Moment { date: Some(day_of(year, *month, second)?), ..Moment::default() };
        Some((Value::Moment(moment), at + 1, next))
    }

    /// Marks the two ends of each range and the repetitions in another zone.
    pub(super) fn link(&self, found: &mut [TimeExpr]) {
        for second in 1..found.len() {
            let (head, tail) = found.split_at_mut(second);
            let (first, second) = (&mut head[head.len() - 1], &mut tail[0]);
            let gap = Span::new(first.span.end, second.span.start);
            let (Value::Moment(a), Value::Moment(b)) = (&mut first.value, &mut second.value) else { continue };
            if is_alias(a, b, gap.of(self.text).trim()) {
                b.role = Role::Alias;
            } else if (a.role == Role::Alone) && a.clock.is_some() == b.clock.is_some() && self.is_range_gap(gap, a, b)
            {
                a.role = Role::From;
                b.role = Role::To;
                let half = |span: Span| {
                    let words = span.of(self.text).to_ascii_lowercase();
                    ["am", "pm", "a.m", "p.m", "noon", " in the ", " at night"].iter().any(|half| words.contains(half))
                };
                share(a, b, (half(first.span), half(second.span)));
            }
        }
    }

    /// Whether the words between two moments make a range of them: "to", "-", "until", "between ... and".
    fn is_range_gap(&self, gap: Span, a: &Moment, b: &Moment) -> bool {
        let between = gap.of(self.text);
        if gap.len() > 60 || between.contains("\n\n") {
            return false;
        }
        // ISO 8601: 2024-05-03T22:10Z/2024-05-03T23:40Z; "21/22 May"
        if between == ".."
            || between.trim() == "~"
            || between == "/" && a.clock.is_some() == b.clock.is_some() && a.date.is_some() && b.date.is_some()
        {
            return true;
        }
        let mut joined = false;
        for token in tokens(between) {
            let word = &between[token.start..token.end];
            // "15:20 — At 14:52 the alarm was raised" begins anew.
            if matches!(word, "At" | "On" | "Around" | "About" | "After" | "Before" | "Just") {
                return false;
            }
            match word.to_ascii_lowercase().as_str() {
                "-" | "–" | "—" | "−" | "→" | "to" | "until" | "till" | "through" | "thru" | ">" | "➔" | "➜" | "➝" => {
                    joined = true
                }
                "and" => {
                    let before = floor_boundary(self.text, gap.start.saturating_sub(80));
                    joined |= self.text[before..gap.start].to_ascii_lowercase().contains("between")
                        || ["and ending", "and lasting"].iter().any(|end| between.contains(end));
                }
                "about" | "around" | "approximately" | "approx" | "roughly" | "~" | "at" | "on" | "," | ")" | "("
                | "*" | "=" | "the" | "ended" | "ending" | "it" | "lasted" | "was" | "as" | "late" | "early"
                | "next" | "following" | "day" | "same" | "shortly" | "just" | "after" | "before" | "up" | "all"
                | "way" | "going" | "went" | "continuing" | "continued" | "running" | "ran" | "lasting"
                | "extending" | "extended" | "persisting" | "persisted" => {}
                _ => return false,
            }
        }
        joined && !(between.contains('\n') && between.contains("- "))
    }
}

/// Whether `b` says the moment `a` again in another zone: `14:30 PDT (21:30 UTC)`, `08:30 UTC = 10:30 CEST`.
fn is_alias(a: &Moment, b: &Moment, between: &str) -> bool {
    const AGAIN: &[&str] = &["/", "(", "or", ", or", "[", "=", "i.e.", ", i.e.", "(i.e.", "(i.e.,", "aka"];
    let zoned = a.clock.is_some() && b.clock.is_some() && a.zone.is_some() && b.zone.is_some() && a.zone != b.zone;
    match a.role {
        Role::Alone => zoned && AGAIN.contains(&between),
        // "08:30 UTC (10:30 CEST, 14:00 IST)"
        Role::Alias => zoned && matches!(between, "," | "/" | ";"),
        _ => false,
    }
}

/// The largest character boundary of `text` that is not above `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Lets each end of a range say what the other leaves out: the zone, the month and year, am or pm. `halves`: whether am or
/// pm was written at each end.
fn share(from: &mut Moment, to: &mut Moment, halves: (bool, bool)) {
    if from.zone.is_none() {
        from.zone.clone_from(&to.zone);
    } else if to.zone.is_none() {
        to.zone.clone_from(&from.zone);
    }
    share_date(from, to);
    // A day of its own puts the second end anywhere.
    if to.date.is_some() && from.date.is_some() {
        return;
    }
    let (Some(a), Some(b)) = (&mut from.clock, &mut to.clock) else { return };
    let minutes = |clock: &Clock| i32::from(clock.hour) * 60 + i32::from(clock.minute);
    if a.half_open && halves.1 {
        // "from 9:30 to 11:00 PM", "10 to 2 am": the first is of the second's half of the day if that does not turn the
        // range around.
        let half = if b.hour >= 12 { 12 } else { 0 };
        let same = Clock { hour: a.hour % 12 + half, ..*a };
        let other = Clock { hour: a.hour % 12 + 12 - half, ..*a };
        *a = Clock { half_open: false, ..if minutes(&same) <= minutes(b) { same } else { other } };
    } else if a.half_open && b.hour > 12 {
        // "9:30 - 14:10" is written by the clock of 24 hours.
        a.half_open = false;
    }
    // "8:00 PM - 9:30": the second is of the first's half unless it would come before it.
    if !a.half_open && b.half_open && a.hour > 12 && b.hour < 12 && minutes(b) + 720 > minutes(a) {
        b.hour += 12;
        b.half_open = false;
    }
}

fn share_date(from: &mut Moment, to: &mut Moment) {
    use DateExpr::{Day, Full, MonthDay};
    match (from.date, to.date) {
        (Some(Day(day)), Some(MonthDay { month, .. })) => from.date = day_of(None, month, day).or(from.date),
        (Some(Day(day)), Some(Full { year, month, .. })) => from.date = day_of(Some(year), month, day).or(from.date),
        // A range may cross New Year: "Dec 30 – Jan 2, 2025".
        (Some(MonthDay { month, day }), Some(Full { year, month: end, .. })) => {
            from.date = day_of(Some(if month > end { year - 1 } else { year }), month, day).or(from.date);
        }
        (Some(Full { year, month: begin, .. }), Some(MonthDay { month, day })) => {
            to.date = day_of(Some(if month < begin { year + 1 } else { year }), month, day).or(to.date);
        }
        _ => {}
    }
}
