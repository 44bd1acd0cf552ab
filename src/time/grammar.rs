//! The grammar of English time expressions: text to [`TimeExpr`]s, in one pass over its tokens.
//!
//! Each `try_*` function looks at the tokens from one place on and answers with a value and the place after it, or
//! nothing. The specification is the table of examples in `examples.tsv`, positive and negative, that a test runs;
//! a rule without its examples does not exist. Ranges and repetitions in another zone are linked in a second pass.

use super::expr::*;
use super::lex::{Kind, Meaning, Token, meanings, tokens};
use super::zone::{self, Zone, offset_of_minutes};
use crate::document::Span;

/// The time expressions in `text`, in order, without overlap.
pub fn scan(text: &str) -> Vec<TimeExpr> {
    let scanner = Scanner { text, tokens: tokens(text) };
    let mut found = Vec::new();
    let mut at = 0;
    while at < scanner.tokens.len() {
        match scanner.try_expression(at) {
            Some((value, next)) => {
                let span = Span::new(scanner.tokens[at].start, scanner.tokens[next - 1].end);
                found.push(TimeExpr { span, value });
                at = next;
            }
            None => at += 1,
        }
    }
    scanner.link(&mut found);
    found
}

struct Scanner<'t> {
    text: &'t str,
    tokens: Vec<Token>,
}

/// A value read, and the index of the token after it.
type Read<T> = Option<(T, usize)>;

