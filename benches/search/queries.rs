//! Two hundred queries, each in our language and in that of FTS5, asking for the same.
//!
//! Their words come from the sentences that the documents are made of, as somebody would remember them. Filters by
//! fields of the record are not among them: FTS5 has no record.

use std::collections::HashSet;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::texts::{Sentences, words};

const SEED: u64 = 0x5EA_2C4;

/// The most frequent words of the samples do not stand alone or in pairs in a query.
const FREQUENT: usize = 60;

pub struct Query {
    pub kind: &'static str,
    pub ours: String,
    pub fts5: String,
}

/// How many queries of each kind there are.
const KINDS: &[(&str, usize)] = &[
    ("1 word", 40),
    ("2 words", 30),
    ("3 words", 30),
    ("4 words as they stand", 30),
    ("name", 20),
    ("phrase", 30),
    ("2 required", 10),
    ("1 excluded", 10),
];

pub fn queries(sentences: &Sentences) -> Vec<Query> {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut seen = HashSet::new();
    let mut queries = Vec::new();
    for (kind, count) in KINDS {
        let mut of_kind = 0;
        while of_kind < *count {
            let Some(query) = query(kind, sentences, &mut random) else { continue };
            if seen.insert(query.ours.clone()) {
                queries.push(query);
                of_kind += 1;
            }
        }
    }
    queries
}

/// A query of that kind, or `None` where the sentence that was drawn is too short for one.
fn query(kind: &'static str, sentences: &Sentences, random: &mut ChaCha8Rng) -> Option<Query> {
    if kind == "name" {
        let name = sentences.service(random);
        return Some(Query { kind, fts5: format!("\"{name}\""), ours: name });
    }
    let sentence = sentences.any(random);
    // In a row as they stand, but for signs, capitals and what is no word.
    let all: Vec<String> = words(sentence).collect();
    let frequent = &sentences.words[..FREQUENT];
    let telling: Vec<String> = all.iter().filter(|word| word.len() >= 4 && !frequent.contains(word)).cloned().collect();
    let row = |from: &[String], count: usize, random: &mut ChaCha8Rng| {
        let starts = (from.len() + 1).checked_sub(count).filter(|starts| *starts > 0)?;
        let start = random.random_range(0..starts as u32) as usize;
        Some(from[start..start + count].to_vec())
    };
    let quoted = |words: &[String], join: &str| words.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(join);
    let any = |words: Vec<String>| Query { kind, ours: words.join(" "), fts5: quoted(&words, " OR ") };
    Some(match kind {
        "1 word" => any(row(&telling, 1, random)?),
        "2 words" => any(row(&telling, 2, random)?),
        "3 words" => any(row(&telling, 3, random)?),
        "4 words as they stand" => any(row(&all, 4, random)?),
        "phrase" => {
            // Nobody looks for "that a": one word at least tells something.
            let length = random.random_range(2..4_u32) as usize;
            let words = row(&all, length, random)?;
            if !words.iter().any(|word| telling.contains(word)) {
                return None;
            }
            let words = adjacent(sentence, words)?;
            Query { kind, ours: format!("\"{words}\""), fts5: format!("\"{words}\"") }
        }
        "2 required" => {
            let words = row(&telling, 2, random)?;
            Query { kind, ours: format!("+{} +{}", words[0], words[1]), fts5: quoted(&words, " AND ") }
        }
        _ => {
            let words = row(&telling, 2, random)?;
            Query { kind, ours: format!("{} -{}", words[0], words[1]), fts5: quoted(&words, " NOT ") }
        }
    })
}

/// The words with a space between, if that is how they stand in the sentence.
fn adjacent(sentence: &str, words: Vec<String>) -> Option<String> {
    let phrase = words.join(" ");
    sentence.to_ascii_lowercase().contains(&phrase).then_some(phrase)
}
