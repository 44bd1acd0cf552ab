//! The words of a text as numbers of a model's vocabulary.
//!
//! The same words as [`super::grams`] names, which a test holds this against. To cut, lower, stem and look up each word by its
//! letters would be most of a model's work. A word is known by a hash of its letters instead, and its stem by the stem's number;
//! what the vocabulary does not have is one number, so that a text costs one look into a small table for each word.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use frostem::{Algorithm, Stemmer};

use super::grams::MOST;
use crate::runs;
use crate::slots::Slots;

/// The number of every stem that is not in the vocabulary, and of those of them that end with an n.
pub(super) const UNKNOWN: u32 = 0;
const UNKNOWN_N: u32 = 1;
/// The number of the first stem of a vocabulary.
const FIRST: usize = 2;

/// What stands in a table of words for "s", which is left out, and for "t", which may be a part of the word before.
const S: u32 = u32::MAX;
const T: u32 = u32::MAX - 1;

/// The stems that a model knows.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    numbers: HashMap<String, u32>,
    /// For each number what a "t" after it makes of it: "can't" is not "can". Nothing for stems that do not end with an n.
    with_t: Vec<Option<u32>>,
    number: u32,
    t: u32,
}

impl Vocabulary {
    /// The numbers follow the order of `stems`.
    pub fn new<'s>(stems: impl Iterator<Item = &'s str>) -> Vocabulary {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for stem in stems {
            let number = (numbers.len() + FIRST) as u32;
            numbers.entry(stem.to_owned()).or_insert(number);
        }
        // A stem must be known for the one that "t" makes of it to be found.
        let mut before: Vec<String> = numbers
            .keys()
            .filter_map(|stem| stem.strip_suffix('t').filter(|stem| stem.ends_with('n')))
            .map(str::to_owned)
            .collect();
        before.sort_unstable();
        for stem in before {
            let number = (numbers.len() + FIRST) as u32;
            numbers.entry(stem).or_insert(number);
        }
        let mut with_t = vec![None; numbers.len() + FIRST];
        with_t[UNKNOWN_N as usize] = Some(UNKNOWN);
        for (stem, number) in numbers.iter().filter(|(stem, _)| stem.ends_with('n')) {
            with_t[*number as usize] = Some(numbers.get(&format!("{stem}t")).copied().unwrap_or(UNKNOWN));
        }
        let known = |word: &str| numbers.get(word).copied().unwrap_or(UNKNOWN);
        Vocabulary { number: known("0"), t: known("t"), with_t, numbers }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.with_t.len()
    }

    /// The number of a stem.
    pub fn of(&self, stem: &str) -> u32 {
        let unknown = if stem.ends_with('n') { UNKNOWN_N } else { UNKNOWN };
        self.numbers.get(stem).copied().unwrap_or(unknown)
    }
}

/// Words that are kept: the vocabulary of a corpus has a long tail of names.
const KEPT: usize = 50_000;

/// Cuts texts into words; keeps the numbers of those it has seen.
struct Words {
    stemmer: Stemmer,
    /// By the hash of their letters, of which two of some ten thousand words do not share one.
    seen: Slots,
    lower: String,
}

impl Words {
    fn new() -> Words {
        Words { stemmer: Stemmer::new(Algorithm::English), seen: Slots::for_keys(0), lower: String::new() }
    }

    /// The numbers of the words of `text`, in `out`. These words are asked of one vocabulary only.
    fn cut(&mut self, vocabulary: &Vocabulary, text: &str, out: &mut Vec<u32>) {
        out.clear();
        let mut at = 0;
        while let Some(token) = next(text, &mut at) {
            if out.len() == MOST {
                break;
            }
            let number = if token.has_digit { vocabulary.number } else { self.number(vocabulary, text, &token) };
            match number {
                S => {}
                T => match out.last_mut() {
                    Some(last) => match vocabulary.with_t[*last as usize] {
                        Some(merged) => *last = merged,
                        None => out.push(vocabulary.t),
                    },
                    None => out.push(vocabulary.t),
                },
                number => out.push(number),
            }
        }
    }

