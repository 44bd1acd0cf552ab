//! Days told from another day: from the one spoken of ("the next morning", "that evening", "two days later at 9:00"), or
//! from the day of writing ("yesterday", "last night").

use super::{Read, Scanner};
use crate::time::expr::*;

impl Scanner<'_> {
    pub(super) fn try_relative_day(&self, at: usize) -> Read<DateExpr> {
        let found = self.try_written_day(at).or_else(|| match self.str(at) {
            "the" | "The" => self.try_the_day(at + 1),
            "that" | "That" => {
                let word = at + 1 + usize::from(self.is(at + 1, "same"));
                self.day_or_part(word).then_some((DateExpr::Shift(0), word + 1))
            }
            "next" | "Next" => self.day_or_part(at + 1).then_some((DateExpr::Shift(1), at + 2)),
            _ => None,
        })?;
        // "that day-old build", "yesterday's release"; the apostrophe may have been blanked.
        let (_, next) = found;
        let possessive = self.is(next, "s") || self.apostrophe(next) && self.touches(next) && self.is(next + 1, "s");
        let compound = self.hyphen(next) && self.touches(next) && self.touches(next + 1);
        (!possessive && !compound).then_some(found)
    }

    fn day_or_part(&self, at: usize) -> bool {
        (self.is(at, "day") || self.part(at).is_some()) && self.same_paragraph(at)
    }

    /// After "the": "next morning", "same day", "day before", "evening after".
    fn try_the_day(&self, at: usize) -> Read<DateExpr> {
        let shift = match self.str(at) {
            "next" | "following" => 1,
            "same" => 0,
            "previous" | "preceding" | "prior" => -1,
            _ if self.day_or_part(at) && !self.is(at + 2, "the") && self.same_line(at + 1) => {
                let shift = match self.str(at + 1) {
                    "before" => -1,
                    "after" => 1,
                    _ => return None,
                };
                return Some((DateExpr::Shift(shift), at + 2));
            }
            _ => return None,
        };
        self.day_or_part(at + 1).then_some((DateExpr::Shift(shift), at + 2))
    }

    /// "yesterday", "this morning", "last night".
    fn try_written_day(&self, at: usize) -> Read<DateExpr> {
        let (days, next) = match self.str(at).to_ascii_lowercase().as_str() {
            "yesterday" => (-1, at + 1),
            "today" | "tonight" => (0, at + 1),
            "tomorrow" => (1, at + 1),
            "this" if self.part(at + 1).is_some() => (0, at + 2),
            "last" if self.is(at + 1, "night") => (-1, at + 2),
            _ => return None,
        };
        Some((DateExpr::Written(days), next))
    }

    /// "two days later, at 09:00": a day only where a clock time follows, else a length.
    pub(super) fn try_days_on(&self, at: usize) -> Read<DateExpr> {
        let (amount, unit) = self.amount(at)?;
        let days = amount * self.unit(unit).filter(|unit| *unit >= 1440.0 && *unit < 43_200.0)? / 1440.0;
        let sign = match self.str(unit + 1) {
            "later" => 1.0,
            "earlier" => -1.0,
            _ => return None,
        };
        (days.fract() == 0.0 && days < 1000.0).then_some((DateExpr::Shift((sign * days) as i16), unit + 2))
    }
}
