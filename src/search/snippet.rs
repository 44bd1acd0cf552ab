//! The words of a document around what a query hit.
//!
//! Promises: a snippet is one line without control characters, and its hits are ranges of that line. Leaves to others:
//! how a hit is marked (`cli`), and which piece is the best one (tantivy).

use std::ops::Range;

use tantivy::Searcher;
use tantivy::query::Query;
use tantivy::schema::Field;
use tantivy::snippet::SnippetGenerator;

/// Length of a snippet in bytes, about two lines of a terminal.
const LENGTH: usize = 180;

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

    /// Makes one line of a piece of text: every run of white space becomes one space.
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
        snippet.text.truncate(snippet.text.trim_end().len());
        snippet
    }
}

/// Makes the snippets of one query.
pub struct Snippets(SnippetGenerator);

impl Snippets {
    pub fn new(searcher: &Searcher, query: &dyn Query, body: Field) -> tantivy::Result<Snippets> {
        let mut generator = SnippetGenerator::create(searcher, query, body)?;
        generator.set_max_num_chars(LENGTH);
        Ok(Snippets(generator))
    }

    /// The best piece of `body`; its beginning where the hit lies in another field.
    pub fn of(&self, body: &str) -> Snippet {
        let found = self.0.snippet(body);
        if !found.is_empty() {
            return Snippet::of(found.fragment(), found.highlighted());
        }
        let end = body.char_indices().map(|(at, _)| at).find(|at| *at >= LENGTH).unwrap_or(body.len());
        Snippet::of(&body[..end], &[])
    }
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
    fn a_piece_without_hits_is_left_as_it_is() {
        assert_eq!(Snippet::of("plain", &[]).marked("<", ">"), "plain");
        assert_eq!(Snippet::of("", &[]), Snippet::default());
    }
}
