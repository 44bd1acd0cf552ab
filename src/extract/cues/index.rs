//! Which rows of a lexicon match a text, mostly told from the phrases in it alone.
//!
//! The phrases of all rows stand in one trie. Where the clauses of a branch follow each other in the text as the branch
//! says, its row matches (an exact branch) or may match (any other), and then the row's regular expression is asked. Rows
//! whose patterns name no phrase are asked about every text.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{BitAnd, Not, Range};
use std::sync::atomic::{AtomicU32, Ordering};

use super::phrase::{self, Link, Pattern, Phrase, is_gap, is_word};
use super::trie::{Trie, Words};

/// A set of rows, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rows([u64; Rows::MOST / 64]);

impl Rows {
    pub const MOST: usize = 256;

    pub fn all() -> Rows {
        Rows([u64::MAX; Rows::MOST / 64])
    }

    pub fn range(rows: Range<usize>) -> Rows {
        let mut out = Rows::default();
        rows.for_each(|row| out.insert(row));
        out
    }

    pub fn insert(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }

    pub fn contains(&self, row: usize) -> bool {
        self.0[row / 64] >> (row % 64) & 1 == 1
    }

    pub fn is_empty(self) -> bool {
        self == Rows::default()
    }

    /// The rows in ascending order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(at, mut bits)| {
            std::iter::from_fn(move || {
                let bit = bits.trailing_zeros() as usize;
                bits &= bits.wrapping_sub(1);
                (bit < 64).then_some(at * 64 + bit)
            })
        })
    }
}

impl BitAnd for Rows {
    type Output = Rows;

    fn bitand(mut self, other: Rows) -> Rows {
        self.0.iter_mut().zip(other.0).for_each(|(bits, other)| *bits &= other);
        self
    }
}

impl Not for Rows {
    type Output = Rows;

    fn not(self) -> Rows {
        Rows(self.0.map(|bits| !bits))
    }
}

/// What a text tells of the rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// These match.
    pub sure: Rows,
    /// These may match.
    pub open: Rows,
}

/// See the head of this file.
pub(super) struct Index {
    /// Tells it from other indexes; from 1 on.
    pub number: u32,
    /// The phrases, each for every clause that it is of.
    trie: Trie<Use>,
    /// Rows that any text may match.
    always: Rows,
    /// The number of clauses.
    clauses: usize,
}

const ANYTHING: u16 = u16::MAX;

/// A phrase as part of a clause of a branch of a row.
#[derive(Clone, Copy)]
struct Use {
    /// The number of the clause, one above that of the clause before it.
    clause: u32,
    row: u16,
    /// So many words may stand between the clause before and this one, or [`ANYTHING`].
    words: u16,
    is_first: bool,
    is_last: bool,
    /// Whether phrase and branch say all that the pattern says.
    sure: bool,
}

/// Where a clause was found last.
#[derive(Clone, Copy, Default)]
struct Place {
    /// The search it was found in.
    search: u32,
    end: u32,
    /// Whether the branch so far stands there for sure.
    sure: bool,
}

/// What a thread keeps for its searches.
struct Scratch {
    /// The number of the search.
    search: u32,
    /// The places of the clauses.
    places: Vec<Place>,
    /// The words that each index has seen.
    words: Vec<Words<Use>>,
}

impl Index {
    pub fn new(patterns: &[Pattern]) -> Index {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let mut numbers: HashMap<Phrase, usize> = HashMap::new();
        let mut phrases = Vec::new();
        let mut uses: Vec<Vec<Use>> = Vec::new();
        let (mut always, mut clauses) = (Rows::default(), 0);
        for (row, pattern) in patterns.iter().enumerate() {
            for branch in phrase::branches(pattern) {
                if branch.clauses.is_empty() {
                    always.insert(row);
                }
                let last = branch.clauses.len().wrapping_sub(1);
                for (at, clause) in branch.clauses.into_iter().enumerate() {
                    for phrase in clause.phrases {
                        let sure = phrase.sure && branch.exact;
                        let key = Phrase { sure: true, ..phrase };
                        let number = *numbers.entry(key).or_insert_with_key(|key| {
                            phrases.push(key.clone());
                            uses.push(Vec::new());
                            phrases.len() - 1
                        });
                        uses[number].push(Use {
                            clause: clauses as u32,
                            row: row as u16,
                            is_first: at == 0,
                            is_last: at == last,
                            words: match clause.link {
                                Link::Words(most) => u16::try_from(most).unwrap_or(ANYTHING),
                                Link::Anything => ANYTHING,
                            },
                            sure,
                        });
                    }
                    clauses += 1;
                }
            }
        }
        let used = phrases.iter().zip(&uses).flat_map(|(phrase, uses)| uses.iter().map(move |used| (phrase, *used)));
        let trie = Trie::new(&used.collect::<Vec<_>>());
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Index { number, trie, always, clauses }
    }

    /// The rows that any text may match, as far as their phrases tell.
    #[cfg(test)]
    pub fn always(&self) -> Rows {
        self.always
    }

    pub fn find(&self, text: &[u8]) -> Found {
        if u32::try_from(text.len()).is_err() {
            // Places are 32 bits wide; no document is as long.
            return Found { open: Rows::all(), ..Found::default() };
        }
        thread_local! {
            static SCRATCH: RefCell<Scratch> =
                const { RefCell::new(Scratch { search: 0, places: Vec::new(), words: Vec::new() }) };
        }
        SCRATCH.with_borrow_mut(|Scratch { search, places, words }| {
            *search = search.checked_add(1).unwrap_or_else(|| {
                places.fill(Place::default());
                1
            });
            if places.len() < self.clauses {
                places.resize(self.clauses, Place::default());
            }
            let number = self.number as usize;
            if words.len() <= number {
                words.resize_with(number + 1, Words::new);
            }
            let mut found = Found { open: self.always, ..Found::default() };
            self.trie.find(&mut words[number], text, |used, start, end| {
                // Most clauses do not follow what they would have to, and that is quickly seen.
                let leads = used.is_first || places[used.clause as usize - 1].search == *search;
                if leads && !found.sure.contains(used.row.into()) {
                    follow(used, text, *search, places, start, end, &mut found);
                }
            });
            found
        })
    }
}

/// Takes note of a phrase that stands from `start` to `end`, where the clause before it was found.
#[inline]
fn follow(used: Use, text: &[u8], search: u32, places: &mut [Place], start: usize, end: usize, found: &mut Found) {
    let mut sure = used.sure;
    if !used.is_first {
        let before = places[used.clause as usize - 1];
        sure &= before.sure;
        // The phrase before was found once more, further on; an earlier one may still fit.
        if used.words == ANYTHING || before.end as usize > start {
            sure = false;
        } else if !are_words(&text[before.end as usize..start], used.words) {
            return;
        }
    }
    match (used.is_last, sure) {
        (true, true) => found.sure.insert(used.row.into()),
        (true, false) => found.open.insert(used.row.into()),
        (false, _) => places[used.clause as usize] = Place { search, end: end as u32, sure },
    }
}

/// Whether the text is at most so many words, each with a gap after it.
fn are_words(text: &[u8], most: u16) -> bool {
    let mut at = 0;
    for _ in 0..=most {
        if at == text.len() {
            return true;
        }
        let word = text[at..].iter().take_while(|byte| is_word(**byte)).count();
        let gap = text[at + word..].iter().take_while(|byte| is_gap(**byte)).count();
        if word == 0 || gap == 0 {
            return false;
        }
        at += word + gap;
    }
    false
}
