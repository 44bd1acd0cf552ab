//! Moments and clock times: `14:10`, `7 pm`, `0830HRS`, `10h47`, and the date and zone that belong to them.

use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::{Kind, Meaning, meanings};
use crate::time::zone::{self, Zone};

impl Scanner<'_> {
    pub(super) fn try_moment(&self, at: usize) -> Read<Moment> {
        let about = self.about_before(at);
        if let Some((date, next)) = self.try_date(at) {
            let (clock, zone, next) = match self.clock_after_date(next) {
                Some((clock, zone, next)) => (Some(clock), zone, next),
                None => (None, None, next),
            };
            // A lone abbreviation ("Sun", "mon") or a lone weekday is too often something else.
            if clock.is_none() && matches!(date, DateExpr::Weekday(_)) && self.str(at).len() < 6 {
                return None;
            }
            return Some((Moment { date: Some(date), clock, zone, about, role: Role::Alone }, next));
        }
        let (clock, next) = self.try_clock(at)?;
        let (zone, next) = self.zone_after(next, true).map_or((None, next), |(zone, next)| (Some(zone), next));
        let (date, zone, next) = match self.date_after_clock(next) {
            Some((date, after)) => {
                let late = if zone.is_none() { self.zone_after(after, true) } else { None };
                late.map_or((Some(date), zone, after), |(zone, after)| (Some(date), Some(zone), after))
            }
            None => (None, zone, next),
        };
        Some((Moment { date, clock: Some(clock), zone, about, role: Role::Alone }, next))
    }

    pub(super) fn about_before(&self, at: usize) -> bool {
        at > 0
            && self.same_paragraph(at)
            && self.is_any(
                at - 1,
                &["~", "≈", "about", "around", "approximately", "approx", "roughly", "circa", "near", "c"],
            )
    }

    /// The clock time that belongs to a date that ends before `at`.
    pub(super) fn clock_after_date(&self, at: usize) -> Option<(Clock, Option<Zone>, usize)> {
        const MARKS: &[&str] = &[",", "-", "–", "—", "@", "|", "~", "(", "*", ":", "/"];
        const WORDS: &[&str] = &[
            "at",
            "around",
            "about",
            "approximately",
            "roughly",
            "from",
            "between",
            "t",
            "by",
            "starting",
            "on",
            "the",
            "time",
            "circa",
            "approx",
            "since",
        ];
        let mut place = at;
        let mut word = false;
        for _ in 0..5 {
            if self.kind(place)? == Kind::Number {
                break;
            }
            // A capital begins a sentence of its own: "... 28 June.\nBetween 10:00 and ...".
            let is_word = self.is_any(place, WORDS)
                && (self.same_line(place) || !self.str(place).as_bytes()[0].is_ascii_uppercase());
            if !is_word && !MARKS.contains(&self.str(place)) || !self.same_paragraph(place) {
                break;
            }
            word |= is_word;
            place += 1;
        }
        // A line may be wrapped inside a sentence ("on 3 January at\nabout 12:30"), not between a date and a list.
        if !(self.same_line(place) || word && self.same_paragraph(place)) {
            return None;
        }
        let (clock, next) = self.try_clock(place)?;
        let with_offset = self.is(place - 1, "t") || next >= 2 && self.str(next - 2) == ":" && next - place >= 5;
        let zone = if with_offset { self.numeric_offset(next) } else { None }.or_else(|| self.zone_after(next, true));
        Some(zone.map_or((clock, None, next), |(zone, next)| (clock, Some(zone), next)))
    }

    /// The date that belongs to a clock time that ends before `at`: "10:30 UTC on 3 May 2024".
    pub(super) fn date_after_clock(&self, at: usize) -> Read<DateExpr> {
        let mut place = at;
        while place < at + 3 && (self.is_any(place, &["on", "of", ",", "("]) || self.is(place, "the")) {
            place += 1;
        }
        if !(self.same_line(place) || place > at && self.same_paragraph(place)) {
            return None;
        }
        let (date, next) = self.try_date(place)?;
        if matches!(date, DateExpr::Month { .. })
            || self.clock_after_date(next).is_some_and(|(_, _, end)| end > next + 2 && !self.joins(next))
        {
            return None;
        }
        Some((date, next))
    }

    /// Whether the token joins the two ends of a range.
    pub(super) fn joins(&self, at: usize) -> bool {
        self.is_any(at, &["-", "–", "—", "to", "until", "till", "and", "through"])
    }

    pub(super) fn try_clock(&self, at: usize) -> Read<Clock> {
        match self.kind(at)? {
            Kind::Number => self
                .try_colon_clock(at)
                .or_else(|| self.try_hour_with_half(at))
                .or_else(|| self.try_four_digits(at))
                .or_else(|| self.try_dotted_or_h(at))
                .or_else(|| self.try_hour_with_zone(at)),
            Kind::Word if meanings(self.str(at)).iter().any(|m| matches!(m, Meaning::Named(_))) => {
                let minutes = meanings(self.str(at))
                    .iter()
                    .find_map(|m| if let Meaning::Named(n) = m { Some(*n) } else { None })?;
                Some((Clock { hour: (minutes / 60) as i8, minute: 0, second: 0, half_open: false }, at + 1))
            }
            _ => None,
        }
    }

    /// `14:10`, `9:05:33`, `2:30 p.m.`
    pub(super) fn try_colon_clock(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 24)?;
        let (minute, digits) = self.number(at + 2)?;
        if self.str(at + 1) != ":" || !self.touches(at + 1) || !self.touches(at + 2) || digits != 2 || minute > 59 {
            return None;
        }
        let mut next = at + 3;
        let mut second = 0;
        if self.str(next) == ":"
            && self.touches(next)
            && self.touches(next + 1)
            && self.kind(next + 1) == Some(Kind::Number)
        {
            second = self.small(next + 1, 60)?.min(59);
            next += 2;
            if self.is_any(next, &[".", ","])
                && self.touches(next)
                && self.touches(next + 1)
                && self.number(next + 1).is_some()
            {
                next += 2;
            }
        }
        let wrong_tail = self.touches(next)
            && (self.str(next) == "%"
                || self.is_any(next, &[".", ":"])
                    && self.touches(next + 1)
                    && self.kind(next + 1) == Some(Kind::Number)
                || self.kind(next) == Some(Kind::Word) && !self.clock_word(next));
        if wrong_tail || hour == 24 && (minute > 0 || second > 0) {
            return None;
        }
        let clock = Clock { hour, minute: minute as i8, second, half_open: (1..=12).contains(&hour) };
        Some(self.with_half(clock, next))
    }

    /// A word that may touch a clock time: am, pm, h, hrs, a zone.
    pub(super) fn clock_word(&self, at: usize) -> bool {
        self.is_any(at, &["am", "pm", "a", "p", "h", "hrs", "hr", "hours", "z", "t"])
            || zone::named(self.str(at)).is_some()
    }

    /// Applies an am or pm (or skips "hrs") after a clock time.
    pub(super) fn with_half(&self, clock: Clock, at: usize) -> (Clock, usize) {
        if let Some((pm, next)) = self.half(at) {
            let hour = match (pm, clock.hour) {
                (true, 1..=11) => clock.hour + 12,
                (false, 12) => 0,
                _ => clock.hour,
            };
            return (Clock { hour, half_open: false, ..clock }, next);
        }
        let skip = self.is_any(at, &["h", "hrs", "hr", "hours"]) && self.same_line(at);
        (clock, if skip { at + 1 } else { at })
    }

    /// `am`, `PM`, `a.m.`: whether it is pm, and what comes after.
    pub(super) fn half(&self, at: usize) -> Read<bool> {
        if !self.same_line(at) {
            return None;
        }
        if self.is_any(at, &["am", "pm"]) {
            return Some((self.is(at, "pm"), at + 1));
        }
        let dotted =
            self.is_any(at, &["a", "p"]) && self.str(at + 1) == "." && self.is(at + 2, "m") && self.touches(at + 2);
        let end = at + 3;
        dotted.then(|| (self.is(at, "p"), if self.str(end) == "." && self.touches(end) { end + 1 } else { end }))
    }

    /// `7 pm`.
    pub(super) fn try_hour_with_half(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 12).filter(|hour| *hour > 0)?;
        self.half(at + 1)?;
        let (clock, next) = self.with_half(Clock { hour, minute: 0, second: 0, half_open: true }, at + 1);
        Some((clock, next))
    }

    /// `0830HRS`, `1430 UTC`, `1430Z`.
    pub(super) fn try_four_digits(&self, at: usize) -> Read<Clock> {
        let (number, 4) = self.number(at)? else { return None };
        let (hour, minute) = ((number / 100) as i8, (number % 100) as i8);
        if hour > 23 || minute > 59 || !self.same_line(at + 1) {
            return None;
        }
        let clock = Clock { hour, minute, second: 0, half_open: false };
        if self.is_any(at + 1, &["hrs", "hr", "hours"]) {
            return Some((clock, at + 2));
        }
        // "2022 EST" may be the end of a date; the date's own rule comes first and takes the year.
        self.zone_after(at + 1, false).is_some().then_some((clock, at + 1))
    }

    /// `10h47`, `16.30 CET`, `3.45pm`.
    pub(super) fn try_dotted_or_h(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 23)?;
        let (minute, 2) = self.number(at + 2)? else { return None };
        if minute > 59 || !self.touches(at + 1) || !self.touches(at + 2) {
            return None;
        }
        let clock = Clock { hour, minute: minute as i8, second: 0, half_open: (1..=12).contains(&hour) };
        let next = at + 3;
        if self.is(at + 1, "h") {
            let unit = self.touches(next) && self.kind(next) == Some(Kind::Word);
            let led = at > 0
                && self.is_any(
                    at - 1,
                    &["at", "from", "until", "by", "around", "to", "since", "~", "•", "*", "|", "(", "-"],
                )
                || at == 0
                || !self.same_line(at);
            let clock = Clock { half_open: false, ..clock };
            // "1h30" is a length, "10h47" at the start of an entry a clock time.
            let led = led && (hour >= 6 || at > 0 && self.kind(at - 1) == Some(Kind::Word));
            return (!unit && (led || self.zone_after(next, false).is_some())).then_some((clock, next));
        }
        if self.str(at + 1) != "." {
            return None;
        }
        let (with_half, after) = self.with_half(clock, next);
        let marked = !with_half.half_open && clock.half_open && after > next;
        (marked || self.zone_after(next, false).is_some()).then_some((with_half, after))
    }

    /// `at 14 UTC`.
    pub(super) fn try_hour_with_zone(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 23)?;
        let led = at > 0 && self.is_any(at - 1, &["at", "around", "from", "until", "by", "to", "since"]);
        if !led || !self.same_line(at + 1) {
            return None;
        }
        self.zone_after(at + 1, false)?;
        Some((Clock { hour, minute: 0, second: 0, half_open: false }, at + 1))
    }
}
