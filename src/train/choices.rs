//! Chooses the weights of the models that choose: which moment is which, which label is right.
//!
//! Each document is a question with its alternatives, "none of them" among them, of which the label says which are right. The
//! weights are those of a conditional logit; its chances are made sharper or blunter until they hold on organisations that were
//! held out, because two reports of one organisation resemble each other.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::extract::{Chances, Field, ROLES, Supports, TimesLesson, lesson};
use crate::labels::{Label, agrees};
use crate::model::fit::{Example, fit};
use crate::model::weights::{POWER, softmax, write};
use crate::when::When;

/// What a document counts for beside one that is judged, where it teaches labels, and where it teaches only which moment is which.
/// Who writes to teach tells causes in other proportions than reports do: on public reports of organisations held out, with 360 such
/// documents, detection, cause and trigger were right by .018, .004 and .024 more often at this weight than at 1 (by .005, .005
/// and .014 under another dealing of organisations).
pub(super) const ASIDE: f64 = 0.3;

/// What a document that is not judged counts for where it teaches labels too and is asked which moment is which: there are twice as many
/// of them as public reports by now. At this weight and at 1 both do the same on organisations held out.
pub(super) const ASIDE_OF_TIMES: f64 = 0.5;

/// How strongly weights are drawn to zero, chosen under cross-validation by organisation.
const TIMES_PENALTY: f64 = 10.0;
const LABELS_PENALTY: f64 = 4.0;

/// A feature of documents counts where at least so many organisations have it, or all where there are fewer, and as many
/// documents.
const GROUPS: usize = 4;

/// Into how many parts the organisations are split to see how sharp chances may be.
const PARTS: usize = 6;

/// One labelled document, and what can be learnt from it.
pub(super) struct Case<'l, L> {
    pub label: &'l Label,
    /// Whether it counts in what is held to be right, or is only learnt from, as documents are that were written to teach.
    pub judged: bool,
    /// How much it is learnt from.
    pub weight: f64,
    pub lesson: L,
}

/// One choice to learn from.
struct Question<'c> {
    label: &'c Label,
    judged: bool,
    weight: f64,
    /// The alternatives as features by name; the last is "none of them" or "not told".
    alternatives: Vec<Cow<'c, BTreeMap<String, f32>>>,
    /// Which are right. Where none is, the right answer is no alternative, and there is nothing to learn.
    right: Vec<bool>,
    /// Alternatives of one number are the same answer, told in several places.
    same: Vec<usize>,
}

impl Question<'_> {
    fn group(&self) -> &str {
        self.label.group()
    }
}

/// The choice of an instant in each document.
fn instants<'c>(cases: &[&'c Case<TimesLesson>], role: &str) -> Vec<Question<'c>> {
    let of = |case: &&'c Case<TimesLesson>| {
        let wanted = case.label.instants(role);
        let candidates = &case.lesson.candidates;
        let agree = |when: &Option<When>| when.is_some_and(|w| wanted.iter().any(|label| agrees(w, *label)));
        let mut right: Vec<bool> = candidates.iter().map(|(when, _)| agree(when)).collect();
        right.push(wanted.is_empty());
        let first = |when: &Option<When>| candidates.iter().position(|(other, _)| other == when).unwrap_or(0);
        let mut same: Vec<usize> = candidates.iter().map(|(when, _)| first(when)).collect();
        same.push(candidates.len());
        let all = candidates.iter().map(|(_, features)| features).chain([&case.lesson.none]);
        Question {
            label: case.label,
            judged: case.judged,
            weight: case.weight,
            alternatives: all.map(Cow::Borrowed).collect(),
            right,
            same,
        }
    };
    cases.iter().map(of).collect()
}

/// The choice of a label in each document; `known` are the chances of labels that it may follow from.
fn labels<'c>(cases: &[&'c Case<[Supports; 3]>], field: Field, known: &[Chances]) -> Vec<Question<'c>> {
    let nothing = Chances::new();
    let of = |(nth, case): (usize, &&'c Case<[Supports; 3]>)| {
        let lesson = lesson(&case.lesson[field as usize], known.get(nth).unwrap_or(&nothing));
        let wanted = case.label.labels(field.name());
        Question {
            label: case.label,
            judged: case.judged,
            weight: case.weight,
            right: lesson.labels.iter().map(|label| wanted.iter().any(|wanted| wanted == label)).collect(),
            same: (0..lesson.labels.len()).collect(),
            alternatives: lesson.features.into_iter().map(Cow::Owned).collect(),
        }
    };
    cases.iter().enumerate().map(of).collect()
}

