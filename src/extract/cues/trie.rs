//! Finds the phrases of a lexicon in a text: a trie that is walked from the start of each word.
//!
//! An Aho-Corasick automaton would read each byte of the text; from the starts of words alone most walks end after two or
//! three bytes, and the trie stays small enough for the cache.

use super::phrase::{End, Phrase, Tail, is_gap, is_word};

/// The phrases, each with a value.
pub(super) struct Trie {
    /// For each node and each class of bytes the next node, 0 where there is none: node 0 is where walks begin.
    next: Vec<u32>,
    /// For each node the place of its first entry, and one place more.
    firsts: Vec<u32>,
    entries: Vec<Entry>,
    /// The class of each byte: 0 for those that no phrase goes on with.
    classes: [u8; 256],
    width: usize,
}

#[derive(Clone, Copy)]
struct Entry {
    tail: Tail,
    end: End,
    value: u32,
}

const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_word(byte as u8);
        byte += 1;
    }
    table
};

impl Trie {
    /// A trie of phrases; the value of each is its place.
    pub fn new(phrases: &[Phrase]) -> Trie {
        let mut classes = [0; 256];
        let mut width = 1;
        for byte in phrases.iter().flat_map(|phrase| &phrase.text) {
            let class = &mut classes[usize::from(*byte)];
            if *class == 0 {
                // There are fewer than 256 folded bytes, as capitals are none.
                *class = width as u8;
                width += 1;
            }
        }
        let mut next = vec![0; width];
        let mut ends: Vec<(u32, Entry)> = Vec::with_capacity(phrases.len());
        for (value, phrase) in phrases.iter().enumerate() {
            let mut node = 0;
            for byte in &phrase.text {
                let slot = node * width + usize::from(classes[usize::from(*byte)]);
                if next[slot] == 0 {
                    next[slot] = (next.len() / width) as u32;
                    next.resize(next.len() + width, 0);
                }
                node = next[slot] as usize;
            }
            ends.push((node as u32, Entry { tail: phrase.tail, end: phrase.end, value: value as u32 }));
        }
        ends.sort_by_key(|(node, _)| *node);
        let firsts =
            (0..=next.len() / width).map(|node| ends.partition_point(|(end, _)| (*end as usize) < node) as u32);
        let firsts = firsts.collect();
        for byte in b'A'..=b'Z' {
            classes[usize::from(byte)] = classes[usize::from(byte.to_ascii_lowercase())];
        }
        for byte in (0..=255).filter(|byte| is_gap(*byte)) {
            classes[usize::from(byte)] = classes[usize::from(b' ')];
        }
        Trie { next, firsts, entries: ends.into_iter().map(|(_, entry)| entry).collect(), classes, width }
    }

    /// Calls `found` with the value, the start and the end of each phrase in `text`, in the order of their starts. The
    /// end is after the gap, where a phrase ends in one.
    pub fn find(&self, text: &[u8], mut found: impl FnMut(u32, usize, usize)) {
        let mut at = 0;
        while at < text.len() {
            if !WORD[usize::from(text[at])] {
                at += 1;
                continue;
            }
            self.walk(text, at, &mut found);
            while at < text.len() && WORD[usize::from(text[at])] {
                at += 1;
            }
        }
    }

    fn walk(&self, text: &[u8], start: usize, found: &mut impl FnMut(u32, usize, usize)) {
        let (mut node, mut at) = (0, start);
        while let Some(byte) = text.get(at) {
            node = self.next[node * self.width + usize::from(self.classes[usize::from(*byte)])] as usize;
            if node == 0 {
                return;
            }
            at += 1;
            if is_gap(*byte) {
                at += text[at..].iter().take_while(|byte| is_gap(**byte)).count();
            }
            for entry in &self.entries[self.firsts[node] as usize..self.firsts[node + 1] as usize] {
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
        let count = |from: usize, wanted: fn(u8) -> bool| text[from..].iter().take_while(|byte| wanted(**byte)).count();
        let stem = if self.tail == Tail::Nothing && self.end != End::WordEnd { 0 } else { count(at, is_word) };
        let wrong = match self.tail {
            Tail::Nothing => stem > 0,
            Tail::Stem => false,
            Tail::LongStem => stem == 0,
        };
        let end = at + stem;
        match self.end {
            _ if wrong => None,
            End::Gap => Some(end + count(end, is_gap)).filter(|after| *after > end),
            End::Anything | End::WordEnd => Some(end),
        }
    }
}