    fn number(&mut self, vocabulary: &Vocabulary, text: &str, token: &Token) -> u32 {
        if let Some(place) = self.seen.find(token.hash) {
            return self.seen.value(place);
        }
        self.lower.clear();
        self.lower.extend(text[token.start..token.end].chars().flat_map(char::to_lowercase));
        let number = match self.lower.as_str() {
            "s" => S,
            "t" => T,
            word => vocabulary.of(&self.stemmer.stem(word)),
        };
        if self.seen.count() == KEPT {
            self.seen = Slots::for_keys(0);
        }
        self.seen.set(token.hash, number);
        number
    }
}

/// A vocabulary, of which each thread keeps the words that were asked of it.
#[derive(Debug)]
pub(super) struct Known {
    /// Tells it from others.
    number: usize,
    pub vocabulary: Vocabulary,
}

thread_local! {
    /// The words that each vocabulary was asked about on this thread.
    static SEEN: RefCell<Vec<Words>> = RefCell::default();
}

impl Known {
    pub fn new<'s>(stems: impl Iterator<Item = &'s str>) -> Known {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        Known { number: COUNT.fetch_add(1, Ordering::Relaxed), vocabulary: Vocabulary::new(stems) }
    }

    /// The numbers of the words of `text`, in `out`.
    pub fn cut(&self, text: &str, out: &mut Vec<u32>) {
        SEEN.with_borrow_mut(|seen| {
            if seen.len() <= self.number {
                seen.resize_with(self.number + 1, Words::new);
            }
            seen[self.number].cut(&self.vocabulary, text, out);
        });
    }
}

/// A run of letters and digits.
struct Token {
    start: usize,
    end: usize,
    /// The hash of its letters, without regard to case where all are ASCII.
    hash: u64,
    has_digit: bool,
}

/// The next token at or after `at`, which is moved behind it.
fn next(text: &str, at: &mut usize) -> Option<Token> {
    let bytes = text.as_bytes();
    // Places are always at the start of a character.
    let other = |place: usize| text[place..].chars().next().filter(|c| !c.is_ascii());
    let mut start = *at;
    loop {
        match bytes.get(start)? {
            byte if byte.is_ascii_alphanumeric() => break,
            byte if byte.is_ascii() => start += 1,
            _ => match other(start)? {
                c if c.is_alphanumeric() => break,
                c => start += c.len_utf8(),
            },
        }
    }
    let runs::Run { mut end, mut hash, mut has_digit } = runs::letters_and_digits(bytes, start);
    if bytes.get(end).is_some_and(|byte| !byte.is_ascii()) {
        while let Some(c) = other(end).filter(|c| c.is_alphanumeric()) {
            end = runs::letters_and_digits(bytes, end + c.len_utf8()).end;
        }
        let word = &text[start..end];
        (hash, has_digit) = (runs::whole(word.as_bytes()), word.bytes().any(|byte| byte.is_ascii_digit()));
    }
    *at = end;
    Some(Token { start, end, hash, has_digit })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::grams::Grams;

    /// The words by the names of their stems, `?` for those that are not known.
    fn named(text: &str, known: &Vocabulary) -> Vec<u32> {
        let mut words = Vec::new();
        Grams::new().of(text, |parts| words.extend((parts.len() == 1).then(|| parts[0].to_owned())));
        words
            .iter()
            .map(|word| known.of(word))
            .map(|number| if number == UNKNOWN_N { UNKNOWN } else { number })
            .collect()
    }

    proptest! {
        #[test]
        fn the_numbers_are_those_of_the_stems(
            text in "((restor(ed|ing)|RESTORE|can|didn|queue|t|s|T|0|3a|é|K|internationalizationally|isn)('| |-|\\.|  )){0,60}",
        ) {
            let known = Vocabulary::new(["restor", "didnt", "can", "cant", "0", "t", "é"].into_iter());
            let mut words = Words::new();
            let mut numbers = Vec::new();
            for _ in 0..2 {
                words.cut(&known, &text, &mut numbers);
                let cut: Vec<u32> = numbers.iter().map(|n| if *n == UNKNOWN_N { UNKNOWN } else { *n }).collect();
                prop_assert_eq!(cut, named(&text, &known));
            }
        }
    }
}
