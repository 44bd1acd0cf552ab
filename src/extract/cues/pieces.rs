//! The sequences that a pattern is a choice of, in pieces: choices of phrases, edges of words, words of any kind.
//!
//! Choices that meet are multiplied while they stay small, so that "(?:re-?)?start(?:ed|s)?" is nine phrases; what is no
//! list of phrases becomes a piece that says nothing. What follows from the order of the pieces is for `phrase`.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::phrase::{End, Phrase, Tail, is_gap, is_word};

/// A choice of phrases larger than this is not multiplied with the next one.
const MOST_PHRASES: usize = 256;
/// A pattern that unfolds into more branches than this is read less exactly.
const MOST_BRANCHES: usize = 256;
/// A class of more bytes than this is not spelled out.
const MOST_BYTES: usize = 10;

/// A part of a branch while it is read.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// A choice of texts; what stands before each is what the piece before says.
    Choice(Vec<Phrase>),
    /// `\b`
    Edge,
    /// `(?:\w+ ){0,n}`
    Words(u32),
    /// `(?: \w+){0,n}`
    GapWords(u32),
    /// Anything else.
    Other(After),
}

/// Whether a word that follows something unknown starts there.
#[derive(Clone, Copy, Debug)]
pub(super) enum After {
    Unknown,
    Start,
    /// As if the unknown were not there.
    Same,
}

fn plain(text: &[u8], sure: bool) -> Phrase {
    let sure = sure && !text.iter().any(|byte| is_gap(*byte));
    let text = text.iter().map(|byte| if is_gap(*byte) { b' ' } else { byte.to_ascii_lowercase() });
    let mut phrase = Phrase { text: Vec::new(), tail: Tail::Nothing, end: End::Anything, sure };
    for byte in text {
        if byte != b' ' || phrase.text.last() != Some(&b' ') {
            phrase.text.push(byte);
        }
    }
    phrase
}

fn gap(sure: bool) -> Phrase {
    Phrase { text: vec![b' '], tail: Tail::Nothing, end: End::Anything, sure }
}

pub(super) fn nothing() -> Phrase {
    plain(b"", true)
}

/// Unfolds an expression into the sequences it is a choice of.
pub(super) fn unfold(hir: &Hir, caseless: bool) -> Vec<Vec<Piece>> {
    let one = |piece| vec![vec![piece]];
    let other = |starts| one(Piece::Other(if starts { After::Start } else { After::Unknown }));
    match hir.kind() {
        HirKind::Empty => vec![Vec::new()],
        HirKind::Literal(literal) => {
            // Where the case counts, a phrase in lower case says less.
            let sure = caseless || !literal.0.iter().any(u8::is_ascii_alphabetic);
            one(Piece::Choice(vec![plain(&literal.0, sure)]))
        }
        HirKind::Class(class) => match bytes_of(class) {
            Some(bytes) if bytes.iter().all(|byte| is_gap(*byte)) => one(Piece::Choice(vec![gap(false)])),
            Some(bytes) => match spelled(&bytes, caseless) {
                Some(phrases) => one(Piece::Choice(phrases)),
                None => other(bytes.iter().all(|byte| !is_word(*byte))),
            },
            None => other(false),
        },
        HirKind::Look(Look::WordAscii) => one(Piece::Edge),
        HirKind::Look(look) => other(matches!(look, Look::Start | Look::StartLF)),
        HirKind::Capture(capture) => unfold(&capture.sub, caseless),
        HirKind::Repetition(repetition) => repeated(repetition, caseless),
        HirKind::Concat(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                let mut ways = unfold(part, caseless);
                if all.len() * ways.len() > MOST_BRANCHES {
                    ways = vec![weakened(ways)];
                }
                all = all.iter().flat_map(|first| ways.iter().map(|second| joined(first, second))).collect();
            }
            all
        }
        HirKind::Alternation(parts) => merged(parts.iter().flat_map(|part| unfold(part, caseless)).collect()),
    }
}

fn bytes_of(class: &Class) -> Option<Vec<u8>> {
    match class {
        Class::Bytes(class) => Some(class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect()),
        Class::Unicode(class) => {
            let chars = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            chars.take(256).map(|c| u8::try_from(c).ok().filter(u8::is_ascii)).collect()
        }
    }
}

fn is_class(hir: &Hir, wanted: fn(u8) -> bool) -> bool {
    let HirKind::Class(class) = hir.kind() else { return false };
    bytes_of(class).is_some_and(|bytes| bytes.into_iter().eq((0..=255).filter(|byte| wanted(*byte))))
}

/// The one-byte phrases of a small class: a letter in both cases is one.
fn spelled(bytes: &[u8], caseless: bool) -> Option<Vec<Phrase>> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for byte in bytes {
        let both = bytes.contains(&byte.to_ascii_lowercase()) && bytes.contains(&byte.to_ascii_uppercase());
        let phrase = plain(&[*byte], caseless || both);
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    (phrases.len() <= MOST_BYTES).then_some(phrases)
}

