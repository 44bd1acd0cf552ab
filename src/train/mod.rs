//! Fits the models of extraction: what `coroner train` does.
//!
//! Lines teach what words mean ([`lines`]), labelled documents what their words as a whole speak of ([`wholes`]), which moment is
//! which and which label is right ([`choices`]). The last learn from what the others say, so a document must be read by models of lines that have not seen it: else
//! they would seem surer than they are in use. Therefore organisations are dealt into parts; the documents of a part are read by
//! models that were fitted without it, from the lines on. What these make of the documents as whole records is how the
//! program does on organisations that it has not seen, and is given beside the models.
//!
//! Source: Wolpert, "Stacked Generalization", Neural Networks 5, 1992.

mod choices;
mod lines;
mod wholes;

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use self::choices::{ASIDE, ASIDE_OF_TIMES, Case, kinds, times};
pub use self::lines::Tables;
use self::lines::taught;
use self::wholes::{Whole, file, gist};
use crate::document::Document;
use crate::extract::models::{self, Models};
use crate::extract::{OF_WHOLE, Settings, extract_by, instants, supports};
use crate::labels::{Label, group_of};
use crate::record::Record;

/// What a labelled document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is learnt from, and counts in what is held to be right.
    Judged,
    /// It is only learnt from, as documents are that were written to teach.
    Taught,
    /// It teaches only which moment is which.
    TaughtTimes,
}

/// A labelled document.
#[derive(Debug)]
pub struct Labelled {
    pub label: Label,
    pub document: Document,
    pub used: Use,
}

/// What is learnt from.
#[derive(Debug, Default)]
pub struct Material {
    /// The lines; without them the models of lines in use stay as they are.
    pub tables: Option<Tables>,
    pub labelled: Vec<Labelled>,
    /// Documents without a label that lines are of, each with its id.
    pub unlabelled: Vec<(String, Document)>,
}

/// The models and how they do.
#[derive(Debug)]
pub struct Trained {
    /// The files by name.
    pub files: Vec<(&'static str, String)>,
    /// The record of every labelled document that is judged, in order, by models that have not seen its organisation.
    pub held_out: Vec<Record>,
}

/// The files that a set of models is read from, where they are not those in use.
type Files = HashMap<&'static str, String>;

fn read(files: &[Files]) -> Result<Vec<Models>, String> {
    let one = |files: &Files| Models::read(|name| files.get(name).map_or_else(|| models::text(name), String::as_str));
    files.iter().map(one).collect()
}

/// Which organisations go into which of the parts that are held out.
struct Parts<'d> {
    of: HashMap<&'d str, usize>,
    count: usize,
}

