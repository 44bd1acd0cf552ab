//! The grammar of English time expressions: text to [`TimeExpr`]s, in one pass over its tokens.
//!
//! Each `try_*` function looks at the tokens from one place on and answers with a value and the place after it, or
//! nothing. The specification is the table of examples in `examples.tsv`, positive and negative, that a test runs;
//! a rule without its examples does not exist. Ranges and repetitions in another zone are linked in a second pass.
//!
//! Most words of a text mean nothing here. [`Scanner::try_word`] sends them away after one look into the table of
//! words, so every word that begins an expression in lower case must stand in `data/time/words.tsv`.

mod bounds;
mod clock;
mod dates;
mod durations;
mod elapsed;
mod machine;
mod moments;
mod quantity;
mod ranges;
mod relative;
mod spoken;
mod zones;

#[cfg(test)]
mod tests;

use super::expr::*;
use super::lex::{Kind, Meaning, Part, Token, tokens};
use crate::document::Span;

/// The time expressions in `text`, in order, without overlap.
pub fn scan(text: &str) -> Vec<TimeExpr> {
    let scanner = Scanner { text, tokens: tokens(text) };
    let mut found = Vec::new();
    let mut at = 0;
    let mut last = usize::MAX;
    while at < scanner.tokens.len() {
        if scanner.is_silent(at) {
            at += 1;
            continue;
        }
        let Some((value, mut next)) = scanner.try_expression(at, last) else {
            at += 1;
            continue;
        };
        let second = scanner.second_day(&value, next);
        found.push(scanner.expression(value, at, next));
        if let Some((value, start, end)) = second {
            found.push(scanner.expression(value, start, end));
            next = end;
        }
        (at, last) = (next, next);
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
    fn expression(&self, value: Value, at: usize, next: usize) -> TimeExpr {
        TimeExpr { span: Span::new(self.tokens[at].start, self.tokens[next - 1].end), value }
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn str(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    fn is(&self, at: usize, word: &str) -> bool {
        // Bytes, as to cut a text asks whether characters end there.
        let bytes = self.text.as_bytes();
        let token = self.tokens.get(at).map_or(&[][..], |token| &bytes[token.start..token.end]);
        token.eq_ignore_ascii_case(word.as_bytes())
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(at, word))
    }

    /// Whether the tokens from `at` on are these words.
    fn are(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(offset, word)| self.is(at + offset, word))
    }

    /// Whether the word before `at` is one of these.
    fn after_any(&self, at: usize, words: &[&str]) -> bool {
        at > 0 && self.is_any(at - 1, words)
    }

    /// The colon of a clock time, wide ones too.
    fn colon(&self, at: usize) -> bool {
        matches!(self.str(at), ":" | "：" | "∶")
    }

    fn hyphen(&self, at: usize) -> bool {
        matches!(self.str(at), "-" | "–" | "—" | "−" | "‐" | "‑")
    }

    fn apostrophe(&self, at: usize) -> bool {
        matches!(self.str(at), "'" | "’" | "‘")
    }

    /// Whether no white space stands before the token.
    fn touches(&self, at: usize) -> bool {
        at > 0 && at < self.tokens.len() && self.tokens[at - 1].end == self.tokens[at].start
    }

    /// Whether the token is glued to the one before it and would be a part of the same word: `10f` after `3d`.
    fn glued(&self, at: usize) -> bool {
        self.touches(at) && self.kind(at) != Some(Kind::Mark)
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

    /// Whether a value may begin here: after a colon, a bar, an equals sign, an opening bracket, or on a new line.
    fn field_start(&self, at: usize) -> bool {
        at == 0 || !self.same_line(at) || self.colon(at - 1) || self.is_any(at - 1, &["|", "=", "(", "*"])
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

    /// `'24`.
    fn short_year(&self, at: usize) -> Read<i16> {
        let (year, 2) = self.number(at + 1).filter(|_| self.apostrophe(at) && self.touches(at + 1))? else {
            return None;
        };
        Some((2000 + year as i16, at + 2))
    }

    fn meanings(&self, at: usize) -> &'static [Meaning] {
        self.tokens.get(at).map_or(&[], Token::meanings)
    }

    fn meaning<T>(&self, at: usize, pick: impl Fn(&Meaning) -> Option<T>) -> Option<T> {
        self.meanings(at).iter().find_map(pick)
    }

    fn month(&self, at: usize) -> Option<i8> {
        let word = self.str(at);
        let month = self.meaning(at, |m| if let Meaning::Month(n) = m { Some(*n) } else { None })?;
        // "may" and "march" are verbs, "mar" and "dec" may be anything: a month has its capital, or is a long word.
        let capital = word.as_bytes()[0].is_ascii_uppercase();
        (capital || word.len() > 3 && !word.eq_ignore_ascii_case("march")).then_some(month)
    }

    fn weekday(&self, at: usize) -> Option<i8> {
        self.meaning(at, |m| if let Meaning::Weekday(n) = m { Some(*n) } else { None })
    }

    fn unit(&self, at: usize) -> Option<f64> {
        self.meaning(at, |m| if let Meaning::Unit(n) = m { Some(*n) } else { None })
    }

    fn number_word(&self, at: usize) -> Option<f64> {
        self.meaning(at, |m| if let Meaning::Number(n) = m { Some(*n) } else { None })
    }

    fn part(&self, at: usize) -> Option<Part> {
        self.meaning(at, |m| if let Meaning::Part(part) = m { Some(*part) } else { None })
    }

    fn named_clock(&self, at: usize) -> Option<u16> {
        self.meaning(at, |m| if let Meaning::Named(n) = m { Some(*n) } else { None })
    }

    fn is_counted(&self, at: usize) -> bool {
        self.meanings(at).contains(&Meaning::Counted)
    }

    /// Whether an expression may begin at this number: it is not the tail of a version, a path, a code or a word.
    /// `last` is the end of the expression before.
    fn begins(&self, at: usize, last: usize) -> bool {
        if !self.touches(at) {
            return true;
        }
        // The second of two: `10:30-12:00`, `10-11am`, `10:30Z/12:00Z`, `10:30..12:00`.
        let second = last == at - 1;
        match self.str(at - 1) {
            "." => at >= 2 && self.str(at - 2) == "." && last == at - 2,
            "/" => second,
            ":" | "_" | "#" | "$" | "=" | "\\" | "+" | "%" | "&" | "€" | "£" => false,
            // A comma or hyphen inside a number or a name: "1,200", "us-east-1", "T-1000".
            "," | "-" => at < 2 || !self.touches(at - 1) || self.kind(at - 2) == Some(Kind::Mark) || second,
            _ => self.kind(at - 1) == Some(Kind::Mark),
        }
    }

    /// Whether no expression begins at this token, as is soon seen of most: a mark, or a word in lower case that means nothing
    /// and is no "utc".
    fn is_silent(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let first = self.text.as_bytes()[token.start];
        match token.kind {
            Kind::Mark => first != b'+',
            Kind::Word => token.known.is_none() && first.is_ascii_lowercase() && first != b'u',
            Kind::Number => false,
        }
    }

    fn try_expression(&self, at: usize, last: usize) -> Read<Value> {
        match self.kind(at)? {
            Kind::Mark if self.str(at) == "+" => self.try_signed_elapsed(at).map(|(m, next)| (Value::Elapsed(m), next)),
            Kind::Mark => None,
            Kind::Number if !self.begins(at, last) => None,
            Kind::Number => self
                .try_colon_length(at)
                .map(|(d, next)| (Value::Duration(d), next))
                .or_else(|| self.try_moment(at).map(|(m, next)| (Value::Moment(m), next)))
                .or_else(|| self.try_duration(at).map(|(d, next)| (Value::Duration(d), next))),
            Kind::Word if self.touches(at) && self.kind(at - 1) == Some(Kind::Number) => None,
            Kind::Word => self.try_word(at),
        }
    }

    /// Whether one of the next words may carry an expression that begins at `at` with a word that does not.
    fn carried(&self, at: usize) -> bool {
        /// "the early hours of the third", with room to spare.
        const NEAR: usize = 10;
        self.tokens[at..self.tokens.len().min(at + NEAR)].iter().any(Token::carries)
    }

    fn try_word(&self, at: usize) -> Read<Value> {
        let token = &self.tokens[at];
        if token.known.is_none() || !token.carries() && !self.carried(at) {
            return self.try_zone_alone(at).map(|(zone, next)| (Value::Zone(zone), next));
        }
        if self.is(at, "t")
            && let Some((minutes, next)) = self.try_elapsed(at)
        {
            return Some((Value::Elapsed(minutes), next));
        }
        if let Some((m, next)) = self.try_moment(at) {
            return Some((Value::Moment(m), next));
        }
        if let Some((d, next)) = self.try_iso_duration(at).or_else(|| self.try_duration(at)) {
            return Some((Value::Duration(d), next));
        }
        self.try_zone_alone(at).map(|(zone, next)| (Value::Zone(zone), next))
    }
}
