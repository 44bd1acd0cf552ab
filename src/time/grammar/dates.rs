//! Dates of the calendar: ISO, textual, numeric, months, quarters, and days of a month or week told alone.

use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::{Kind, Meaning};

impl Scanner<'_> {
    pub(super) fn try_date(&self, at: usize) -> Read<DateExpr> {
        match self.kind(at)? {
            Kind::Number => self
                .try_year_first(at)
                .or_else(|| self.try_numeric_date(at))
                .or_else(|| self.try_day_month(at))
                .or_else(|| self.try_day_alone(at))
                .or_else(|| self.try_slashed_day(at).filter(|(_, next)| self.clock_follows(*next)))
                .or_else(|| self.try_days_on(at)),
            Kind::Word => self
                .try_month_day(at)
                .or_else(|| self.try_weekday(at))
                .or_else(|| self.try_spelled_day(at))
                .or_else(|| self.try_relative_day(at))
                .or_else(|| self.try_quarter(at))
                .or_else(|| self.try_days_on(at)),
            Kind::Mark => None,
        }
    }

    /// `2022-11-27`, `2022/11/27`, `2025-DEC-5`, `2024 March 5`, `2024 Q2`.
    fn try_year_first(&self, at: usize) -> Read<DateExpr> {
        let year = self.year(at)?;
        let separator = self.str(at + 1);
        if ["-", "/", "."].contains(&separator)
            && self.touches(at + 1)
            && self.touches(at + 2)
            && self.str(at + 3) == separator
        {
            let month = self.small(at + 2, 12).or_else(|| self.month(at + 2))?;
            let day = self.small(at + 4, 31)?;
            return full(year, month, day).filter(|_| self.touches(at + 4)).map(|date| (date, at + 5));
        }
        let word = at + 1 + usize::from(self.hyphen(at + 1) && self.touches(at + 1));
        if let Some(quarter) = self.quarter_number(word).filter(|_| self.same_line(word)) {
            return Some((DateExpr::Quarter { year, quarter }, word + 2));
        }
        let month = self.month(at + 1).filter(|_| self.same_line(at + 1))?;
        let day = self.small(at + 2, 31)?;
        full(year, month, day).map(|date| (date, at + 3))
    }

    /// `09/07/2022`, `05/16/23`, `14.03.2025`.
    fn try_numeric_date(&self, at: usize) -> Read<DateExpr> {
        let separator = self.str(at + 1);
        if !["-", "/", "."].contains(&separator)
            || self.str(at + 3) != separator
            || !(at + 1..at + 5).all(|t| self.touches(t))
        {
            return None;
        }
        let (first, second) = (self.small(at, 31)?, self.small(at + 2, 31)?);
        let (year, digits) = self.number(at + 4)?;
        let year = match digits {
            4 => self.year(at + 4)?,
            2 if separator == "/" => 2000 + year as i16,
            _ => return None,
        };
        let tail = self.touches(at + 5)
            && self.is_any(at + 5, &[".", "/"])
            && self.touches(at + 6)
            && self.number(at + 6).is_some();
        let possible = full(year, first, second).is_some() || full(year, second, first).is_some();
        (possible && !tail).then_some((DateExpr::Numeric { first, second, year: Some(year) }, at + 5))
    }

    /// `23/02`, `23.02.`, where the words around make sure that it is a day: a weekday before it or a clock time after it.
    fn try_slashed_day(&self, at: usize) -> Read<DateExpr> {
        let (first, second) = (self.small(at, 31)?, self.small(at + 2, 31)?);
        let dotted = self.are(at + 1, &["."]) && self.are(at + 3, &["."]) && self.touches(at + 3);
        let next = at + 3 + usize::from(dotted);
        // "03-05 21:52": two digits each.
        let two = |place| self.number(place).is_some_and(|(_, digits)| digits == 2);
        let hyphened = self.str(at + 1) == "-" && two(at) && two(at + 2);
        let ok = (self.str(at + 1) == "/" || dotted || hyphened)
            && self.touches(at + 1)
            && self.touches(at + 2)
            && !(self.touches(next) && self.is_any(next, &["/", "%", "-"]))
            && !self.glued(next)
            // "1/3 10:00 ..." is one of three.
            && (first > 9 || second > 9 || dotted || hyphened)
            && (day_of(None, first, second).is_some() || day_of(None, second, first).is_some());
        ok.then_some((DateExpr::Numeric { first, second, year: None }, next))
    }

    fn clock_follows(&self, at: usize) -> bool {
        let place = at + usize::from(self.is_any(at, &[",", "at", "@", "-", "–"]));
        self.same_line(at) && self.same_line(place) && self.try_colon_clock(place).is_some()
    }

    /// "seventh of April", "twenty-first of June 2024".
    fn try_spelled_day(&self, at: usize) -> Read<DateExpr> {
        let (day, of) = self.ordinal_word(at)?;
        let month = self.month(of + 1).filter(|_| self.is(of, "of") && self.same_line(of) && self.same_line(of + 1))?;
        let (year, next) = self.year_after(of + 2);
        Some((day_of(year, month, day)?, next))
    }

    fn ordinal_word(&self, at: usize) -> Read<i8> {
        let ordinal = |at| self.meaning(at, |m| if let Meaning::Ordinal(n) = m { Some(*n) } else { None });
        if let Some(day) = ordinal(at) {
            return Some((day, at + 1));
        }
        let tens = self.number_word(at).filter(|n| [20.0, 30.0].contains(n))? as i8;
        let ones = at + 1 + usize::from(self.hyphen(at + 1) && self.touches(at + 1));
        ordinal(ones).filter(|n| *n < 10).map(|n| (tens + n, ones + 1))
    }

    /// `27 Jun 2018`, `5th of March, 2024`, `05-Mar-2024`, and the 3 of "3-5 May 2024".
    fn try_day_month(&self, at: usize) -> Read<DateExpr> {
        let day = self.small(at, 31).filter(|day| *day > 0)?;
        let mut place = at + 1;
        if self.ordinal(place) {
            place += 1;
        }
        let end = place;
        let slashed = self.str(place) == "/" && self.touches(place) && self.touches(place + 1);
        if (self.joins(place) || slashed)
            && self.same_line(place + 1)
            && self.small(place + 1, 31).is_some_and(|second| second > day)
            && let Some((second, _)) = self.try_day_month(place + 1)
        {
            let first = match second {
                DateExpr::Full { year, month, .. } => day_of(Some(year), month, day),
                DateExpr::MonthDay { month, .. } => day_of(None, month, day),
                _ => None,
            };
            return first.map(|date| (date, end));
        }
        while place < at + 4 && (self.is_any(place, &["of", "-", "/"])) && self.same_line(place) {
            place += 1;
        }
        let month = self.month(place).filter(|_| self.same_line(place))?;
        // `19-Aug-24`
        if self.str(place - 1) == "-"
            && self.str(place + 1) == "-"
            && self.touches(place + 1)
            && self.touches(place + 2)
            && let Some((year, 2)) = self.number(place + 2)
        {
            return full(2000 + year as i16, month, day).map(|date| (date, place + 3));
        }
        let (year, next) = self.year_after(place + 1);
        Some((day_of(year, month, day)?, next))
    }

    /// `March 5th, 2024`, `Apr 08`, `November 2022`, `Mar '24`, "in March".
    fn try_month_day(&self, at: usize) -> Read<DateExpr> {
        let month = self.month(at)?;
        let mut place = at + 1;
        if self.is_any(place, &[".", "-", "/"]) && (self.touches(place)) {
            place += 1;
        }
        if self.is(place, "the") {
            place += 1;
        }
        let day = if self.same_line(place) { self.small(place, 31).filter(|day| *day > 0) } else { None };
        // "Mar 14:30" has no day, "May 10 am" is an hour that somebody may call.
        let clock = self.colon(place + 1)
            && self.touches(place + 1)
            && self.touches(place + 2)
            && self.number(place + 2).is_some_and(|(_, digits)| digits == 2);
        if let Some(day) = day
            && !clock
        {
            let next = if self.ordinal(place + 1) { place + 2 } else { place + 1 };
            let (year, next) = self.year_after(next);
            return Some((day_of(year, month, day)?, next));
        }
        self.try_month_alone(at, month)
    }

    fn try_month_alone(&self, at: usize, month: i8) -> Read<DateExpr> {
        let place = at + 1 + usize::from(self.is_any(at + 1, &[",", "-", "/", ".", "of"]));
        let year = self.year(place).map(|year| (year, place + 1)).or_else(|| self.short_year(at + 1));
        if let Some((year, next)) = year.filter(|_| self.same_line(at + 1) && self.same_line(place)) {
            return Some((DateExpr::Month { year: Some(year), month }, next));
        }
        const LED: &[&str] = &["in", "during", "since", "early", "late", "mid", "last", "until", "of"];
        let capital = self.str(at).as_bytes()[0].is_ascii_uppercase();
        let led = self.after_any(at, LED) || self.after_any(at, &["-"]) && self.after_any(at - 1, &["mid"]);
        let free =
            !(self.glued(at + 1) || self.hyphen(at + 1) && self.touches(at + 1)) && self.number(at + 1).is_none();
        (capital && led && free).then_some((DateExpr::Month { year: None, month }, at + 1))
    }

    /// `Q3 2024`, `Q1'25`, "third quarter of 2024".
    fn try_quarter(&self, at: usize) -> Read<DateExpr> {
        let spelled = ["first", "second", "third", "fourth"].iter().position(|word| self.is(at, word));
        let (quarter, place) = match spelled {
            Some(index) if self.is(at + 1, "quarter") => (index as i8 + 1, at + 2),
            Some(_) => return None,
            None => (self.quarter_number(at)?, at + 2),
        };
        if let Some((year, next)) = self.short_year(place) {
            return Some((DateExpr::Quarter { year, quarter }, next));
        }
        let place = place + usize::from(self.is_any(place, &["of", ",", "/", "-"]));
        let year = self.year(place).filter(|_| self.same_line(place))?;
        Some((DateExpr::Quarter { year, quarter }, place + 1))
    }

    fn quarter_number(&self, at: usize) -> Option<i8> {
        self.small(at + 1, 4).filter(|n| *n > 0 && self.str(at) == "Q" && self.touches(at + 1))
    }

    pub(super) fn ordinal(&self, at: usize) -> bool {
        self.touches(at) && self.is_any(at, &["st", "nd", "rd", "th"])
    }

    /// "on the 23rd"; an ordinal counts other things as well, so a preposition leads it and no noun follows.
    fn try_day_alone(&self, at: usize) -> Read<DateExpr> {
        const LED: &[&str] = &["on", "from", "until", "till", "by", "since", "between", "and", "to", "of"];
        let day = self.small(at, 31).filter(|day| *day > 0 && self.ordinal(at + 1))?;
        let next = at + 2;
        let led = self.after_any(at, &["the"]) && self.after_any(at - 1, LED);
        let of_month = self.are(next, &["of", "the", "month"]);
        const GOES_ON: &[&str] =
            &["at", "around", "and", "to", "until", "till", "when", "we", "after", "but", "from", "between", "in"];
        let open = !self.same_line(next)
            || self.is_any(next, GOES_ON)
            || self.kind(next) == Some(Kind::Mark) && !(self.hyphen(next) && self.touches(next));
        if of_month {
            return Some((DateExpr::Day(day), next + 3));
        }
        (led && open).then_some((DateExpr::Day(day), next))
    }

    /// The year that follows a day and a month, and the place after it.
    pub(super) fn year_after(&self, at: usize) -> (Option<i16>, usize) {
        if let Some((year, next)) = self.short_year(at).filter(|_| self.same_line(at)) {
            return (Some(year), next);
        }
        let mut place = at;
        while place < at + 2 && self.is_any(place, &[",", "-", "/", ".", "of"]) && self.same_line(place) {
            place += 1;
        }
        // `03/Mar/2026:10:15:07` is how web servers log.
        let logged = place > at && self.str(place - 1) == "/";
        if self.same_line(place)
            && let Some(year) = self.year(place)
            && (logged || !(self.str(place + 1) == ":" && self.touches(place + 1) && self.touches(place + 2)))
            && !(self.is_any(place + 1, &["-", "/"])
                && self.touches(place + 1)
                && self.small(place + 2, 12).is_some()
                && self.touches(place + 2))
        {
            return (Some(year), place + 1);
        }
        (None, at)
    }

    /// `Tuesday`, `Tuesday, December 13th`, `Tue 13 Dec`, `Fri 23/02`, "Friday the 23rd", "last Tuesday".
    fn try_weekday(&self, at: usize) -> Read<DateExpr> {
        let weekday = self.weekday(at)?;
        if !self.str(at).as_bytes()[0].is_ascii_uppercase() {
            return None;
        }
        let mut place = at + 1;
        while place < at + 4 && (self.is_any(place, &[",", "the", ".", "("])) {
            place += 1;
        }
        let dated = if self.same_line(place) {
            match self.kind(place)? {
                Kind::Number => self
                    .try_year_first(place)
                    .or_else(|| self.try_numeric_date(place))
                    .or_else(|| self.try_day_month(place))
                    .or_else(|| self.try_slashed_day(place))
                    .or_else(|| {
                        self.small(place, 31)
                            .filter(|day| *day > 0 && self.ordinal(place + 1))
                            .map(|day| (DateExpr::Day(day), place + 2))
                    }),
                Kind::Word => self.try_month_day(place).or_else(|| self.try_spelled_day(place)),
                Kind::Mark => None,
            }
        } else {
            None
        };
        if dated.is_some() {
            return dated;
        }
        let date = if self.after_any(at, &["last", "previous", "preceding"]) {
            DateExpr::WeekdayBefore(weekday)
        } else if self.after_any(at, &["next"])
            || self.after_any(at, &["following"]) && self.after_any(at - 1, &["the"])
        {
            DateExpr::WeekdayAfter(weekday)
        } else {
            DateExpr::Weekday(weekday)
        };
        Some((date, at + 1))
    }
}

/// The day, if there is one of that number in that month of that year.
pub(super) fn full(year: i16, month: i8, day: i8) -> Option<DateExpr> {
    jiff::civil::Date::new(year, month, day).ok().map(|_| DateExpr::Full { year, month, day })
}

pub(super) fn day_of(year: Option<i16>, month: i8, day: i8) -> Option<DateExpr> {
    match year {
        Some(year) => full(year, month, day),
        // 2024 has every day that any year has.
        None => full(2024, month, day).map(|_| DateExpr::MonthDay { month, day }),
    }
}
