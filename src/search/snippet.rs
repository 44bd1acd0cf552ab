//! The words of a document around what a query hit.
//!
//! Promises: a snippet is one line without control characters and marks of Markdown, and its hits are ranges of that
//! line. Leaves to others: how a hit is marked (`cli`), and which piece is the best one (tantivy).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use tantivy::Searcher;
use tantivy::query::Query;
use tantivy::schema::Field;
use tantivy::snippet::{SnippetGenerator, collapse_overlapped_ranges};

use crate::extract::mask;

/// Length of a snippet in bytes, about two lines of a terminal.
pub const LENGTH: usize = 180;

/// A piece of a document on one line, and the ranges of bytes in it that were hit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    pub hits: Vec<Range<usize>>,
}

impl Snippet {
    /// The text with each hit between two marks.
    pub fn marked(&self, before: &str, after: &str) -> String {
        let mut marked = String::new();
        let mut at = 0;
        for hit in &self.hits {
            marked.push_str(&self.text[at..hit.start]);
            marked.push_str(before);
            marked.push_str(&self.text[hit.clone()]);
            marked.push_str(after);
            at = hit.end;
        }
        marked + &self.text[at..]
    }

    /// The piece of `body` that begins at a byte of it, on a border of characters, with nothing hit.
    pub fn from(body: &str, start: usize) -> Snippet {
        let text = unmarked(body);
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.char_indices().map(|(at, _)| at).find(|at| *at >= LENGTH).unwrap_or(rest.len());
        Snippet::of(&rest[..end], &[])
    }

    /// Makes one line of a piece of text: every run of white space, and of marks, becomes one space.
    fn of(piece: &str, hits: &[Range<usize>]) -> Snippet {
        let mut snippet = Snippet::default();
        let mut hits = hits.iter().peekable();
        for (at, c) in piece.char_indices() {
            if hits.peek().is_some_and(|hit| hit.start == at) {
                snippet.hits.push(snippet.text.len()..snippet.text.len());
            }
            match c {
                c if c.is_whitespace() && (snippet.text.is_empty() || snippet.text.ends_with(' ')) => {}
                c if c.is_whitespace() || c.is_control() => snippet.text.push(' '),
                c => snippet.text.push(c),
            }
            if hits.peek().is_some_and(|hit| hit.end == at + c.len_utf8()) {
                hits.next();
                if let Some(open) = snippet.hits.last_mut() {
                    open.end = snippet.text.len();
                }
            }
        }
        let end = snippet.text.trim_end().len();
        snippet.text.truncate(end);
        // A hit in the target of a link is blank by now, and may have been cut off.
        snippet.hits.iter_mut().for_each(|hit| hit.end = hit.end.min(end));
        snippet.hits.retain(|hit| hit.start < hit.end);
        snippet
    }
}

/// Makes the snippets of one query.
pub struct Snippets(SnippetGenerator);

/// What a word that the query does not have itself (one of like meaning) adds to a piece.
const NOT_TYPED: f32 = 0.2;

impl Snippets {
    /// Pieces of `body` with the words of `query`, of which `typed` are its own.
    pub fn new(
        searcher: &Searcher,
        query: &dyn Query,
        body: Field,
        typed: &[(String, bool)],
    ) -> tantivy::Result<Snippets> {
        let mut terms = BTreeSet::new();
        query.query_terms(&mut |term, _| {
            if term.field() == body {
                terms.insert(term.clone());
            }
        });
        let mut words = BTreeMap::new();
        for term in terms {
            let with = searcher.doc_freq(&term)?;
            let value = term.value();
            let Some(word) = value.as_str().filter(|_| with > 0) else { continue };
            let is_typed = typed.iter().any(|(own, _)| own == word);
            words.insert(word.to_owned(), if is_typed { 1.0 } else { NOT_TYPED } / (1.0 + with as f32).ln());
        }
        let analyzer = searcher.index().tokenizer_for_field(body)?;
        Ok(Snippets(SnippetGenerator::new(words, analyzer, body, LENGTH)))
    }

    /// The best piece of `body`; its beginning where the hit lies in another field.
    pub fn of(&self, body: &str) -> Snippet {
        let found = self.0.snippet(body);
        if found.is_empty() {
            return Snippet::from(body, 0);
        }
        // Overlapping hits are a name and its parts.
        let hits = collapse_overlapped_ranges(found.highlighted());
        Snippet::of(&unmarked(body)[found.fragment_range()], &hits)
    }
}

/// A text of several lines as one, without marks of Markdown.
pub fn plain(text: &str) -> String {
    Snippet::of(&unmarked(text), &[]).text
}

/// The text, byte for byte as long, with spaces in place of the marks of Markdown and the targets of links.
fn unmarked(text: &str) -> String {
    let mut bytes = mask(text).into_bytes();
    // A link of which the target is blanked is `[words](   )`.
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"](") {
        let open = at + found;
        let blank = bytes[open + 2..].iter().take_while(|byte| **byte == b' ').count();
        if bytes.get(open + 2 + blank) == Some(&b')') {
            bytes[open..=open + 2 + blank].fill(b' ');
            if let Some(bracket) = bytes[..open].iter().rposition(|byte| matches!(byte, b'[' | b'\n')) {
                bytes[bracket] = if bytes[bracket] == b'[' { b' ' } else { b'\n' };
            }
        }
        at = open + 2;
    }
    // Signs of headings, lists, quotes and table cells, where a line begins, and bars between cells.
    let mut is_start = true;
    for at in 0..bytes.len() {
        let is_mark = match bytes[at] {
            b'#' | b'>' => is_start,
            b'-' | b'+' => is_start && bytes.get(at + 1) == Some(&b' '),
            b'|' => true,
            _ => false,
        };
        is_start = bytes[at] == b'\n' || is_start && (is_mark || bytes[at] == b' ');
        if is_mark {
            bytes[at] = b' ';
        }
    }
    // Only whole ASCII characters were replaced, by spaces.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_one_line_with_its_hits_marked() {
        let snippet = Snippet::of("  the\n\n redis  primary\twas é redis", &[8..13, 27..29, 30..35]);
        assert_eq!(snippet.text, "the redis primary was é redis");
        assert_eq!(snippet.marked("**", "**"), "the **redis** primary was **é** **redis**");
    }

    #[test]
    fn marks_of_markdown_are_no_words() {
        for (text, expected) in [
            ("# Root cause\n\n- the **pool** was `too small`", "Root cause the pool was too small"),
            ("see [the page](https://a.b/c) now", "see the page now"),
            ("| when | what |\n| 10:05 | down |", "when what 10:05 down"),
            ("> quoted - and [not] a link", "quoted - and [not] a link"),
            ("issue #12 is -1", "issue #12 is -1"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn a_hit_that_is_blank_at_the_end_is_none() {
        let snippet = Snippet::of("Severity:    ", &[0..8, 10..12]);
        assert_eq!(snippet.marked("**", "**"), "**Severity**:");
        assert_eq!(Snippet::of("a b  ", std::slice::from_ref(&(2..4))).marked("<", ">"), "a <b>");
    }

    #[test]
    fn a_piece_without_hits_is_left_as_it_is() {
        assert_eq!(Snippet::of("plain", &[]).marked("<", ">"), "plain");
        assert_eq!(Snippet::of("", &[]), Snippet::default());
    }
}
