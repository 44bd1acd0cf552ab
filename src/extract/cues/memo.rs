//! Remembers what was found in the texts of late.
//!
//! A sentence is asked for its causes, its triggers, its stance and its events one after the other, from different places
//! and not at once. What an index found in it is kept by the hash of its words, in a table of fixed size: a new text takes the
//! place of an old one. The table is small enough to stay in the cache beside all else.

use std::cell::RefCell;

use super::index::{Found, Index};
use crate::runs;

/// The number of texts remembered.
const SLOTS: usize = 1024;

#[derive(Clone, Default)]
struct Slot {
    /// The number of the index that was asked; none has zero.
    index: u32,
    /// The hash of the text: of 2^64 hashes those of two sentences that share a slot do not meet.
    hash: u64,
    found: Found,
}

/// A text that lexicons are asked about, with its hash: most are asked of several.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'t> {
    pub text: &'t str,
    hash: u64,
}

impl<'t> From<&'t str> for Asked<'t> {
    fn from(text: &'t str) -> Asked<'t> {
        Asked { text, hash: runs::whole(text.as_bytes()) }
    }
}

/// What `index` finds in a text, after `settle` decided some of what that leaves open. What it decided is remembered too, so
/// that an expression runs once over a text.
pub(super) fn find(index: &Index, asked: Asked, settle: impl FnOnce(&mut Found)) -> Found {
    thread_local! {
        static SLOTS_OF_THREAD: RefCell<Vec<Slot>> = const { RefCell::new(Vec::new()) };
    }
    SLOTS_OF_THREAD.with_borrow_mut(|slots| {
        if slots.is_empty() {
            slots.resize(SLOTS, Slot::default());
        }
        let Asked { text, hash } = asked;
        // Two indexes that are asked about one text do not share a slot.
        let slot = &mut slots[(hash as usize).wrapping_add(index.number as usize) % SLOTS];
        if slot.index != index.number || slot.hash != hash {
            *slot = Slot { index: index.number, hash, found: index.find(text.as_bytes()) };
        }
        settle(&mut slot.found);
        slot.found
    })
}
