//! Maps by short words that the program knows: what a lexicon's lines begin with, the names of zones and months.
//!
//! Every word of a text is looked for in several of them, and the standard hash, which guards against keys that somebody chose
//! to meet, would be most of that. The keys here are our own.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::runs;

/// A map by words.
pub(crate) type ShortMap<K, V> = HashMap<K, V, BuildHasherDefault<ShortHasher>>;

/// Hashes a word by eight bytes at once.
#[derive(Default)]
pub(crate) struct ShortHasher(u64);

impl Hasher for ShortHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for at in (0..bytes.len()).step_by(8) {
            self.write_u64(runs::eight(bytes, at));
        }
    }

    /// What ends a word tells nothing of it.
    fn write_u8(&mut self, _: u8) {}

    fn write_u64(&mut self, part: u64) {
        self.0 = runs::mixed(self.0 ^ part);
    }
}
