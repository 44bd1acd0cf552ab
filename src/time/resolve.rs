//! Places the moments of one document in time.
//!
//! A moment says part of when it was; the document says the rest somewhere else. Read once and in order:
//! the order of day and month in numeric dates, the default zone (a statement such as "all times in UTC", else the zone
//! that most clock times carry), the anchor day (title, first dated words, front matter), then each moment. Blocks that
//! begin with a moment form runs (timelines): within a run a clock time without a day follows the one before it, past
//! midnight where that is the only order that makes sense, newest-first where the run counts down.
//!
//! What nothing tells stays open: a clock time without a day is a [`When::Clock`], a time without a zone a
//! [`When::Local`]. Nothing here knows what happened at those times.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use super::expr::*;
use super::zone::Zone;
use super::{lex, scan};
use crate::document::{Block, BlockKind, Document, Span};
use crate::when::When;

/// The year that stands for one nobody tells. Within a document, clock times and days without a year are placed in it, so
/// that they have an order and differences; [`told`] takes it away again. A leap year, so that every day has a place.
const UNTOLD_YEAR: i16 = 4;

/// What the document really tells of a placed moment: without the stand-in year, that is a clock time, or nothing.
pub fn told(when: When) -> Option<When> {
    match when {
        When::Instant(wall, offset) if wall.year() <= UNTOLD_YEAR + 1 => Some(When::Clock(wall.time(), Some(offset))),
        When::Local(wall) if wall.year() <= UNTOLD_YEAR + 1 => Some(When::Clock(wall.time(), None)),
        When::Day(day) if day.year() <= UNTOLD_YEAR + 1 => None,
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

    pub fn duration(&self) -> Option<Duration> {
        if let Value::Duration(duration) = self.expr.value { Some(duration) } else { None }
    }
}

/// Finds and places every time expression of `document`. `text` is its text or a masked copy of the same length.
pub fn resolve(document: &Document, text: &str) -> Resolution {
    let mut items = Vec::new();
    let mut block = 0;
    for expr in scan(text) {
        while document.blocks.get(block).is_some_and(|b| b.span.end <= expr.span.start) {
            block += 1;
        }
        let Some(home) = document.blocks.get(block).filter(|b| b.span.start <= expr.span.start) else { continue };
        if home.kind == BlockKind::Code {
            continue;
        }
        let lead = is_lead(text, home, expr.span.start);
        items.push(Item { expr, block, lead, when: None, day: Source::Nowhere, zone: Source::Nowhere });
    }
    let mut resolver = Resolver { text, blocks: &document.blocks, items, notes: Vec::new(), published_after: false };
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

struct Resolver<'d> {
    text: &'d str,
    blocks: &'d [Block],
    items: Vec<Item>,
    notes: Vec<String>,
    /// The only day the document names is that of its publication: what it tells of lies before it.
    published_after: bool,
}

impl Resolver<'_> {
    fn run(&mut self) {
        self.order_numeric_dates();
        let zones = self.zone_statements();
        let common = self.common_zone();
        self.give_zones(&zones, common);
        self.give_years();
        let anchor = self.anchor();
        let named = |day: Date| {
            self.moments().any(|(at, moment)| {
                own_date(moment) == Some(day) && !matches!(self.kind(at), BlockKind::Meta | BlockKind::Update)
            })
        };
        self.published_after = anchor.is_some_and(|day| !named(day));
        let anchor = anchor.or_else(|| Date::new(UNTOLD_YEAR, 1, 1).ok());
        for run in self.runs() {
            self.place_run(&run, anchor);
        }
        self.place_prose(anchor);
        self.place_elapsed();
        self.place_later();
    }

    /// Counts `T+45m` from the moment that the text calls T: "T = 05:30 UTC", "T0: 2024-05-01 10:00".
    fn place_elapsed(&mut self) {
        let zero = self.items.iter().find_map(|item| {
            let before = self.text[..item.expr.span.start].trim_end_matches([' ', '=', ':', '(', '|', '*']);
            let named = before.len() < item.expr.span.start
                && (before.ends_with('T') || before.ends_with("T0") || before.ends_with("T+0"));
            let own = before.strip_suffix("+0").unwrap_or(before).trim_end_matches('0').strip_suffix('T');
            let word = own.is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()));
            item.when.filter(|when| named && word && when.wall().is_some())
        });
        let Some(zero) = zero else { return };
        for item in &mut self.items {
            if let Value::Elapsed(minutes) = item.expr.value {
                (item.when, item.day) = (zero.plus(minutes), Source::Neighbour);
            }
        }
    }

    /// Counts "12 minutes later" from the moment told before it in the same paragraph or the one above.
    fn place_later(&mut self) {
        let mut last: Option<(When, usize)> = None;
        for item in &mut self.items {
            if let Value::Duration(length) = item.expr.value
                && self.text[item.expr.span.end..]
                    .trim_start()
                    .get(..5)
                    .is_some_and(|word| word.eq_ignore_ascii_case("later"))
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

    fn kind(&self, item: usize) -> BlockKind {
        self.blocks[self.items[item].block].kind
    }

    fn moment_mut(&mut self, item: usize) -> Option<&mut Moment> {
        if let Value::Moment(moment) = &mut self.items[item].expr.value { Some(moment) } else { None }
    }

    // ---- day and month, years ------------------------------------------------------------------------------------

    /// Decides for the whole document whether `04/05/2024` is in April or in May.
    fn order_numeric_dates(&mut self) {
        let numeric: Vec<(usize, i8, i8, i16)> = self
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
            let date = Date::new(year, month, day).ok().map(|_| DateExpr::Full { year, month, day });
            if let Some(moment) = self.moment_mut(at) {
                moment.date = date;
            }
        }
    }

    /// No number is above twelve: the order that agrees with the other dates, else with the zones, else month first.
    fn guess_day_first(&mut self, numeric: &[(usize, i8, i8, i16)]) -> bool {
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
        if numeric.iter().any(|(_, first, second, _)| first != second) {
            self.notes.push(
                "date_order_assumed: no date tells whether day or month comes first; the order was guessed".into(),
            );
        }
        let dotted = numeric.iter().any(|(at, ..)| self.items[*at].expr.span.of(self.text).contains('.'));
        dotted || self.common_zone().is_some_and(|zone| is_east_of_the_atlantic(&zone))
    }

    /// Gives days without a year the year of the nearest full date.
    fn give_years(&mut self) {
        let known: Vec<(usize, i16, i8)> = self
            .moments()
            .filter_map(|(at, m)| match m.date {
                Some(DateExpr::Full { year, month, .. } | DateExpr::Month { year, month }) => Some((at, year, month)),
                _ => None,
            })
            .collect();
        if known.is_empty() {
            return;
        }
        for at in 0..self.items.len() {
            let Some(DateExpr::MonthDay { month, day }) = self.items[at].moment().and_then(|m| m.date) else {
                continue;
            };
            let nearest = known.iter().min_by_key(|(other, ..)| other.abs_diff(at));
            let Some((_, year, known_month)) = nearest else { continue };
            // A timeline may cross New Year: January beside a dated December is the next year's.
            let year = match (known_month, month) {
                (12, 1) => year + 1,
                (1, 12) => year - 1,
                _ => *year,
            };
            if Date::new(year, month, day).is_ok()
                && let Some(moment) = self.moment_mut(at)
            {
                moment.date = Some(DateExpr::Full { year, month, day });
            }
        }
    }

    // ---- zones ---------------------------------------------------------------------------------------------------

    /// Where the document says in which zone its times are: "All times in UTC", "Timeline (PST)", "Time (UTC)".
    fn zone_statements(&self) -> Vec<(usize, Zone)> {
        self.items
            .iter()
            .filter_map(|item| {
                let Value::Zone(zone) = &item.expr.value else { return None };
                let block = &self.blocks[item.block];
                let sentence = sentence_around(self.text, block.span, item.expr.span).to_ascii_lowercase();
                const WORDS: &[&str] = &[
                    "times",
                    "timestamps",
                    "timeline",
                    "hours",
                    "clock",
                    "documented",
                    "timezone:",
                    "time zone:",
                    "events are",
                ];
                let says = WORDS.iter().any(|word| sentence.contains(word));
                let short = sentence.len() < 24 || matches!(block.kind, BlockKind::Heading(_) | BlockKind::TableRow);
                (says || short).then(|| (item.expr.span.start, zone.clone()))
            })
            .collect()
    }

    /// The zone that most clock times carry; the lines of a status page count only where nothing else does.
    fn common_zone(&self) -> Option<Zone> {
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

    fn give_zones(&mut self, statements: &[(usize, Zone)], common: Option<Zone>) {
        for item in &mut self.items {
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
            moment.zone = stated.map(|(_, zone)| zone.clone()).or_else(|| common.clone());
            item.zone = if moment.zone.is_some() { Source::Document } else { Source::Nowhere };
        }
    }

    // ---- the anchor day ------------------------------------------------------------------------------------------

    /// The day the document is about, for clock times that nothing else dates.
    fn anchor(&self) -> Option<Date> {
        let dated = |at: usize| self.items[at].moment().and_then(own_date);
        let first = |wanted: &dyn Fn(usize) -> bool| (0..self.items.len()).filter(|at| wanted(*at)).find_map(dated);
        let titled = |at: usize| self.items[at].block < 4 && matches!(self.kind(at), BlockKind::Heading(1 | 2));
        let body =
            |at: usize| !matches!(self.kind(at), BlockKind::Update | BlockKind::Meta) && !self.is_publication(at);
        let clocked = |at: usize| body(at) && self.items[at].moment().is_some_and(|m| m.clock.is_some());
        // A byline or a "last changed" line is a date and little else; what happened is told in a sentence.
        let told = |at: usize| {
            let block = self.blocks[self.items[at].block].span;
            body(at)
                && self.items[at].block < 25
                && (block.len() >= self.items[at].expr.span.len() + 30
                    || self.items[at].lead && self.items[at].moment().is_some_and(|m| m.clock.is_some()))
        };
        first(&titled)
            .or_else(|| first(&told))
            .or_else(|| first(&|at| body(at) && self.items[at].block < 12))
            .or_else(|| first(&clocked))
            .or_else(|| first(&|at| self.kind(at) == BlockKind::Meta))
            .or_else(|| first(&body))
            .or_else(|| (0..self.items.len()).filter(|at| self.kind(*at) == BlockKind::Update).filter_map(dated).min())
            .or_else(|| first(&|_| true))
    }

    /// Whether the moment tells when the text was written or changed, not when something happened.
    fn is_publication(&self, at: usize) -> bool {
        let block = self.blocks[self.items[at].block];
        let start = self.items[at].expr.span.start;
        let before = self.text[block.span.start..start].to_ascii_lowercase();
        let tail = before.trim_end_matches(|c: char| !c.is_alphabetic());
        [
            "posted",
            "published",
            "updated",
            "last modified",
            "last edited",
            "written",
            "reviewed",
            "created on",
            "document date",
            "report date",
        ]
        .iter()
        .any(|word| {
            tail.ends_with(word) || tail.ends_with(&format!("{word} on")) || tail.ends_with(&format!("{word} at"))
        })
    }

    // ---- runs ----------------------------------------------------------------------------------------------------

    /// The timelines: items that lead their block, in groups that no heading parts.
    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut open: Option<Run> = None;
        let mut scope: Option<Date> = None;
        let mut last_kind = None;
        let mut item = 0;
        for (index, block) in self.blocks.iter().enumerate() {
            while item < self.items.len() && self.items[item].block < index {
                item += 1;
            }
            let here: Vec<usize> = (item..self.items.len()).take_while(|at| self.items[*at].block == index).collect();
            let lead = here.iter().copied().find(|at| self.items[*at].lead && self.items[*at].moment().is_some());
            let clocked = lead.is_some_and(|at| self.items[at].moment().is_some_and(|m| m.clock.is_some()));
            let heading = matches!(block.kind, BlockKind::Heading(_));
            let divider = heading && !clocked || lead.is_none() && is_divider(self.text, block);
            if divider {
                runs.extend(open.take());
                let dated = here.iter().find_map(|at| self.items[*at].moment().and_then(own_date));
                scope = if heading || dated.is_some() { dated } else { scope };
                last_kind = None;
                continue;
            }
            if matches!(block.kind, BlockKind::Update | BlockKind::Meta | BlockKind::Code) {
                continue;
            }
            let Some(lead) = lead else { continue };
            if last_kind.is_some_and(|kind| !same_list(kind, block.kind)) {
                runs.extend(open.take());
            }
            last_kind = Some(block.kind);
            open.get_or_insert(Run { scope, leads: Vec::new() }).leads.push(lead);
        }
        runs.extend(open);
        runs
    }

    fn place_run(&mut self, run: &Run, anchor: Option<Date>) {
        let mut leads = run.leads.clone();
        let backwards = self.counts_down(&leads);
        if backwards {
            leads.reverse();
        }
        // The day of the first dated entry counts for the entries before it too, where nothing else dates them.
        let first_dated = leads.iter().find_map(|at| self.items[*at].moment().and_then(own_date));
        let spoken = leads.first().and_then(|at| self.spoken_before(*at, anchor));
        let mut day = run.scope.or(if backwards { first_dated } else { None }).or(spoken).or(anchor).or(first_dated);
        let mut source = if run.scope.is_some() { Source::Neighbour } else { Source::Document };
        let mut last: Option<DateTime> = None;
        for at in leads {
            let Some(moment) = self.items[at].moment().cloned() else { continue };
            let placed = self.day_of(&moment, day);
            if let Some((own, from)) = placed {
                (day, source) = (Some(own), from);
                if from == Source::Own {
                    last = None;
                }
            }
            let Some(clock) = moment.clock else {
                self.set(at, day.map(When::Day), if placed.is_some() { Source::Own } else { source });
                last = None;
                continue;
            };
            let own = placed.is_some_and(|(_, from)| from == Source::Own);
            let wall =
                day.and_then(|day| wall(day, clock)).map(|wall| if own { wall } else { follow(wall, last, clock) });
            if let Some(wall) = wall {
                if let Some(last) = last.filter(|last| wall < *last && !own)
                    && !self.notes.iter().any(|note| note.starts_with("timeline_order"))
                {
                    self.notes.push(format!("timeline_order: {} stands after {}", wall.time(), last.time()));
                }
                last = Some(last.map_or(wall, |last| last.max(wall)));
                day = Some(wall.date());
            }
            self.set_clock(at, wall, if own { Source::Own } else { source });
            source = Source::Neighbour;
        }
    }

    /// The day last spoken of above a paragraph of prose, if it is close to the day the document is about.
    fn spoken_before(&self, at: usize, anchor: Option<Date>) -> Option<Date> {
        if self.kind(at) != BlockKind::Paragraph {
            return None;
        }
        let before = self.items[..at]
            .iter()
            .enumerate()
            .rev()
            .filter(|(other, _)| !matches!(self.kind(*other), BlockKind::Meta | BlockKind::Update));
        let day = before.filter(|(other, _)| !self.is_publication(*other)).find_map(|(_, item)| {
            let moment = item.moment().filter(|moment| moment.role != Role::To)?;
            let (day, source) = self.day_of(moment, anchor)?;
            // A weekday may look back: "we had changed it on Monday".
            let onward = self.published_after || anchor.is_none_or(|anchor| day >= anchor);
            (source == Source::Own || onward).then_some(day)
        })?;
        anchor.is_none_or(|anchor| (day - anchor).get_days().abs() <= 3).then_some(day)
    }

    /// Whether the entries go from the newest to the oldest.
    fn counts_down(&self, leads: &[usize]) -> bool {
        let clocks: Vec<(Option<Date>, i32)> = leads
            .iter()
            .filter_map(|at| {
                let moment = self.items[*at].moment()?;
                let clock = moment.clock?;
                Some((own_date(moment), i32::from(clock.hour) * 60 + i32::from(clock.minute)))
            })
            .collect();
        let (mut up, mut down) = (0, 0);
        for pair in clocks.windows(2) {
            let ((day_a, a), (day_b, b)) = (pair[0], pair[1]);
            match (day_a, day_b) {
                (Some(x), Some(y)) if x != y => *(if x < y { &mut up } else { &mut down }) += 1,
                _ if a < b => up += 1,
                // A large step back is a midnight, not a step towards the past.
                _ if a > b && a - b < 600 => down += 1,
                _ => {}
            }
        }
        down > up && down >= 2
    }

    /// The day a moment names by itself or relative to `day`.
    fn day_of(&self, moment: &Moment, day: Option<Date>) -> Option<(Date, Source)> {
        match moment.date? {
            DateExpr::Full { year, month, day } => Date::new(year, month, day).ok().map(|date| (date, Source::Own)),
            DateExpr::Shift(days) => {
                day?.checked_add(i64::from(days).days()).ok().map(|date| (date, Source::Neighbour))
            }
            DateExpr::Weekday(weekday) => {
                let day = day?;
                let ahead = (i64::from(weekday) - i64::from(day.weekday().to_monday_one_offset())).rem_euclid(7);
                let shift = if ahead > 4 { ahead - 7 } else { ahead };
                day.checked_add(shift.days()).ok().map(|date| (date, Source::Neighbour))
            }
            // A day whose year nothing tells, or a month: no day.
            DateExpr::MonthDay { .. } | DateExpr::Month { .. } | DateExpr::Numeric { .. } => None,
        }
    }

    // ---- prose ---------------------------------------------------------------------------------------------------

    /// Places what is not the lead of a timeline entry: ends of ranges, times inside sentences.
    fn place_prose(&mut self, anchor: Option<Date>) {
        let mut day = None;
        let mut block = usize::MAX;
        for at in 0..self.items.len() {
            if self.items[at].block != block {
                let heading = self.blocks[block.min(self.items[at].block)..=self.items[at].block]
                    .iter()
                    .any(|b| matches!(b.kind, BlockKind::Heading(_)));
                block = self.items[at].block;
                // A heading ends what was spoken of; so does a day far from the one the document is about.
                let far = |day: Date| anchor.is_some_and(|anchor| (day - anchor).get_days().abs() > 3);
                if heading || day.is_some_and(far) {
                    day = None;
                }
            }
            let Some(moment) = self.items[at].moment().cloned() else { continue };
            if let Some(when) = self.items[at].when {
                day = when.date().or(day);
                continue;
            }
            self.place_in_prose(at, &moment, day, anchor);
            // "We had changed it on Monday" looks back and dates nothing after it; "on Thursday at 9:00" goes on.
            let own = own_date(&moment).is_some();
            let free = own || self.published_after && day.is_none();
            let onward = |new: &Date| free || day.or(anchor).is_none_or(|known| *new >= known);
            day = self.items[at]
                .when
                .and_then(|when| when.date())
                .filter(|_| moment.date.is_some())
                .filter(onward)
                .or(day);
        }
    }

    fn place_in_prose(&mut self, at: usize, moment: &Moment, day: Option<Date>, anchor: Option<Date>) {
        // A range may be dated at its end: "Between 10:00 and 19:55 UTC on 3 May".
        let partner = match moment.role {
            Role::From => self.items.get(at + 1).and_then(Item::moment).cloned(),
            _ => None,
        };
        let before =
            if matches!(moment.role, Role::To | Role::Alias) && at > 0 { self.items[at - 1].when } else { None };
        let lead = self.lead_of_block(at);
        let (base, source) = match (before.and_then(|w| w.date()), lead, day) {
            (Some(date), _, _) => (Some(date), Source::Neighbour),
            (None, Some(date), _) => (Some(date), Source::Neighbour),
            (None, None, Some(date)) => (Some(date), Source::Neighbour),
            _ => (anchor, Source::Document),
        };
        let placed = self.day_of(moment, base);
        let shared =
            partner.as_ref().filter(|_| moment.date.is_none()).and_then(|p| own_date(p).map(|date| (date, p.clock)));
        let (date, source) = match (placed, shared) {
            (Some(placed), _) => placed,
            (None, Some((date, end))) => {
                // "from 23:50 to 00:20 on 4 May" began on the third.
                let turned =
                    matches!((moment.clock, end), (Some(a), Some(b)) if (a.hour, a.minute) > (b.hour, b.minute));
                (if turned { date.yesterday().unwrap_or(date) } else { date }, Source::Own)
            }
            (None, None) if unknown_day(moment) => return self.set_unknown_day(at, moment),
            (None, None) => match base {
                Some(date) => (date, source),
                None => return self.set_clock(at, None, Source::Nowhere),
            },
        };
        let Some(clock) = moment.clock else { return self.set(at, Some(When::Day(date)), source) };
        let mut wall = wall(date, clock);
        if let (Some(start), Some(end), Role::To) = (before.and_then(|w| w.wall()), wall, moment.role)
            && end < start
            && placed.is_none_or(|(_, source)| source != Source::Own)
        {
            let later =
                if clock.half_open { end.checked_add(12.hours()).ok().filter(|end| *end > start) } else { None };
            wall = later.or_else(|| end.checked_add(1.day()).ok());
        }
        self.set_clock(at, wall, source);
    }

    fn set_unknown_day(&mut self, at: usize, moment: &Moment) {
        if moment.clock.is_some() {
            self.set_clock(at, None, Source::Nowhere);
        }
    }

    /// The day of the entry that begins the block of that item.
    fn lead_of_block(&self, at: usize) -> Option<Date> {
        let block = self.items[at].block;
        self.items[..at]
            .iter()
            .rev()
            .take_while(|item| item.block == block)
            .filter_map(|item| item.when.and_then(|w| w.date()))
            .next()
    }

    fn set(&mut self, at: usize, when: Option<When>, day: Source) {
        self.items[at].when = when;
        self.items[at].day = day;
    }

    /// Gives the moment its wall time with its zone, or the bare clock time where no day is known.
    fn set_clock(&mut self, at: usize, wall: Option<DateTime>, day: Source) {
        let Some(moment) = self.items[at].moment().cloned() else { return };
        let when = match (wall, moment.zone) {
            // In a year nobody tells, a region's daylight saving is unknown.
            (Some(wall), Some(Zone::Region(_))) if wall.year() <= UNTOLD_YEAR + 1 => Some(When::Local(wall)),
            (Some(wall), Some(zone)) => Some(When::Instant(wall, zone.offset_at(wall))),
            (Some(wall), None) => Some(When::Local(wall)),
            (None, zone) => moment.clock.and_then(time_of).map(|time| {
                let offset = zone.and_then(|zone| if let Zone::Fixed(offset) = zone { Some(offset) } else { None });
                When::Clock(time, offset)
            }),
        };
        self.items[at].when = when;
        self.items[at].day = if wall.is_some() { day } else { Source::Nowhere };
    }
}

