//! Ranges ("from 10:00 to 10:30") and repetitions in another zone, linked after the expressions are read.

use super::Scanner;
use crate::document::Span;
use crate::time::expr::*;
use crate::time::lex::tokens;

impl Scanner<'_> {
    /// Marks the two ends of each range and the repetitions in another zone.
    pub(super) fn link(&self, found: &mut [TimeExpr]) {
        for second in 1..found.len() {
            let (head, tail) = found.split_at_mut(second);
            let (first, second) = (&mut head[head.len() - 1], &mut tail[0]);
            let gap = Span::new(first.span.end, second.span.start);
            let (Value::Moment(a), Value::Moment(b)) = (&mut first.value, &mut second.value) else { continue };
            if a.role == Role::Alone
                && a.clock.is_some()
                && b.clock.is_some()
                && a.zone.is_some()
                && b.zone.is_some()
                && ["/", "(", "or", ", or", "["].contains(&gap.of(self.text).trim())
            {
                b.role = Role::Alias;
            } else if (a.role == Role::Alone) && a.clock.is_some() == b.clock.is_some() && self.is_range_gap(gap) {
                a.role = Role::From;
                b.role = Role::To;
                share(a, b);
            }
        }
    }

    /// Whether the words between two moments make a range of them: "to", "-", "until", "between ... and".
    pub(super) fn is_range_gap(&self, gap: Span) -> bool {
        let between = gap.of(self.text);
        if gap.len() > 60 || between.contains("\n\n") {
            return false;
        }
        let mut joined = false;
        for token in tokens(between) {
            let word = between[token.start..token.end].to_ascii_lowercase();
            match word.as_str() {
                "-" | "–" | "—" | "→" | "to" | "until" | "till" | "through" | "thru" | ">" | "➔" => {
                    joined = true
                }
                "and" => {
                    let before = floor_boundary(self.text, gap.start.saturating_sub(80));
                    joined |= self.text[before..gap.start].to_ascii_lowercase().contains("between");
                }
                "about" | "around" | "approximately" | "approx" | "roughly" | "~" | "at" | "on" | "," | ")" | "("
                | "*" | "the" | "ended" | "ending" | "it" | "lasted" | "was" | "as" | "late" | "early" | "next"
                | "following" | "day" | "same" => {}
                _ => return false,
            }
        }
        joined && !(between.contains('\n') && between.contains("- "))
    }
}

/// The largest character boundary of `text` that is not above `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Lets each end of a range say what the other leaves out: the zone, am or pm.
fn share(from: &mut Moment, to: &mut Moment) {
    if from.zone.is_none() {
        from.zone.clone_from(&to.zone);
    } else if to.zone.is_none() {
        to.zone.clone_from(&from.zone);
    }
    let (Some(a), Some(b)) = (&mut from.clock, &mut to.clock) else { return };
    // "from 9:30 to 11:00 PM": the first is of the second's half of the day if that does not turn the range around.
    if a.half_open && !b.half_open && b.hour >= 12 && to.date.is_none_or(|_| from.date.is_none()) {
        let same = if a.hour == 12 { 12 } else { a.hour + 12 };
        if (same, a.minute) <= (b.hour, b.minute) && b.hour > 12 {
            a.hour = same;
        }
        a.half_open = false;
    }
    // "8:00 PM - 9:30": the second is of the first's half unless it would come before it.
    if !a.half_open
        && b.half_open
        && a.hour >= 12
        && b.hour < 12
        && (b.hour + 12, b.minute) > (a.hour, a.minute)
        && a.hour > 12
    {
        b.hour += 12;
        b.half_open = false;
    }
}
