//! Stems of English words, with a memory of those seen last.
//!
//! To stem a word takes ten times as long as to look it up, and texts are made of few words: the memory is a table in
//! which a word has one place, and takes it from the word that was there. Each thread has its own.

use std::cell::RefCell;

use frostem::{Algorithm, Stemmer};

/// Longer words are stemmed each time; they are rare.
const LONGEST: usize = 23;
const PLACES: usize = 4096;

/// A word in lower case, and its stem.
#[derive(Clone, Copy)]
struct Place {
    word: [u8; LONGEST],
    length: u8,
    stem: [u8; LONGEST],
    stem_length: u8,
}

struct Stems {
    stemmer: Stemmer,
    places: Vec<Place>,
}

thread_local! {
    static STEMS: RefCell<Stems> = RefCell::new(Stems {
        stemmer: Stemmer::new(Algorithm::English),
        places: vec![Place { word: [0; LONGEST], length: 0, stem: [0; LONGEST], stem_length: 0 }; PLACES],
    });
}

/// Puts the stem of `word`, ASCII letters in lower case, in its place.
pub fn stem(word: &mut String) {
    STEMS.with_borrow_mut(|stems| stems.stem(word));
}

impl Stems {
    fn stem(&mut self, word: &mut String) {
        let bytes = word.as_bytes();
        if bytes.len() > LONGEST {
            *word = self.stemmer.stem(word).into_owned();
            return;
        }
        let place = &mut self.places[place(bytes)];
        if place.word[..usize::from(place.length)] != *bytes {
            let stem = self.stemmer.stem(word);
            if stem.len() > LONGEST {
                *word = stem.into_owned();
                return;
            }
            // Both are at most LONGEST bytes, which a byte can count.
            (place.length, place.stem_length) = (bytes.len() as u8, stem.len() as u8);
            place.word[..bytes.len()].copy_from_slice(bytes);
            place.stem[..stem.len()].copy_from_slice(stem.as_bytes());
        }
        let stem = std::str::from_utf8(&place.stem[..usize::from(place.stem_length)]);
        // What was copied in was text.
        if let Ok(stem) = stem {
            word.clear();
            word.push_str(stem);
        }
    }
}

/// The place of a word: FNV-1a.
fn place(word: &[u8]) -> usize {
    let hash = word.iter().fold(0xcbf2_9ce4_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    (hash ^ hash >> 15) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_gives_what_the_stemmer_gives() {
        let stemmer = Stemmer::new(Algorithm::English);
        let endings = ["", "s", "ed", "ing", "ation", "ly", "ness", "fulness", "internationalisationally"];
        let words: Vec<String> = (0..20_000)
            .map(|number: usize| {
                let letter = |shift: usize| char::from(b'a' + (number >> shift) as u8 % 26);
                [letter(0), letter(3), letter(7), letter(11)].iter().collect::<String>()
                    + endings[number % endings.len()]
            })
            .collect();
        // Twice, so that words are met again after others took their place.
        for word in words.iter().chain(&words).chain(words.iter().rev()) {
            let mut found = word.clone();
            stem(&mut found);
            assert_eq!(found, stemmer.stem(word), "{word}");
        }
    }
}
