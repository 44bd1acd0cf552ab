//! Fits the models of extraction: what `coroner train` does.
//!
//! Lines teach what words mean ([`lines`]), labelled documents teach which moment is which ([`times`]). The two are kept apart:
//! lines are written by us and lie in `data/train`, documents may lie anywhere. A model of documents is checked on groups that it
//! has not seen, one organisation after the other, because two reports of one organisation resemble each other.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use crate::document::Document;
use crate::extract::{
    Chances, Field, HAPPENINGS, ROLES, SILENT, Supports, TimesLesson, lesson, lessons, occasions, reasons, ways,
};
use crate::labels::{Label, agrees};
use crate::model::fit::{Example, fit};
use crate::model::lines::learn;
use crate::model::weights::{POWER, softmax, write};
use crate::when::When;

/// What a document counts for that is only learnt from: those written to teach are harder than reports are, and from 0.2 to 1 no
/// weight did better than this one on organisations that were held out.
const ASIDE: f64 = 0.3;

/// How strongly weights are drawn to zero, chosen under cross-validation by organisation.
const LINES_PENALTY: f64 = 1.0;
const TIMES_PENALTY: f64 = 10.0;
const LABELS_PENALTY: f64 = 4.0;

/// A feature of documents counts where at least so many organisations have it, or all where there are fewer, and as many
/// documents.
const GROUPS: usize = 4;

/// A line's feature counts where at least so many lines have it.
const LINES: usize = 2;

/// A model of lines: the classes that it tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineModel {
    /// What a line says happened
    Events,
    /// How a line says the owners became aware
    Detections,
    /// Which root cause a line gives
    Causes,
    /// Which trigger a line gives
    Triggers,
}

impl LineModel {
    fn classes(self) -> Vec<&'static str> {
        match self {
            LineModel::Events => HAPPENINGS.to_vec(),
            LineModel::Detections => ways(),
            LineModel::Causes => reasons(),
            LineModel::Triggers => occasions(),
        }
    }
}

/// The lines of events as lines about detection: a happening that is none says so too.
pub fn detections_of_events(table: &str) -> String {
    let way = |kind: &str| match kind {
        "alert" => "monitoring",
        "report" => "customer",
        "partner" => "third_party",
        "notice" => "internal",
        "aware" => "aware",
        _ => "none",
    };
    let lines = table.lines().filter_map(|line| line.split_once('\t'));
    lines.map(|(kind, text)| format!("{}\t{text}\n", way(kind))).collect()
}

/// Lines of `cause<TAB>trigger<TAB>text`, and lines of events that give no cause, as lines about the root cause.
pub fn causes_and_events(causes: &str, events: &str) -> String {
    reasons_and_events(causes, events, "none", |cause, _| Some(cause))
}

/// The same lines as lines about the trigger. One of which nobody said what triggered it teaches nothing, unless it gives no
/// cause either.
pub fn triggers_and_events(causes: &str, events: &str) -> String {
    reasons_and_events(causes, events, SILENT, |cause, trigger| match (cause, trigger) {
        ("none", "-") => Some(SILENT),
        (_, "-") => None,
        (_, trigger) => Some(trigger),
    })
}

fn reasons_and_events(
    causes: &str,
    events: &str,
    silent: &str,
    class: impl for<'l> Fn(&'l str, &'l str) -> Option<&'l str>,
) -> String {
    let mut out = String::new();
    for line in causes.lines() {
        let mut cells = line.splitn(3, '\t');
        if let (Some(cause), Some(trigger), Some(text)) = (cells.next(), cells.next(), cells.next())
            && let Some(class) = class(cause, trigger)
        {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{class}\t{text}");
        }
    }
    let gives_none = |kind: &str| !matches!(kind, "cause" | "fault" | "investigate" | "start" | "other");
    for (_, text) in events.lines().filter_map(|line| line.split_once('\t')).filter(|(kind, _)| gives_none(kind)) {
        let _ = writeln!(out, "{silent}\t{text}");
    }
    out
}

/// Learns to tell the classes of lines. `table` holds lines of `class<TAB>text`; gives the model's file.
///
/// # Errors
/// A line that is not of that form or whose class is unknown, by its number.
pub fn lines(model: LineModel, table: &str, note: &str) -> Result<String, String> {
    let classes = model.classes();
    let mut lines = Vec::new();
    for (nth, line) in table.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty()) {
        let problem = |what: &str| format!("line {}: {what}: {line}", nth + 1);
        let (kind, text) = line.split_once('\t').ok_or_else(|| problem("not `class<TAB>text`"))?;
        let class = classes.iter().position(|known| *known == kind).ok_or_else(|| problem("unknown class"))?;
        // `@` stands for a time, and times are blanked before a line is read.
        lines.push((class, text.replace('@', " ")));
    }
    learn(note, &classes, &lines, LINES, LINES_PENALTY)
}

