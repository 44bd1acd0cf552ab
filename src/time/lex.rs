//! Cuts text into numbers, words and single punctuation marks, for the grammar in `expr`.
//!
//! White space is dropped; whether two tokens touch is read off their positions. Words are runs of letters (any
//! script), numbers runs of ASCII digits: `10h47` is three tokens, `T14:30Z` five. Nothing is interpreted here.

use std::sync::LazyLock;

use crate::runs;
use crate::short::ShortMap;

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
    /// What a word means; nothing for most.
    pub known: Option<&'static Known>,
}

/// A word that means something.
#[derive(Debug)]
pub(crate) struct Known {
    pub meanings: Vec<Meaning>,
    /// Whether it tells of a time: "night" and "yesterday" do, "the" and "a" do not.
    pub carries: bool,
}

impl Token {
    pub fn meanings(&self) -> &'static [Meaning] {
        self.known.map_or(&[], |known| &known.meanings)
    }

    /// Whether an expression may rest on it: a number, or a word that tells of a time.
    pub fn carries(&self) -> bool {
        self.kind == Kind::Number || self.known.is_some_and(|known| known.carries)
    }
}

/// The tokens of `text`, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(text.len() / 4);
    let mut at = 0;
    while at < bytes.len() {
        // Most tokens follow a space, which is passed over here without a branch that could be guessed wrong.
        at += usize::from(bytes[at] == b' ');
        let start = at;
        let Some(&byte) = bytes.get(at) else { break };
        let kind = if byte.is_ascii_alphabetic() {
            at = runs::letters(bytes, at);
            Kind::Word
        } else if byte.is_ascii_digit() {
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            Kind::Number
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
        let known = if kind == Kind::Word { known(&bytes[start..at]) } else { None };
        out.push(Token { kind, start, end: at, known });
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
    /// A place in an order: "seventh".
    Ordinal(i8),
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

static WORDS: LazyLock<ShortMap<&'static str, Known>> = LazyLock::new(|| {
    let mut words: ShortMap<&'static str, Vec<Meaning>> = ShortMap::default();
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
            "ordinal" => Meaning::Ordinal(value as i8),
            "vague" => Meaning::Vague,
            "counted" => Meaning::Counted,
            "lead" => Meaning::Lead,
            _ => continue,
        };
        for word in list.split(' ') {
            words.entry(word).or_default().push(meaning);
        }
    }
    words.into_iter().map(|(word, meanings)| (word, Known { carries: carries(word, &meanings), meanings })).collect()
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
    pub fn may_hold(&self, word: &[u8]) -> bool {
        match word {
            [first, rest @ ..] if first.is_ascii_alphabetic() => {
                let seconds = self.0[usize::from(first.to_ascii_lowercase() - b'a')][word.len().min(LONGEST)];
                // Both cases of a letter are the same bit.
                rest.first().map_or(seconds, |second| seconds >> (second % 32) & 1) != 0
            }
            _ => false,
        }
    }
}

fn carries(word: &str, meanings: &[Meaning]) -> bool {
    meanings.iter().any(|meaning| match meaning {
        Meaning::Lead => ["yesterday", "today", "tomorrow", "tonight"].contains(&word),
        Meaning::Counted | Meaning::Ordinal(_) => false,
        Meaning::Number(_) => !["a", "an"].contains(&word),
        _ => true,
    })
}

/// No word with a meaning is longer.
const LONGEST: usize = 12;

/// What is known of `word`, which may be written in any case; nothing for most words.
fn known(word: &[u8]) -> Option<&'static Known> {
    // "½" is no ASCII; few words are not.
    if word.len() > LONGEST || word.first().is_some_and(u8::is_ascii) && !SHAPES.may_hold(word) {
        return None;
    }
    let mut lower = [0u8; LONGEST];
    let lower = &mut lower[..word.len()];
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok().and_then(|word| WORDS.get(word))
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
        let meanings = |word: &str| known(word.as_bytes()).map_or(&[][..], |known| &known.meanings);
        assert!(
            WORDS
                .keys()
                .all(|word| known(word.as_bytes()).is_some() && known(word.to_uppercase().as_bytes()).is_some())
        );
        assert_eq!(meanings("SEPT"), [Meaning::Month(9)]);
        assert_eq!(meanings("hrs"), [Meaning::Unit(60.0)]);
        assert_eq!(meanings("postmortemisation"), []);
    }

    #[test]
    fn articles_carry_no_time_and_numbers_do() {
        let carried = |text: &str| tokens(text).iter().filter(|token| token.carries()).count();
        assert_eq!(carried("the a an last this UTC"), 0);
        assert_eq!(carried("3 three Noon yesterday night"), 5);
    }
}
