//! The candidates: every moment of the document that may be the start, the detection or the end, and what speaks for it.
//!
//! A candidate is a moment and the words that tell what happened then: a stated field, an entry of the timeline, an
//! end of a range, a status update, a clause of a sentence. What can be said about it goes to a [`Sink`] as named
//! features: its cues ([`super::super::timeline::Kind`]), its section and origin, its place among the others ("no later
//! entry speaks of restoration"), whether a stated length leads to it, and its words. Nothing is decided here; that is
//! [`super::choose`].

use jiff::civil::Date;

use super::events::{COURSE, Chances};
use super::story::Told;
use super::*;
use crate::model::weights::{Feature, Sink};
use crate::time::DateExpr;

/// What a chance counts for against a plain feature: the penalty on weights is one for all.
const STRESS: f32 = 3.0;

/// So many bytes before a moment are looked at for the words that lead to it.
const LED: usize = 40;

/// Candidates of one document that are looked at: enough for every report of one incident, bounded for every log.
const MOST: usize = 400;

/// Where a candidate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A labelled value; whether the format itself states it.
    Field(Slot, bool),
    /// The ends of a range that a labelled value holds.
    FieldFrom(Slot),
    FieldTo(Slot),
    Entry,
    /// The second end of a range that leads an entry.
    EntryEnd,
    Update,
    Prose,
    /// The ends of a range in a sentence.
    From,
    To,
    /// Another instant and a stated length.
    Derived,
}

impl Origin {
    fn name(self) -> &'static str {
        match self {
            Origin::Field(_, true) => "meta",
            Origin::Field(..) => "field",
            Origin::FieldFrom(_) => "field-from",
            Origin::FieldTo(_) => "field-to",
            Origin::Entry => "entry",
            Origin::EntryEnd => "entry-end",
            Origin::Update => "update",
            Origin::Prose => "prose",
            Origin::From => "from",
            Origin::To => "to",
            Origin::Derived => "derived",
        }
    }

    fn slot(self) -> Option<Slot> {
        match self {
            Origin::Field(slot, _) | Origin::FieldFrom(slot) | Origin::FieldTo(slot) => Some(slot),
            _ => None,
        }
    }
}

/// A moment that may be one of the instants.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub when: When,
    pub quote: Span,
    pub origin: Origin,
    section: Section,
    scores: Scores,
    impact: bool,
    about: bool,
    /// Where the moment stands.
    item: Option<usize>,
    /// What its words say happened; nothing for a field, which says so itself.
    chances: Option<Chances>,
}

/// What the rules made of the three instants: evidence like any other.
#[derive(Clone, Copy)]
pub(super) struct Ruled {
    pub name: &'static str,
    pub found: Option<Found>,
}

/// The candidates of a document, in the order of the text, and what is known of all of them together.
pub(super) struct Candidates<'r> {
    pub all: Vec<Candidate>,
    /// Minutes after the first moment with a clock that can be compared.
    at: Vec<Option<f64>>,
    /// Which have a place in the order of what happened: those with a clock, and days on which nothing with a clock did.
    ordered: Vec<bool>,
    /// The entries, sentences and updates that have a place in the order, by number, each with its minutes.
    placed: Vec<(usize, f64)>,
    clocks: bool,
    reading: &'r Reading<'r>,
    ttd: Option<f64>,
    ttr: Option<f64>,
    lasted: Vec<f64>,
    told: Course,
    /// The earliest and the latest moment of each notable kind.
    spans: [Option<(f64, f64)>; 9],
    ruled: [Ruled; 3],
}

/// The features of [`Candidates::course`]: each moment has all of them.
static SAYS: [Feature; HAPPENINGS.len()] = Feature::family("says", &HAPPENINGS);
static BEFORE: [Feature; COURSE.len()] = Feature::family("before", &QUESTIONS);
static AFTER: [Feature; COURSE.len()] = Feature::family("after", &QUESTIONS);
static FIRST: [Feature; COURSE.len()] = Feature::family("first", &QUESTIONS);
static LAST: [Feature; COURSE.len()] = Feature::family("last", &QUESTIONS);

