//! The grammar of English time expressions: text to [`TimeExpr`]s, in one pass over its tokens.
//!
//! Each `try_*` function looks at the tokens from one place on and answers with a value and the place after it, or
//! nothing. The specification is the table of examples in `examples.tsv`, positive and negative, that a test runs;
//! a rule without its examples does not exist. Ranges and repetitions in another zone are linked in a second pass.

mod clock;
mod dates;
mod durations;
mod ranges;
mod zones;

use super::expr::*;
use super::lex::{Kind, Meaning, Token, meanings, tokens};
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
}

#[cfg(test)]
mod tests {
    use super::scan;
    use crate::time::expr::*;
    use crate::time::zone::Zone;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn or_open(year: Option<i16>) -> String {
        year.map_or("?".to_owned(), |year| year.to_string())
    }

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
                    Bound::Vague => "?",
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
                    DateExpr::Numeric { first, second, year } => format!("{first}/{second}/{}", or_open(year)),
                    DateExpr::Month { year, month } => format!("{}-{month:02}-?", or_open(year)),
                    DateExpr::Quarter { year, quarter } => format!("{year}-Q{quarter}"),
                    DateExpr::Day(day) => format!("?-?-{day:02}"),
                    DateExpr::Weekday(day) => format!("weekday {day}"),
                    DateExpr::WeekdayBefore(day) => format!("weekday {day} before"),
                    DateExpr::WeekdayAfter(day) => format!("weekday {day} after"),
                    DateExpr::Shift(days) => format!("day {days:+}"),
                    DateExpr::Written(days) => format!("written {days:+}"),
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
        let lines = include_str!("../examples.tsv").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let (text, expected) = line.split_once('\t').unwrap_or((line, ""));
            let text = text.replace('␣', "\u{a0}").replace('⏎', "\n");
            let found: Vec<String> = scan(&text).iter().map(|expr| short(&expr.value)).collect();
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
