//! Dates: ISO, textual, numeric, weekdays, and days told from another ("the next morning").

use super::{Read, Scanner};
use crate::time::expr::*;
use crate::time::lex::Kind;

impl Scanner<'_> {
    pub(super) fn try_date(&self, at: usize) -> Read<DateExpr> {
        match self.kind(at)? {
            Kind::Number => {
                self.try_year_first(at).or_else(|| self.try_numeric_date(at)).or_else(|| self.try_day_month(at))
            }
            Kind::Word => self.try_month_day(at).or_else(|| self.try_weekday(at)).or_else(|| self.try_relative_day(at)),
            Kind::Mark => None,
        }
    }

    /// `2022-11-27`, `2022/11/27`, `2025-DEC-5`, `2024 March 5`.
    pub(super) fn try_year_first(&self, at: usize) -> Read<DateExpr> {
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
        let month = self.month(at + 1).filter(|_| self.same_line(at + 1))?;
        let day = self.small(at + 2, 31)?;
        full(year, month, day).map(|date| (date, at + 3))
    }

    /// `09/07/2022`, `05/16/23`, `14.03.2025`.
    pub(super) fn try_numeric_date(&self, at: usize) -> Read<DateExpr> {
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
        let possible = first >= 1 && second >= 1 && (first <= 12 || second <= 12);
        (possible && !tail).then_some((DateExpr::Numeric { first, second, year: Some(year) }, at + 5))
    }

    /// `27 Jun 2018`, `5th of March, 2024`, `05-Mar-2024`.
    pub(super) fn try_day_month(&self, at: usize) -> Read<DateExpr> {
        let day = self.small(at, 31).filter(|day| *day > 0)?;
        let mut place = at + 1;
        if self.ordinal(place) {
            place += 1;
        }
        while place < at + 4 && (self.is_any(place, &["of", "-", "/"])) && self.same_line(place) {
            place += 1;
        }
        let month = self.month(place).filter(|_| self.same_line(place))?;
        let (year, next) = self.year_after(place + 1);
        Some((day_of(year, month, day)?, next))
    }

    /// `March 5th, 2024`, `Apr 08`, `November 2022`.
    pub(super) fn try_month_day(&self, at: usize) -> Read<DateExpr> {
        let month = self.month(at)?;
        let mut place = at + 1;
        if self.is_any(place, &[".", "-", "/"]) && (self.touches(place)) {
            place += 1;
        }
        if self.is(place, "the") {
            place += 1;
        }
        if !self.same_line(place) {
            return None;
        }
        if let Some(year) = self.year(place) {
            return Some((DateExpr::Month { year: Some(year), month }, place + 1));
        }
        let day = self.small(place, 31).filter(|day| *day > 0)?;
        // "Mar 14:30" has no day, "May 10 am" is an hour that somebody may call.
        if self.str(place + 1) == ":" && self.touches(place + 1) && self.touches(place + 2) {
            let (_, digits) = self.number(place + 2).unwrap_or((0, 0));
            if digits == 2 {
                return None;
            }
        }
        let next = if self.ordinal(place + 1) { place + 2 } else { place + 1 };
        let (year, next) = self.year_after(next);
        Some((day_of(year, month, day)?, next))
    }

    pub(super) fn ordinal(&self, at: usize) -> bool {
        self.touches(at) && self.is_any(at, &["st", "nd", "rd", "th"])
    }

    /// The year that follows a day and a month, and the place after it.
    pub(super) fn year_after(&self, at: usize) -> (Option<i16>, usize) {
        let mut place = at;
        while place < at + 2 && self.is_any(place, &[",", "-", "/", ".", "of"]) && self.same_line(place) {
            place += 1;
        }
        if self.same_line(place)
            && let Some(year) = self.year(place)
            && !(self.str(place + 1) == ":" && self.touches(place + 1) && self.touches(place + 2))
            && !(self.is_any(place + 1, &["-", "/"])
                && self.touches(place + 1)
                && self.small(place + 2, 12).is_some()
                && self.touches(place + 2))
        {
            return (Some(year), place + 1);
        }
        (None, at)
    }

    /// `Tuesday`, `Tuesday, December 13th`, `Tue 13 Dec`.
    pub(super) fn try_weekday(&self, at: usize) -> Read<DateExpr> {
        let weekday = self.weekday(at)?;
        if !self.str(at).as_bytes()[0].is_ascii_uppercase() {
            return None;
        }
        let mut place = at + 1;
        while place < at + 4 && (self.is_any(place, &[",", "the", ".", "("])) {
            place += 1;
        }
        if self.same_line(place)
            && let Some((date, next)) = match self.kind(place)? {
                Kind::Number => self
                    .try_year_first(place)
                    .or_else(|| self.try_numeric_date(place))
                    .or_else(|| self.try_day_month(place)),
                Kind::Word => self.try_month_day(place),
                Kind::Mark => None,
            }
        {
            return Some((date, next));
        }
        Some((DateExpr::Weekday(weekday), at + 1))
    }

    /// "the next morning", "the same day", "the day before".
    pub(super) fn try_relative_day(&self, at: usize) -> Read<DateExpr> {
        const PARTS: &[&str] = &["morning", "day", "evening", "afternoon", "night"];
        if !self.is(at, "the") {
            return None;
        }
        let word = at + 1;
        let shift = match self.str(word) {
            "next" | "following" => 1,
            "same" => 0,
            "previous" | "preceding" => -1,
            "day" if self.is_any(word + 1, &["before"]) && !self.is(word + 2, "the") => {
                return Some((DateExpr::Shift(-1), word + 2));
            }
            "day" if self.is_any(word + 1, &["after"]) && !self.is(word + 2, "the") => {
                return Some((DateExpr::Shift(1), word + 2));
            }
            _ => return None,
        };
        self.is_any(word + 1, PARTS).then_some((DateExpr::Shift(shift), word + 2))
    }
}

/// The day, if there is one of that number in that month of that year.
fn full(year: i16, month: i8, day: i8) -> Option<DateExpr> {
    jiff::civil::Date::new(year, month, day).ok().map(|_| DateExpr::Full { year, month, day })
}

fn day_of(year: Option<i16>, month: i8, day: i8) -> Option<DateExpr> {
    match year {
        Some(year) => full(year, month, day),
        // 2024 has every day that any year has.
        None => full(2024, month, day).map(|_| DateExpr::MonthDay { month, day }),
    }
}
