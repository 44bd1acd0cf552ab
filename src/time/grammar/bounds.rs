//! The words around a length: how exact it is ("about", "at least", "or so"), and what is said of it ("for", "later",
//! "every").

use super::Scanner;
use crate::time::expr::*;

/// Words before a length that say how exact it is; the longer first, where one ends in the other.
const BOUNDS: &[(&[&str], Bound)] = &[
    (&["no", "more", "than"], Bound::AtMost),
    (&["no", "longer", "than"], Bound::AtMost),
    (&["not", "more", "than"], Bound::AtMost),
    (&["no", "less", "than"], Bound::AtLeast),
    (&["no", "fewer", "than"], Bound::AtLeast),
    (&["not", "less", "than"], Bound::AtLeast),
    (&["more", "than"], Bound::AtLeast),
    (&["longer", "than"], Bound::AtLeast),
    (&["greater", "than"], Bound::AtLeast),
    (&["less", "than"], Bound::AtMost),
    (&["fewer", "than"], Bound::AtMost),
    (&["shorter", "than"], Bound::AtMost),
    (&["at", "least"], Bound::AtLeast),
    (&["at", "most"], Bound::AtMost),
    (&["up", "to"], Bound::AtMost),
    (&["just", "over"], Bound::AtLeast),
    (&["little", "over"], Bound::AtLeast),
    (&["bit", "over"], Bound::AtLeast),
    (&["well", "over"], Bound::AtLeast),
    (&["slightly", "over"], Bound::AtLeast),
    (&["just", "under"], Bound::AtMost),
    (&["well", "under"], Bound::AtMost),
    (&["slightly", "under"], Bound::AtMost),
    (&["upwards", "of"], Bound::AtLeast),
    (&["upward", "of"], Bound::AtLeast),
    (&["in", "excess", "of"], Bound::AtLeast),
    (&["minimum", "of"], Bound::AtLeast),
    (&["maximum", "of"], Bound::AtMost),
    (&["not", "quite"], Bound::AtMost),
    (&["close", "to"], Bound::About),
    (&["better", "part", "of"], Bound::About),
    (&["approx", "."], Bound::About),
    (&["+", "/", "-"], Bound::About),
    (&["over"], Bound::AtLeast),
    (&["exceeding"], Bound::AtLeast),
    (&[">"], Bound::AtLeast),
    (&["≥"], Bound::AtLeast),
    (&["under"], Bound::AtMost),
    (&["<"], Bound::AtMost),
    (&["≤"], Bound::AtMost),
    (&["~"], Bound::About),
    (&["≈"], Bound::About),
    (&["±"], Bound::About),
    (&["about"], Bound::About),
    (&["around"], Bound::About),
    (&["approximately"], Bound::About),
    (&["approx"], Bound::About),
    (&["roughly"], Bound::About),
    (&["almost"], Bound::About),
    (&["nearly"], Bound::About),
    (&["circa"], Bound::About),
    (&["some"], Bound::About),
];

impl Scanner<'_> {
    /// How exact the words before say it is, and the place where they begin.
    pub(super) fn bound_before(&self, at: usize) -> (Option<Bound>, usize) {
        let at = if self.after_any(at, &["between"]) { at - 1 } else { at };
        if !self.same_paragraph(at) {
            return (None, at);
        }
        BOUNDS
            .iter()
            .find(|(words, _)| at >= words.len() && self.are(at - words.len(), words))
            .map_or((None, at), |(words, bound)| (Some(*bound), at - words.len()))
    }

    /// "30 minutes or so", "an hour or more", "ten minutes or less".
    pub(super) fn bound_after(&self, next: usize) -> (Option<Bound>, usize) {
        if !self.is(next, "or") || !self.same_line(next) {
            return (None, next);
        }
        match self.str(next + 1) {
            "so" => (Some(Bound::About), next + 2),
            "more" | "longer" => (Some(Bound::AtLeast), next + 2),
            "less" | "fewer" => (Some(Bound::AtMost), next + 2),
            _ => (None, next),
        }
    }

    pub(super) fn relation(&self, before: usize, after: usize) -> Relation {
        if self.same_paragraph(after) {
            if self.is_any(after, &["later", "after", "afterwards", "afterward", "into"])
                || self.is(after, "in") && self.str(after + 1) == ","
            {
                return Relation::Later;
            }
            if self.is_any(after, &["earlier", "before", "prior", "previously"]) {
                return Relation::Earlier;
            }
            if self.is(after, "ago") {
                return Relation::Ago;
            }
        }
        const BETWEEN: &[&str] = &[
            "a",
            "an",
            "the",
            "another",
            "only",
            "just",
            "further",
            "total",
            "of",
            "full",
            "good",
            "whole",
            "course",
            "duration",
            "period",
            "additional",
        ];
        let mut place = before;
        while place > 0 && before - place < 5 && self.is_any(place - 1, BETWEEN) {
            place -= 1;
        }
        let Some(last) = place.checked_sub(1) else { return Relation::Bare };
        match self.str(last).to_ascii_lowercase().as_str() {
            "for" | "lasted" | "lasting" | "lasts" | "took" | "taking" | "spanned" | "spanning" | "throughout" => {
                Relation::For
            }
            "over" if place < before => Relation::For,
            "after" => Relation::Later,
            "in" if place < before && self.is(place, "total") => Relation::For,
            "within" | "in" => Relation::Within,
            "every" | "each" | "per" | "last" | "past" | "next" | "previous" | "first" => Relation::Every,
            _ => Relation::Bare,
        }
    }
}
