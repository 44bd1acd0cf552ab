//! Clock times in words: "noon", "half past three", "quarter to nine", "three o'clock"; the part of the day that says
//! which half of it is meant.

use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::{Kind, Part};

impl Scanner<'_> {
    pub(super) fn try_spoken_clock(&self, at: usize) -> Read<Clock> {
        self.try_named_clock(at).or_else(|| self.try_past_or_to(at)).or_else(|| self.try_bare_hour(at))
    }

    /// "noon", "12 noon", "midnight".
    fn try_named_clock(&self, at: usize) -> Read<Clock> {
        let place = if self.is(at, "12") { at + 1 } else { at };
        let minutes = self.named_clock(place).filter(|_| place == at || self.same_line(place))?;
        // "A midnight deploy" is of a kind.
        if self.after_any(at, &["a", "an"]) {
            return None;
        }
        Some((Clock { hour: (minutes / 60) as i8, minute: 0, second: 0, half_open: false }, place + 1))
    }

    /// "half past three", "a quarter to nine", "ten minutes past 4 PM".
    fn try_past_or_to(&self, at: usize) -> Read<Clock> {
        let start = if self.is(at, "a") && self.is(at + 1, "quarter") { at + 1 } else { at };
        let half = self.is(start, "half");
        let quarter = self.is(start, "quarter");
        let (minutes, mut place) = match (half, quarter) {
            (true, _) => (30.0, start + 1),
            (_, true) => (15.0, start + 1),
            _ => self.amount(start).filter(|(n, _)| (1.0..=30.0).contains(n) && n.fract() == 0.0)?,
        };
        let spelled = self.is_any(place, &["minutes", "minute", "mins"]);
        place += usize::from(spelled);
        let past = self.is(place, "past") || quarter && self.is(place, "after");
        let to = !half && (self.is(place, "to") || quarter && self.is(place, "before"));
        if !past && !to || !self.same_line(place + 1) {
            return None;
        }
        let (hour, named, mut next) = match self.named_clock(place + 1) {
            Some(minutes) => ((minutes / 60) as i32, true, place + 2),
            None => {
                let (hour, next) = self.hour(place + 1)?;
                (i32::from(hour), false, next)
            }
        };
        let oclock = self.oclock(next);
        next = oclock.unwrap_or(next);
        let pm = self.half(next);
        next = pm.map_or(next, |(_, next)| next);
        let part = self.part_after(next).is_some() || self.try_relative_day(next).is_some();
        // "From five to ten nodes", "five to ten minutes": so many minutes to an hour need a word that says so.
        let sure = named || quarter || past || oclock.is_some() || pm.is_some() || part || spelled && self.led(at);
        if !sure || self.unit(next).is_some() || self.colon(next) && self.touches(next) {
            return None;
        }
        let hour = match pm {
            Some((pm, _)) => hour % 12 + if pm { 12 } else { 0 },
            None => hour,
        };
        let minutes = if past { minutes as i32 } else { -(minutes as i32) };
        let total = (hour * 60 + minutes).rem_euclid(1440);
        // One o'clock is also thirteen: a quarter to one lies before it on the dial, and not before midnight.
        let open = !named && pm.is_none();
        let total = if open && total < 60 { total + 720 } else { total };
        Some((Clock { hour: (total / 60) as i8, minute: (total % 60) as i8, second: 0, half_open: open }, next))
    }

    /// "three o'clock"; "at three in the morning", "around 11 at night".
    fn try_bare_hour(&self, at: usize) -> Read<Clock> {
        let (hour, next) = self.hour(at)?;
        let clock = Clock { hour, minute: 0, second: 0, half_open: true };
        if let Some(next) = self.oclock(next) {
            return Some((clock, next));
        }
        // "between 8 and 9 in the evening"
        let second = at >= 2 && self.joins(at - 1) && self.small(at - 2, 12).is_some();
        ((self.led(at) || second) && self.part_after(next).is_some()).then_some((clock, next))
    }

    /// 1 to 12, in digits or a word.
    fn hour(&self, at: usize) -> Read<i8> {
        let hour = match self.kind(at)? {
            Kind::Number => self.small(at, 12).filter(|hour| *hour > 0)?,
            _ => {
                let n = self.number_word(at).filter(|n| (1.0..=12.0).contains(n) && n.fract() == 0.0)?;
                if self.is_any(at, &["a", "an", "couple"]) {
                    return None;
                }
                n as i8
            }
        };
        (!self.glued(at + 1)).then_some((hour, at + 1))
    }

    /// The place after "o'clock"; the apostrophe may have been blanked.
    fn oclock(&self, at: usize) -> Option<usize> {
        let clock = if self.apostrophe(at + 1) { at + 2 } else { at + 1 };
        (self.is(at, "o") && self.is(clock, "clock")).then_some(clock + 1)
    }

    /// "in the morning", "in the early hours", "at night".
    pub(super) fn part_after(&self, at: usize) -> Read<Part> {
        if !self.same_paragraph(at) {
            return None;
        }
        if self.is(at, "at") && self.is(at + 1, "night") {
            return Some((Part::Night, at + 2));
        }
        if !self.are(at, &["in", "the"]) {
            return None;
        }
        let word = at + 2 + usize::from(self.is_any(at + 2, &["early", "late"]));
        if self.is(word, "hours") && word > at + 2 {
            return Some((Part::Night, word + 1));
        }
        self.part(word).map(|part| (part, word + 1))
    }
}

/// The clock time in the half of the day that the part of the day names.
pub(super) fn in_part(clock: Clock, part: Part) -> Clock {
    if !clock.half_open {
        return clock;
    }
    let pm = match part {
        Part::Morning => false,
        Part::Afternoon => true,
        Part::Evening => clock.hour != 12,
        Part::Night => (6..12).contains(&clock.hour),
    };
    Clock { hour: clock.hour % 12 + if pm { 12 } else { 0 }, half_open: false, ..clock }
}
