//! What the document as a whole says of its times: the order of day and month, years, zones, the day it is about.

use std::collections::HashMap;
use std::rc::Rc;

use super::place::is_bare_day;
use super::said::WORDS;
use super::*;
use crate::time::zone;

/// Every day of a year has a place in it.
const LEAP_YEAR: i16 = 2024;

/// Numbers that are read as years where they stand alone.
const YEARS: std::ops::Range<i16> = 1990..2040;

/// Days between the first and the last that one incident tells of, where little else tells which are meant.
const CLOSE: i32 = 10;

/// A line of fewer bytes is a title, a signature or a field, and no sentence.
const SHORT_LINE: usize = 60;

/// A day told so often is the day of the incident, whatever day is told once above it.
const OFTEN: usize = 3;

impl Resolver<'_> {
    /// Decides for the whole document whether `04/05/2024` is in April or in May.
    pub(super) fn order_numeric_dates(&mut self) {
        let numeric: Vec<(usize, i8, i8, Option<i16>)> = self
            .moments()
            .filter_map(|(at, m)| match m.date {
                Some(DateExpr::Numeric { first, second, year }) => Some((at, first, second, year)),
                _ => None,
            })
            .collect();
        if numeric.is_empty() {
            return;
        }
        let day_first = numeric.iter().any(|(_, first, ..)| *first > 12);
        let month_first = numeric.iter().any(|(_, _, second, _)| *second > 12);
        let day_first = match (day_first, month_first) {
            (true, false) => true,
            (false, true) => false,
            _ => self.guess_day_first(&numeric),
        };
        for (at, first, second, year) in numeric {
            // A number above twelve is a day whatever the rest of the document does.
            let (month, day) = if second > 12 || !day_first && first <= 12 { (first, second) } else { (second, first) };
            let date = Date::new(year.unwrap_or(LEAP_YEAR), month, day).ok().map(|_| match year {
                Some(year) => DateExpr::Full { year, month, day },
                None => DateExpr::MonthDay { month, day },
            });
            if let Some(moment) = self.moment_mut(at) {
                moment.date = date;
            }
        }
    }

    /// No number is above twelve: the order that agrees with the other dates, else with the zones, else month first.
    pub(super) fn guess_day_first(&mut self, numeric: &[(usize, i8, i8, Option<i16>)]) -> bool {
        let known: Vec<(i8, Option<i8>)> = self
            .moments()
            .filter_map(|(_, m)| match m.date {
                Some(DateExpr::Full { month, day, .. } | DateExpr::MonthDay { month, day }) => Some((month, Some(day))),
                Some(DateExpr::Month { month, .. }) => Some((month, None)),
                _ => None,
            })
            .collect();
        let agree = |month: i8| known.iter().filter(|(m, _)| *m == month).count();
        let day_first: usize = numeric.iter().map(|(_, _, second, _)| agree(*second)).sum();
        let month_first: usize = numeric.iter().map(|(_, first, _, _)| agree(*first)).sum();
        if day_first != month_first {
            return day_first > month_first;
        }
        // What is told of one incident lies close together: 05/10 and 06/10 are two days of October and not of two months.
        let spread = |month_of: fn(i8, i8) -> (i8, i8)| {
            let day = |(_, first, second, year): &(usize, i8, i8, Option<i16>)| {
                let (month, day) = month_of(*first, *second);
                Date::new(year.unwrap_or(LEAP_YEAR), month, day).ok()
            };
            let days = || numeric.iter().filter_map(day);
            Some((days().max()? - days().min()?).get_days())
        };
        let spreads = (spread(|first, second| (second, first)), spread(|first, second| (first, second)));
        if let (Some(day_first), Some(month_first)) = spreads
            && (day_first.min(month_first) <= CLOSE && day_first.max(month_first) > 2 * CLOSE)
        {
            return day_first < month_first;
        }
        if numeric.iter().any(|(_, first, second, _)| first != second) {
            self.notes.push(
                "date_order_assumed: no date tells whether day or month comes first; the order was guessed".into(),
            );
        }
        let dotted = numeric.iter().any(|(at, ..)| self.items[*at].expr.span.of(self.text).contains('.'));
        dotted || self.common_zone().is_some_and(|zone| is_east_of_the_atlantic(&zone))
    }

    /// The year that the head of its table, else the heading above it, gives a block: "| Date (2021) | Time |", "## 2021".
    fn years(&self) -> Vec<Option<i16>> {
        let mut dated = vec![false; self.blocks.len()];
        // A weekday is no date: "Giving Tuesday 2021" gives a year.
        let tells_date = |item: &&Item| {
            item.moment().is_some_and(|m| {
                m.clock.is_some() || m.date.is_some_and(|date| !matches!(date, DateExpr::Weekday { .. }))
            })
        };
        self.items.iter().filter(tells_date).for_each(|item| dated[item.block] = true);
        let (mut title, mut heading, mut table, mut before) = (None, None, None, None);
        let given = |(block, dated): (&Block, &bool)| {
            let first = before.is_none() && block.span.len() < SHORT_LINE;
            let year = || Some(block.span.of(self.text)).filter(|_| !dated).and_then(lone_year);
            match block.kind {
                BlockKind::Heading(_) => {
                    heading = year();
                    title = title.or(Some(heading));
                }
                BlockKind::TableRow if before != Some(BlockKind::TableRow) => table = year(),
                BlockKind::Meta if title.is_none() && block.span.of(self.text).trim_start().starts_with("title") => {
                    title = Some(year());
                }
                _ if first => title = Some(year()),
                _ => {}
            }
            before = Some(block.kind);
            table.filter(|_| block.kind == BlockKind::TableRow).or(heading).or(title.flatten())
        };
        self.blocks.iter().zip(&dated).map(given).collect()
    }

    /// Gives days without a year the year above them, or that of the nearest full date.
    pub(super) fn give_years(&mut self) {
        let years = self.years();
        for at in 0..self.items.len() {
            let year = years[self.items[at].block];
            let weekday = year.and_then(|_| weekday_of(&self.items[at], self.text));
            if let Some(moment) = self.moment_mut(at)
                && let (Some(year), Some(DateExpr::MonthDay { month, day })) = (year, moment.date)
                && is_of(year, month, day, weekday)
            {
                moment.date = Some(DateExpr::Full { year, month, day });
            }
        }
        let days: Vec<(usize, i16, i8)> = self
            .moments()
            .filter_map(|(at, m)| match m.date {
                Some(DateExpr::Full { year, month, .. }) => Some((at, year, month)),
                _ => None,
            })
            .collect();
        // An entry goes by the entries, and a month ("in use since August 2019") tells less than a day.
        let entries: Vec<_> = days.iter().copied().filter(|(at, ..)| self.items[*at].lead).collect();
        let months = || {
            let month = |(at, m): (usize, &Moment)| match m.date {
                Some(DateExpr::Month { year: Some(year), month }) => Some((at, year, month)),
                _ => None,
            };
            self.moments().filter_map(month).collect()
        };
        let days = if days.is_empty() { months() } else { days };
        if days.is_empty() {
            return self.give_only_year();
        }
        for at in 0..self.items.len() {
            let Some(DateExpr::MonthDay { month, day }) = self.items[at].moment().and_then(|m| m.date) else {
                continue;
            };
            let known = if self.items[at].lead && !entries.is_empty() { &entries } else { &days };
            let later = known.partition_point(|(other, ..)| *other < at);
            // A heading goes by what stands above it: below may be told what led to it.
            let heading = later > 0 && matches!(self.kind(at), BlockKind::Heading(_));
            let beside = known[later.saturating_sub(1)..].iter().take(if heading { 1 } else { 2 });
            let nearest = beside.min_by_key(|(other, ..)| other.abs_diff(at));
            let Some((other, year, known_month)) = nearest else { continue };
            let written = self.is_publication(*other) || self.kind(*other) == BlockKind::Meta;
            // A timeline may cross New Year: January beside a dated December is the next year's. What is told of a month
            // far ahead, or ahead of the day of writing, is the last year's.
            let year = match (known_month, month) {
                (12, 1) if !written => year + 1,
                _ if month - known_month >= if written { 5 } else { 9 } => year - 1,
                _ => *year,
            };
            if Date::new(year, month, day).is_ok()
                && let Some(moment) = self.moment_mut(at)
            {
                moment.date = Some(DateExpr::Full { year, month, day });
            }
        }
    }

    /// Gives days the one year that short lines name, else the one that sentences do, where nothing else tells any: "— The
    /// team, 2019", "In 2024 we got it wrong".
    fn give_only_year(&mut self) {
        let year = |word: &str| word.parse::<i16>().ok().filter(|year| YEARS.contains(year));
        let words = |line| str::split(line, |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | ':' | '/')));
        let lines = || self.text.lines().filter(|line| line.len() < SHORT_LINE);
        let one = |years: &mut dyn Iterator<Item = i16>| {
            years.map(Some).reduce(|one, other| one.filter(|_| one == other)).flatten()
        };
        let said = || {
            let pairs = self.text.lines().flat_map(|line| words(line).zip(words(line).skip(1)));
            pairs.filter(|(before, _)| before.eq_ignore_ascii_case("in")).filter_map(|(_, word)| year(word))
        };
        let lone = one(&mut lines().flat_map(words).filter_map(year));
        let Some(year) = lone.or_else(|| one(&mut said())) else { return };
        for at in 0..self.items.len() {
            let weekday = weekday_of(&self.items[at], self.text);
            if let Some(moment) = self.moment_mut(at)
                && let Some(DateExpr::MonthDay { month, day }) = moment.date
                && is_of(year, month, day, weekday)
            {
                moment.date = Some(DateExpr::Full { year, month, day });
            }
        }
    }

    // ---- zones ---------------------------------------------------------------------------------------------------

    /// Where the document says in which zone its times are: "All times in UTC", "Timeline (PST)", "Time (UTC)".
    pub(super) fn zone_statements(&self) -> Vec<(usize, Zone)> {
        self.items
            .iter()
            .enumerate()
            .filter_map(|(at, item)| {
                let Value::Zone(zone) = &item.expr.value else { return None };
                let block = &self.blocks[item.block];
                let sentence = sentence_around(self.text, block.span, item.expr.span).to_ascii_lowercase();
                let says = WORDS.zone.iter().any(|word| sentence.contains(word));
                // "Sequence of events (GMT)", "19 November 2022, CET"
                let last = !self.text[item.expr.span.end..block.span.end].contains(char::is_alphanumeric);
                let short = sentence.len() < if last { SHORT_LINE } else { 24 }
                    || matches!(block.kind, BlockKind::Heading(_) | BlockKind::TableRow);
                // "21/22 May 2024 (SGT)"
                let of_day = at.checked_sub(1).map(|before| &self.items[before]).is_some_and(|before| {
                    let day = before.block == item.block && before.moment().is_some_and(|m| m.clock.is_none());
                    day && matches!(&self.text[before.expr.span.end..item.expr.span.start], " " | ", " | " (")
                });
                (says || short || of_day).then(|| (item.expr.span.start, zone.clone()))
            })
            .collect()
    }

    /// The zone that most clock times carry; the lines of a status page count only where nothing else does.
    pub(super) fn common_zone(&self) -> Option<Zone> {
        let mut counts: Vec<(Zone, usize)> = Vec::new();
        for (at, moment) in self.moments() {
            let Some(zone) = moment.zone.as_ref().filter(|_| moment.role != Role::Alias) else { continue };
            let weight = if self.kind(at) == BlockKind::Update { 1 } else { 1000 };
            match counts.iter_mut().find(|(known, _)| known == zone) {
                Some((_, count)) => *count += weight,
                None => counts.push((zone.clone(), weight)),
            }
        }
        let best = counts.iter().map(|(_, count)| *count).max()?;
        counts.into_iter().find(|(_, count)| *count == best).map(|(zone, _)| zone)
    }

    /// By block, the zones that the head of its table gives its columns: "| UTC | PDT | |".
    ///
    /// A head that names one zone is a statement like any other.
    fn column_zones(&self) -> HashMap<usize, Rc<[Option<Zone>]>> {
        let mut zones: HashMap<usize, Rc<[Option<Zone>]>> = HashMap::new();
        let mut head: Option<Rc<[Option<Zone>]>> = None;
        let mut before = None;
        for (index, block) in self.blocks.iter().enumerate() {
            if block.kind == BlockKind::TableRow {
                if before != Some(BlockKind::TableRow) {
                    let names = block.span.of(self.text).trim_matches(['|', ' ']).split('|');
                    let named = |cell: &str| {
                        let words = cell.split(|c: char| !(c.is_alphanumeric() || matches!(c, '+' | '-')));
                        words.filter(|word| word.len() >= 2).find_map(zone::named)
                    };
                    let named: Rc<[Option<Zone>]> = names.map(named).collect();
                    head = Some(named).filter(|zones| zones.iter().flatten().count() >= 2);
                }
                zones.extend(head.clone().map(|head| (index, head)));
            }
            before = Some(block.kind);
        }
        zones
    }

    pub(super) fn give_zones(&mut self, statements: &[(usize, Zone)], common: Option<Zone>) {
        let columns = self.column_zones();
        for item in &mut self.items {
            let column = columns.get(&item.block).and_then(|zones| {
                let row = self.blocks[item.block].span.start;
                let before = self.text[row..item.expr.span.start].trim_start_matches(['|', ' ']);
                zones.get(before.matches('|').count())?.clone()
            });
            let at = item.expr.span.start;
            let Value::Moment(moment) = &mut item.expr.value else { continue };
            if moment.clock.is_none() {
                continue;
            }
            if moment.zone.is_some() {
                item.zone = Source::Own;
                continue;
            }
            let stated = statements.iter().rev().find(|(from, _)| *from < at).or(statements.first());
            moment.zone = column.or_else(|| stated.map(|(_, zone)| zone.clone())).or_else(|| common.clone());
            item.zone = if moment.zone.is_some() { Source::Document } else { Source::Nowhere };
        }
    }

    /// Learns from repetitions in another zone which zone an abbreviation is: `14:00 CST (06:00 UTC)` is of China.
    pub(super) fn read_abbreviations(&mut self) {
        let mut learnt: Vec<(&str, Zone, Zone)> = Vec::new();
        for pair in self.items.windows(2) {
            let (Some(a), Some(b)) = (pair[0].moment(), pair[1].moment().filter(|b| b.role == Role::Alias)) else {
                continue;
            };
            let (Some(from), Some(to)) = (minutes_of(a), minutes_of(b)) else { continue };
            for ((clock, zone), (other, known), item) in [(from, to, &pair[0]), (to, from, &pair[1])] {
                let same = |reading: &Zone| {
                    let offset = |zone: &Zone| if let Zone::Fixed(o) = zone { Some(o.seconds() / 60) } else { None };
                    let (Some(a), Some(b)) = (offset(reading), offset(known)) else { return false };
                    (clock - a - (other - b)).rem_euclid(1440) == 0
                };
                if same(zone) {
                    continue;
                }
                let words = item.expr.span.of(self.text);
                let name =
                    words.split(|c: char| !c.is_ascii_alphabetic()).find(|w| !zone::other_readings(w).is_empty());
                let Some(name) = name else { continue };
                if let Some(reading) = zone::other_readings(name).iter().find(|reading| same(reading))
                    && !learnt.iter().any(|(known, ..)| *known == name)
                {
                    learnt.push((name, zone.clone(), reading.clone()));
                }
            }
        }
        for (name, usual, meant) in learnt {
            for item in &mut self.items {
                let words = item.expr.span.of(self.text);
                let named = words.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == name);
                let slot = match &mut item.expr.value {
                    Value::Moment(moment) => moment.zone.as_mut(),
                    Value::Zone(zone) => Some(zone),
                    _ => None,
                };
                if let Some(zone) = slot.filter(|zone| named && **zone == usual) {
                    *zone = meant.clone();
                }
            }
        }
    }

    /// The day on which the document says that everything happened: "unless noted, all events are of 2024-05-03".
    pub(super) fn day_statement(&self) -> Option<Date> {
        self.items.iter().find_map(|item| {
            let day = item.moment().filter(|moment| moment.clock.is_none()).and_then(own_date)?;
            let sentence =
                sentence_around(self.text, self.blocks[item.block].span, item.expr.span).to_ascii_lowercase();
            WORDS.all.iter().any(|words| sentence.contains(words)).then_some(day)
        })
    }

    // ---- the anchor day ------------------------------------------------------------------------------------------

    /// The day the document is about, for clock times that nothing else dates.
    ///
    /// The second is whether the document says so itself, in its title, in a field, or with a range.
    pub(super) fn anchor(&self) -> Option<(Date, bool)> {
        // What lies ahead of the day of writing is planned, but where that stands at the foot: of the oldest update.
        let foot = (0..self.items.len()).find(|at| self.is_publication(*at)).unwrap_or(0);
        let planned = |at: usize, day: &Date| at >= foot && self.published.is_some_and(|written| *day > written);
        let dated = |at: usize| self.items[at].moment().and_then(own_date).filter(|day| !planned(at, day));
        let first = |wanted: &dyn Fn(usize) -> bool| (0..self.items.len()).filter(|at| wanted(*at)).find_map(dated);
        let titled = |at: usize| self.items[at].block < 4 && matches!(self.kind(at), BlockKind::Heading(1 | 2));
        let body =
            |at: usize| !matches!(self.kind(at), BlockKind::Update | BlockKind::Meta) && !self.is_publication(at);
        // "Ran out on 19 October at midnight" tells a day and its edge, not what hour something happened at.
        let is_edge = |clock: Clock| clock.hour % 24 == 0 && clock.minute == 0;
        let has_hour = |at: usize| self.items[at].moment().and_then(|m| m.clock).is_some_and(|clock| !is_edge(clock));
        let clocked = |at: usize| body(at) && has_hour(at);
        let has_clock = |at: usize| self.items[at].moment().is_some_and(|m| m.clock.is_some());
        // A byline or a "last changed" line is a date and little else; what happened is told in a sentence, or below a line
        // that is a day and its weekday.
        let told = |at: usize| {
            let item = &self.items[at];
            let block = self.blocks[item.block].span;
            let clock = item.moment().is_some_and(|m| m.clock.is_some());
            body(at)
                && item.block < 25
                && (clock || self.said[at] != Said::Field)
                && (block.len() >= item.expr.span.len() + 30
                    || item.lead && clock
                    || is_bare_day(self.text, &self.blocks[item.block], item) && weekday_of(item, self.text).is_some())
        };
        // A range with its day is surer still: "between 12:26 and 14:03 on 24 October".
        let ranged =
            |at: usize| told(at) && self.items[at].moment().is_some_and(|m| m.role != Role::Alone && m.clock.is_some());
        // The banner of a page tells the day it was saved; the day of the incident is told again and again.
        let mut days: Vec<Date> = (0..self.items.len()).filter(|at| body(*at)).filter_map(dated).collect();
        days.sort_unstable();
        let times = |day: Date| days.partition_point(|d| *d <= day) - days.partition_point(|d| *d < day);
        let most = days.iter().map(|day| times(*day)).max().unwrap_or(0);
        let stray = |at: usize| most >= OFTEN && dated(at).is_some_and(|day| times(day) == 1);
        let sure = self
            .day_statement()
            .or_else(|| first(&|at| body(at) && self.said[at] == Said::Incident))
            .or_else(|| first(&titled))
            .or_else(|| first(&|at| ranged(at) && !stray(at)))
            .or_else(|| first(&|at| body(at) && self.said[at] == Said::Day));
        if let Some(day) = sure {
            return Some((day, true));
        }
        // Who gives the hour too tells what happened, and not its background.
        first(&|at| told(at) && clocked(at) && !stray(at))
            .or_else(|| first(&|at| told(at) && has_clock(at) && !stray(at)))
            .or_else(|| first(&|at| told(at) && !stray(at)))
            .or_else(|| first(&|at| body(at) && self.items[at].block < 12))
            .or_else(|| first(&clocked))
            .or_else(|| first(&|at| self.kind(at) == BlockKind::Meta))
            .or_else(|| first(&body))
            .or_else(|| (0..self.items.len()).filter(|at| self.kind(*at) == BlockKind::Update).filter_map(dated).min())
            .or_else(|| first(&|_| true))
            .map(|day| (day, false))
    }

    /// The day on which the incident of "the night 18 to 19 April" begins, `day` being the first: the second where the first
    /// hour told is one of a morning.
    pub(super) fn day_of_night(&self, day: Date) -> Date {
        let is_night = |at: usize| {
            let before = &self.text[self.blocks[self.items[at].block].span.start..self.items[at].expr.span.start];
            let mut words = before.split(|c: char| !c.is_alphanumeric()).rev().filter(|word| !word.is_empty()).take(3);
            words.any(|word| word.eq_ignore_ascii_case("night"))
        };
        let hour = |at: usize| self.items[at].moment().and_then(|moment| moment.clock).map(|clock| clock.hour);
        let nights = self.items.iter().zip(1..).filter_map(|(item, next)| {
            let (from, to) = (item.moment()?, self.items.get(next)?.moment()?);
            let is_range = from.role == Role::From && to.role == Role::To && from.clock.is_none();
            let tells = is_range && own_date(from) == Some(day) && own_date(to) == day.tomorrow().ok();
            (tells && is_night(next - 1)).then_some(next + 1)
        });
        let first = nights.take(1).next().and_then(|from| (from..self.items.len()).find_map(hour));
        if first.is_some_and(|hour| hour < 12) { day.tomorrow().unwrap_or(day) } else { day }
    }

    /// The day of writing: what is said to be it, else the date of a front matter or a mail's header.
    pub(super) fn publication(&self) -> Option<Date> {
        let dated = |at: usize| self.items[at].moment().and_then(own_date);
        let head = |at: usize| {
            let line = self.blocks[self.items[at].block].span.of(self.text).trim_start();
            self.kind(at) == BlockKind::Meta
                && WORDS.key.iter().any(|key| line.get(..key.len()).is_some_and(|l| l.eq_ignore_ascii_case(key)))
        };
        let said = (0..self.items.len()).filter(|at| self.is_publication(*at)).find_map(dated);
        said.or_else(|| (0..self.items.len()).filter(|at| head(*at)).find_map(dated))
    }
}

