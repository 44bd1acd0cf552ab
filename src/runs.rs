//! Where runs of ASCII letters, digits and such end, and what words hash to: eight bytes at once, as most of what reads a text does is to pass over words.

/// Where the ASCII letters end that begin at `at`.
pub(crate) fn letters(bytes: &[u8], at: usize) -> usize {
    end(bytes, at, alphabetic)
}

/// Where the ASCII letters and digits end that begin at `at`.
pub(crate) fn letters_and_digits(bytes: &[u8], at: usize) -> usize {
    end(bytes, at, |eight| alphabetic(eight) | range(eight, b'0', b'9'))
}

/// Where the ASCII letters, digits and underscores end that begin at `at`.
pub(crate) fn word(bytes: &[u8], at: usize) -> usize {
    end(bytes, at, |eight| alphabetic(eight) | range(eight, b'0', b'9') | range(eight, b'_', b'_'))
}

/// Eight bytes from `at` on, the first the lowest; zeros where there are fewer.
pub(crate) fn eight(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8) {
        Some(eight) => eight.try_into().map_or(0, u64::from_le_bytes),
        None => bytes[at.min(bytes.len())..].iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte)),
    }
}

/// The hash of a word of ASCII letters, digits and underscores, without regard to case, and whether it has a digit.
pub(crate) fn hash(bytes: &[u8], start: usize, end: usize) -> (u64, bool) {
    // Letters have the one bit, and the other in lower case; digits have that always and never the one.
    const LETTER: u64 = all(0x40);
    const LOWER: u64 = all(0x20);
    let (mut hash, mut at, mut has_digit) = (0, start, false);
    loop {
        let part = eight(bytes, at) | LOWER;
        let rest = end - at;
        if rest <= 8 {
            // Nothing of what follows the word, which has a byte at least.
            let past = 64 - 8 * rest;
            has_digit |= (!part & LETTER) << past != 0;
            return (mixed(hash ^ part << past), has_digit);
        }
        has_digit |= !part & LETTER != 0;
        hash = mixed(hash ^ part);
        at += 8;
    }
}

/// Spreads what is told by any of the bits over all of them.
pub(crate) const fn mixed(bits: u64) -> u64 {
    let all = (bits ^ 0x243f_6a88_85a3_08d3) as u128 * 0x9e37_79b9_7f4a_7c15;
    all as u64 ^ (all >> 64) as u64
}

/// Where the bytes end, from `at` on, for which `marks` sets the highest bit.
fn end(bytes: &[u8], mut at: usize, marks: impl Fn(u64) -> u64) -> usize {
    loop {
        // Zeros are in no run, so that one ends with the text.
        let others = !marks(eight(bytes, at)) & HIGHEST;
        at += others.trailing_zeros() as usize / 8;
        if others != 0 {
            return at;
        }
    }
}

const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);

const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte that is an ASCII letter.
fn alphabetic(eight: u64) -> u64 {
    // In lower case letters have this bit; of what else gets it nothing becomes a letter.
    range(eight | all(0x20), b'a', b'z')
}

/// The highest bit of each byte that is one of an ASCII range.
fn range(eight: u64, first: u8, last: u8) -> u64 {
    // Seven bits and a number of at most seven do not reach into the next byte.
    let low = eight & !HIGHEST;
    (low + all(0x80 - first)) & !(low + all(0x7f - last)) & !eight & HIGHEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for before in 0..20 {
                for after in [0, 3, 12] {
                    let mut text = vec![b'q'; before];
                    text.push(byte);
                    text.extend(vec![b'7'; after]);
                    let end = |is_in: bool| if is_in { text.len() } else { before };
                    let letters_end = before + usize::from(byte.is_ascii_alphabetic());
                    assert_eq!(letters(&text, 0), letters_end, "{text:?}");
                    assert_eq!(letters_and_digits(&text, 0), end(byte.is_ascii_alphanumeric()), "{text:?}");
                    assert_eq!(word(&text, 0), end(byte.is_ascii_alphanumeric() || byte == b'_'), "{text:?}");
                }
            }
        }
        let hash = |word: &str| hash(word.as_bytes(), 1, word.len() - 1);
        for (word, other, same) in [
            ("(alert)", "-ALERT ", true),
            ("(alert)", "(alerts)", false),
            ("(internationalisation)", " Internationalisation.", true),
            ("(internationalisation)", "(internationalisatiom)", false),
            ("(12345678)", "(1234567)", false),
        ] {
            assert_eq!(hash(word).0 == hash(other).0, same, "{word} {other}");
        }
        assert!(hash("(eightlong9)").1 && hash("(3rd)").1 && !hash("(a_b)").1);
        assert_eq!((word(b"", 0), word(b"ab", 2), eight(b"ab", 1)), (0, 2, u64::from(b'b')));
    }
}
