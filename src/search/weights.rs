//! What a word is worth in each field: `data/search/weights.tsv`, or a file of that form.

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::query::TextField;

const OURS: &str = include_str!("../../data/search/weights.tsv");

/// What ranks a hit beside BM25 over its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Words of like meaning, beside the words themselves.
    pub concept: f32,
    /// Two words next to each other, as in the query.
    pub near: f32,
    /// Having the root cause that the words of the query speak of, times its chance.
    pub cause: f32,
    /// Being about what the query is about, for each deviation by which it is more so than other documents.
    pub meaning: f32,
    /// A word that stands in that field too.
    fields: Vec<(TextField, f32)>,
}

/// Plain BM25.
const NONE: Weights = Weights { concept: 0.0, near: 0.0, cause: 0.0, meaning: 0.0, fields: Vec::new() };

/// The table of the program.
impl Default for Weights {
    fn default() -> Weights {
        // It is part of the program, and a test reads it.
        Weights::parse(OURS).unwrap_or(NONE)
    }
}

impl Weights {
    pub fn load(path: &Path) -> Result<Weights> {
        let text = std::fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read the weights in {}", path.display()))?;
        Weights::parse(&text).with_context(|| format!("cannot read the weights in {}", path.display()))
    }

    /// Reads lines of field and weight with a tab between; `#` begins a note. What is left out weighs nothing.
    pub fn parse(text: &str) -> Result<Weights> {
        let mut weights = NONE;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
        for (at, line) in lines {
            let wrong = |what: &str| anyhow!("line {}: {what}: {line}", at + 1);
            let (name, weight) = line.split_once('\t').ok_or_else(|| wrong("not a name, a tab and a weight"))?;
            let weight = weight.trim().parse().ok().filter(|weight: &f32| weight.is_finite() && *weight >= 0.0);
            let weight = weight.ok_or_else(|| wrong("the weight is no number, zero or more"))?;
            match name.trim() {
                "concept" => weights.concept = weight,
                "near" => weights.near = weight,
                "cause" => weights.cause = weight,
                "meaning" => weights.meaning = weight,
                name => {
                    let field = TextField::named(name).filter(|field| *field != TextField::Body);
                    let field = field.ok_or_else(|| wrong("there is no such field of text beside the body"))?;
                    weights.fields.push((field, weight));
                }
            }
        }
        weights.fields.retain(|(_, weight)| *weight > 0.0);
        Ok(weights)
    }

    /// The fields in which a word is worth more.
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
        assert_ne!(Weights::default(), NONE);
    }

    #[test]
    fn a_fault_in_a_table_names_the_line() {
        for (text, what) in [
            ("title 2", "line 1: not a name"),
            ("# note\nbodie\t2", "line 2: there is no such field"),
            ("body\t2", "beside the body"),
            ("title\tx", "no number"),
            ("title\t-1", "no number"),
        ] {
            let error = Weights::parse(text).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
