//! Detection source, root cause and trigger: what the sentences that bear on a field say, weighed by where they stand.
//!
//! Evidence first: each sentence is matched against the lexicon of a field, and what it says counts by its section
//! (a cue under "Root cause" more than one under "Impact"), by its stance (a causal sentence more, a suspicion that was
//! ruled out or a plan far less) and by its strength. A label's score is its best sentence and a share of the next; the
//! best sentence is the label's evidence. Which score is enough, and how sure that is, is for `decide`.

use std::sync::LazyLock;

use super::cues::Cues;
use super::outline::{Outline, Section, Sentence, is_whole_head};
use super::timeline::{Event, Kind, score as event_score};
use crate::document::{BlockKind, Document, Span};
use crate::model::lines::Lines;
use crate::record::{DetectionSource, RootCause, Trigger};

/// How a sentence stands to what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stance {
    Causal,
    RuledOut,
    Remedy,
}

fn lexicon<K: Copy>(name: &str, text: &str, kind_of: impl Fn(&str) -> Option<K>) -> Cues<K> {
    // The lexicons are part of the program and a test compiles them; a fault in one is a fault in the build.
    Cues::compile(text, kind_of).unwrap_or_else(|e| panic!("{name}: {e}"))
}

static STANCE: LazyLock<Cues<Stance>> = LazyLock::new(|| {
    lexicon("stance.tsv", include_str!("../../data/lexicon/stance.tsv"), |name| match name {
        "causal" => Some(Stance::Causal),
        "ruled_out" => Some(Stance::RuledOut),
        "remedy" => Some(Stance::Remedy),
        _ => None,
    })
});

static CAUSES: LazyLock<Cues<RootCause>> =
    LazyLock::new(|| lexicon("causes.tsv", include_str!("../../data/lexicon/causes.tsv"), |name| name.parse().ok()));

static TRIGGERS: LazyLock<Cues<Trigger>> = LazyLock::new(|| {
    lexicon("triggers.tsv", include_str!("../../data/lexicon/triggers.tsv"), |name| name.parse().ok())
});

/// What the document says for one label.
#[derive(Clone, Copy, Debug)]
pub struct Support<L> {
    pub label: L,
    pub score: f64,
    /// The sentence that says it best.
    pub quote: Span,
    best: f64,
    next: f64,
}

/// Collects support for labels, sentence by sentence.
struct Ballot<L> {
    supports: Vec<Support<L>>,
}

impl<L: Copy + PartialEq> Ballot<L> {
    fn new() -> Ballot<L> {
        Ballot { supports: Vec::new() }
    }

    fn vote(&mut self, label: L, weight: f64, quote: Span) {
        if weight <= 0.0 {
            return;
        }
        match self.supports.iter_mut().find(|support| support.label == label) {
            None => self.supports.push(Support { label, score: weight, quote, best: weight, next: 0.0 }),
            Some(support) if weight > support.best => {
                (support.next, support.best, support.quote) = (support.best, weight, quote);
            }
            Some(support) => support.next = support.next.max(weight),
        }
    }

    /// The labels from the best supported to the least.
    fn count(mut self) -> Vec<Support<L>> {
        for support in &mut self.supports {
            support.score = support.best + 0.4 * support.next;
        }
        self.supports.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.supports
    }
}

/// What a sentence's section makes of what it says about the cause.
fn cause_weight(section: Section) -> f64 {
    match section {
        Section::Cause => 3.0,
        Section::Summary => 1.6,
        Section::Trigger => 1.4,
        Section::Body => 1.3,
        Section::Resolution | Section::Timeline => 0.8,
        Section::Impact | Section::Response => 0.7,
        Section::Detection | Section::Background => 0.5,
        Section::Lessons => 0.35,
        Section::Actions => 0.25,
        Section::Other => 0.1,
    }
}

fn trigger_weight(section: Section) -> f64 {
    match section {
        Section::Trigger => 3.0,
        Section::Cause => 1.8,
        Section::Summary => 1.6,
        Section::Body => 1.3,
        Section::Timeline => 1.0,
        Section::Impact | Section::Response | Section::Background => 0.6,
        Section::Resolution | Section::Detection => 0.4,
        Section::Lessons => 0.25,
        Section::Actions | Section::Other => 0.1,
    }
}

/// The factor of a sentence's stance, and whether it says why something happened.
fn stance(text: &str) -> (f64, bool) {
    // A question asks for the reason; the answer gives it.
    let (mut factor, mut causal) = (if text.ends_with('?') { 0.3 } else { 1.0 }, false);
    for row in STANCE.matches(text) {
        causal |= row.kind == Stance::Causal;
        factor *= row.weight;
    }
    (factor, causal)
}

