//! What teaches the models of lines: lines that we wrote, and what readers said of the lines of public documents.
//!
//! Ours are tables of text. Of public documents the repository holds no text, only which bytes of which document say what
//! (`spans.tsv`); the text comes from the document when it is at hand. A sentence of such a document that nobody said anything
//! of teaches that it says nothing: the readers went through all of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::document::{Document, Span};
use crate::extract::{HAPPENINGS, SILENT, lines, occasions, reasons, ways};
use crate::model::lines::{Line, learn};

/// A feature counts where at least so many lines have it.
const LEAST: usize = 2;

/// How strongly weights are drawn to zero, chosen under cross-validation by organisation.
const PENALTY: f64 = 1.0;

/// Of the sentences that say nothing one in so many is learnt from: they are most of every document, and all of them together
/// made the models shy of naming a cause.
const SILENT_STEP: usize = 4;

/// A model of lines: the classes that it tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// What a line says happened
    Events,
    /// Which root cause a line gives
    Causes,
    /// Which trigger a line gives
    Triggers,
    /// How a line says the owners became aware
    Detections,
}

impl Model {
    pub const ALL: [Model; 4] = [Model::Events, Model::Causes, Model::Triggers, Model::Detections];

    /// The name of its file, and of the table that is written for it.
    pub fn file(self) -> &'static str {
        match self {
            Model::Events => "events.tsv",
            Model::Causes => "causes.tsv",
            Model::Triggers => "triggers.tsv",
            Model::Detections => "detections.tsv",
        }
    }

    fn classes(self) -> Vec<&'static str> {
        match self {
            Model::Events => HAPPENINGS.to_vec(),
            Model::Causes => reasons(),
            Model::Triggers => occasions(),
            Model::Detections => ways(),
        }
    }

    /// The class of lines that say nothing of what is asked, for those that are asked about every sentence.
    fn silent(self) -> Option<&'static str> {
        match self {
            Model::Events => None,
            Model::Causes | Model::Detections => Some("none"),
            Model::Triggers => Some(SILENT),
        }
    }
}

/// The lines as tables, each of the form that the folder's README tells.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// `kind<TAB>text`
    pub events: String,
    /// `way<TAB>text`
    pub detections: String,
    /// `cause<TAB>trigger<TAB>text`
    pub causes: String,
    /// The same, taken for their triggers
    pub triggers: String,
    /// `id<TAB>start<TAB>end<TAB>table<TAB>class`; empty where there are none
    pub spans: String,
}

impl Tables {
    /// The ids of the documents that something is said of.
    pub fn documents(&self) -> BTreeSet<&str> {
        said(&self.spans).map(|said| said.into_iter().map(|said| said.id).collect()).unwrap_or_default()
    }

    /// The lines of a table that a model learns from, as `class<TAB>text`.
    fn of(&self, model: Model) -> String {
        match model {
            Model::Events => self.events.clone(),
            Model::Detections => self.detections.clone() + &detections_of_events(&self.events),
            Model::Causes => reasons_and_events(&self.causes, &self.events, "none", |cause, _| Some(cause)),
            // A line of which nobody said what triggered it teaches nothing, unless it gives no cause either.
            Model::Triggers => {
                let lines = self.triggers.clone() + &self.causes;
                reasons_and_events(&lines, &self.events, SILENT, |cause, trigger| match (cause, trigger) {
                    ("none", "-") => Some(SILENT),
                    (_, "-") => None,
                    (_, trigger) => Some(trigger),
                })
            }
        }
    }
}

/// The lines of events as lines about detection: a happening that is none says so too.
fn detections_of_events(table: &str) -> String {
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

/// Lines of `cause<TAB>trigger<TAB>text`, and lines of events that give no cause.
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

/// The lines of a model, ready to learn from; those of a document with its group, which can be held out.
pub(super) struct Taught {
    pub model: Model,
    ours: Vec<Line>,
    theirs: Vec<(String, Line)>,
}

impl Taught {
    /// The model's file, learnt from our lines and those of the groups that `keep` keeps.
    pub fn learn(&self, keep: impl Fn(&str) -> bool) -> Result<String, String> {
        let theirs = self.theirs.iter().filter(|(group, _)| keep(group)).map(|(_, line)| line);
        let lines: Vec<&Line> = self.ours.iter().chain(theirs).collect();
        let note = format!("`coroner train` over {} lines", lines.len());
        learn(&note, &self.model.classes(), &lines, LEAST, PENALTY)
    }
}

/// What readers said of the lines of one document.
struct Said<'s> {
    id: &'s str,
    span: Span,
    table: &'s str,
    class: &'s str,
}

