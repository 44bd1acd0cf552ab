//! Detection source, root cause and trigger: what the sentences that bear on a field say, weighed by where they stand.
//!
//! Evidence first. Each sentence is read for each field: by cues, which are certain, and by a model of lines, which knows how
//! people say things beyond the cues; what it says counts by its section (a cue under "Root cause" more than one under
//! "Impact") and by its stance (a causal sentence more, a suspicion that was ruled out or a plan far less). What a document
//! says for a label is summed up in [`support`], and the best sentence is the label's evidence. [`choose`] weighs the
//! labels against each other and against "not told", by weights learnt from labelled documents: rules of thumb on which
//! score is enough did worse on organisations that were held out.

mod choose;
mod support;

use std::sync::LazyLock;

pub(crate) use self::choose::{Chances, decide, lesson};
pub(crate) use self::support::Case;

use super::Settings;
use super::cues::{Asked, Cues};
#[cfg(feature = "program")]
use super::models;
use super::models::Models;
use super::outline::{Outline, Section, Sentence, is_whole_head};
use super::timeline::{Event, Kind, score_asked};
use crate::document::{BlockKind, Document, Span};
#[cfg(feature = "program")]
use crate::model::lines::Lines;
use crate::record::{DetectionSource, RootCause, Trigger};

/// How a sentence stands to what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stance {
    Causal,
    RuledOut,
    Remedy,
}

fn lexicon<K: Copy + PartialEq>(name: &str, text: &str, kind_of: impl Fn(&str) -> Option<K>) -> Cues<K> {
    // The lexicons are part of the program and a test compiles them; a fault in one is a fault in the build.
    Cues::compile(text, kind_of).unwrap_or_else(|e| panic!("{name}: {e}"))
}

static STANCE: LazyLock<Cues<Stance>> = LazyLock::new(|| {
    lexicon("stance.tsv", include_str!("../../../data/lexicon/stance.tsv"), |name| match name {
        "causal" => Some(Stance::Causal),
        "ruled_out" => Some(Stance::RuledOut),
        "remedy" => Some(Stance::Remedy),
        _ => None,
    })
});

static CAUSES: LazyLock<Cues<RootCause>> =
    LazyLock::new(|| lexicon("causes.tsv", include_str!("../../../data/lexicon/causes.tsv"), |name| name.parse().ok()));

static TRIGGERS: LazyLock<Cues<Trigger>> = LazyLock::new(|| {
    lexicon("triggers.tsv", include_str!("../../../data/lexicon/triggers.tsv"), |name| name.parse().ok())
});

/// A field that is chosen here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Cause,
    Trigger,
    Detection,
}

/// The names of the fields, in the order of the weights.
pub(crate) const FIELDS: [&str; 3] = ["root_cause", "trigger", "detection_source"];

impl Field {
    pub const ALL: [Field; 3] = [Field::Cause, Field::Trigger, Field::Detection];

    pub fn name(self) -> &'static str {
        FIELDS[self as usize]
    }

    /// The field of the record that lists further labels, if there is one.
    pub fn also(self) -> Option<&'static str> {
        match self {
            Field::Cause => Some("root_cause_also"),
            Field::Trigger => None,
            Field::Detection => Some("detection_also"),
        }
    }

    /// The labels that a document may support, in the order of their classes; "unknown" is what remains.
    pub fn labels(self) -> &'static [&'static str] {
        static LABELS: LazyLock<[Vec<&'static str>; 3]> = LazyLock::new(|| {
            [
                RootCause::ALL.iter().map(|label| label.as_str()).collect(),
                Trigger::ALL.iter().map(|label| label.as_str()).collect(),
                DetectionSource::ALL.iter().map(|label| label.as_str()).collect(),
            ]
        });
        let labels = &LABELS[self as usize];
        // Unknown is the last label of each.
        &labels[..labels.len() - 1]
    }

    /// What a sentence of that section counts for.
    fn weight(self, section: Section) -> f32 {
        let [cause, trigger, detection] = match section {
            Section::Cause => [3.0, 1.8, 0.8],
            Section::Trigger => [1.4, 3.0, 0.5],
            Section::Detection => [0.5, 0.4, 4.0],
            Section::Summary => [1.6, 1.6, 1.5],
            Section::Body => [1.3, 1.3, 1.5],
            Section::Timeline => [0.8, 1.0, 2.0],
            Section::Resolution => [0.8, 0.4, 0.8],
            Section::Impact => [0.7, 0.6, 0.8],
            Section::Response => [0.7, 0.6, 1.2],
            Section::Background => [0.5, 0.6, 0.2],
            Section::Lessons => [0.35, 0.25, 0.1],
            Section::Actions => [0.25, 0.1, 0.1],
            Section::Other => [0.1, 0.1, 0.1],
        };
        [cause, trigger, detection][self as usize]
    }
}

/// What the title counts for.
const TITLE: f32 = 1.6;

/// The factor of a sentence's stance, and whether it says why something happened.
fn stance(asked: Asked) -> (f32, bool) {
    // A question asks for the reason; the answer gives it.
    let (mut factor, mut causal) = (if asked.text.ends_with('?') { 0.15 } else { 1.0 }, false);
    for row in STANCE.matches(asked) {
        causal |= row.kind == Stance::Causal;
        factor *= row.weight as f32;
    }
    (factor, causal)
}

