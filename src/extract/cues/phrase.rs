//! From a pattern to the phrases that must stand in a text for the pattern to match.
//!
//! Almost all patterns of the lexicons are lists of phrases: words, word stems (`fail\w*`) and up to so many words of any
//! kind between two of them. A pattern is read as a choice of [`Branch`]es, each a sequence of [`Clause`]s that follow
//! each other in the text; a clause is a choice of [`Phrase`]s that begin at the start of a word. A branch that says all
//! that the pattern says is `exact`: where its clauses stand, the pattern matches. Of other branches the clauses are a
//! necessary condition, and the regular expression decides. Nothing is known here of texts.
//!
//! Phrases are in lower case, and each run of gap bytes (white space, straight quotes) is one space in them.

use regex_syntax::hir::Hir;

use super::pieces::{After, Piece, nothing, unfold};

pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What a space in a pattern stands for one or more of: see `spaced`.
pub(super) const fn is_gap(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | b'\'' | b'"')
}

/// One way to match a pattern: clauses in the order of the text.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub clauses: Vec<Clause>,
    pub exact: bool,
}

/// A choice of phrases, and what stands between them and the clause before.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub phrases: Vec<Phrase>,
    pub link: Link,
}

/// What may stand between the end of a clause and the start of the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Link {
    /// At most so many words with the gaps after them.
    Words(u32),
    Anything,
}

/// Words in a row, from the start of a word on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Phrase {
    pub text: Vec<u8>,
    pub tail: Tail,
    pub end: End,
    /// Whether the phrase says all that this part of the pattern says.
    pub sure: bool,
}

/// What goes on after the text of a phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Tail {
    Nothing,
    /// Any number of word bytes: `\w*`.
    Stem,
    /// At least one: `\w+`.
    LongStem,
}

/// What must stand after text and tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum End {
    Anything,
    Edge,
    Gap,
}

/// A pattern as it was parsed.
pub(super) struct Pattern {
    pub hir: Hir,
    /// Whether the expression is meant without regard to case, though its letters stand in one case only.
    pub caseless: bool,
}

/// The branches of a pattern; a branch without clauses can match anywhere.
pub(super) fn branches(pattern: &Pattern) -> Vec<Branch> {
    unfold(&pattern.hir, pattern.caseless).into_iter().map(branch).collect()
}

/// Reads the pieces of a branch as clauses.
fn branch(pieces: Vec<Piece>) -> Branch {
    let mut reader =
        Reader { branch: Branch { clauses: Vec::new(), exact: true }, at_word: false, link: Link::Words(0) };
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Edge => reader.edge(),
            Piece::Words(most) => match reader.link {
                Link::Words(before) if reader.at_word => reader.link = Link::Words(before.saturating_add(most)),
                _ => reader.other(After::Same),
            },
            Piece::GapWords(most) => match pieces.peek() {
                None => {}
                Some(Piece::Choice(next)) if next.iter().all(|phrase| phrase.text.first() == Some(&b' ')) => {
                    let next = next.clone();
                    pieces.next();
                    reader.gap_words(most, next);
                }
                Some(_) => reader.other(After::Unknown),
            },
            Piece::Other(after) => reader.other(after),
            Piece::Choice(phrases) => reader.choice(phrases),
        }
    }
    reader.branch
}

struct Reader {
    branch: Branch,
    /// Whether a word that follows here starts here.
    at_word: bool,
    /// What stands between the last clause and here.
    link: Link,
}

impl Reader {
    fn other(&mut self, after: After) {
        self.branch.exact = false;
        self.link = Link::Anything;
        self.at_word = match after {
            After::Unknown => false,
            After::Start => true,
            After::Same => self.at_word,
        };
    }

    /// The phrases that end here, if a clause does.
    fn ending(&mut self) -> Option<&mut Vec<Phrase>> {
        let here = self.link == Link::Words(0);
        self.branch.clauses.last_mut().filter(|_| here).map(|clause| &mut clause.phrases)
    }

    fn edge(&mut self) {
        let Some(phrases) = self.ending() else {
            self.at_word = true;
            return;
        };
        for phrase in phrases.iter_mut() {
            let in_word = phrase.tail != Tail::Nothing || phrase.text.last().is_some_and(|byte| is_word(*byte));
            if phrase.end == End::Anything && in_word {
                phrase.end = End::Edge;
            } else {
                phrase.sure = false;
            }
        }
    }

    fn gap_words(&mut self, most: u32, next: Vec<Phrase>) {
        if self.at_word || !self.end_in_gap() {
            self.other(After::Unknown);
            return self.choice(next);
        }
        (self.at_word, self.link) = (true, Link::Words(most));
        let next: Vec<Phrase> = next.into_iter().map(without_gap).collect();
        if next != [nothing()] {
            self.choice(next);
        }
    }

    /// Lets the clause that ends here end in a gap.
    fn end_in_gap(&mut self) -> bool {
        let Some(phrases) = self.ending() else { return false };
        if phrases.iter().any(|phrase| phrase.end == End::Gap) {
            return false;
        }
        phrases.iter_mut().for_each(|phrase| phrase.end = End::Gap);
        true
    }

    fn choice(&mut self, mut phrases: Vec<Phrase>) {
        let led = phrases.iter().all(|phrase| phrase.text.first() == Some(&b' '));
        if !self.at_word && led && self.end_in_gap() {
            phrases = phrases.into_iter().map(without_gap).collect();
            self.at_word = true;
        }
        let at_word = self.at_word;
        let started = phrases.iter().map(|phrase| from_word(phrase, at_word)).collect::<Option<Vec<_>>>();
        let after = if phrases.iter().all(ends_outside_word) { After::Start } else { After::Unknown };
        let Some(started) = started else { return self.other(after) };
        let whole = at_word && started.iter().zip(&phrases).all(|(started, phrase)| started.text == phrase.text);
        let is_first = self.branch.clauses.is_empty();
        let link = if whole { self.link } else { Link::Anything };
        // What stands before the first clause is no link, and phrases that were cut are not sure by themselves.
        self.branch.exact &= is_first || link != Link::Anything;
        self.branch.clauses.push(Clause { phrases: started, link });
        (self.at_word, self.link) = (matches!(after, After::Start), Link::Words(0));
    }
}

/// Whether a word that follows the phrase starts there.
fn ends_outside_word(phrase: &Phrase) -> bool {
    let last = phrase.text.last().filter(|_| phrase.tail == Tail::Nothing);
    phrase.end == End::Gap || phrase.end == End::Anything && last.is_some_and(|byte| !is_word(*byte))
}

fn without_gap(mut phrase: Phrase) -> Phrase {
    phrase.text.remove(0);
    phrase
}

/// The phrase from its first word on that surely starts there; nothing if it has none.
fn from_word(phrase: &Phrase, at_word: bool) -> Option<Phrase> {
    let text = &phrase.text;
    let starts = |at: usize| is_word(text[at]) && if at == 0 { at_word } else { !is_word(text[at - 1]) };
    let start = (0..text.len()).find(|at| starts(*at))?;
    Some(Phrase { text: text[start..].to_vec(), sure: phrase.sure && start == 0, ..phrase.clone() })
}
