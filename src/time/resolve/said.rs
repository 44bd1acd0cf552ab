//! What the words beside a day make of it: the day of what is reported, of writing, or the value of some other field.
//!
//! "Date of incident: 3 May" dates all that follows; "Posted by Ida on 14 May" and "Version: 1.1 (2024-05-14)" date nothing.
//! The words are data (`data/time/days.tsv`). Only the line that the day stands in is looked at, and no more of it than a
//! name or a byline is long: a block may be a book.

use std::sync::LazyLock;

use super::*;

/// What a moment's line says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The value of a field that holds the day of what is reported.
    Incident,
    /// The value of a field that is named after a day, or a timeline's name with its day.
    Day,
    /// The day of writing, reviewing, changing.
    Written,
    /// The value of another field.
    Field,
    /// None of these: a sentence, an entry, a heading.
    Free,
}

/// A name of a field has no more bytes, and its value begins no further behind it.
const NAME: usize = 60;
const BEHIND: usize = 16;

/// Bytes of a byline: "Posted by Ida Moe, mail team, on".
const BYLINE: usize = 64;

pub(super) struct Words {
    incident: Vec<&'static str>,
    day: Vec<&'static str>,
    written: Vec<&'static str>,
    writer: Vec<&'static str>,
    pub key: Vec<&'static str>,
    pub all: Vec<&'static str>,
    pub zone: Vec<&'static str>,
}

pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let rows = include_str!("../../../data/time/days.tsv").lines().filter_map(|line| line.split_once('\t'));
    let rows: Vec<(&str, &str)> = rows.collect();
    let of = |class: &str| rows.iter().filter(|(of, _)| *of == class).map(|(_, words)| *words).collect();
    Words {
        incident: of("incident"),
        day: of("day"),
        written: of("written"),
        writer: of("writer"),
        key: of("key"),
        all: of("all"),
        zone: of("zone"),
    }
});

impl Said {
    /// Of a moment that begins at `start`, in that block.
    pub(super) fn of(text: &str, block: Span, start: usize) -> Said {
        let before = &text[block.start..start];
        let before = &before[before.floor_char_boundary(before.len().saturating_sub(NAME + BYLINE))..];
        let line = before.rsplit('\n').next().unwrap_or_default();
        if is_written(line) {
            return Said::Written;
        }
        let Some((name, behind)) = field_name(line) else { return Said::Free };
        let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
        let edge = |word: &&str| starts_with(name, word) || ends_with(name, word);
        if WORDS.written.iter().any(edge) || WORDS.writer.iter().any(|word| starts_with(name, word)) {
            Said::Written
        } else if behind >= BEHIND {
            Said::Free
        } else if is(&WORDS.incident) {
            Said::Incident
        } else if is(&WORDS.day) {
            Said::Day
        } else {
            Said::Field
        }
    }
}

/// Whether the words before a day make it that of writing.
fn is_written(line: &str) -> bool {
    let line = line.trim_end_matches(|c: char| !c.is_alphabetic());
    let shorter = [" on the", " on", " at"].iter().find_map(|preposition| line.strip_suffix(preposition));
    let ends = |word: &&&str| ends_with(line, word) || shorter.is_some_and(|line| ends_with(line, word));
    let opening = line.trim_start_matches(|c: char| !c.is_alphabetic());
    let byline = || line.len() <= BYLINE && ![". ", "! ", "? "].iter().any(|end| opening.contains(end));
    WORDS.written.iter().any(|word| ends(&word))
        || byline() && WORDS.writer.iter().any(|word| starts_with(opening, word))
}

/// The name before the first colon or bar of a line, and how many bytes stand behind it.
fn field_name(line: &str) -> Option<(&str, usize)> {
    let lead = line.len() - line.trim_start_matches(|c: char| !c.is_alphabetic()).len();
    let rest = &line[lead..];
    let end = rest.find([':', '|'])?;
    (end <= NAME).then(|| (rest[..end].trim_end_matches(|c: char| !c.is_alphabetic()), rest.len() - end))
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        && !text[word.len()..].starts_with(char::is_alphanumeric)
}

fn ends_with(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.is_some_and(|start| {
        text.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(word))
            && !text[..start].ends_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_byline_make_the_day_of_writing() {
        for (line, written) in [
            ("*Posted by Ines Thorvald, registry team, on ", true),
            ("Last modified on ", true),
            ("Prepared for the committee, meeting of ", true),
            ("posted ", true),
            ("By noon of ", false),
            ("We posted. Then the disk failed on ", false),
            ("The outage began on ", false),
            ("Imposted ", false),
        ] {
            assert_eq!(is_written(line), written, "{line}");
        }
    }
}
