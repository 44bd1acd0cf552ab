//! The weights of models of lines, by the words of their features.
//!
//! A feature is one, two or three words (`pager`, `pager went`, `pager went off`), or the first or last of a line (`^ pager`,
//! `off $`). To name and look up each of a line's features would be waiting for memory most of the time, and nearly none of
//! them has weights. So words are numbers ([`super::words`]), those of most features the lowest, so that what is often
//! asked for lies side by side; a pair is looked for only where one begins with its first word, and three words only where
//! the first two are a pair. Weights are hundredths, as in the files, so that sums are exact.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::weights::{BIAS, read};
use super::words::{Vocabulary, Words};
use crate::runs::mixed;

/// The features of a model with their weights.
#[derive(Debug)]
pub(super) struct Table {
    /// Tells it from other tables.
    number: usize,
    vocabulary: Vocabulary,
    /// By their numbers in the vocabulary.
    words: Vec<Word>,
    pairs: HashMap<u64, Pair, BuildHasherDefault<Mixed>>,
    /// Tells most pairs that are none without a look into `pairs`: a bit for each pair, by the lowest bits of its hash.
    shapes: Vec<u64>,
    threes: HashMap<u64, Row, BuildHasherDefault<Mixed>>,
    /// What is true of every line.
    bias: Row,
    cells: Vec<Cell>,
}

/// What a feature adds to a class.
#[derive(Clone, Copy, Debug)]
struct Cell {
    hundredths: i16,
    class: u8,
}

/// The cells of a feature: the place of the first, and in the lower eight bits how many there are; zero for no feature.
type Row = u32;

/// The features that a word is alone, as the first and as the last of a line.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    alone: Row,
    first: Row,
    last: Row,
    /// Whether pairs begin with it.
    leads: bool,
}

#[derive(Clone, Copy, Debug)]
struct Pair {
    number: u32,
    row: Row,
}

/// What a thread keeps: the words that each table has seen, and of a line its words and its rows.
#[derive(Default)]
struct Scratch {
    seen: Vec<Words>,
    words: Vec<u32>,
    rows: Rows,
}

/// For each class what the features of a line add up to, in hundredths.
pub(super) type Sums = [i32; 1 << u8::BITS];

/// So many bits are in [`Table::shapes`]: for ten thousand pairs few enough to stay in the cache.
const SHAPES: usize = 1 << 18;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Table {
    /// Reads files of weights, as [`read`] does.
    pub fn parse(files: &[(&str, &[&str])]) -> Result<Table, String> {
        static TABLES: AtomicUsize = AtomicUsize::new(0);
        let features = read(files)?;
        let mut counts: HashMap<&str, usize> = HashMap::new();
        features.keys().flat_map(|name| name.split(' ')).for_each(|word| *counts.entry(word).or_default() += 1);
        let mut stems: Vec<&str> = counts.keys().copied().collect();
        stems.sort_unstable_by_key(|word| (Reverse(counts[word]), *word));
        let vocabulary = Vocabulary::new(stems.into_iter());
        let mut features: Vec<(Vec<u32>, &str, super::weights::Row)> = features
            .into_iter()
            .map(|(name, row)| (name.split(' ').map(|word| vocabulary.of(word)).collect(), name, row))
            .collect();
        features.sort_unstable_by(|a, b| (a.0.len(), &a.0).cmp(&(b.0.len(), &b.0)));
        let mut table = Table {
            number: TABLES.fetch_add(1, Ordering::Relaxed),
            words: vec![Word::default(); vocabulary.len()],
            vocabulary,
            pairs: HashMap::default(),
            shapes: vec![0; SHAPES / 64],
            threes: HashMap::default(),
            bias: 0,
            cells: Vec::new(),
        };
        for (words, name, cells) in features {
            let row = table.row(&cells).ok_or("too many weights")?;
            table.put(&words, name, row).ok_or_else(|| format!("no line has the feature {name}"))?;
        }
        Ok(table)
    }

    fn row(&mut self, cells: &[(u8, f32)]) -> Option<Row> {
        let (from, count) = (u32::try_from(self.cells.len()).ok()?, u8::try_from(cells.len()).ok()?);
        let hundredths = |weight: f32| (weight * 100.0).round() as i16;
        self.cells.extend(cells.iter().map(|(class, weight)| Cell { hundredths: hundredths(*weight), class: *class }));
        Some(from.checked_mul(256)? + u32::from(count))
    }

    fn put(&mut self, words: &[u32], name: &str, row: Row) -> Option<()> {
        match *words {
            [_] if name == BIAS => self.bias = row,
            [word] => self.words[word as usize].alone = row,
            [_, word] if name.starts_with("^ ") => self.words[word as usize].first = row,
            [word, _] if name.ends_with(" $") => self.words[word as usize].last = row,
            [first, second] => self.pair(first, second).row = row,
            [first, second, third] => {
                let pair = self.pair(first, second).number;
                self.threes.insert(key(pair, third), row);
            }
            _ => return None,
        }
        Some(())
    }

    fn pair(&mut self, first: u32, second: u32) -> &mut Pair {
        self.words[first as usize].leads = true;
        let number = self.pairs.len() as u32;
        let shape = mixed(key(first, second)) as usize % SHAPES;
        self.shapes[shape / 64] |= 1 << (shape % 64);
        self.pairs.entry(key(first, second)).or_insert(Pair { number, row: 0 })
    }

    /// What the features of `text`, each counted once, add up to for each class.
    pub fn sum(&self, text: &str) -> Sums {
        SCRATCH.with_borrow_mut(|Scratch { seen, words, rows }| {
            if seen.len() <= self.number {
                seen.resize_with(self.number + 1, Words::new);
            }
            seen[self.number].cut(&self.vocabulary, text, words);
            self.rows(words, rows);
            let mut sums = [0; _];
            for row in &rows.rows {
                let (from, count) = ((*row >> 8) as usize, (*row & 0xff) as usize);
                for cell in &self.cells[from..from + count] {
                    sums[usize::from(cell.class)] += i32::from(cell.hundredths);
                }
            }
            sums
        })
    }

    /// The features of a line of such words, each once.
    fn rows(&self, words: &[u32], rows: &mut Rows) {
        rows.clear();
        rows.add(self.bias);
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            rows.add(self.words[*first as usize].first);
            rows.add(self.words[*last as usize].last);
        }
        // The word before, if pairs begin with it, and the pair that it ends.
        let (mut one, mut two): (Option<u32>, Option<u32>) = (None, None);
        for number in words {
            let word = self.words[*number as usize];
            rows.add(word.alone);
            if let Some(row) = two.and_then(|two| self.threes.get(&key(two, *number))) {
                rows.add(*row);
            }
            let pair = one.and_then(|one| self.known_pair(one, *number));
            rows.add(pair.map_or(0, |pair| pair.row));
            (one, two) = (word.leads.then_some(*number), pair.map(|pair| pair.number));
        }
    }

    fn known_pair(&self, first: u32, second: u32) -> Option<Pair> {
        let key = key(first, second);
        let shape = mixed(key) as usize % SHAPES;
        let may_be = self.shapes[shape / 64] >> (shape % 64) & 1 == 1;
        may_be.then(|| self.pairs.get(&key).copied()).flatten()
    }
}

