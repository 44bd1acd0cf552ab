//! The four instants and the two durations of an incident, each with the words it rests on, or blank.
//!
//! Evidence is asked in the order of how sure it is: explicit fields ("Start time: ..."), a range that is said to be the
//! outage ("between 14:10 and 15:02 customers saw"), the entries of the timeline and sentences with a time, the updates of
//! a status page, and stated lengths. Durations are computed from the instants where both are known; a stated figure
//! that disagrees by more than a tenth is a warning. Definitions: `docs/record.md`.

use std::sync::LazyLock;

use super::cues::Cues;
use super::fields::{Field, Slot};
use super::outline::{Outline, Section, Sentence};
use super::timeline::{Event, Kind, Scores, score};
use crate::document::{BlockKind, Document, Span};
use crate::record::TtrBasis;
use crate::time::resolve::{Item, Resolution};
use crate::time::{Bound, Duration, Relation, Role};
use crate::when::When;

/// An instant and what it rests on.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub when: When,
    pub quote: Span,
    pub rule: Rule,
}

/// A length in minutes and what it rests on.
#[derive(Clone, Copy, Debug)]
pub struct Length {
    pub minutes: f64,
    pub quote: Span,
}

/// The kind of evidence, from the surest to the least sure: what confidence is given by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// A field that says so.
    Field,
    /// A front matter or header of the format.
    Meta,
    /// A range said to be the impact.
    Range,
    /// An entry of the timeline, or a sentence, with a strong cue.
    Strong,
    /// The same with a weak cue.
    Weak,
    /// An update of a status page.
    Update,
    /// Computed from another instant and a stated length.
    Derived,
}

impl Rule {
    /// The name of the rule in the table of confidences.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Field => "field",
            Rule::Meta => "meta",
            Rule::Range => "range",
            Rule::Strong => "strong",
            Rule::Weak => "weak",
            Rule::Update => "update",
            Rule::Derived => "derived",
        }
    }
}

/// What the document says of time.
#[derive(Clone, Debug, Default)]
pub struct Times {
    pub published: Option<Found>,
    pub started: Option<Found>,
    pub detected: Option<Found>,
    pub mitigated: Option<Found>,
    pub resolved: Option<Found>,
    pub ttd: Option<Length>,
    pub ttr: Option<(Length, TtrBasis)>,
    pub warnings: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Tone {
    Impact,
    Other,
}

static TONE: LazyLock<Cues<Tone>> = LazyLock::new(|| {
    // The lexicon is part of the program and a test compiles it; a fault in it is a fault in the build.
    Cues::compile(include_str!("../../data/lexicon/impact.tsv"), |name| match name {
        "impact" => Some(Tone::Impact),
        "other" => Some(Tone::Other),
        _ => None,
    })
    .unwrap_or_else(|e| panic!("impact.tsv: {e}"))
});

/// Whether the text speaks of something being hurt.
fn is_impact(text: &str) -> bool {
    TONE.matches(text).map(|row| if row.kind == Tone::Impact { row.weight } else { -row.weight }).sum::<f64>() > 0.0
}

/// Everything the decisions look at.
pub struct Reading<'d> {
    pub document: &'d Document,
    /// The masked text.
    pub text: &'d str,
    /// The masked text without its moments.
    pub untimed: &'d str,
    pub outline: &'d Outline,
    pub fields: &'d [Field],
    pub times: &'d Resolution,
    pub events: &'d [Event],
}

