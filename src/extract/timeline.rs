//! The timeline of an incident: what happened when, from lists, tables, headings and status updates.
//!
//! An event is a block that begins with a time (or an update that a `Posted ...` line closes), the words that tell what
//! happened then, and how strongly they speak of each [`Kind`]. The kinds are cues, not verdicts: `times` weighs them.

use std::sync::LazyLock;

use super::cues::{Asked, Cues};
use crate::document::{BlockKind, Document, Span};
use crate::statuses::after_status;
use crate::time::resolve::{Item, Resolution, Source};
use crate::when::When;

/// What an entry of a timeline may say happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Users began to be hurt.
    Start,
    /// The change or failure that led to it.
    Fault,
    /// An automated alert fired.
    Alert,
    /// Users or customers reported it.
    Report,
    /// A vendor, partner or researcher reported it.
    Partner,
    /// A person of the organisation noticed.
    Notice,
    /// It was noticed; nobody says by whom.
    Aware,
    Declare,
    Ack,
    Escalate,
    Investigate,
    /// The cause was found.
    Cause,
    Mitigate,
    Fix,
    /// Service was restored.
    Resolve,
    /// Clean-up, reports, prevention.
    Follow,
}

impl Kind {
    pub const ALL: [(Kind, &'static str); 16] = [
        (Kind::Start, "start"),
        (Kind::Fault, "fault"),
        (Kind::Alert, "alert"),
        (Kind::Report, "report"),
        (Kind::Partner, "partner"),
        (Kind::Notice, "notice"),
        (Kind::Aware, "aware"),
        (Kind::Declare, "declare"),
        (Kind::Ack, "ack"),
        (Kind::Escalate, "escalate"),
        (Kind::Investigate, "investigate"),
        (Kind::Cause, "cause"),
        (Kind::Mitigate, "mitigate"),
        (Kind::Fix, "fix"),
        (Kind::Resolve, "resolve"),
        (Kind::Follow, "follow"),
    ];

    pub(crate) fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    pub fn as_str(self) -> &'static str {
        Kind::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }
}

/// How strongly a text speaks of each kind; zero where it does not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scores([f64; 16]);

impl Scores {
    pub fn of(&self, kind: Kind) -> f64 {
        self.0[kind as usize]
    }

    /// The same, but silent on some kinds.
    pub fn without(mut self, kinds: &[Kind]) -> Scores {
        kinds.iter().for_each(|kind| self.0[*kind as usize] = 0.0);
        self
    }

    /// The strongest kind, if any speaks at all.
    pub fn best(&self) -> Option<Kind> {
        let best = Kind::ALL.iter().max_by(|a, b| self.of(a.0).total_cmp(&self.of(b.0)))?;
        (self.of(best.0) > 0.0).then_some(best.0)
    }

    /// The strongest way of becoming aware that the text speaks of.
    pub fn detection(&self) -> f64 {
        [Kind::Alert, Kind::Report, Kind::Partner, Kind::Notice, Kind::Aware]
            .iter()
            .map(|kind| self.of(*kind))
            .fold(0.0, f64::max)
    }
}

static CUES: LazyLock<Cues<Kind>> = LazyLock::new(|| {
    // The lexicon is part of the program and a test compiles it; a fault in it is a fault in the build.
    Cues::compile(include_str!("../../data/lexicon/events.tsv"), Kind::from_name)
        .unwrap_or_else(|e| panic!("events.tsv: {e}"))
});

/// What `text` says happened, over its sentences: a denial in one takes nothing from what another says.
pub(crate) fn score(text: &str) -> Scores {
    score_sentences(text, Asked::from)
}

/// The same of a text that other lexicons are asked about too; mostly it is one sentence.
pub(crate) fn score_asked(asked: Asked) -> Scores {
    score_sentences(asked.text, |sentence| if sentence.len() == asked.text.len() { asked } else { sentence.into() })
}

fn score_sentences<'t>(text: &'t str, ask: impl Fn(&'t str) -> Asked<'t>) -> Scores {
    let mut all = Scores::default();
    for sentence in super::outline::sentences(text, Span::new(0, text.len())) {
        let scores = score_sentence(ask(sentence.of(text)));
        for (best, score) in all.0.iter_mut().zip(scores.0) {
            *best = best.max(score);
        }
    }
    all
}

