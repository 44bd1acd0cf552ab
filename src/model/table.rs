//! The weights of models of lines, by the words of their features.
//!
//! A feature is one, two or three words (`pager`, `pager went`, `pager went off`), or the first or last of a line (`^ pager`,
//! `off $`). To name and look up each of a line's features would be waiting for memory most of the time, and nearly none of
//! them has weights. So words are numbers ([`super::words`]), those of most features the lowest, so that what is often
//! asked for lies side by side; a pair is looked for only where one begins with its first word, and three words only where
//! the first two are a pair. A feature's weights are one number for each class, most of them zero: to add up blocks of
//! numbers is quicker than to find out which there are. They are hundredths, as in the files, so that sums are exact.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;

use super::weights::{BIAS, read};
use super::words::Known;
use crate::runs::mixed;
use crate::slots::{Met, Slots};

/// The features of a model with their weights.
#[derive(Debug)]
pub(super) struct Table {
    known: Known,
    /// By their numbers in the vocabulary.
    words: Vec<Word>,
    /// The rows of pairs and of threes, by [`key`]s: the words of a pair, or a pair and a word. A pair that is no feature but
    /// begins one has no row. What is a pair in a key of three is its place, after the numbers of all words.
    longer: Slots,
    /// Tells most that are not in `longer` without a look into it: a bit for each key, by the lowest bits of its hash.
    shapes: Vec<u64>,
    /// What is true of every line.
    bias: Row,
    /// The weights of the rows, `width` blocks each.
    blocks: Vec<Block>,
    width: usize,
}

/// What a feature adds to some classes, in hundredths.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Block([i16; Block::CLASSES]);

impl Block {
    /// As many as a line of the cache holds.
    const CLASSES: usize = 32;
}

/// The number of a feature; zero for none.
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

/// What a thread keeps: of a line its words, its rows and what they add up to.
#[derive(Default)]
struct Scratch {
    words: Vec<u32>,
    asked: Vec<Asked>,
    rows: Rows,
    sums: Vec<[i32; Block::CLASSES]>,
}

/// A pair that may be one, and what stands in [`Table::longer`] where it would.
struct Asked {
    /// The number of its second word in the line.
    at: usize,
    key: u64,
    met: Met,
}

