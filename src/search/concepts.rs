//! What writers of postmortems put into different words: `slow` and `high latency`, `gave up` and `failed`.
//!
//! `data/search/concepts.txt` lists groups of words and phrases that mean one thing. When a text is indexed, each place
//! where a member of a group stands gets a token of the group beside its own words. A query looks for the groups of its
//! words and phrases by one term each, whatever the size of the group, and BM25 sees how rare the group is as a whole, as
//! if all its members were one word (Lucene's `SynonymQuery` blends them so when it searches; blending them when the index
//! is made keeps a query with ten groups as fast as one with ten words).
//!
//! Words are compared by their stems, those of up to three letters (`ups`, `up`) as they are. Words that say nothing (`the`,
//! `of`) are passed over on both sides; what denies (`no`, `not`) is not.

use std::collections::HashMap;
use std::sync::LazyLock;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::analyzer::{Analyzer, Words, cut, normal};
use super::words::{lines, stopwords};

/// The name of the analyzer of texts with their concepts.
pub const NAME: &str = "names_and_prose_and_concepts";

/// Before the name of a group: no text has such a token, and no word that is typed is within two letters of one.
const MARK: &str = "\u{1}\u{1}\u{1}";

/// Words of up to so many bytes are compared as they are: their stems are too often another word.
const SHORT: usize = 3;

/// Words that say nothing elsewhere, and here the contrary.
const DENIALS: [&str; 2] = ["no", "not"];

static CONCEPTS: LazyLock<Concepts> = LazyLock::new(|| Concepts::read(include_str!("../../data/search/concepts.txt")));

/// All groups, as a tree of the words of their members.
#[derive(Default)]
struct Concepts {
    words: HashMap<String, Word>,
    /// From a place in the tree, by a word, to the next.
    steps: HashMap<(u32, u32), u32>,
    /// By place: the groups of which a member ends there.
    ends: Vec<Vec<u32>>,
    /// The token of each group.
    names: Vec<String>,
}

#[derive(Clone, Copy)]
enum Word {
    PassedOver,
    Known(u32),
}

/// Where every member begins.
const ROOT: u32 = 0;

impl Concepts {
    /// Reads lines of members with spaces between, and `_` for a space within one; `#` begins a note. The first two members
    /// name the group, so that it keeps its name where others are added or moved.
    fn read(file: &str) -> Concepts {
        let mut concepts = Concepts { ends: vec![Vec::new()], ..Concepts::default() };
        for word in stopwords().filter(|word| !DENIALS.contains(word)) {
            let stem = normal(word);
            concepts.words.insert(key(word, &stem, &mut [0; SHORT]).to_owned(), Word::PassedOver);
        }
        for line in lines(file) {
            let members: Vec<&str> = line.split_whitespace().collect();
            let [first, second, ..] = members.as_slice() else { continue };
            let group = concepts.names.len() as u32;
            concepts.names.push(format!("{MARK}{first} {second}"));
            members.iter().for_each(|member| concepts.add(&member.replace('_', " "), group));
        }
        concepts
    }

    fn add(&mut self, member: &str, group: u32) {
        let mut at = ROOT;
        for token in cut(member).iter().filter(|token| token.position_length == 1) {
            let next = self.words.len() as u32;
            let written = &member[token.offset_from..token.offset_to];
            let key = key(written, &token.text, &mut [0; SHORT]).to_owned();
            let Word::Known(word) = *self.words.entry(key).or_insert(Word::Known(next)) else { continue };
            let places = self.ends.len() as u32;
            at = *self.steps.entry((at, word)).or_insert(places);
            if at == places {
                self.ends.push(Vec::new());
            }
        }
        let ends = &mut self.ends[at as usize];
        if at != ROOT && !ends.contains(&group) {
            ends.push(group);
        }
    }
}

/// What a word is compared by: its stem, or itself in lower case where it is short.
fn key<'a>(written: &str, stem: &'a str, short: &'a mut [u8; SHORT]) -> &'a str {
    let Some(place) = short.get_mut(..written.len()).filter(|_| written.is_ascii()) else { return stem };
    place.copy_from_slice(written.as_bytes());
    place.make_ascii_lowercase();
    std::str::from_utf8(place).unwrap_or(stem)
}

/// Members that have begun, and the groups of those that ended at the last word.
#[derive(Default)]
struct Open {
    places: Vec<u32>,
    next: Vec<u32>,
    ended: Vec<u32>,
}