/// Everything the fields are read from.
pub struct Sources<'d> {
    pub document: &'d Document,
    /// The masked text.
    pub text: &'d str,
    pub outline: &'d Outline,
    pub events: &'d [Event],
    pub title: Option<Span>,
}

impl Sources<'_> {
    /// The sentences that say something, with their text.
    fn sentences(&self) -> impl Iterator<Item = (&Sentence, &str)> {
        self.outline.sentences.iter().filter_map(|sentence| {
            let kind = self.document.blocks[sentence.block].kind;
            let told = !matches!(kind, BlockKind::Update | BlockKind::Meta | BlockKind::Code);
            told.then(|| (sentence, sentence.span.of(self.text)))
        })
    }
}

/// The classes of the model of cause lines: each root cause, and lines that give none.
pub(crate) fn reasons() -> Vec<&'static str> {
    let known = RootCause::ALL.iter().filter(|cause| **cause != RootCause::Unknown);
    known.map(|cause| cause.as_str()).chain(["none"]).collect()
}

static REASONS: LazyLock<Lines> =
    LazyLock::new(|| Lines::embedded("causes.tsv", include_str!("../../data/model/causes.tsv"), reasons()));

/// What certainty of a model of lines counts for on the scale of the cues.
const SURE: f64 = 3.0;

/// The root cause that the model of lines reads in a sentence, if it is likely, with its strength.
fn read_cause(text: &str) -> Option<(RootCause, f64)> {
    /// From which chance on it counts.
    const LIKELY: f32 = 0.7;
    let (name, chance) = REASONS.likeliest(text).filter(|(_, chance)| *chance > LIKELY)?;
    Some((name.parse().ok()?, SURE * f64::from(chance)))
}

/// The support for each root cause, the best first.
pub fn causes(sources: &Sources) -> Vec<Support<RootCause>> {
    let mut ballot = Ballot::new();
    for (sentence, text) in sources.sentences() {
        let (factor, _) = stance(text);
        let heading = if sentence.heading { 0.6 } else { 1.0 };
        for row in CAUSES.matches(text) {
            ballot.vote(row.kind, row.weight * factor * heading * cause_weight(sentence.section), sentence.span);
        }
        if let Some((label, weight)) = read_cause(text) {
            ballot.vote(label, weight * factor * heading * cause_weight(sentence.section), sentence.span);
        }
    }
    if let Some(title) = sources.title {
        for row in CAUSES.matches(title.of(sources.text)) {
            ballot.vote(row.kind, row.weight * 1.6, title);
        }
    }
    deeper_first(ballot.count())
}

/// What is often only the consequence of the second: a leak fills the memory, a release brings a wrong setting. The
/// reason behind the reason wins where it is nearly as well supported.
const CONSEQUENCES: &[(RootCause, &[RootCause])] = &[
    (RootCause::Capacity, &[RootCause::SoftwareBug, RootCause::Configuration, RootCause::Security]),
    (
        RootCause::Deployment,
        &[RootCause::SoftwareBug, RootCause::Configuration, RootCause::Expiry, RootCause::HumanError],
    ),
    (
        RootCause::Network,
        &[RootCause::Dependency, RootCause::Configuration, RootCause::Hardware, RootCause::SoftwareBug],
    ),
];

/// The share of the consequence's support from which on the deeper reason wins.
const DEEPER: f64 = 0.8;

fn deeper_first(mut supports: Vec<Support<RootCause>>) -> Vec<Support<RootCause>> {
    let Some(first) = supports.first().copied() else { return supports };
    let reasons = CONSEQUENCES.iter().find(|(label, _)| *label == first.label).map_or(&[][..], |(_, reasons)| reasons);
    let deeper =
        |support: &Support<RootCause>| reasons.contains(&support.label) && support.score >= DEEPER * first.score;
    if let Some(at) = supports.iter().position(deeper) {
        supports[..=at].rotate_right(1);
    }
    supports
}

static LEANINGS: LazyLock<Vec<(RootCause, Trigger, f64)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/lexicon/trigger_of_cause.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some((cells.next()?.parse().ok()?, cells.next()?.parse().ok()?, cells.next()?.parse().ok()?))
        })
        .collect()
});

