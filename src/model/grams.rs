//! The features of a piece of text: its words by their stems, alone, in pairs and in threes.
//!
//! Lower case; English stems (Snowball), so that "restored" and "restoring" are one word; a number is `0`; the first and
//! the last word are told from the others, because "resolved" opens a line that says so. No stop words are left out:
//! "not" and "again" decide. A feature is named by its words: for learning. What asks a model finds the same words by their
//! numbers ([`super::words`]).

use std::collections::HashMap;

use frostem::{Algorithm, Stemmer};

/// Words of one text that are looked at.
pub(super) const MOST: usize = 48;

/// Cuts texts into features; keeps the stems of words it has seen.
pub(crate) struct Grams {
    stemmer: Stemmer,
    stems: HashMap<String, Box<str>>,
    /// The stems of the text, one after the other, and where each ends.
    text: String,
    ends: Vec<usize>,
    lower: String,
}

/// Stems that are kept: the vocabulary of a corpus has a long tail of names.
const KEPT: usize = 50_000;

impl Grams {
    pub fn new() -> Grams {
        Grams {
            stemmer: Stemmer::new(Algorithm::English),
            stems: HashMap::new(),
            text: String::new(),
            ends: Vec::new(),
            lower: String::new(),
        }
    }

    /// Calls `each` with the words of every feature of `text`: for learning, which needs their names.
    pub fn of(&mut self, text: &str, mut each: impl FnMut(&[&str])) {
        self.cut(text);
        let words: Vec<&str> = self.words().collect();
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            each(&["^ ", first]);
            each(&[last, " $"]);
        }
        for (nth, word) in words.iter().enumerate() {
            each(&[word]);
            if let Some(second) = words.get(nth + 1) {
                each(&[word, " ", second]);
                if let Some(third) = words.get(nth + 2) {
                    each(&[word, " ", second, " ", third]);
                }
            }
        }
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end])
    }

    fn cut(&mut self, text: &str) {
        self.text.clear();
        self.ends.clear();
        for token in text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()) {
            if self.ends.len() == MOST {
                break;
            }
            self.lower.clear();
            if token.is_ascii() {
                self.lower.push_str(token);
                self.lower.make_ascii_lowercase();
            } else {
                self.lower.extend(token.chars().flat_map(char::to_lowercase));
            }
            match self.lower.as_str() {
                // "can't" is not "can".
                "t" if self.text.ends_with('n') => {
                    self.text.push('t');
                    if let Some(end) = self.ends.last_mut() {
                        *end += 1;
                    }
                    continue;
                }
                "s" => continue,
                _ => {}
            }
            if self.lower.bytes().any(|byte| byte.is_ascii_digit()) {
                self.text.push('0');
            } else if let Some(stem) = self.stems.get(&self.lower) {
                self.text.push_str(stem);
            } else {
                let stem = self.stemmer.stem(&self.lower);
                self.text.push_str(&stem);
                if self.stems.len() < KEPT {
                    self.stems.insert(self.lower.clone(), stem.as_ref().into());
                }
            }
            self.ends.push(self.text.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_stemmed_paired_and_told_by_their_place() {
        let features = |text: &str| {
            let mut all = Vec::new();
            Grams::new().of(text, |parts| all.push(parts.concat()));
            all.sort();
            all.join(", ")
        };
        for (text, expected) in [
            ("", ""),
            ("Restored!", "^ restor, restor, restor $"),
            ("restoring 3 nodes", "0, 0 node, ^ restor, node, node $, restor, restor 0, restor 0 node"),
            ("can't", "^ cant, cant, cant $"),
            ("It didn   t", "^ it, didnt, didnt $, it, it didnt"),
        ] {
            assert_eq!(features(text), expected, "{text}");
        }
    }
}
