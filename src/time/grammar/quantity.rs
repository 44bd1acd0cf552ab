//! Amounts of a unit: digits, words, fractions, the middle of "5-10", and the amounts that nobody counted.

use super::{Read, Scanner};
use crate::time::expr::Bound;
use crate::time::lex::{Kind, Meaning};

/// An amount and how exact it is said to be.
#[derive(Clone, Copy)]
pub(super) struct Quantity {
    pub value: f64,
    pub bound: Bound,
}

impl Scanner<'_> {
    /// An amount before a unit: "3.75", "forty-five", "two and a half", "5-10" (its middle), "a few".
    pub(super) fn quantity(&self, at: usize) -> Read<Quantity> {
        if let Some(next) = self.vague(at) {
            return Some((Quantity { value: 1.0, bound: Bound::Vague }, next));
        }
        let (low, next) = self.amount(at)?;
        let joined = self.hyphen(next)
            || self.is_any(next, &["to", "or"])
            || self.is(next, "and") && self.after_any(at, &["between"]);
        if joined
            && self.same_line(next + 1)
            && let Some((high, after)) = self.amount(next + 1).filter(|(high, _)| *high > low)
            && self.unit(if self.hyphen(after) { after + 1 } else { after }).is_some()
        {
            return Some((Quantity { value: (low + high) / 2.0, bound: Bound::About }, after));
        }
        Some((Quantity { value: low, bound: Bound::Exact }, next))
    }

    /// "few", "a few", "a number of", "multi-", "some" before a plural.
    fn vague(&self, at: usize) -> Option<usize> {
        if self.are(at, &["a", "number", "of"]) {
            return Some(at + 3);
        }
        if self.is(at, "some") {
            return (self.unit(at + 1).is_some() && self.is_plural(at + 1)).then_some(at + 1);
        }
        let word = if self.is(at, "a") { at + 1 } else { at };
        self.meanings(word).contains(&Meaning::Vague).then_some(word + 1)
    }

    pub(super) fn is_plural(&self, at: usize) -> bool {
        self.str(at).len() > 3 && self.str(at).ends_with('s')
    }

    /// One number, in digits or words.
    pub(super) fn amount(&self, at: usize) -> Read<f64> {
        if self.kind(at)? == Kind::Number { self.digits(at) } else { self.words(at) }
    }

    fn digits(&self, at: usize) -> Read<f64> {
        let (whole, digits) = self.number(at)?;
        let mut value = f64::from(whole);
        let mut next = at + 1;
        // "1,440"
        if digits <= 3
            && self.str(next) == ","
            && self.touches(next)
            && self.touches(next + 1)
            && let Some((low, 3)) = self.number(next + 1)
        {
            (value, next) = (value * 1000.0 + f64::from(low), next + 2);
        }
        if self.str(next) == "."
            && self.touches(next)
            && self.touches(next + 1)
            && let Some((fraction, digits)) = self.number(next + 1)
        {
            return Some((value + f64::from(fraction) / 10f64.powi(digits as i32), next + 2));
        }
        // "1 1/2", "1/2"
        let simple = |at| {
            let (above, below) = (self.small(at, 3)?, self.small(at + 2, 4)?);
            let ok =
                self.str(at + 1) == "/" && self.touches(at + 1) && self.touches(at + 2) && 0 < above && above < below;
            ok.then_some(f64::from(above) / f64::from(below))
        };
        if self.same_line(next)
            && let Some(fraction) = simple(next)
        {
            return Some((value + fraction, next + 3));
        }
        if let Some(fraction) = simple(at) {
            return Some((fraction, at + 3));
        }
        if self.touches(next)
            && let Some(fraction) = self.number_word(next).filter(|n| *n < 1.0)
        {
            return Some((value + fraction, next + 1));
        }
        Some(self.and_fraction(value, next))
    }

    fn words(&self, at: usize) -> Read<f64> {
        let first = self.number_word(at)?;
        if self.is(at, "couple") {
            return Some((2.0, if self.is(at + 1, "of") { at + 2 } else { at + 1 }));
        }
        let one = self.is_any(at, &["a", "an"]);
        if one && self.is_any(at + 1, &["half", "couple", "quarter"]) {
            return self.words(at + 1);
        }
        let mut value = first;
        let mut next = at + 1;
        let joint = if self.str(next) == "-" && self.touches(next) { next + 1 } else { next };
        if self.is(next, "hundred") {
            (value, next) = (first * 100.0, next + 1);
            if self.is(next, "and")
                && let Some((more, after)) = self.words(next + 1).filter(|(more, _)| (1.0..100.0).contains(more))
                && !self.is_any(next + 1, &["a", "an"])
            {
                (value, next) = (value + more, after);
            }
        } else if (20.0..=90.0).contains(&first)
            && let Some(ones) =
                self.number_word(joint).filter(|n| (1.0..10.0).contains(n) && !self.is_any(joint, &["a", "an"]))
        {
            (value, next) = (first + ones, joint + 1);
        } else if self.is(joint, "quarters") {
            // "three quarters of an hour"
            return Some((first * 0.25, joint + 1));
        }
        Some(self.and_fraction(value, next))
    }

    /// "... and a half", "... and a quarter", "... and three quarters", with hyphens too: "three-and-a-half-hour".
    pub(super) fn and_fraction(&self, value: f64, next: usize) -> (f64, usize) {
        let join = |at: usize| at + usize::from(self.str(at) == "-" && self.touches(at) && self.touches(at + 1));
        let and = join(next);
        if !self.is(and, "and") {
            return (value, next);
        }
        let (count, part) = (join(and + 1), join(join(and + 1) + 1));
        let fraction = match self.str(part) {
            "half" if self.is(count, "a") => 0.5,
            "quarter" if self.is(count, "a") => 0.25,
            "quarters" if self.is(count, "three") => 0.75,
            _ => return (value, next),
        };
        (value + fraction, part + 1)
    }
}
