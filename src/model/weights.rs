//! The weights of a model: a table of features, each with what it adds to each class.
//!
//! The file is text, one feature a line (`feature<TAB>class:weight class:weight ...`), lines of `#` are notes: small
//! enough to read, to compare between versions and to keep beside the code. A feature of [`Weights`] is looked up by a
//! hash of its name, `family=member`; of 2^64 hashes two of some ten thousand features do not meet.

use std::collections::{BTreeMap, HashMap};

use crate::runs::{mixed, whole};
use crate::slots::Slots;

/// The feature that every example has.
pub(crate) const BIAS: &str = "*";

/// The row that holds no feature: the power of an answer's chance that is its confidence.
pub(crate) const POWER: &str = "confidence=power";

/// What features add to `N` classes.
#[derive(Debug)]
pub(crate) struct Weights<const N: usize> {
    /// The number of the row of each feature, by [`hash`].
    features: Slots,
    rows: Vec<[f32; N]>,
    /// See [`POWER`].
    powers: [f32; N],
}

impl<const N: usize> Weights<N> {
    /// Reads a file of weights; `classes` are the names that may stand in it. An error names the line.
    pub fn parse(file: &str, classes: &[&str; N]) -> Result<Weights<N>, String> {
        let features = read(&[(file, classes)])?;
        let mut out = Weights { features: Slots::for_keys(features.len()), rows: Vec::new(), powers: [1.0; N] };
        for (feature, row) in features {
            let cells = row.into_iter().map(|(class, weight)| (usize::from(class), weight));
            if feature == POWER {
                cells.for_each(|(class, power)| out.powers[class] = power);
                continue;
            }
            let (family, member) = feature.split_once('=').unwrap_or((feature, ""));
            out.features.set(hash(family, member), out.rows.len() as u32);
            let mut row = [0.0; N];
            cells.for_each(|(class, weight)| row[class] = weight);
            out.rows.push(row);
        }
        Ok(out)
    }

    /// An answer's confidence: its chance, to the power that held-out answers bore out.
    pub fn confidence(&self, class: usize, chance: f32) -> f32 {
        chance.powf(self.powers[class])
    }

    /// Adds what a feature of that strength says to the scores of the classes.
    fn add(&self, feature: u64, strength: f32, scores: &mut [f32; N]) {
        let Some(place) = self.features.find(feature) else { return };
        for (score, weight) in scores.iter_mut().zip(&self.rows[self.features.value(place) as usize]) {
            *score += weight * strength;
        }
    }
}

/// What a feature is looked up by.
const fn hash(family: &str, member: &str) -> u64 {
    mixed(whole(family.as_bytes()).rotate_left(32) ^ whole(member.as_bytes()))
}

/// What a feature adds to each class that it says something of.
pub(crate) type Row = Vec<(u8, f32)>;

/// The features of several files with their weights; the classes of the second come after those of the first, and so on.
/// An error names the line.
pub(crate) fn read<'f>(files: &[(&'f str, &[&str])]) -> Result<HashMap<&'f str, Row>, String> {
    let mut all: HashMap<&str, Row> = HashMap::new();
    let mut before = 0;
    for (file, classes) in files {
        let lines = file.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
        for (number, line) in lines {
            let problem = |what: &str| format!("line {}: {what}: {line}", number + 1);
            let (feature, cells) = line.split_once('\t').ok_or_else(|| problem("not `feature<TAB>weights`"))?;
            let row = all.entry(feature).or_default();
            if row.last().is_some_and(|(class, _)| usize::from(*class) >= before) {
                return Err(problem("the feature stands in the file twice"));
            }
            for cell in cells.split(' ') {
                let (class, weight) = cell.rsplit_once(':').ok_or_else(|| problem("not `class:weight`"))?;
                let class = classes.iter().position(|known| *known == class);
                let class = before + class.ok_or_else(|| problem("unknown class"))?;
                let class = u8::try_from(class).map_err(|_| problem("more than 256 classes"))?;
                let weight = weight.parse().ok().filter(|weight: &f32| weight.is_finite());
                row.push((class, weight.ok_or_else(|| problem("the weight is no number"))?));
            }
        }
        before += classes.len();
    }
    Ok(all)
}

