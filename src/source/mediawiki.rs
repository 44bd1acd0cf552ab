//! MediaWiki: headings, lists by their first character, tables, and templates, whose parameters are what the page states.

use std::sync::LazyLock;

use regex::Regex;

use super::dialect::{Dialect, Take, Text};
use crate::document::{Block, BlockKind, Span};

pub struct Mediawiki;

/// Whether the text has headings of a wiki, and one of its other marks.
pub fn is_mediawiki(text: &str) -> bool {
    static HEADING: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"(?m)^==+ ?[^=\s][^=\n]*==+[ \t]*\r?$").expect("a literal pattern compiles")
    });
    let holds = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    holds("==") && ["[[", "{{", "'''", "{|"].into_iter().any(holds) && HEADING.find_iter(text).nth(1).is_some()
}

impl Dialect for Mediawiki {
    fn take(&self, text: &Text, at: usize) -> Option<Take> {
        let body = text.body(at);
        let marks = |set: &[char]| body.len() - body.trim_start_matches(set).len();
        match body.as_bytes().first()? {
            b'=' => {
                let level = marks(&['=']).min(body.len() - body.trim_end_matches('=').len());
                // A line of nothing but marks heads nothing.
                if level == 0 || body.len() <= 2 * level {
                    return None;
                }
                let whole = text.rest(BlockKind::Heading(level.clamp(1, 6) as u8), at, level);
                let span = Span::new(whole.span.start, whole.span.end.saturating_sub(level)).trim(text.text);
                Some(Take::Blocks(vec![Block { span, ..whole }], at + 1))
            }
            b'*' | b'#' if !body.to_ascii_lowercase().starts_with("#redirect") => {
                let length = marks(&['*', '#', ':', ';']);
                let space = body[length..].len() - body[length..].trim_start().len();
                Some(Take::Item(length + space))
            }
            b'#' => text.aside(at),
            b':' | b';' => {
                Some(Take::Blocks(vec![text.rest(BlockKind::Paragraph, at, marks(&['*', '#', ':', ';']))], at + 1))
            }
            b'{' if body.starts_with("{{") => template(text, at),
            b'{' if body.starts_with("{|") => Some(table(text, at)),
            b'<' => {
                let tags = ["syntaxhighlight", "pre", "source"];
                let tag = tags.iter().find(|tag| body[1..].starts_with(**tag))?;
                let close = format!("</{tag}>");
                if body.contains(&close) { text.aside(at) } else { text.code(at, |line| line.contains(&close)) }
            }
            b'[' if ["[[Category:", "[[File:", "[[Image:"].iter().any(|mark| body.starts_with(mark)) => text.aside(at),
            b'_' if body.starts_with("__") && body.ends_with("__") => text.aside(at),
            _ => None,
        }
    }
}

/// A template at the start of a line: each `key = value` of it.
fn template(text: &Text, at: usize) -> Option<Take> {
    let last = text.find(at, |line| line.contains("}}"))?;
    let whole = text.block(BlockKind::Code, at, last + 1);
    if !whole.span.of(text.text).ends_with("}}") {
        return None;
    }
    let mut blocks = Vec::new();
    let mut start = whole.span.start + 2;
    for part in text.text[start..whole.span.end - 2].split('|') {
        let span = Span::new(start, start + part.len());
        start += part.len() + 1;
        let is_pair =
            part.split_once('=').is_some_and(|(key, value)| !key.trim().is_empty() && !value.trim().is_empty());
        if is_pair {
            blocks.push(Block { kind: BlockKind::Meta, span: span.trim(text.text) });
        }
    }
    Some(Take::Blocks(if blocks.is_empty() { vec![whole] } else { blocks }, last + 1))
}

/// A table: a row is what stands between two lines `|-`.
fn table(text: &Text, at: usize) -> Take {
    let end = text.find(at + 1, |line| line.starts_with("|}")).unwrap_or(at);
    let mut rows: Vec<Block> = Vec::new();
    let mut open = false;
    for line in at + 1..end {
        let body = text.body(line);
        if body.starts_with("|-") || body.is_empty() {
            open &= !body.starts_with("|-");
        } else if let Some(row) = rows.last_mut().filter(|_| open) {
            row.span.end = text.lines[line].full.trim(text.text).end;
        } else if body.starts_with(['|', '!']) && !body.starts_with("|+") {
            rows.push(text.rest(BlockKind::TableRow, line, 1));
            open = true;
        } else {
            rows.push(text.rest(BlockKind::Paragraph, line, if body.starts_with("|+") { 2 } else { 0 }));
        }
    }
    Take::Blocks(rows, end.max(at) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::markdown::tests::check_as;

    #[test]
    fn marks_become_blocks() {
        check_as(
            &Mediawiki,
            &[
                (
                    "= Outage =\n== Cause ==\nA '''leak'''.\n----\nEnd",
                    &["h1 Outage", "h2 Cause", "p A '''leak'''.", "p End"],
                ),
                ("* one\n** two\n# three\n; Start\n: 10:00", &["li one", "li two", "li three", "p Start", "p 10:00"]),
                (
                    "{{Incident\n| start = 10:00\n| end = 11:00\n| note =\n}}\n{{TOC}}\nText",
                    &["meta start = 10:00", "meta end = 11:00", "code {{TOC}}", "p Text"],
                ),
                (
                    "{| class=x\n|+ Times\n! Time !! Event\n|-\n| 10:00\n| down\n|-\n| 10:30 || up\n|}\nEnd",
                    &["p Times", "tr Time !! Event", "tr 10:00\n| down", "tr 10:30 || up", "p End"],
                ),
                (
                    "<pre>\n# no\n</pre>\n[[Category:X]]\n[[a|b]] c",
                    &["code <pre>\n# no\n</pre>", "code [[Category:X]]", "p [[a|b]] c"],
                ),
            ],
        );
        assert!(is_mediawiki("== A ==\n[[x]]\n==B==\n") && !is_mediawiki("a == b\nc == d [[x]]"));
    }
}