/// The names of [`COURSE`].
const QUESTIONS: [&str; COURSE.len()] = {
    let (mut names, mut nth) = ([""; COURSE.len()], 0);
    while nth < COURSE.len() {
        names[nth] = COURSE[nth].0;
        nth += 1;
    }
    names
};

/// A name, that name for what is around, the score from which on it holds, and where the score is found.
type Notable = (&'static str, &'static str, f64, fn(&Scores) -> f64);

/// What other moments may speak of that says something of this one.
const NOTABLE: [Notable; 9] = [
    ("start", "around start", 2.0, |s| s.of(Kind::Start)),
    ("fault", "around fault", 2.0, |s| s.of(Kind::Fault)),
    ("detect", "around detect", 2.0, Scores::detection),
    ("work", "around work", 1.0, |s| {
        [Kind::Ack, Kind::Escalate, Kind::Investigate, Kind::Cause, Kind::Declare]
            .iter()
            .map(|k| s.of(*k))
            .fold(0.0, f64::max)
    }),
    ("mitigate", "around mitigate", 2.0, |s| s.of(Kind::Mitigate)),
    ("fix", "around fix", 1.5, |s| s.of(Kind::Fix)),
    ("resolve", "around resolve", 2.0, |s| s.of(Kind::Resolve)),
    ("restored", "around restored", 3.0, |s| s.of(Kind::Resolve)),
    ("follow", "around follow", 2.0, |s| s.of(Kind::Follow)),
];