/// Per kind the strongest cue for it less the strongest against it.
fn score_sentence(asked: Asked) -> Scores {
    let (mut for_it, mut against) = ([0.0f64; 16], [0.0f64; 16]);
    for row in CUES.strongest(asked) {
        let side = if row.weight < 0.0 { &mut against } else { &mut for_it };
        side[row.kind as usize] = side[row.kind as usize].max(row.weight.abs());
    }
    let mut scores = Scores::default();
    for (kind, score) in scores.0.iter_mut().enumerate() {
        *score = (for_it[kind] - against[kind]).max(0.0);
    }
    scores
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    pub when: When,
    /// Index of its time in the resolution's items.
    pub item: usize,
    /// The words that tell what happened, in one piece.
    pub text: Span,
    /// Time and words together: what a reader would quote.
    pub quote: Span,
    /// Whether it is an update of a status page.
    pub update: bool,
    /// Where its day and its zone came from.
    pub day: Source,
    pub zone: Source,
    pub scores: Scores,
}

/// The masked text with its moments blanked too, so that cues match across them: "detected at 10:00 by monitoring".
pub(crate) fn without_moments(text: &str, times: &Resolution) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for item in times.items.iter().filter(|item| item.moment().is_some()) {
        bytes[item.expr.span.start..item.expr.span.end].fill(b' ');
    }
    // Spans of expressions are cut at characters, so what is left is still UTF-8.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The events of a document in the order of its text; `text` is its masked text without moments.
pub fn events(document: &Document, text: &str, times: &Resolution) -> Vec<Event> {
    let mut out = Vec::new();
    let paragraphs_are_entries = paragraphs_are_entries(document, times);
    for (at, item) in times.items.iter().enumerate() {
        let Some(when) = item.when else { continue };
        let block = &document.blocks[item.block];
        let status = last_of_block(times, at) && status_line(text, block.span);
        let found = match block.kind {
            BlockKind::Update => first_of_block(times, at).then(|| update_words(document, text, item)).flatten(),
            BlockKind::Meta => None,
            _ if status => Some((block.span.trim(text), block.span.trim(text))),
            _ if !item.lead || !leads_first(times, at) => None,
            // A paragraph with several times is an account in sentences, not an entry.
            BlockKind::Paragraph if !stands_alone(times, at) && !paragraphs_are_entries => None,
            _ => Some(entry_words(document, text, times, at, paragraphs_are_entries)),
        };
        let Some((words, quote)) = found else { continue };
        // A range that leads an entry ("10:00 - 10:30 degraded") is one event at its start.
        let scores = score(words.of(text));
        let update = status || block.kind == BlockKind::Update;
        // A line that ends in a time was trimmed where the time is blanked: the quote holds it.
        let quote = if update { block.span.trim(&document.text) } else { quote };
        out.push(Event { when, item: at, text: words, quote, update, day: item.day, zone: item.zone, scores });
    }
    out
}

/// Whether the block is one update of a status page in a line: "Resolved - All is well. May 9, 14:10 IST".
fn status_line(text: &str, block: Span) -> bool {
    after_status(block.of(text).trim_start()).is_some_and(|rest| rest.trim_start().starts_with(['-', '–', ':']))
}

fn last_of_block(times: &Resolution, at: usize) -> bool {
    times.items.get(at + 1).is_none_or(|next| next.block != times.items[at].block)
}

fn first_of_block(times: &Resolution, at: usize) -> bool {
    at == 0 || times.items[at - 1].block != times.items[at].block
}

/// Whether this is the first moment of its block.
fn leads_first(times: &Resolution, at: usize) -> bool {
    let block = times.items[at].block;
    !times.items[..at]
        .iter()
        .rev()
        .take_while(|item| item.block == block)
        .any(|item| item.lead && item.moment().is_some())
}

/// Whether the timeline is written as paragraphs, each beginning with its clock time.
fn paragraphs_are_entries(document: &Document, times: &Resolution) -> bool {
    let clocked = |item: &&Item| item.lead && item.moment().is_some_and(|moment| moment.clock.is_some());
    let paragraph = |item: &&Item| document.blocks[item.block].kind == BlockKind::Paragraph;
    times.items.iter().filter(clocked).filter(paragraph).count() >= 3
}

/// Whether no other moment, but for the ends of a range, stands in the block.
fn stands_alone(times: &Resolution, at: usize) -> bool {
    use crate::time::Role;
    let block = times.items[at].block;
    let others = times.items[at + 1..].iter().take_while(|item| item.block == block);
    !others.filter_map(Item::moment).any(|m| matches!(m.role, Role::Alone | Role::From) && m.clock.is_some())
}

