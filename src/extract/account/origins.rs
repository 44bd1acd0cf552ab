//! Which words gave a time its day and its zone.
//!
//! The resolver keeps the kind of its source ([`Source`]), not the place, so the words are found again here: what is told
//! is that they say this day or zone, which is so, and that they are the nearest that do. A look for each time must not
//! read the whole document: what was found for the time before serves the next.

use super::Origin;
use crate::extract::times::Reading;
use crate::record::When;
use crate::time::resolve::{Item, Source, told};
use crate::time::zone::Zone;
use crate::time::{DateExpr, Moment, Role, Value, scan};

/// Where the days and zones of a document's times came from.
pub(super) struct Origins<'r> {
    items: &'r [Item],
    /// Each moment as its own words say it, without what the document adds.
    written: Vec<Moment>,
    /// The day of each item, as far as they are known.
    days: Vec<Origin>,
    /// The items that state a zone and no time.
    stated: Vec<usize>,
    /// The first item that carries each zone in its own words.
    carried: Vec<(&'r Zone, usize)>,
    /// The first item that names each year.
    years: Vec<(i16, usize)>,
}

impl<'r> Origins<'r> {
    pub(super) fn new(reading: &Reading<'r>) -> Origins<'r> {
        let items = reading.times.items.as_slice();
        let written = items.iter().map(|item| written(reading.text, item)).collect();
        let stated = (0..items.len()).filter(|at| matches!(items[*at].expr.value, Value::Zone(_))).collect();
        let mut origins = Origins { items, written, days: Vec::new(), stated, carried: Vec::new(), years: Vec::new() };
        for (at, item) in items.iter().enumerate() {
            let own = &origins.written[at];
            if own.zone.is_some()
                && let Some(zone) = item.moment().and_then(|moment| moment.zone.as_ref())
                && !origins.carried.iter().any(|(known, _)| *known == zone)
            {
                origins.carried.push((zone, at));
            }
            if own.date.is_some()
                && let Some(year) = year(item.expr.span.of(reading.text))
                && !origins.years.iter().any(|(known, _)| *known == year)
            {
                origins.years.push((year, at));
            }
        }
        for at in 0..items.len() {
            let day = origins.find_day(at);
            origins.days.push(day);
        }
        origins
    }

    pub(super) fn day(&self, at: usize) -> Origin {
        self.days[at]
    }

    pub(super) fn zone(&self, at: usize) -> Origin {
        let item = &self.items[at];
        // What is counted from another time is in its zone.
        let Some(moment) = item.moment() else { return self.days[at] };
        let zoned = matches!(item.when, Some(When::Instant(..) | When::Clock(_, Some(_))));
        let Some(zone) = moment.zone.as_ref().filter(|_| zoned) else { return Origin::Nowhere };
        if self.written[at].zone.is_some() {
            return Origin::Written;
        }
        // "10:00 to 10:30 UTC": the second end says it for both.
        let end = (at + 1).min(self.items.len() - 1);
        if moment.role == Role::From && self.written[end].zone.is_some() && item.zone == Source::Own {
            return self.words(end);
        }
        let says = |at: &&usize| matches!(&self.items[**at].expr.value, Value::Zone(stated) if stated == zone);
        let before = self.stated.partition_point(|stated| *stated < at);
        let stated = self.stated[..before].iter().rev().find(says).or_else(|| self.stated.iter().find(says)).copied();
        let carried = || self.carried.iter().find(|(carried, _)| *carried == zone).map(|(_, at)| *at);
        stated.or_else(carried).map_or(Origin::Context, |at| self.words(at))
    }

    fn words(&self, at: usize) -> Origin {
        Origin::Words(self.items[at].expr.span)
    }

    /// The origin of the day of that item, those of the items before it being known.
    fn find_day(&self, at: usize) -> Origin {
        let item = &self.items[at];
        let Some(when) = item.when else { return Origin::Nowhere };
        if item.moment().is_none() {
            let base = self.items.iter().find(|other| counts_from(item, other));
            let base = base.or_else(|| self.items[..at].iter().rev().find(|other| other.when.is_some()));
            return base.map_or(Origin::Context, |base| Origin::Counted(base.expr.span));
        }
        let own = self.written[at].date;
        let day = told(when).and_then(|when| when.date());
        if day.is_none() && matches!(own, Some(DateExpr::MonthDay { .. })) {
            return Origin::NoYear;
        }
        let Some(day) = day else { return Origin::Nowhere };
        match own {
            Some(DateExpr::Full { .. } | DateExpr::Numeric { .. }) => return Origin::Written,
            Some(DateExpr::MonthDay { .. } | DateExpr::Month { .. }) => {
                let named = self.years.iter().find(|(year, _)| *year == day.year());
                return named.map_or(Origin::Context, |(_, at)| Origin::Year(self.items[*at].expr.span));
            }
            // "On Monday", "the next day".
            Some(_) => {
                let base = (0..at).rev().find(|other| self.written[*other].date.is_some());
                return base.map_or(Origin::Context, |base| Origin::Counted(self.items[base].expr.span));
            }
            None => {}
        }
        for other in (0..at).rev() {
            let Some(date) = self.items[other].when.and_then(|when| when.date()) else { continue };
            if date == day {
                return if self.written[other].date.is_some() { self.words(other) } else { self.days[other] };
            }
            if self.items[other].lead && date.tomorrow().is_ok_and(|next| next == day) {
                return Origin::PastMidnight(self.items[other].expr.span);
            }
        }
        let says = |other: &usize| {
            self.written[*other].date.is_some() && self.items[*other].when.and_then(|when| when.date()) == Some(day)
        };
        (at..self.items.len()).find(says).map_or(Origin::Context, |other| self.words(other))
    }
}

fn written(text: &str, item: &Item) -> Moment {
    let found = scan(item.expr.span.of(text)).into_iter().next().map(|expr| expr.value);
    if let Some(Value::Moment(moment)) = found { moment } else { Moment::default() }
}

/// The year that the words name, if any, in four digits.
fn year(words: &str) -> Option<i16> {
    let runs = words.split(|c: char| !c.is_ascii_digit());
    runs.filter(|run| run.len() == 4).find_map(|run| run.parse().ok().filter(|year| (1990..=2099).contains(year)))
}

/// Whether `item`, a `T+45m`, lies that far from `other`.
fn counts_from(item: &Item, other: &Item) -> bool {
    let Value::Elapsed(minutes) = item.expr.value else { return false };
    other.moment().is_some() && other.when.is_some() && other.when.and_then(|when| when.plus(minutes)) == item.when
}
