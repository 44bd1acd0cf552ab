//! Durations, days, and spans of either, as people type them.

use jiff::ToSpan;
use jiff::civil::Date;

use super::fields::Column;

/// From the first to the last value that is meant, both included; open where there is none. Minutes of a duration;
/// days since 1970 of a date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub from: Option<Bound>,
    pub to: Option<Bound>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    pub value: f64,
    pub included: bool,
}

impl Bound {
    fn at(value: f64) -> Option<Bound> {
        Some(Bound { value, included: true })
    }

    fn beyond(value: f64) -> Option<Bound> {
        Some(Bound { value, included: false })
    }
}

/// What is wrong with a value: where in it, what, and what to type instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub at: usize,
    pub what: String,
    pub hint: &'static str,
}

const DURATIONS: &str = "Durations are numbers with a unit (30s, 45m, 4h, 1h30m, 2d) or minutes without one:\n\
                         ttr:>4h, ttd:<=30m, ttr:30m..4h";
const DATES: &str = "Dates are years, quarters, months or days:\n\
                     date:2024, date:2024Q3..2025Q1, date:>=2024-05, date:2024-05-12";

/// Reads what stands after the colon: `>4h`, `2024Q3..2025Q1`, `..30m`, `2024`.
pub fn range(column: Column, text: &str) -> Result<Range, Wrong> {
    let (operator, value) = split_operator(text);
    let at = text.len() - value.len();
    let span = |text: &str, at: usize| -> Result<(f64, f64), Wrong> {
        let wrong = |(what, hint)| Wrong { at, what, hint };
        match column {
            Column::Date => days(text).map_err(|what| wrong((what, DATES))),
            Column::Ttr | Column::Ttd => {
                minutes(text).map(|value| (value, value)).map_err(|what| wrong((what, DURATIONS)))
            }
        }
    };
    if operator.is_empty()
        && let Some((from, to)) = value.split_once("..")
    {
        if from.is_empty() && to.is_empty() {
            span("", 0)?;
        }
        let end = |text: &str, at: usize| if text.is_empty() { Ok(None) } else { span(text, at).map(Some) };
        let (from, to_at) = (end(from, 0)?, from.len() + 2);
        let to = end(to, to_at)?;
        if let (Some((from, _)), Some((_, to))) = (from, to)
            && from > to
        {
            let hint = "The smaller end comes first.";
            return Err(Wrong { at: 0, what: "the range ends before it begins".to_owned(), hint });
        }
        return Ok(Range {
            from: from.and_then(|(from, _)| Bound::at(from)),
            to: to.and_then(|(_, to)| Bound::at(to)),
        });
    }
    let (first, last) = span(value, at)?;
    Ok(match operator {
        ">" => Range { from: Bound::beyond(last), to: None },
        ">=" => Range { from: Bound::at(first), to: None },
        "<" => Range { from: None, to: Bound::beyond(first) },
        "<=" => Range { from: None, to: Bound::at(last) },
        _ => Range { from: Bound::at(first), to: Bound::at(last) },
    })
}

/// The sign of comparison that a value begins with, and the rest.
pub fn split_operator(text: &str) -> (&str, &str) {
    let operators = [">=", "<=", "=", ">", "<"];
    let found = operators.into_iter().find(|operator| text.starts_with(operator)).unwrap_or("");
    text.split_at(found.len())
}

/// Minutes of a duration: `90`, `4h`, `1h30m`, `1.5d`, `45min`.
fn minutes(text: &str) -> Result<f64, String> {
    let bad = || {
        if text.is_empty() { "a duration is missing".to_owned() } else { format!("`{text}` is not a duration") }
    };
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (number, after) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| bad())?;
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(letters);
        total += number
            * match unit.to_ascii_lowercase().as_str() {
                "s" | "sec" | "secs" | "second" | "seconds" => 1.0 / 60.0,
                "m" | "min" | "mins" | "minute" | "minutes" => 1.0,
                "h" | "hr" | "hrs" | "hour" | "hours" => 60.0,
                "d" | "day" | "days" => 1440.0,
                "w" | "week" | "weeks" => 7.0 * 1440.0,
                "" if rest.len() == text.len() && after.is_empty() => 1.0,
                _ => return Err(bad()),
            };
        rest = after;
    }
    if text.is_empty() || !total.is_finite() { Err(bad()) } else { Ok(total) }
}

