//! A point in time as a postmortem knows it: an instant, a local time without a zone, a day, or a bare clock time.
//!
//! The precision is part of the value: `2022-11-27` is a day, not midnight, and `T14:30Z` a clock time whose day the
//! document never told. Arithmetic between two values is defined only where it is honest: see [`When::minutes_since`].

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time with its precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Date, clock time and offset from UTC: `2022-11-27T07:18:00Z`, `2025-04-08T21:45:00+01:00`.
    Instant(DateTime, Offset),
    /// Date and clock time in a zone that nothing tells: `2022-11-27T07:18:00`.
    Local(DateTime),
    /// A day: `2022-11-27`.
    Day(Date),
    /// A clock time on a day that nothing tells: `T14:30`, `T14:30Z`, `T19:30-06:00`.
    Clock(Time, Option<Offset>),
}

impl When {
    /// The calendar day, in the zone the text was written in.
    pub fn date(&self) -> Option<Date> {
        match self {
            When::Instant(time, _) | When::Local(time) => Some(time.date()),
            When::Day(day) => Some(*day),
            When::Clock(..) => None,
        }
    }

    /// The quarter of the calendar day: `2025Q2`.
    pub fn quarter(&self) -> Option<String> {
        self.date().map(|day| format!("{}Q{}", day.year(), (day.month() + 2) / 3))
    }

    /// The instant on the UTC time line, where date, clock and offset are all known.
    pub fn timestamp(&self) -> Option<Timestamp> {
        match self {
            When::Instant(time, offset) => offset.to_timestamp(*time).ok(),
            _ => None,
        }
    }

    /// Whether both tell the same, be it in two zones: 9:15 PST and 17:15 UTC.
    pub fn is_same(&self, other: &When) -> bool {
        let is_zoned = |a: &Offset, b: &Offset| a != b && self.timestamp() == other.timestamp();
        self == other || matches!((self, other), (When::Instant(_, a), When::Instant(_, b)) if is_zoned(a, b))
    }

    /// The date and clock as written on the wall, where both are known.
    pub fn wall(&self) -> Option<DateTime> {
        match self {
            When::Instant(time, _) | When::Local(time) => Some(*time),
            _ => None,
        }
    }

    /// Whether the clock time is known, not the day alone.
    pub fn has_clock(&self) -> bool {
        !matches!(self, When::Day(_))
    }

    /// The point so many minutes later (or, for negative minutes, earlier); `None` for a day, which has no clock time.
    pub fn plus(&self, minutes: f64) -> Option<When> {
        let step = SignedDuration::from_secs((minutes * 60.0).round() as i64);
        match *self {
            When::Instant(wall, offset) => Some(When::Instant(wall.checked_add(step).ok()?, offset)),
            When::Local(wall) => Some(When::Local(wall.checked_add(step).ok()?)),
            When::Clock(time, offset) => Some(When::Clock(time.wrapping_add(step), offset)),
            When::Day(_) => None,
        }
    }

    /// Minutes from `earlier` to `self`, negative where `self` comes first; `None` where the two cannot be compared.
    ///
    /// An instant and a local time are compared by the wall clock: within one document they are of one zone. Two bare
    /// clock times are taken to be less than a day apart, the second after the first. Two days give whole days.
    /// A day and a clock time give nothing.
    pub fn minutes_since(&self, earlier: &When) -> Option<f64> {
        let minutes = |d: SignedDuration| d.as_secs_f64() / 60.0;
        match (self, earlier) {
            (When::Instant(..), When::Instant(..)) => {
                Some(minutes(self.timestamp()?.duration_since(earlier.timestamp()?)))
            }
            (When::Day(a), When::Day(b)) => Some(minutes(a.duration_since(*b))),
            (When::Clock(a, _), When::Clock(b, _)) => {
                let m = minutes(a.duration_since(*b));
                Some(if m < 0.0 { m + 1440.0 } else { m })
            }
            _ => Some(minutes(self.wall()?.duration_since(earlier.wall()?))),
        }
    }