impl Reading<'_> {
    fn moments_in(&self, span: Span) -> impl Iterator<Item = (usize, &Item, When)> {
        let from = self.times.items.partition_point(|item| item.expr.span.start < span.start);
        self.times.items[from..]
            .iter()
            .enumerate()
            .take_while(move |(_, item)| item.expr.span.end <= span.end)
            .filter_map(move |(at, item)| item.when.map(|when| (from + at, item, when)))
    }

    fn items_in(&self, span: Span) -> &[Item] {
        let from = self.times.items.partition_point(|item| item.expr.span.start < span.start);
        let to = self.times.items.partition_point(|item| item.expr.span.end <= span.end);
        &self.times.items[from..to.max(from)]
    }

    fn field(&self, slot: Slot) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.slot == slot)
    }

    /// The instant that a field states.
    fn stated_instant(&self, slot: Slot) -> Option<Found> {
        let mut found: Vec<(bool, Found)> = Vec::new();
        for field in self.field(slot) {
            let moment =
                self.moments_in(field.value).find(|(_, item, _)| item.expr.span.start < field.value.start + 40);
            let Some((_, _, when)) = moment else { continue };
            let rule = if field.meta { Rule::Meta } else { Rule::Field };
            found.push((when.has_clock(), Found { when, quote: field.line, rule }));
        }
        found.sort_by_key(|(clock, found)| (!clock, found.rule));
        found.first().map(|(_, found)| *found)
    }

    /// The length that a field states.
    fn stated_length(&self, slot: Slot) -> Option<Length> {
        self.field(slot).find_map(|field| {
            let minutes = self.field_minutes(field)?;
            Some(Length { minutes, quote: field.line })
        })
    }

    fn field_minutes(&self, field: &Field) -> Option<f64> {
        let items = self.items_in(field.value);
        if let Some(duration) = items.iter().find_map(Item::duration) {
            return Some(duration.minutes);
        }
        // "Duration: 01:47" reads as a clock time and is a length.
        let lone = items.len() == 1 && items[0].expr.span.of(self.text).len() + 2 >= field.value.len();
        let clock = items.first().and_then(Item::moment).filter(|m| lone && m.date.is_none() && m.zone.is_none());
        clock
            .and_then(|m| m.clock)
            .filter(|_| field.slot == Slot::Duration)
            .map(|clock| f64::from(clock.hour) * 60.0 + f64::from(clock.minute) + f64::from(clock.second) / 60.0)
    }
}

/// Reads the instants and durations of the incident.
pub fn read(reading: &Reading) -> Times {
    let mut out = Times { warnings: reading.times.notes.clone(), ..Times::default() };
    let prose = prose_events(reading);
    out.published = reading.stated_instant(Slot::Published).or_else(|| publication(reading));
    if let Some((from, to)) = header_range(reading).or_else(|| impact_range(reading)) {
        (out.started, out.resolved) = (Some(from), Some(to));
    }
    let stated = |slot| reading.stated_instant(slot);
    out.started = stated(Slot::Started).or(out.started).or_else(|| meta_start(reading));
    out.resolved = stated(Slot::Resolved).or(out.resolved);
    out.detected = stated(Slot::Detected);
    out.mitigated = stated(Slot::Mitigated);
    let stated_ttd = reading.stated_length(Slot::Ttd);
    let stated_ttr = reading.stated_length(Slot::Ttr).or_else(|| reading.stated_length(Slot::Duration));

    let story = Story::new(reading, &prose);
    if out.started.is_none() {
        let aware = out.detected.map(|d| d.when);
        out.started = story.start_by_lengths(stated_ttd, stated_ttr).or_else(|| story.start(aware));
    }
    if out.detected.is_none() {
        out.detected = story.detection(out.started.map(|s| s.when), stated_ttd);
    }
    if out.resolved.is_none() {
        out.resolved = story.resolution(out.started.or(out.detected).map(|s| s.when), stated_ttr);
    }
    if out.mitigated.is_none() {
        out.mitigated = story.mitigation(out.started.map(|s| s.when), out.resolved.map(|r| r.when));
    }
    let stated_ttr = stated_ttr.or_else(|| prose_length(reading));
    durations(reading, &mut out, stated_ttd, stated_ttr);
    out
}

/// A date line of a blog or a `Posted` line of the postmortem itself.
fn publication(reading: &Reading) -> Option<Found> {
    // Beside `resolvedWhen` the `date` of a front matter is the start, see `meta_start`.
    let is_start = meta_start(reading).is_some();
    let meta = reading.field(Slot::Date).filter(|field| field.meta && !is_start).find_map(|field| {
        reading.moments_in(field.value).next().map(|(_, _, when)| Found { when, quote: field.line, rule: Rule::Meta })
    });
    let posted = || {
        reading.events.iter().filter(|event| event.update).max_by(|a, b| compare(&a.when, &b.when)).map(|event| Found {
            when: event.when,
            quote: event.quote,
            rule: Rule::Update,
        })
    };
    meta.or_else(posted)
}

