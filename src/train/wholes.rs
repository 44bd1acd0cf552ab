//! What teaches the models of whole documents: the words of labelled ones, and the cause and the trigger of each.

use crate::document::{Document, Span};
use crate::extract::{Field, lines, subjects};
use crate::labels::Label;
use crate::model::gist::{Text, learn};

/// A labelled document as its models read it.
pub(super) struct Whole<'l> {
    pub label: &'l Label,
    text: String,
    told: Vec<Span>,
}

impl<'l> Whole<'l> {
    pub fn new(label: &'l Label, document: &Document) -> Whole<'l> {
        let (text, told) = lines(document);
        Whole { label, text, told }
    }
}

/// The name of the file of the model of a field.
pub(super) fn file(field: Field) -> &'static str {
    match field {
        Field::Cause => "gist-causes.tsv",
        Field::Trigger => "gist-triggers.tsv",
        Field::Detection => "gist-detections.tsv",
    }
}

/// The model's file, learnt from documents whose label says anything of the field.
pub(super) fn gist(field: Field, wholes: &[&Whole]) -> Result<String, String> {
    let classes = subjects(field);
    let mut texts = Vec::new();
    for whole in wholes.iter().filter(|whole| whole.label.speaks_of(field.name())) {
        let label = whole.label.labels(field.name()).into_iter().next();
        if let Some(class) = classes.iter().position(|class| Some(*class) == label) {
            texts.push(Text { class, pieces: whole.told.iter().map(|span| span.of(&whole.text)).collect() });
        }
    }
    learn(&format!("`coroner train` over {} documents", texts.len()), &classes, &texts)
}
