//! Finds the phrases of a lexicon in a text: a trie that is walked from the start of each word.
//!
//! An Aho-Corasick automaton would read each byte of the text. A phrase begins where a word does, and most of what is written
//! are some thousand words: of each that was seen it is kept which phrases end in it and where its walk goes on, which for
//! most is nowhere, so that they are passed over whole.

use std::collections::VecDeque;
use std::ops::Range;

use super::phrase::{End, Phrase, Tail, is_gap, is_word};
use crate::runs::{self, Run};
use crate::slots::Slots;

/// The phrases, each with a value: a trie as a double array. A step from one node to the next is one look into `nodes`; walks
/// begin at node 0.
pub(super) struct Trie<V> {
    nodes: Vec<Node>,
    /// For each node where its entries begin and end.
    ranges: Vec<(u32, u32)>,
    entries: Vec<Entry<V>>,
    /// What each byte is read as: the number of its letter among those of all phrases, from 1 on, or [`UNREAD`].
    letters: [u8; 256],
    /// The letter of gaps.
    gap: u8,
}

/// A node in four bytes, as walks wait for memory more than for anything else: from the lowest bits on the letter that leads to it
/// (0 for no node), whether it has entries, and its base. The child for a letter stands so many places after the base; as no
/// two nodes have one base, what stands there is the child if it has that letter.
#[derive(Clone, Copy, Default)]
struct Node(u32);

impl Node {
    fn letter(self) -> u8 {
        self.0 as u8
    }

    fn has_entries(self) -> bool {
        self.0 >> 8 & 1 == 1
    }

    fn base(self) -> usize {
        (self.0 >> 9) as usize
    }

    fn set(&mut self, has_entries: bool, base: usize) {
        self.0 = u32::from(self.letter()) | u32::from(has_entries) << 8 | (base as u32) << 9;
    }
}

/// The letter of bytes that are in no phrase.
const UNREAD: u8 = u8::MAX;

/// A phrase that ends at a node.
#[derive(Clone, Copy)]
struct Entry<V> {
    tail: Tail,
    end: End,
    value: V,
}

/// What a byte is read as: letters in lower case, gap bytes as spaces.
const FOLDED: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = if is_gap(byte as u8) { b' ' } else { (byte as u8).to_ascii_lowercase() };
        byte += 1;
    }
    table
};

/// What a byte is to words.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Word,
    Gap,
    Mark,
}

const KINDS: [Kind; 256] = {
    let mut table = [Kind::Mark; 256];
    let mut byte = 0;
    while byte < 256 {
        if is_word(byte as u8) {
            table[byte] = Kind::Word;
        } else if is_gap(byte as u8) {
            table[byte] = Kind::Gap;
        }
        byte += 1;
    }
    table
};

/// Where the gap ends that begins at `at`.
fn skip_gap(text: &[u8], at: usize) -> usize {
    let more = text[at..].iter().take_while(|byte| KINDS[usize::from(**byte)] == Kind::Gap);
    at + more.count()
}

