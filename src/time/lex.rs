//! Cuts text into numbers, words and single punctuation marks, for the grammar in `expr`.
//!
//! White space is dropped; whether two tokens touch is read off their positions. Words are runs of letters (any
//! script), numbers runs of ASCII digits: `10h47` is three tokens, `T14:30Z` five. Nothing is interpreted here.

use std::sync::LazyLock;

use std::collections::HashMap;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Word,
    /// One character that is neither a letter, a digit nor white space.
    Mark,
}

/// A token: `text[start..end]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// What a word means; empty for most.
    pub meanings: &'static [Meaning],
    /// Whether an expression may rest on it: a number, or a word that tells more than "the", "a" and "last" do.
    pub carries: bool,
}

/// The tokens of `text`, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        let kind = if byte.is_ascii_digit() {
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
            Kind::Number
        } else if byte.is_ascii_alphabetic() {
            while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
                at += 1;
            }
            Kind::Word
        } else if byte.is_ascii() {
            at += 1;
            if byte.is_ascii_whitespace() {
                continue;
            }
            Kind::Mark
        } else {
            // A byte that is not ASCII starts a character here: every branch above stops at character boundaries.
            let Some(c) = text[at..].chars().next() else { break };
            at += c.len_utf8();
            if c.is_whitespace() {
                continue;
            }
            if c.is_alphanumeric() { Kind::Word } else { Kind::Mark }
        };
        let meanings = if kind == Kind::Word { meanings(&text[start..at]) } else { &[] };
        let carries = kind == Kind::Number || !meanings.is_empty() && carries(&text[start..at], meanings);
        out.push(Token { kind, start, end: at, meanings, carries });
    }
    out
}

/// What a word means in a time expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meaning {
    Month(i8),
    Weekday(i8),
    /// Minutes in one of the unit.
    Unit(f64),
    Number(f64),
    /// Minutes after midnight: noon, midnight.
    Named(u16),
    Part(Part),
    /// "few", "several".
    Vague,
    /// Counts something else than time with a colon: "ratio", "line".
    Counted,
    /// May begin an expression, and means nothing by itself: "that", "yesterday".
    Lead,
}

/// A part of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

static WORDS: LazyLock<HashMap<&'static str, Vec<Meaning>>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, Vec<Meaning>> = HashMap::new();
    for line in include_str!("../../data/time/words.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let (Some(class), Some(value), Some(list)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let Ok(value) = value.parse::<f64>() else { continue };
        let meaning = match class {
            "month" => Meaning::Month(value as i8),
            "weekday" => Meaning::Weekday(value as i8),
            "unit" => Meaning::Unit(value),
            "number" => Meaning::Number(value),
            "named" => Meaning::Named(value as u16),
            "part" => Meaning::Part(match value as u8 {
                1 => Part::Morning,
                2 => Part::Afternoon,
                3 => Part::Evening,
                _ => Part::Night,
            }),
            "vague" => Meaning::Vague,
            "counted" => Meaning::Counted,
            "lead" => Meaning::Lead,
            _ => continue,
        };
        for word in list.split(' ') {
            words.entry(word).or_default().push(meaning);
        }
    }
    words
});

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::of(WORDS.keys().copied()));

/// For the first letter and the length of each of some words in lower case their second letters, as bits: most words are
/// none of them, and are told by that.
pub(crate) struct Shapes([[u32; LONGEST + 1]; 26]);

impl Shapes {
    pub fn of<'w>(words: impl Iterator<Item = &'w str>) -> Shapes {
        let mut shapes = [[0; LONGEST + 1]; 26];
        for word in words {
            if let [first @ b'a'..=b'z', rest @ ..] = word.as_bytes() {
                let seconds = &mut shapes[usize::from(first - b'a')][word.len().min(LONGEST)];
                *seconds |= rest.first().map_or(u32::MAX, |second| 1 << (second % 32));
            }
        }
        Shapes(shapes)
    }

    /// Whether `word`, in any case, may be one of them; surely not where it begins with no ASCII letter.
    pub fn may_hold(&self, word: &str) -> bool {
        match word.as_bytes() {
            [first, rest @ ..] if first.is_ascii_alphabetic() => {
                let seconds = self.0[usize::from(first.to_ascii_lowercase() - b'a')][word.len().min(LONGEST)];
                // Both cases of a letter are the same bit.
                rest.first().map_or(seconds, |second| seconds >> (second % 32) & 1) != 0
            }
            _ => false,
        }
    }
}

/// Whether a word of such meanings tells of a time: "night" and "yesterday" do, "the" and "a" do not.
fn carries(word: &str, meanings: &[Meaning]) -> bool {
    const ALONE: &[&str] = &["yesterday", "today", "tomorrow", "tonight"];
    const ARTICLES: &[&str] = &["a", "an"];
    let is_any = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    meanings.iter().any(|meaning| match meaning {
        Meaning::Lead => is_any(ALONE),
        Meaning::Counted => false,
        Meaning::Number(_) => !is_any(ARTICLES),
        _ => true,
    })
}

/// No word with a meaning is longer.
const LONGEST: usize = 12;

/// The meanings of `word`, which may be written in any case; empty for most words.
fn meanings(word: &str) -> &'static [Meaning] {
    // "½" is no ASCII; few words are not.
    if word.len() > LONGEST || word.is_ascii() && !SHAPES.may_hold(word) {
        return &[];
    }
    let mut lower = [0u8; LONGEST];
    let lower = &mut lower[..word.len()];
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok().and_then(|word| WORDS.get(word)).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_at_the_borders_of_digits_letters_and_marks() {
        let text = "10h47 — T14:30Z, März";
        let cut: Vec<_> = tokens(text).iter().map(|t| &text[t.start..t.end]).collect();
        assert_eq!(cut, ["10", "h", "47", "—", "T", "14", ":", "30", "Z", ",", "M", "ä", "rz"]);
    }

    #[test]
    fn words_are_known_in_any_case() {
        assert!(WORDS.keys().all(|word| !meanings(word).is_empty() && !meanings(&word.to_uppercase()).is_empty()));
        assert_eq!(meanings("SEPT"), [Meaning::Month(9)]);
        assert_eq!(meanings("hrs"), [Meaning::Unit(60.0)]);
        assert_eq!(meanings("postmortemisation"), []);
    }
}
