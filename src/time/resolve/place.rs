//! Where each moment falls: entries of timelines in their order, then the moments of sentences.

use std::ops::Range;

use super::days::{is_background, is_passing, looks_back, tells_no_day, unknown_day};
use super::order::{Dial, Entry, Last};
use super::*;
use crate::time::zone;

/// A name of a zone beside a day has no more bytes.
const ZONE_NAME: usize = 24;

/// A heading of plain text has fewer bytes.
const TITLE: usize = 40;

/// So many times before one in words are looked at for the half of the day.
const NEAR: usize = 20;

impl Resolver<'_> {
    /// The timelines: items that lead their block, in groups that no heading parts.
    pub(super) fn runs(&self) -> Vec<Run> {
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
            let bare = lead.is_some_and(|at| is_bare_day(self.text, block, &self.items[at]));
            let divider = heading && !clocked || (lead.is_none() || bare) && is_divider(self.text, block);
            if divider {
                runs.extend(open.take());
                // "Reported on: 29 April" dates no entry below it.
                let tells = |at: &usize| heading || !matches!(self.said[*at], Said::Field | Said::Written);
                let dated =
                    here.iter().filter(|at| tells(at)).find_map(|at| self.items[*at].moment().and_then(own_date));
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

    /// `stated`: the day of every entry that names no other; `sure`: the anchor, where the document says so itself.
    pub(super) fn place_run(
        &mut self,
        run: &Run,
        anchor: Option<Date>,
        stated: Option<Date>,
        sure: Option<Date>,
        dial: Dial,
    ) {
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
        let mut last: Option<Last> = None;
        let mut named = false;
        // "24 April: switches replaced" tells what came before, and dates no entry below it.
        let mut background = false;
        for (index, &at) in leads.iter().enumerate() {
            let Some(moment) = self.items[at].moment().cloned() else { continue };
            let placed = self.day_of(&moment, day);
            let before = if index > 0 && !backwards { leads[index - 1] + 1..at } else { at..at };
            if placed.is_none()
                && let Some(told) = self.day_between(before, day)
            {
                (day, last) = (Some(told), None);
            }
            if let Some((own, from)) = placed {
                (day, source) = (Some(own), from);
                if from == Source::Own {
                    last = None;
                }
                named = true;
            } else if let Some(stated) = stated.filter(|stated| named && day.is_some_and(|day| day < *stated)) {
                (day, source, named) = (Some(stated), Source::Document, false);
            } else if let Some(sure) = sure.filter(|sure| background && day.is_some_and(|day| day < *sure)) {
                (day, source) = (Some(sure), Source::Document);
            }
            background = false;
            let Some(clock) = moment.clock else {
                if tells_no_day(&moment) {
                    continue;
                }
                self.set(at, day.map(When::Day), if placed.is_some() { Source::Own } else { source });
                last = None;
                background = true;
                continue;
            };
            let own = placed.is_some_and(|(_, from)| from == Source::Own);
            let next = leads.get(index + 1).and_then(|next| self.items[*next].moment());
            let entry = Entry { clock, open: self.is_open(at, dial), dial, next: next.filter(|m| m.date.is_none()) };
            let wall = day.and_then(|day| wall(day, clock)).map(|wall| match &last {
                Some(last) if !own => last.follow(wall, moment.zone.as_ref(), &entry),
                _ => wall,
            });
            if let Some(wall) = wall {
                if let Some(last) = last.as_ref().filter(|last| !own && last.is_after(wall, moment.zone.as_ref()))
                    && !self.notes.iter().any(|note| note.starts_with("timeline_order"))
                {
                    self.notes.push(format!("timeline_order: {} stands after {}", wall.time(), last.wall.time()));
                }
                let earlier = last.as_ref().and_then(|last| last.instant);
                self.set_clock_after(at, Some(wall), if own { Source::Own } else { source }, earlier);
                let instant = self.items[at].when.and_then(|when| when.timestamp());
                last = Some(match last {
                    Some(last) if last.is_after(wall, moment.zone.as_ref()) => last,
                    _ => Last { wall, zone: moment.zone.clone(), instant },
                });
                day = Some(wall.date());
            } else {
                self.set_clock(at, None, source);
            }
            source = Source::Neighbour;
        }
    }

    /// The day to which what is told between two paragraphs with times goes on: "from 08:05 on Monday, new connections hung".
    fn day_between(&self, items: Range<usize>, day: Option<Date>) -> Option<Date> {
        let day = day?;
        let told =
            |at: usize| self.items[at].moment().filter(|moment| moment.clock.is_some() && moment.role != Role::To);
        let prose = items.rev().filter(|at| self.kind(*at) == BlockKind::Paragraph);
        let (later, _) = prose.filter_map(told).find_map(|moment| self.day_of(moment, Some(day)))?;
        (1..=3).contains(&(later - day).get_days()).then_some(later)
    }

    /// The day last spoken of above a paragraph of prose, if it is close to the day the document is about. A list goes on only
    /// from a day that is named right above it.
    pub(super) fn spoken_before(&self, at: usize, anchor: Option<Date>) -> Option<Date> {
        let prose = self.kind(at) == BlockKind::Paragraph;
        let before = self.items[..at]
            .iter()
            .enumerate()
            .rev()
            .filter(|(other, _)| !matches!(self.kind(*other), BlockKind::Meta | BlockKind::Update));
        // In plain text nothing but its shortness tells a heading.
        let is_heading = |block: &Block| {
            let words = block.span.of(self.text).trim();
            matches!(block.kind, BlockKind::Heading(_))
                || words.len() < TITLE
                    && words.split(' ').count() <= 4
                    && words.chars().all(|c| c.is_alphabetic() || c == ' ')
        };
        let parted = |from: usize| self.blocks[self.items[from].block..self.items[at].block].iter().any(is_heading);
        let day = before.filter(|(other, _)| !self.is_publication(*other)).find_map(|(other, item)| {
            let moment = item.moment().filter(|moment| moment.role != Role::To)?;
            let (day, source) = self.day_of(moment, anchor)?;
            let day = self.day_of_night(day);
            // A weekday may look back: "we had changed it on Monday".
            let onward = (self.published_after || anchor.is_none_or(|anchor| day >= anchor)) && !parted(other);
            let above = || self.items[at].block - item.block <= 1 && source == Source::Own && onward;
            if prose { source == Source::Own || onward } else { above() }.then_some(day)
        })?;
        anchor.is_none_or(|anchor| (day - anchor).get_days().abs() <= 3).then_some(day)
    }

    /// Whether the entries go from the newest to the oldest.
    pub(super) fn counts_down(&self, leads: &[usize]) -> bool {
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

    // ---- prose ---------------------------------------------------------------------------------------------------

    /// Places what is not the lead of a timeline entry: ends of ranges, times inside sentences.
    pub(super) fn place_prose(&mut self, anchor: Option<Date>, dial: Dial) {
        // A heading ends what was spoken of; so does a day far from the one the document is about, which is told in passing.
        let far = |day: &Date| anchor.is_some_and(|anchor| (*day - anchor).get_days().abs() > 3);
        let (mut day, mut near) = (None, None);
        let mut block = usize::MAX;
        for at in 0..self.items.len() {
            near = day.filter(|day| !far(day)).or(near);
            if self.items[at].block != block {
                // A heading that is dated itself dates what stands below it.
                let heading = self.blocks[block.saturating_add(1).min(self.items[at].block)..=self.items[at].block]
                    .iter()
                    .any(|b| matches!(b.kind, BlockKind::Heading(_)));
                block = self.items[at].block;
                near = near.filter(|_| !heading);
                day = near;
            }
            let Some(moment) = self.items[at].moment().cloned() else { continue };
            // "At 00:23 UTC on Thursday (4:23pm PST, Wednesday)": what follows goes on from Thursday.
            if moment.role == Role::Alias {
                self.place_in_prose(at, &moment, day, anchor, dial);
                continue;
            }
            if let Some(when) = self.items[at].when {
                day = when.date().or(day);
                continue;
            }
            self.place_in_prose(at, &moment, day, anchor, dial);
            // The day of writing and the value of some field date nothing that follows.
            if moment.clock.is_none() && matches!(self.said[at], Said::Written | Said::Field) || self.is_publication(at)
            {
                continue;
            }
            // "We had changed it on Monday" looks back and dates nothing after it; "on Thursday at 9:00" goes on.
            let own = own_date(&moment).is_some();
            let free = own || self.published_after && day.is_none();
            let onward = |new: &Date| free || day.or(anchor).is_none_or(|known| *new >= known);
            day = self.items[at]
                .when
                .and_then(|when| when.date())
                .filter(|_| moment.date.is_some() && !is_passing(&moment))
                .filter(|new| !is_background(&moment, *new, anchor))
                .filter(onward)
                .or(day);
        }
    }

    fn place_in_prose(&mut self, at: usize, moment: &Moment, day: Option<Date>, anchor: Option<Date>, dial: Dial) {
        // A range may be dated at its end: "Between 10:00 and 19:55 UTC on 3 May".
        let partner = match moment.role {
            Role::From => self.items.get(at + 1).and_then(Item::moment).cloned(),
            _ => None,
        };
        let before =
            if matches!(moment.role, Role::To | Role::Alias) && at > 0 { self.items[at - 1].when } else { None };
        let lead = self.lead_of_block(at, anchor);
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
        let Some(clock) = moment.clock else {
            return self.set(at, (!tells_no_day(moment)).then_some(When::Day(date)), source);
        };
        let mut wall = wall(date, clock).map(|wall| self.half_of_day(at, wall, dial));
        if moment.role == Role::Alias {
            wall = self.same_instant(at, wall, moment.zone.as_ref());
        } else if moment.date.is_none() && moment.role != Role::To {
            wall = wall.map(|wall| self.near_its_entry(at, wall));
        }
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

    /// The day that brings a clock time close to the time told before it in its entry: an entry of 00:52 that tells of 22:58
    /// tells of the evening before.
    fn near_its_entry(&self, at: usize, wall: DateTime) -> DateTime {
        let Some(entry) = self.entries[at] else { return wall };
        let entry = || self.items[entry].when?.wall();
        let block = self.items[at].block;
        let before = self.items[..at].iter().rev().take(NEAR).take_while(|item| item.block == block);
        // "Half past eight" may be of either half of the day.
        let digits = |item: &Item| item.expr.span.of(self.text).contains(|c: char| c.is_ascii_digit());
        let told = before
            .filter(|item| item.moment().and_then(|m| m.clock).is_some_and(|clock| !clock.half_open || digits(item)));
        let Some(last) = told.filter_map(|item| item.when?.wall()).next().or_else(entry) else { return wall };
        let far = |wall: DateTime| wall.duration_since(last).as_secs().abs();
        let days = [0, -1, 1].into_iter().filter_map(|days: i64| wall.checked_add(days.days()).ok());
        days.filter(|near| *near == wall || far(wall) > 12 * 3600).min_by_key(|near| far(*near)).unwrap_or(wall)
    }

    /// A time in words, or any that may be of either half of the day where others say theirs, is of the half that is nearer to
    /// the time told before it: "half past three" after "2:10 pm", "4:55" after "4:46 p.m.".
    fn half_of_day(&self, at: usize, wall: DateTime, dial: Dial) -> DateTime {
        let in_words = |item: &Item| !item.expr.span.of(self.text).contains(|c: char| c.is_ascii_digit());
        let told = |at: usize| if dial == Dial::Mixed { !self.is_open(at, dial) } else { !in_words(&self.items[at]) };
        if !self.is_open(at, dial) || told(at) {
            return wall;
        }
        let before = (0..at).rev().take(NEAR).filter(|before| told(*before));
        let of_day = |before: usize| self.items[before].when?.wall().filter(|other| other.date() == wall.date());
        let known = before.filter_map(of_day).next();
        let far = |wall: DateTime| known.map(|known| wall.duration_since(known).as_secs().abs());
        let later = wall.checked_add(12.hours()).ok().filter(|later| later.date() == wall.date());
        later.filter(|later| far(*later) < far(wall)).unwrap_or(wall)
    }

    /// The wall time of a repetition, on the day that makes it the same instant as what it repeats: `22:30 PDT (05:30 UTC)`.
    fn same_instant(&self, at: usize, wall: Option<DateTime>, zone: Option<&Zone>) -> Option<DateTime> {
        let (wall, zone) = (wall?, zone?);
        let Some(meant) = at.checked_sub(1).and_then(|at| self.items[at].when?.timestamp()) else { return Some(wall) };
        let days = [-1, 0, 1].into_iter().filter_map(|days: i64| wall.checked_add(days.days()).ok());
        days.filter_map(|wall| Some((wall, zone.offset_at(wall).to_timestamp(wall).ok()?)))
            .min_by_key(|(_, instant)| instant.duration_since(meant).as_secs().abs())
            .map(|(wall, _)| wall)
    }

    pub(super) fn set_unknown_day(&mut self, at: usize, moment: &Moment) {
        if moment.clock.is_some() {
            self.set_clock(at, None, Source::Nowhere);
        }
    }

    /// The day last told in the block of that item, but for those that look back: "a release of the night before".
    pub(super) fn lead_of_block(&self, at: usize, anchor: Option<Date>) -> Option<Date> {
        let block = self.items[at].block;
        let day = |item: &Item| {
            let (moment, day) = (item.moment(), item.when?.date()?);
            let aside = |moment: &Moment| {
                looks_back(moment) || moment.role == Role::Alias || !item.lead && is_background(moment, day, anchor)
            };
            (!moment.is_some_and(aside)).then_some(day)
        };
        self.items[..at].iter().rev().take_while(|item| item.block == block).find_map(day)
    }

    pub(super) fn set(&mut self, at: usize, when: Option<When>, day: Source) {
        self.items[at].when = when;
        self.items[at].day = day;
    }

    /// Gives the moment its wall time with its zone, or the bare clock time where no day is known.
    pub(super) fn set_clock(&mut self, at: usize, wall: Option<DateTime>, day: Source) {
        self.set_clock_after(at, wall, day, None);
    }

    /// The same for what lies after another instant, which tells the two hours apart that clocks going back make.
    fn set_clock_after(&mut self, at: usize, wall: Option<DateTime>, day: Source, earlier: Option<Timestamp>) {
        let Some(moment) = self.items[at].moment().cloned() else { return };
        let when = match (wall, moment.zone) {
            // In a year nobody tells, a region's daylight saving is unknown.
            (Some(wall), Some(Zone::Region(_))) if is_untold(wall.year()) => Some(When::Local(wall)),
            (Some(wall), Some(zone)) => Some(When::Instant(wall, zone.offset_after(wall, earlier))),
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
pub(super) struct Run {
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

/// A line that is a day and nothing else, above the entries of that day.
pub(super) fn is_bare_day(text: &str, block: &Block, item: &Item) -> bool {
    // "2020-02-10, UTC"
    let marks = |span: Span| {
        let words = span.of(text).trim_matches(|c: char| !c.is_alphanumeric());
        words.is_empty() || words.len() <= ZONE_NAME && zone::named(words).is_some()
    };
    let (before, after) =
        (Span::new(block.span.start, item.expr.span.start), Span::new(item.expr.span.end, block.span.end));
    item.moment().is_some_and(|moment| moment.clock.is_none()) && marks(before) && marks(after)
}

fn time_of(clock: Clock) -> Option<Time> {
    Time::new(clock.hour % 24, clock.minute, clock.second, 0).ok()
}

/// The clock time on that day; 24:00 is the midnight that ends it.
fn wall(date: Date, clock: Clock) -> Option<DateTime> {
    let date = if clock.hour == 24 { date.tomorrow().ok()? } else { date };
    time_of(clock).map(|time| date.to_datetime(time))
}
