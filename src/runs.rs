//! Where runs of ASCII letters, digits and such end, and what words hash to: eight bytes at once, as most of what reads a text does is to pass over words.

/// Where the ASCII letters end that begin at `at`.
pub(crate) fn letters(bytes: &[u8], at: usize) -> usize {
    end(bytes, at, alphabetic)
}

/// A run from some place on: where it ends, and what it hashes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Run {
    pub end: usize,
    /// Without regard to case.
    pub hash: u64,
    pub has_digit: bool,
}

/// The run of ASCII letters and digits that begins at `at`.
pub(crate) fn letters_and_digits(bytes: &[u8], at: usize) -> Run {
    run(bytes, at, |eight| alphabetic(eight) | range(eight, b'0', b'9'))
}

/// The run of ASCII letters, digits and underscores that begins at `at`.
pub(crate) fn word(bytes: &[u8], at: usize) -> Run {
    run(bytes, at, |eight| alphabetic(eight) | range(eight, b'0', b'9') | range(eight, b'_', b'_'))
}

/// Eight bytes from `at` on, the first the lowest; zeros where there are fewer.
pub(crate) fn eight(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8) {
        Some(eight) => eight.try_into().map_or(0, u64::from_le_bytes),
        None => bytes[at.min(bytes.len())..].iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte)),
    }
}

/// The run of bytes from `at` on for which `marks` sets the highest bit: letters, digits and underscores at most.
fn run(bytes: &[u8], mut at: usize, marks: impl Fn(u64) -> u64) -> Run {
    // Letters have the one bit, and the other in lower case; digits have that always and never the one.
    const LETTER: u64 = all(0x40);
    const LOWER: u64 = all(0x20);
    let (mut hash, mut has_digit) = (0, false);
    loop {
        let part = eight(bytes, at);
        let others = !marks(part) & HIGHEST;
        // Nothing of what follows the run: of a part that is none of it, all bits go.
        let past = if others == 0 { 0 } else { 64 - (others.trailing_zeros() & !7) };
        let kept = |bits: u64| bits.checked_shl(past).unwrap_or(0);
        has_digit |= kept(!part & LETTER) != 0;
        hash = mixed(hash ^ kept(part | LOWER));
        at += 8 - past as usize / 8;
        if others != 0 {
            return Run { end: at, hash, has_digit };
        }
    }
}

/// The hash of all bytes.
pub(crate) const fn whole(bytes: &[u8]) -> u64 {
    let (parts, rest) = bytes.as_chunks::<8>();
    let (mut hash, mut nth) = (bytes.len() as u64, 0);
    while nth < parts.len() {
        (hash, nth) = (mixed(hash ^ u64::from_le_bytes(parts[nth])), nth + 1);
    }
    let (mut last, mut at) = (0, 0);
    while at < rest.len() {
        (last, at) = (last << 8 | rest[at] as u64, at + 1);
    }
    mixed(hash ^ last)
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
                    assert_eq!(letters_and_digits(&text, 0).end, end(byte.is_ascii_alphanumeric()), "{text:?}");
                    assert_eq!(word(&text, 0).end, end(byte.is_ascii_alphanumeric() || byte == b'_'), "{text:?}");
                }
            }
        }
        let run = |word: &str| letters_and_digits(word.as_bytes(), 1);
        for (word, other, same) in [
            ("(alert)", "-ALERT ", true),
            ("(alert)", "(alerts)", false),
            ("(internationalisation)", " Internationalisation.", true),
            ("(internationalisation)", "(internationalisatiom)", false),
            ("(12345678)", "(1234567)", false),
        ] {
            assert_eq!(run(word).hash == run(other).hash, same, "{word} {other}");
        }
        let digit = |word: &str| run(word).has_digit;
        assert!(digit("(eightlong9)") && digit("(3rd)") && !digit("(longeight)9") && !digit("(eightlet)"));
        let texts = ["", "a", "ab", "ba", "abcdefgh", "abcdefghi", "abcdefgi", "abcdefghabcdefgh", "abcdefgh\0"];
        let hashes: std::collections::HashSet<u64> = texts.iter().map(|text| whole(text.as_bytes())).collect();
        assert_eq!(hashes.len(), texts.len());
        assert_eq!((word(b"", 0).end, word(b"ab", 2).end, eight(b"ab", 1)), (0, 2, u64::from(b'b')));
    }
}
