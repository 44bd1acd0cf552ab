//! Chooses a label of each field: a conditional logit over the labels that the document supports and "not told".
//!
//! The weights (`data/model/labels.tsv`) are fitted by `coroner train labels`. The chance of a label is the field's
//! confidence. A label without a sentence that speaks for it is never the answer, because it would have no evidence; but what
//! set an incident off may follow from its cause ("the certificate ran out"), so the quote of the cause speaks for a
//! trigger too, and how causes lean towards triggers is learnt.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::{Case, Field};
use crate::document::Span;
use crate::extract::models::Models;
use crate::model::weights::{Scorer, Sink, Weights, softmax};

/// A label further down counts as true too from this chance on.
const ALSO: f32 = 0.2;

/// A label that a document supports, or "unknown".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub label: &'static str,
    pub chance: f32,
    /// The chance that it is right, as another may be right beside it.
    pub confidence: f32,
    /// The sentence that says it best; none for "unknown".
    pub quote: Option<Span>,
}

/// What is known of the root cause and the detection when the trigger is chosen: the chance of each label.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    chances: Chances,
    quote: Option<Span>,
}

/// Labels of several fields, each with its chance.
pub(crate) type Chances = Vec<(&'static str, f32)>;

impl Known {
    /// Chances by label, and the quote of the cause decided on.
    pub fn new(chances: Chances, quote: Option<Span>) -> Known {
        Known { chances, quote }
    }

    fn describe(&self, trigger: &str, sink: &mut impl Sink) {
        for (label, chance) in &self.chances {
            sink.give(label, trigger, 2.0 * chance);
        }
    }
}

/// The labels that may be the answer, with the quote that speaks for each.
fn alternatives(case: &Case, known: &Known) -> Vec<(usize, Option<Span>)> {
    let quote = |nth: usize| case.supports[nth].quote.or(known.quote);
    match case.field {
        Field::Trigger if known.quote.is_some() => (0..case.supports.len()).map(|nth| (nth, quote(nth))).collect(),
        _ => case.supported().map(|nth| (nth, quote(nth))).collect(),
    }
}

/// The labels of a field from the likeliest to the least, "unknown" among them.
fn answers(case: &Case, known: &Known, model: &Weights<3>) -> Vec<Answer> {
    let field = case.field as usize;
    let mut out = Vec::new();
    let mut scores = Vec::new();
    for (nth, quote) in alternatives(case, known) {
        let mut one = Scorer::new(model);
        case.describe(nth, &mut one);
        known.describe(case.field.labels()[nth], &mut one);
        scores.push(one.scores[field]);
        out.push(Answer { label: case.field.labels()[nth], chance: 0.0, confidence: 0.0, quote });
    }
    let mut one = Scorer::new(model);
    case.describe_unknown(&mut one);
    known.describe("unknown", &mut one);
    scores.push(one.scores[field]);
    out.push(Answer { label: "unknown", chance: 0.0, confidence: 0.0, quote: None });
    softmax(&mut scores);
    for (answer, chance) in out.iter_mut().zip(scores) {
        answer.chance = chance;
        answer.confidence = model.confidence(field, chance);
    }
    out.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    out
}

/// What was decided about a field.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    /// The answer; none where the document does not tell, or not surely enough.
    pub answer: Option<Answer>,
    /// Further labels that are likely to be true.
    pub also: Vec<Answer>,
}

impl Decision {
    /// The label as the record has it.
    pub fn label<L: FromStr + Default>(&self) -> L {
        self.answer.and_then(|answer| answer.label.parse().ok()).unwrap_or_default()
    }

    pub fn also<L: FromStr>(&self) -> Vec<L> {
        self.also.iter().filter_map(|answer| answer.label.parse().ok()).collect()
    }
}

/// Decides root cause, trigger and detection source. An answer of a confidence below `floor` is none.
pub(crate) fn decide(cases: &[Case; 3], models: &Models, floor: f32) -> [Decision; 3] {
    let model = &models.labels;
    let [cause, trigger, detection] = cases;
    let causes = answers(cause, &Known::default(), model);
    let detections = answers(detection, &Known::default(), model);
    let told = causes.iter().chain(&detections).filter(|answer| answer.quote.is_some());
    let chances = told.map(|answer| (answer.label, answer.chance)).collect();
    let known = Known::new(chances, causes.first().and_then(|answer| answer.quote));
    let triggers = answers(trigger, &known, model);
    [causes, triggers, detections].map(|answers| {
        let told = |answer: &&Answer| answer.quote.is_some();
        let answer = answers.first().copied().filter(|answer| told(&answer) && answer.confidence >= floor);
        let also = answers
            .iter()
            .skip(1)
            .filter(|other| answer.is_some() && told(other) && other.chance >= ALSO && other.confidence >= floor);
        Decision { answer, also: also.copied().collect() }
    })
}

/// The labels of a document's field as features by name, for `coroner train labels`.
#[derive(Clone, Debug)]
pub(crate) struct Lesson {
    pub labels: Vec<&'static str>,
    pub features: Vec<BTreeMap<String, f32>>,
}

/// What there is to learn from a document about a field; `chances` are those of the labels of the fields it may follow from.
pub(crate) fn lesson(case: &Case, chances: &Chances) -> Lesson {
    let causes =
        || chances.iter().filter(|(label, _)| Field::Cause.labels().contains(label)).map(|(_, chance)| *chance);
    // Which quote it would be does not matter here, only whether a cause would be decided on.
    let is_told = causes().fold(0.0, f32::max) > 1.0 - causes().sum::<f32>();
    let known = Known::new(chances.clone(), is_told.then(Span::default));
    let mut out = Lesson { labels: Vec::new(), features: Vec::new() };
    for (nth, _) in alternatives(case, &known) {
        let mut features = BTreeMap::new();
        case.describe(nth, &mut features);
        known.describe(case.field.labels()[nth], &mut features);
        out.labels.push(case.field.labels()[nth]);
        out.features.push(features);
    }
    let mut features = BTreeMap::new();
    case.describe_unknown(&mut features);
    known.describe("unknown", &mut features);
    out.labels.push("unknown");
    out.features.push(features);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_no_sentence_speaks_for_is_no_answer() {
        for field in Field::ALL {
            let case = Case::new(field);
            let answers = answers(&case, &Known::default(), &Models::in_use().labels);
            assert!(matches!(answers.as_slice(), [Answer { label: "unknown", quote: None, .. }]), "{answers:?}");
        }
    }
}
