//! Fits the models of extraction: what `coroner train` does.
//!
//! Lines teach what words mean ([`lines`]), labelled documents teach which moment is which ([`times`]). The two are kept apart:
//! lines are written by us and lie in `data/train`, documents may lie anywhere. A model of documents is checked on groups that it
//! has not seen, one organisation after the other, because two reports of one organisation resemble each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use crate::document::Document;
use crate::extract::{HAPPENINGS, Lesson, ROLES, lesson, reasons, ways};
use crate::labels::{Label, agrees};
use crate::model::fit::{Example, fit};
use crate::model::lines::learn;
use crate::model::weights::{softmax, write};
use crate::when::When;

/// How strongly weights are drawn to zero, chosen under cross-validation by organisation.
const LINES_PENALTY: f64 = 1.0;
const TIMES_PENALTY: f64 = 10.0;

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
}

impl LineModel {
    fn classes(self) -> Vec<&'static str> {
        match self {
            LineModel::Events => HAPPENINGS.to_vec(),
            LineModel::Detections => ways(),
            LineModel::Causes => reasons(),
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
    let mut out = String::new();
    for line in causes.lines() {
        let mut cells = line.splitn(3, '\t');
        if let (Some(cause), Some(_), Some(text)) = (cells.next(), cells.next(), cells.next()) {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{cause}\t{text}");
        }
    }
    let silent = |kind: &str| !matches!(kind, "cause" | "fault" | "investigate" | "start" | "other");
    for (_, text) in events.lines().filter_map(|line| line.split_once('\t')).filter(|(kind, _)| silent(kind)) {
        let _ = writeln!(out, "none\t{text}");
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
    lesson: Lesson,
    label: Label,
}

impl Case {
    pub fn new(document: &Document, label: Label) -> Case {
        Case { lesson: lesson(document), label }
    }

    /// Which candidates are right for a role: none at all means "none of them".
    fn right(&self, role: &str) -> Right {
        let wanted = self.label.instants(role);
        if wanted.is_empty() {
            return Right::None;
        }
        let agree = |when: &Option<When>| when.is_some_and(|w| wanted.iter().any(|label| agrees(w, *label)));
        let right: Vec<bool> = self.lesson.candidates.iter().map(|(when, _)| agree(when)).collect();
        if right.contains(&true) { Right::These(right) } else { Right::Missing }
    }
}

enum Right {
    These(Vec<bool>),
    None,
    /// The label's instant is no candidate: there is nothing to learn.
    Missing,
}

/// The features that count, each with its number.
fn vocabulary(cases: &[&Case]) -> Vec<String> {
    let enough = GROUPS.min(groups(cases).len());
    let mut seen: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for case in cases {
        let all = case.lesson.candidates.iter().map(|(_, features)| features).chain([&case.lesson.none]);
        for feature in all.flat_map(BTreeMap::keys) {
            let (groups, documents) = seen.entry(feature).or_default();
            groups.insert(case.label.group());
            documents.insert(&case.label.id);
        }
    }
    let counts = |(groups, documents): &(BTreeSet<_>, BTreeSet<_>)| groups.len() >= enough && documents.len() >= GROUPS;
    seen.into_iter().filter(|(_, seen)| counts(seen)).map(|(feature, _)| feature.to_owned()).collect()
}

fn groups<'c>(cases: &[&'c Case]) -> BTreeSet<&'c str> {
    cases.iter().map(|case| case.label.group()).collect()
}

type Index<'v> = HashMap<&'v str, u32>;

fn sparse(features: &BTreeMap<String, f32>, index: &Index) -> Vec<(u32, f32)> {
    features.iter().filter_map(|(name, value)| Some((*index.get(name.as_str())?, *value))).collect()
}

fn alternatives(case: &Case, index: &Index) -> Vec<Vec<(u32, f32)>> {
    let candidates = case.lesson.candidates.iter().map(|(_, features)| features);
    candidates.chain([&case.lesson.none]).map(|features| sparse(features, index)).collect()
}

fn fitted(cases: &[&Case], role: &str, index: &Index) -> Result<Vec<f64>, String> {
    let examples: Vec<Example> = cases
        .iter()
        .filter_map(|case| {
            let mut right = match case.right(role) {
                Right::These(right) => right,
                Right::None => vec![false; case.lesson.candidates.len()],
                Right::Missing => return None,
            };
            let none = !right.contains(&true);
            right.push(none);
            Some(Example { alternatives: alternatives(case, index), right, weight: 1.0 })
        })
        .collect();
    fit(&examples, index.len(), TIMES_PENALTY)
}

/// A case that was held out, and the scores that a model of the others gave its candidates and "none of them".
struct Held<'c> {
    case: &'c Case,
    scores: Vec<f64>,
}