/// A timeline: its entries in the order of the text, and the day its heading names.
struct Run {
    scope: Option<Date>,
    leads: Vec<usize>,
}

fn same_list(a: BlockKind, b: BlockKind) -> bool {
    let table = |kind| kind == BlockKind::TableRow;
    table(a) == table(b) && (a == BlockKind::ListItem) == (b == BlockKind::ListItem)
}

/// A short line without a time that parts what stands above from what stands below: "Timeline:".
fn is_divider(text: &str, block: &Block) -> bool {
    let line = block.span.of(text).trim();
    block.kind == BlockKind::Paragraph && line.len() <= 40 && !line.ends_with('.') && !line.contains('\n')
}

fn own_date(moment: &Moment) -> Option<Date> {
    match moment.date? {
        DateExpr::Full { year, month, day } => Date::new(year, month, day).ok(),
        _ => None,
    }
}

/// A day is named, but not which one it was.
fn unknown_day(moment: &Moment) -> bool {
    matches!(
        moment.date,
        Some(DateExpr::MonthDay { .. } | DateExpr::Month { .. } | DateExpr::Weekday(_) | DateExpr::Shift(_))
    )
}

fn time_of(clock: Clock) -> Option<Time> {
    Time::new(clock.hour % 24, clock.minute, clock.second, 0).ok()
}

