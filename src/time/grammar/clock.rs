//! Clock times in digits: `14:10`, `7 pm`, `0830HRS`, `10h47`, `16.30 CET`.

use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::Kind;
use crate::time::zone;

/// Words that lead to a clock time.
const LED: &[&str] = &["at", "around", "about", "from", "until", "till", "by", "to", "since"];

impl Scanner<'_> {
    pub(super) fn try_clock(&self, at: usize) -> Read<Clock> {
        match self.kind(at)? {
            Kind::Number => self
                .try_colon_clock(at)
                .or_else(|| self.try_hour_with_half(at))
                .or_else(|| self.try_four_digits(at))
                .or_else(|| self.try_dotted_or_h(at))
                .or_else(|| self.try_hour_with_zone(at))
                .or_else(|| self.try_hour_of_range(at))
                .or_else(|| self.try_spoken_clock(at)),
            Kind::Word => self.try_spoken_clock(at),
            Kind::Mark => None,
        }
    }

    /// Whether the words before lead to a clock time: "at", "around".
    pub(super) fn led(&self, at: usize) -> bool {
        self.after_any(at, LED)
    }

    /// `14:10`, `9:05:33`, `2:30 p.m.`
    pub(super) fn try_colon_clock(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 24)?;
        let (minute, digits) = self.number(at + 2)?;
        if !self.colon(at + 1) || !self.touches(at + 1) || !self.touches(at + 2) || digits != 2 || minute > 59 {
            return None;
        }
        let mut next = at + 3;
        let mut second = 0;
        if self.colon(next) && self.touches(next) && self.touches(next + 1) && self.kind(next + 1) == Some(Kind::Number)
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
        if self.wrong_tail(next) || hour == 24 && (minute > 0 || second > 0) {
            return None;
        }
        let clock = Clock { hour, minute: minute as i8, second, half_open: (1..=12).contains(&hour) };
        Some(self.with_half(clock, next))
    }

    /// Whether what touches the end of `10:30` makes something else of it: `10:30%`, `10:30.5`, `02:42:ac:11`.
    fn wrong_tail(&self, next: usize) -> bool {
        if !self.touches(next) {
            return false;
        }
        let hexadecimal = |at: usize| {
            self.str(at).len() <= 2 && self.str(at).bytes().all(|b| b.is_ascii_hexdigit()) && self.colon(at + 1)
        };
        self.str(next) == "%"
            || (self.is_any(next, &[".", ","]) || self.colon(next))
                && self.touches(next + 1)
                && self.kind(next + 1) == Some(Kind::Number)
            || self.colon(next) && self.touches(next + 1) && hexadecimal(next + 1)
            || self.kind(next) == Some(Kind::Word) && !self.clock_word(next)
    }

    /// A word that may touch a clock time: am, pm, h, hrs, a zone.
    fn clock_word(&self, at: usize) -> bool {
        self.is_any(at, &["am", "pm", "a", "p", "h", "hrs", "hr", "hours", "z", "t", "ish"])
            || zone::named(self.str(at)).is_some()
    }

    /// Applies an am or pm (or skips "hrs") after a clock time.
    fn with_half(&self, clock: Clock, at: usize) -> (Clock, usize) {
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
        // "pm2" is a program.
        if !self.same_line(at) || self.glued(at + 1) {
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

    /// `7 pm`, `3ish`.
    fn try_hour_with_half(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 12).filter(|hour| *hour > 0)?;
        let clock = Clock { hour, minute: 0, second: 0, half_open: true };
        if self.is(at + 1, "ish") && self.touches(at + 1) {
            return Some((clock, at + 1));
        }
        self.half(at + 1)?;
        Some(self.with_half(clock, at + 1))
    }

    /// `0830HRS`, `1430 UTC`, `1430Z`, `0415h`.
    fn try_four_digits(&self, at: usize) -> Read<Clock> {
        let (number, 4) = self.number(at)? else { return None };
        let (hour, minute) = ((number / 100) as i8, (number % 100) as i8);
        if hour > 23 || minute > 59 || !self.same_line(at + 1) {
            return None;
        }
        let clock = Clock { hour, minute, second: 0, half_open: false };
        if self.is_any(at + 1, &["hrs", "hr", "hours"]) {
            return Some((clock, at + 2));
        }
        // "1200h of compute" is a length.
        if self.is(at + 1, "h") && self.touches(at + 1) && !self.glued(at + 2) && (hour < 10 || self.led(at)) {
            return Some((clock, at + 2));
        }
        // "2022 EST" may be the end of a date; the date's own rule comes first and takes the year.
        self.zone_after(at + 1, false).is_some().then_some((clock, at + 1))
    }

    /// `10h47`, `16.30 CET`, `3.45pm`, `14h UTC`.
    fn try_dotted_or_h(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 23)?;
        if self.is(at + 1, "h") && self.touches(at + 1) && !self.glued(at + 2) && self.led(at) {
            self.zone_after(at + 2, false)?;
            return Some((Clock { hour, minute: 0, second: 0, half_open: false }, at + 2));
        }
        let (minute, 2) = self.number(at + 2)? else { return None };
        if minute > 59 || !self.touches(at + 1) || !self.touches(at + 2) {
            return None;
        }
        let clock = Clock { hour, minute: minute as i8, second: 0, half_open: (1..=12).contains(&hour) };
        let next = at + 3;
        if self.is(at + 1, "h") {
            let unit = self.touches(next) && self.kind(next) == Some(Kind::Word);
            let led =
                self.led(at) || self.after_any(at, &["~", "•", "*", "|", "(", "-"]) || at == 0 || !self.same_line(at);
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
    fn try_hour_with_zone(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 23)?;
        if !self.led(at) || !self.same_line(at + 1) {
            return None;
        }
        self.zone_after(at + 1, false)?;
        Some((Clock { hour, minute: 0, second: 0, half_open: false }, at + 1))
    }

    /// An hour whose range says at its end that it is one: the 2 of "between 2 and 4pm", the 14 of "14-16 UTC"; or the
    /// 16 of the latter.
    fn try_hour_of_range(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 23)?;
        let joins = |at: usize| {
            self.hyphen(at)
                || self.is_any(at, &["to", "until", "till"])
                || self.is(at, "and") && at >= 2 && self.after_any(at - 1, &["between"])
        };
        if joins(at + 1) && self.same_line(at + 2) {
            let other = at + 2;
            if (1..=12).contains(&hour)
                && (self
                    .try_hour_with_half(other)
                    .or_else(|| self.try_colon_clock(other))
                    .is_some_and(|(_, next)| self.after_half(next) || self.part_after(next).is_some())
                    || self.small(other, 12).is_some() && self.part_after(other + 1).is_some())
            {
                return Some((Clock { hour, minute: 0, second: 0, half_open: true }, at + 1));
            }
            self.small(other, 23).filter(|other| *other > hour)?;
            self.zone_after(other + 1, false)?;
            return Some((Clock { hour, minute: 0, second: 0, half_open: false }, at + 1));
        }
        let first = at.checked_sub(2).and_then(|first| self.small(first, 23))?;
        if first >= hour || !joins(at - 1) {
            return None;
        }
        self.zone_after(at + 1, false)?;
        Some((Clock { hour, minute: 0, second: 0, half_open: false }, at + 1))
    }

    /// Whether the token before `next` ends an am or pm.
    fn after_half(&self, next: usize) -> bool {
        self.after_any(next, &["am", "pm", "m"]) || self.after_any(next, &["."]) && self.after_any(next - 1, &["m"])
    }
}
