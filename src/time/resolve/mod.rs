//! Places the moments of one document in time.
//!
//! A moment says part of when it was; the document says the rest somewhere else. Read once and in order:
//! the order of day and month in numeric dates, the default zone (a statement such as "all times in UTC", else the zone
//! that most clock times carry), the anchor day (title, first dated words, front matter), then each moment. Blocks that
//! begin with a moment form runs (timelines): within a run a clock time without a day follows the one before it, past
//! midnight where that is the only order that makes sense, newest-first where the run counts down (`order`). The
//! specification is `examples.txt`, documents with the instants they must give, that a test runs.
//!
//! What nothing tells stays open: a clock time without a day is a [`When::Clock`], a time without a zone a
//! [`When::Local`]. Nothing here knows what happened at those times.

mod context;
mod days;
mod order;
mod place;
mod said;
mod spelling;
#[cfg(test)]
mod tests;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use self::said::Said;
use self::spelling::{compact_clocks, compact_day, legible, undotted};
use super::expr::*;
use super::zone::Zone;
use super::{lex, scan};
use crate::document::{Block, BlockKind, Document, Span};
use crate::when::When;

/// The year that stands for one nobody tells. Within a document, clock times and days without a year are placed in it, so
/// that they have an order and differences; [`told`] takes it away again. A leap year, so that every day has a place, and
/// so far from any other that no length that people state leads from it to a year that could be told.
const UNTOLD_YEAR: i16 = -9996;

/// Whether that year only stands for one, or is a program's zero: nobody's incident was before the year 1000.
fn is_untold(year: i16) -> bool {
    year < 1000
}

/// What the document really tells of a placed moment: without the stand-in year, that is a clock time, or nothing.
pub fn told(when: When) -> Option<When> {
    match when {
        When::Instant(wall, offset) if is_untold(wall.year()) => Some(When::Clock(wall.time(), Some(offset))),
        When::Local(wall) if is_untold(wall.year()) => Some(When::Clock(wall.time(), None)),
        When::Day(day) if is_untold(day.year()) => None,
        _ => Some(when),
    }
}

/// The time expressions of a document and what became of them.
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    pub items: Vec<Item>,
    /// What was assumed or looks wrong, as `code: explanation`.
    pub notes: Vec<String>,
}

/// One time expression in its place.
#[derive(Clone, Debug)]
pub struct Item {
    pub expr: TimeExpr,
    /// Index of the block it stands in.
    pub block: usize,
    /// Whether the block begins with it: an entry of a timeline.
    pub lead: bool,
    /// When it was, for moments; nothing for durations.
    pub when: Option<When>,
    /// Where its day came from.
    pub day: Source,
    /// Where its zone came from.
    pub zone: Source,
}

/// Where a part of a moment came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Written there.
    Own,
    /// The other entries of the same timeline, heading or paragraph.
    Neighbour,
    /// The document as a whole.
    Document,
    /// Nothing tells.
    #[default]
    Nowhere,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Own => "own",
            Source::Neighbour => "neighbour",
            Source::Document => "document",
            Source::Nowhere => "nowhere",
        }
    }
}

impl Item {
    pub fn moment(&self) -> Option<&Moment> {
        if let Value::Moment(moment) = &self.expr.value { Some(moment) } else { None }
    }

    /// The length, where it is told in numbers: "a few hours" is none.
    pub fn duration(&self) -> Option<Duration> {
        if let Value::Duration(duration) = self.expr.value { Some(duration) } else { None }
            .filter(|duration| duration.bound != Bound::Vague)
    }
}

/// Time expressions of one document that are placed: a log of a year has some thousands, and each takes half a kilobyte.
const MOST: usize = 100_000;