impl<'r> Candidates<'r> {
    pub(super) fn new(reading: &'r Reading<'r>, prose: &[Told], ruled: [Ruled; 3]) -> Candidates<'r> {
        let mut all = Vec::new();
        let section_at = |block: usize| reading.outline.blocks.get(block).copied().unwrap_or(Section::Body);
        for field in reading.fields {
            let about = |item: &Item| item.moment().is_some_and(|m| m.about);
            let before = all.len();
            for (from, to) in ranges_in(reading, field.value).take(1) {
                for (when, origin) in [(from, Origin::FieldFrom(field.slot)), (to, Origin::FieldTo(field.slot))] {
                    all.push(Self::stated(reading, field, when, origin, false));
                }
            }
            if all.len() == before
                && let Some((_, item, when)) =
                    reading.moments_in(field.value).find(|(_, item, _)| item.expr.span.start < field.value.start + 40)
            {
                all.push(Self::stated(reading, field, when, Origin::Field(field.slot, field.meta), about(item)));
            }
        }
        for event in reading.events {
            let item = &reading.times.items[event.item];
            let candidate = Candidate {
                when: event.when,
                quote: event.quote,
                origin: if event.update { Origin::Update } else { Origin::Entry },
                section: section_at(item.block),
                scores: event.scores,
                impact: is_impact(event.text.of(reading.text)),
                about: item.moment().is_some_and(|m| m.about),
                item: Some(event.item),
                chances: Some(Chances::of(event.text.of(reading.untimed), reading.models)),
            };
            all.push(candidate);
            if let Some((when, _)) = range_end(reading, event.item) {
                all.push(Candidate { when, origin: Origin::EntryEnd, ..candidate });
            }
        }
        for told in prose {
            let candidate = Candidate {
                when: told.when,
                quote: told.quote,
                origin: if told.range { Origin::From } else { Origin::Prose },
                section: told.section,
                scores: told.scores,
                impact: told.impact,
                about: reading.times.items[told.item].moment().is_some_and(|m| m.about),
                item: Some(told.item),
                chances: (!told.ends).then(|| Chances::of(told.words.of(reading.untimed), reading.models)),
            };
            all.push(candidate);
            if let Some((when, _)) = range_end(reading, told.item).filter(|_| told.range) {
                all.push(Candidate { when, origin: Origin::To, ..candidate });
            }
        }
        all.truncate(MOST);
        // What a rule computed from another instant and a stated length is a candidate too.
        for found in ruled.iter().filter_map(|ruled| ruled.found).filter(|found| found.rule == Rule::Derived) {
            all.push(Candidate {
                when: found.when,
                quote: found.quote,
                origin: Origin::Derived,
                section: Section::Body,
                scores: Scores::default(),
                impact: false,
                about: false,
                item: None,
                chances: None,
            });
        }
        let base = all.iter().map(|c| c.when).find(|when| when.has_clock()).or(all.first().map(|c| c.when));
        let clocked: Vec<Date> = all.iter().filter(|c| c.when.has_clock()).filter_map(|c| c.when.date()).collect();
        let ordered: Vec<bool> = all
            .iter()
            .map(|c| {
                let date = c.item.and_then(|at| reading.times.items[at].moment()?.date);
                // "The night before" leans on what is told beside it.
                let own = clocked.is_empty() || matches!(date, Some(DateExpr::Full { .. }));
                c.when.has_clock() || own && c.when.date().is_some_and(|day| !clocked.contains(&day))
            })
            .collect();
        let minutes = |c: &Candidate, ordered: bool| {
            let base = base?;
            c.when.minutes_since(&base).or_else(|| c.when.noon_since(&base).filter(|_| ordered))
        };
        let at: Vec<Option<f64>> = all.iter().zip(&ordered).map(|(c, ordered)| minutes(c, *ordered)).collect();
        let has_place = |n: &usize| ordered[*n] && all[*n].origin.slot().is_none();
        let placed = (0..all.len()).filter(has_place).filter_map(|n| Some((n, at[n]?))).collect();
        let clocks = all.iter().filter(|c| c.when.has_clock()).count() >= 2;
        let minutes = |slot| reading.stated_length(slot).map(|length| length.minutes).filter(|m| *m > 0.0);
        let ttr = minutes(Slot::Ttr).or_else(|| minutes(Slot::Duration));
        let lasted = prose_length(reading).map(|length| length.minutes).into_iter().collect();
        let mut out = Candidates {
            all,
            at,
            ordered,
            placed,
            clocks,
            reading,
            ttd: minutes(Slot::Ttd),
            ttr,
            lasted,
            told: Course::default(),
            spans: [None; 9],
            ruled,
        };
        out.told = Course::new(out.points().filter_map(|(_, c, t)| Some((t, c.chances?))).collect());
        out.spans = NOTABLE.map(|(_, _, floor, score)| {
            let times = out.points().filter(|(_, c, _)| score(&c.scores) >= floor).map(|(_, _, t)| t);
            times.fold(None, |span: Option<(f64, f64)>, t| Some(span.map_or((t, t), |(a, b)| (a.min(t), b.max(t)))))
        });
        out
    }

    /// The ranges with clock times, each by its two ends.
    pub(super) fn ranges(&self) -> Vec<(When, When)> {
        let ends = |pair: &[Candidate]| {
            let range = matches!(
                (pair[0].origin, pair[1].origin),
                (Origin::From, Origin::To)
                    | (Origin::FieldFrom(_), Origin::FieldTo(_))
                    | (Origin::Entry, Origin::EntryEnd)
            );
            (range && pair[0].when.has_clock()).then_some((pair[0].when, pair[1].when))
        };
        self.all.windows(2).filter_map(ends).collect()
    }

    /// The candidates of [`Candidates::placed`].
    fn points(&self) -> impl Iterator<Item = (usize, &Candidate, f64)> {
        self.placed.iter().map(|(n, t)| (*n, &self.all[*n], *t))
    }

    fn stated(reading: &Reading, field: &Field, when: When, origin: Origin, about: bool) -> Candidate {
        Candidate {
            when,
            quote: field.line,
            origin,
            section: Section::Body,
            scores: Scores::default(),
            impact: is_impact(field.line.of(reading.text)),
            about,
            item: None,
            chances: None,
        }
    }

    /// What speaks for and against one candidate.
    pub(super) fn describe(&self, nth: usize, sink: &mut impl Sink) {
        let me = &self.all[nth];
        let origin = me.origin.name();
        sink.put("origin", origin);
        if let Some(slot) = me.origin.slot() {
            sink.put(origin, &format!("{slot:?}"));
        }
        let precise = me.when.has_clock();
        if !precise {
            sink.put("day", if self.clocks { "beside clocks" } else { "alone" });
        }
        if me.about {
            sink.put("about", origin);
        }
        let section = format!("{:?}", me.section);
        if me.origin.slot().is_none() {
            sink.put("section", &section);
            sink.put(origin, &section);
        }
        if me.impact {
            sink.put("impact", origin);
        }
        self.led(me, sink);
        self.nested(me, sink);
        self.cues(me, sink);
        self.place(nth, sink);
        self.lengths(nth, sink);
        self.course(nth, sink);
        for Ruled { name, found } in self.ruled {
            if let Some(found) = found.filter(|found| found.when.is_same(&me.when)) {
                sink.put("rules", name);
                sink.put(name, found.rule.as_str());
            }
        }
    }

    /// The words before it: "until 11:37" ends something, "since 11:37" begins it.
    fn led(&self, me: &Candidate, sink: &mut impl Sink) {
        if !matches!(me.origin, Origin::Prose | Origin::From | Origin::To) {
            return;
        }
        let reading = self.reading;
        let to = usize::from(me.origin == Origin::To);
        let Some(item) = me.item.and_then(|at| reading.times.items.get(at + to)) else { return };
        let before = &reading.text[reading.document.blocks[item.block].span.start..item.expr.span.start];
        let tail = &before[before.floor_char_boundary(before.len().saturating_sub(LED))..];
        let mut words = tail.rsplit(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let Some(last) = words.next().map(str::to_ascii_lowercase) else { return };
        sink.put("led by", &last);
        if let Some(word) = words.next() {
            sink.put("led by", &format!("{} {last}", word.to_ascii_lowercase()));
        }
    }

    /// Whether an entry tells of other times than its own, and whether what is told stands inside an entry: "10:33 Between 9:37
    /// and 10:21 calls failed" was written at the first time and speaks of the others.
    fn nested(&self, me: &Candidate, sink: &mut impl Sink) {
        let items = &self.reading.times.items;
        let Some(block) = me.item.map(|at| items[at].block) else { return };
        let led = |c: &Candidate| matches!(c.origin, Origin::Entry | Origin::Update);
        let beside =
            || self.all.iter().filter(move |c| c.item != me.item && c.item.is_some_and(|at| items[at].block == block));
        if led(me) {
            let inside = beside().filter(|c| c.when.has_clock() && !led(c)).count();
            sink.put(
                "tells of times",
                match inside {
                    0 => "none",
                    1 => "one",
                    _ => "more",
                },
            );
            // What it says happened may have happened then.
            if inside > 0
                && let Some(best) = me.scores.best()
            {
                sink.put("tells of times and", best.as_str());
            }
        } else if beside().any(led) {
            sink.put("inside an entry", me.origin.name());
            if let Some(best) = me.scores.best() {
                sink.put("inside an entry", best.as_str());
            }
        }
    }

    fn cues(&self, me: &Candidate, sink: &mut impl Sink) {
        let kind =
            if matches!(me.origin, Origin::Entry | Origin::EntryEnd | Origin::Update) { "entry" } else { "prose" };
        for (cue, name) in Kind::ALL {
            let score = me.scores.of(cue);
            if score >= 1.0 {
                sink.put("cue", name);
                sink.put(kind, name);
            }
            if score >= 2.0 {
                sink.put("strong", name);
            }
            if score >= 3.0 {
                sink.put("sure", name);
            }
        }
        match me.scores.best() {
            Some(best) => sink.put("best", best.as_str()),
            None => sink.put("best", "none"),
        }
        if me.scores.detection() >= 2.0 {
            sink.put("strong", "detect");
        }
    }

    /// What its words say happened, and what is said of the time before and after it.
    fn course(&self, nth: usize, sink: &mut impl Sink) {
        let Some(mine) = self.all[nth].chances else { return };
        for (says, (_, chance)) in SAYS.iter().zip(mine.each()) {
            sink.know(says, STRESS * chance);
        }
        sink.give("says", "any awareness", STRESS * mine.any(COURSE[0].1));
        sink.give("says", "any restoration", STRESS * mine.any(COURSE[1].1));
        let Some(at) = self.at[nth].filter(|_| self.ordered[nth]) else { return };
        let (before, after) = self.told.around(at);
        for (question, (_, happenings)) in COURSE.into_iter().enumerate() {
            let (before, after, chance) = (before[question], after[question], mine.any(happenings));
            sink.know(&BEFORE[question], STRESS * before);
            sink.know(&AFTER[question], STRESS * after);
            sink.know(&FIRST[question], STRESS * chance * (1.0 - before));
            sink.know(&LAST[question], STRESS * chance * (1.0 - after));
        }
    }

    /// Its place in time among the entries and sentences.
    fn place(&self, nth: usize, sink: &mut impl Sink) {
        let me = &self.all[nth];
        let Some(at) = self.at[nth] else { return sink.put("place", "unplaced") };
        let entry = |c: &Candidate| matches!(c.origin, Origin::Entry);
        let kind = if entry(me) { "entry" } else { me.origin.name() };
        let others = || self.points().filter(|(n, ..)| *n != nth).map(|(_, c, t)| (c, t));
        if self.ordered[nth] && me.origin.slot().is_none() {
            for ((name, around, floor, score), span) in NOTABLE.into_iter().zip(self.spans) {
                let mine = score(&me.scores) >= floor;
                let before = span.is_some_and(|(first, _)| first < at);
                let after = span.is_some_and(|(_, last)| last > at);
                let what = match (before, after) {
                    (false, false) => "only",
                    (false, true) => "first",
                    (true, false) => "last",
                    (true, true) => "inner",
                };
                if mine {
                    sink.put(&format!("{name} {kind}"), what);
                    sink.put(name, what);
                } else if before || after {
                    sink.put(around, what);
                }
            }
        }
        if entry(me) && self.ordered[nth] {
            let (mut before, mut after, mut gap_before, mut gap_after) = (0, 0, f64::MAX, f64::MAX);
            for (_, t) in others().filter(|(c, _)| entry(c)) {
                if t < at {
                    before += 1;
                    gap_before = gap_before.min(at - t);
                } else if t > at {
                    after += 1;
                    gap_after = gap_after.min(t - at);
                }
            }
            let rank = |n: usize| match n {
                0 => "0",
                1 => "1",
                2 => "2",
                3..=4 => "3",
                _ => "5",
            };
            sink.put("entries before", rank(before));
            sink.put("entries after", rank(after));
            for (name, gap) in [("gap before", gap_before), ("gap after", gap_after)] {
                if gap < f64::MAX {
                    sink.put(
                        name,
                        if gap > 1440.0 {
                            "days"
                        } else if gap > 360.0 {
                            "hours"
                        } else {
                            "near"
                        },
                    );
                }
            }
            if before + after == 0 {
                sink.put("place", "lone entry");
            }
        }
        let same = others().filter(|(_, t)| (t - at).abs() <= 1.0).count();
        if same > 0 {
            sink.put("told again", if same == 1 { "once" } else { "more" });
            for (c, _) in others().filter(|(_, t)| (t - at).abs() <= 1.0).take(4) {
                for (cue, name) in Kind::ALL {
                    if c.scores.of(cue) >= 2.0 {
                        sink.put("there", name);
                    }
                }
                sink.put("there", c.origin.name());
                if c.impact {
                    sink.put("there impact", c.origin.name());
                }
            }
        }
        for (c, t) in self.all.iter().zip(&self.at).filter_map(|(c, t)| Some((c, (*t)?))) {
            if let Some(slot) = c.origin.slot().filter(|_| (t - at).abs() <= 1.0 && me.origin.slot().is_none()) {
                sink.put("stated here", &format!("{} {slot:?}", c.origin.name()));
            }
        }
    }

    /// Whether a stated length leads from it to another moment, or from another to it.
    fn lengths(&self, nth: usize, sink: &mut impl Sink) {
        let Some(at) = self.at[nth].filter(|_| self.all[nth].when.has_clock()) else { return };
        let told = self.lasted.iter().map(|m| ("told", *m));
        for (name, minutes) in
            self.ttd.iter().map(|m| ("ttd", *m)).chain(self.ttr.iter().map(|m| ("ttr", *m))).chain(told)
        {
            let near = |t: f64| t.abs() <= (minutes * 0.02).clamp(1.0, 10.0);
            let clocks = || {
                self.all.iter().zip(&self.at).filter(|(c, _)| c.when.has_clock()).filter_map(|(c, t)| Some((c, (*t)?)))
            };
            if clocks().any(|(_, t)| near(t - at - minutes)) {
                sink.put("leads on", name);
                if clocks().any(|(c, t)| {
                    near(t - at - minutes) && c.scores.of(Kind::Resolve).max(c.scores.of(Kind::Fix)) >= 1.5
                }) {
                    sink.put("leads to restoration", name);
                }
            }
            if clocks().any(|(_, t)| near(at - t - minutes)) {
                sink.put("led to", name);
                if clocks().any(|(c, t)| {
                    near(at - t - minutes) && c.scores.of(Kind::Start).max(c.scores.of(Kind::Fault)) >= 1.5
                }) {
                    sink.put("led to from start", name);
                }
            }
        }
    }

    /// What speaks for none of them.
    pub(super) fn describe_none(&self, sink: &mut impl Sink) {
        sink.put("none", "bias");
        for Ruled { name, .. } in self.ruled.iter().filter(|ruled| ruled.found.is_none()) {
            sink.put("rules none", name);
        }
        let clocks = self.all.iter().filter(|c| c.when.has_clock()).count();
        sink.put(
            "none clocks",
            match clocks {
                0 => "0",
                1 => "1",
                2 => "2",
                3..=5 => "3",
                _ => "6",
            },
        );
        let entries = self.all.iter().filter(|c| c.origin == Origin::Entry && c.when.has_clock()).count();
        sink.put(
            "none entries",
            match entries {
                0 => "0",
                1 => "1",
                2..=4 => "2",
                _ => "5",
            },
        );
        for (name, _, floor, score) in NOTABLE {
            if self.all.iter().any(|c| score(&c.scores) >= floor) {
                sink.put("none but", name);
            }
        }
        if self.all.iter().any(|c| c.origin == Origin::Update) {
            sink.put("none but", "updates");
        }
        for slot in [Slot::Started, Slot::Detected, Slot::Resolved, Slot::Duration, Slot::Ttd, Slot::Ttr] {
            if self.reading.field(slot).next().is_some() {
                sink.put("none but", &format!("{slot:?}"));
            }
        }
    }
}