/// One labelled document, ready to learn from.
pub struct Case {
    times: TimesLesson,
    labels: [Supports; 3],
    label: Label,
    /// Whether it counts in what is held to be right, or is only learnt from, as documents are that were written to teach.
    judged: bool,
}

impl Case {
    pub fn new(document: &Document, label: Label, judged: bool) -> Case {
        let (times, labels) = lessons(document);
        Case { times, labels, label, judged }
    }
}

/// One choice to learn from.
struct Question<'c> {
    label: &'c Label,
    judged: bool,
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

    fn is_told(&self) -> bool {
        self.right.last() != Some(&true) || self.right.iter().filter(|right| **right).count() > 1
    }
}

/// The choice of an instant in each document.
fn instants<'c>(cases: &[&'c Case], role: &str) -> Vec<Question<'c>> {
    let of = |case: &&'c Case| {
        let wanted = case.label.instants(role);
        let candidates = &case.times.candidates;
        let agree = |when: &Option<When>| when.is_some_and(|w| wanted.iter().any(|label| agrees(w, *label)));
        let mut right: Vec<bool> = candidates.iter().map(|(when, _)| agree(when)).collect();
        right.push(wanted.is_empty());
        let first = |when: &Option<When>| candidates.iter().position(|(other, _)| other == when).unwrap_or(0);
        let mut same: Vec<usize> = candidates.iter().map(|(when, _)| first(when)).collect();
        same.push(candidates.len());
        let all = candidates.iter().map(|(_, features)| features).chain([&case.times.none]);
        Question {
            label: &case.label,
            judged: case.judged,
            alternatives: all.map(Cow::Borrowed).collect(),
            right,
            same,
        }
    };
    cases.iter().map(of).collect()
}