/// Everything the fields are read from.
pub struct Sources<'d> {
    pub models: &'d Models,
    pub document: &'d Document,
    /// The masked text.
    pub text: &'d str,
    pub outline: &'d Outline,
    pub events: &'d [Event],
    pub title: Option<Span>,
    pub settings: &'d Settings,
}

/// One sentence as evidence on a field: how strongly it speaks for each label.
struct Reading<'r> {
    quote: Span,
    /// Where it stands; none for the title.
    section: Option<Section>,
    /// How much of the text lies before it, from 0 to 1.
    place: f32,
    /// What its section counts for, and what its stance and its being a heading make of it.
    weight: f32,
    factor: f32,
    causal: bool,
    /// Whether it is where `times` found the detection.
    found: bool,
    /// The strongest cue for each label.
    cues: &'r [f32],
    /// What the model of lines makes of it: the chance of each label, then of its other classes.
    chances: &'r [f32],
}

/// The classes of the model of cause lines: each root cause, and lines that give none.
pub(crate) fn reasons() -> Vec<&'static str> {
    let known = RootCause::ALL.iter().filter(|cause| **cause != RootCause::Unknown);
    known.map(|cause| cause.as_str()).chain(["none"]).collect()
}

/// The chance of each root cause that `text`, words about an incident, speaks of.
#[cfg(feature = "program")]
pub(crate) fn likely_causes(text: &str) -> Vec<(&'static str, f32)> {
    // A search reads this model alone: the others would double what its process takes to start.
    static CAUSES: LazyLock<Lines<1>> = LazyLock::new(|| {
        let causes = (models::text("causes.tsv"), &*reasons());
        Lines::embedded("causes.tsv", [causes])
    });
    let mut out = Vec::new();
    let [causes] = CAUSES.chances(text, &mut out);
    reasons().into_iter().zip(causes.iter().copied()).filter(|(name, _)| *name != "none").collect()
}

/// The class of lines that tell of no trigger; `none` is the trigger of a fault that lay there and needed none.
pub(crate) const SILENT: &str = "silent";

/// The classes of the model of trigger lines: each trigger, and lines that tell of none.
pub(crate) fn occasions() -> Vec<&'static str> {
    let known = Trigger::ALL.iter().filter(|trigger| **trigger != Trigger::Unknown);
    known.map(|trigger| trigger.as_str()).chain([SILENT]).collect()
}

/// What a whole document may be about, as the models of its words know it: each label, then "unknown".
pub(crate) fn subjects(field: Field) -> Vec<&'static str> {
    field.labels().iter().copied().chain(["unknown"]).collect()
}

/// The fields of which the words of a whole document speak. Who noticed is told in a sentence, or not at all.
pub(crate) const OF_WHOLE: [Field; 2] = [Field::Cause, Field::Trigger];

/// The kinds of events that tell of each detection source, in the order of the labels.
const SOURCES: [Kind; 4] = [Kind::Alert, Kind::Report, Kind::Notice, Kind::Partner];

/// The classes of the model of detection lines: each source, awareness of which the line does not say how, and lines that
/// tell of no detection.
pub(crate) fn ways() -> Vec<&'static str> {
    let known = DetectionSource::ALL.iter().filter(|source| **source != DetectionSource::Unknown);
    known.map(|source| source.as_str()).chain(["aware", "none"]).collect()
}

/// No field has more labels.
const MOST_LABELS: usize = 16;

/// The strongest cue for each label of a field; there are more places than labels, so that it needs no memory of its own.
type Strongest = [f32; MOST_LABELS];

fn strongest<L: Copy + PartialEq>(cues: &Cues<L>, labels: &[L], asked: Asked) -> Strongest {
    const { assert!(RootCause::ALL.len() <= MOST_LABELS && Trigger::ALL.len() <= MOST_LABELS) }
    let mut out = Strongest::default();
    for row in cues.strongest(asked) {
        if let Some(at) = labels.iter().position(|label| *label == row.kind) {
            out[at] = out[at].max(row.weight as f32);
        }
    }
    out
}

/// The supports of the labels of each field, in the order of [`Field::ALL`]. `at` is the quote of the detection that `times` found.
pub(super) fn read(sources: &Sources, at: Option<Span>) -> [Case; 3] {
    let mut cases = Field::ALL.map(Case::new);
    let updates = sources.updates();
    if let Some(title) = sources.title {
        one(sources, &updates, &mut cases, title, None, 0.0, at);
    }
    let count = sources.told().count().max(1) as f32;
    for (nth, sentence) in sources.told().enumerate() {
        one(sources, &updates, &mut cases, sentence.span, Some(sentence), nth as f32 / count, at);
    }
    let whole = sources.models.gist.chances(sources.told().map(|sentence| sentence.span.of(sources.text)));
    for (field, chances) in OF_WHOLE.into_iter().zip(whole) {
        cases[field as usize].whole = chances;
    }
    for case in &mut cases {
        case.status |= sources.document.blocks.iter().any(|block| block.kind == BlockKind::Update);
    }
    cases
}

