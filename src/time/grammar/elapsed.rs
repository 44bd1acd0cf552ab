//! Minutes counted from an event: `T+45m`, `T + 5 min`, `T minus 10 minutes`, and `+00:12` at the head of an entry.

use super::{Read, Scanner};

impl Scanner<'_> {
    /// `T+45m`, `T+0:45`, `T-5`, `T plus 12 minutes`.
    pub(super) fn try_elapsed(&self, at: usize) -> Read<f64> {
        let sign = match self.str(at + 1) {
            "+" | "plus" => 1.0,
            "-" | "−" | "minus" => -1.0,
            _ => return None,
        };
        if !self.touches(at + 1) || !self.touches(at + 2) {
            // Apart, only a length with its unit makes sure that a T is counted from.
            let (length, next) = self.try_length(at + 2).filter(|_| self.str(at) == "T" && self.same_line(at + 2))?;
            return Some((sign * length.minutes, next));
        }
        if let Some((minutes, next)) = self.elapsed_amount(at + 2) {
            return Some((sign * minutes, next));
        }
        let (minutes, digits) = self.number(at + 2)?;
        (digits <= 3 && !self.glued(at + 3)).then_some((sign * f64::from(minutes), at + 3))
    }

    /// `+00:12`, `+12m` where an entry or a cell begins; elsewhere it is an offset or an addition.
    pub(super) fn try_signed_elapsed(&self, at: usize) -> Read<f64> {
        let bullet = |at: usize| self.is_any(at, &["-", "•", "*"]) && (at == 0 || !self.same_line(at));
        let begins = at == 0 || !self.same_line(at) || bullet(at - 1) || self.is_any(at - 1, &["|", "[", "*"]);
        if !begins || !self.touches(at + 1) {
            return None;
        }
        let (minutes, next) = self.elapsed_amount(at + 1)?;
        let things = self.is_any(next - 1, &["m", "s", "d"]) && self.same_line(next) && self.is_plural(next);
        (!things).then_some((minutes, next))
    }

    fn elapsed_amount(&self, at: usize) -> Read<f64> {
        if let Some((clock, next)) = self.try_colon_clock(at) {
            let seconds = f64::from(clock.second) / 60.0;
            return Some((f64::from(clock.hour) * 60.0 + f64::from(clock.minute) + seconds, next));
        }
        let (length, next) = self.try_length(at)?;
        (!self.glued(next)).then_some((length.minutes, next))
    }
}