/// What is said of the course of the incident before and after each moment.
#[derive(Default)]
struct Course {
    times: Vec<f64>,
    /// The greatest chance of each question's happenings among the first so many moments, and among the others.
    first: Vec<Asked>,
    rest: Vec<Asked>,
}

/// A chance for each question of [`COURSE`].
type Asked = [f32; COURSE.len()];

impl Course {
    fn new(mut told: Vec<(f64, Chances)>) -> Course {
        told.sort_by(|a, b| a.0.total_cmp(&b.0));
        let asked = |chances: &Chances| COURSE.map(|(_, happenings)| chances.any(happenings));
        let greater = |a: &Asked, b: Asked| {
            let mut out = *a;
            out.iter_mut().zip(b).for_each(|(a, b)| *a = a.max(b));
            out
        };
        let fold = |told: &mut dyn Iterator<Item = &(f64, Chances)>| {
            let mut all = vec![Asked::default()];
            for (_, chances) in told {
                let next = greater(&all[all.len() - 1], asked(chances));
                all.push(next);
            }
            all
        };
        let first = fold(&mut told.iter());
        let mut rest = fold(&mut told.iter().rev());
        rest.reverse();
        Course { times: told.into_iter().map(|(t, _)| t).collect(), first, rest }
    }

    /// The greatest chances strictly before and strictly after a moment.
    fn around(&self, at: f64) -> (Asked, Asked) {
        let before = self.times.partition_point(|t| *t < at);
        let after = self.times.partition_point(|t| *t <= at);
        let get = |all: &[Asked], n: usize| all.get(n).copied().unwrap_or_default();
        (get(&self.first, before), get(&self.rest, after))
    }
}

/// The second end of the range that begins with an item, and the item after it.
fn range_end(reading: &Reading, from: usize) -> Option<(When, usize)> {
    let items = &reading.times.items;
    let begins = items[from].moment().is_some_and(|m| m.role == Role::From);
    let to = items.get(from + 1).filter(|to| begins && to.block == items[from].block)?;
    let ends = to.moment().is_some_and(|m| m.role == Role::To);
    let when = to.when.filter(|_| ends)?;
    when.minutes_since(&items[from].when?).filter(|minutes| *minutes >= 0.0)?;
    Some((when, from + 1))
}
