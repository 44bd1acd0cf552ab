//! AsciiDoc: titles, attributes as what the document states of itself, list marks, delimited blocks and tables.

use std::sync::LazyLock;

use regex::Regex;

use super::dialect::{Dialect, Take, Text};
use crate::document::{Block, BlockKind};

pub struct Asciidoc;

/// Whether the text opens with a title, and has an attribute or a section.
pub fn is_asciidoc(text: &str) -> bool {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"(?m)^(?::[\w-]+:(?:\s|$)|==+ [^\n]*[^=\s][ \t]*\r?$)").expect("a literal pattern compiles")
    });
    // In a wiki the mark stands behind the title, too.
    let first = text.trim_start().lines().next().unwrap_or_default().trim_end();
    first.starts_with("= ") && !first.ends_with('=') && MARK.is_match(text)
}

impl Dialect for Asciidoc {
    fn take(&self, text: &Text, at: usize) -> Option<Take> {
        let body = text.body(at);
        let run = |mark: char| body.chars().take_while(|c| *c == mark).count();
        let marked = |count: usize, most: usize| (1..=most).contains(&count) && body[count..].starts_with(' ');
        let is_all = |mark: char, least: usize| run(mark) == body.len() && body.len() >= least;
        match body.as_bytes().first()? {
            b'=' if marked(run('='), 6) => {
                let level = run('=');
                Some(Take::Blocks(vec![text.rest(BlockKind::Heading(level as u8), at, level)], at + 1))
            }
            b':' => {
                let name = body[1..]
                    .split(':')
                    .next()
                    .filter(|name| name.len() + 1 < body.len() - 1 || body.ends_with(':'))?;
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '!');
                let is_attribute = !name.is_empty() && name.chars().all(is_name);
                is_attribute.then(|| Take::Blocks(vec![text.rest(BlockKind::Meta, at, 1)], at + 1))
            }
            b'[' if body.ends_with(']') && !body.contains("](") => text.aside(at),
            b'.' if marked(run('.'), 5) => Some(Take::Item(run('.') + 1)),
            b'*' if marked(run('*'), 5) => Some(Take::Item(run('*') + 1)),
            b'-' if is_all('-', 4) => text.code(at, |line| line == body),
            b'.' if is_all('.', 4) => text.code(at, |line| line == body),
            b'+' if is_all('+', 4) => text.code(at, |line| line == body),
            b'/' if is_all('/', 4) => text.code(at, |line| line == body),
            b'/' if body.starts_with("//") => text.aside(at),
            b'.' if body[1..].starts_with(char::is_alphabetic) => {
                Some(Take::Blocks(vec![text.rest(BlockKind::Paragraph, at, 1)], at + 1))
            }
            b'|' if body.starts_with("|===") => Some(table(text, at)),
            // What only frames its content: examples, sidebars, quotes, and the joints of list items.
            b'=' | b'*' | b'_' | b'-' | b'+' | b'\'' | b'<'
                if is_all('=', 4)
                    || is_all('*', 4)
                    || is_all('_', 4)
                    || body == "--"
                    || body == "+"
                    || body == "'''"
                    || body == "<<<" =>
            {
                Some(Take::Blocks(Vec::new(), at + 1))
            }
            b'i' | b'e' | b't'
                if ["include::", "image::", "ifdef::", "ifndef::", "endif::", "toc::"]
                    .iter()
                    .any(|macro_| body.starts_with(macro_)) =>
            {
                text.aside(at)
            }
            _ => None,
        }
    }
}

/// A table: one row a line, or, where the cells have lines of their own, one row a group of lines.
fn table(text: &Text, at: usize) -> Take {
    let end = text.find(at + 1, |line| line.starts_with("|===")).unwrap_or(at);
    let mut rows: Vec<Block> = Vec::new();
    let mut from = at + 1;
    while from < end {
        if text.body(from).is_empty() {
            from += 1;
            continue;
        }
        let to = text.find(from, str::is_empty).unwrap_or(end).min(end);
        let is_cell = |row: usize| text.body(row).matches('|').count() < 2;
        if (from..to).all(is_cell) {
            let mut row = text.block(BlockKind::TableRow, from, to);
            row.span.start += usize::from(text.body(from).starts_with('|'));
            rows.push(Block { span: row.span.trim(text.text), ..row });
        } else {
            rows.extend(
                (from..to).map(|row| text.rest(BlockKind::TableRow, row, usize::from(text.body(row).starts_with('|')))),
            );
        }
        from = to;
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
            &Asciidoc,
            &[
                (
                    "= Outage\n:revdate: 2024-05-03\n:toc:\n\n== Cause\nA leak.",
                    &["h1 Outage", "meta revdate: 2024-05-03", "meta toc:", "h2 Cause", "p A leak."],
                ),
                (
                    ". one\n.. in one\n* two\n** in two\n- three",
                    &["li one", "li in one", "li two", "li in two", "li three"],
                ),
                (
                    "It logged\n[source,sh]\n----\nerror 5\n\nerror 6\n----\nNOTE: Twice.",
                    &["p It logged", "code [source,sh]", "code ----\nerror 5\n\nerror 6\n----", "p NOTE: Twice."],
                ),
                ("|===\n|Time |Event\n\n|10:00\n|down\n|===\nEnd", &["tr Time |Event", "tr 10:00\n|down", "p End"]),
                (
                    "====\nA frame.\n====\n// no\n.A title\ninclude::x.adoc[]",
                    &["p A frame.", "code // no", "p A title", "code include::x.adoc[]"],
                ),
                ("|===\n|never closed", &["p |never closed"]),
            ],
        );
        assert!(
            is_asciidoc("= T\n:a: b\n")
                && is_asciidoc("= T\n\n== S\n")
                && !is_asciidoc("= 5\n")
                && !is_asciidoc("= T =\n== S ==\n")
        );
    }
}