fn compare(a: &When, b: &When) -> std::cmp::Ordering {
    a.minutes_since(b).map_or(std::cmp::Ordering::Equal, |minutes| minutes.total_cmp(&0.0))
}

/// The start that a status generator's front matter states: `date` beside `resolvedWhen`.
fn meta_start(reading: &Reading) -> Option<Found> {
    reading.field(Slot::Resolved).find(|field| field.meta)?;
    let field = reading.field(Slot::Date).find(|field| field.meta)?;
    let (_, _, when) = reading.moments_in(field.value).next()?;
    Some(Found { when, quote: field.line, rule: Rule::Meta })
}

/// The two ends of "Duration: 10:30 - 12:00".
fn header_range(reading: &Reading) -> Option<(Found, Found)> {
    [Slot::Duration, Slot::Date, Slot::Started].into_iter().flat_map(|slot| reading.field(slot)).find_map(|field| {
        let (from, to) = ranges_in(reading, field.value).next()?;
        let found = |when| Found { when, quote: field.line, rule: Rule::Field };
        Some((found(from), found(to)))
    })
}

/// The ranges with clock times in a span, whole ones only.
fn ranges_in<'r>(reading: &'r Reading, span: Span) -> impl Iterator<Item = (When, When)> + 'r {
    reading.moments_in(span).filter_map(move |(at, item, from)| {
        let to = reading.times.items.get(at + 1)?;
        let clocks =
            item.moment()?.role == Role::From && item.moment()?.clock.is_some() && to.expr.span.end <= span.end;
        let to = to.when.filter(|_| clocks)?;
        (to.minutes_since(&from)? >= 0.0).then_some((from, to))
    })
}

fn tells_the_story(section: Section) -> bool {
    !matches!(section, Section::Actions | Section::Lessons | Section::Background | Section::Other)
}

/// The widest range, in the first block that gives one, which a sentence says was the impact.
fn impact_range(reading: &Reading) -> Option<(Found, Found)> {
    let mut best: Option<(usize, f64, Found, Found)> = None;
    for sentence in
        reading.outline.sentences.iter().filter(|s| tells_the_story(s.section) && s.section != Section::Timeline)
    {
        let block = reading.document.blocks[sentence.block];
        if best.as_ref().is_some_and(|(block, ..)| *block != sentence.block) {
            break;
        }
        if block.kind == BlockKind::TableRow || leads_entry(reading, sentence) {
            continue;
        }
        if !is_impact(sentence.span.of(reading.text)) && sentence.section != Section::Impact {
            continue;
        }
        for (from, to) in ranges_in(reading, sentence.span) {
            let Some(width) = to.minutes_since(&from) else { continue };
            if best.as_ref().is_none_or(|(_, widest, ..)| width > *widest) {
                let found = |when| Found { when, quote: sentence.span, rule: Rule::Range };
                best = Some((sentence.block, width, found(from), found(to)));
            }
        }
    }
    best.map(|(_, _, from, to)| (from, to))
}

/// Whether the sentence is an entry of a timeline: a list item or row that begins with a time.
fn leads_entry(reading: &Reading, sentence: &Sentence) -> bool {
    let list = reading.document.blocks[sentence.block].kind == BlockKind::ListItem;
    list && reading
        .items_in(sentence.span)
        .iter()
        .any(|item| item.lead && item.moment().is_some_and(|m| m.role == Role::Alone))
}

/// A sentence's account of one moment.
struct Told {
    when: When,
    quote: Span,
    scores: Scores,
    section: Section,
}

