//! What is known of words: those that say nothing, and those of like meaning.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::analyzer;

static STOPWORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| lines(include_str!("../../data/search/stopwords.txt")).flat_map(str::split_whitespace).collect());

/// Each word by its stem, with the stems of the words that mean much the same.
static SYNONYMS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut synonyms: HashMap<String, Vec<String>> = HashMap::new();
    for line in lines(include_str!("../../data/search/synonyms.txt")) {
        let mut stems: Vec<String> = line.split_whitespace().map(analyzer::normal).collect();
        stems.sort();
        stems.dedup();
        for stem in &stems {
            let others = synonyms.entry(stem.clone()).or_default();
            others.extend(stems.iter().filter(|other| *other != stem).cloned());
        }
    }
    for others in synonyms.values_mut() {
        others.sort();
        others.dedup();
    }
    synonyms
});

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// Whether the word says nothing of an incident.
pub fn is_stopword(word: &str) -> bool {
    STOPWORDS.contains(word.to_lowercase().as_str())
}

/// The words of the index that mean much the same as one of them.
pub fn synonyms(stem: &str) -> &'static [String] {
    SYNONYMS.get(stem).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_like_meaning_find_each_other_whatever_their_form() {
        let of = |word: &str| synonyms(&analyzer::normal(word));
        assert!(of("certificates").contains(&analyzer::normal("TLS")));
        assert!(of("tls").contains(&analyzer::normal("certificate")));
        assert!(of("zeppelin").is_empty());
    }

    #[test]
    fn a_line_of_synonyms_has_words_of_one_token_and_none_that_says_nothing() {
        for line in lines(include_str!("../../data/search/synonyms.txt")) {
            assert!(line.split_whitespace().count() > 1, "{line}");
            for word in line.split_whitespace() {
                assert!(!is_stopword(word), "{word}");
                assert!(analyzer::cut(word).iter().any(|token| token.text == analyzer::normal(word)), "{word}");
            }
        }
    }
}