/// Finds and places every time expression of `document`. `text` is its text or a masked copy of the same length.
pub fn resolve(document: &Document, text: &str) -> Resolution {
    let (mut items, mut notes) = (Vec::new(), Vec::new());
    let text = &*undotted(&document.blocks, text);
    let compact = compact_clocks(&document.blocks, text);
    for (block, home) in document.blocks.iter().enumerate().filter(|(_, home)| home.kind != BlockKind::Code) {
        if let Some(expr) = compact_day(home, text) {
            items.push(Item { expr, block, lead: false, when: None, day: Source::Nowhere, zone: Source::Nowhere });
        }
        let clock = compact.get(block).cloned().flatten();
        let read = clock.as_ref().map_or(home.span.start, |clock| clock.span.end);
        items.extend(clock.map(|expr| Item {
            expr,
            block,
            lead: true,
            when: None,
            day: Source::Nowhere,
            zone: Source::Nowhere,
        }));
        // Each block by itself: what would run from one into the next ("2024-01-10" / "- 00:00") is two things.
        for mut expr in scan(&legible(home, text)) {
            expr.span = Span::new(expr.span.start + home.span.start, expr.span.end + home.span.start);
            if expr.span.start < read {
                continue;
            }
            let lead = is_lead(text, home, expr.span.start);
            items.push(Item { expr, block, lead, when: None, day: Source::Nowhere, zone: Source::Nowhere });
        }
        if items.len() > MOST {
            items.truncate(MOST);
            notes.push(format!("many_times: only the first {MOST} times of the document were read"));
            break;
        }
    }
    let entries = entries(&items);
    let said_of = |item: &Item| Said::of(text, document.blocks[item.block].span, item.expr.span.start);
    let said = items.iter().map(said_of).collect();
    let blocks = &document.blocks;
    let mut resolver = Resolver { text, blocks, items, entries, said, notes, published: None, published_after: false };
    resolver.run();
    Resolution { items: resolver.items, notes: resolver.notes }
}

/// Whether only marks, list numbers and words such as "at" stand between the start of the block and `at`.
fn is_lead(text: &str, block: &Block, at: usize) -> bool {
    const WORDS: &[&str] = &[
        "at",
        "on",
        "by",
        "around",
        "about",
        "approximately",
        "approx",
        "from",
        "between",
        "circa",
        "since",
        "the",
        "time",
        "starting",
        "date",
        "night",
        "morning",
    ];
    let before = &text[block.span.start..at];
    let table = block.kind == BlockKind::TableRow;
    if before.len() > if table { 60 } else { 40 } {
        return false;
    }
    lex::tokens(before).iter().all(|token| match token.kind {
        lex::Kind::Mark => true,
        lex::Kind::Number => table || token.start < 4,
        lex::Kind::Word => WORDS.contains(&before[token.start..token.end].to_ascii_lowercase().as_str()),
    })
}

/// For each item the last one before it that leads their block.
fn entries(items: &[Item]) -> Vec<Option<usize>> {
    let mut last: Option<usize> = None;
    let before = |(at, item): (usize, &Item)| {
        let found = last.filter(|last| items[*last].block == item.block);
        last = if item.lead { Some(at) } else { last };
        found
    };
    items.iter().enumerate().map(before).collect()
}

struct Resolver<'d> {
    text: &'d str,
    blocks: &'d [Block],
    items: Vec<Item>,
    entries: Vec<Option<usize>>,
    /// What its line says of each item.
    said: Vec<Said>,
    notes: Vec<String>,
    /// The day of writing, where the document tells it.
    published: Option<Date>,
    /// The only day the document names is that of its publication: what it tells of lies before it.
    published_after: bool,
}