/// The name of a feature that is asked about often enough to be hashed when the program is compiled.
#[derive(Clone, Copy)]
pub(crate) struct Feature {
    family: &'static str,
    member: &'static str,
    hash: u64,
}

impl Feature {
    pub const fn new(family: &'static str, member: &'static str) -> Feature {
        Feature { family, member, hash: hash(family, member) }
    }

    /// The features of a family.
    pub const fn family<const N: usize>(family: &'static str, members: &[&'static str; N]) -> [Feature; N] {
        let (mut out, mut nth) = ([Feature::new(family, ""); N], 0);
        while nth < N {
            out[nth] = Feature::new(family, members[nth]);
            nth += 1;
        }
        out
    }
}

/// Takes features: a family and a member, which together are its name, and how strongly it holds.
pub(crate) trait Sink {
    fn give(&mut self, family: &str, member: &str, strength: f32);

    fn put(&mut self, family: &str, member: &str) {
        self.give(family, member, 1.0);
    }

    fn know(&mut self, feature: &Feature, strength: f32) {
        self.give(feature.family, feature.member, strength);
    }
}

/// Features by name, to learn from.
impl Sink for BTreeMap<String, f32> {
    fn give(&mut self, family: &str, member: &str, strength: f32) {
        self.insert(format!("{family}={member}"), strength);
    }
}

/// Sums up what features say for each of `N` classes.
pub(crate) struct Scorer<'m, const N: usize> {
    weights: &'m Weights<N>,
    pub scores: [f32; N],
}

impl<'m, const N: usize> Scorer<'m, N> {
    pub fn new(weights: &'m Weights<N>) -> Scorer<'m, N> {
        Scorer { weights, scores: [0.0; N] }
    }
}

impl<const N: usize> Sink for Scorer<'_, N> {
    fn give(&mut self, family: &str, member: &str, strength: f32) {
        self.weights.add(hash(family, member), strength, &mut self.scores);
    }

    fn know(&mut self, feature: &Feature, strength: f32) {
        self.weights.add(feature.hash, strength, &mut self.scores);
    }
}

/// Writes weights as a file that [`Weights::parse`] reads. `weights[feature][class]`; what is nearer to zero than `least` is
/// left out.
pub(crate) fn write(head: &str, features: &[String], classes: &[&str], weights: &[Vec<f64>], least: f64) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (feature, row) in features.iter().zip(weights) {
        let cells: Vec<String> = classes
            .iter()
            .zip(row)
            .filter(|(_, weight)| weight.abs() >= least)
            .map(|(class, weight)| format!("{class}:{weight:.2}"))
            .collect();
        if !cells.is_empty() {
            lines.push(format!("{feature}\t{}", cells.join(" ")));
        }
    }
    lines.sort();
    let notes: String = head.lines().map(|line| format!("# {line}\n")).collect();
    notes + &lines.join("\n") + "\n"
}

/// Scores as chances that add up to one.
pub(crate) fn softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let file =
            write("a note", &["b=c".into(), "a".into()], &["x", "y"], &[vec![0.5, -2.0], vec![0.001, 1.25]], 0.01);
        assert_eq!(file, "# a note\na\ty:1.25\nb=c\tx:0.50 y:-2.00\n");
        let weights = Weights::parse(&file, &["x", "y"]).unwrap();
        let mut scores = [0.0; 2];
        weights.add(hash("b", "c"), 2.0, &mut scores);
        weights.add(hash("a", ""), 1.0, &mut scores);
        weights.add(hash("b=c", ""), 1.0, &mut scores);
        assert_eq!(scores, [1.0, -2.75]);
    }

    #[test]
    fn a_fault_names_its_line() {
        for (file, fault) in [
            ("a", "line 1: not `feature"),
            ("# note\na\tz:1", "line 2: unknown class"),
            ("a\tx:much", "line 1: the weight is no number"),
            ("a\tx:1\na\tx:1", "line 2: the feature stands in the file twice"),
        ] {
            let error = Weights::parse(file, &["x", "y"]).unwrap_err();
            assert!(error.starts_with(fault), "{error}");
        }
    }

    #[test]
    fn chances_add_up() {
        let mut scores = [1.0, 1.0, f32::MIN];
        softmax(&mut scores);
        assert_eq!(scores, [0.5, 0.5, 0.0]);
    }
}
