//! Lengths of time, alone and compound, with what the words around make of them.

use super::quantity::Quantity;
use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::Kind;

/// A length as its own words tell it.
#[derive(Clone, Copy)]
pub(super) struct Length {
    pub minutes: f64,
    /// Minutes in one of its last unit.
    unit: f64,
    bound: Bound,
}

impl Scanner<'_> {
    pub(super) fn try_duration(&self, at: usize) -> Read<Duration> {
        let (length, next) = self.try_length(at).or_else(|| self.bare_unit(at))?;
        // "7d4f2c", "30mm"; "twice a day" and "the 24-hour clock" are no lengths.
        if self.glued(next)
            || self.is_any(at, &["a", "an"]) && self.after_any(at, &["once", "twice", "thrice", "times", "per"])
            || self.is(next - 1, "hour") && self.is_any(next, &["clock", "format", "notation"])
        {
            return None;
        }
        // "30 min. later"
        let dot = self.str(next) == "."
            && self.touches(next)
            && self.is_any(next - 1, &["hr", "hrs", "min", "mins", "sec", "secs"])
            && self.same_line(next + 1)
            && self.is_any(next + 1, &["later", "after", "earlier", "before", "ago"]);
        let (before_bound, before) = self.bound_before(at);
        let (after_bound, next) = self.bound_after(next + usize::from(dot));
        let bound = match length.bound {
            Bound::Vague => Bound::Vague,
            own => before_bound.or(after_bound).unwrap_or(own),
        };
        let relation = self.relation(before, next);
        if self.counts_something_else(at, next, bound, relation) {
            return None;
        }
        Some((Duration { minutes: length.minutes, bound, relation }, next))
    }

    /// A lone "5m" may be metres, millions or a setting: it needs a word that makes it a length, or a place of its own
    /// ("Downtime: 47m"). "502s" are answers of a server.
    fn counts_something_else(&self, at: usize, next: usize, bound: Bound, relation: Relation) -> bool {
        if next != at + 2 || !self.is_any(at + 1, &["m", "s", "d"]) {
            return false;
        }
        let status = self.is(at + 1, "s") && self.number(at).is_some_and(|(n, _)| (400..600).contains(&n));
        if status {
            return !matches!(relation, Relation::For | Relation::Within);
        }
        let things = self.same_line(next) && self.is_plural(next);
        relation == Relation::Bare && bound == Bound::Exact && (!self.field_start(at) || things)
    }

    /// A length in words and digits: "1h 47m", "two and a half hours", "half an hour", "3.75 hours", "90-minute".
    pub(super) fn try_length(&self, at: usize) -> Read<Length> {
        let (mut length, mut next) = self.try_part(at)?;
        while let Some((more, after)) = self.next_part(next, length.unit) {
            (length.minutes, length.unit, next) = (length.minutes + more.minutes, more.unit, after);
        }
        // "an hour and a half"
        let (fraction, after) = self.and_fraction(0.0, next);
        if after > next {
            length.minutes += fraction * length.unit;
            return Some((length, after));
        }
        // "1h30": the minutes carry no unit.
        if length.unit == 60.0
            && self.touches(next)
            && self.touches(next - 1)
            && self.is_any(next - 1, &["h", "hr", "hrs"])
            && let Some((minutes, 2)) = self.number(next).filter(|(n, _)| *n < 60)
        {
            length.minutes += f64::from(minutes);
            return Some((length, next + 1));
        }
        Some((length, next))
    }

    /// One quantity with its unit.
    fn try_part(&self, at: usize) -> Read<Length> {
        let (Quantity { value, mut bound }, mut place) = self.quantity(at)?;
        if self.str(place) == "+" && self.touches(place) {
            (bound, place) = (Bound::AtLeast, place + 1);
        }
        if self.hyphen(place) && self.touches(place) && self.touches(place + 1) {
            place += 1;
        }
        if self.are(place, &["or", "so"]) {
            (bound, place) = (Bound::About, place + 2);
        }
        if self.is(place, "odd") {
            (bound, place) = (Bound::About, place + 1);
        }
        if self.is_any(place, &["full", "whole", "consecutive", "more", "further", "additional"]) {
            place += 1;
        }
        // "half of an hour", "a quarter of an hour"
        if value < 1.0 && self.is(place, "of") {
            place += 1;
        }
        if value < 1.0 && self.is_any(place, &["a", "an"]) {
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
        // "an hours-long outage"
        if self.is_any(at, &["a", "an"]) && place == at + 1 && self.is_plural(place) && self.is(place + 2, "long") {
            bound = Bound::Vague;
        }
        (letter_ok && !ordinal && !glued).then_some((Length { minutes: value * unit, unit, bound }, place + 1))
    }

    /// The next, smaller part of a compound: the "47m" of "1h 47m", the "and 15 minutes" of "2 hours and 15 minutes".
    fn next_part(&self, at: usize, unit: f64) -> Read<Length> {
        let mut place = at;
        if self.str(place) == "." && self.touches(place) && self.is_any(place - 1, &["hr", "hrs", "min", "mins"]) {
            place += 1;
        }
        while place < at + 2 && self.is_any(place, &["and", ",", "&"]) {
            place += 1;
        }
        if !self.same_paragraph(place) || self.is_any(place, &["a", "half"]) {
            return None;
        }
        let (value, after) = self.amount(place)?;
        let smaller = self.unit(after).filter(|_| self.same_line(after))?;
        // A line may be wrapped between words ("6 hours" / "50 minutes"), not between the rows of a list.
        if !self.same_line(place) && self.str(after).len() < 6 {
            return None;
        }
        let minutes = value * smaller;
        (smaller < unit && minutes < unit)
            .then_some((Length { minutes, unit: smaller, bound: Bound::Exact }, after + 1))
    }

    /// A unit without a number: "minutes later", "for hours", "within the hour", "in the last hour".
    fn bare_unit(&self, at: usize) -> Read<Length> {
        let unit =
            self.unit(at).filter(|_| self.str(at).len() > 2 && at.checked_sub(1).is_none_or(|b| !self.hyphen(b)))?;
        if self.is_plural(at) {
            let vague = self.is_any(at + 1, &["later", "afterwards", "earlier"])
                || self.after_any(at, &["for", "took", "lasted", "within"]);
            return vague.then_some((Length { minutes: unit, unit, bound: Bound::Vague }, at + 1));
        }
        let whole = self.after_any(at, &["the"]) && self.after_any(at - 1, &["within"])
            || unit == 60.0 && self.after_any(at, &["last", "past"]) && self.after_any(at - 1, &["the"]);
        whole.then_some((Length { minutes: unit, unit, bound: Bound::Exact }, at + 1))
    }

    /// `1:23:45 hours`, `1:30 hours`, `12:30 minutes`; "at 14:05 hours" is a clock time.
    pub(super) fn try_colon_length(&self, at: usize) -> Read<Duration> {
        let (first, digits) = self.number(at).filter(|(_, digits)| *digits <= 3)?;
        let sixty = |at: usize| {
            let (n, 2) = self.number(at).filter(|(n, _)| *n < 60)? else { return None };
            (self.colon(at - 1) && self.touches(at - 1) && self.touches(at)).then_some(f64::from(n))
        };
        let second = sixty(at + 2)?;
        let (third, next) = sixty(at + 4).map_or((None, at + 3), |third| (Some(third), at + 5));
        if !self.same_line(next) {
            return None;
        }
        let relation = self.relation(self.bound_before(at).1, next + 1);
        let minutes = if self.is_any(next, &["hours", "hrs"]) {
            let said = matches!(relation, Relation::For | Relation::Later | Relation::Within);
            if third.is_none() && digits == 2 && !said {
                return None;
            }
            f64::from(first) * 60.0 + second + third.unwrap_or(0.0) / 60.0
        } else if self.is_any(next, &["minutes", "mins", "min"]) && third.is_none() {
            f64::from(first) + second / 60.0
        } else {
            return None;
        };
        let bound = self.bound_before(at).0.unwrap_or(Bound::Exact);
        Some((Duration { minutes, bound, relation }, next + 1))
    }

    /// ISO 8601: `PT1H30M`, `P1DT2H`.
    pub(super) fn try_iso_duration(&self, at: usize) -> Read<Duration> {
        if !self.str(at).starts_with('P') || self.touches(at) && self.kind(at - 1) != Some(Kind::Mark) {
            return None;
        }
        let mut end = at + 1;
        while self.touches(end) && (self.kind(end) != Some(Kind::Mark) || self.str(end) == "." && self.glued(end + 1)) {
            end += 1;
        }
        let text = &self.text[self.tokens[at].start + 1..self.tokens[end - 1].end];
        let minutes = iso_minutes(text)?;
        let (before_bound, before) = self.bound_before(at);
        let relation = self.relation(before, end);
        Some((Duration { minutes, bound: before_bound.unwrap_or(Bound::Exact), relation }, end))
    }
}

/// The minutes of an ISO 8601 duration without its `P`; years and months have no fixed length and give nothing.
fn iso_minutes(text: &str) -> Option<f64> {
    let (days, clock) = text.split_once('T').map_or((text, None), |(days, clock)| (days, Some(clock)));
    let mut total = 0.0;
    for (part, units) in [(days, [('W', 10080.0), ('D', 1440.0)].as_slice()), (clock.unwrap_or(""), CLOCK_UNITS)] {
        let mut number = String::new();
        for c in part.chars() {
            if c.is_ascii_digit() || c == '.' {
                number.push(c);
                continue;
            }
            let (_, unit) = units.iter().find(|(letter, _)| *letter == c)?;
            total += number.parse::<f64>().ok()? * unit;
            number.clear();
        }
        if !number.is_empty() {
            return None;
        }
    }
    (total > 0.0 && clock != Some("")).then_some(total)
}

const CLOCK_UNITS: &[(char, f64)] = &[('H', 60.0), ('M', 1.0), ('S', 1.0 / 60.0)];