/// First and last day of a year, quarter, month or day, in days since 1970.
fn days(text: &str) -> Result<(f64, f64), String> {
    let bad = || {
        if text.is_empty() { "a date is missing".to_owned() } else { format!("`{text}` is not a date") }
    };
    if !text.is_ascii() {
        return Err(bad());
    }
    let number = |text: &str| -> Result<i16, String> {
        let is_plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_plain).ok_or_else(bad)
    };
    let year = number(text.get(..4).ok_or_else(bad)?)?;
    let rest = text[4..].strip_prefix('-').unwrap_or(&text[4..]);
    let has_dash = rest.len() < text.len() - 4;
    let small = |text: &str| number(text).and_then(|number| i8::try_from(number).map_err(|_| bad()));
    let (month, day, length) = match rest.as_bytes() {
        [] if !has_dash => (1, 1, 1.year()),
        [b'q' | b'Q', quarter @ b'1'..=b'4'] => (1 + 3 * (quarter - b'1') as i8, 1, 3.months()),
        _ if !has_dash => return Err(bad()),
        _ => match rest.split_once('-') {
            None => (small(rest)?, 1, 1.month()),
            Some((month, day)) => (small(month)?, small(day)?, 1.day()),
        },
    };
    let first = Date::new(year, month, day).map_err(|_| format!("there is no such day as `{text}`"))?;
    let after = first.checked_add(length).map_err(|_| bad())?;
    let since = |date: Date| (date - Date::constant(1970, 1, 1)).get_days();
    Ok((f64::from(since(first)), f64::from(since(after) - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_type_them() {
        for (text, minutes) in
            [("90", 90.0), ("4h", 240.0), ("1h30m", 90.0), ("1.5d", 2160.0), ("45min", 45.0), ("30s", 0.5), ("0", 0.0)]
        {
            assert_eq!(super::minutes(text), Ok(minutes), "{text}");
        }
        for text in ["", "h", "4x", "4h5", "-3", "1..2", "4 h", "é", "9e9"] {
            assert!(super::minutes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dates_are_years_quarters_months_or_days() {
        let day = |y, m, d| f64::from((Date::constant(y, m, d) - Date::constant(1970, 1, 1)).get_days());
        for (text, first, last) in [
            ("2024", day(2024, 1, 1), day(2024, 12, 31)),
            ("2024Q3", day(2024, 7, 1), day(2024, 9, 30)),
            ("2024-q4", day(2024, 10, 1), day(2024, 12, 31)),
            ("2024-02", day(2024, 2, 1), day(2024, 2, 29)),
            ("2024-05-12", day(2024, 5, 12), day(2024, 5, 12)),
            ("1970-01-02", 1.0, 1.0),
        ] {
            assert_eq!(days(text), Ok((first, last)), "{text}");
        }
        for text in [
            "",
            "24",
            "yesterday",
            "2024Q5",
            "2024-13",
            "2024-02-30",
            "2024-05-12T10:00",
            "20245",
            "2024-",
            "2024--05",
            "２０２４",
        ] {
            assert!(days(text).is_err(), "{text}");
        }
    }

    #[test]
    fn comparisons_take_the_whole_of_what_is_named() {
        let read = |text| range(Column::Date, text).unwrap();
        let (first, last) = days("2024").unwrap();
        assert_eq!(read(">2024"), Range { from: Bound::beyond(last), to: None });
        assert_eq!(read(">=2024"), Range { from: Bound::at(first), to: None });
        assert_eq!(read("<2024"), Range { from: None, to: Bound::beyond(first) });
        assert_eq!(read("<=2024"), Range { from: None, to: Bound::at(last) });
        assert_eq!(read("2024..2024"), Range { from: Bound::at(first), to: Bound::at(last) });
        assert_eq!(read("..2024"), Range { from: None, to: Bound::at(last) });
        assert_eq!(range(Column::Ttr, "30m..4h").unwrap(), Range { from: Bound::at(30.0), to: Bound::at(240.0) });
    }

    #[test]
    fn what_is_no_value_is_said_with_its_place() {
        for (column, text, at, what) in [
            (Column::Ttr, ">x", 1, "`x` is not a duration"),
            (Column::Ttr, "1h..y", 4, "`y` is not a duration"),
            (Column::Ttr, "4h..1h", 0, "ends before"),
            (Column::Ttr, "..", 0, "missing"),
            (Column::Date, ">=", 2, "missing"),
            (Column::Date, "2024-02-30", 0, "no such day"),
        ] {
            let wrong = range(column, text).unwrap_err();
            assert!(wrong.what.contains(what) && wrong.at == at, "{text}: {wrong:?}");
        }
    }
}
