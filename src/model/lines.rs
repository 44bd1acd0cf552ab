//! What a line of text speaks of: multinomial logistic regression over its words.

use std::collections::{BTreeMap, HashMap};

use super::fit::{Example, fit};
use super::grams::{Grams, hash};
use super::weights::{BIAS, Weights, softmax, write};

/// A classifier of lines.
#[derive(Debug)]
pub(crate) struct Lines {
    weights: Weights,
    classes: usize,
}

impl Lines {
    /// Reads a model; `classes` are the names it may use, and the order of its answers.
    pub fn parse(file: &str, classes: &[&str]) -> Result<Lines, String> {
        Ok(Lines { weights: Weights::parse(file, classes)?, classes: classes.len() })
    }

    /// The chance of each class, into `chances`.
    pub fn chances(&self, grams: &mut Grams, text: &str, chances: &mut Vec<f32>) {
        chances.clear();
        chances.resize(self.classes, 0.0);
        self.weights.add(hash(&[BIAS]), 1.0, chances);
        let mut seen: Vec<u64> = Vec::with_capacity(128);
        grams.of(text, |parts| seen.push(hash(parts)));
        seen.sort_unstable();
        seen.dedup();
        for feature in seen {
            self.weights.add(feature, 1.0, chances);
        }
        softmax(chances);
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
        let model = Lines::parse(&file, &["alert", "resolve"]).unwrap();
        let (mut grams, mut chances) = (Grams::new(), Vec::new());
        for (text, class) in [("an alert fires", 0), ("restoring service", 1)] {
            model.chances(&mut grams, text, &mut chances);
            assert!(chances[class] > 0.7, "{text}: {chances:?}");
        }
    }
}
