//! The four instants and the two durations of an incident, each with the words it rests on, or blank.
//!
//! Evidence is asked in the order of how sure it is: explicit fields ("Start time: ..."), a range that is said to be the
//! outage ("between 14:10 and 15:02 customers saw"), the entries of the timeline and sentences with a time, the updates of
//! a status page, and stated lengths. Durations are computed from the instants where both are known; a stated figure
//! that disagrees by more than a tenth is a warning. Definitions: `docs/record.md`.

mod candidates;
mod choose;
mod events;
mod lengths;
mod stated;
mod story;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use self::candidates::{Candidates, Ruled};
pub(crate) use self::choose::ROLES;
use self::choose::choose;
pub(crate) use self::events::HAPPENINGS;
use self::lengths::{durations, prose_length};
use self::story::{Story, prose_events};
use super::cues::Cues;
use super::fields::{Field, Slot};
use super::models::Models;
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
    /// The chance that it is right, where it was chosen among candidates.
    pub chance: Option<f32>,
}

impl Found {
    fn by(when: When, quote: Span, rule: Rule) -> Found {
        Found { when, quote, rule, chance: None }
    }
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
    /// A summary's one moment, for the start.
    Told,
    /// The change that led to it, for the start.
    Changed,
    /// The first entry of the timeline, for the start.
    First,
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
            Rule::Told => "told",
            Rule::Changed => "changed",
            Rule::First => "first",
            Rule::Update => "update",
            Rule::Derived => "derived",
        }
    }

    /// What the rule rests on, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Rule::Field => "a field says so",
            Rule::Meta => "the front matter or header says so",
            Rule::Range => "an end of a range",
            Rule::Strong => "what is told to have happened then",
            Rule::Weak => "what is perhaps told to have happened then",
            Rule::Told => "the one moment of a summary",
            Rule::Changed => "the change that led to it",
            Rule::First => "the first entry of the timeline",
            Rule::Update => "an update of a status page",
            Rule::Derived => "counted from another time by a stated length",
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
    Cues::compile(include_str!("../../../data/lexicon/impact.tsv"), |name| match name {
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
    pub models: &'d Models,
    pub document: &'d Document,
    /// The language of its prose, where it can be told.
    pub language: Option<whatlang::Lang>,
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

    /// Whether the block is a row of a table that begins with a time; another row may hold a text.
    fn is_row_of_times(&self, block: usize) -> bool {
        let items = &self.times.items;
        let first = items.partition_point(|item| item.block < block);
        self.document.blocks[block].kind == BlockKind::TableRow
            && items[first..].iter().take_while(|item| item.block == block).any(|item| item.lead)
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
            found.push((when.has_clock(), Found::by(when, field.line, rule)));
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
    let story = Story::new(reading, &prose);
    let stated = Stated::of(reading);
    let candidates = Candidates::new(reading, &prose, by_rules(reading, &story, stated));
    let (instants, contradictions) = stated::prefer(reading, choose(&candidates, &reading.models.times));
    [out.started, out.detected, out.resolved] = instants;
    out.warnings.extend(contradictions);
    out.mitigated = reading
        .stated_instant(Slot::Mitigated)
        .or_else(|| story.mitigation(out.started.map(|s| s.when), out.resolved.map(|r| r.when)));
    let lasted = stated.ttr.or_else(|| prose_length(reading));
    durations(reading, &mut out, stated.ttd, lasted);
    out
}

/// The lengths that fields state.
#[derive(Clone, Copy)]
struct Stated {
    ttd: Option<Length>,
    ttr: Option<Length>,
}

impl Stated {
    fn of(reading: &Reading) -> Stated {
        let ttr = reading.stated_length(Slot::Ttr).or_else(|| reading.stated_length(Slot::Duration));
        Stated { ttd: reading.stated_length(Slot::Ttd), ttr }
    }
}

/// What the rules alone make of the three instants: explicit fields first, then a range said to be the outage, then the
/// account.
fn by_rules(reading: &Reading, story: &Story, lengths: Stated) -> [Ruled; 3] {
    let (from, to) = header_range(reading).or_else(|| impact_range(reading)).unzip();
    let stated = |slot| reading.stated_instant(slot);
    let mut started = stated(Slot::Started).or(from).or_else(|| meta_start(reading));
    let mut detected = stated(Slot::Detected);
    let mut resolved = stated(Slot::Resolved).or(to);
    if started.is_none() {
        let aware = detected.map(|d| d.when);
        started = story.start_by_lengths(lengths.ttd, lengths.ttr).or_else(|| story.start(aware));
    }
    if detected.is_none() {
        detected = story.detection(started.map(|s| s.when), lengths.ttd);
    }
    if resolved.is_none() {
        resolved = story.resolution(started.or(detected).map(|s| s.when), lengths.ttr);
    }
    [("start rule", started), ("detection rule", detected), ("end rule", resolved)]
        .map(|(name, found)| Ruled { name, found })
}

/// The candidates of a document as features by name, for `coroner train times`: each moment with what speaks for it,
/// and what speaks for none of them.
pub(crate) struct Lesson {
    pub candidates: Vec<(Option<When>, BTreeMap<String, f32>)>,
    pub none: BTreeMap<String, f32>,
}

/// What there is to learn from a document.
pub(crate) fn lesson(reading: &Reading) -> Lesson {
    let prose = prose_events(reading);
    let story = Story::new(reading, &prose);
    let candidates = Candidates::new(reading, &prose, by_rules(reading, &story, Stated::of(reading)));
    let describe = |nth: usize| {
        let mut features = BTreeMap::new();
        candidates.describe(nth, &mut features);
        (crate::time::resolve::told(candidates.all[nth].when), features)
    };
    let mut none = BTreeMap::new();
    candidates.describe_none(&mut none);
    Lesson { candidates: (0..candidates.all.len()).map(describe).collect(), none }
}

/// A date line of a blog or a `Posted` line of the postmortem itself.
fn publication(reading: &Reading) -> Option<Found> {
    // Beside `resolvedWhen` the `date` of a front matter is the start, see `meta_start`.
    let is_start = meta_start(reading).is_some();
    let meta = reading.field(Slot::Date).filter(|field| field.meta && !is_start).find_map(|field| {
        reading.moments_in(field.value).next().map(|(_, _, when)| Found::by(when, field.line, Rule::Meta))
    });
    let posted = || {
        reading
            .events
            .iter()
            .filter(|event| event.update)
            .max_by(|a, b| compare(&a.when, &b.when))
            .map(|event| Found::by(event.when, event.quote, Rule::Update))
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
    Some(Found::by(when, field.line, Rule::Meta))
}

/// The two ends of "Duration: 10:30 - 12:00".
fn header_range(reading: &Reading) -> Option<(Found, Found)> {
    [Slot::Duration, Slot::Date, Slot::Started].into_iter().flat_map(|slot| reading.field(slot)).find_map(|field| {
        let (from, to) = ranges_in(reading, field.value).next()?;
        let found = |when| Found::by(when, field.line, Rule::Field);
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
        if best.as_ref().is_some_and(|(block, ..)| *block != sentence.block) {
            break;
        }
        if reading.is_row_of_times(sentence.block) || leads_entry(reading, sentence) {
            continue;
        }
        let mut ranges = ranges_in(reading, sentence.span).peekable();
        let speaks = || is_impact(sentence.span.of(reading.text)) || sentence.section == Section::Impact;
        if ranges.peek().is_none() || !speaks() {
            continue;
        }
        for (from, to) in ranges {
            let Some(width) = to.minutes_since(&from) else { continue };
            if best.as_ref().is_none_or(|(_, widest, ..)| width > *widest) {
                let found = |when| Found::by(when, sentence.span, Rule::Range);
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