/// So many bits are in [`Table::shapes`]: for ten thousand pairs few enough to stay in the cache.
const SHAPES: usize = 1 << 18;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Table {
    /// Reads files of weights, as [`read`] does.
    pub fn parse(files: &[(&str, &[&str])]) -> Result<Table, String> {
        let features = read(files)?;
        let mut counts: HashMap<&str, usize> = HashMap::new();
        features.keys().flat_map(|name| name.split(' ')).for_each(|word| *counts.entry(word).or_default() += 1);
        let mut stems: Vec<&str> = counts.keys().copied().collect();
        stems.sort_unstable_by_key(|word| (Reverse(counts[word]), *word));
        let known = Known::new(stems.into_iter());
        let mut features: Vec<(Vec<u32>, &str, super::weights::Row)> = features
            .into_iter()
            .map(|(name, row)| (name.split(' ').map(|word| known.vocabulary.of(word)).collect(), name, row))
            .collect();
        features.sort_unstable_by(|a, b| (a.0.len(), &a.0).cmp(&(b.0.len(), &b.0)));
        let classes: usize = files.iter().map(|(_, classes)| classes.len()).sum();
        let width = classes.div_ceil(Block::CLASSES);
        // Three words are two keys: a pair may be no feature by itself.
        let longer = features.iter().map(|(words, ..)| words.len() - 1).sum();
        let mut table = Table {
            words: vec![Word::default(); known.vocabulary.len()],
            known,
            longer: Slots::for_keys(longer),
            shapes: vec![0; SHAPES / 64],
            bias: 0,
            blocks: vec![Block([0; _]); width],
            width,
        };
        for (words, name, cells) in features {
            let row = table.row(&cells).ok_or("too many weights")?;
            table.put(&words, name, row).ok_or_else(|| format!("no line has the feature {name}"))?;
        }
        Ok(table)
    }

    fn row(&mut self, cells: &[(u8, f32)]) -> Option<Row> {
        let first = self.blocks.len();
        self.blocks.resize(first + self.width, Block([0; _]));
        for (class, weight) in cells {
            let class = usize::from(*class);
            let cell = &mut self.blocks[first + class / Block::CLASSES].0[class % Block::CLASSES];
            *cell = cell.saturating_add((weight * 100.0).round() as i16);
        }
        u32::try_from(first / self.width).ok()
    }

    fn put(&mut self, words: &[u32], name: &str, row: Row) -> Option<()> {
        match *words {
            [_] if name == BIAS => self.bias = row,
            [word] => self.words[word as usize].alone = row,
            [_, word] if name.starts_with("^ ") => self.words[word as usize].first = row,
            [word, _] if name.ends_with(" $") => self.words[word as usize].last = row,
            [first, second] => {
                self.lengthen(first, second, Some(row));
            }
            [first, second, third] => {
                let pair = self.lengthen(first, second, None);
                self.lengthen(pair, third, Some(row));
            }
            _ => return None,
        }
        Some(())
    }

    /// Puts a word after a word or a pair, with the row of what that makes, and gives its number.
    fn lengthen(&mut self, before: u32, word: u32, row: Option<Row>) -> u32 {
        if let Some(first) = self.words.get_mut(before as usize) {
            first.leads = true;
        }
        let key = key(before, word);
        let shape = mixed(key) as usize % SHAPES;
        self.shapes[shape / 64] |= 1 << (shape % 64);
        let known = self.longer.find(key);
        let place = match (known, row) {
            (Some(place), None) => place,
            _ => self.longer.set(key, row.unwrap_or(0)),
        };
        self.number_of(place)
    }

    /// The number by which what stands at that place is known in keys.
    fn number_of(&self, place: usize) -> u32 {
        (self.words.len() + place) as u32
    }

    /// Gives to `read` what the features of `text`, each counted once, add up to for each class, in hundredths. There are
    /// more places than classes.
    pub fn sum<T>(&self, text: &str, read: impl FnOnce(&[i32]) -> T) -> T {
        SCRATCH.with_borrow_mut(|Scratch { words, asked, rows, sums }| {
            self.known.cut(text, words);
            self.rows(words, asked, rows);
            sums.clear();
            sums.resize(self.width, [0; _]);
            for row in &rows.rows {
                let blocks = &self.blocks[*row as usize * self.width..][..self.width];
                for (sums, block) in sums.iter_mut().zip(blocks) {
                    sums.iter_mut().zip(block.0).for_each(|(sum, hundredths)| *sum += i32::from(hundredths));
                }
            }
            read(sums.as_flattened())
        })
    }

    /// The features of a line of such words, each once.
    fn rows(&self, words: &[u32], asked: &mut Vec<Asked>, rows: &mut Rows) {
        rows.clear();
        rows.add(self.bias);
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            rows.add(self.words[*first as usize].first);
            rows.add(self.words[*last as usize].last);
        }
        // All pairs are looked at before any is understood, so that the looks wait for memory together.
        asked.clear();
        let pairs = words.windows(2).enumerate().filter(|(_, pair)| self.words[pair[0] as usize].leads);
        let keys = pairs.map(|(at, pair)| (at + 1, key(pair[0], pair[1]))).filter(|(_, key)| self.may_be(*key));
        asked.extend(keys.map(|(at, key)| Asked { at, key, met: self.longer.meet(key) }));
        words.iter().for_each(|word| rows.add(self.words[*word as usize].alone));
        for Asked { at, key: pair, met } in asked {
            let Some(place) = self.longer.find_from(*met, *pair) else { continue };
            rows.add(self.longer.value(place));
            let Some(third) = words.get(*at + 1) else { continue };
            let three = key(self.number_of(place), *third);
            let place = if self.may_be(three) { self.longer.find(three) } else { None };
            rows.add(place.map_or(0, |place| self.longer.value(place)));
        }
    }

    /// Whether a key may stand in `longer`; surely not for most that do not.
    fn may_be(&self, key: u64) -> bool {
        let shape = mixed(key) as usize % SHAPES;
        self.shapes[shape / 64] >> (shape % 64) & 1 == 1
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
        let mut slot = (row.wrapping_mul(0x9e37_79b9) >> (u32::BITS - Rows::SLOTS.ilog2())) as usize;
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

fn key(before: u32, word: u32) -> u64 {
    u64::from(before) << 32 | u64::from(word)
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
            let sum = table.sum(line, |sums| sums[0]) as f32 / 100.0;
            assert!((sum - expected).abs() < 1e-4, "{line}: {sum} and not {expected}");
        }
    }

    #[test]
    fn a_feature_that_no_line_has_is_a_fault() {
        assert!(Table::parse(&[("a b c d\ta:1\n", &["a"])]).is_err());
    }
}
