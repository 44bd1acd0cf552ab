//! The account of an incident: the moments of its timeline and of its sentences, asked for start, detection and end.
//!
//! Each question takes the strongest cue first and falls back to weaker evidence; what none supports stays open.

use super::*;

/// A sentence's account of one moment.
pub(super) struct Told {
    pub when: When,
    pub quote: Span,
    /// The clause that tells of this moment.
    pub words: Span,
    pub scores: Scores,
    pub section: Section,
    pub item: usize,
    /// Whether it begins a range.
    pub range: bool,
    /// Whether the sentence speaks of something being hurt.
    pub impact: bool,
    /// Whether it only ends what is told before it: "from the beginning of the event until 11:37 nobody could log in".
    pub ends: bool,
    /// Whether it stands in a row of a timeline, which has a time of its own.
    pub row: bool,
}

/// What sentences with times say happened at them, outside of timelines.
pub(super) fn prose_events(reading: &Reading) -> Vec<Told> {
    let mut out = Vec::new();
    let entries: Vec<usize> = reading.events.iter().map(|event| event.item).collect();
    for sentence in reading.outline.sentences.iter().filter(|s| tells_the_story(s.section)) {
        let moments: Vec<(usize, &Item, When)> = reading
            .moments_in(sentence.span)
            .filter(|(_, item, _)| item.moment().is_none_or(|m| matches!(m.role, Role::Alone | Role::From)))
            .collect();
        if moments.is_empty()
            || matches!(reading.document.blocks[sentence.block].kind, BlockKind::Update | BlockKind::Meta)
        {
            continue;
        }
        let first = moments[0].1.expr.span.start;
        let before = reading.text[sentence.span.start..first].split_whitespace().count();
        let row = reading.is_row_of_times(sentence.block);
        let impact = is_impact(sentence.span.of(reading.text));
        for (nth, (at, item, when)) in moments.iter().enumerate() {
            // The cells of a row that hold a time and no words are no account.
            if entries.binary_search(at).is_ok() || row && cell_words(reading, item) < 5 {
                continue;
            }
            let start = if nth == 0 { sentence.span.start } else { moments[nth - 1].1.expr.span.end };
            let end = moments.get(nth + 1).map_or(sentence.span.end, |(_, next, _)| next.expr.span.start);
            // "At 10:00 we ..., at 10:10 we ..." tells after the time; "... began at 10:00 and ended at 10:10" before it.
            let after = Span::new(item.expr.span.end, end);
            let silent = after.of(reading.text).split_whitespace().count() < 2;
            // "Incident began at 04:18 and ended at 07:02": what stands before the first moment says enough.
            let led = Span::new(start, item.expr.span.start);
            let clause =
                if nth == 0 && before <= 3 && moments.len() > 1 && score(led.of(reading.untimed)).best().is_some() {
                    led
                } else if before <= 3 && moments.len() > 1 && silent {
                    last_clause(reading.text, Span::new(start, item.expr.span.start))
                } else if before <= 3 && moments.len() > 1 {
                    after
                } else if nth + 1 < moments.len() {
                    Span::new(start, item.expr.span.start)
                } else {
                    Span::new(start, end)
                };
            let ends = is_end(reading.text[sentence.span.start..item.expr.span.start].trim_end());
            let scores = score(clause.of(reading.untimed));
            let scores = if ends { scores.without(&[Kind::Start, Kind::Fault]) } else { scores };
            let range = item.moment().is_some_and(|m| m.role == Role::From);
            out.push(Told {
                when: *when,
                quote: sentence.span,
                words: clause,
                scores,
                section: sentence.section,
                item: *at,
                range,
                impact,
                ends,
                row,
            });
        }
    }
    out
}

/// Whether words that lead to a moment make it the end of what they tell.
fn is_end(before: &str) -> bool {
    ["until", "till"].iter().any(|word| {
        let start = before.len().checked_sub(word.len());
        start.and_then(|start| before.get(start..)).is_some_and(|last| last.eq_ignore_ascii_case(word))
    })
}

/// How many words the cell of a row has in which the moment stands.
fn cell_words(reading: &Reading, item: &Item) -> usize {
    let row = reading.document.blocks[item.block].span;
    let cells = super::super::fields::cells(reading.text, row);
    let cell = cells.iter().find(|cell| cell.contains(item.expr.span));
    let worded = |word: &&str| word.chars().any(char::is_alphabetic);
    cell.map_or(0, |cell| cell.of(reading.untimed).split_whitespace().filter(worded).count())
}

/// What stands after the last comma or dash: "... while we worked on a fix, we reverted it - done by 15:56".
fn last_clause(text: &str, span: Span) -> Span {
    let inner = span.of(text).trim_end();
    let cut = inner.char_indices().rev().find(|(at, c)| matches!(c, ',' | ';') && inner.len() - at > 20);
    Span::new(span.start + cut.map_or(0, |(at, c)| at + c.len_utf8()), span.end)
}