impl Resolver<'_> {
    fn run(&mut self) {
        self.order_numeric_dates();
        self.look_back();
        self.take_zones();
        let zones = self.zone_statements();
        self.read_abbreviations();
        let common = self.common_zone();
        self.give_zones(&zones, common);
        self.give_years();
        self.published = self.publication();
        let (anchor, sure) = self.anchor().unzip();
        let named = |day: Date| {
            self.moments().any(|(at, moment)| {
                own_date(moment) == Some(day)
                    && !matches!(self.kind(at), BlockKind::Meta | BlockKind::Update)
                    && !self.is_publication(at)
            })
        };
        self.published_after = anchor.is_some_and(|day| !named(day));
        let anchor = anchor.map(|day| self.day_of_night(day)).or_else(|| Date::new(UNTOLD_YEAR, 1, 1).ok());
        let dial = self.dial();
        let stated = self.day_statement();
        for run in self.runs() {
            self.place_run(&run, anchor, stated, anchor.filter(|_| sure == Some(true)), dial);
        }
        self.place_prose(anchor, dial);
        self.place_elapsed();
        self.place_later();
    }

    /// "No deploy since Friday" speaks of the Friday before.
    fn look_back(&mut self) {
        for item in &mut self.items {
            let since = self.text[..item.expr.span.start].trim_end().ends_with("since");
            if let Value::Moment(moment) = &mut item.expr.value
                && let Some(DateExpr::Weekday(day)) = moment.date.filter(|_| since)
            {
                moment.date = Some(DateExpr::WeekdayBefore(day));
            }
        }
    }

    /// Gives a clock time the zone that stands behind it: "at 05:47 in the morning, Central European Time".
    fn take_zones(&mut self) {
        for at in 1..self.items.len() {
            let Value::Zone(zone) = self.items[at].expr.value.clone() else { continue };
            let between = self.items[at - 1].expr.span.end..self.items[at].expr.span.start;
            let beside = matches!(&self.text[between], " " | ", " | " (");
            if let Some(moment) = self.moment_mut(at - 1)
                && beside
                && moment.clock.is_some()
            {
                moment.zone.get_or_insert(zone);
            }
        }
    }

    /// Counts `T+45m` from the moment that the text calls T: "T = 05:30 UTC", "T is 13:05", "T0: 2024-05-01 10:00", "19:06 BST (T)".
    fn place_elapsed(&mut self) {
        let zero = self.items.iter().find_map(|item| {
            let before = self.text[..item.expr.span.start].trim_end_matches([' ', '=', ':', '(', '|', '*']);
            let before = before.strip_suffix(" is").unwrap_or(before);
            let named = before.len() < item.expr.span.start
                && (before.ends_with('T') || before.ends_with("T0") || before.ends_with("T+0"));
            let own = before.strip_suffix("+0").unwrap_or(before).trim_end_matches('0').strip_suffix('T');
            let word = own.is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()));
            let after = self.text[item.expr.span.end..].trim_start();
            let called = ["(T)", "(T0)", "(T+0)", "(= T)", "(T=0)"].iter().any(|name| after.starts_with(name));
            item.when.filter(|when| (named && word || called) && when.wall().is_some())
        });
        let Some(zero) = zero else { return };
        for item in &mut self.items {
            if let Value::Elapsed(minutes) = item.expr.value {
                (item.when, item.day) = (zero.plus(minutes), Source::Neighbour);
            }
        }
    }

    /// Counts "12 minutes later" and "half an hour after that" from the moment told before it in the same paragraph or the
    /// one above.
    fn place_later(&mut self) {
        let mut last: Option<(When, usize)> = None;
        for item in &mut self.items {
            let after = self.text[item.expr.span.end..].trim_start();
            if let Some(length) = item.duration()
                && ["later", "after that", "after this", "afterwards"]
                    .iter()
                    .any(|words| after.get(..words.len()).is_some_and(|after| after.eq_ignore_ascii_case(words)))
                && let Some((from, block)) = last
                && item.block <= block + 1
            {
                (item.when, item.day) =
                    (from.plus(length.minutes).filter(|_| from.wall().is_some()), Source::Neighbour);
            }
            if let Some(when) = item.when {
                last = Some((when, item.block));
            }
        }
    }

    fn moments(&self) -> impl Iterator<Item = (usize, &Moment)> {
        self.items.iter().enumerate().filter_map(|(at, item)| item.moment().map(|moment| (at, moment)))
    }

    /// Whether the moment tells when the text was written or changed, not when something happened.
    fn is_publication(&self, item: usize) -> bool {
        self.said[item] == Said::Written
    }

    fn kind(&self, item: usize) -> BlockKind {
        self.blocks[self.items[item].block].kind
    }

    fn moment_mut(&mut self, item: usize) -> Option<&mut Moment> {
        if let Value::Moment(moment) = &mut self.items[item].expr.value { Some(moment) } else { None }
    }
}

fn own_date(moment: &Moment) -> Option<Date> {
    match moment.date? {
        DateExpr::Full { year, month, day } => Date::new(year, month, day).ok(),
        _ => None,
    }
}
