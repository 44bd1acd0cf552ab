//! Zones as people write them: offsets, IANA names, abbreviations, and phrases such as "Pacific time".
//!
//! The table is data (`data/time/zones.tsv`, which says where its readings come from). An abbreviation is an offset
//! taken as written; a region follows daylight saving by the date it is applied to, through jiff's bundled database.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

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

    /// The offset in force in this zone when its clocks show `wall`; in a gap or fold, the earlier reading.
    pub fn offset_at(&self, wall: DateTime) -> Offset {
        match self {
            Zone::Fixed(offset) => *offset,
            Zone::Region(region) => {
                region.to_ambiguous_timestamp(wall).compatible().map_or(Offset::UTC, |at| region.to_offset(at))
            }
        }
    }
}

/// An offset of so many minutes, if it is one that clocks can have.
pub(crate) fn offset_of_minutes(minutes: i32) -> Option<Offset> {
    (minutes.abs() <= 14 * 60).then(|| Offset::from_seconds(minutes * 60).ok()).flatten()
}

static TABLE: LazyLock<HashMap<&'static str, Zone>> = LazyLock::new(|| {
    let lines = include_str!("../../data/time/zones.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (name, zone) = (cells.next()?, cells.next()?);
            Some((name, read_zone(zone)?))
        })
        .collect()
});

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
    const AREAS: &[&str] =
        &["Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
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