/// The only number of a heading, where it is a year that stands by itself.
fn lone_year(heading: &str) -> Option<i16> {
    let digits = |c: char| c.is_ascii_digit();
    let mut numbers =
        heading.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '/')).filter(|word| word.contains(digits));
    let year = numbers.next().filter(|_| numbers.next().is_none())?;
    // "2021-02" and "2021/02" are years too.
    let year = match year.split_once(['-', '/']) {
        Some((year, month)) if matches!(month.parse(), Ok(1..=12)) => year,
        _ => year,
    };
    year.parse().ok().filter(|year| YEARS.contains(year))
}

/// Whether the year has that day, and on that day of the week: "issued in 2015 ... on Sunday, 14 September" is not of 2015, when
/// it was a Monday.
fn is_of(year: i16, month: i8, day: i8, weekday: Option<i8>) -> bool {
    let date = Date::new(year, month, day);
    date.is_ok_and(|date| weekday.is_none_or(|weekday| weekday == date.weekday().to_monday_one_offset()))
}

/// The day of the week that the words of a day name too, from 1 for Monday.
fn weekday_of(item: &Item, text: &str) -> Option<i8> {
    let words = item.expr.span.of(text).split(|c: char| !c.is_alphabetic());
    let weekday = |word: &str| match &scan(word).first()?.value {
        Value::Moment(Moment { date: Some(DateExpr::Weekday(day)), .. }) => Some(*day),
        _ => None,
    };
    words.filter(|word| !word.is_empty()).take(8).find_map(weekday)
}

/// Clock and zone of a moment that has both, the clock in minutes of the day.
fn minutes_of(moment: &Moment) -> Option<(i32, &Zone)> {
    let clock = moment.clock?;
    Some((i32::from(clock.hour) * 60 + i32::from(clock.minute), moment.zone.as_ref()?))
}

fn is_east_of_the_atlantic(zone: &Zone) -> bool {
    let Ok(summer) = DateTime::new(2024, 7, 1, 0, 0, 0, 0) else { return false };
    zone.offset_at(summer).seconds() > 0
}

/// The sentence of `block` that holds `span`; a middle dot parts the fields of a line.
fn sentence_around(text: &str, block: Span, span: Span) -> &str {
    const ENDS: [char; 4] = ['\n', '.', ';', '·'];
    let (before, after) = (&text[block.start..span.start], &text[span.end..block.end]);
    let start = before.rfind(ENDS).map_or(block.start, |at| text.ceil_char_boundary(block.start + at + 1));
    let end = after.find(ENDS).map_or(block.end, |at| span.end + at);
    &text[start..end]
}