impl<'d> Parts<'d> {
    fn new(groups: impl Iterator<Item = &'d str>, count: usize) -> Parts<'d> {
        let groups: BTreeSet<&str> = groups.collect();
        Parts { of: groups.into_iter().zip((0..count).cycle()).collect(), count }
    }

    fn of(&self, group: &str) -> usize {
        self.of.get(group).copied().unwrap_or(0)
    }

    /// What `make` makes of all but each part, in their order, and of all at the end.
    fn without_each<T: Send>(
        &self,
        make: impl Fn(Option<usize>) -> Result<T, String> + Sync,
    ) -> Result<Vec<T>, String> {
        (0..=self.count).into_par_iter().map(|part| make((part < self.count).then_some(part))).collect()
    }
}

/// Learns all there is to learn from `material`; organisations are held out in so many parts.
///
/// # Errors
/// A line of a table with a fault; labels of one organisation only, so that nothing can be held out; or a loss that could not be
/// minimised.
pub fn train(material: &Material, parts: usize) -> Result<Trained, String> {
    let Material { tables, labelled, unlabelled } = material;
    let incidents: Vec<&Labelled> = labelled.iter().filter(|one| one.label.is_incident).collect();
    let documents = || {
        let known = labelled.iter().map(|one| (one.label.id.as_str(), one.label.group(), &one.document));
        known.chain(unlabelled.iter().map(|(id, document)| (id.as_str(), group_of(id), document)))
    };
    let parts = Parts::new(documents().map(|(_, group, _)| group), parts);
    let mut files: Vec<Files> = vec![Files::new(); parts.count + 1];
    let mut made = Vec::new();
    if let Some(tables) = tables {
        for lines in taught(tables, documents())? {
            let name = lines.model.file();
            made.push(name);
            let learnt = parts.without_each(|out| lines.learn(|group| out != Some(parts.of(group))))?;
            files.iter_mut().zip(learnt).for_each(|(files, file)| drop(files.insert(name, file)));
        }
    }
    if incidents.is_empty() {
        return Ok(Trained { files: take(files, &made), held_out: Vec::new() });
    }

    let part_of = |one: &Labelled| parts.of(one.label.group());
    let told = incidents.par_iter().filter(|one| one.used != Use::TaughtTimes);
    let wholes: Vec<Whole> = told.map(|one| Whole::new(&one.label, &one.document)).collect();
    for field in OF_WHOLE {
        let kept = |out| wholes.iter().filter(|whole| out != Some(parts.of(whole.label.group()))).collect::<Vec<_>>();
        let learnt = parts.without_each(|out| gist(field, &kept(out)))?;
        files.iter_mut().zip(learnt).for_each(|(files, learnt)| drop(files.insert(file(field), learnt)));
        made.push(file(field));
    }
    made.extend(["times.tsv", "labels.tsv"]);

    let readers = read(&files)?;
    let weight = |used| match used {
        Use::Judged => 1.0,
        Use::Taught => ASIDE_OF_TIMES,
        Use::TaughtTimes => ASIDE,
    };
    let lessons = cases(&incidents, weight, |one| instants(&one.document, &readers[part_of(one)]));
    let learnt =
        parts.without_each(|out| times(&without(&lessons, |case| out == Some(parts.of(case.label.group())))))?;
    files.iter_mut().zip(learnt).for_each(|(files, file)| drop(files.insert("times.tsv", file)));

    let readers = read(&files)?;
    let incidents: Vec<&Labelled> = incidents.into_iter().filter(|one| one.used != Use::TaughtTimes).collect();
    let weight = |used| if used == Use::Judged { 1.0 } else { ASIDE };
    let lessons = cases(&incidents, weight, |one| supports(&one.document, &readers[part_of(one)]));
    let learnt =
        parts.without_each(|out| kinds(&without(&lessons, |case| out == Some(parts.of(case.label.group())))))?;
    files.iter_mut().zip(learnt).for_each(|(files, file)| drop(files.insert("labels.tsv", file)));

    let readers = read(&files)?;
    let judged: Vec<&Labelled> = labelled.iter().filter(|one| one.used == Use::Judged).collect();
    let settings = Settings::default();
    let record = |one: &&Labelled| extract_by(&one.document, &settings, &readers[part_of(one)]);
    let held_out = judged.par_iter().map(record).collect();
    Ok(Trained { files: take(files, &made), held_out })
}

/// What each document teaches, and what it counts for by its use.
fn cases<'l, L: Send>(
    labelled: &[&'l Labelled],
    weight: impl Fn(Use) -> f64 + Sync,
    lesson: impl Fn(&Labelled) -> L + Sync,
) -> Vec<Case<'l, L>> {
    let case = |one: &&'l Labelled| Case {
        label: &one.label,
        judged: one.used == Use::Judged,
        weight: weight(one.used),
        lesson: lesson(one),
    };
    labelled.par_iter().map(case).collect()
}

fn without<'c, 'l, L>(cases: &'c [Case<'l, L>], out: impl Fn(&Case<'l, L>) -> bool) -> Vec<&'c Case<'l, L>> {
    cases.iter().filter(|case| !out(case)).collect()
}

/// The files that were learnt from everything.
fn take(mut files: Vec<Files>, made: &[&'static str]) -> Vec<(&'static str, String)> {
    let mut all = files.pop().unwrap_or_default();
    made.iter().filter_map(|name| Some((*name, all.remove(name)?))).collect()
}
