//! Which day a moment names, by itself or counted from another day.

use super::*;

impl Resolver<'_> {
    /// The day a moment names by itself or relative to `day`.
    pub(super) fn day_of(&self, moment: &Moment, day: Option<Date>) -> Option<(Date, Source)> {
        match moment.date? {
            DateExpr::Full { year, month, day } => Date::new(year, month, day).ok().map(|date| (date, Source::Own)),
            DateExpr::Shift(days) => {
                day?.checked_add(i64::from(days).days()).ok().map(|date| (date, Source::Neighbour))
            }
            DateExpr::Weekday(weekday) | DateExpr::WeekdayBefore(weekday) | DateExpr::WeekdayAfter(weekday) => {
                let day = day?;
                let ahead = (i64::from(weekday) - i64::from(day.weekday().to_monday_one_offset())).rem_euclid(7);
                let shift = match moment.date {
                    Some(DateExpr::WeekdayBefore(_)) => ahead - 7,
                    Some(DateExpr::WeekdayAfter(_)) if ahead == 0 => 7,
                    Some(DateExpr::WeekdayAfter(_)) => ahead,
                    _ if ahead > 4 => ahead - 7,
                    _ => ahead,
                };
                let date = day.checked_add(shift.days()).ok()?;
                // What is told has happened by the day of writing.
                let ahead = shift > 0 && self.published.is_some_and(|written| day <= written && date > written);
                let date = if ahead { date.checked_sub(7.days()).ok()? } else { date };
                Some((date, Source::Neighbour))
            }
            // The nearest day of that number.
            DateExpr::Day(number) => {
                let base = day.filter(|base| !is_untold(base.year()))?;
                let of_month = |months: i64| {
                    let month = base.first_of_month().checked_add(months.months()).ok()?;
                    Date::new(month.year(), month.month(), number).ok()
                };
                let nearest =
                    [-1, 0, 1].into_iter().filter_map(of_month).min_by_key(|date| (*date - base).get_days().abs())?;
                Some((nearest, Source::Neighbour))
            }
            DateExpr::Written(days) => {
                self.published?.checked_add(i64::from(days).days()).ok().map(|date| (date, Source::Neighbour))
            }
            // A day whose year nothing tells, or a month: no day.
            _ => None,
        }
    }
}

/// A day is named, but not which one it was.
pub(super) fn unknown_day(moment: &Moment) -> bool {
    matches!(
        moment.date,
        Some(
            DateExpr::MonthDay { .. }
                | DateExpr::Month { .. }
                | DateExpr::Quarter { .. }
                | DateExpr::Numeric { .. }
                | DateExpr::Day(_)
                | DateExpr::Weekday(_)
                | DateExpr::WeekdayBefore(_)
                | DateExpr::WeekdayAfter(_)
                | DateExpr::Shift(_)
                | DateExpr::Written(..0)
        )
    )
}

/// "The night before", "last Tuesday", "yesterday".
pub(super) fn looks_back(moment: &Moment) -> bool {
    match moment.date {
        Some(DateExpr::Shift(days) | DateExpr::Written(days)) => days < 0,
        Some(DateExpr::WeekdayBefore(_)) => true,
        _ => false,
    }
}

/// A month or a quarter; or "today", which without a clock time is seldom the day of what happened.
pub(super) fn tells_no_day(moment: &Moment) -> bool {
    matches!(moment.date, Some(DateExpr::Month { .. } | DateExpr::Quarter { .. } | DateExpr::Written(0..)))
}

/// Days before the one the document is about from which on a day without a clock is of its background: "documents of before
/// 1 January 2022".
const BACKGROUND: i32 = 7;

/// Whether a day is told as background: it dates no clock time that is told after it.
pub(super) fn is_background(moment: &Moment, day: Date, anchor: Option<Date>) -> bool {
    moment.clock.is_none() && anchor.is_some_and(|anchor| (anchor - day).get_days() > BACKGROUND)
}

/// A day told by its number alone, as "we scale up on the 30th and down on the 2nd": it dates nothing outside its paragraph.
pub(super) fn is_passing(moment: &Moment) -> bool {
    moment.clock.is_none() && matches!(moment.date, Some(DateExpr::Day(_)))
}