fn said(spans: &str) -> Result<Vec<Said<'_>>, String> {
    let lines = spans.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|(nth, line)| {
            let mut cells = line.split('\t');
            let mut next = || cells.next();
            let read = (|| {
                let (id, start, end) = (next()?, next()?.parse().ok()?, next()?.parse().ok()?);
                Some(Said { id, span: Span::new(start, end), table: next()?, class: next()? })
            })();
            read.ok_or_else(|| {
                format!("spans.tsv, line {}: not `id<TAB>start<TAB>end<TAB>table<TAB>class`: {line}", nth + 1)
            })
        })
        .collect()
}

/// The lines of every model: ours, and those of `documents`, each with its id and its group, of which something was said.
///
/// # Errors
/// A line of a table that is not of its form or whose class is unknown, by its number.
pub(super) fn taught<'d>(
    tables: &Tables,
    documents: impl Iterator<Item = (&'d str, &'d str, &'d Document)>,
) -> Result<Vec<Taught>, String> {
    let mut all = Vec::new();
    for model in Model::ALL {
        all.push(Taught { model, ours: ours(model, &tables.of(model))?, theirs: Vec::new() });
    }
    let said = said(&tables.spans)?;
    for (id, group, document) in documents {
        let here: Vec<&Said> = said.iter().filter(|said| said.id == id).collect();
        if here.is_empty() {
            continue;
        }
        let (text, sentences) = lines(document);
        for taught in &mut all {
            let classes = taught.model.classes();
            let mut give = |class: &str, span: Span| {
                let known = classes.iter().position(|known| *known == class);
                let class = known.ok_or_else(|| format!("spans.tsv: unknown class {class} of {id}"))?;
                let text = text.get(span.start..span.end).ok_or_else(|| {
                    format!(
                        "spans.tsv: {id} has no bytes {} to {}: the spans are of another text",
                        span.start, span.end
                    )
                })?;
                taught.theirs.push((group.to_owned(), Line { class, text: text.to_owned() }));
                Ok::<(), String>(())
            };
            let table = taught.model.file().trim_end_matches(".tsv");
            let told: Vec<&&Said> = here.iter().filter(|said| said.table == table).collect();
            for said in &told {
                give(said.class, said.span)?;
            }
            if let Some(silent) = taught.model.silent() {
                let silent_ones = sentences.iter().filter(|span| !told.iter().any(|said| meets(said.span, **span)));
                for sentence in silent_ones.step_by(SILENT_STEP) {
                    give(silent, *sentence)?;
                }
            }
        }
    }
    Ok(all)
}

fn meets(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// The lines of a table of `class<TAB>text`.
fn ours(model: Model, table: &str) -> Result<Vec<Line>, String> {
    let classes = model.classes();
    let mut lines = Vec::new();
    for (nth, line) in table.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty()) {
        let problem = |what: &str| format!("{}: line {}: {what}: {line}", model.file(), nth + 1);
        let (kind, text) = line.split_once('\t').ok_or_else(|| problem("not `class<TAB>text`"))?;
        let class = classes.iter().position(|known| *known == kind).ok_or_else(|| problem("unknown class"))?;
        // `@` stands for a time, and times are blanked before a line is read.
        lines.push(Line { class, text: text.replace('@', " ") });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_lines_with_a_fault_names_the_line() {
        for (table, fault) in
            [("start", "events.tsv: line 1: not `class"), ("# note\nbegin\tx", "events.tsv: line 2: unknown class")]
        {
            assert!(ours(Model::Events, table).unwrap_err().starts_with(fault));
        }
    }

    #[test]
    fn sentences_that_readers_said_nothing_of_teach_that_they_say_nothing() {
        let text = "The disk was full. Everybody was tired.";
        let document = crate::source::from_text(text.to_owned(), "acme-1", "acme-1.txt", None).unwrap();
        let spans = "acme-1\t0\t18\tcauses\tcapacity\n".to_owned();
        let tables = Tables { spans, ..Tables::default() };
        let all = taught(&tables, [("acme-1", "acme", &document)].into_iter()).unwrap();
        let lines = |model| {
            let taught = all.iter().find(|taught| taught.model == model).unwrap();
            let classes = model.classes();
            taught.theirs.iter().map(|(_, line)| (classes[line.class], line.text.clone())).collect::<Vec<_>>()
        };
        assert_eq!(
            lines(Model::Causes),
            [("capacity", "The disk was full.".to_owned()), ("none", "Everybody was tired.".to_owned())]
        );
        // Of both, which say nothing of a detection, the first stands for the next three.
        assert_eq!(lines(Model::Detections), [("none", "The disk was full.".to_owned())]);
        assert!(lines(Model::Events).is_empty());
        let wrong = Tables { spans: "acme-1\t0\t99\tcauses\tcapacity\n".to_owned(), ..Tables::default() };
        assert!(taught(&wrong, [("acme-1", "acme", &document)].into_iter()).is_err());
    }
}
