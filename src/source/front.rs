//! What a text says of itself before it begins: YAML (`---`) and TOML (`+++`) front matter, and the header of a mail.
//!
//! Promises: one Meta block a key, with the lines that go on with it; nothing is read as front matter that is not
//! closed or does not look like it. Leaves to others: what the keys mean (`extract`).

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::lines::Line;
use crate::document::{Block, BlockKind, Span};

/// Front matter longer than this is a document between two rules.
const MOST_LINES: usize = 300;

/// The Meta blocks at the top of the text, and the number of lines they take.
pub fn front(text: &str, lines: &[Line]) -> (Vec<Block>, usize) {
    let first = lines.iter().position(|line| !line.is_blank()).unwrap_or(lines.len());
    matter(text, lines, first).or_else(|| mail(text, lines, first)).unwrap_or_default()
}

fn matter(text: &str, lines: &[Line], first: usize) -> Option<(Vec<Block>, usize)> {
    let fence = lines.get(first)?.full.of(text).trim_end();
    let separator = match fence {
        "---" => ':',
        "+++" => '=',
        _ => return None,
    };
    let within = lines.iter().enumerate().skip(first + 1).take(MOST_LINES);
    let close = within.clone().find(|(_, line)| {
        let mark = line.full.of(text).trim_end();
        mark == fence || (fence == "---" && mark == "...")
    })?;
    let blocks = keys(text, lines, first + 1..close.0, |line| is_key(line, separator));
    // A rule, a paragraph and another rule are no front matter.
    let said = within.take(close.0 - first - 1).find(|(_, line)| !line.is_blank() && !is_comment(line.full.of(text)));
    let opens_with_key = said.is_none_or(|(_, line)| {
        let line = line.full.of(text);
        is_key(line, separator) || (separator == '=' && line.starts_with('['))
    });
    opens_with_key.then_some((blocks, close.0 + 1))
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// `date: 2021-03-04`, `"quoted key" = 1`, at the margin: what is indented belongs to the key above.
fn is_key(line: &str, separator: char) -> bool {
    static KEY: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r#"^["']?[\p{L}_]([\w .-]*)(["']?)\s*(:(?:\s|$)|=)"#).expect("a literal pattern compiles")
    });
    /// Counted here and not in the expression, which would hold all the letters there are sixty times.
    const MOST: usize = 60;
    KEY.captures(line).is_some_and(|found| {
        let words = if found[2].is_empty() { found[1].trim_end_matches(' ') } else { &found[1] };
        words.chars().count() <= MOST && found[3].starts_with(separator)
    })
}

/// The header of a mail: two known fields or more at the very top, each with its indented lines.
fn mail(text: &str, lines: &[Line], first: usize) -> Option<(Vec<Block>, usize)> {
    let header = lines.get(first..)?;
    let known = |line: &Line| is_mail_field(line.full.of(text));
    let length = header
        .iter()
        .take_while(|line| !line.is_blank() && (known(line) || line.full.of(text).starts_with([' ', '\t'])))
        .count();
    let fields = header[..length].iter().filter(|line| known(line)).count();
    if fields < 2 || !known(header.first()?) {
        return None;
    }
    Some((keys(text, lines, first..first + length, is_mail_field), first + length))
}

fn is_mail_field(line: &str) -> bool {
    /// Fields of mails, of news articles, and of the pages of static blogs that use the same form.
    const FIELDS: &[&str] = &[
        "author",
        "authors",
        "bcc",
        "category",
        "cc",
        "content-transfer-encoding",
        "content-type",
        "date",
        "delivered-to",
        "from",
        "in-reply-to",
        "list-id",
        "message-id",
        "mime-version",
        "modified",
        "newsgroups",
        "organization",
        "received",
        "references",
        "reply-to",
        "return-path",
        "sender",
        "sent",
        "slug",
        "subject",
        "tags",
        "thread-topic",
        "title",
        "to",
    ];
    line.split_once(':').is_some_and(|(name, _)| {
        let name = name.to_ascii_lowercase();
        FIELDS.binary_search(&name.as_str()).is_ok() || name.starts_with("x-") && !name.contains(' ')
    })
}

/// One block a key among `range`, running up to the last line that goes on with it.
fn keys(text: &str, lines: &[Line], range: Range<usize>, is_key: impl Fn(&str) -> bool) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in &lines[range] {
        let full = line.full.of(text);
        if line.is_blank() || is_comment(full) {
            continue;
        }
        if is_section(full) {
            open = false;
            continue;
        }
        let goes_on = open && !is_key(full);
        if let Some(block) = blocks.last_mut().filter(|_| goes_on) {
            block.span = Span::new(block.span.start, line.full.trim(text).end);
        } else {
            blocks.push(Block { kind: BlockKind::Meta, span: line.full.trim(text) });
            open = true;
        }
    }
    blocks
}

/// `[extra]`: a section of TOML. What stands in it are keys again.
fn is_section(line: &str) -> bool {
    line.starts_with('[') && line.trim_end().ends_with(']') && !line.contains([',', '"', '\''])
}

#[cfg(test)]
mod tests {
    use super::super::lines::lines;
    use super::*;

    fn read(text: &str) -> (Vec<&str>, usize) {
        let (blocks, taken) = front(text, &lines(text));
        assert!(blocks.iter().all(|block| block.kind == BlockKind::Meta));
        (blocks.iter().map(|block| block.span.of(text)).collect(), taken)
    }

    #[test]
    fn yaml_gives_a_block_a_key_with_its_list() {
        let text = "---\ntitle: 'Search: down'\r\n# levels: down, notice\nseverity: down\naffected:\n  - search\n- api\nmeta:\n  team: x\n---\nBody: text\n";
        assert_eq!(
            read(text),
            (vec!["title: 'Search: down'", "severity: down", "affected:\n  - search\n- api", "meta:\n  team: x"], 10)
        );
    }

    #[test]
    fn toml_gives_a_block_a_key_within_sections_too() {
        let text = "+++\ntitle = \"Outage\"\nauthors = [\n  \"Ann\",\n]\n\n[extra]\nteam = \"x\"\n+++\n";
        assert_eq!(read(text), (vec!["title = \"Outage\"", "authors = [\n  \"Ann\",\n]", "team = \"x\""], 9));
    }

    #[test]
    fn a_mail_gives_its_header() {
        let text = "From: Ann <ann@example.org>\nDate: Tue, 4 May 2021 10:00:00 +0200\nSubject: Outage of\n  the API\n\nHi all,\n";
        assert_eq!(
            read(text),
            (
                vec![
                    "From: Ann <ann@example.org>",
                    "Date: Tue, 4 May 2021 10:00:00 +0200",
                    "Subject: Outage of\n  the API"
                ],
                4
            )
        );
    }

    #[test]
    fn what_is_not_closed_or_has_no_keys_is_text() {
        for text in [
            "---\ntitle: never closed\n\ntext\n",
            "---\nA paragraph between two rules.\n---\n",
            "Date: 2021-05-04\nStatus: final\n",
            "text\n---\ntitle: x\n---\n",
            "",
        ] {
            assert_eq!(read(text), (vec![], 0), "{text}");
        }
    }
}