/// What sentences with times say happened at them, outside of timelines.
fn prose_events(reading: &Reading) -> Vec<Told> {
    let mut out = Vec::new();
    let entries: Vec<usize> = reading.events.iter().map(|event| event.item).collect();
    for sentence in reading.outline.sentences.iter().filter(|s| tells_the_story(s.section)) {
        let moments: Vec<(usize, &Item, When)> = reading
            .moments_in(sentence.span)
            .filter(|(_, item, _)| item.moment().is_none_or(|m| matches!(m.role, Role::Alone | Role::From)))
            .collect();
        if moments.is_empty()
            || matches!(
                reading.document.blocks[sentence.block].kind,
                BlockKind::Update | BlockKind::Meta | BlockKind::TableRow
            )
        {
            continue;
        }
        let first = moments[0].1.expr.span.start;
        let before = reading.text[sentence.span.start..first].split_whitespace().count();
        for (nth, (at, item, when)) in moments.iter().enumerate() {
            if entries.contains(at) {
                continue;
            }
            let start = if nth == 0 { sentence.span.start } else { moments[nth - 1].1.expr.span.end };
            let end = moments.get(nth + 1).map_or(sentence.span.end, |(_, next, _)| next.expr.span.start);
            // "At 10:00 we ..., at 10:10 we ..." tells after the time; "... began at 10:00 and ended at 10:10" before it.
            let after = Span::new(item.expr.span.end, end);
            let silent = after.of(reading.text).split_whitespace().count() < 2;
            let clause = if before <= 3 && moments.len() > 1 && silent {
                last_clause(reading.text, Span::new(start, item.expr.span.start))
            } else if before <= 3 && moments.len() > 1 {
                after
            } else if nth + 1 < moments.len() {
                Span::new(start, item.expr.span.start)
            } else {
                Span::new(start, end)
            };
            let scores = score(clause.of(reading.untimed));
            out.push(Told { when: *when, quote: sentence.span, scores, section: sentence.section });
        }
    }
    out
}

/// What stands after the last comma or dash: "... while we worked on a fix, we reverted it - done by 15:56".
fn last_clause(text: &str, span: Span) -> Span {
    let inner = span.of(text).trim_end();
    let cut = inner.char_indices().rev().find(|(at, c)| matches!(c, ',' | ';') && inner.len() - at > 20);
    Span::new(span.start + cut.map_or(0, |(at, c)| at + c.len_utf8()), span.end)
}

/// The account of the incident: entries and sentences, ready to be asked.
struct Story<'r> {
    points: Vec<Point>,
    updates: Vec<&'r Event>,
    reading: &'r Reading<'r>,
}

/// One moment of the account.
#[derive(Clone, Copy)]
struct Point {
    when: When,
    quote: Span,
    scores: Scores,
    /// An entry of a timeline, not a sentence.
    entry: bool,
    section: Section,
    /// Whether its words speak of something being hurt.
    impact: bool,
}

/// Minutes without a reaction after which an alert counts as overlooked.
const OVERLOOKED: f64 = 120.0;

impl Point {
    /// Whether its words say that people were at work on the incident.
    fn works(&self) -> bool {
        [Kind::Ack, Kind::Escalate, Kind::Investigate, Kind::Cause, Kind::Declare]
            .iter()
            .any(|kind| self.scores.of(*kind) >= 1.0)
    }
}

