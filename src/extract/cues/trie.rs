//! Finds the phrases of a lexicon in a text: a trie that is walked from the start of each word.
//!
//! An Aho-Corasick automaton would read each byte of the text; from the starts of words alone most walks end after two or
//! three bytes, and the trie stays small enough for the cache.

use std::collections::VecDeque;

use super::phrase::{End, Phrase, Tail, is_gap, is_word};

/// The phrases, each with a value.
///
/// Nodes are numbered level by level, so that the children of a node, and the first levels, which most walks do not leave,
/// stand side by side. Node 0 is where walks begin.
pub(super) struct Trie {
    /// For each node the byte that leads to it.
    bytes: Vec<u8>,
    /// For each node its first child and its first entry; its last are those before the next node's first.
    firsts: Vec<(u32, u32)>,
    entries: Vec<Entry>,
    /// For node 0 and each of its children, the node that each byte leads to, 0 for none.
    roots: Vec<[u16; 256]>,
}

#[derive(Clone, Copy)]
struct Entry {
    tail: Tail,
    end: End,
    value: u32,
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

/// Where the bytes of a kind end that begin at `at`.
fn skip(text: &[u8], at: usize, kind: Kind) -> usize {
    let more = text[at..].iter().take_while(|byte| KINDS[usize::from(**byte)] == kind);
    at + more.count()
}

impl Trie {
    /// A trie of phrases; the value of each is its place.
    pub fn new(phrases: &[Phrase]) -> Trie {
        let mut sorted: Vec<(usize, &Phrase)> = phrases.iter().enumerate().collect();
        sorted.sort_by_key(|(_, phrase)| &phrase.text);
        let mut trie = Trie { bytes: vec![0], firsts: Vec::new(), entries: Vec::new(), roots: Vec::new() };
        // The phrases below each node, which are a range of the sorted ones, and the length they share.
        let mut below = VecDeque::from([(0..sorted.len(), 0)]);
        let mut nodes = 1;
        while let Some((range, depth)) = below.pop_front() {
            trie.firsts.push((nodes, trie.entries.len() as u32));
            let ends = sorted[range.clone()].iter().take_while(|(_, phrase)| phrase.text.len() == depth);
            trie.entries.extend(ends.map(|(value, phrase)| Entry {
                tail: phrase.tail,
                end: phrase.end,
                value: *value as u32,
            }));
            let mut start = range.start;
            while start < range.end {
                let Some(byte) = sorted[start].1.text.get(depth).copied() else {
                    start += 1;
                    continue;
                };
                let more = sorted[start..range.end].iter().take_while(|(_, p)| p.text.get(depth) == Some(&byte));
                let end = start + more.count();
                below.push_back((start..end, depth + 1));
                trie.bytes.push(byte);
                nodes += 1;
                start = end;
            }
        }
        trie.firsts.push((nodes, trie.entries.len() as u32));
        trie.roots = (0..trie.firsts[1].0).map(|node| trie.row(node)).collect();
        trie
    }

    /// The node that each byte leads to from `node`.
    fn row(&self, node: u32) -> [u16; 256] {
        let mut row = [0; 256];
        for (byte, next) in row.iter_mut().enumerate() {
            // Children of the first levels have small numbers.
            *next = self.child(node, FOLDED[byte]) as u16;
        }
        row
    }

    /// The child of `node` for a folded byte, 0 for none.
    fn child(&self, node: u32, byte: u8) -> u32 {
        let (first, end) = (self.firsts[node as usize].0, self.firsts[node as usize + 1].0);
        let known = &self.bytes[first as usize..end as usize];
        known.iter().position(|known| *known == byte).map_or(0, |at| first + at as u32)
    }

    /// Calls `found` with the value, the start and the end of each phrase in `text`, in the order of their starts. The
    /// end is after the gap, where a phrase ends in one.
    pub fn find(&self, text: &[u8], mut found: impl FnMut(u32, usize, usize)) {
        let mut at = 0;
        while at < text.len() {
            if KINDS[usize::from(text[at])] == Kind::Word {
                self.walk(text, at, &mut found);
                at = skip(text, at, Kind::Word);
            }
            at += 1;
        }
    }

    fn walk(&self, text: &[u8], start: usize, found: &mut impl FnMut(u32, usize, usize)) {
        let (mut node, mut at) = (0, start);
        while let Some(byte) = text.get(at) {
            node = match self.roots.get(node as usize) {
                Some(row) => u32::from(row[usize::from(*byte)]),
                None => self.child(node, FOLDED[usize::from(*byte)]),
            };
            if node == 0 {
                return;
            }
            at += 1;
            if KINDS[usize::from(*byte)] == Kind::Gap {
                at = skip(text, at, Kind::Gap);
            }
            let (first, end) = (self.firsts[node as usize].1, self.firsts[node as usize + 1].1);
            for entry in &self.entries[first as usize..end as usize] {
                if let Some(end) = entry.end(text, at) {
                    found(entry.value, start, end);
                }
            }
        }
    }
}

impl Entry {
    /// Where the phrase ends whose text ends at `at`, if tail and end are as they must be.
    fn end(&self, text: &[u8], at: usize) -> Option<usize> {
        let next = text.get(at).map_or(Kind::Mark, |byte| KINDS[usize::from(*byte)]);
        let (end, next) = match (self.tail, next) {
            (Tail::Nothing, Kind::Word) if self.end == End::Edge => return None,
            (Tail::Nothing, _) | (Tail::Stem, Kind::Gap | Kind::Mark) => (at, next),
            (Tail::LongStem, Kind::Gap | Kind::Mark) => return None,
            (Tail::Stem | Tail::LongStem, Kind::Word) => {
                let end = skip(text, at, Kind::Word);
                (end, text.get(end).map_or(Kind::Mark, |byte| KINDS[usize::from(*byte)]))
            }
        };
        match (self.end, next) {
            (End::Gap, Kind::Gap) => Some(skip(text, end, Kind::Gap)),
            (End::Gap, _) => None,
            (End::Anything | End::Edge, _) => Some(end),
        }
    }
}
