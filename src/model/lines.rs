//! What a line of text speaks of: multinomial logistic regression over its words.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

use super::fit::{Classed, fit_classes};
use super::grams::Grams;
use super::table::Table;
use super::weights::{BIAS, write};

/// Classifiers of lines that are asked about the same lines: their weights lie in one table, so that a feature is looked up once.
#[derive(Debug)]
pub(crate) struct Lines<const N: usize> {
    table: Table,
    parts: Parts<N>,
}

/// A model as a file, with the names it may use, which are the order of its answers.
pub(crate) type Model<'m> = (&'m str, &'m [&'static str]);

/// Where the classes of each of some models stand among those of all.
#[derive(Debug)]
pub(super) struct Parts<const N: usize> {
    ends: [usize; N],
}

impl<const N: usize> Parts<N> {
    pub fn of(models: &[Model; N]) -> Parts<N> {
        let mut count = 0;
        let ends = models.each_ref().map(|(_, classes)| {
            count += classes.len();
            count
        });
        Parts { ends }
    }

    /// How many classes there are.
    pub fn count(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    pub fn ranges(&self) -> [Range<usize>; N] {
        let mut start = 0;
        self.ends.map(|end| std::mem::replace(&mut start, end)..end)
    }
}

impl<const N: usize> Lines<N> {
    pub fn parse(models: [Model; N]) -> Result<Lines<N>, String> {
        Ok(Lines { table: Table::parse(&models)?, parts: Parts::of(&models) })
    }

    /// Reads models that are part of the program, `name` what they are.
    #[cfg(feature = "program")]
    pub fn embedded(name: &str, models: [Model; N]) -> Lines<N> {
        // The files are compiled in and the tests of who asks them read them: a fault in one is a fault in the build.
        Lines::parse(models).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The chance of each class by each model, one model after the other in `out`.
    pub fn chances<'o>(&self, text: &str, out: &'o mut Vec<f32>) -> [&'o [f32]; N] {
        out.clear();
        out.reserve(self.parts.count());
        self.table.sum(text, |sums| self.parts.ranges().into_iter().for_each(|range| shares(&sums[range], out)));
        let out = &*out;
        self.parts.ranges().map(|range| &out[range])
    }
}

/// Adds the chances of classes to `out`, from the hundredths that speak for each.
fn shares(hundredths: &[i32], out: &mut Vec<f32>) {
    /// What is so much behind the likeliest class has no chance that a number of this size could tell from none.
    const MOST: usize = 4096;
    // Sums are hundredths, so that there are few powers to know, and to compute them would be half of a model's work.
    static POWERS: LazyLock<Vec<f32>> =
        LazyLock::new(|| (0..MOST).map(|n| (-(n as f64) / 100.0).exp() as f32).collect());
    let powers = POWERS.as_slice();
    let most = hundredths.iter().copied().fold(i32::MIN, i32::max);
    let from = out.len();
    out.extend(hundredths.iter().map(|sum| powers.get((most - sum) as usize).copied().unwrap_or(0.0)));
    let sum: f32 = out[from..].iter().sum();
    out[from..].iter_mut().for_each(|chance| *chance /= sum);
}

/// Weights nearer to zero are left out: three quarters of the file, and no answer that matters.
const LEAST: f64 = 0.1;

/// A line, and the index of the class that it is of.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub class: usize,
    pub text: String,
}

/// Learns from lines, and gives the model's file.
///
/// A feature counts where at least `least` lines have it.
pub(crate) fn learn(
    head: &str,
    classes: &[&str],
    lines: &[&Line],
    least: usize,
    penalty: f64,
) -> Result<String, String> {
    let mut grams = Grams::new();
    let mut all: Vec<(usize, Vec<String>)> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for Line { class, text } in lines {
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
    let index: HashMap<&str, u32> = names.iter().zip(0..).map(|(name, at)| (name.as_str(), at)).collect();
    let examples: Vec<Classed> = all
        .into_iter()
        .map(|(class, features)| {
            let known = features.iter().filter_map(|feature| Some((*index.get(feature.as_str())?, 1.0))).collect();
            Classed { features: known, class }
        })
        .collect();
    let flat = fit_classes(&examples, names.len(), classes.len(), penalty)?;
    let rows: Vec<Vec<f64>> = flat.chunks(classes.len()).map(<[f64]>::to_vec).collect();
    Ok(write(head, &names, classes, &rows, LEAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_known_by_words_it_shares_with_what_was_learnt() {
        let lines = [
            (0, "alert fired for the queue"),
            (0, "pager alert fired"),
            (1, "service restored"),
            (1, "all traffic restored, service is back"),
        ]
        .map(|(class, text)| Line { class, text: text.to_owned() });
        let file = learn("", &["alert", "resolve"], &lines.iter().collect::<Vec<_>>(), 1, 0.1).unwrap();
        let model = Lines::parse([(&file, &["alert", "resolve"]), (&file, &["alert", "resolve"])]).unwrap();
        for (text, class) in [("an alert fires", "alert"), ("restoring service", "resolve")] {
            let mut out = Vec::new();
            let [chances, again] = model.chances(text, &mut out);
            assert_eq!(chances, again);
            let likely = ["alert", "resolve"].into_iter().zip(chances).find(|(_, chance)| **chance > 0.7);
            assert_eq!(likely.map(|(name, _)| name), Some(class), "{text}: {chances:?}");
        }
    }
}