/// A set of rows.
struct Rows {
    rows: Vec<Row>,
    /// The rows by their hashes, zero where there is none: never nearly full, as a line has at most 48 words.
    slots: [Row; Rows::SLOTS],
}

impl Rows {
    const SLOTS: usize = 256;

    fn clear(&mut self) {
        self.rows.clear();
        self.slots.fill(0);
    }

    /// Adds a row, unless it is none or there.
    fn add(&mut self, row: Row) {
        const { assert!(3 * super::grams::MOST + 3 < Rows::SLOTS / 3 * 2) }
        // The places of rows are above the lowest eight bits.
        let mut slot = ((row >> 8).wrapping_mul(0x9e37_79b9) >> (u32::BITS - Rows::SLOTS.ilog2())) as usize;
        while self.slots[slot] != 0 && self.slots[slot] != row {
            slot = (slot + 1) % Rows::SLOTS;
        }
        if row != 0 && self.slots[slot] == 0 {
            self.slots[slot] = row;
            self.rows.push(row);
        }
    }
}

impl Default for Rows {
    fn default() -> Rows {
        Rows { rows: Vec::new(), slots: [0; Rows::SLOTS] }
    }
}

fn key(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// Hashes [`key`]s.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = mixed(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::grams::Grams;

    #[test]
    fn a_line_adds_up_what_each_of_its_features_says() {
        // Each feature has a weight of its own, so that the sum tells which there were.
        let names = ["*", "c", "^ b", "d $", "b c", "b c d", "c d b", "x", "cant", "0"];
        let weights: Vec<f32> = (0..10).map(|nth| (1 << nth) as f32 / 100.0).collect();
        let file: String =
            names.iter().zip(&weights).map(|(name, weight)| format!("{name}\ta:{weight:.2}\n")).collect();
        let table = Table::parse(&[(&file, &["a"])]).unwrap();
        for line in
            ["", "c", "b c d", "B, c: D c", "c d b c d", "b b c d b c d", "e c d e", "d", "x y b c d", "can't 5 d"]
        {
            let mut features = vec!["*".to_owned()];
            Grams::new().of(line, |parts| features.push(parts.concat()));
            let has = |name: &&str| features.iter().any(|feature| feature == name);
            let expected: f32 =
                names.iter().zip(&weights).filter(|(name, _)| has(name)).map(|(_, weight)| weight).sum();
            let sum = table.sum(line)[0] as f32 / 100.0;
            assert!((sum - expected).abs() < 1e-4, "{line}: {sum} and not {expected}");
        }
    }

    #[test]
    fn a_feature_that_no_line_has_is_a_fault() {
        assert!(Table::parse(&[("a b c d\ta:1\n", &["a"])]).is_err());
    }
}
