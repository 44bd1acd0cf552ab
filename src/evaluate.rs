//! How well records agree with hand labels, field by field: what `coroner eval` prints.
//!
//! The rules are those of the labelling guide (`docs/record.md`) and of [`crate::labels`]: a label or one of its `*_also` is
//! right; what the label leaves open has to be left open. Labels of kinds (detection source, root cause, trigger) are scored
//! by accuracy, instants and lengths by F1; `core` is the mean of the four figures that trend tables rest on, `exact` the
//! share of incidents with all four right. A label without a record counts as all wrong.
//!
//! Sources: Cohen's kappa: Cohen, "A Coefficient of Agreement for Nominal Scales", 1960; expected calibration error in ten
//! bins: Naeini, Cooper, Hauskrecht, AAAI 2015.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::labels::{Label, agrees, agrees_in_minutes};
use crate::record::Record;
use crate::when::When;

const KINDS: [&str; 3] = ["detection_source", "root_cause", "trigger"];
const LENGTHS: [&str; 2] = ["ttd_minutes", "ttr_minutes"];
const INSTANTS: [&str; 3] = ["started_at", "detected_at", "resolved_at"];

/// The fields that are judged, in the order of the table.
pub const JUDGED: [&str; 8] =
    [KINDS[0], KINDS[1], KINDS[2], LENGTHS[0], LENGTHS[1], INSTANTS[0], INSTANTS[1], INSTANTS[2]];

/// The four that trend tables rest on.
const CORE: [&str; 4] = ["detection_source", "ttd_minutes", "ttr_minutes", "root_cause"];

/// One field of one incident, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub right: bool,
    /// Whether the record answers, and whether the label does.
    pub answered: bool,
    pub labelled: bool,
    /// The record's chance for its answer.
    pub confidence: Option<f64>,
    pub found: String,
    pub wanted: String,
}

/// Judges a field; nothing where the label does not speak of it.
pub fn judge(field: &str, label: &Label, record: &Record) -> Option<Verdict> {
    if !label.speaks_of(field) {
        return None;
    }
    let confidence = record.confidence.get(field).copied();
    let verdict = |right, answered, labelled, found: String, wanted: String| {
        let confidence = confidence.filter(|_| answered);
        Some(Verdict { right, answered, labelled, confidence, found, wanted })
    };
    if KINDS.contains(&field) {
        let found = match field {
            "detection_source" => record.detection_source.as_str(),
            "root_cause" => record.root_cause.as_str(),
            _ => record.trigger.as_str(),
        };
        let wanted = label.labels(field);
        let first = wanted.first().copied().unwrap_or("unknown");
        return verdict(wanted.contains(&found), found != "unknown", first != "unknown", found.into(), first.into());
    }
    let blank = || "blank".to_owned();
    if LENGTHS.contains(&field) {
        let found = if field == "ttd_minutes" { record.ttd_minutes } else { record.ttr_minutes };
        let wanted = label.minutes(field);
        let right = match found {
            None => wanted.is_empty(),
            Some(found) => wanted.iter().any(|wanted| agrees_in_minutes(found, *wanted)),
        };
        let said = |minutes: Option<&f64>| minutes.map_or_else(blank, f64::to_string);
        return verdict(right, found.is_some(), !wanted.is_empty(), said(found.as_ref()), said(wanted.first()));
    }
    let found = match field {
        "started_at" => record.started_at,
        "detected_at" => record.detected_at,
        "resolved_at" => record.resolved_at,
        _ => return None,
    };
    let wanted = label.instants(field);
    let right = match found {
        None => wanted.is_empty(),
        Some(found) => wanted.iter().any(|wanted| agrees(found, *wanted)),
    };
    let said = |when: Option<&When>| when.map_or_else(blank, When::to_string);
    verdict(right, found.is_some(), !wanted.is_empty(), said(found.as_ref()), said(wanted.first()))
}

/// The figures of one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub field: &'static str,
    /// Incidents whose label speaks of the field, those whose label has a value, and those whose record has one.
    pub n: usize,
    pub labelled: usize,
    pub answered: usize,
    /// The share of `n` that is answered.
    pub coverage: f64,
    /// The share of `n` that is right: the label, or blank as the label is.
    pub accuracy: f64,
    /// The share of answers that is right.
    pub precision: f64,
    /// The share of labels with a value that is found.
    pub recall: f64,
    pub f1: f64,
    /// Agreement beyond chance; of kinds only.
    pub kappa: Option<f64>,
    /// The mean gap between confidence and share of right answers, over ten bins; none without answers.
    pub calibration_error: Option<f64>,
    /// What counts: accuracy of kinds, F1 of all else.
    pub score: f64,
}