/// The account of the incident: entries and sentences, ready to be asked.
pub(super) struct Story<'r> {
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
    pub(super) fn new(reading: &'r Reading<'r>, prose: &[Told]) -> Story<'r> {
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
        points.extend(prose.iter().filter(|told| !told.row).map(|told| Point {
            when: told.when,
            quote: told.quote,
            scores: told.scores,
            entry: false,
            section: told.section,
            impact: told.impact,
        }));
        // A day says less than a clock time: days count only where there is nothing else.
        if points.iter().filter(|point| point.when.has_clock()).count() >= 2 {
            points.retain(|point| point.when.has_clock());
        }
        let updates = reading.events.iter().filter(|event| event.update).collect();
        Story { points, updates, reading }
    }

    fn by(point: &Point, rule: Rule) -> Found {
        Found::by(point.when, point.quote, rule)
    }

    fn found(point: &Point, strong: bool) -> Found {
        Found::by(point.when, point.quote, if strong { Rule::Strong } else { Rule::Weak })
    }

    fn earliest<'p>(points: impl Iterator<Item = &'p Point>) -> Option<&'p Point> {
        points.min_by(|a, b| compare(&a.when, &b.when))
    }

    /// The entry from which the stated lengths lead to other entries: the start they were measured from.
    pub(super) fn start_by_lengths(&self, ttd: Option<Length>, ttr: Option<Length>) -> Option<Found> {
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
    pub(super) fn start(&self, detected: Option<When>) -> Option<Found> {
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
            return Some(Self::by(point, Rule::Told));
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
            return Some(Self::by(point, Rule::Changed));
        }
        let first = Self::earliest(self.points.iter().filter(|point| point.entry && point.when.has_clock()))?;
        let quiet = first.scores.detection() < 2.0
            && first.scores.of(Kind::Resolve) < 2.0
            && first.scores.of(Kind::Investigate) < 1.0;
        (quiet && first.scores.of(Kind::Follow) < 2.0).then(|| Self::by(first, Rule::First))
    }

    /// The moment of awareness: the earliest alert, report or notice that is not before the start.
    pub(super) fn detection(&self, started: Option<When>, stated: Option<Length>) -> Option<Found> {
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
                return Some(Found::by(when, stated.quote, Rule::Derived));
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
            Some(Found::by(when, sentence.span, Rule::Derived))
        })
    }

    /// The restoration of service: the strongest cue, the later one of equals; else the Resolved update.
    pub(super) fn resolution(&self, started: Option<When>, stated: Option<Length>) -> Option<Found> {
        let after = |point: &&Point| started.is_none_or(|s| point.when.minutes_since(&s).is_none_or(|m| m >= 0.0));
        // "Time to recovery: 282 minutes" was counted by who wrote it; "Duration: 3h 30m" is often from memory.
        let trust = if self.reading.stated_length(Slot::Ttr).is_some() { 4.0 } else { 2.0 };
        let value = |point: &Point| {
            let follow = if point.scores.of(Kind::Follow) >= 2.0 { 1.5 } else { 0.0 };
            // A stated length that leads from the start to this entry speaks for it.
            let fits = started.zip(stated).and_then(|(started, stated)| {
                point.when.minutes_since(&started).map(|minutes| (minutes - stated.minutes).abs() < 1.0)
            });
            let stated = if fits == Some(true) { trust } else { 0.0 };
            point.scores.of(Kind::Resolve) + stated - follow + if point.entry { 0.0 } else { -0.5 }
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
            return Some(Found::by(update.when, update.quote, Rule::Update));
        }
        let fixed = self
            .points
            .iter()
            .filter(|point| point.entry && point.scores.of(Kind::Fix) >= 1.5 && point.scores.of(Kind::Follow) < 2.0)
            .filter(after);
        fixed.max_by(|a, b| compare(&a.when, &b.when)).map(|point| Self::found(point, false))
    }

    pub(super) fn mitigation(&self, started: Option<When>, resolved: Option<When>) -> Option<Found> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{extract, source};

    #[test]
    fn words_tell_the_end_of_something() {
        for (before, ends) in
            [("nobody could log in until", true), ("Till", true), ("login failed at", false), ("é", false)]
        {
            assert_eq!(is_end(before), ends, "{before}");
        }
    }

    #[test]
    fn what_went_on_until_a_moment_did_not_begin_at_it() {
        let text = "# Outage of 2024-05-03\n\nAt 09:37 UTC a command removed the servers, and calls failed. From the beginning of \
                    the event until 11:37 UTC nobody could write to the status page.\n";
        let document = source::from_text(text.to_owned(), "id", "a.md", None).unwrap();
        let started = extract::extract(&document).started_at.map(|when| when.to_string());
        assert_eq!(started.as_deref(), Some("2024-05-03T09:37:00Z"));
    }
}