/// The clock time on that day; 24:00 is the midnight that ends it.
fn wall(date: Date, clock: Clock) -> Option<DateTime> {
    let date = if clock.hour == 24 { date.tomorrow().ok()? } else { date };
    time_of(clock).map(|time| date.to_datetime(time))
}

/// Where an entry without a day falls after the one before it: the same day, twelve hours later where neither am nor
/// pm was written, or the next day where it would lie more than eight hours back.
fn follow(wall: DateTime, last: Option<DateTime>, clock: Clock) -> DateTime {
    let Some(last) = last else { return wall };
    let back = last.duration_since(wall).as_secs() / 60;
    if back <= 0 {
        return wall;
    }
    if back > 8 * 60 {
        let afternoon = wall
            .checked_add(12.hours())
            .ok()
            .filter(|w| clock.half_open && *w >= last && last.duration_since(wall).as_hours() < 12);
        let next = wall.checked_add(1.day()).unwrap_or(wall);
        // 23:50 then 00:10 crosses midnight; 11:50 then 1:10 crosses noon.
        return afternoon.filter(|w| w.duration_since(last).as_hours() < 6 && last.hour() <= 13).unwrap_or(next);
    }
    wall
}

fn is_east_of_the_atlantic(zone: &Zone) -> bool {
    let Ok(summer) = DateTime::new(2024, 7, 1, 0, 0, 0, 0) else { return false };
    zone.offset_at(summer).seconds() > 0
}

/// The sentence of `block` that holds `span`.
fn sentence_around(text: &str, block: Span, span: Span) -> &str {
    let start = text[block.start..span.start].rfind(['\n', '.', ';']).map_or(block.start, |at| block.start + at + 1);
    let end = text[span.end..block.end].find(['\n', '.', ';']).map_or(block.end, |at| span.end + at);
    &text[start..end]
}