/// Answers of one tenth of confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    pub answers: usize,
    pub mean_confidence: f64,
    pub share_right: f64,
}

/// All figures of a set of labels.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    pub labels: usize,
    pub with_record: usize,
    pub rows: Vec<Row>,
    /// The mean of the four figures that trend tables rest on, and the share of incidents with all four right.
    pub core: Option<f64>,
    pub exact: Option<f64>,
    /// The share of documents that are rightly taken for an incident, or for none.
    pub is_incident: f64,
    /// Of each kind: label, then answer, then how often. An accepted second label counts as the label.
    pub confusion: BTreeMap<&'static str, BTreeMap<String, BTreeMap<String, usize>>>,
    /// Of each field: its answers by tenths of confidence.
    pub calibration: BTreeMap<&'static str, [Bin; 10]>,
}

/// Judges every label by its record.
pub fn evaluate(labels: &[&Label], record_of: impl Fn(&str) -> Option<Record>) -> Evaluation {
    let nothing = Record::default();
    let records: Vec<Option<Record>> = labels.iter().map(|label| record_of(&label.id)).collect();
    let pairs = || labels.iter().copied().zip(records.iter().map(|record| record.as_ref().unwrap_or(&nothing)));
    let incidents = || pairs().filter(|(label, _)| label.is_incident);
    let mut out = Evaluation {
        labels: labels.len(),
        with_record: records.iter().flatten().count(),
        rows: Vec::new(),
        core: None,
        exact: None,
        // What has no record counts as an incident: that is what most documents are.
        is_incident: share(
            labels
                .iter()
                .zip(&records)
                .filter(|(l, r)| r.as_ref().is_none_or(|r| r.is_incident) == l.is_incident)
                .count(),
            labels.len(),
        ),
        confusion: BTreeMap::new(),
        calibration: BTreeMap::new(),
    };
    for field in JUDGED {
        let verdicts: Vec<Verdict> = incidents().filter_map(|(label, record)| judge(field, label, record)).collect();
        if verdicts.is_empty() {
            continue;
        }
        if KINDS.contains(&field) {
            let table = out.confusion.entry(field).or_default();
            for verdict in &verdicts {
                let wanted = if verdict.right { &verdict.found } else { &verdict.wanted };
                *table.entry(wanted.clone()).or_default().entry(verdict.found.clone()).or_default() += 1;
            }
        }
        let bins = bins(&verdicts);
        out.rows.push(row(field, &verdicts, &bins));
        out.calibration.insert(field, bins);
    }
    let score = |field: &str| out.rows.iter().find(|row| row.field == field).map(|row| row.score);
    out.core = CORE.iter().map(|field| score(field)).sum::<Option<f64>>().map(|sum| sum / CORE.len() as f64);
    let all = |(label, record): &(&Label, &Record)| {
        CORE.iter().all(|field| judge(field, label, record).is_none_or(|verdict| verdict.right))
    };
    out.exact = out.core.map(|_| share(incidents().filter(all).count(), incidents().count()));
    out
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn row(field: &'static str, verdicts: &[Verdict], bins: &[Bin; 10]) -> Row {
    let count = |which: fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| which(verdict)).count();
    let (answered, labelled) = (count(|v| v.answered), count(|v| v.labelled));
    let hits = count(|v| v.right && v.answered && v.labelled);
    let accuracy = share(count(|v| v.right), verdicts.len());
    let f1 = if answered + labelled == 0 { 1.0 } else { share(2 * hits, answered + labelled) };
    let is_kind = KINDS.contains(&field);
    let sure: usize = bins.iter().map(|bin| bin.answers).sum();
    let gap: f64 = bins.iter().map(|bin| bin.answers as f64 * (bin.mean_confidence - bin.share_right).abs()).sum();
    Row {
        field,
        n: verdicts.len(),
        labelled,
        answered,
        coverage: share(answered, verdicts.len()),
        accuracy,
        precision: share(count(|v| v.right && v.answered), answered),
        recall: share(hits, labelled),
        f1,
        kappa: is_kind.then(|| kappa(verdicts)),
        calibration_error: (sure > 0).then(|| gap / sure as f64),
        score: if is_kind { accuracy } else { f1 },
    }
}

