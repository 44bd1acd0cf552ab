//! Timelines that were set as code, so that their columns stand below each other.
//!
//! ```text
//! 14:20  first 404 in the access log
//! 14:31  pm looks for the directory and does not see it
//! ```
//!
//! Code is no source of statements; lines that begin with a time and go on in words are. Promises: a log of a machine stays
//! code. Leaves to others: what is code at all (`markdown`, `html`).

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::fences;
use crate::document::{Block, BlockKind, Span};

/// Entries that make a timeline.
const FEWEST: usize = 3;

/// Lines of code that are looked at: who writes by hand writes fewer.
const MOST: usize = 200;

/// Words that people write and logs seldom have.
static PROSE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/lexicon/prose.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});

/// Makes the lines of each block of code that is a timeline items of a list.
pub fn open_timelines(text: &str, blocks: Vec<Block>) -> Vec<Block> {
    if !blocks.iter().any(|block| block.kind == BlockKind::Code) {
        return blocks;
    }
    let opened = |block: Block| match block.kind {
        BlockKind::Code => entries(text, block.span).unwrap_or_else(|| vec![block]),
        _ => vec![block],
    };
    blocks.into_iter().flat_map(opened).collect()
}

/// The entries of a timeline, each with the lines that go on with it; none if the block is another sort of code.
fn entries(text: &str, span: Span) -> Option<Vec<Block>> {
    static TIMED: LazyLock<Regex> = LazyLock::new(|| {
        // The pattern is a constant that a test compiles.
        Regex::new(r"^\s*[\[(]?(?:\d{4}-\d\d-\d\d[ T])?\d{1,2}:\d\d(?::\d\d)?[\])]?\s+")
            .unwrap_or_else(|e| panic!("{e}"))
    });
    let (mut out, mut worded, mut at): (Vec<Span>, usize, usize) = (Vec::new(), 0, span.start);
    for (count, line) in span.of(text).split_inclusive('\n').enumerate() {
        let here = Span::new(at, at + line.len());
        at += line.len();
        if count == MOST {
            return None;
        }
        if line.trim().is_empty() || fences::mark(line.trim()).is_some() {
            continue;
        }
        match TIMED.find(line) {
            Some(time) => {
                worded += usize::from(is_worded(&line[time.end()..])?);
                out.push(here.trim(text));
            }
            // What goes on with an entry stands further in; anything else is no timeline.
            None => out.last_mut().filter(|_| line.starts_with([' ', '\t']))?.end = here.trim(text).end,
        }
    }
    let told = out.len() >= FEWEST && worded * 2 >= out.len();
    told.then(|| out.into_iter().map(|span| Block { kind: BlockKind::ListItem, span }).collect())
}

/// Whether a line has words as people write them; none if it is a machine's.
fn is_worded(rest: &str) -> Option<bool> {
    let marks = rest.chars().filter(|c| matches!(c, '=' | '{' | '}' | '<' | '>' | '[' | ']' | '#' | '|' | '$' | '\\'));
    let letters = rest.chars().filter(|c| c.is_alphabetic() || c.is_whitespace()).count();
    if marks.count() > 2 || letters * 10 < rest.chars().count() * 7 {
        return None;
    }
    let mut words = rest.split(|c: char| !c.is_alphanumeric());
    Some(words.any(|word| PROSE.contains(word.to_ascii_lowercase().as_str())))
}

#[cfg(test)]
mod tests {
    use crate::document::BlockKind;
    use crate::source::from_text;

    fn items(text: &str) -> Vec<String> {
        let document = from_text(text.to_owned(), "id", "a.md", None).unwrap();
        let items = document.blocks.iter().filter(|block| block.kind == BlockKind::ListItem);
        items.map(|block| block.span.of(&document.text).to_owned()).collect()
    }

    #[test]
    fn a_timeline_in_code_is_a_list_and_a_log_is_not() {
        for (text, expected) in [
            (
                "```\n13:02:41  T2 gets the prefixes from us\n13:14     Yuki in chat: is it slow?\n          \
                 nobody answers\n13:43     all paths are normal\n```\n",
                &[
                    "13:02:41  T2 gets the prefixes from us",
                    "13:14     Yuki in chat: is it slow?\n          nobody answers",
                    "13:43     all paths are normal",
                ][..],
            ),
            (
                "```\n13:07:44 [error] 2211#0: *88120 client sent 43 bytes to the host\n13:07:45 [error] 1\n13:07:46 [error] 2\n```\n",
                &[],
            ),
            ("```\n10:00:01 GET /a 200 12\n10:00:02 GET /b 200 13\n10:00:03 GET /c 500 14\n```\n", &[]),
            ("```\n10:00 the first\nlet it = 4;\n10:01 the second\n10:02 the third\n```\n", &[]),
        ] {
            assert_eq!(items(text), expected, "{text}");
        }
    }
}
