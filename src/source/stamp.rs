//! Times of elements that say them twice: `<time datetime="2024-03-18T10:05Z">Monday at 10:05</time>`.
//!
//! A page shows such a time as its readers like it, without the year or as `3 months ago`, and as long as a browser has drawn it in
//! a zone of the reader's. Promises: words that tell a day with its year stay as they are; of others, those that are nothing
//! but a time become one with its day, which a clock time that is shown keeps. Leaves to others: what the time is of.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::DateTimeParser;
use regex::Regex;

use super::draft::{self, words};

/// How a time is written.
#[derive(Debug, PartialEq)]
pub struct Written {
    pub text: String,
    /// The zone that belongs behind it, unless the words that follow have one.
    pub zone: Option<String>,
}

/// What to write for an element that shows `shown` and states `datetime`.
pub fn written(shown: &str, datetime: &str) -> Written {
    let as_shown = || Written { text: shown.to_owned(), zone: None };
    let Some((day, clock, zone)) = read(datetime) else { return as_shown() };
    let seen = words(shown);
    let found = clock_of(&seen);
    let (before, rest) = found.as_ref().map_or((&*seen, ""), |(range, _)| (&seen[..range.start], &seen[range.end..]));
    let has_year = before.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 4)
        || rest.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 4)
        || before.matches(['/', '.']).count() >= 2;
    if has_year || !is_only_a_time(before) {
        return as_shown();
    }
    // What stands around the element is not of it.
    let around = |text: String| {
        let space = |is: bool| if is { " " } else { "" };
        let (first, last) = (shown.starts_with(char::is_whitespace), shown.ends_with(char::is_whitespace));
        format!("{}{text}{}", space(first), space(last && !seen.is_empty()))
    };
    let text = |text: String, zone: Option<String>| Written { text: around(text), zone };
    match (found, clock) {
        (Some((range, shown)), Some(clock)) => {
            let same = (shown.hour(), shown.minute()) == (clock.hour(), clock.minute());
            let zone = zone.filter(|_| same && rest.trim().is_empty());
            text(format!("{} {}", day_shown(day, clock, shown), &seen[range.start..]), zone)
        }
        (Some((range, _)), None) => text(format!("{day} {}", &seen[range.start..]), None),
        // A day, or nothing, or how long ago.
        (None, Some(clock)) if seen.is_empty() || is_relative(&seen) => {
            text(format!("{day} {:02}:{:02}", clock.hour(), clock.minute()), zone)
        }
        (None, _) => text(day.to_string(), None),
    }
}

/// Whether the words begin with a zone: ` UTC`, `(PDT)`, `+02:00`.
pub fn begins_with_zone(text: &str) -> bool {
    static ZONE: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"^\s*\(?(?:UTC|GMT|Z\b|[A-Z]{2,4}T\b|[+-]\d\d:?\d\d|US/[A-Z])").expect("a literal pattern compiles")
    });
    ZONE.is_match(text)
}

/// The day, the clock time and the zone of a machine's time.
fn read(datetime: &str) -> Option<(Date, Option<Time>, Option<String>)> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    let at = draft::time(datetime);
    let pieces = PARSER.parse_pieces(&at).ok()?;
    let zone = match at.get(19..) {
        None | Some("") => None,
        Some("Z") => Some(" UTC".to_owned()),
        Some(offset) => Some(format!(" {offset}")),
    };
    Some((pieces.date(), pieces.time(), zone))
}

/// The clock time in the words, and where it stands.
fn clock_of(words: &str) -> Option<(std::ops::Range<usize>, Time)> {
    static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"(?i)\b(\d{1,2}):(\d{2})(?::\d{2})?(?:\s?([ap])\.?m\b\.?)?").expect("a literal pattern compiles")
    });
    let found = CLOCK.captures(words)?;
    let number = |nth: usize| found[nth].parse::<i8>().ok();
    let hour = match found.get(3).map(|half| half.as_str()) {
        None => number(1)?,
        Some("p" | "P") => number(1)? % 12 + 12,
        Some(_) => number(1)? % 12,
    };
    Some((found.get(0)?.range(), Time::new(hour, number(2)?, 0, 0).ok()?))
}

/// The day that the shown clock time is of: in a zone of its own, it may be the one before or after.
fn day_shown(day: Date, clock: Time, shown: Time) -> Date {
    let at = DateTime::from_parts(day, clock);
    let days = [Some(day), day.yesterday().ok(), day.tomorrow().ok()];
    let away = |day: &Date| (DateTime::from_parts(*day, shown).duration_since(at)).as_secs().abs();
    days.into_iter().flatten().min_by_key(away).unwrap_or(day)
}

fn is_relative(words: &str) -> bool {
    let words = words.to_lowercase();
    words.ends_with(" ago") || words.starts_with("in ") || words.contains("now") || words.contains("last ")
}

/// Whether the words are nothing but a day: `Monday, Mar 4 at`, or one told from today: `3 months ago`.
fn is_only_a_time(words: &str) -> bool {
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(
            r"(?xi)^(?:[\s,.|·–-]+|\d{1,2}(?:st|nd|rd|th)?\b|\d{1,2}/\d{1,2}\b|(?:at|on|of|the|about|around|almost|over|an?|one|ago|in|just|now|last)\b
              |(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b|(?:to|yester)day\b
              |(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b
              |(?:second|minute|min|hour|day|week|month|year|yr|hr|mo)s?\b|\d{1,3}\ ?(?:s|m|h|d|w|mo|y)\b)*$",
        )
        .expect("a literal pattern compiles")
    });
    DAY.is_match(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_with_its_day_and_as_it_is_shown() {
        let at = "2022-03-11T14:05:00Z";
        for (shown, datetime, text, zone) in [
            ("Friday at 14:05", at, "2022-03-11 14:05", Some(" UTC")),
            ("Mar 11, 14:05 UTC", at, "2022-03-11 14:05 UTC", None),
            ("2 years ago", at, "2022-03-11 14:05", Some(" UTC")),
            ("just now", "2022-03-11T14:05:00+01:00", "2022-03-11 14:05", Some(" +01:00")),
            ("", at, "2022-03-11 14:05", Some(" UTC")),
            ("11 March", at, "2022-03-11", None),
            ("14:05", "2022-03-11", "2022-03-11 14:05", None),
            // In a zone of the reader's.
            ("9:05 AM", at, "2022-03-11 9:05 AM", None),
            ("1:05 AM", at, "2022-03-12 1:05 AM", None),
            ("11:05 PM", "2022-03-11T04:05:00Z", "2022-03-10 11:05 PM", None),
            // What tells its day, and what is more than a time.
            ("March 11, 2022", at, "March 11, 2022", None),
            ("11.03.22 14:05", at, "11.03.22 14:05", None),
            ("the deploy of 14:05", at, "the deploy of 14:05", None),
            ("fifty minutes", "PT50M", "fifty minutes", None),
            ("14:05", "14:05", "14:05", None),
        ] {
            let expected = Written { text: text.to_owned(), zone: zone.map(str::to_owned) };
            assert_eq!(written(shown, datetime), expected, "{shown} {datetime}");
        }
    }
}
