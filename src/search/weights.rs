//! What a word is worth in each field: `data/search/weights.tsv`, or a file of that form.

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::query::TextField;

const OURS: &str = include_str!("../../data/search/weights.tsv");

/// The row that is no field: what a word of like meaning is worth beside the word itself.
const SYNONYM: &str = "synonym";

/// The weight of each field of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    fields: Vec<(TextField, f32)>,
    /// What a word of like meaning is worth; 0 where none is looked for.
    pub synonym: f32,
}

impl Default for Weights {
    fn default() -> Weights {
        // The table is part of the program, and a test reads it.
        Weights::parse(OURS).unwrap_or(Weights { fields: vec![(TextField::Body, 1.0)], synonym: 0.0 })
    }
}

impl Weights {
    pub fn load(path: &Path) -> Result<Weights> {
        let text = std::fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read the weights in {}", path.display()))?;
        Weights::parse(&text).with_context(|| format!("cannot read the weights in {}", path.display()))
    }

    /// Reads lines of field and weight with a tab between; `#` begins a note. A field that is left out weighs nothing.
    pub fn parse(text: &str) -> Result<Weights> {
        let mut weights = Weights { fields: Vec::new(), synonym: 0.0 };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
        for (at, line) in lines {
            let wrong = |what: &str| anyhow!("line {}: {what}: {line}", at + 1);
            let (name, weight) = line.split_once('\t').ok_or_else(|| wrong("not a field, a tab and a weight"))?;
            let weight = weight.trim().parse().ok().filter(|weight: &f32| weight.is_finite() && *weight >= 0.0);
            let weight = weight.ok_or_else(|| wrong("the weight is no number, zero or more"))?;
            if name.trim() == SYNONYM {
                weights.synonym = weight;
                continue;
            }
            let field = TextField::named(name.trim()).ok_or_else(|| wrong("there is no such field of text"))?;
            weights.fields.push((field, weight));
        }
        weights.fields.retain(|(_, weight)| *weight > 0.0);
        if weights.fields.is_empty() {
            return Err(anyhow!("no field has a weight above 0, so nothing could be found"));
        }
        Ok(weights)
    }

    /// The fields that words are looked for in, and what they are worth there.
    pub fn fields(&self) -> impl Iterator<Item = (TextField, f32)> + '_ {
        self.fields.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_program_is_read() {
        assert_eq!(Weights::default(), Weights::parse(OURS).unwrap());
        assert!(Weights::default().fields().any(|(field, _)| field == TextField::Title));
    }

    #[test]
    fn a_fault_in_a_table_names_the_line() {
        for (text, what) in [
            ("title 2", "line 1: not a field"),
            ("# note\nbodie\t2", "line 2: there is no such field"),
            ("title\tx", "no number"),
            ("title\t-1", "no number"),
            ("title\t0", "nothing could be found"),
            ("", "nothing could be found"),
        ] {
            let error = Weights::parse(text).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
