//! Moments as machines write them: basic ISO 8601 (`20240223T101500Z`), a bare `T14:30Z`, seconds of the unix epoch where
//! they are called so. The extended form of ISO 8601 is read like any other date and clock time.

use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::Kind;
use crate::time::zone::Zone;

impl Scanner<'_> {
    pub(super) fn try_machine_moment(&self, at: usize) -> Read<Moment> {
        self.try_epoch(at).or_else(|| self.try_basic_iso(at)).or_else(|| self.try_bare_iso(at))
    }

    /// Seconds or milliseconds since 1970, beside a word that says so.
    fn try_epoch(&self, at: usize) -> Read<Moment> {
        let digits = self.tokens.get(at).filter(|t| t.kind == Kind::Number && [10, 13].contains(&(t.end - t.start)))?;
        const NAMES: &[&str] = &["epoch", "unix"];
        const BETWEEN: &[&str] =
            &["time", "timestamp", "ts", "ms", "seconds", "millis", "epoch", "(", ":", "=", "is", "of"];
        let mut before = at;
        while before > 0 && at - before < 3 && self.is_any(before - 1, BETWEEN) && !self.after_any(before, NAMES) {
            before -= 1;
        }
        let after = at + 1 + usize::from(self.str(at + 1) == "(");
        if !self.after_any(before, NAMES) && !self.is_any(after, NAMES) {
            return None;
        }
        let number: i64 = self.text[digits.start..digits.end].parse().ok()?;
        let seconds = if digits.end - digits.start == 13 { number / 1000 } else { number };
        let at_utc = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_second(seconds).ok()?);
        let (date, time) = (at_utc.date(), at_utc.time());
        let moment = Moment {
            date: Some(DateExpr::Full { year: date.year(), month: date.month(), day: date.day() }),
            clock: Some(Clock { hour: time.hour(), minute: time.minute(), second: time.second(), half_open: false }),
            zone: Some(Zone::UTC),
            ..Moment::default()
        };
        Some((moment, at + 1))
    }

    /// `20240223T101500Z`.
    fn try_basic_iso(&self, at: usize) -> Read<Moment> {
        let (date, 8) = self.number(at)? else { return None };
        if !self.is(at + 1, "t") || !self.touches(at + 1) || !self.touches(at + 2) {
            return None;
        }
        let (year, month, day) = ((date / 10_000) as i16, (date / 100 % 100) as i8, (date % 100) as i8);
        let (clock, digits) = self.number(at + 2)?;
        let clock = match digits {
            4 => clock * 100,
            6 => clock,
            _ => return None,
        };
        let (hour, minute, second) = ((clock / 10_000) as i8, (clock / 100 % 100) as i8, (clock % 100) as i8);
        if !(1990..=2099).contains(&year)
            || jiff::civil::Date::new(year, month, day).is_err()
            || hour > 23
            || minute > 59
            || second > 59
        {
            return None;
        }
        let next = at + 3;
        let zone = self.numeric_offset(next).or_else(|| self.zone_after(next, false));
        let (zone, next) = zone.map_or((None, next), |(zone, next)| (Some(zone), next));
        let moment = Moment {
            date: Some(DateExpr::Full { year, month, day }),
            clock: Some(Clock { hour, minute, second, half_open: (1..=12).contains(&hour) }),
            zone,
            ..Moment::default()
        };
        Some((moment, next))
    }

    /// `T14:30Z`.
    fn try_bare_iso(&self, at: usize) -> Read<Moment> {
        if self.str(at) != "T" || self.touches(at) && self.kind(at - 1) != Some(Kind::Mark) || !self.touches(at + 1) {
            return None;
        }
        let (clock, next) = self.try_colon_clock(at + 1)?;
        let zone = self.numeric_offset(next).or_else(|| self.zone_after(next, true));
        let (zone, next) = zone.map_or((None, next), |(zone, next)| (Some(zone), next));
        Some((Moment { clock: Some(clock), zone, ..Moment::default() }, next))
    }
}
