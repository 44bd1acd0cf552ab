//! Zones as people write them: offsets, IANA names, abbreviations, and phrases such as "Pacific time".
//!
//! The table is data (`data/time/zones.tsv`, which says where its readings come from). An abbreviation is an offset
//! taken as written; a region follows daylight saving by the date it is applied to, through jiff's bundled database.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::lex::Shapes;
use crate::short::ShortMap;

/// A zone that a text names.
#[derive(Clone, Debug, PartialEq)]
pub enum Zone {
    /// A fixed offset: `UTC`, `PST`, `+05:30`.
    Fixed(Offset),
    /// A region with its own rules: `US/Pacific`, `PT`.
    Region(TimeZone),
}

impl Zone {
    pub const UTC: Zone = Zone::Fixed(Offset::UTC);

    /// The offset in force in this zone when its clocks show `wall`. In the hour that comes twice when clocks go back, the
    /// first; in the hour that never comes when they go forward, that of the clock which nobody moved.
    pub fn offset_at(&self, wall: DateTime) -> Offset {
        self.offset_after(wall, None)
    }

    /// The same, where what happened lies after another instant: of the two hours the one that does.
    pub fn offset_after(&self, wall: DateTime, earlier: Option<Timestamp>) -> Offset {
        let region = match self {
            Zone::Fixed(offset) => return *offset,
            Zone::Region(region) => region,
        };
        match region.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } => before,
            AmbiguousOffset::Fold { before, after } => {
                let in_order = |offset: Offset| {
                    earlier.is_none_or(|earlier| offset.to_timestamp(wall).is_ok_and(|at| at >= earlier))
                };
                if !in_order(before) && in_order(after) { after } else { before }
            }
        }
    }
}

/// An offset of so many minutes, if it is one that clocks can have.
pub(crate) fn offset_of_minutes(minutes: i32) -> Option<Offset> {
    (minutes.abs() <= 14 * 60).then(|| Offset::from_seconds(minutes * 60).ok()).flatten()
}

static TABLE: LazyLock<ShortMap<&'static str, Zone>> = LazyLock::new(|| {
    let lines = include_str!("../../data/time/zones.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (name, zone) = (cells.next()?, cells.next()?);
            Some((name, read_zone(zone)?))
        })
        .collect()
});

/// The other offsets that an abbreviation may stand for: `bst` is +06:00 in Bangladesh.
static OTHERS: LazyLock<HashMap<&'static str, Vec<Zone>>> = LazyLock::new(|| {
    let lines = include_str!("../../data/time/zones.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (name, others) = (cells.next()?, cells.nth(1)?);
            Some((name, others.split(", ").filter_map(|other| read_zone(other.rsplit(' ').next()?)).collect()))
        })
        .collect()
});

/// The other readings of an abbreviation, in any case; empty for most names.
pub(crate) fn other_readings(name: &str) -> &'static [Zone] {
    OTHERS.get(name.to_ascii_lowercase().as_str()).map_or(&[], Vec::as_slice)
}

fn read_zone(text: &str) -> Option<Zone> {
    let Some((hours, minutes)) = text.split_once(':') else {
        return TimeZone::get(text).ok().map(Zone::Region);
    };
    let negative = hours.starts_with('-');
    let (hours, minutes): (i32, i32) = (hours.trim_start_matches(['+', '-']).parse().ok()?, minutes.parse().ok()?);
    let total = hours * 60 + minutes;
    offset_of_minutes(if negative { -total } else { total }).map(Zone::Fixed)
}

/// The cities that the IANA database names its zones by: `dublin` is Europe/Dublin.
static CITIES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    const AREAS: &[&str] = &["Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
    jiff::tz::db()
        .available()
        .filter_map(|name| {
            let (area, city) = name.as_str().rsplit_once('/')?;
            let area = area.split('/').next()?;
            AREAS.contains(&area).then(|| (city.replace('_', " ").to_ascii_lowercase(), name.as_str().to_owned()))
        })
        .collect()
});

/// The zone that `name` stands for, in any case; several words are parted by single spaces.
pub fn named(name: &str) -> Option<Zone> {
    let name = name.to_ascii_lowercase();
    let city = || {
        let zone = CITIES.get(name.strip_suffix(" time")?)?;
        TimeZone::get(zone).ok().map(Zone::Region)
    };
    TABLE.get(name.as_str()).cloned().or_else(city)
}

/// Whether a name that [`named`] knows may begin with `word`, in any case: most words begin none.
pub(crate) fn may_begin(word: &str) -> bool {
    static FIRST_WORDS: LazyLock<(Shapes, ShortMap<&'static str, ()>)> = LazyLock::new(|| {
        let names = TABLE.keys().copied().chain(CITIES.keys().map(String::as_str));
        let words: ShortMap<&str, ()> = names.filter_map(|name| Some((name.split(' ').next()?, ()))).collect();
        (Shapes::of(words.keys().copied()), words)
    });
    let (shapes, words) = &*FIRST_WORDS;
    shapes.may_hold(word.as_bytes()) && words.contains_key(word.to_ascii_lowercase().as_str())
}

/// The zone of an IANA name such as `US/Pacific` or `Asia/Kolkata`.
pub fn iana(name: &str) -> Option<Zone> {
    name.contains('/').then(|| TimeZone::get(name).ok().map(Zone::Region)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_line_of_the_table_is_a_zone() {
        let lines = include_str!("../../data/time/zones.tsv").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let name = line.split('\t').next().unwrap();
            assert!(named(name).is_some(), "{line}");
            assert!(may_begin(name.to_uppercase().split(' ').next().unwrap()), "{line}");
        }
    }

    #[test]
    fn abbreviations_hold_as_written_and_regions_follow_the_date() {
        for (zone, month, hours) in
            [("PST", 7, -8), ("PT", 7, -7), ("PT", 1, -8), ("NZT", 12, 13), ("NZT", 7, 12), ("Pacific Time", 7, -7)]
        {
            let wall = date(2024, month, 24).at(5, 39, 0, 0);
            assert_eq!(named(zone).unwrap().offset_at(wall).seconds(), hours * 3600, "{zone} in month {month}");
        }
        assert!(iana("US/Pacific").is_some());
        assert!(iana("read/write").is_none());
    }
}