/// The words of an entry: the rest of its block, or what follows a heading or a time that stands alone.
fn entry_words(
    document: &Document,
    text: &str,
    times: &Resolution,
    at: usize,
    paragraphs_are_entries: bool,
) -> (Span, Span) {
    let item = &times.items[at];
    let block = document.blocks[item.block].span;
    let after = skip_range(times, at);
    let mut rest = trim_marks(text, Span::new(after, block.end));
    // A lone paragraph tells more than what happened at its time.
    if document.blocks[item.block].kind == BlockKind::Paragraph && !paragraphs_are_entries {
        rest = first_words(text, rest);
    }
    let told = rest.of(text).split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    if told >= 2 {
        return (rest, Span::new(item.expr.span.start, rest.end.max(item.expr.span.end)));
    }
    let mut end = block.end;
    for (index, next) in document.blocks.iter().enumerate().skip(item.block + 1).take(12) {
        // Items stand in the order of the text.
        let mut here = times.items[at + 1..].iter().skip_while(|other| other.block < index);
        let led = here.by_ref().take_while(|other| other.block == index).any(|o| o.lead && o.moment().is_some());
        if led || matches!(next.kind, BlockKind::Heading(_) | BlockKind::Update) || status_line(text, next.span) {
            break;
        }
        end = next.span.end;
    }
    let words = trim_marks(text, Span::new(after, end));
    (words, Span::new(item.expr.span.start, words.end.max(item.expr.span.end)))
}

/// The first sentence, and the second where the first is short: what a paragraph says of the time it begins with.
fn first_words(text: &str, rest: Span) -> Span {
    let mut sentences = super::outline::sentences(text, rest);
    let end = match (sentences.next(), sentences.next()) {
        (Some(first), Some(second)) if first.len() < 60 => second.end,
        (Some(first), _) => first.end,
        (None, _) => rest.end,
    };
    Span::new(rest.start, end)
}

/// Where the words begin: after the time, its other zone and the second end of a range.
fn skip_range(times: &Resolution, at: usize) -> usize {
    let block = times.items[at].block;
    let mut end = times.items[at].expr.span.end;
    for next in &times.items[at + 1..] {
        let joined =
            next.moment().is_some_and(|m| m.role != crate::time::Role::Alone && m.role != crate::time::Role::From);
        if !joined || next.block != block {
            break;
        }
        end = next.expr.span.end;
    }
    end
}

/// The words of a status update: what stands between the line before and this `Posted ...` line.
fn update_words(document: &Document, text: &str, item: &Item) -> Option<(Span, Span)> {
    let mut start = item.block;
    while start > 0 && !matches!(document.blocks[start - 1].kind, BlockKind::Update) {
        start -= 1;
        // A heading such as "Resolved" opens the update; a long text above it is another one's.
        if matches!(document.blocks[start].kind, BlockKind::Heading(_)) || item.block - start > 200 {
            break;
        }
    }
    let block = document.blocks[item.block].span;
    let words = Span::new(document.blocks.get(start)?.span.start, block.start).trim(text);
    Some((words, block.trim(text)))
}

fn trim_marks(text: &str, span: Span) -> Span {
    let inner = span.of(text);
    let trimmed = inner
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | '|' | ',' | ')' | ']' | '>'));
    let start = span.start + (trimmed.as_ptr() as usize - inner.as_ptr() as usize);
    Span::new(start, start + trimmed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_of_the_lexicon_holds() {
        super::super::cues::tests::examples_hold(include_str!("../../data/lexicon/events.tsv"));
    }

    #[test]
    fn entries_speak_of_what_happened() {
        for (words, kind) in [
            ("Users report all launches are failing", Kind::Report),
            ("Automated monitoring alerts for abnormal memory usage.", Kind::Alert),
            ("Service fully restored; monitoring confirms stable performance.", Kind::Resolve),
            ("Outage begins.", Kind::Start),
            ("Backlog cleared.", Kind::Resolve),
            ("Incident escalated to senior SysAdmin team.", Kind::Escalate),
            ("On-call engineer noticed the issue", Kind::Notice),
        ] {
            assert_eq!(score(words).best(), Some(kind), "{words}");
        }
    }
}