/// Cohen's kappa between label and answer; 1 where chance alone would agree always.
fn kappa(verdicts: &[Verdict]) -> f64 {
    let (mut wanted, mut found): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) = Default::default();
    for verdict in verdicts {
        *wanted.entry(if verdict.right { &verdict.found } else { &verdict.wanted }).or_default() += 1;
        *found.entry(&verdict.found).or_default() += 1;
    }
    let n = verdicts.len() as f64;
    let agreed = verdicts.iter().filter(|verdict| verdict.right).count() as f64 / n;
    let by_chance: f64 = wanted
        .iter()
        .map(|(label, count)| *count as f64 * found.get(label).copied().unwrap_or(0) as f64 / (n * n))
        .sum();
    if by_chance >= 1.0 { 1.0 } else { (agreed - by_chance) / (1.0 - by_chance) }
}

fn bins(verdicts: &[Verdict]) -> [Bin; 10] {
    let mut bins = [Bin::default(); 10];
    for verdict in verdicts.iter().filter(|verdict| verdict.answered) {
        let Some(confidence) = verdict.confidence else { continue };
        let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
        bin.answers += 1;
        bin.mean_confidence += confidence;
        bin.share_right += f64::from(verdict.right);
    }
    for bin in bins.iter_mut().filter(|bin| bin.answers > 0) {
        bin.mean_confidence /= bin.answers as f64;
        bin.share_right /= bin.answers as f64;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{DetectionSource, RootCause};

    fn labels() -> Vec<Label> {
        Label::read(
            r#"{"id":"a-1","root_cause":"capacity","root_cause_also":["network"],"detection_source":"unknown","ttd_minutes":null,"ttr_minutes":60}
{"id":"a-2","root_cause":"hardware","detection_source":"customer","ttd_minutes":5,"ttr_minutes":100}
{"id":"b-1","is_incident":false}"#,
        )
        .unwrap()
    }

    #[test]
    fn figures_count_what_is_right_answered_and_left_open() {
        let record = |id: &str| {
            let mut record = Record { is_incident: id != "b-1", ..Record::default() };
            if id == "a-1" {
                (record.root_cause, record.ttr_minutes) = (RootCause::Network, Some(62.9));
            }
            if id == "a-2" {
                record.root_cause = RootCause::Expiry;
                record.detection_source = DetectionSource::Customer;
                record.ttr_minutes = Some(106.0);
                record.confidence.insert("ttr_minutes".into(), 0.75);
            }
            Some(record)
        };
        let labels = labels();
        let out = evaluate(&labels.iter().collect::<Vec<_>>(), record);
        let figures = |field: &str| {
            let row = out.rows.iter().find(|row| row.field == field).unwrap();
            (row.n, row.labelled, row.answered, row.accuracy, row.precision, row.recall, row.score)
        };
        assert_eq!(figures("root_cause"), (2, 2, 2, 0.5, 0.5, 0.5, 0.5));
        assert_eq!(figures("detection_source"), (2, 1, 1, 1.0, 1.0, 1.0, 1.0));
        assert_eq!(figures("ttd_minutes"), (2, 1, 0, 0.5, 0.0, 0.0, 0.0));
        // 62.9 of 60 is within 5 %, 106 of 100 is not.
        assert_eq!(figures("ttr_minutes"), (2, 2, 2, 0.5, 0.5, 0.5, 0.5));
        assert_eq!((out.core, out.exact, out.is_incident), (Some(0.5), Some(0.5), 1.0));
        assert_eq!(out.confusion["root_cause"]["hardware"]["expiry"], 1);
        let ttr = out.rows.iter().find(|row| row.field == "ttr_minutes").unwrap();
        assert_eq!(ttr.calibration_error, Some(0.75));
    }

    #[test]
    fn a_label_without_a_record_is_all_wrong_but_for_what_is_left_open() {
        let labels = labels();
        let out = evaluate(&labels.iter().collect::<Vec<_>>(), |_| None);
        let score = |field: &str| out.rows.iter().find(|row| row.field == field).unwrap().score;
        assert_eq!((out.with_record, score("root_cause"), score("detection_source")), (0, 0.0, 0.5));
    }

    #[test]
    fn kappa_is_agreement_beyond_chance() {
        let verdict = |wanted: &str, found: &str| Verdict {
            right: wanted == found,
            answered: true,
            labelled: true,
            confidence: None,
            found: found.to_owned(),
            wanted: wanted.to_owned(),
        };
        // Cohen's table of 45, 15, 25, 15: 0.60 agreed, 0.54 by chance.
        let mut all = vec![verdict("yes", "yes"); 45];
        all.extend(vec![verdict("yes", "no"); 15]);
        all.extend(vec![verdict("no", "yes"); 25]);
        all.extend(vec![verdict("no", "no"); 15]);
        assert!((kappa(&all) - (0.60 - 0.54) / (1.0 - 0.54)).abs() < 1e-12);
    }
}
