//! Zones after a clock time or on their own: `UTC`, `(UTC-5)`, `+05:30`, "Pacific time", `US/Pacific`.

use super::{Read, Scanner};
use crate::time::lex::Kind;
use crate::time::zone::{self, Zone, offset_of_minutes};

impl Scanner<'_> {
    /// The zone that follows a clock time: `UTC`, `(UTC-5)`, `Pacific time`, `+05:30`, `US/Pacific`.
    pub(super) fn zone_after(&self, at: usize, wrapped: bool) -> Read<Zone> {
        if !self.same_line(at) {
            return None;
        }
        // "14:49 local (EDT)", "14:49 local time (EDT)"
        if self.is(at, "local") {
            let open = at + 1 + usize::from(self.is(at + 1, "time"));
            return if self.str(open) == "(" { self.zone_after(open, true) } else { None };
        }
        // "10:30 **UTC**"
        if self.str(at) == "*" && self.str(at + 1) == "*" {
            return self.try_zone_words(at + 2);
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
        let (zone, next) = self.try_zone_words(at)?;
        Some(self.zone_said_again(at, next).unwrap_or((zone, next)))
    }

    /// `CEST (UTC+2)`, `GMT-0700 (PDT)`: one zone said twice. An offset is surer than an abbreviation.
    fn zone_said_again(&self, at: usize, next: usize) -> Read<Zone> {
        if self.str(next) != "(" || !self.same_line(next) {
            return None;
        }
        let (again, close) = self.try_zone_words(next + 1).or_else(|| self.numeric_offset(next + 1))?;
        if self.str(close) != ")" {
            return None;
        }
        let (zone, _) = self.try_zone_words(at)?;
        let offset = |at: usize, next: usize| (at..next).any(|place| self.kind(place) == Some(Kind::Number));
        Some((if offset(next + 1, close) && !offset(at, next) { again } else { zone }, close + 1))
    }

    /// `+05:30`, `-0800`, `+2`.
    pub(super) fn numeric_offset(&self, at: usize) -> Read<Zone> {
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

    pub(super) fn try_zone_words(&self, at: usize) -> Read<Zone> {
        if self.kind(at)? != Kind::Word {
            return None;
        }
        if self.str(at + 1) == "/"
            && self.touches(at + 1)
            && self.touches(at + 2)
            && let Some(found) = self.try_iana(at)
        {
            return Some(found);
        }
        if !zone::may_begin(self.str(at)) {
            return None;
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
            || word == "Zulu"
            || word.len() > 4 && word.as_bytes()[0].is_ascii_uppercase();
        // "PST/1:30 PM" goes on with another time, "IST/prod" is a name.
        if self.touches(at + 1) && self.kind(at + 1) == Some(Kind::Number) {
            return None;
        }
        let path = self.touches(at + 1)
            && self.is_any(at + 1, &["_", "/"])
            && self.glued(at + 2)
            && self.kind(at + 2) != Some(Kind::Number);
        let next = at + 1 + usize::from(self.is(at, "utc") && self.is(at + 1, "time") && self.same_line(at + 1));
        (spelled && !path).then_some((zone, next))
    }

    /// `US/Pacific`, `America/New_York`, `America/Argentina/Buenos_Aires`.
    pub(super) fn try_iana(&self, at: usize) -> Read<Zone> {
        let mut end = at + 1;
        while self.touches(end) && (self.kind(end) == Some(Kind::Word) || self.is_any(end, &["/", "_"])) {
            end += 1;
        }
        let name = &self.text[self.tokens[at].start..self.tokens[end - 1].end];
        zone::named(name).or_else(|| zone::iana(name)).map(|zone| (zone, end))
    }

    /// A zone named on its own, for the resolver to read as the document's or the section's default.
    pub(super) fn try_zone_alone(&self, at: usize) -> Read<Zone> {
        let word = self.str(at);
        let capital = word.as_bytes()[0].is_ascii_uppercase();
        let is_long = || word.len() >= 3 || self.str(at + 1) == "/" && self.touches(at + 1);
        if !(capital && is_long() || self.is(at, "utc")) {
            return None;
        }
        let (zone, next) = self.try_zone_words(at)?;
        // "Central", "Pacific" and "WEST" alone are places and directions.
        let lone_place =
            next == at + 1 && (word.len() > 4 || self.is_any(at, &["west", "cat", "art", "met", "eat", "wet", "msk"]));
        let alone = self.after_any(at, &["(", "["]) && self.is_any(next, &[")", "]"]);
        let said = || (at.saturating_sub(4)..at).any(|place| self.is_any(place, &["times", "timestamps"]));
        let ok = !lone_place || self.is(next, "time") || self.is(at + 1, "time") || alone && word.len() < 5 || said();
        ok.then_some((zone, next))
    }
}
