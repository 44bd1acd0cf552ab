//! What a whole text is about: multinomial logistic regression over how often it has each word.
//!
//! A sentence that gives the reason may do it in words that no line taught; the text around it still speaks of queues and
//! memory, of keys and intruders. Each word counts by its stem, as one plus the logarithm of how often it stands in the
//! text, and a text's counts together are as long as one, so that long texts are no surer than short ones (Manning, Raghavan
//! and Schütze, "Introduction to Information Retrieval", 2008, 6.4: lnc weighting). Words alone did better than with pairs, and
//! than with rarity, on organisations held out.

use std::collections::{BTreeMap, HashMap};

use super::fit::{Classed, fit_classes};
use super::grams::Grams;
use super::lines::{Model, Parts};
use super::weights::{BIAS, read, softmax, write};
use super::words::{Known, UNKNOWN};

/// A word counts where at least so many texts have it.
const LEAST: usize = 3;

/// How strongly weights are drawn to zero: little, as a word is a small part of a text.
const PENALTY: f64 = 1.0 / 30.0;

/// Weights nearer to zero are left out.
const SMALLEST: f64 = 0.05;

/// Classifiers of whole texts that are asked about the same texts.
#[derive(Debug)]
pub(crate) struct Gist<const N: usize> {
    known: Known,
    /// By the number of a word: what it adds to each class of each classifier.
    rows: Vec<Vec<(u8, f32)>>,
    bias: Vec<(u8, f32)>,
    parts: Parts<N>,
}

impl<const N: usize> Gist<N> {
    /// Reads the files of the classifiers. An error names the line.
    pub fn parse(models: [Model; N]) -> Result<Gist<N>, String> {
        let mut features = read(&models)?;
        let bias = features.remove(BIAS).unwrap_or_default();
        let mut stems: Vec<&str> = features.keys().copied().collect();
        stems.sort_unstable();
        let known = Known::new(stems.into_iter());
        let mut rows = vec![Vec::new(); known.vocabulary.len()];
        for (stem, row) in features {
            rows[known.vocabulary.of(stem) as usize] = row;
        }
        Ok(Gist { known, rows, bias, parts: Parts::of(&models) })
    }

    /// The chance of each class by each classifier, for the text that `pieces` make up.
    pub fn chances<'t>(&self, pieces: impl Iterator<Item = &'t str>) -> [Vec<f32>; N] {
        let mut times = vec![0u32; self.known.vocabulary.len()];
        let mut words = Vec::new();
        for piece in pieces {
            self.known.cut(piece, &mut words);
            words.iter().for_each(|word| times[*word as usize] += 1);
        }
        let known = || {
            let told = times.iter().zip(&self.rows).skip(UNKNOWN as usize + 1);
            told.filter(|(times, row)| **times > 0 && !row.is_empty()).map(|(times, row)| (counted(*times), row))
        };
        let length = known().map(|(count, _)| count * count).sum::<f32>().sqrt().max(1.0);
        let mut scores = vec![0.0; self.parts.count()];
        self.bias.iter().for_each(|(class, weight)| scores[usize::from(*class)] += weight);
        for (count, row) in known() {
            row.iter().for_each(|(class, weight)| scores[usize::from(*class)] += weight * count / length);
        }
        self.parts.ranges().map(|range| {
            let mut own = scores[range].to_vec();
            softmax(&mut own);
            own
        })
    }
}

/// What a word counts that stands in a text so many times.
fn counted(times: u32) -> f32 {
    1.0 + (times as f32).ln()
}

/// A text in pieces, and the index of the class that it is of.
#[derive(Clone, Debug)]
pub(crate) struct Text<'t> {
    pub class: usize,
    pub pieces: Vec<&'t str>,
}

/// Learns from texts, and gives the model's file.
pub(crate) fn learn(head: &str, classes: &[&str], texts: &[Text]) -> Result<String, String> {
    let mut grams = Grams::new();
    let mut all: Vec<(usize, BTreeMap<String, u32>)> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for Text { class, pieces } in texts {
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for piece in pieces {
            grams.of(piece, |parts| {
                if let [word] = parts {
                    *times.entry((*word).to_owned()).or_default() += 1;
                }
            });
        }
        times.keys().for_each(|word| *counts.entry(word.clone()).or_default() += 1);
        all.push((*class, times));
    }
    let known = counts.into_iter().filter(|(_, count)| *count >= LEAST).map(|(word, _)| word);
    let names: Vec<String> = std::iter::once(BIAS.to_owned()).chain(known).collect();
    let index: HashMap<&str, u32> = names.iter().zip(0..).map(|(name, at)| (name.as_str(), at)).collect();
    let example = |(class, times): (usize, BTreeMap<String, u32>)| {
        let known = times.iter().filter_map(|(word, times)| Some((*index.get(word.as_str())?, counted(*times))));
        let known: Vec<(u32, f32)> = known.collect();
        let length = known.iter().map(|(_, count)| count * count).sum::<f32>().sqrt().max(1.0);
        let features = known.into_iter().map(|(at, count)| (at, count / length)).chain([(0, 1.0)]).collect();
        Classed { features, class }
    };
    let examples: Vec<Classed> = all.into_iter().map(example).collect();
    let flat = fit_classes(&examples, names.len(), classes.len(), PENALTY)?;
    let rows: Vec<Vec<f64>> = flat.chunks(classes.len()).map(<[f64]>::to_vec).collect();
    Ok(write(head, &names, classes, &rows, SMALLEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_by_its_words_however_long_it_is() {
        let texts = [
            (0, "the disk was full and the queue grew"),
            (0, "queues grew until disks filled up"),
            (0, "a full disk, a long queue"),
            (1, "an intruder stole the key"),
            (1, "the keys were stolen by intruders"),
            (1, "stolen keys of an intruder"),
        ]
        .map(|(class, text)| Text { class, pieces: vec![text] });
        let file = learn("", &["capacity", "security"], &texts).unwrap();
        let gist = Gist::parse([(&file, &["capacity", "security"])]).unwrap();
        let [short] = gist.chances(["disks and queues"].into_iter());
        let [long] = gist.chances(std::iter::repeat_n("disks and queues", 50));
        let [other] = gist.chances(["who stole the key"].into_iter());
        let [nothing] = gist.chances(["xyzzy"].into_iter());
        assert!(short[0] > 0.7 && (long[0] - short[0]).abs() < 0.1, "{short:?} {long:?}");
        assert!(other[1] > 0.7 && (nothing[0] - 0.5).abs() < 0.1, "{other:?} {nothing:?}");
    }
}
