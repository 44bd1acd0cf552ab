//! The masked text: a copy of a document's text, byte for byte as long, with what is not prose blanked out.
//!
//! Markup (`**`, backticks, link targets, tags, comments), addresses, struck-out text and odd white space become
//! spaces, so that patterns need not know of them, and every span found in the copy is a span of the original.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// What is blanked (group 1 where there is one, else the whole match), beside words without which nothing is. Most texts
/// have none of them, and most runs need not compile the expression. Long limits count bytes: as characters they would
/// make expressions of many thousand states.
static BLANKED: [(&str, LazyLock<Option<Regex>>); 11] = [
    ("<!--", LazyLock::new(|| Regex::new(r"(?s-u)<!--.{0,4000}?-->").ok())),
    ("</", LazyLock::new(|| Regex::new(r"(?s-u)<(?:strike|s|del)>.{0,2000}?</(?:strike|s|del)>").ok())),
    ("~~", LazyLock::new(|| Regex::new(r"~~[^~\n]{1,500}~~").ok())),
    ("![", LazyLock::new(|| Regex::new(r"!\[[^\]\n]*\]\([^)\n]*\)").ok())),
    ("](", LazyLock::new(|| Regex::new(r"\]\(([^)\n]*)\)").ok())),
    ("[^", LazyLock::new(|| Regex::new(r"\[\^[^\]\n]{1,20}\]:?").ok())),
    (">", LazyLock::new(|| Regex::new(r"</?[A-Za-z][A-Za-z0-9-]{0,20}(?:\s[^<>\n]{0,400})?/?>").ok())),
    ("://", LazyLock::new(|| Regex::new(r#"(?:https?|ftp)://[^\s<>")\]]+"#).ok())),
    ("&", LazyLock::new(|| Regex::new(r"&(?:nbsp|amp|lt|gt|quot|#\d{1,5});").ok())),
    // The banner of a status page tells of the day on which the page was saved.
    (
        "All services available",
        LazyLock::new(|| Regex::new(r"(?m-u)^[^\n\d]{0,20}\d{1,2}, \d{4}\s+All services available").ok()),
    ),
    (
        "All Systems Operational",
        LazyLock::new(|| Regex::new(r"(?m-u)^[^\n\d]{0,20}\d{1,2}, \d{4}\s+All Systems Operational").ok()),
    ),
];

/// The masked copy of `text`.
pub(crate) fn mask(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    // Each pattern above is a constant that the tests compile.
    for pattern in BLANKED.iter().filter(|(word, _)| holds(text, word)).filter_map(|(_, pattern)| pattern.as_ref()) {
        for found in pattern.captures_iter(text.as_bytes()) {
            let Some(part) = found.get(1).or_else(|| found.get(0)) else { continue };
            for byte in &mut bytes[part.range()] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
    }
    blank_marks(text, &mut bytes);
    // Whole characters were replaced by spaces, so what is left is still UTF-8.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn holds(text: &str, word: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Blanks emphasis marks and every white space that is not a plain space, tab or line end.
fn blank_marks(text: &str, bytes: &mut [u8]) {
    for at in memchr::memchr3_iter(b'*', b'`', b'_', text.as_bytes()) {
        if bytes[at] != b'_' || !inside_word(text.as_bytes(), at) {
            bytes[at] = b' ';
        }
    }
    let mut next = 0;
    while let Some(more) = text.as_bytes()[next..].iter().position(|byte| !byte.is_ascii()) {
        let at = next + more;
        let Some(c) = text[at..].chars().next() else { break };
        next = at + c.len_utf8();
        let odd = c.is_whitespace() && !c.is_ascii()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{fe0f}' | '‘' | '’' | '“' | '”');
        if odd {
            bytes[at..at + c.len_utf8()].fill(b' ');
        }
    }
}

fn inside_word(bytes: &[u8], at: usize) -> bool {
    let word = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    word(at.checked_sub(1)) && word(Some(at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_is_blanked_and_words_are_kept() {
        for (text, masked) in [
            ("- **14:05** `api` down", "-   14:05    api  down"),
            ("in [UTC](https://x.y/z) time", "in [UTC](             ) time"),
            ("at https://a.b/c now", "at               now"),
            ("<b>Start</b>: 10:00", "   Start    : 10:00"),
            ("~~fixed 10:00~~ 11:00", "                11:00"),
            ("snake_case _so_", "snake_case  so "),
            ("10:00\u{a0}UTC", "10:00  UTC"),
            ("May 03, 2018  All services available\nx", "                                    \nx"),
            ("10:00 All Systems Operational", "10:00 All Systems Operational"),
        ] {
            assert_eq!(mask(text), masked, "{text}");
        }
        assert!(BLANKED.iter().all(|(_, pattern)| pattern.is_some()));
    }

    proptest! {
        #[test]
        fn the_copy_is_as_long_and_cut_at_the_same_characters(text in "\\PC*|[<>`*_\\[\\]()~!a \u{a0}\u{200b}]*") {
            let masked = mask(&text);
            prop_assert_eq!(masked.len(), text.len());
            for at in 0..=text.len() {
                prop_assert!(!text.is_char_boundary(at) || masked.is_char_boundary(at));
            }
        }
    }
}