impl<V: Copy> Trie<V> {
    /// A trie of phrases, each with its value; the values of one that is there more than once are found in their order.
    pub fn new(phrases: &[(&Phrase, V)]) -> Trie<V> {
        let mut sorted: Vec<&(&Phrase, V)> = phrases.iter().collect();
        sorted.sort_by_key(|(phrase, _)| &phrase.text);
        let mut used: Vec<u8> = phrases.iter().flat_map(|(phrase, _)| phrase.text.iter().copied()).collect();
        used.sort_unstable();
        used.dedup();
        let letters = FOLDED.map(|byte| used.binary_search(&byte).map_or(UNREAD, |at| at as u8 + 1));
        // Nothing leads to the root; it must not look free.
        let root = Node(u32::from(UNREAD));
        let mut trie = Trie {
            nodes: vec![root],
            ranges: vec![(0, 0)],
            entries: Vec::new(),
            letters,
            gap: letters[usize::from(b' ')],
        };
        // The phrases below each node, which are a range of the sorted ones, and the length they share. Level by level, so
        // that the first levels, which most walks do not leave, stand side by side.
        let mut below = VecDeque::from([(0, 0..sorted.len(), 0)]);
        let mut room = Room::default();
        let mut childless = Vec::new();
        while let Some((node, range, depth)) = below.pop_front() {
            let mut children: Vec<(usize, Range<usize>)> = Vec::new();
            let first = trie.entries.len() as u32;
            for at in range {
                let (phrase, value) = *sorted[at];
                match (phrase.text.get(depth), children.last_mut()) {
                    (None, _) => {
                        trie.entries.push(Entry { tail: phrase.tail, end: phrase.end, value });
                    }
                    (Some(byte), last) => {
                        let letter = usize::from(letters[usize::from(*byte)]);
                        match last {
                            Some((before, range)) if *before == letter => range.end = at + 1,
                            _ => children.push((letter, at..at + 1)),
                        }
                    }
                }
            }
            let end = trie.entries.len() as u32;
            trie.ranges[node] = (first, end);
            if children.is_empty() {
                childless.push(node);
                continue;
            }
            let base = room.find(&trie.nodes, &children.iter().map(|(letter, _)| *letter).collect::<Vec<_>>());
            trie.nodes[node].set(end > first, base);
            for (letter, range) in children {
                trie.grow(base + letter + 1);
                trie.nodes[base + letter] = Node(letter as u32);
                below.push_back((base + letter, range, depth + 1));
            }
        }
        // Whatever byte follows, there is a place to look at; from a node without children, one where no node is.
        let end = trie.nodes.len();
        for node in childless {
            trie.nodes[node].set(true, end);
        }
        trie.grow(end + usize::from(UNREAD) + 1);
        trie
    }

    fn grow(&mut self, length: usize) {
        if self.nodes.len() < length {
            self.nodes.resize(length, Node::default());
            self.ranges.resize(length, (0, 0));
        }
    }

    /// Calls `found` with the value, the start and the end of each phrase in `text`, in the order of their starts. The
    /// end is after the gap, where a phrase ends in one. These `words` are asked of one trie only.
    pub fn find(&self, words: &mut Words<V>, text: &[u8], mut found: impl FnMut(V, usize, usize)) {
        let mut at = 0;
        while at < text.len() {
            if KINDS[usize::from(text[at])] == Kind::Word {
                let Run { end, hash, .. } = runs::word(text, at);
                if let Some(begun) = words.begun(self, hash, &text[at..end]) {
                    let next = skip_gap(text, end);
                    for ended in &words.ended[begun.first as usize..begun.last as usize] {
                        match ended.end {
                            AFTER_GAP if next > end => found(ended.value, at, next),
                            AFTER_GAP => {}
                            length => found(ended.value, at, at + length as usize),
                        }
                    }
                    if let Some(node) = begun.node {
                        self.walk(node as usize, text, end..text.len(), |value, end| found(value, at, end));
                    }
                }
                at = end;
            }
            at += 1;
        }
    }

    /// Walks from a node over a part of the text, and calls `found` with the value and the end of each phrase that ends on the
    /// way. Gives the node at which the walk ends, if the trie goes so far.
    fn walk(&self, node: usize, text: &[u8], part: Range<usize>, mut found: impl FnMut(V, usize)) -> Option<usize> {
        let (mut place, mut at) = (node, part.start);
        while at < part.end {
            let letter = self.letters[usize::from(text[at])];
            place = self.nodes[place].base() + usize::from(letter);
            let node = self.nodes[place];
            if node.letter() != letter {
                return None;
            }
            at += 1;
            if letter == self.gap {
                at = skip_gap(text, at);
            }
            if node.has_entries() {
                let (first, end) = self.ranges[place];
                for entry in &self.entries[first as usize..end as usize] {
                    if let Some(end) = entry.end(text, at) {
                        found(entry.value, end);
                    }
                }
            }
        }
        Some(place)
    }

    /// Whether any way leads on from a node.
    fn leads_on(&self, node: usize) -> bool {
        let base = self.nodes[node].base();
        (1..UNREAD).any(|letter| self.nodes[base + usize::from(letter)].letter() == letter)
    }
}

/// What begins in the words that were seen.
pub(super) struct Words<V> {
    /// By the hash of each word the number of what begins in it, or [`NOTHING`].
    seen: Slots,
    begun: Vec<Begun>,
    ended: Vec<Ended<V>>,
}

