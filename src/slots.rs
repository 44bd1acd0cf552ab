//! A map from numbers to numbers that is asked for each word of a text.
//!
//! Words are asked for in no order, so that nearly all of a look is waiting for memory. A key and its value stand side by
//! side in twelve bytes, in one line of the cache most of the time, where `HashMap` looks at two.

use crate::runs::mixed;

/// The one key that is never kept: it marks a free place, and of 2^64 hashes that costs one its place.
const NONE: u64 = u64::MAX;

/// A key, in two parts so that nothing is lost to alignment, and its value.
#[derive(Clone, Copy, Debug)]
struct Slot {
    key: [u32; 2],
    value: u32,
}

impl Slot {
    const FREE: Slot = Slot::new(NONE, 0);

    const fn new(key: u64, value: u32) -> Slot {
        Slot { key: [(key >> 32) as u32, key as u32], value }
    }

    fn key(self) -> u64 {
        u64::from(self.key[0]) << 32 | u64::from(self.key[1])
    }
}

/// A place, and the key that stands there.
#[derive(Clone, Copy)]
pub(crate) struct Met {
    place: usize,
    known: u64,
}

/// See the head of this file.
#[derive(Debug)]
pub(crate) struct Slots {
    /// A power of two of them; each key at or after the place of its hash, and always one free.
    slots: Vec<Slot>,
    count: usize,
}

impl Slots {
    /// Room for so many keys; until there are more, each keeps its place.
    pub fn for_keys(count: usize) -> Slots {
        let slots = (count + count / 3 + 2).next_power_of_two();
        Slots { slots: vec![Slot::FREE; slots], count: 0 }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The place of a key, if it is known.
    #[inline]
    pub fn find(&self, key: u64) -> Option<usize> {
        self.find_from(self.meet(key), key)
    }

    /// What stands where a key should: the first half of [`Slots::find`], for who asks for many at once.
    #[inline]
    pub fn meet(&self, key: u64) -> Met {
        let place = mixed(key) as usize & (self.slots.len() - 1);
        Met { place, known: self.slots[place].key() }
    }

    /// The other half of [`Slots::find`].
    #[inline]
    pub fn find_from(&self, met: Met, key: u64) -> Option<usize> {
        let place = self.place(met, key);
        (self.slots[place].key() != NONE).then_some(place)
    }

    pub fn value(&self, place: usize) -> u32 {
        self.slots[place].value
    }

    /// Sets the value of a key, and gives its place.
    pub fn set(&mut self, key: u64, value: u32) -> usize {
        let mut place = self.place(self.meet(key), key);
        if self.slots[place].key() == NONE && key != NONE {
            self.count += 1;
            if self.count > self.slots.len() / 4 * 3 {
                self.grow();
                place = self.place(self.meet(key), key);
            }
        }
        self.slots[place] = Slot::new(key, value);
        place
    }

    /// Where a key stands, or would.
    #[inline]
    fn place(&self, met: Met, key: u64) -> usize {
        let Met { mut place, mut known } = met;
        while known != key && known != NONE {
            place = (place + 1) & (self.slots.len() - 1);
            known = self.slots[place].key();
        }
        place
    }

    fn grow(&mut self) {
        let double = vec![Slot::FREE; self.slots.len() * 2];
        for slot in std::mem::replace(&mut self.slots, double) {
            if slot.key() != NONE {
                let place = self.place(self.meet(slot.key()), slot.key());
                self.slots[place] = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_found_and_nothing_else() {
        let mut slots = Slots::for_keys(0);
        for key in (0..5000).map(|nth: u64| nth * nth) {
            assert_eq!(slots.find(key), None);
            slots.set(key, key as u32);
        }
        assert_eq!(slots.count(), 5000);
        slots.set(49, 7);
        assert_eq!(slots.find(49).map(|place| slots.value(place)), Some(7));
        assert_eq!(slots.find(64).map(|place| slots.value(place)), Some(64));
        assert_eq!((slots.find(50), slots.count()), (None, 5000));
    }

    #[test]
    fn a_key_keeps_its_place_while_there_is_room() {
        let mut slots = Slots::for_keys(1000);
        let places: Vec<usize> = (0..1000).map(|key| slots.set(key << 32, 0)).collect();
        assert!((0..1000).all(|key| slots.find(key << 32) == Some(places[key as usize])));
    }

    #[test]
    fn the_one_key_that_is_none_is_not_kept() {
        let mut slots = Slots::for_keys(2);
        slots.set(NONE, 1);
        assert_eq!((slots.find(NONE), slots.count()), (None, 0));
    }
}
