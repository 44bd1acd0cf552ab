//! What a time expression is: the values that the grammar in `grammar` reads and that `resolve` places in time.
//!
//! An expression keeps what the text says and no more: a clock time without a day, a day without a year, a duration
//! with its "about". Nothing here is resolved against a document.

use super::zone::Zone;
use crate::document::Span;

/// A time expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeExpr {
    pub span: Span,
    pub value: Value,
}

/// What a time expression says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Moment(Moment),
    Duration(Duration),
    /// Minutes since the event counted from: `T+45m`.
    Elapsed(f64),
    /// A zone named without a clock time: "all times in UTC".
    Zone(Zone),
}

/// A point in time, as far as it is told: at least one of date and clock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    pub date: Option<DateExpr>,
    pub clock: Option<Clock>,
    pub zone: Option<Zone>,
    /// "about", "~", "approximately".
    pub about: bool,
    pub role: Role,
}

/// The part of a moment in a range or a repetition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    #[default]
    Alone,
    /// The first end of a range; the second is the next expression.
    From,
    /// The second end of a range; the first is the expression before.
    To,
    /// The moment before, said again in another zone: `14:30 PDT (21:30 UTC)`.
    Alias,
}

/// A calendar day, as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateExpr {
    Full {
        year: i16,
        month: i8,
        day: i8,
    },
    /// A day without its year: "May 16".
    MonthDay {
        month: i8,
        day: i8,
    },
    /// Two numbers whose order the document decides: `04/05/2024`, "Fri 23/02".
    Numeric {
        first: i8,
        second: i8,
        year: Option<i16>,
    },
    /// A month without a day: "November 2022", "in March".
    Month {
        year: Option<i16>,
        month: i8,
    },
    /// "Q3 2024".
    Quarter {
        year: i16,
        quarter: i8,
    },
    /// A day of a month that is not named: "the 23rd".
    Day(i8),
    /// A day of a week that is not named; 1 = Monday.
    Weekday(i8),
    /// "Last Tuesday": the one before the day that was spoken of.
    WeekdayBefore(i8),
    /// "The following Monday": the one after the day that was spoken of.
    WeekdayAfter(i8),
    /// So many days after the day that was spoken of: "the next morning".
    Shift(i16),
    /// So many days after the day of writing: "yesterday".
    Written(i16),
}

/// A clock time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub hour: i8,
    pub minute: i8,
    pub second: i8,
    /// Whether `1` to `12` may also be meant twelve hours later: no am or pm was written.
    pub half_open: bool,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Duration {
    pub minutes: f64,
    pub bound: Bound,
    pub relation: Relation,
}

/// How exact a length is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Exact,
    /// "about", "~", "almost", "5-10 minutes".
    About,
    /// "at least", "over", "more than".
    AtLeast,
    /// "up to", "less than", "within".
    AtMost,
    /// "a few hours", "several minutes": the length is one of the unit, and tells no more than its order.
    Vague,
}

/// What the words around a length make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Nothing: "30 minutes".
    Bare,
    /// "for 30 minutes", "lasted 30 minutes".
    For,
    /// "30 minutes later", "after 30 minutes".
    Later,
    /// "30 minutes earlier", "30 minutes before".
    Earlier,
    /// "30 minutes ago".
    Ago,
    /// "within 30 minutes", "in under 30 minutes".
    Within,
    /// "every 30 minutes", "the last 30 minutes", "per hour": no length of an event.
    Every,
}