/// The features that count.
fn vocabulary(questions: &[&Question]) -> Vec<String> {
    let enough = GROUPS.min(groups(questions).len());
    let mut seen: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for question in questions {
        for feature in question.alternatives.iter().flat_map(|features| features.keys()) {
            let (groups, documents) = seen.entry(feature).or_default();
            groups.insert(question.group());
            documents.insert(&question.label.id);
        }
    }
    let counts = |(groups, documents): &(BTreeSet<_>, BTreeSet<_>)| groups.len() >= enough && documents.len() >= GROUPS;
    seen.into_iter().filter(|(_, seen)| counts(seen)).map(|(feature, _)| feature.to_owned()).collect()
}

fn groups<'c>(questions: &[&'c Question]) -> BTreeSet<&'c str> {
    questions.iter().map(|question| question.group()).collect()
}

/// The weight of each feature that counts, by its name.
type Fitted = BTreeMap<String, f64>;

fn fitted(questions: &[&Question], penalty: f64) -> Result<Fitted, String> {
    let names = vocabulary(questions);
    let index: HashMap<&str, u32> = names.iter().zip(0u32..).map(|(name, at)| (name.as_str(), at)).collect();
    let sparse = |features: &Cow<BTreeMap<String, f32>>| {
        features.iter().filter_map(|(name, value)| Some((*index.get(name.as_str())?, *value))).collect()
    };
    let examples: Vec<Example> = questions
        .iter()
        .filter(|question| question.right.contains(&true))
        .map(|question| Example {
            alternatives: question.alternatives.iter().map(sparse).collect(),
            right: question.right.clone(),
            weight: question.weight,
        })
        .collect();
    let weights = fit(&examples, names.len(), penalty)?;
    Ok(names.into_iter().zip(weights).collect())
}

/// A question that was held out, and the scores that a model of the others gave its alternatives.
struct Held<'q> {
    question: &'q Question<'q>,
    scores: Vec<f64>,
}