/// The support for each trigger, the best first, on a scale from 0 to 2: half what the sentences say, half what the
/// root cause leans towards. `cause` is the root cause decided on.
pub fn triggers(sources: &Sources, cause: Option<Support<RootCause>>) -> Vec<Support<Trigger>> {
    let mut ballot = Ballot::new();
    for (sentence, text) in sources.sentences() {
        let (factor, _) = stance(text);
        for row in TRIGGERS.matches(text) {
            ballot.vote(row.kind, row.weight * factor * trigger_weight(sentence.section), sentence.span);
        }
    }
    let mut supports = ballot.count();
    for support in &mut supports {
        support.score /= support.score + 4.0;
    }
    for (of, label, share) in cause.iter().flat_map(|cause| LEANINGS.iter().filter(|(of, ..)| *of == cause.label)) {
        let quote = cause.map(|cause| cause.quote).filter(|_| *of != RootCause::Unknown);
        match (supports.iter_mut().find(|support| support.label == *label), quote) {
            (Some(support), _) => support.score += share,
            (None, Some(quote)) => {
                supports.push(Support { label: *label, score: *share, quote, best: *share, next: 0.0 });
            }
            (None, None) => {}
        }
    }
    supports.sort_by(|a, b| b.score.total_cmp(&a.score));
    supports
}

fn detection_weight(section: Section) -> f64 {
    match section {
        Section::Detection => 4.0,
        Section::Timeline => 2.0,
        Section::Summary | Section::Body => 1.5,
        Section::Response => 1.2,
        Section::Impact | Section::Cause | Section::Resolution => 0.8,
        Section::Trigger => 0.5,
        Section::Background => 0.2,
        Section::Lessons | Section::Actions | Section::Other => 0.0,
    }
}

const SOURCES: [(Kind, DetectionSource); 4] = [
    (Kind::Alert, DetectionSource::Monitoring),
    (Kind::Report, DetectionSource::Customer),
    (Kind::Partner, DetectionSource::ThirdParty),
    (Kind::Notice, DetectionSource::Internal),
];

/// The classes of the model of detection lines: each source, awareness of which the line does not say how, and lines that
/// tell of no detection.
pub(crate) fn ways() -> Vec<&'static str> {
    let known = DetectionSource::ALL.iter().filter(|source| **source != DetectionSource::Unknown);
    known.map(|source| source.as_str()).chain(["aware", "none"]).collect()
}

static WAYS: LazyLock<Lines> =
    LazyLock::new(|| Lines::embedded("detections.tsv", include_str!("../../data/model/detections.tsv"), ways()));

/// How strongly a sentence speaks of each of [`SOURCES`]: by its cues, which are certain, and by the model of lines.
fn strengths(text: &str) -> [f64; 4] {
    /// From which chance on the model counts.
    const LIKELY: f32 = 0.5;
    let cues = event_score(text);
    let read = WAYS.likeliest(text).filter(|(_, chance)| *chance > LIKELY);
    SOURCES.map(|(kind, source)| match read {
        Some((way, chance)) if way == source.as_str() => cues.of(kind).max(SURE * f64::from(chance)),
        _ => cues.of(kind),
    })
}

/// The support for each way of becoming aware, the best first. `at` is the quote of the detection that `times` found.
pub fn detections(sources: &Sources, at: Option<Span>) -> Vec<Support<DetectionSource>> {
    let mut ballot = Ballot::new();
    // "We are investigating reports of ..." in a status thread is boilerplate; "customers are telling us" is an account.
    let updates: Vec<Span> =
        sources.events.iter().filter(|event| event.update && event.text.len() < 700).map(|event| event.text).collect();
    let mut order = 1.0;
    for (sentence, text) in sources.sentences() {
        let update = updates.iter().any(|update| update.contains(sentence.span));
        let section = if is_whole_head(text) { 0.0 } else { detection_weight(sentence.section) };
        if section == 0.0 || update && text.to_ascii_lowercase().contains("investigating") {
            continue;
        }
        let strengths = strengths(text);
        if strengths.iter().copied().fold(0.0, f64::max) < 1.5 {
            continue;
        }
        let found = at.is_some_and(|at| at.contains(sentence.span) || sentence.span.contains(at));
        let (factor, _) = if sentence.section == Section::Detection { (1.0, false) } else { stance(text) };
        let remedy = factor.min(1.0);
        for ((_, source), strength) in SOURCES.into_iter().zip(strengths) {
            let weight = strength * section * order * remedy * if found { 2.5 } else { 1.0 };
            ballot.vote(source, weight, sentence.span);
        }
        // What is told first usually came first.
        order = f64::max(order * 0.9, 0.5);
    }
    ballot.count()
}

#[cfg(test)]
mod tests {
    use super::super::cues::tests::examples_hold;

    #[test]
    fn every_example_of_the_lexicons_holds() {
        for lexicon in [
            include_str!("../../data/lexicon/causes.tsv"),
            include_str!("../../data/lexicon/triggers.tsv"),
            include_str!("../../data/lexicon/stance.tsv"),
            include_str!("../../data/lexicon/impact.tsv"),
        ] {
            examples_hold(lexicon);
        }
    }
}