/// Every case scored for every role by a model that has not seen its organisation.
fn held_out<'c>(cases: &[&'c Case], folds: usize) -> Result<Vec<Vec<Held<'c>>>, String> {
    let groups = groups(cases);
    if groups.len() < 2 {
        return Err("all labels are of one organisation, so none can be held out: give labels of others too".to_owned());
    }
    let fold_of: HashMap<&str, usize> = groups.iter().enumerate().map(|(nth, group)| (*group, nth % folds)).collect();
    let mut out: Vec<Vec<Held>> = ROLES.iter().map(|_| Vec::new()).collect();
    for fold in 0..folds {
        let held = |case: &&Case| fold_of.get(case.label.group()) == Some(&fold);
        let (test, train): (Vec<&Case>, Vec<&Case>) = cases.iter().copied().partition(held);
        let names = vocabulary(&train);
        let index: Index = names.iter().zip(0u32..).map(|(name, at)| (name.as_str(), at)).collect();
        for (role, out) in ROLES.iter().zip(&mut out) {
            let weights = fitted(&train, role, &index)?;
            let score = |features: &Vec<(u32, f32)>| {
                features.iter().map(|(at, value)| weights[*at as usize] * f64::from(*value)).sum()
            };
            out.extend(
                test.iter().map(|case| Held { case, scores: alternatives(case, &index).iter().map(score).collect() }),
            );
        }
    }
    Ok(out)
}

/// The factor on scores under which held-out answers are likeliest: a penalty makes chances too even.
/// Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017 (temperature scaling).
fn sharpness(held: &[Held], role: &str) -> f64 {
    let loss = |factor: f64| -> f64 {
        let of = |held: &Held| {
            let right = match held.case.right(role) {
                Right::These(right) => right,
                Right::None => vec![false; held.case.lesson.candidates.len()],
                Right::Missing => return 0.0,
            };
            let none = !right.contains(&true);
            let chances = chances(&held.scores, factor);
            let sum: f64 = chances.iter().zip(right.iter().chain([&none])).filter(|(_, r)| **r).map(|(c, _)| c).sum();
            -sum.max(1e-9).ln()
        };
        held.iter().map(of).sum()
    };
    let tried = (5..=40).map(|tenth| f64::from(tenth) / 10.0);
    tried.min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(1.0)
}

fn chances(scores: &[f64], factor: f64) -> Vec<f64> {
    let mut scores: Vec<f32> = scores.iter().map(|score| (score * factor) as f32).collect();
    softmax(&mut scores);
    scores.into_iter().map(f64::from).collect()
}

/// Learns which moment is the start, the detection and the end; gives the model's file. Its chances are sharpened to hold on
/// organisations that were held out, in so many parts.
///
/// # Errors
/// All labels are of one organisation, so that nothing can be held out; or the loss could not be minimised.
pub fn times(cases: &[Case], folds: usize, note: &str) -> Result<String, String> {
    let cases: Vec<&Case> = cases.iter().filter(|case| case.label.is_incident).collect();
    let held = held_out(&cases, folds)?;
    let names = vocabulary(&cases);
    let index: Index = names.iter().zip(0u32..).map(|(name, at)| (name.as_str(), at)).collect();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for (role, held) in ROLES.iter().zip(&held) {
        let factor = sharpness(held, role);
        columns.push(fitted(&cases, role, &index)?.into_iter().map(|weight| weight * factor).collect());
    }
    let rows: Vec<Vec<f64>> = (0..names.len()).map(|at| columns.iter().map(|column| column[at]).collect()).collect();
    Ok(write(note, &names, &ROLES, &rows, 0.005))
}

/// A chance that was given, and whether it was right to give it.
type Answer = (f64, bool);

/// How the choice does on organisations that it has not seen: each of `folds` parts of the organisations is held out once. Each
/// instant is judged alone, before the three are taken together. The figures are precision, recall and F1 of the most
/// likely candidate from `floor` on, and the expected calibration error (ten bins) of its chance.
///
/// # Errors
/// Those of [`times`].
pub fn cross_validated(cases: &[Case], folds: usize, floor: f64) -> Result<String, String> {
    let cases: Vec<&Case> = cases.iter().filter(|case| case.label.is_incident).collect();
    let mut report = format!("{} documents, {} organisations\n", cases.len(), groups(&cases).len());
    for (role, held) in ROLES.iter().zip(&held_out(&cases, folds)?) {
        let factor = sharpness(held, role);
        let labelled = held.iter().filter(|held| !matches!(held.case.right(role), Right::None)).count();
        let answer = |held: &Held| {
            let (chance, at) = likeliest(held, factor).filter(|(chance, _)| *chance >= floor)?;
            Some((chance, matches!(held.case.right(role), Right::These(right) if right[at])))
        };
        let answers: Vec<Answer> = held.iter().filter_map(answer).collect();
        let right = answers.iter().filter(|(_, right)| *right).count();
        let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        let (precision, recall) = (share(right, answers.len()), share(right, labelled));
        let f1 = share(2 * right, answers.len() + labelled);
        // Writing to a string does not fail.
        let _ = writeln!(
            report,
            "{role:12} labelled {labelled:4}  answered {:4}  precision {precision:.3}  recall {recall:.3}  F1 {f1:.3}  \
             ECE {:.3}  sharpened {factor:.1}",
            answers.len(),
            calibration_error(&answers),
        );
    }
    Ok(report)
}

/// The likeliest moment, its chance over all places that tell it, and one of these.
fn likeliest(held: &Held, factor: f64) -> Option<(f64, usize)> {
    let chances = chances(&held.scores, factor);
    let mut best: Vec<(Option<When>, f64, usize)> = Vec::new();
    for (at, ((when, _), chance)) in held.case.lesson.candidates.iter().zip(&chances).enumerate() {
        match best.iter_mut().find(|(known, ..)| known == when) {
            Some((_, all, _)) => *all += chance,
            None => best.push((*when, *chance, at)),
        }
    }
    let none = chances.last().copied().unwrap_or(1.0);
    let (_, chance, at) = best.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (chance > none).then_some((chance, at))
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