/// The choice of a label in each document; `known` are the chances of labels that it may follow from.
fn labels<'c>(cases: &[&'c Case], field: Field, known: &[Chances]) -> Vec<Question<'c>> {
    let nothing = Chances::new();
    let of = |(nth, case): (usize, &&'c Case)| {
        let lesson = lesson(&case.labels[field as usize], known.get(nth).unwrap_or(&nothing));
        let wanted = case.label.labels(field.name());
        Question {
            label: &case.label,
            judged: case.judged,
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
            weight: if question.judged { 1.0 } else { ASIDE },
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
fn held_out<'q>(questions: &'q [Question<'q>], folds: usize, penalty: f64) -> Result<Vec<Held<'q>>, String> {
    let all: Vec<&Question> = questions.iter().collect();
    let groups = groups(&all);
    if groups.len() < 2 {
        return Err("all labels are of one organisation, so none can be held out: give labels of others too".to_owned());
    }
    let fold_of: HashMap<&str, usize> = groups.iter().enumerate().map(|(nth, group)| (*group, nth % folds)).collect();
    let fold = |question: &Question| fold_of.get(question.group()).copied().unwrap_or(0);
    let models: Vec<Fitted> = (0..folds)
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

/// A model of documents: what it chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentModel {
    /// Which moment is the start, the detection and the end.
    Times,
    /// The root cause, the trigger and the detection source.
    Labels,
}

/// The questions that a model answers, each with its name.
fn with_questions<T>(
    model: DocumentModel,
    cases: &[Case],
    folds: usize,
    mut each: impl FnMut(&'static str, &[Question], f64) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let cases: Vec<&Case> = cases.iter().filter(|case| case.label.is_incident).collect();
    match model {
        DocumentModel::Times => {
            ROLES.into_iter().map(|role| each(role, &instants(&cases, role), TIMES_PENALTY)).collect()
        }
        DocumentModel::Labels => {
            // A trigger is learnt from what is said of cause and detection where these were held out, as it will be in use.
            let mut known = vec![Chances::new(); cases.len()];
            for field in [Field::Cause, Field::Detection] {
                let questions = labels(&cases, field, &[]);
                let held = held_out(&questions, folds, LABELS_PENALTY)?;
                let factor = sharpness(&held);
                for ((case, held), known) in cases.iter().zip(&held).zip(&mut known) {
                    let lesson = lesson(&case.labels[field as usize], &Chances::new());
                    let told = lesson.labels.into_iter().zip(chances(&held.scores, factor));
                    known.extend(told.map(|(l, chance)| (l, chance as f32)).filter(|(label, _)| *label != "unknown"));
                }
            }
            Field::ALL
                .into_iter()
                .map(|field| {
                    let known = if field == Field::Trigger { known.as_slice() } else { &[] };
                    each(field.name(), &labels(&cases, field, known), LABELS_PENALTY)
                })
                .collect()
        }
    }
}

/// Learns to choose; gives the model's file. Its chances are sharpened to hold on organisations that were held out, in so many
/// parts.
///
/// # Errors
/// All labels are of one organisation, so that nothing can be held out; or the loss could not be minimised.
pub fn documents(model: DocumentModel, cases: &[Case], folds: usize, note: &str) -> Result<String, String> {
    let columns = with_questions(model, cases, folds, |name, questions, penalty| {
        let held = held_out(questions, folds, penalty)?;
        let factor = sharpness(&held);
        let mut weights = fitted(&questions.iter().collect::<Vec<_>>(), penalty)?;
        weights.values_mut().for_each(|weight| *weight *= factor);
        let judged = held.iter().filter(|held| held.question.judged);
        let answers: Vec<Answer> = judged.filter_map(|held| likeliest(held, factor)).collect();
        weights.insert(POWER.to_owned(), power(&answers));
        Ok((name, weights))
    })?;
    let names: BTreeSet<&String> = columns.iter().flat_map(|(_, weights)| weights.keys()).collect();
    let row = |name: &&String| columns.iter().map(|(_, weights)| weights.get(*name).copied().unwrap_or(0.0)).collect();
    let rows: Vec<Vec<f64>> = names.iter().map(row).collect();
    let classes: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    Ok(write(note, &names, &classes, &rows, 0.005))
}

/// A chance that was given, and whether it was right to give it.
type Answer = (f64, bool);

/// How the choice does on organisations that it has not seen: each of `folds` parts of the organisations is held out once. Each
/// field is judged alone, and only documents that are to be judged count; instants before the three are taken together. The figures are accuracy (an answer that is right, or
/// none where there is none), precision, recall and F1 of the likeliest answer from `floor` on, and the expected calibration
/// error (ten bins) of its chance.
///
/// # Errors
/// Those of [`documents`].
pub fn cross_validated(model: DocumentModel, cases: &[Case], folds: usize, floor: f64) -> Result<String, String> {
    let incidents = cases.iter().filter(|case| case.label.is_incident && case.judged);
    let organisations: BTreeSet<&str> = incidents.clone().map(|case| case.label.group()).collect();
    let mut report = format!("{} documents, {} organisations\n", incidents.count(), organisations.len());
    let lines = with_questions(model, cases, folds, |name, questions, penalty| {
        let mut held = held_out(questions, folds, penalty)?;
        held.retain(|held| held.question.judged);
        let factor = sharpness(&held);
        let told = held.iter().filter(|held| held.question.is_told()).count();
        let answer = |held: &Held| likeliest(held, factor).filter(|(chance, _)| *chance >= floor);
        let mut answers: Vec<Answer> = held.iter().filter_map(answer).collect();
        let power = power(&answers);
        answers.iter_mut().for_each(|(chance, _)| *chance = chance.powf(power));
        let right = answers.iter().filter(|(_, right)| *right).count();
        let untold = |held: &&Held| answer(held).is_none() && held.question.right.last() == Some(&true);
        let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        Ok(format!(
            "{name:16} labelled {told:4}  answered {:4}  accuracy {:.3}  precision {:.3}  recall {:.3}  F1 {:.3}  ECE {:.3}  \
             sharpened {factor:.1}, power {power:.2}\n",
            answers.len(),
            share(right + held.iter().filter(untold).count(), held.len()),
            share(right, answers.len()),
            share(right, told),
            share(2 * right, answers.len() + told),
            calibration_error(&answers),
        ))
    })?;
    report.extend(lines);
    Ok(report)
}

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

/// The expected calibration error: the gap between chance and share of right answers, over ten bins, weighed by answers.
/// Source: Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015.
fn calibration_error(answers: &[Answer]) -> f64 {
    let mut bins = [(0usize, 0.0, 0usize); 10];
    for (chance, right) in answers {
        let bin = &mut bins[((chance * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1, bin.1 + chance, bin.2 + usize::from(*right));
    }
    let gaps = bins.iter().map(|(_, chances, right)| (chances - *right as f64).abs());
    gaps.sum::<f64>() / answers.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_that_hold_have_no_calibration_error() {
        let half = [(0.5, true), (0.5, false)];
        assert_eq!(calibration_error(&half), 0.0);
        assert_eq!(calibration_error(&[(0.95, false)]), 0.95);
        assert_eq!(calibration_error(&[]), 0.0);
    }

    #[test]
    fn a_table_of_events_with_a_fault_names_the_line() {
        for (table, fault) in [("start", "line 1: not `class"), ("# note\nbegin\tx", "line 2: unknown class")] {
            assert!(lines(LineModel::Events, table, "").unwrap_err().starts_with(fault));
        }
    }
}
