//! Lengths of time in digits and words, alone and compound, with what the words around make of them.

use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::Kind;

impl Scanner<'_> {
    pub(super) fn try_duration(&self, at: usize) -> Read<Duration> {
        let (minutes, next) = self.try_length(at)?;
        let averaged = self.kind(at) == Some(Kind::Number)
            && self.is_any(at + 1, &["-", "–", "to", "or"])
            && self.number(at + 2).is_some();
        let (bound, before) = self.bound_before(at);
        let bound = if averaged && bound == Bound::Exact { Bound::About } else { bound };
        // A lone "5m" or "2 m" may be metres, millions or a name: it needs a word that makes it a length.
        let alone = next == at + 2 && self.is_any(at + 1, &["m", "s", "d"]);
        let relation = self.relation(before, next);
        if alone && relation == Relation::Bare && bound == Bound::Exact && !self.field_start(at) {
            return None;
        }
        Some((Duration { minutes, bound, relation }, next))
    }

    /// Whether a value may begin here: after a colon, a bar, an equals sign, an opening bracket, or on a new line.
    pub(super) fn field_start(&self, at: usize) -> bool {
        at == 0 || !self.same_line(at) || self.is_any(at - 1, &[":", "|", "=", "(", "*"])
    }

    pub(super) fn bound_before(&self, at: usize) -> (Bound, usize) {
        let Some(last) = at.checked_sub(1).filter(|_| self.same_paragraph(at)) else { return (Bound::Exact, at) };
        let pair = |first: &[&str], second: &str| last > 0 && self.is_any(last - 1, first) && self.is(last, second);
        if self.is_any(
            last,
            &["~", "about", "around", "approximately", "approx", "roughly", "almost", "nearly", "circa", "some", "≈"],
        ) {
            return (Bound::About, last);
        }
        if last > 0 && self.str(last) == "." && self.is(last - 1, "approx") {
            return (Bound::About, last - 1);
        }
        if pair(&["at"], "least") || pair(&["more", "longer", "greater"], "than") {
            return (Bound::AtLeast, last - 1);
        }
        if pair(&["less", "fewer", "shorter"], "than") || pair(&["up"], "to") || pair(&["at"], "most") {
            return (Bound::AtMost, last - 1);
        }
        match self.str(last) {
            ">" | "over" | "Over" | "exceeding" => (Bound::AtLeast, last),
            "<" | "under" | "Under" => (Bound::AtMost, last),
            _ => (Bound::Exact, at),
        }
    }

    pub(super) fn relation(&self, before: usize, after: usize) -> Relation {
        if self.same_paragraph(after) {
            if self.is_any(after, &["later", "after", "afterwards", "afterward", "into"]) {
                return Relation::Later;
            }
            if self.is_any(after, &["earlier", "before", "prior", "previously"]) {
                return Relation::Earlier;
            }
            if self.is(after, "ago") {
                return Relation::Ago;
            }
        }
        let Some(last) = before.checked_sub(1) else { return Relation::Bare };
        let mut last = last;
        if self.is_any(last, &["a", "an", "the", "another", "only", "just", "further", "total", "of"]) && last > 0 {
            last -= 1;
        }
        match self.str(last).to_ascii_lowercase().as_str() {
            "for" | "lasted" | "lasting" | "lasts" | "took" | "taking" | "spanned" | "spanning" => Relation::For,
            "after" => Relation::Later,
            "within" | "in" => Relation::Within,
            "every" | "each" | "per" | "last" | "past" | "next" | "previous" | "first" => Relation::Every,
            _ => Relation::Bare,
        }
    }

    /// A length in minutes: "1h 47m", "two and a half hours", "half an hour", "3.75 hours", "90-minute".
    pub(super) fn try_length(&self, at: usize) -> Read<f64> {
        let (mut total, mut unit, mut next) = self.try_part(at)?;
        while let Some((more, smaller, after)) = self.next_part(next, unit) {
            (total, unit, next) = (total + more, smaller, after);
        }
        // "an hour and a half"
        if self.is(next, "and") && self.is(next + 1, "a") && self.is(next + 2, "half") {
            return Some((total + unit / 2.0, next + 3));
        }
        // "1h30": the minutes carry no unit.
        if unit == 60.0
            && self.touches(next)
            && self.touches(next - 1)
            && self.is(next - 1, "h")
            && let Some((minutes, 2)) = self.number(next).filter(|(n, _)| *n < 60)
        {
            return Some((total + f64::from(minutes), next + 1));
        }
        Some((total, next))
    }

    /// One quantity with its unit: minutes, the unit, the place after.
    pub(super) fn try_part(&self, at: usize) -> Option<(f64, f64, usize)> {
        let (quantity, mut place) = self.quantity(at)?;
        if self.str(place) == "-" && self.touches(place) && self.touches(place + 1) {
            place += 1;
        }
        if self.is_any(place, &["full", "whole", "consecutive", "more"]) {
            place += 1;
        }
        if quantity == 0.5 && self.is(place, "of") {
            place += 1;
        }
        if quantity == 0.5 && self.is_any(place, &["a", "an"]) {
            place += 1;
        }
        let unit = self.unit(place).filter(|_| self.same_paragraph(place))?;
        let word = self.str(place);
        let letter_ok =
            word.len() > 1 || word.as_bytes()[0].is_ascii_lowercase() && (self.touches(place) || word == "h");
        // "a second alert" counts alerts.
        let ordinal = unit < 1.0 && self.is_any(at, &["a", "the"]) && !self.is_any(place + 1, &["later", "after"]);
        let glued =
            self.touches(place + 1) && self.kind(place + 1) == Some(Kind::Mark) && self.is_any(place + 1, &["/", "_"]);
        (letter_ok && !ordinal && !glued).then_some((quantity * unit, unit, place + 1))
    }

    /// The next, smaller part of a compound: the "47m" of "1h 47m", the "and 15 minutes" of "2 hours and 15 minutes".
    pub(super) fn next_part(&self, at: usize, unit: f64) -> Option<(f64, f64, usize)> {
        let mut place = at;
        while place < at + 2 && self.is_any(place, &["and", ",", "&"]) {
            place += 1;
        }
        if !self.same_line(place) || self.kind(place)? != Kind::Number && self.number_word(place).is_none() {
            return None;
        }
        if self.is_any(place, &["a", "half"]) {
            return None;
        }
        let (minutes, smaller, next) = self.try_part_of_compound(place)?;
        (smaller < unit && minutes < unit).then_some((minutes, smaller, next))
    }

    pub(super) fn try_part_of_compound(&self, at: usize) -> Option<(f64, f64, usize)> {
        let (quantity, place) = self.quantity(at)?;
        let unit = self.unit(place).filter(|_| self.same_line(place))?;
        Some((quantity * unit, unit, place + 1))
    }

    /// A number in digits or words: "3.75", "forty-five", "two and a half", "5-10" (its middle).
    pub(super) fn quantity(&self, at: usize) -> Read<f64> {
        if let Some((whole, _)) = self.number(at) {
            return Some(self.digits_quantity(at, whole));
        }
        let first = self.number_word(at)?;
        if self.is(at, "couple") {
            return Some((2.0, if self.is(at + 1, "of") { at + 2 } else { at + 1 }));
        }
        if self.is_any(at, &["a", "an"]) {
            if self.is(at + 1, "half") {
                return Some((0.5, at + 2));
            }
            if self.is(at + 1, "couple") {
                return Some((2.0, if self.is(at + 2, "of") { at + 3 } else { at + 2 }));
            }
        }
        let mut value = first;
        let mut next = at + 1;
        let tens = (20.0..=90.0).contains(&first);
        let joint = if self.str(next) == "-" && self.touches(next) { next + 1 } else { next };
        if tens
            && let Some(ones) =
                self.number_word(joint).filter(|n| (1.0..10.0).contains(n) && !self.is_any(joint, &["a", "an"]))
        {
            (value, next) = (first + ones, joint + 1);
        }
        if self.is(next, "and") && self.is(next + 1, "a") && self.is(next + 2, "half") {
            (value, next) = (value + 0.5, next + 3);
        }
        Some((value, next))
    }

    pub(super) fn digits_quantity(&self, at: usize, whole: u32) -> (f64, usize) {
        let whole = f64::from(whole);
        if self.str(at + 1) == "."
            && self.touches(at + 1)
            && self.touches(at + 2)
            && let Some((fraction, digits)) = self.number(at + 2)
        {
            return (whole + f64::from(fraction) / 10f64.powi(digits as i32), at + 3);
        }
        if self.is(at + 1, "and") && self.is(at + 2, "a") && self.is(at + 3, "half") {
            return (whole + 0.5, at + 4);
        }
        if self.is_any(at + 1, &["½"]) {
            return (whole + 0.5, at + 2);
        }
        if self.is_any(at + 1, &["-", "–", "to", "or"])
            && let Some((high, _)) = self.number(at + 2).filter(|(high, _)| f64::from(*high) > whole)
            && self.unit(at + 3).is_some()
        {
            return ((whole + f64::from(high)) / 2.0, at + 3);
        }
        (whole, at + 1)
    }
}
