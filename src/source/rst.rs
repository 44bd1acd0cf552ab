//! reStructuredText: field lists as what the document states of itself, directives, literal blocks and simple tables.
//!
//! Headings are underlined as in Markdown and grid tables have pipes; `markdown` reads both.

use std::sync::LazyLock;

use regex::Regex;

use super::dialect::{Dialect, Take, Text};
use super::lines;
use crate::document::BlockKind;

pub struct Rst;

/// Directives whose body is no prose.
const CODE: &[&str] = &[
    "code",
    "code-block",
    "contents",
    "figure",
    "highlight",
    "image",
    "include",
    "literalinclude",
    "math",
    "meta",
    "parsed-literal",
    "raw",
    "sourcecode",
    "toctree",
];

/// Whether the text has a directive, which no other format has.
pub fn is_rst(text: &str) -> bool {
    static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"(?m)^\.\. [a-z-]+::").expect("a literal pattern compiles")
    });
    text.contains("::") && DIRECTIVE.is_match(text)
}

impl Dialect for Rst {
    fn take(&self, text: &Text, at: usize) -> Option<Take> {
        let (line, body) = (text.lines[at], text.body(at));
        if let Some(rest) = body.strip_prefix("..").filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            return directive(text, at, rest.trim());
        }
        if let Some(name) = body
            .strip_prefix(':')
            .and_then(|rest| rest.split_once(": ").map_or(rest.strip_suffix(':'), |(name, _)| Some(name)))
            && !name.is_empty()
            && name.len() < 60
            && !name.contains([':', '`'])
        {
            let end = text.indented(at + 1, line.indent);
            let mut block = text.block(BlockKind::Meta, at, end);
            block.span.start += 1;
            return Some(Take::Blocks(vec![block], end));
        }
        if is_columns(body) {
            let last = text.find(at + 1, str::is_empty).unwrap_or(text.lines.len());
            let rows =
                (at..last).filter(|row| !is_columns(text.body(*row))).map(|row| text.rest(BlockKind::TableRow, row, 0));
            return Some(Take::Blocks(rows.collect(), last));
        }
        if body.starts_with("#. ") {
            return Some(Take::Item(3));
        }
        let opens = line.indent > 0 && at > 0 && text.lines[at - 1].is_blank();
        let before = (0..at).rev().find(|at| !text.lines[*at].is_blank()).filter(|_| opens)?;
        if text.body(before).ends_with("::") && text.lines[before].indent < line.indent {
            let end = text.indented(at, text.lines[before].indent);
            return Some(Take::Blocks(vec![text.block(BlockKind::Code, at, end)], end));
        }
        None
    }

    fn has_underlines(&self) -> bool {
        true
    }
}

/// `.. name:: argument`, with its options; else a target or a comment. The body of a note is prose.
fn directive(text: &Text, at: usize, rest: &str) -> Option<Take> {
    let indent = text.lines[at].indent;
    let Some((name, argument)) = rest.split_once("::").filter(|(name, _)| !name.contains(' ')) else {
        let end = text.indented(at + 1, indent);
        return Some(Take::Blocks(vec![text.block(BlockKind::Code, at, end)], end));
    };
    if CODE.contains(&name) {
        let end = text.indented(at + 1, indent);
        return Some(Take::Blocks(vec![text.block(BlockKind::Code, at, end)], end));
    }
    let is_option = |at: &usize| text.lines[*at].indent > indent && text.body(*at).starts_with(':');
    let next = (at + 1..text.lines.len()).find(|at| !is_option(at)).unwrap_or(text.lines.len());
    let words = text.body(at).len() - argument.trim_start().len();
    // `.. note:: Beware`, which goes on in the lines below as an item does.
    let goes_on = next == at + 1 && !argument.is_empty();
    Some(if goes_on { Take::Item(words) } else { Take::Blocks(vec![text.rest(BlockKind::Paragraph, at, words)], next) })
}

/// `=====  ====`: the rule of a simple table.
fn is_columns(body: &str) -> bool {
    (body.contains("= =") || body.contains("=  =")) && lines::rule(body, 4) == Some('=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::markdown::tests::check_as;

    #[test]
    fn marks_become_blocks() {
        check_as(
            &Rst,
            &[
                (
                    "Outage\n======\n\n:Date: 2024-05-03\n:Author: Ann\n   Lee\n\nText.",
                    &["h1 Outage", "meta Date: 2024-05-03", "meta Author: Ann\n   Lee", "p Text."],
                ),
                (
                    ".. note:: Beware\n   of it.\n\n.. code-block:: sh\n\n   ls\n\n   cd\n\nDone.",
                    &["li Beware\n   of it.", "code .. code-block:: sh\n\n   ls\n\n   cd", "p Done."],
                ),
                ("It said::\n\n    error 5\n\nand died.", &["p It said::", "code error 5", "p and died."]),
                (
                    "=====  =====\nTime   Event\n=====  =====\n10:00  down\n=====  =====\n\nEnd",
                    &["tr Time   Event", "tr 10:00  down", "p End"],
                ),
                ("It checks a = = b\n\nand fails", &["p It checks a = = b", "p and fails"]),
                (
                    "#. one\n#. two\n   more\n\n.. a comment\n   goes on\n\n:ref:`x` is a role.",
                    &["li one", "li two\n   more", "code .. a comment\n   goes on", "p :ref:`x` is a role."],
                ),
            ],
        );
        assert!(is_rst("x\n\n.. note:: y") && !is_rst("wait .. note:: y"));
    }
}
