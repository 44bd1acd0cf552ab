//! What a line of text speaks of: multinomial logistic regression over its words.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::fit::{Example, fit};
use super::grams::{Grams, hash};
use super::weights::{BIAS, Weights, softmax, write};

thread_local! {
    // Stems of words are the same for every model.
    static GRAMS: RefCell<Grams> = RefCell::new(Grams::new());
}

/// The features of a text, cut once for all models that are asked about it.
#[derive(Debug)]
pub(crate) struct Words(Vec<u64>);

impl Words {
    pub fn of(text: &str) -> Words {
        let mut seen: Vec<u64> = Vec::with_capacity(128);
        GRAMS.with_borrow_mut(|grams| grams.of(text, |parts| seen.push(hash(parts))));
        seen.sort_unstable();
        seen.dedup();
        Words(seen)
    }
}

/// A classifier of lines.
#[derive(Debug)]
pub(crate) struct Lines {
    weights: Weights,
    classes: Vec<&'static str>,
}

impl Lines {
    /// Reads a model; `classes` are the names it may use, and the order of its answers.
    pub fn parse(file: &str, classes: Vec<&'static str>) -> Result<Lines, String> {
        Ok(Lines { weights: Weights::parse(file, &classes)?, classes })
    }

    /// Reads a model that is part of the program, `name` its file.
    pub fn embedded(name: &str, file: &str, classes: Vec<&'static str>) -> Lines {
        // The file is compiled in and the tests of who asks it read it: a fault in it is a fault in the build.
        Lines::parse(file, classes).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The chance of each class, in their order.
    pub fn chances(&self, text: &str) -> Vec<f32> {
        self.chances_of(&Words::of(text))
    }

    /// The chance of each class for a text that is cut into words already.
    pub fn chances_of(&self, words: &Words) -> Vec<f32> {
        let mut chances = vec![0.0; self.classes.len()];
        self.weights.add(hash(&[BIAS]), 1.0, &mut chances);
        for feature in &words.0 {
            self.weights.add(*feature, 1.0, &mut chances);
        }
        softmax(&mut chances);
        chances
    }
}

/// Weights nearer to zero are left out: three quarters of the file, and no answer that matters.
const LEAST: f64 = 0.1;

/// Learns from lines, each with the index of its class, and gives the model's file.
///
/// A feature counts where at least `least` lines have it.
pub(crate) fn learn(
    head: &str,
    classes: &[&str],
    lines: &[(usize, String)],
    least: usize,
    penalty: f64,
) -> Result<String, String> {
    let mut grams = Grams::new();
    let mut all: Vec<(usize, Vec<String>)> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (class, text) in lines {
        let mut features: Vec<String> = vec![BIAS.to_owned()];
        grams.of(text, |parts| features.push(parts.concat()));
        features.sort();
        features.dedup();
        for feature in &features {
            *counts.entry(feature.clone()).or_default() += 1;
        }
        all.push((*class, features));
    }
    let names: Vec<String> = counts.into_iter().filter(|(_, count)| *count >= least).map(|(name, _)| name).collect();
    let index: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let examples: Vec<Example> = all
        .iter()
        .map(|(right, features)| {
            let known: Vec<usize> = features.iter().filter_map(|f| index.get(f.as_str()).copied()).collect();
            let of = |class: usize| known.iter().map(|f| ((f * classes.len() + class) as u32, 1.0)).collect();
            Example {
                alternatives: (0..classes.len()).map(of).collect(),
                right: (0..classes.len()).map(|class| class == *right).collect(),
                weight: 1.0,
            }
        })
        .collect();
    let flat = fit(&examples, names.len() * classes.len(), penalty)?;
    let rows: Vec<Vec<f64>> = flat.chunks(classes.len()).map(<[f64]>::to_vec).collect();
    Ok(write(head, &names, classes, &rows, LEAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_known_by_words_it_shares_with_what_was_learnt() {
        let lines: Vec<(usize, String)> = [
            (0, "alert fired for the queue"),
            (0, "pager alert fired"),
            (1, "service restored"),
            (1, "all traffic restored, service is back"),
        ]
        .map(|(class, text)| (class, text.to_owned()))
        .to_vec();
        let file = learn("", &["alert", "resolve"], &lines, 1, 0.1).unwrap();
        let model = Lines::parse(&file, vec!["alert", "resolve"]).unwrap();
        for (text, class) in [("an alert fires", "alert"), ("restoring service", "resolve")] {
            let chances = model.chances(text);
            let likely = ["alert", "resolve"].into_iter().zip(&chances).find(|(_, chance)| **chance > 0.7);
            assert_eq!(likely.map(|(name, _)| name), Some(class), "{text}: {chances:?}");
        }
    }
}