impl<'r> Story<'r> {
    fn new(reading: &'r Reading<'r>, prose: &[Told]) -> Story<'r> {
        let section = |event: &Event| reading.outline.blocks.get(reading.times.items[event.item].block).copied();
        let mut points: Vec<Point> = reading
            .events
            .iter()
            .filter(|event| !event.update && section(event).is_none_or(tells_the_story))
            .map(|event| Point {
                when: event.when,
                quote: event.quote,
                scores: event.scores,
                entry: true,
                section: section(event).unwrap_or(Section::Body),
                impact: is_impact(event.text.of(reading.text)),
            })
            .collect();
        points.extend(prose.iter().map(|told| Point {
            when: told.when,
            quote: told.quote,
            scores: told.scores,
            entry: false,
            section: told.section,
            impact: is_impact(told.quote.of(reading.text)),
        }));
        // A day says less than a clock time: days count only where there is nothing else.
        if points.iter().filter(|point| point.when.has_clock()).count() >= 2 {
            points.retain(|point| point.when.has_clock());
        }
        let updates = reading.events.iter().filter(|event| event.update).collect();
        Story { points, updates, reading }
    }

    fn found(point: &Point, strong: bool) -> Found {
        Found { when: point.when, quote: point.quote, rule: if strong { Rule::Strong } else { Rule::Weak } }
    }

    fn earliest<'p>(points: impl Iterator<Item = &'p Point>) -> Option<&'p Point> {
        points.min_by(|a, b| compare(&a.when, &b.when))
    }

    /// The entry from which the stated lengths lead to other entries: the start they were measured from.
    fn start_by_lengths(&self, ttd: Option<Length>, ttr: Option<Length>) -> Option<Found> {
        let leads = |from: &Point, length: Option<Length>| {
            let length = length.filter(|length| length.minutes > 0.0)?;
            self.points.iter().filter(|to| to.entry).find(|to| {
                to.when.minutes_since(&from.when).is_some_and(|minutes| (minutes - length.minutes).abs() <= 1.0)
            })
        };
        let entries = || self.points.iter().filter(|point| point.entry && point.when.has_clock());
        let both = || entries().find(|from| leads(from, ttd).is_some() && leads(from, ttr).is_some());
        let restored = || {
            entries().find(|from| {
                leads(from, ttr).is_some_and(|to| to.scores.of(Kind::Resolve) + to.scores.of(Kind::Fix) >= 2.0)
            })
        };
        both().or_else(restored).map(|point| Self::found(point, true))
    }

    /// The start of impact: the earliest moment with a strong cue that is not after somebody knew; else a summary's one
    /// moment; else the first entry, where it is not itself the detection.
    fn start(&self, detected: Option<When>) -> Option<Found> {
        let aware = detected.or_else(|| self.detection(None, None).map(|found| found.when));
        let before = |point: &&Point| aware.is_none_or(|d| d.minutes_since(&point.when).is_none_or(|m| m >= 0.0));
        let strong = |point: &&Point| {
            let start = point.scores.of(Kind::Start);
            start >= 2.0
                && start + 0.5 >= point.scores.of(Kind::Resolve)
                && (point.entry || start >= point.scores.detection())
        };
        if let Some(point) = Self::earliest(self.points.iter().filter(strong).filter(before)) {
            return Some(Self::found(point, true));
        }
        let told = |point: &&Point| {
            let early = matches!(point.section, Section::Summary | Section::Body | Section::Impact);
            !point.entry && point.impact && early && point.scores.detection() < 2.0
        };
        if let Some(point) =
            self.points.iter().filter(told).filter(before).find(|point| point.scores.of(Kind::Resolve) < 2.0)
        {
            return Some(Self::found(point, false));
        }
        let weak = |point: &&Point| {
            let start = point.scores.of(Kind::Start);
            start >= 1.5 && start >= point.scores.of(Kind::Resolve) && point.scores.detection() <= start
        };
        if let Some(point) = Self::earliest(self.points.iter().filter(weak).filter(before)) {
            return Some(Self::found(point, false));
        }
        let changed = |point: &&Point| {
            !point.entry
                && point.scores.of(Kind::Fault) >= 2.0
                && point.scores.detection() < 2.0
                && point.scores.of(Kind::Resolve) < 2.0
        };
        if let Some(point) =
            Self::earliest(self.points.iter().filter(changed).filter(before)).filter(|_| aware.is_some())
        {
            return Some(Self::found(point, false));
        }
        let first = Self::earliest(self.points.iter().filter(|point| point.entry && point.when.has_clock()))?;
        let quiet = first.scores.detection() < 2.0
            && first.scores.of(Kind::Resolve) < 2.0
            && first.scores.of(Kind::Investigate) < 1.0;
        (quiet && first.scores.of(Kind::Follow) < 2.0).then(|| Self::found(first, false))
    }

    /// The moment of awareness: the earliest alert, report or notice that is not before the start.
    fn detection(&self, started: Option<When>, stated: Option<Length>) -> Option<Found> {
        let not_before = |point: &&Point| started.is_none_or(|s| point.when.minutes_since(&s).is_none_or(|m| m >= 0.0));
        // A stated time to detect points at its entry.
        if let (Some(started), Some(stated)) = (started, stated) {
            let at = self.points.iter().find(|point| {
                point.when.minutes_since(&started).is_some_and(|minutes| (minutes - stated.minutes).abs() < 1.0)
            });
            if let Some(point) = at {
                return Some(Self::found(point, true));
            }
            if let Some(when) = started.plus(stated.minutes) {
                return Some(Found { when, quote: stated.quote, rule: Rule::Derived });
            }
        }
        let aware = |floor: f64| {
            move |point: &&Point| point.scores.detection() >= floor && point.scores.of(Kind::Resolve) < 3.5
        };
        // Who is already at work knew before: what is noticed later is something else.
        let working =
            Self::earliest(self.points.iter().filter(|point| point.entry && point.works()).filter(not_before));
        let in_time = |point: &&Point| {
            working.is_none_or(|work| work.when.minutes_since(&point.when).is_none_or(|minutes| minutes >= 0.0))
        };
        for (floor, entry) in [(2.0, true), (2.0, false), (1.5, true)] {
            let points = || {
                self.points
                    .iter()
                    .filter(|point| point.entry == entry)
                    .filter(aware(floor))
                    .filter(not_before)
                    .filter(in_time)
            };
            let Some(mut point) = Self::earliest(points()) else { continue };
            // Alerts that nobody acted on for hours were overlooked; somebody noticed in the end.
            if let Some(work) =
                working.filter(|work| work.when.minutes_since(&point.when).is_some_and(|m| m > OVERLOOKED))
            {
                let noticed = points().filter(|p| work.when.minutes_since(&p.when).is_some_and(|m| m <= OVERLOOKED));
                point = Self::earliest(noticed).unwrap_or(point);
            }
            return Some(Self::found(point, floor >= 2.0));
        }
        started.and_then(|started| self.told_delay(started))
    }

    /// "Detected five minutes after the crash": the start and a stated delay.
    fn told_delay(&self, started: When) -> Option<Found> {
        let sentences = self.reading.outline.sentences.iter().filter(|s| tells_the_story(s.section));
        sentences.into_iter().find_map(|sentence| {
            let later = |length: &Duration| length.relation == Relation::Later && length.minutes >= 1.0;
            let delay = self.reading.items_in(sentence.span).iter().filter_map(Item::duration).find(later)?;
            let aware = score(sentence.span.of(self.reading.untimed)).detection() >= 2.0;
            let when = started.plus(delay.minutes).filter(|_| aware)?;
            Some(Found { when, quote: sentence.span, rule: Rule::Derived })
        })
    }

    /// The restoration of service: the strongest cue, the later one of equals; else the Resolved update.
    fn resolution(&self, started: Option<When>, stated: Option<Length>) -> Option<Found> {
        let after = |point: &&Point| started.is_none_or(|s| point.when.minutes_since(&s).is_none_or(|m| m >= 0.0));
        if let (Some(started), Some(stated)) = (started, stated) {
            let at = self.points.iter().find(|point| {
                point.when.minutes_since(&started).is_some_and(|minutes| (minutes - stated.minutes).abs() < 1.0)
            });
            if let Some(point) = at {
                return Some(Self::found(point, true));
            }
        }
        let value = |point: &Point| {
            let follow = if point.scores.of(Kind::Follow) >= 2.0 { 1.5 } else { 0.0 };
            point.scores.of(Kind::Resolve) - follow + if point.entry { 0.0 } else { -0.5 }
        };
        let best = self
            .points
            .iter()
            .filter(after)
            .filter(|point| value(point) >= 2.0)
            .max_by(|a, b| value(a).total_cmp(&value(b)).then(compare(&a.when, &b.when)));
        if let Some(point) = best {
            return Some(Self::found(point, value(point) >= 3.0));
        }
        if let Some(update) = self.resolved_update() {
            return Some(Found { when: update.when, quote: update.quote, rule: Rule::Update });
        }
        let fixed = self
            .points
            .iter()
            .filter(|point| point.entry && point.scores.of(Kind::Fix) >= 1.5 && point.scores.of(Kind::Follow) < 2.0)
            .filter(after);
        fixed.max_by(|a, b| compare(&a.when, &b.when)).map(|point| Self::found(point, false))
    }

    fn mitigation(&self, started: Option<When>, resolved: Option<When>) -> Option<Found> {
        let inside = |point: &&Point| {
            started.is_none_or(|s| point.when.minutes_since(&s).is_some_and(|m| m >= 0.0))
                && resolved.is_some_and(|r| r.minutes_since(&point.when).is_some_and(|m| m > 0.0))
        };
        let points = self.points.iter().filter(|point| point.entry && point.scores.of(Kind::Mitigate) >= 2.0);
        Self::earliest(points.filter(inside)).map(|point| Self::found(point, false))
    }

    /// The update of a status thread that says Resolved.
    fn resolved_update(&self) -> Option<&Event> {
        let says = |event: &&&Event| {
            let words = event.text.of(self.reading.text).trim_start_matches(|c: char| !c.is_alphabetic());
            let head: String = words.chars().take(12).collect::<String>().to_ascii_lowercase();
            let body = words.to_ascii_lowercase();
            head.starts_with("resolved")
                || body.lines().any(|line| line.trim() == "resolved")
                || body.contains("incident has been resolved")
                || body.contains("issue has been resolved")
        };
        let resolved: Vec<&&Event> = self.updates.iter().filter(says).collect();
        resolved.into_iter().min_by(|a, b| compare(&a.when, &b.when)).copied()
    }
}