    /// Minutes from `earlier` to the noon of a day, to put days in order with what has a clock; nothing if it is no day.
    pub fn noon_since(&self, earlier: &When) -> Option<f64> {
        let When::Day(day) = self else { return None };
        Some(day.at(12, 0, 0, 0).duration_since(earlier.wall()?).as_secs_f64() / 60.0)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Instant(time, offset) => write!(f, "{}{}", time, OffsetText(*offset)),
            When::Local(time) => write!(f, "{time}"),
            When::Day(day) => write!(f, "{day}"),
            When::Clock(time, offset) => {
                write!(f, "T{:02}:{:02}", time.hour(), time.minute())?;
                if time.second() != 0 {
                    write!(f, ":{:02}", time.second())?;
                }
                offset.map_or(Ok(()), |offset| write!(f, "{}", OffsetText(offset)))
            }
        }
    }
}

struct OffsetText(Offset);

impl fmt::Display for OffsetText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.seconds();
        if seconds == 0 {
            return f.write_str("Z");
        }
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<When, String> {
        let bad = |e: jiff::Error| {
            format!("`{text}` is not a time such as 2025-04-08T21:45:00+01:00, 2025-04-08 or T14:30Z: {e}")
        };
        let (body, offset) = split_offset(text)?;
        if let Some(clock) = body.strip_prefix('T') {
            return Ok(When::Clock(clock.parse().map_err(bad)?, offset));
        }
        if !body.contains(['T', ' ']) {
            return match offset {
                None => Ok(When::Day(body.parse().map_err(bad)?)),
                Some(_) => Err(format!("`{text}` has an offset but no clock time")),
            };
        }
        let time: DateTime = body.parse().map_err(bad)?;
        Ok(offset.map_or(When::Local(time), |offset| When::Instant(time, offset)))
    }
}

/// Splits `2025-04-08T21:45:00+01:00` into the civil part and the offset, where there is one.
fn split_offset(text: &str) -> Result<(&str, Option<Offset>), String> {
    if let Some(body) = text.strip_suffix('Z') {
        return Ok((body, Some(Offset::UTC)));
    }
    let clock = text.find('T').map_or(text.len(), |at| at + 1);
    let Some(at) = text[clock..].find(['+', '-']).map(|at| at + clock) else { return Ok((text, None)) };
    let bad = || format!("`{}` in `{text}` is not an offset such as +05:30", &text[at..]);
    let (hours, minutes) = text[at + 1..].split_once(':').ok_or_else(bad)?;
    let (hours, minutes): (i32, i32) = (hours.parse().map_err(|_| bad())?, minutes.parse().map_err(|_| bad())?);
    let sign = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
    let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).map_err(|_| bad())?;
    Ok((&text[..at], Some(offset)))
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<When, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for When {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "When".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "RFC 3339 with the offset where the zone is known, local without offset where it is not, a bare date where only that is known, T and a clock time where no day is told.",
            "pattern": r"^(\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?)?|T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str) -> When {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_reads_back_as_itself() {
        for text in [
            "2022-11-27T07:18:00Z",
            "2025-04-08T21:45:00+01:00",
            "2024-12-24T05:39:00-09:30",
            "2022-11-27T07:18:00",
            "2022-11-27",
            "T14:30",
            "T14:30Z",
            "T19:30:05-06:00",
        ] {
            assert_eq!(when(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in ["", "yesterday", "2022-13-01", "2022-11-27+01:00", "T25:00", "2022-11-27T07:18:00+1"] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

    #[test]
    fn differences_are_given_only_where_they_are_honest() {
        for (later, earlier, minutes) in [
            ("2022-11-27T07:58:00Z", "2022-11-26T17:01:00Z", Some(897.0)),
            ("2022-11-27T08:00:00+01:00", "2022-11-27T07:00:00Z", Some(0.0)),
            ("2022-11-27T08:00:00", "2022-11-27T09:00:00", Some(-60.0)),
            ("T00:10", "T23:50", Some(20.0)),
            ("2024-05-01", "2024-04-26", Some(7200.0)),
            ("2024-05-01", "2024-04-26T10:00:00Z", None),
            ("T10:00", "2024-04-26T10:00:00Z", None),
        ] {
            assert_eq!(when(later).minutes_since(&when(earlier)), minutes, "{later} - {earlier}");
        }
    }

    #[test]
    fn quarters_follow_the_calendar_day_as_written() {
        assert_eq!(when("2025-04-01T00:30:00+01:00").quarter().as_deref(), Some("2025Q2"));
        assert_eq!(when("2025-12-31").quarter().as_deref(), Some("2025Q4"));
        assert_eq!(when("T10:00").quarter(), None);
    }
}