fn repeated(repetition: &Repetition, caseless: bool) -> Vec<Vec<Piece>> {
    let Repetition { min, max, sub, .. } = repetition;
    let (min, max) = (*min, *max);
    let one = |piece| vec![vec![piece]];
    if is_class(sub, is_gap) && max.is_none() && min <= 1 {
        let optional = (min == 0).then(nothing);
        return one(Piece::Choice(optional.into_iter().chain([gap(true)]).collect()));
    }
    if is_class(sub, is_word) && max.is_none() && min <= 1 {
        let tail = if min == 0 { Tail::Stem } else { Tail::LongStem };
        return one(Piece::Choice(vec![Phrase { tail, ..nothing() }]));
    }
    if min == 0
        && let Some(max) = max
        && let HirKind::Concat(parts) = sub.kind()
        && let [first, second] = parts.as_slice()
    {
        let many = |hir: &Hir, wanted| {
            let HirKind::Repetition(Repetition { min: 1, max: None, sub, .. }) = hir.kind() else { return false };
            is_class(sub, wanted)
        };
        if many(first, is_word) && many(second, is_gap) {
            return one(Piece::Words(max));
        }
        if many(first, is_gap) && many(second, is_word) {
            return one(Piece::GapWords(max));
        }
    }
    let once = unfold(sub, caseless);
    let after = if ends_outside_words(sub) { After::Same } else { After::Unknown };
    match (min, max) {
        (0, Some(1)) => merged([vec![Vec::new()], once].concat()),
        (0, _) => one(Piece::Other(after)),
        (1, Some(1)) => once,
        _ => {
            let rest = [Piece::Other(after)];
            once.iter().map(|pieces| joined(pieces, &rest)).collect()
        }
    }
}

/// Whether whatever the expression matches ends with a byte that is no part of a word.
fn ends_outside_words(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.last().is_some_and(|byte| !is_word(*byte)),
        HirKind::Class(class) => bytes_of(class).is_some_and(|bytes| !bytes.iter().any(|byte| is_word(*byte))),
        HirKind::Repetition(repetition) => repetition.min > 0 && ends_outside_words(&repetition.sub),
        HirKind::Concat(parts) => parts.last().is_some_and(ends_outside_words),
        HirKind::Alternation(parts) => parts.iter().all(ends_outside_words),
        HirKind::Capture(capture) => ends_outside_words(&capture.sub),
        HirKind::Empty | HirKind::Look(_) => false,
    }
}

/// Joins the ways that are plain choices into one, and keeps the others apart.
fn merged(ways: Vec<Vec<Piece>>) -> Vec<Vec<Piece>> {
    let (mut words, mut marks): (Vec<Phrase>, Vec<Phrase>) = (Vec::new(), Vec::new());
    let mut out = Vec::new();
    for way in ways {
        let phrases = match way.as_slice() {
            [] => vec![nothing()],
            [Piece::Choice(phrases)] => phrases.clone(),
            _ => {
                out.push(way);
                continue;
            }
        };
        for phrase in phrases {
            // What names no word must not hide that the others do: "@\w+" beside "engineers?".
            let wordless = phrase.tail != Tail::Nothing && !phrase.text.iter().any(|byte| is_word(*byte));
            let choice = if wordless { &mut marks } else { &mut words };
            if !choice.contains(&phrase) {
                choice.push(phrase);
            }
        }
    }
    out.extend(
        [words, marks].into_iter().filter(|choice| !choice.is_empty()).map(|choice| vec![Piece::Choice(choice)]),
    );
    out
}

/// One sequence in place of many: the choice of one phrase out of each, if each has one.
fn weakened(ways: Vec<Vec<Piece>>) -> Vec<Piece> {
    let other = Piece::Other(After::Unknown);
    let longest = |pieces: &Vec<Piece>| {
        let choices = pieces.iter().filter_map(|piece| match piece {
            Piece::Choice(phrases) => Some(phrases.clone()),
            _ => None,
        });
        choices.max_by_key(|phrases| phrases.iter().map(|phrase| phrase.text.len()).min())
    };
    match ways.iter().map(longest).collect::<Option<Vec<_>>>() {
        Some(choices) => {
            let mut phrases = choices.concat();
            phrases.iter_mut().for_each(|phrase| phrase.sure = false);
            vec![other.clone(), Piece::Choice(phrases), other]
        }
        None => vec![other],
    }
}

/// Two sequences one after the other; choices that meet become one where that stays small.
fn joined(first: &[Piece], second: &[Piece]) -> Vec<Piece> {
    let mut out = first.to_vec();
    for piece in second {
        let product = match (out.last(), piece) {
            (Some(Piece::Choice(a)), Piece::Choice(b)) => product(a, b),
            _ => None,
        };
        match product {
            Some(phrases) => *out.last_mut().unwrap_or(&mut Piece::Edge) = Piece::Choice(phrases),
            None => out.push(piece.clone()),
        }
    }
    out
}

fn product(a: &[Phrase], b: &[Phrase]) -> Option<Vec<Phrase>> {
    if a.len() * b.len() > MOST_PHRASES {
        return None;
    }
    let mut out: Vec<Phrase> = Vec::new();
    for first in a {
        for second in b {
            let phrase = concatenated(first, second)?;
            if !out.contains(&phrase) {
                out.push(phrase);
            }
        }
    }
    Some(out)
}

/// One phrase after the other, where that is a phrase.
fn concatenated(first: &Phrase, second: &Phrase) -> Option<Phrase> {
    let sure = first.sure && second.sure;
    if second == &nothing() {
        return Some(first.clone());
    }
    if first.tail != Tail::Nothing {
        // A stem can only be followed by a gap.
        let follows = *second.text == *b" " && second.tail == Tail::Nothing && first.end == End::Anything;
        return follows.then(|| Phrase { end: End::Gap, sure, ..first.clone() });
    }
    let mut text = first.text.clone();
    if first.end == End::Gap {
        text.push(b' ');
    }
    let meet = text.last() == Some(&b' ') && second.text.first() == Some(&b' ');
    text.extend_from_slice(&second.text[usize::from(meet)..]);
    let mut end = second.end;
    if second.tail == Tail::Nothing && end == End::Anything && text.len() > 1 && text.last() == Some(&b' ') {
        text.pop();
        end = End::Gap;
    }
    Some(Phrase { text, tail: second.tail, end, sure: sure && !meet })
}