/// What begins in a word.
#[derive(Clone, Copy)]
struct Begun {
    /// The phrases that end in the word, or in the gap after it: a range of [`Words::ended`].
    first: u32,
    last: u32,
    /// The node at the end of the word, if a way leads on from there.
    node: Option<u32>,
}

/// A phrase that ends so many bytes after the start of a word, or [`AFTER_GAP`].
#[derive(Clone, Copy)]
struct Ended<V> {
    value: V,
    end: u32,
}

const NOTHING: u32 = u32::MAX;

const AFTER_GAP: u32 = u32::MAX;

/// So many words are kept: the vocabulary of a corpus has a long tail of names.
const KEPT: usize = 50_000;

impl<V: Copy> Words<V> {
    pub fn new() -> Words<V> {
        Words { seen: Slots::for_keys(0), begun: Vec::new(), ended: Vec::new() }
    }

    /// What begins in a word of that hash, if anything does.
    #[inline]
    fn begun(&mut self, trie: &Trie<V>, hash: u64, word: &[u8]) -> Option<Begun> {
        let number = match self.seen.find(hash) {
            Some(place) => self.seen.value(place),
            None => self.add(trie, hash, word),
        };
        self.begun.get(number as usize).copied()
    }

    /// Walks over a word that was not seen, and keeps what that gives.
    fn add(&mut self, trie: &Trie<V>, hash: u64, word: &[u8]) -> u32 {
        if self.seen.count() == KEPT {
            *self = Words::new();
        }
        let first = self.ended.len();
        // Of what may follow a word, it only matters to phrases whether it is a gap.
        let with_gap = [word, b" "].concat();
        let node = trie.walk(0, &with_gap, 0..word.len(), |value, end| {
            let end = if end > word.len() { AFTER_GAP } else { end as u32 };
            self.ended.push(Ended { value, end });
        });
        let node = node.filter(|node| trie.leads_on(*node));
        let number = if node.is_some() || self.ended.len() > first {
            let (first, last) = (first as u32, self.ended.len() as u32);
            self.begun.push(Begun { first, last, node: node.map(|node| node as u32) });
            self.begun.len() as u32 - 1
        } else {
            NOTHING
        };
        self.seen.set(hash, number);
        number
    }
}

/// Finds room for the children of nodes.
#[derive(Default)]
struct Room {
    /// Which bases nodes have.
    taken: Vec<bool>,
}

impl Room {
    /// A base that no node has, from which the places of all these letters are free.
    fn find(&mut self, nodes: &[Node], letters: &[usize]) -> usize {
        /// So far before the last base places are tried: further back hardly any is free.
        const BACK: usize = 32;
        let free = |place: usize| nodes.get(place).is_none_or(|node| node.letter() == 0);
        let mut base = self.taken.len().saturating_sub(BACK);
        while self.taken.get(base).is_some_and(|taken| *taken) || !letters.iter().all(|letter| free(base + letter)) {
            base += 1;
        }
        self.taken.resize(self.taken.len().max(base + 1), false);
        self.taken[base] = true;
        base
    }
}

impl<V> Entry<V> {
    /// Where the phrase ends whose text ends at `at`, if tail and end are as they must be.
    fn end(&self, text: &[u8], at: usize) -> Option<usize> {
        let next = text.get(at).map_or(Kind::Mark, |byte| KINDS[usize::from(*byte)]);
        let (end, next) = match (self.tail, next) {
            (Tail::Nothing, Kind::Word) if self.end == End::Edge => return None,
            (Tail::Nothing, _) | (Tail::Stem, Kind::Gap | Kind::Mark) => (at, next),
            (Tail::LongStem, Kind::Gap | Kind::Mark) => return None,
            (Tail::Stem | Tail::LongStem, Kind::Word) => {
                let end = runs::word(text, at).end;
                (end, text.get(end).map_or(Kind::Mark, |byte| KINDS[usize::from(*byte)]))
            }
        };
        match (self.end, next) {
            (End::Gap, Kind::Gap) => Some(skip_gap(text, end)),
            (End::Gap, _) => None,
            (End::Anything | End::Edge, _) => Some(end),
        }
    }
}