/// Every question scored, in order, by a model that has not seen its organisation.
fn held_out<'q>(questions: &'q [Question<'q>], penalty: f64) -> Result<Vec<Held<'q>>, String> {
    let all: Vec<&Question> = questions.iter().collect();
    let groups = groups(&all);
    if groups.len() < 2 {
        return Err("all labels are of one organisation, so none can be held out: give labels of others too".to_owned());
    }
    let fold_of: HashMap<&str, usize> = groups.iter().enumerate().map(|(nth, group)| (*group, nth % PARTS)).collect();
    let fold = |question: &Question| fold_of.get(question.group()).copied().unwrap_or(0);
    let models: Vec<Fitted> = (0..PARTS)
        .map(|out| fitted(&questions.iter().filter(|question| fold(question) != out).collect::<Vec<_>>(), penalty))
        .collect::<Result<_, _>>()?;
    let scored = |question: &'q Question<'q>| {
        let model = &models[fold(question)];
        let score = |features: &Cow<BTreeMap<String, f32>>| {
            features.iter().map(|(name, value)| model.get(name).unwrap_or(&0.0) * f64::from(*value)).sum()
        };
        Held { question, scores: question.alternatives.iter().map(score).collect() }
    };
    Ok(questions.iter().map(scored).collect())
}

/// The factor on scores under which held-out answers are likeliest: a penalty makes chances too even.
/// Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017 (temperature scaling).
fn sharpness(held: &[Held]) -> f64 {
    let loss = |factor: f64| -> f64 {
        let of = |held: &Held| {
            let chances = chances(&held.scores, factor);
            let right = &held.question.right;
            let sum: f64 = chances.iter().zip(right).filter(|(_, right)| **right).map(|(chance, _)| chance).sum();
            if right.contains(&true) { -sum.max(1e-9).ln() } else { 0.0 }
        };
        held.iter().filter(|held| held.question.judged).map(of).sum()
    };
    let tried = (5..=40).map(|tenth| f64::from(tenth) / 10.0);
    tried.min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(1.0)
}

fn chances(scores: &[f64], factor: f64) -> Vec<f64> {
    let mut scores: Vec<f32> = scores.iter().map(|score| (score * factor) as f32).collect();
    softmax(&mut scores);
    scores.into_iter().map(f64::from).collect()
}

/// The power of its chance that is best as the chance that an answer is right: an answer may be right beside another, as where a
/// label has a second that a reader would accept, so that its own chance understates it.
fn power(answers: &[Answer]) -> f64 {
    let loss = |power: f64| -> f64 {
        let of = |(chance, right): &Answer| {
            let sure = chance.powf(power).clamp(1e-6, 1.0 - 1e-6);
            if *right { -sure.ln() } else { -(1.0 - sure).ln() }
        };
        answers.iter().map(of).sum()
    };
    let tried = (2..=40).map(|twentieth| f64::from(twentieth) / 20.0);
    tried.min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(1.0)
}

/// Learns which moment is the start, the detection and the end; gives the model's file.
///
/// # Errors
/// All labels are of one organisation, so that nothing can be held out; or the loss could not be minimised.
pub(super) fn times(cases: &[&Case<TimesLesson>]) -> Result<String, String> {
    let questions = ROLES.map(|role| (role, instants(cases, role)));
    learn("Which moment is which", cases.len(), &questions, TIMES_PENALTY)
}

/// Learns which root cause, trigger and detection source a document tells; gives the model's file.
///
/// # Errors
/// As [`times`].
pub(super) fn kinds(cases: &[&Case<[Supports; 3]>]) -> Result<String, String> {
    // A trigger is learnt from what is said of cause and detection where these were held out, as it will be in use.
    let mut known = vec![Chances::new(); cases.len()];
    for field in [Field::Cause, Field::Detection] {
        let questions = labels(cases, field, &[]);
        let held = held_out(&questions, LABELS_PENALTY)?;
        let factor = sharpness(&held);
        for ((case, held), known) in cases.iter().zip(&held).zip(&mut known) {
            let lesson = lesson(&case.lesson[field as usize], &Chances::new());
            let told = lesson.labels.into_iter().zip(chances(&held.scores, factor));
            known.extend(told.map(|(l, chance)| (l, chance as f32)).filter(|(label, _)| *label != "unknown"));
        }
    }
    let questions = Field::ALL.map(|field| {
        let known = if field == Field::Trigger { known.as_slice() } else { &[] };
        (field.name(), labels(cases, field, known))
    });
    learn("Which label is right", cases.len(), &questions, LABELS_PENALTY)
}

/// Learns to choose, one column of weights for each name; gives the model's file.
fn learn(what: &str, documents: usize, all: &[(&'static str, Vec<Question>)], penalty: f64) -> Result<String, String> {
    let mut columns = Vec::new();
    for (name, questions) in all {
        let held = held_out(questions, penalty)?;
        let factor = sharpness(&held);
        let mut weights = fitted(&questions.iter().collect::<Vec<_>>(), penalty)?;
        weights.values_mut().for_each(|weight| *weight *= factor);
        let judged = held.iter().filter(|held| held.question.judged);
        let answers: Vec<Answer> = judged.filter_map(|held| likeliest(held, factor)).collect();
        weights.insert(POWER.to_owned(), power(&answers));
        columns.push((*name, weights));
    }
    let names: BTreeSet<&String> = columns.iter().flat_map(|(_, weights)| weights.keys()).collect();
    let row = |name: &&String| columns.iter().map(|(_, weights)| weights.get(*name).copied().unwrap_or(0.0)).collect();
    let rows: Vec<Vec<f64>> = names.iter().map(row).collect();
    let classes: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let note = format!("{what}. `coroner train` over {documents} labelled documents.");
    Ok(write(&note, &names, &classes, &rows, 0.005))
}

/// A chance that was given, and whether it was right to give it.
type Answer = (f64, bool);

/// The likeliest answer's chance, over all places that tell it, and whether it is right; none where "none of them" is likelier.
fn likeliest(held: &Held, factor: f64) -> Option<Answer> {
    let chances = chances(&held.scores, factor);
    let none = chances.len().checked_sub(1)?;
    let mut all = vec![0.0; chances.len()];
    for (same, chance) in held.question.same.iter().zip(&chances) {
        all[*same] += chance;
    }
    let best = (0..none).max_by(|a, b| all[*a].total_cmp(&all[*b]))?;
    (all[best] > all[none]).then(|| (all[best], held.question.right[best]))
}