/// A stated length of the outage in prose: "for almost four hours", "a 7 minute outage", "lasted 35 minutes".
fn prose_length(reading: &Reading) -> Option<Length> {
    let sentences = reading.outline.sentences.iter().filter(|s| {
        tells_the_story(s.section)
            && !matches!(s.section, Section::Timeline | Section::Resolution | Section::Detection | Section::Response)
    });
    for sentence in sentences {
        let words = sentence.span.of(reading.text);
        if !is_impact(words) {
            continue;
        }
        for item in reading.items_in(sentence.span) {
            let Some(duration) = item.duration().filter(|d| d.bound != Bound::AtMost && d.minutes >= 1.0) else {
                continue;
            };
            let after = reading.text[item.expr.span.end..sentence.span.end].trim_start().to_ascii_lowercase();
            let noun = [
                "outage",
                "of downtime",
                "downtime",
                "incident",
                "disruption",
                "of degraded",
                "of unavailab",
                "degradation",
                "interruption",
                "of disruption",
                "period",
                "service outage",
                "of total",
                "cascading",
            ]
            .iter()
            .any(|noun| after.starts_with(noun));
            // "For 47 minutes builds failed" tells after it, "builds failed for 47 minutes" before it.
            let led = item.expr.span.start - sentence.span.start < 25;
            let side = if led {
                Span::new(item.expr.span.end, sentence.span.end)
            } else {
                Span::new(sentence.span.start, item.expr.span.start)
            };
            let lasted = duration.relation == Relation::For
                && TONE.matches(side.of(reading.text)).any(|row| row.kind == Tone::Impact && row.weight >= 2.0);
            if noun || lasted {
                return Some(Length { minutes: duration.minutes, quote: sentence.span });
            }
        }
    }
    None
}

