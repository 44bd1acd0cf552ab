//! Where an entry of a timeline without a day of its own falls: by the one before it, and the dial the document is told by.

use super::*;

/// By what clock the document tells its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dial {
    /// No hour is above twelve: one to twelve may be either half of the day.
    Twelve,
    /// Hours above twelve are written.
    TwentyFour,
    /// Both, with am and pm.
    Mixed,
}

/// The entry before, as far as it tells where the next one falls.
pub(super) struct Last {
    pub wall: DateTime,
    pub zone: Option<Zone>,
    pub instant: Option<Timestamp>,
}

/// What an entry is placed by.
pub(super) struct Entry<'a> {
    pub clock: Clock,
    /// Whether its hour may be twelve hours later.
    pub open: bool,
    pub dial: Dial,
    /// The entry after it, where that has no day of its own.
    pub next: Option<&'a Moment>,
}

/// An entry so much earlier than the one before is of the next day and not out of order.
const DAY_TURNS: i64 = 8 * 60;

impl Last {
    /// The wall time of another zone by the clock of this entry.
    fn here(&self, wall: DateTime, zone: Option<&Zone>) -> DateTime {
        let offsets = self.zone.as_ref().zip(zone).filter(|(a, b)| a != b);
        let shift = offsets.map_or(0, |(a, b)| a.offset_at(self.wall).seconds() - b.offset_at(wall).seconds());
        wall.checked_add(i64::from(shift).seconds()).unwrap_or(wall)
    }

    pub fn is_after(&self, wall: DateTime, zone: Option<&Zone>) -> bool {
        self.here(wall, zone) < self.wall
    }

    /// Where an entry falls that would be at `wall` on the same day: there, twelve hours later where its hour is open, or
    /// on the next day where it would lie far back.
    pub fn follow(&self, wall: DateTime, zone: Option<&Zone>, entry: &Entry) -> DateTime {
        let here = self.here(wall, zone);
        let back = self.wall.duration_since(here).as_mins();
        if back <= 0 {
            return wall;
        }
        // 9:50, 12:40, 2:15 go round the dial of twelve hours.
        let noon = wall.checked_add(12.hours()).ok().filter(|_| entry.open);
        let ahead = 12 * 60 - back;
        if let Some(noon) = noon
            && ahead >= 0
            && match entry.dial {
                Dial::TwentyFour => back > DAY_TURNS && ahead < 6 * 60 && self.wall.hour() <= 13,
                Dial::Twelve | Dial::Mixed => ahead < 8 * 60,
            }
        {
            return noon;
        }
        if back <= DAY_TURNS || self.strays(back, entry) {
            return wall;
        }
        // 23:50, 00:10 pass midnight.
        wall.checked_add(1.day()).unwrap_or(wall)
    }

    /// Whether the entry alone is out of order: it lies far back and, on the next day, far ahead, while the one after it
    /// goes on from the one before. 14:05, 04:20, 14:31: the second was meant to be 14:20.
    fn strays(&self, back: i64, entry: &Entry) -> bool {
        let far_ahead = 24 * 60 - back > 6 * 60;
        let Some(next) = entry.next.and_then(|next| next.clock) else { return false };
        let minutes = |hour: i8, minute: i8| i64::from(hour) * 60 + i64::from(minute);
        let on = minutes(next.hour, next.minute) - minutes(self.wall.hour(), self.wall.minute());
        let here = minutes(entry.clock.hour, entry.clock.minute);
        far_ahead && (0..180).contains(&on) && here < minutes(next.hour, next.minute)
    }
}

impl Resolver<'_> {
    /// By what clock the document is told.
    pub(super) fn dial(&self) -> Dial {
        let (mut halves, mut long) = (false, false);
        for (at, moment) in self.moments() {
            let Some(clock) = moment.clock else { continue };
            let words = self.items[at].expr.span.of(self.text).to_ascii_lowercase();
            let half = ["am", "pm", "a.m", "p.m"].iter().any(|half| words.contains(half));
            halves |= half;
            long |= !half && (clock.hour > 12 || clock.hour == 0 && words.contains("00"));
        }
        match (halves, long) {
            (true, _) => Dial::Mixed,
            (false, true) => Dial::TwentyFour,
            (false, false) => Dial::Twelve,
        }
    }

    /// Whether the hour of that item may be twelve hours later. With a zero in front it is the hour it says.
    pub(super) fn is_open(&self, at: usize, dial: Dial) -> bool {
        let Some(moment) = self.items[at].moment() else { return false };
        let words = self.items[at].expr.span.of(self.text);
        let zero = words.starts_with('0') && words[1..].starts_with(|c: char| c.is_ascii_digit());
        moment.clock.is_some_and(|clock| clock.half_open) && !(zero && dial != Dial::Mixed)
    }
}
