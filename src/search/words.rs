//! Words that say nothing.

use std::collections::HashSet;
use std::sync::LazyLock;

static STOPWORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| stopwords().collect());

static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| lines(include_str!("../../data/search/common.txt")).flat_map(str::split_whitespace).collect());

/// The lines of a list that are no notes.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

/// The words that say nothing of an incident.
pub fn stopwords() -> impl Iterator<Item = &'static str> {
    lines(include_str!("../../data/search/stopwords.txt")).flat_map(str::split_whitespace)
}

/// Whether the word says nothing of an incident.
pub fn is_stopword(word: &str) -> bool {
    STOPWORDS.contains(word.to_lowercase().as_str())
}

/// Whether the word says nothing of what two incidents have in common.
pub fn is_common(word: &str) -> bool {
    is_stopword(word) || COMMON.contains(word.to_lowercase().as_str())
}