/// Computes TTD and TTR, drops what cannot be, and warns of what disagrees.
fn durations(reading: &Reading, out: &mut Times, stated_ttd: Option<Length>, stated_ttr: Option<Length>) {
    drop_impossible(out);
    if out.resolved.is_none()
        && let (Some(started), Some(stated)) = (out.started, stated_ttr)
        && let Some(when) = started.when.plus(stated.minutes)
    {
        out.resolved = Some(Found { when, quote: stated.quote, rule: Rule::Derived });
    }
    let between = |to: Option<Found>, from: Option<Found>| {
        let (to, from) = (to?, from?);
        let minutes = to.when.minutes_since(&from.when)?;
        // The same day on both sides is no length; two days apart is one.
        let days = matches!((to.when, from.when), (When::Day(_), When::Day(_)));
        (minutes >= 0.0 && !(days && minutes == 0.0))
            .then_some(Length { minutes: (minutes * 10.0).round() / 10.0, quote: to.quote })
    };
    out.ttd = between(out.detected, out.started).or(stated_ttd);
    out.ttr = between(out.resolved, out.started)
        .map(|length| (length, TtrBasis::Started))
        .or_else(|| between(out.resolved, out.detected).map(|length| (length, TtrBasis::Detected)))
        .or_else(|| thread_length(reading, out).map(|length| (length, TtrBasis::FirstUpdate)))
        .or_else(|| stated_ttr.map(|length| (length, TtrBasis::Stated)));
    if let (Some((_, basis)), Some(resolved)) = (&mut out.ttr, out.resolved)
        && resolved.rule == Rule::Derived
    {
        *basis = TtrBasis::Stated;
    }
    warn_of_mismatch("TTD", out.ttd, stated_ttd, &mut out.warnings);
    warn_of_mismatch("TTR", out.ttr.map(|(length, _)| length), stated_ttr, &mut out.warnings);
    if let Some((length, _)) = out.ttr.filter(|(length, _)| length.minutes > 366.0 * 1440.0) {
        out.warnings.push(format!("long_duration: TTR of {} days", (length.minutes / 1440.0).round()));
    }
}