impl<'t> Scanner<'t> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn str(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.str(at).eq_ignore_ascii_case(word)
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(at, word))
    }

    /// Whether no white space stands before the token.
    fn touches(&self, at: usize) -> bool {
        at > 0 && at < self.tokens.len() && self.tokens[at - 1].end == self.tokens[at].start
    }

    /// Whether the token stands on the same line as the one before it.
    fn same_line(&self, at: usize) -> bool {
        at > 0
            && at < self.tokens.len()
            && !self.text.as_bytes()[self.tokens[at - 1].end..self.tokens[at].start].contains(&b'\n')
    }

    /// Whether a new paragraph begins between the token before and this one.
    fn same_paragraph(&self, at: usize) -> bool {
        at > 0
            && at < self.tokens.len()
            && self.text.as_bytes()[self.tokens[at - 1].end..self.tokens[at].start]
                .iter()
                .filter(|b| **b == b'\n')
                .count()
                < 2
    }

    /// The number at that token, with its count of digits; at most nine digits.
    fn number(&self, at: usize) -> Option<(u32, usize)> {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Number)?;
        let digits = &self.text[token.start..token.end];
        (digits.len() <= 9).then(|| digits.parse().ok().map(|n| (n, digits.len()))).flatten()
    }

    /// A number of at most two digits and at most `max`.
    fn small(&self, at: usize, max: u32) -> Option<i8> {
        self.number(at).filter(|(n, digits)| *digits <= 2 && *n <= max).map(|(n, _)| n as i8)
    }

    fn year(&self, at: usize) -> Option<i16> {
        self.number(at).filter(|(n, digits)| *digits == 4 && (1990..=2099).contains(n)).map(|(n, _)| n as i16)
    }

    fn month(&self, at: usize) -> Option<i8> {
        let word = self.str(at);
        let month = meanings(word).iter().find_map(|m| if let Meaning::Month(n) = m { Some(*n) } else { None })?;
        // "may" and "march" are verbs, "mar" and "dec" may be anything: a month has its capital, or is a long word.
        let capital = word.as_bytes()[0].is_ascii_uppercase();
        (capital || word.len() > 3 && !word.eq_ignore_ascii_case("march")).then_some(month)
    }

    fn weekday(&self, at: usize) -> Option<i8> {
        meanings(self.str(at)).iter().find_map(|m| if let Meaning::Weekday(n) = m { Some(*n) } else { None })
    }

    fn unit(&self, at: usize) -> Option<f64> {
        meanings(self.str(at)).iter().find_map(|m| if let Meaning::Unit(n) = m { Some(*n) } else { None })
    }

    fn number_word(&self, at: usize) -> Option<f64> {
        meanings(self.str(at)).iter().find_map(|m| if let Meaning::Number(n) = m { Some(*n) } else { None })
    }

    /// Whether an expression may begin at this number: it is not the tail of a version, a path, a code or a word.
    fn begins(&self, at: usize) -> bool {
        if !self.touches(at) {
            return true;
        }
        match self.str(at - 1) {
            "." | ":" | "_" | "#" | "$" | "=" | "\\" | "/" | "+" | "%" | "&" => false,
            // A comma or hyphen inside a number or a name: "1,200", "us-east-1", "T-1000".
            "," | "-" => {
                at < 2 || !self.touches(at - 1) || self.kind(at - 2) == Some(Kind::Mark) || self.after_clock(at - 1)
            }
            _ => self.kind(at - 1) == Some(Kind::Mark),
        }
    }

    /// Whether the tokens before the hyphen at `hyphen` end a clock time: `10:30-12:00`, `10am-11am`.
    fn after_clock(&self, hyphen: usize) -> bool {
        hyphen >= 2
            && (self.is_any(hyphen - 1, &["am", "pm", "m", "utc", "z"])
                || self.kind(hyphen - 1) == Some(Kind::Number) && hyphen >= 3 && self.str(hyphen - 2) == ":")
    }

    fn try_expression(&self, at: usize) -> Read<Value> {
        match self.kind(at)? {
            Kind::Mark => None,
            Kind::Number if !self.begins(at) => None,
            Kind::Number => self
                .try_moment(at)
                .map(|(m, next)| (Value::Moment(m), next))
                .or_else(|| self.try_duration(at).map(|(d, next)| (Value::Duration(d), next))),
            Kind::Word if self.touches(at) && self.kind(at - 1) == Some(Kind::Number) => None,
            Kind::Word => self.try_word(at),
        }
    }

    fn try_word(&self, at: usize) -> Read<Value> {
        if self.is(at, "t") {
            return self.try_elapsed(at).map(|(minutes, next)| (Value::Elapsed(minutes), next));
        }
        if let Some((m, next)) = self.try_moment(at) {
            return Some((Value::Moment(m), next));
        }
        if self.number_word(at).is_some()
            && let Some((d, next)) = self.try_duration(at)
        {
            return Some((Value::Duration(d), next));
        }
        self.try_zone_alone(at).map(|(zone, next)| (Value::Zone(zone), next))
    }

    /// `T+45m`, `T+0:45`, `T-5`.
    fn try_elapsed(&self, at: usize) -> Read<f64> {
        let sign = match self.str(at + 1) {
            "+" => 1.0,
            "-" => -1.0,
            _ => return None,
        };
        if !self.touches(at + 1) || !self.touches(at + 2) {
            return None;
        }
        if let Some((clock, next)) = self.try_colon_clock(at + 2) {
            return Some((sign * (f64::from(clock.hour) * 60.0 + f64::from(clock.minute)), next));
        }
        if let Some((length, next)) = self.try_length(at + 2) {
            return Some((sign * length, next));
        }
        let (minutes, digits) = self.number(at + 2)?;
        (digits <= 3).then_some((sign * f64::from(minutes), at + 3))
    }

    // ---- moments -------------------------------------------------------------------------------------------------

    fn try_moment(&self, at: usize) -> Read<Moment> {
        let about = self.about_before(at);
        if let Some((date, next)) = self.try_date(at) {
            let (clock, zone, next) = match self.clock_after_date(next) {
                Some((clock, zone, next)) => (Some(clock), zone, next),
                None => (None, None, next),
            };
            // A lone abbreviation ("Sun", "mon") or a lone weekday is too often something else.
            if clock.is_none() && matches!(date, DateExpr::Weekday(_)) && self.str(at).len() < 6 {
                return None;
            }
            return Some((Moment { date: Some(date), clock, zone, about, role: Role::Alone }, next));
        }
        let (clock, next) = self.try_clock(at)?;
        let (zone, next) = self.zone_after(next, true).map_or((None, next), |(zone, next)| (Some(zone), next));
        let (date, zone, next) = match self.date_after_clock(next) {
            Some((date, after)) => {
                let late = if zone.is_none() { self.zone_after(after, true) } else { None };
                late.map_or((Some(date), zone, after), |(zone, after)| (Some(date), Some(zone), after))
            }
            None => (None, zone, next),
        };
        Some((Moment { date, clock: Some(clock), zone, about, role: Role::Alone }, next))
    }

    fn about_before(&self, at: usize) -> bool {
        at > 0
            && self.same_paragraph(at)
            && self.is_any(
                at - 1,
                &["~", "≈", "about", "around", "approximately", "approx", "roughly", "circa", "near", "c"],
            )
    }

    /// The clock time that belongs to a date that ends before `at`.
    fn clock_after_date(&self, at: usize) -> Option<(Clock, Option<Zone>, usize)> {
        const MARKS: &[&str] = &[",", "-", "–", "—", "@", "|", "~", "(", "*", ":", "/"];
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
            if !is_word && !MARKS.contains(&self.str(place)) || !self.same_paragraph(place) {
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
        let with_offset = self.is(place - 1, "t") || next >= 2 && self.str(next - 2) == ":" && next - place >= 5;
        let zone = if with_offset { self.numeric_offset(next) } else { None }.or_else(|| self.zone_after(next, true));
        Some(zone.map_or((clock, None, next), |(zone, next)| (clock, Some(zone), next)))
    }

    /// The date that belongs to a clock time that ends before `at`: "10:30 UTC on 3 May 2024".
    fn date_after_clock(&self, at: usize) -> Read<DateExpr> {
        let mut place = at;
        while place < at + 3 && (self.is_any(place, &["on", "of", ",", "("]) || self.is(place, "the")) {
            place += 1;
        }
        if !(self.same_line(place) || place > at && self.same_paragraph(place)) {
            return None;
        }
        let (date, next) = self.try_date(place)?;
        if matches!(date, DateExpr::Month { .. })
            || self.clock_after_date(next).is_some_and(|(_, _, end)| end > next + 2 && !self.joins(next))
        {
            return None;
        }
        Some((date, next))
    }

    /// Whether the token joins the two ends of a range.
    fn joins(&self, at: usize) -> bool {
        self.is_any(at, &["-", "–", "—", "to", "until", "till", "and", "through"])
    }

    fn try_clock(&self, at: usize) -> Read<Clock> {
        match self.kind(at)? {
            Kind::Number => self
                .try_colon_clock(at)
                .or_else(|| self.try_hour_with_half(at))
                .or_else(|| self.try_four_digits(at))
                .or_else(|| self.try_dotted_or_h(at))
                .or_else(|| self.try_hour_with_zone(at)),
            Kind::Word if meanings(self.str(at)).iter().any(|m| matches!(m, Meaning::Named(_))) => {
                let minutes = meanings(self.str(at))
                    .iter()
                    .find_map(|m| if let Meaning::Named(n) = m { Some(*n) } else { None })?;
                Some((Clock { hour: (minutes / 60) as i8, minute: 0, second: 0, half_open: false }, at + 1))
            }
            _ => None,
        }
    }

    /// `14:10`, `9:05:33`, `2:30 p.m.`
    fn try_colon_clock(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 24)?;
        let (minute, digits) = self.number(at + 2)?;
        if self.str(at + 1) != ":" || !self.touches(at + 1) || !self.touches(at + 2) || digits != 2 || minute > 59 {
            return None;
        }
        let mut next = at + 3;
        let mut second = 0;
        if self.str(next) == ":"
            && self.touches(next)
            && self.touches(next + 1)
            && self.kind(next + 1) == Some(Kind::Number)
        {
            second = self.small(next + 1, 60)?.min(59);
            next += 2;
            if self.is_any(next, &[".", ","])
                && self.touches(next)
                && self.touches(next + 1)
                && self.number(next + 1).is_some()
            {
                next += 2;
            }
        }
        let wrong_tail = self.touches(next)
            && (self.str(next) == "%"
                || self.is_any(next, &[".", ":"])
                    && self.touches(next + 1)
                    && self.kind(next + 1) == Some(Kind::Number)
                || self.kind(next) == Some(Kind::Word) && !self.clock_word(next));
        if wrong_tail || hour == 24 && minute > 0 {
            return None;
        }
        let clock = Clock { hour, minute: minute as i8, second, half_open: (1..=12).contains(&hour) };
        Some(self.with_half(clock, next))
    }

    /// A word that may touch a clock time: am, pm, h, hrs, a zone.
    fn clock_word(&self, at: usize) -> bool {
        self.is_any(at, &["am", "pm", "a", "p", "h", "hrs", "hr", "hours", "z", "t"])
            || zone::named(self.str(at)).is_some()
    }

    /// Applies an am or pm (or skips "hrs") after a clock time.
    fn with_half(&self, clock: Clock, at: usize) -> (Clock, usize) {
        if let Some((pm, next)) = self.half(at) {
            let hour = match (pm, clock.hour) {
                (true, 1..=11) => clock.hour + 12,
                (false, 12) => 0,
                _ => clock.hour,
            };
            return (Clock { hour, half_open: false, ..clock }, next);
        }
        let skip = self.is_any(at, &["h", "hrs", "hr", "hours"]) && self.same_line(at);
        (clock, if skip { at + 1 } else { at })
    }

    /// `am`, `PM`, `a.m.`: whether it is pm, and what comes after.
    fn half(&self, at: usize) -> Read<bool> {
        if !self.same_line(at) {
            return None;
        }
        if self.is_any(at, &["am", "pm"]) {
            return Some((self.is(at, "pm"), at + 1));
        }
        let dotted =
            self.is_any(at, &["a", "p"]) && self.str(at + 1) == "." && self.is(at + 2, "m") && self.touches(at + 2);
        let end = at + 3;
        dotted.then(|| (self.is(at, "p"), if self.str(end) == "." && self.touches(end) { end + 1 } else { end }))
    }

    /// `7 pm`.
    fn try_hour_with_half(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 12).filter(|hour| *hour > 0)?;
        self.half(at + 1)?;
        let (clock, next) = self.with_half(Clock { hour, minute: 0, second: 0, half_open: true }, at + 1);
        Some((clock, next))
    }

    /// `0830HRS`, `1430 UTC`, `1430Z`.
    fn try_four_digits(&self, at: usize) -> Read<Clock> {
        let (number, 4) = self.number(at)? else { return None };
        let (hour, minute) = ((number / 100) as i8, (number % 100) as i8);
        if hour > 23 || minute > 59 || !self.same_line(at + 1) {
            return None;
        }
        let clock = Clock { hour, minute, second: 0, half_open: false };
        if self.is_any(at + 1, &["hrs", "hr", "hours"]) {
            return Some((clock, at + 2));
        }
        // "2022 EST" may be the end of a date; the date's own rule comes first and takes the year.
        self.zone_after(at + 1, false).is_some().then_some((clock, at + 1))
    }

    /// `10h47`, `16.30 CET`, `3.45pm`.
    fn try_dotted_or_h(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 23)?;
        let (minute, 2) = self.number(at + 2)? else { return None };
        if minute > 59 || !self.touches(at + 1) || !self.touches(at + 2) {
            return None;
        }
        let clock = Clock { hour, minute: minute as i8, second: 0, half_open: (1..=12).contains(&hour) };
        let next = at + 3;
        if self.is(at + 1, "h") {
            let unit = self.touches(next) && self.kind(next) == Some(Kind::Word);
            let led = at > 0
                && self.is_any(
                    at - 1,
                    &["at", "from", "until", "by", "around", "to", "since", "~", "•", "*", "|", "(", "-"],
                )
                || at == 0
                || !self.same_line(at);
            let clock = Clock { half_open: false, ..clock };
            // "1h30" is a length, "10h47" at the start of an entry a clock time.
            let led = led && (hour >= 6 || at > 0 && self.kind(at - 1) == Some(Kind::Word));
            return (!unit && (led || self.zone_after(next, false).is_some())).then_some((clock, next));
        }
        if self.str(at + 1) != "." {
            return None;
        }
        let (with_half, after) = self.with_half(clock, next);
        let marked = !with_half.half_open && clock.half_open && after > next;
        (marked || self.zone_after(next, false).is_some()).then_some((with_half, after))
    }

    /// `at 14 UTC`.
    fn try_hour_with_zone(&self, at: usize) -> Read<Clock> {
        let hour = self.small(at, 23)?;
        let led = at > 0 && self.is_any(at - 1, &["at", "around", "from", "until", "by", "to", "since"]);
        if !led || !self.same_line(at + 1) {
            return None;
        }
        self.zone_after(at + 1, false)?;
        Some((Clock { hour, minute: 0, second: 0, half_open: false }, at + 1))
    }

    // ---- zones ---------------------------------------------------------------------------------------------------

    /// The zone that follows a clock time: `UTC`, `(UTC-5)`, `Pacific time`, `+05:30`, `US/Pacific`.
    fn zone_after(&self, at: usize, wrapped: bool) -> Read<Zone> {
        if !self.same_line(at) {
            return None;
        }
        if wrapped && self.is_any(at, &["(", "[", ","]) && !self.is(at + 1, "z") {
            let (zone, next) = self.zone_after(at + 1, false)?;
            let closed = self.is_any(next, &[")", "]"]);
            // "(UTC, degraded)" opens something else: the zone is taken, the bracket left.
            return Some((zone, if closed && self.str(at) != "," { next + 1 } else { next }));
        }
        // "09:00 -0500" is an offset; "09:00 -10:00" is a range.
        let behind =
            self.str(at) == "-" && self.number(at + 1).is_some_and(|(_, digits)| digits == 4) && !self.touches(at);
        if self.str(at) == "+" || behind {
            return self.numeric_offset(at);
        }
        if self.is(at, "z") {
            return (self.touches(at) && self.str(at) == "Z").then_some((Zone::UTC, at + 1));
        }
        self.try_zone_words(at)
    }

    /// `+05:30`, `-0800`, `+2`.
    fn numeric_offset(&self, at: usize) -> Read<Zone> {
        let sign = match self.str(at) {
            "+" => 1,
            "-" | "−" => -1,
            _ => return None,
        };
        let (number, digits) = self.number(at + 1)?;
        if !self.touches(at + 1) {
            return None;
        }
        let (minutes, next) = match digits {
            1 | 2 if self.str(at + 2) == ":" && self.touches(at + 2) && self.touches(at + 3) => {
                (number as i32 * 60 + i32::from(self.small(at + 3, 59)?), at + 4)
            }
            1 | 2 => (number as i32 * 60, at + 2),
            4 => ((number / 100 * 60 + number % 100) as i32, at + 2),
            _ => return None,
        };
        offset_of_minutes(sign * minutes).map(|offset| (Zone::Fixed(offset), next))
    }

    fn try_zone_words(&self, at: usize) -> Read<Zone> {
        if self.kind(at)? != Kind::Word {
            return None;
        }
        if self.str(at + 1) == "/" && self.touches(at + 1) && self.touches(at + 2) {
            return self.try_iana(at);
        }
        if self.is_any(at, &["utc", "gmt"]) {
            let signed = self.is_any(at + 1, &["+", "-", "−"])
                && (self.touches(at + 1) || self.str(at + 1) == "+" && self.same_line(at + 1));
            if signed && let Some((zone, next)) = self.numeric_offset(at + 1) {
                return Some((zone, next));
            }
        }
        for words in [3usize, 2] {
            let end = at + words;
            if (at + 1..end).all(|place| self.kind(place) == Some(Kind::Word) && self.same_line(place)) {
                let phrase: Vec<_> = (at..end).map(|place| self.str(place)).collect();
                if let Some(zone) = zone::named(&phrase.join(" ")) {
                    return Some((zone, end));
                }
            }
        }
        let word = self.str(at);
        let zone = zone::named(word)?;
        const ALSO_LOWER: &[&str] =
            &["utc", "gmt", "pst", "pdt", "est", "edt", "cst", "cdt", "cet", "cest", "bst", "ist"];
        let spelled = word.bytes().all(|b| b.is_ascii_uppercase()) && word.len() > 1
            || ALSO_LOWER.contains(&word)
            || word.eq_ignore_ascii_case("utc")
            || word.len() > 4 && word.as_bytes()[0].is_ascii_uppercase();
        (spelled && !(self.touches(at + 1) && self.is_any(at + 1, &["_", "/"]))).then_some((zone, at + 1))
    }

    /// `US/Pacific`, `America/New_York`, `America/Argentina/Buenos_Aires`.
    fn try_iana(&self, at: usize) -> Read<Zone> {
        let mut end = at + 1;
        while self.touches(end) && (self.kind(end) == Some(Kind::Word) || self.is_any(end, &["/", "_"])) {
            end += 1;
        }
        let name = &self.text[self.tokens[at].start..self.tokens[end - 1].end];
        zone::iana(name).map(|zone| (zone, end))
    }

    /// A zone named on its own, for the resolver to read as the document's or the section's default.
    fn try_zone_alone(&self, at: usize) -> Read<Zone> {
        let word = self.str(at);
        let candidate = word.len() >= 3 && word.as_bytes()[0].is_ascii_uppercase() || self.is(at, "utc");
        if !candidate {
            return None;
        }
        let (zone, next) = self.try_zone_words(at)?;
        // "Central", "Pacific" and "WEST" alone are places and directions.
        let lone_place =
            next == at + 1 && (word.len() > 4 || self.is_any(at, &["west", "cat", "art", "met", "eat", "wet"]));
        let ok = !lone_place || self.is(next, "time") || self.is(at + 1, "time");
        ok.then_some((zone, next))
    }

    // ---- dates ---------------------------------------------------------------------------------------------------

    fn try_date(&self, at: usize) -> Read<DateExpr> {
        match self.kind(at)? {
            Kind::Number => {
                self.try_year_first(at).or_else(|| self.try_numeric_date(at)).or_else(|| self.try_day_month(at))
            }
            Kind::Word => self.try_month_day(at).or_else(|| self.try_weekday(at)).or_else(|| self.try_relative_day(at)),
            Kind::Mark => None,
        }
    }

    /// `2022-11-27`, `2022/11/27`, `2025-DEC-5`, `2024 March 5`.
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
        let possible = first >= 1 && second >= 1 && (first <= 12 || second <= 12);
        (possible && !tail).then_some((DateExpr::Numeric { first, second, year }, at + 5))
    }

    /// `27 Jun 2018`, `5th of March, 2024`, `05-Mar-2024`.
    fn try_day_month(&self, at: usize) -> Read<DateExpr> {
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
    fn try_month_day(&self, at: usize) -> Read<DateExpr> {
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
            return Some((DateExpr::Month { year, month }, place + 1));
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

    fn ordinal(&self, at: usize) -> bool {
        self.touches(at) && self.is_any(at, &["st", "nd", "rd", "th"])
    }

    /// The year that follows a day and a month, and the place after it.
    fn year_after(&self, at: usize) -> (Option<i16>, usize) {
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
    fn try_weekday(&self, at: usize) -> Read<DateExpr> {
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
    fn try_relative_day(&self, at: usize) -> Read<DateExpr> {
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

    // ---- durations -----------------------------------------------------------------------------------------------

    fn try_duration(&self, at: usize) -> Read<Duration> {
        let (minutes, next) = self.try_length(at)?;
        let averaged = self.kind(at) == Some(Kind::Number)
            && self.is_any(at + 1, &["-", "–", "to", "or"])
            && self.number(at + 2).is_some();
        let (bound, before) = self.bound_before(at);
        let bound = if averaged && bound == Bound::Exact { Bound::About } else { bound };
        // A lone "5m" or "2 m" may be metres, millions or a name: it needs a word that makes it a length.
        let alone = next == at + 2 && self.is_any(at + 1, &["m", "s", "d"]);
        let relation = self.relation(before, next);
        if alone && relation == Relation::Bare && bound == Bound::Exact && !self.field_start(at) {
            return None;
        }
        Some((Duration { minutes, bound, relation }, next))
    }

    /// Whether a value may begin here: after a colon, a bar, an equals sign, an opening bracket, or on a new line.
    fn field_start(&self, at: usize) -> bool {
        at == 0 || !self.same_line(at) || self.is_any(at - 1, &[":", "|", "=", "(", "*"])
    }

    fn bound_before(&self, at: usize) -> (Bound, usize) {
        let Some(last) = at.checked_sub(1).filter(|_| self.same_paragraph(at)) else { return (Bound::Exact, at) };
        let pair = |first: &[&str], second: &str| last > 0 && self.is_any(last - 1, first) && self.is(last, second);
        if self.is_any(
            last,
            &["~", "about", "around", "approximately", "approx", "roughly", "almost", "nearly", "circa", "some", "≈"],
        ) {
            return (Bound::About, last);
        }
        if last > 0 && self.str(last) == "." && self.is(last - 1, "approx") {
            return (Bound::About, last - 1);
        }
        if pair(&["at"], "least") || pair(&["more", "longer", "greater"], "than") {
            return (Bound::AtLeast, last - 1);
        }
        if pair(&["less", "fewer", "shorter"], "than") || pair(&["up"], "to") || pair(&["at"], "most") {
            return (Bound::AtMost, last - 1);
        }
        match self.str(last) {
            ">" | "over" | "Over" | "exceeding" => (Bound::AtLeast, last),
            "<" | "under" | "Under" => (Bound::AtMost, last),
            _ => (Bound::Exact, at),
        }
    }

    fn relation(&self, before: usize, after: usize) -> Relation {
        if self.same_paragraph(after) {
            if self.is_any(after, &["later", "after", "afterwards", "afterward", "into"]) {
                return Relation::Later;
            }
            if self.is_any(after, &["earlier", "before", "prior", "previously"]) {
                return Relation::Earlier;
            }
            if self.is(after, "ago") {
                return Relation::Ago;
            }
        }
        let Some(last) = before.checked_sub(1) else { return Relation::Bare };
        let mut last = last;
        if self.is_any(last, &["a", "an", "the", "another", "only", "just", "further", "total", "of"]) && last > 0 {
            last -= 1;
        }
        match self.str(last).to_ascii_lowercase().as_str() {
            "for" | "lasted" | "lasting" | "lasts" | "took" | "taking" | "spanned" | "spanning" => Relation::For,
            "after" => Relation::Later,
            "within" | "in" => Relation::Within,
            "every" | "each" | "per" | "last" | "past" | "next" | "previous" | "first" => Relation::Every,
            _ => Relation::Bare,
        }
    }

    /// A length in minutes: "1h 47m", "two and a half hours", "half an hour", "3.75 hours", "90-minute".
    fn try_length(&self, at: usize) -> Read<f64> {
        let (mut total, mut unit, mut next) = self.try_part(at)?;
        while let Some((more, smaller, after)) = self.next_part(next, unit) {
            (total, unit, next) = (total + more, smaller, after);
        }
        // "an hour and a half"
        if self.is(next, "and") && self.is(next + 1, "a") && self.is(next + 2, "half") {
            return Some((total + unit / 2.0, next + 3));
        }
        // "1h30": the minutes carry no unit.
        if unit == 60.0
            && self.touches(next)
            && self.touches(next - 1)
            && self.is(next - 1, "h")
            && let Some((minutes, 2)) = self.number(next).filter(|(n, _)| *n < 60)
        {
            return Some((total + f64::from(minutes), next + 1));
        }
        Some((total, next))
    }

    /// One quantity with its unit: minutes, the unit, the place after.
    fn try_part(&self, at: usize) -> Option<(f64, f64, usize)> {
        let (quantity, mut place) = self.quantity(at)?;
        if self.str(place) == "-" && self.touches(place) && self.touches(place + 1) {
            place += 1;
        }
        if self.is_any(place, &["full", "whole", "consecutive", "more"]) {
            place += 1;
        }
        if quantity == 0.5 && self.is(place, "of") {
            place += 1;
        }
        if quantity == 0.5 && self.is_any(place, &["a", "an"]) {
            place += 1;
        }
        let unit = self.unit(place).filter(|_| self.same_paragraph(place))?;
        let word = self.str(place);
        let letter_ok =
            word.len() > 1 || word.as_bytes()[0].is_ascii_lowercase() && (self.touches(place) || word == "h");
        // "a second alert" counts alerts.
        let ordinal = unit < 1.0 && self.is_any(at, &["a", "the"]) && !self.is_any(place + 1, &["later", "after"]);
        let glued =
            self.touches(place + 1) && self.kind(place + 1) == Some(Kind::Mark) && self.is_any(place + 1, &["/", "_"]);
        (letter_ok && !ordinal && !glued).then_some((quantity * unit, unit, place + 1))
    }

    /// The next, smaller part of a compound: the "47m" of "1h 47m", the "and 15 minutes" of "2 hours and 15 minutes".
    fn next_part(&self, at: usize, unit: f64) -> Option<(f64, f64, usize)> {
        let mut place = at;
        while place < at + 2 && self.is_any(place, &["and", ",", "&"]) {
            place += 1;
        }
        if !self.same_line(place) || self.kind(place)? != Kind::Number && self.number_word(place).is_none() {
            return None;
        }
        if self.is_any(place, &["a", "half"]) {
            return None;
        }
        let (minutes, smaller, next) = self.try_part_of_compound(place)?;
        (smaller < unit && minutes < unit).then_some((minutes, smaller, next))
    }

    fn try_part_of_compound(&self, at: usize) -> Option<(f64, f64, usize)> {
        let (quantity, place) = self.quantity(at)?;
        let unit = self.unit(place).filter(|_| self.same_line(place))?;
        Some((quantity * unit, unit, place + 1))
    }

    /// A number in digits or words: "3.75", "forty-five", "two and a half", "5-10" (its middle).
    fn quantity(&self, at: usize) -> Read<f64> {
        if let Some((whole, _)) = self.number(at) {
            return Some(self.digits_quantity(at, whole));
        }
        let first = self.number_word(at)?;
        if self.is(at, "couple") {
            return Some((2.0, if self.is(at + 1, "of") { at + 2 } else { at + 1 }));
        }
        if self.is_any(at, &["a", "an"]) {
            if self.is(at + 1, "half") {
                return Some((0.5, at + 2));
            }
            if self.is(at + 1, "couple") {
                return Some((2.0, if self.is(at + 2, "of") { at + 3 } else { at + 2 }));
            }
        }
        let mut value = first;
        let mut next = at + 1;
        let tens = (20.0..=90.0).contains(&first);
        let joint = if self.str(next) == "-" && self.touches(next) { next + 1 } else { next };
        if tens
            && let Some(ones) =
                self.number_word(joint).filter(|n| (1.0..10.0).contains(n) && !self.is_any(joint, &["a", "an"]))
        {
            (value, next) = (first + ones, joint + 1);
        }
        if self.is(next, "and") && self.is(next + 1, "a") && self.is(next + 2, "half") {
            (value, next) = (value + 0.5, next + 3);
        }
        Some((value, next))
    }

    fn digits_quantity(&self, at: usize, whole: u32) -> (f64, usize) {
        let whole = f64::from(whole);
        if self.str(at + 1) == "."
            && self.touches(at + 1)
            && self.touches(at + 2)
            && let Some((fraction, digits)) = self.number(at + 2)
        {
            return (whole + f64::from(fraction) / 10f64.powi(digits as i32), at + 3);
        }
        if self.is(at + 1, "and") && self.is(at + 2, "a") && self.is(at + 3, "half") {
            return (whole + 0.5, at + 4);
        }
        if self.is_any(at + 1, &["½"]) {
            return (whole + 0.5, at + 2);
        }
        if self.is_any(at + 1, &["-", "–", "to", "or"])
            && let Some((high, _)) = self.number(at + 2).filter(|(high, _)| f64::from(*high) > whole)
            && self.unit(at + 3).is_some()
        {
            return ((whole + f64::from(high)) / 2.0, at + 3);
        }
        (whole, at + 1)
    }

    // ---- ranges --------------------------------------------------------------------------------------------------

    /// Marks the two ends of each range and the repetitions in another zone.
    fn link(&self, found: &mut [TimeExpr]) {
        for second in 1..found.len() {
            let (head, tail) = found.split_at_mut(second);
            let (first, second) = (&mut head[head.len() - 1], &mut tail[0]);
            let gap = Span::new(first.span.end, second.span.start);
            let (Value::Moment(a), Value::Moment(b)) = (&mut first.value, &mut second.value) else { continue };
            if a.role == Role::Alone
                && a.clock.is_some()
                && b.clock.is_some()
                && a.zone.is_some()
                && b.zone.is_some()
                && ["/", "(", "or", ", or", "["].contains(&gap.of(self.text).trim())
            {
                b.role = Role::Alias;
            } else if (a.role == Role::Alone) && a.clock.is_some() == b.clock.is_some() && self.is_range_gap(gap) {
                a.role = Role::From;
                b.role = Role::To;
                share(a, b);
            }
        }
    }

    /// Whether the words between two moments make a range of them: "to", "-", "until", "between ... and".
    fn is_range_gap(&self, gap: Span) -> bool {
        let between = gap.of(self.text);
        if gap.len() > 60 || between.contains("\n\n") {
            return false;
        }
        let mut joined = false;
        for token in tokens(between) {
            let word = between[token.start..token.end].to_ascii_lowercase();
            match word.as_str() {
                "-" | "–" | "—" | "→" | "to" | "until" | "till" | "through" | "thru" | ">" | "➔" => {
                    joined = true
                }
                "and" => {
                    let before = floor_boundary(self.text, gap.start.saturating_sub(80));
                    joined |= self.text[before..gap.start].to_ascii_lowercase().contains("between");
                }
                "about" | "around" | "approximately" | "approx" | "roughly" | "~" | "at" | "on" | "," | ")" | "("
                | "*" | "the" | "ended" | "ending" | "it" | "lasted" | "was" | "as" | "late" | "early" | "next"
                | "following" | "day" | "same" => {}
                _ => return false,
            }
        }
        joined && !(between.contains('\n') && between.contains("- "))
    }
}

/// The largest character boundary of `text` that is not above `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Lets each end of a range say what the other leaves out: the zone, am or pm.
fn share(from: &mut Moment, to: &mut Moment) {
    if from.zone.is_none() {
        from.zone.clone_from(&to.zone);
    } else if to.zone.is_none() {
        to.zone.clone_from(&from.zone);
    }
    let (Some(a), Some(b)) = (&mut from.clock, &mut to.clock) else { return };
    // "from 9:30 to 11:00 PM": the first is of the second's half of the day if that does not turn the range around.
    if a.half_open && !b.half_open && b.hour >= 12 && to.date.is_none_or(|_| from.date.is_none()) {
        let same = if a.hour == 12 { 12 } else { a.hour + 12 };
        if (same, a.minute) <= (b.hour, b.minute) && b.hour > 12 {
            a.hour = same;
        }
        a.half_open = false;
    }
    // "8:00 PM - 9:30": the second is of the first's half unless it would come before it.
    if !a.half_open
        && b.half_open
        && a.hour >= 12
        && b.hour < 12
        && (b.hour + 12, b.minute) > (a.hour, a.minute)
        && a.hour > 12
    {
        b.hour += 12;
        b.half_open = false;
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

#[cfg(test)]
mod tests {
    use super::super::expr::*;
    use super::super::zone::Zone;
    use super::scan;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// The short form of the examples, see the head of `examples.tsv`.
    fn short(value: &Value) -> String {
        let zone = |zone: &Zone| match zone {
            Zone::Fixed(offset) if offset.seconds() == 0 => "Z".to_owned(),
            Zone::Fixed(offset) => {
                let minutes = offset.seconds() / 60;
                format!("{:+03}:{:02}", minutes / 60, minutes.abs() % 60)
            }
            // A region is told from an offset by what it does in January and July.
            region => {
                let at = |month| region.offset_at(date(2024, month, 1).at(0, 0, 0, 0)).seconds() / 3600;
                format!("{:+}/{:+}", at(1), at(7))
            }
        };
        match value {
            Value::Zone(named) => format!("zone {}", zone(named)),
            Value::Elapsed(minutes) => format!("T{minutes:+}"),
            Value::Duration(length) => {
                let bound = match length.bound {
                    Bound::Exact => "",
                    Bound::About => "~",
                    Bound::AtLeast => ">",
                    Bound::AtMost => "<",
                };
                let relation = match length.relation {
                    Relation::Bare => "",
                    Relation::For => " for",
                    Relation::Later => " later",
                    Relation::Earlier => " earlier",
                    Relation::Ago => " ago",
                    Relation::Within => " within",
                    Relation::Every => " every",
                };
                format!("{bound}{}m{relation}", (length.minutes * 100.0).round() / 100.0)
            }
            Value::Moment(moment) => {
                let date = moment.date.map(|date| match date {
                    DateExpr::Full { year, month, day } => format!("{year}-{month:02}-{day:02}"),
                    DateExpr::MonthDay { month, day } => format!("?-{month:02}-{day:02}"),
                    DateExpr::Numeric { first, second, year } => format!("{first}/{second}/{year}"),
                    DateExpr::Month { year, month } => format!("{year}-{month:02}-?"),
                    DateExpr::Weekday(day) => format!("weekday {day}"),
                    DateExpr::Shift(days) => format!("day {days:+}"),
                });
                let clock = moment.clock.map(|clock| {
                    let seconds = if clock.second > 0 { format!(":{:02}", clock.second) } else { String::new() };
                    format!("{:02}:{:02}{seconds}{}", clock.hour, clock.minute, if clock.half_open { "*" } else { "" })
                });
                let role = match moment.role {
                    Role::Alone | Role::From => "",
                    Role::To => "..",
                    Role::Alias => "=",
                };
                let parts: Vec<String> = [date, clock, moment.zone.as_ref().map(zone)].into_iter().flatten().collect();
                format!("{role}{}{}", if moment.about { "~" } else { "" }, parts.join(" "))
            }
        }
    }

    #[test]
    fn every_example_of_the_specification_holds() {
        let mut wrong = Vec::new();
        let lines = include_str!("examples.tsv").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let (text, expected) = line.split_once('\t').unwrap_or((line, ""));
            let found: Vec<String> = scan(text).iter().map(|expr| short(&expr.value)).collect();
            if found.join("; ") != expected {
                wrong.push(format!("{text}\t{}   (expected {expected})", found.join("; ")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    proptest! {
        #[test]
        fn any_text_gives_spans_in_order_on_its_characters(text in "\\PC*|[0-9:/.,TZapm +~|äé\n-]*|((Jan|May|about|for|two|hours?|[0-9]{1,4}|:|-|UTC|\n) ?)*") {
            let mut last = 0;
            for expr in scan(&text) {
                prop_assert!(expr.span.start >= last && expr.span.end > expr.span.start);
                prop_assert!(text.is_char_boundary(expr.span.start) && text.is_char_boundary(expr.span.end));
                last = expr.span.end;
            }
        }
    }
}