/// Reads one sentence, or the title, for every field.
fn one(
    sources: &Sources,
    updates: &[Span],
    cases: &mut [Case; 3],
    span: Span,
    sentence: Option<&Sentence>,
    place: f32,
    at: Option<Span>,
) {
    let text = span.of(sources.text);
    let asked = Asked::from(text);
    let (factor, causal) = stance(asked);
    let mut out = Vec::new();
    let read = sources.models.reasons.chances(text, &mut out);
    let heading = if sentence.is_some_and(|sentence| sentence.heading) { 0.6 } else { 1.0 };
    let section = sentence.map(|sentence| sentence.section);
    for ((field, case), chances) in Field::ALL.into_iter().zip(cases).zip(read) {
        let mut factor = factor.min(2.5) * heading;
        let weight = section.map_or(TITLE, |section| field.weight(section));
        let mut cues = match field {
            Field::Cause => strongest(&CAUSES, RootCause::ALL, asked),
            Field::Trigger => strongest(&TRIGGERS, Trigger::ALL, asked),
            Field::Detection => {
                if sources.is_boilerplate(updates, span) || is_whole_head(text) {
                    continue;
                }
                factor = if section == Some(Section::Detection) { 1.0 } else { factor.min(1.0) };
                let scores = score_asked(asked);
                let mut cues = Strongest::default();
                cues.iter_mut().zip(SOURCES).for_each(|(cue, kind)| *cue = scores.of(kind) as f32);
                cues
            }
        };
        let cues = &mut cues[..field.labels().len()];
        sources.settings.strengthen(field, text, cues);
        let found = field == Field::Detection && at.is_some_and(|at| at.contains(span) || span.contains(at));
        case.add(&Reading { quote: span, section, place, weight, factor, causal, found, cues, chances });
    }
}

/// The categories of the user's taxonomy whose phrases the document has, by number, the strongest first, each with the
/// sentence that says it best.
pub(super) fn spoken_of(sources: &Sources) -> Vec<(usize, Span)> {
    let mut best: Vec<(usize, f32, Span)> = Vec::new();
    if !sources.settings.has_own_cues() {
        return Vec::new();
    }
    let title = sources.title.map(|title| (title, TITLE));
    let told = sources.outline.sentences.iter().filter(|sentence| {
        let kind = sources.document.blocks[sentence.block].kind;
        !matches!(kind, BlockKind::Update | BlockKind::Code)
            && !matches!(sentence.section, Section::Actions | Section::Lessons | Section::Other)
    });
    for (span, weight) in told.map(|sentence| (sentence.span, Field::Cause.weight(sentence.section))).chain(title) {
        let text = span.of(sources.text);
        for nth in sources.settings.spoken_of(text) {
            let worth = weight * stance(text.into()).0;
            match best.iter_mut().find(|(known, ..)| *known == nth) {
                None => best.push((nth, worth, span)),
                Some((_, most, quote)) if worth > *most => (*most, *quote) = (worth, span),
                Some(_) => {}
            }
        }
    }
    best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    best.into_iter().map(|(nth, _, quote)| (nth, quote)).collect()
}

impl Sources<'_> {
    /// The sentences that tell what happened: no metadata, no code, and no line that only says when an update was posted.
    pub(super) fn told(&self) -> impl Iterator<Item = &Sentence> {
        let kind = |sentence: &Sentence| self.document.blocks[sentence.block].kind;
        let told = move |sentence: &&Sentence| {
            !matches!(kind(sentence), BlockKind::Update | BlockKind::Meta | BlockKind::Code)
        };
        self.outline.sentences.iter().filter(told)
    }

    /// The short updates of a status thread, in the order of the text.
    fn updates(&self) -> Vec<Span> {
        let short = self.events.iter().filter(|event| event.update && event.text.len() < SHORT);
        let mut out: Vec<Span> = short.map(|event| event.text).collect();
        out.sort_unstable_by_key(|span| span.start);
        out
    }

    /// "We are investigating reports of ..." in a status thread; "customers are telling us" is an account.
    fn is_boilerplate(&self, updates: &[Span], span: Span) -> bool {
        let before = &updates[..updates.partition_point(|update| update.start <= span.start)];
        let mut near = before.iter().rev().take_while(|update| update.start + SHORT > span.start);
        near.any(|update| update.contains(span)) && span.of(self.text).to_ascii_lowercase().contains("investigating")
    }
}

/// An update of fewer bytes is boilerplate, a longer one an account.
const SHORT: usize = 700;

#[cfg(test)]
mod tests {
    use super::super::cues::tests::examples_hold;

    #[test]
    fn every_example_of_the_lexicons_holds() {
        for lexicon in [
            include_str!("../../../data/lexicon/causes.tsv"),
            include_str!("../../../data/lexicon/triggers.tsv"),
            include_str!("../../../data/lexicon/stance.tsv"),
            include_str!("../../../data/lexicon/impact.tsv"),
        ] {
            examples_hold(lexicon);
        }
    }
}