/// From the first to the Resolved update of a status thread.
fn thread_length(reading: &Reading, out: &Times) -> Option<Length> {
    let resolved = out.resolved.filter(|found| found.rule == Rule::Update)?;
    let first = reading.events.iter().filter(|event| event.update).min_by(|a, b| compare(&a.when, &b.when))?;
    let minutes = resolved.when.minutes_since(&first.when)?;
    (minutes > 0.0).then_some(Length { minutes, quote: resolved.quote })
}

/// An end before its start cannot be: the one that rests on the weaker evidence goes, with a warning.
fn drop_impossible(out: &mut Times) {
    let negative = |to: Option<Found>, from: Option<Found>| match (to, from) {
        (Some(to), Some(from)) => to.when.minutes_since(&from.when).is_some_and(|minutes| minutes < 0.0),
        _ => false,
    };
    if negative(out.resolved, out.started) {
        out.warnings.push(
            "negative_duration: the end found lies before the start found; the weaker of the two was dropped".into(),
        );
        let weaker_end = out.resolved.map(|f| f.rule) >= out.started.map(|f| f.rule);
        *(if weaker_end { &mut out.resolved } else { &mut out.started }) = None;
    }
    if negative(out.resolved, out.detected) {
        // What was over before anybody knew is rare; what was misread is not.
        if out.started.is_none() {
            out.detected = None;
        }
    }
    if negative(out.detected, out.started) && out.started.is_some_and(|s| s.rule >= Rule::Strong) {
        out.warnings.push("negative_duration: detection lies before the start found; the start was dropped".into());
        out.started = None;
    }
    for mitigated in [out.started, out.resolved] {
        if negative(out.mitigated, mitigated)
            && out.started.is_some()
            && mitigated.map(|f| f.quote) == out.started.map(|f| f.quote)
        {
            out.mitigated = None;
        }
    }
}

fn warn_of_mismatch(name: &str, used: Option<Length>, stated: Option<Length>, warnings: &mut Vec<String>) {
    let (Some(used), Some(stated)) = (used, stated) else { return };
    let gap = (used.minutes - stated.minutes).abs();
    if gap > 2.0 && gap > 0.1 * stated.minutes.max(used.minutes) {
        warnings.push(format!(
            "duration_mismatch: the stated {name} of {} min and the times, which give {} min, disagree",
            stated.minutes, used.minutes
        ));
    }
}
