//! Spans of days that incidents are counted in: calendar quarters, and any other.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;

/// A calendar quarter, `2025Q2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i16,
    /// From 0 to 3.
    index: i8,
}

impl Quarter {
    pub fn of(day: Date) -> Quarter {
        Quarter { year: day.year(), index: (day.month() - 1) / 3 }
    }

    /// The quarter so many quarters later.
    pub fn plus(self, quarters: i32) -> Quarter {
        let place = self.number() + quarters;
        // Years that jiff knows, and steps of some quarters from them, fit.
        Quarter { year: place.div_euclid(4) as i16, index: place.rem_euclid(4) as i8 }
    }

    /// Quarters since the year 0.
    pub fn number(self) -> i32 {
        i32::from(self.year) * 4 + i32::from(self.index)
    }

    /// Every quarter from the first to the last.
    pub fn range(first: Quarter, last: Quarter) -> impl Iterator<Item = Quarter> {
        (0..=last.number() - first.number()).map(move |step| first.plus(step))
    }

    pub fn period(self) -> Period {
        let first = Date::new(self.year, self.index * 3 + 1, 1).unwrap_or(Date::MIN);
        let last = first.checked_add(3.months()).and_then(|next| next.yesterday()).unwrap_or(Date::MAX);
        Period { label: self.to_string(), first, last }
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}Q{}", self.year, self.index + 1)
    }
}

impl FromStr for Quarter {
    type Err = String;

    fn from_str(text: &str) -> Result<Quarter, String> {
        let parts = text.split_once(['Q', 'q']).map(|(year, index)| (year.trim_end_matches('-'), index));
        let parsed = parts.and_then(|(year, index)| Some((year.parse().ok()?, index.parse::<i8>().ok()?)));
        match parsed {
            Some((year @ 1..=9998, index @ 1..=4)) => Ok(Quarter { year, index: index - 1 }),
            _ => Err(format!("`{text}` is not a quarter such as 2025Q2")),
        }
    }
}

/// A span of whole days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// `2025Q2`, or `2025-04-01 to 2025-05-15`.
    pub label: String,
    pub first: Date,
    /// The last day, itself included.
    pub last: Date,
}

impl Period {
    /// The days from `first` to `last`; an error in words where they lie the other way round.
    pub fn new(first: Date, last: Date) -> Result<Period, String> {
        if last < first {
            return Err(format!("the period ends on {last}, before it begins on {first}"));
        }
        let quarter = Quarter::of(first).period();
        let is_quarter = quarter.first == first && quarter.last == last;
        let label = if is_quarter { quarter.label } else { format!("{first} to {last}") };
        Ok(Period { label, first, last })
    }

    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    pub fn days(&self) -> f64 {
        f64::from(days_between(self.first, self.last) + 1)
    }

    /// The calendar quarter that this is, if it is one.
    pub fn quarter(&self) -> Option<Quarter> {
        let quarter = Quarter::of(self.first);
        (quarter.period() == *self).then_some(quarter)
    }

    /// What it is compared with: the quarter before and the same quarter a year before, or the span of the same length
    /// before and the same days a year before.
    pub fn usual_comparisons(&self) -> Vec<Period> {
        if let Some(quarter) = self.quarter() {
            return [1, 4].map(|back| quarter.plus(-back).period()).to_vec();
        }
        let length = days_between(self.first, self.last);
        let before = self.first.yesterday().ok().and_then(|last| Some((last.checked_sub(length.days()).ok()?, last)));
        let a_year = |day: Date| day.checked_sub(1.year()).ok();
        let year_ago = a_year(self.first).zip(a_year(self.last));
        [before, year_ago].into_iter().flatten().filter_map(|(first, last)| Period::new(first, last).ok()).collect()
    }
}

/// Whole days from one day to another.
fn days_between(from: Date, to: Date) -> i32 {
    (to.duration_since(from).as_hours() / 24) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn quarters_read_and_count() {
        for (text, first, last, before, days) in [
            ("2025Q2", "2025-04-01", "2025-06-30", "2025Q1", 91.0),
            ("2024Q1", "2024-01-01", "2024-03-31", "2023Q4", 91.0),
            ("2023-q4", "2023-10-01", "2023-12-31", "2023Q3", 92.0),
        ] {
            let quarter: Quarter = text.parse().unwrap();
            let period = quarter.period();
            assert_eq!((period.first, period.last, period.days()), (day(first), day(last), days));
            assert_eq!(quarter.plus(-1).to_string(), before);
            assert_eq!(Quarter::of(day(last)), quarter);
            assert_eq!(period.quarter(), Some(quarter));
        }
        for text in ["2025", "2025Q5", "Q2", "2025Q0", "25Q2x", ""] {
            assert!(text.parse::<Quarter>().is_err(), "{text}");
        }
        let all: Vec<_> = Quarter::range("2024Q3".parse().unwrap(), "2025Q1".parse().unwrap()).collect();
        assert_eq!(all.iter().map(Quarter::to_string).collect::<Vec<_>>(), ["2024Q3", "2024Q4", "2025Q1"]);
    }

    #[test]
    fn a_period_is_compared_with_the_one_before_and_a_year_ago() {
        let labels = |period: Period| period.usual_comparisons().into_iter().map(|p| p.label).collect::<Vec<_>>();
        assert_eq!(labels("2025Q2".parse::<Quarter>().unwrap().period()), ["2025Q1", "2024Q2"]);
        let period = Period::new(day("2025-05-01"), day("2025-05-10")).unwrap();
        assert_eq!(labels(period), ["2025-04-21 to 2025-04-30", "2024-05-01 to 2024-05-10"]);
        assert_eq!(Period::new(day("2025-04-01"), day("2025-06-30")).unwrap().label, "2025Q2");
        assert!(Period::new(day("2025-05-02"), day("2025-05-01")).is_err());
    }
}