impl Open {
    fn step(&mut self, written: &str, stem: &str) {
        self.ended.clear();
        let concepts = &*CONCEPTS;
        match concepts.words.get(key(written, stem, &mut [0; SHORT])) {
            None => self.places.clear(),
            Some(Word::PassedOver) => {}
            Some(Word::Known(word)) => {
                self.next.clear();
                for place in self.places.iter().chain(&[ROOT]) {
                    let Some(place) = concepts.steps.get(&(*place, *word)) else { continue };
                    self.next.push(*place);
                    for group in &concepts.ends[*place as usize] {
                        if !self.ended.contains(group) {
                            self.ended.push(*group);
                        }
                    }
                }
                std::mem::swap(&mut self.places, &mut self.next);
            }
        }
    }
}

/// The tokens of the groups that `text` has members of, each once, in its order.
pub fn of(text: &str) -> Vec<&'static str> {
    let mut open = Open::default();
    let mut found: Vec<&'static str> = Vec::new();
    for token in cut(text).iter().filter(|token| token.position_length == 1) {
        open.step(&text[token.offset_from..token.offset_to], &token.text);
        for group in &open.ended {
            let name = CONCEPTS.names[*group as usize].as_str();
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// Cuts a text into its words and names, each with the groups of which a member ends there.
#[derive(Clone)]
pub struct Annotator;

impl Tokenizer for Annotator {
    type TokenStream<'a> = Annotated<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Annotated<'a> {
        Annotated { text, words: Analyzer.words(text), open: Open::default(), token: None }
    }
}

pub struct Annotated<'a> {
    text: &'a str,
    words: Words<'a>,
    open: Open,
    /// The group in hand; none where it is a word.
    token: Option<Token>,
}

impl TokenStream for Annotated<'_> {
    fn advance(&mut self) -> bool {
        if let Some(group) = self.open.ended.pop() {
            let word = self.words.token();
            let token = self.token.get_or_insert_default();
            token.text.clear();
            token.text.push_str(&CONCEPTS.names[group as usize]);
            (token.offset_from, token.offset_to) = (word.offset_from, word.offset_to);
            (token.position, token.position_length) = (word.position, 1);
            return true;
        }
        self.token = None;
        if !self.words.advance() {
            return false;
        }
        let word = self.words.token();
        if word.position_length == 1 {
            self.open.step(&self.text[word.offset_from..word.offset_to], &word.text);
        }
        true
    }

    fn token(&self) -> &Token {
        self.token.as_ref().unwrap_or_else(|| self.words.token())
    }

    fn token_mut(&mut self) -> &mut Token {
        match &mut self.token {
            Some(token) => token,
            None => self.words.token_mut(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_means_the_same_has_a_group_in_common() {
        for (a, b, expected) in [
            ("the site was slow", "we saw high latency", true),
            ("certs", "TLS certificate", true),
            ("it gave an error", "errors", true),
            ("a loss of the service", "an outage", true),
            ("slow", "zeppelin", false),
            ("UPS", "up", false),
        ] {
            let (of_a, of_b) = (of(a), of(b));
            assert_eq!(of_a.iter().any(|group| of_b.contains(group)), expected, "{a}: {of_a:?}; {b}: {of_b:?}");
        }
    }

    #[test]
    fn every_group_has_a_name_of_its_own_and_several_members() {
        let mut names = HashSet::new();
        for line in lines(include_str!("../../data/search/concepts.txt")).filter(|line| !line.trim().is_empty()) {
            let members: Vec<&str> = line.split_whitespace().collect();
            assert!(members.len() > 1, "{line}");
            assert!(names.insert(members[..2].to_vec()), "{:?} name two groups", &members[..2]);
            for member in members {
                assert!(!of(&member.replace('_', " ")).is_empty(), "{member} has no word that tells something: {line}");
            }
        }
    }

    fn tokens(text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        Annotator.token_stream(text).process(&mut |token| tokens.push(token.clone()));
        tokens
    }

    proptest! {
        #[test]
        fn the_words_of_a_text_with_its_groups_are_those_without(text in "(\\PC|[a-z]{1,3}| |slow|high latency|timed out)*") {
            let (groups, words): (Vec<_>, Vec<_>) = tokens(&text).into_iter().partition(|token| token.text.starts_with(MARK));
            prop_assert_eq!(words, cut(&text));
            let found: HashSet<&str> = groups.iter().map(|token| token.text.as_str()).collect();
            prop_assert_eq!(found, of(&text).into_iter().collect());
        }
    }

    #[test]
    fn a_group_stands_where_the_last_word_of_its_member_does() {
        let text = "requests timed out";
        let tokens = tokens(text);
        let group = tokens.iter().find(|token| token.text.starts_with(&format!("{MARK}timeout "))).unwrap();
        assert_eq!((&text[group.offset_from..group.offset_to], group.position), ("out", 2));
        assert!(tokens.is_sorted_by_key(|token| token.position));
    }
}
