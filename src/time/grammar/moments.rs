//! Moments: the date, clock time, part of the day and zone that stand together, in either order.

use super::spoken::in_part;
use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::{Kind, Part};
use crate::time::zone::Zone;

/// A clock time that belongs to a date before it.
struct Following {
    clock: Clock,
    zone: Option<Zone>,
    about: bool,
    next: usize,
}

impl Scanner<'_> {
    pub(super) fn try_moment(&self, at: usize) -> Read<Moment> {
        if let Some(found) = self.try_machine_moment(at) {
            return Some(found);
        }
        match self.try_date(at) {
            Some((date, next)) => self.moment_from_date(at, date, next),
            None => self.moment_from_clock(at),
        }
    }

    fn moment_from_date(&self, at: usize, date: DateExpr, next: usize) -> Read<Moment> {
        let own = (at..next).find_map(|place| self.part(place));
        // "the evening of 3 May", "the early hours of 3 May"
        let led = at.checked_sub(2).filter(|_| self.after_any(at, &["of", "on"])).and_then(|word| {
            let hours = self.is(word, "hours") && self.after_any(word, &["early", "small"]);
            if hours { Some(Part::Night) } else { self.part(word) }
        });
        let (part, next) = match self.part_after_date(next) {
            Some((part, next)) => (Some(part), next),
            None => (own.or(led), next),
        };
        let mut about = self.about_before(at);
        // "They came in August 2024, at 10:15 each": a month has no clock time.
        let whole = matches!(date, DateExpr::Month { .. } | DateExpr::Quarter { .. });
        let Some(found) = self.clock_after_date(next).filter(|_| !whole) else {
            // A lone abbreviation ("Sun", "mon") is too often something else; so are a fraction and a "next night".
            let lone = match date {
                DateExpr::Weekday(_) | DateExpr::WeekdayBefore(_) | DateExpr::WeekdayAfter(_) => {
                    self.str(at).len() >= 6
                }
                DateExpr::Numeric { year: None, .. } => self.weekday(at).is_some(),
                DateExpr::Shift(_) => self.is_any(at, &["the", "that"]),
                _ => true,
            };
            // "August 19th, 2024 (Monday)"
            let named = self.str(next) == "(" && self.weekday(next + 1).is_some() && self.str(next + 2) == ")";
            let next = if named { next + 3 } else { next };
            return lone.then_some((Moment { date: Some(date), about, ..Moment::default() }, next));
        };
        about |= found.about;
        let (part, next) = match self.part_after(found.next) {
            Some((part, next)) => (Some(part), next),
            None => (part, found.next),
        };
        let clock = part.map_or(found.clock, |part| in_part(found.clock, part));
        let (date, next) = self.year_at_the_end(date, clock, found.zone.is_some(), next);
        Some((Moment { date: Some(date), clock: Some(clock), zone: found.zone, about, role: Role::Alone }, next))
    }

    fn moment_from_clock(&self, at: usize) -> Read<Moment> {
        let (mut clock, mut next) = self.try_clock(at)?;
        let mut about = self.about_before(at);
        let bare = next == at + 3 && self.colon(at + 1);
        let ish = next + usize::from(self.hyphen(next) && self.touches(next));
        if self.is(ish, "ish") && self.touches(ish) {
            (about, next) = (true, ish + 1);
        }
        let shifted = self.next_day_mark(next);
        next = shifted.unwrap_or(next);
        let (mut zone, mut next) = self.zone_after(next, true).map_or((None, next), |(zone, next)| (Some(zone), next));
        let late_shift = if shifted.is_none() { self.next_day_mark(next) } else { None };
        next = late_shift.unwrap_or(next);
        if bare && zone.is_none() && self.counts_colons(at, next) {
            return None;
        }
        if let Some((part, after)) = self.part_after(next) {
            (clock, next) = (in_part(clock, part), after);
        }
        let mut date = (shifted.or(late_shift)).map(|_| DateExpr::Shift(1));
        if date.is_none()
            && let Some((found, start, after)) = self.date_after_clock(next)
        {
            let part = (start..after).find_map(|place| self.part(place));
            let (part, after) = self.part_after_date(after).map_or((part, after), |(part, after)| (Some(part), after));
            clock = part.map_or(clock, |part| in_part(clock, part));
            (date, next) = (Some(found), after);
            if zone.is_none()
                && let Some((late, after)) = self.zone_after(next, true)
            {
                (zone, next) = (Some(late), after);
            }
        }
        Some((Moment { date, clock: Some(clock), zone, about, role: Role::Alone }, next))
    }

    /// "~", "about", "c.", "shortly after", "just before".
    pub(super) fn about_before(&self, at: usize) -> bool {
        const ABOUT: &[&str] = &[
            "~",
            "≈",
            "about",
            "around",
            "approximately",
            "approx",
            "roughly",
            "circa",
            "near",
            "c",
            "ca",
            "sometime",
        ];
        if at == 0 || !self.same_paragraph(at) {
            return false;
        }
        let last = if self.str(at - 1) == "." && at >= 2 { at - 2 } else { at - 1 };
        if last + 1 < at {
            return self.is_any(last, &["approx", "c", "ca"]);
        }
        self.is_any(last, ABOUT)
            || self.is_any(last, &["after", "before", "past"])
                && self.after_any(last, &["shortly", "just", "soon", "little", "bit", "slightly"])
    }

    /// "Friday afternoon", "3 May 2024 in the evening".
    fn part_after_date(&self, at: usize) -> Read<Part> {
        if !self.same_line(at) {
            return None;
        }
        self.part(at).map(|part| (part, at + 1)).or_else(|| self.part_after(at))
    }

    /// The clock time that belongs to a date that ends before `at`.
    fn clock_after_date(&self, at: usize) -> Option<Following> {
        const MARKS: &[&str] = &[",", "-", "–", "—", "@", "|", "~", "(", ")", "*", ":", "/", "_"];
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
            // "Feb 23rd (Fri), 10:15"
            let weekday = self.weekday(place).is_some() && self.str(place - 1) == "(";
            // A mark at the head of a line begins a list: "# Outage of 3 May" / "- 10:00 ...".
            let short = self.str(place) == "." && self.touches(place) && self.month(place - 1).is_some();
            let is_mark = (short || MARKS.contains(&self.str(place))) && self.same_line(place);
            if !is_word && !weekday && !is_mark || !self.same_paragraph(place) {
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
        let with_offset = self.is(place - 1, "t") || next >= 2 && self.colon(next - 2) && next - place >= 5;
        let zone = if with_offset { self.numeric_offset(next) } else { None }.or_else(|| self.zone_after(next, true));
        let about = self.about_before(place);
        let (zone, next) = zone.map_or((None, next), |(zone, next)| (Some(zone), next));
        Some(Following { clock, zone, about, next })
    }

    /// The date that belongs to a clock time that ends before `at`: "10:30 UTC on 3 May 2024", "8:40 that evening".
    fn date_after_clock(&self, at: usize) -> Option<(DateExpr, usize, usize)> {
        let mut place = at;
        while place < at + 3
            && (self.is_any(place, &["on", "of", ",", "(", "early", "late"])
                || self.is(place, "the") && self.kind(place + 1) == Some(Kind::Number))
        {
            place += 1;
        }
        if !(self.same_line(place) || place > at && self.same_paragraph(place)) {
            return None;
        }
        let (date, next) = self.try_date(place)?;
        let capital = self.str(place).as_bytes().first().is_some_and(u8::is_ascii_uppercase);
        let unfit = match date {
            DateExpr::Month { .. } | DateExpr::Quarter { .. } => true,
            // "14:05 Today we know" begins a sentence.
            DateExpr::Written(_) => capital,
            DateExpr::Shift(_) => !self.is_any(place, &["the", "that", "next"]),
            _ => false,
        };
        // "10:00, 3 May 11:00" is two moments; "05:30 UTC on 4 May (22:30 PDT)" one, said again.
        let another_clock = self.clock_after_date(next).is_some_and(|found| {
            let again = self.str(next) == "(" && found.zone.is_some();
            found.next > next + 2 && !self.joins(next) && !again
        });
        (!unfit && !another_clock).then_some((date, place, next))
    }

    /// Whether the token joins the two ends of a range.
    pub(super) fn joins(&self, at: usize) -> bool {
        self.hyphen(at) || self.is_any(at, &["to", "until", "till", "and", "through", "thru"])
    }

    /// `(+1)`, `+1d`, `(next day)` after a clock time: it is of the day after the other.
    fn next_day_mark(&self, at: usize) -> Option<usize> {
        if !self.same_line(at) {
            return None;
        }
        let open = self.str(at) == "(";
        let place = at + usize::from(open);
        let end = if self.str(place) == "+" && self.str(place + 1) == "1" && self.touches(place + 1) {
            let day = self.is_any(place + 2, &["d", "day"]);
            let zone = self.same_line(place + 2) && self.try_zone_words(place + 2).is_some();
            if !(open || day || zone && self.touches(place)) || self.colon(place + 2) {
                return None;
            }
            place + 2 + usize::from(day)
        } else {
            let word = place + usize::from(self.is(place, "the"));
            if !open || !self.is_any(word, &["next", "following"]) || !self.is(word + 1, "day") {
                return None;
            }
            word + 2
        };
        match (open, self.str(end)) {
            (true, ")") => Some(end + 1),
            (true, _) => None,
            (false, _) => Some(end),
        }
    }

    /// Whether a bare `10:15` stands beside a word that counts something else with a colon: "a ratio of 10:15".
    fn counts_colons(&self, at: usize, next: usize) -> bool {
        if self.same_line(next) && self.is_counted(next) {
            return true;
        }
        // The second of "lines 10:25 to 10:31" is what the first is.
        let at = if at >= 4 && self.joins(at - 1) && self.colon(at - 3) { at - 4 } else { at };
        let word = at - usize::from(self.after_any(at, &["of", "was", "is", ":", "the"]));
        word > 0 && self.same_line(word) && self.is_counted(word - 1)
    }

    /// `Tue Mar 3 10:15:07 UTC 2026`, as `date` prints it.
    fn year_at_the_end(&self, date: DateExpr, clock: Clock, zoned: bool, next: usize) -> (DateExpr, usize) {
        if let DateExpr::MonthDay { month, day } = date
            && (zoned || clock.second > 0)
            && self.same_line(next)
            && let Some(year) = self.year(next)
            && !self.touches(next)
            && !self.touches(next + 1)
            && jiff::civil::Date::new(year, month, day).is_ok()
        {
            return (DateExpr::Full { year, month, day }, next + 1);
        }
        (date, next)
    }
}
