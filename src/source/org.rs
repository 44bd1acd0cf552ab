//! Org: headings by stars, keywords and drawers as what the document states, blocks of code and quotes.

use super::dialect::{Dialect, Take, Text};
use crate::document::{Block, BlockKind};

pub struct Org;

/// Whether the text opens with a keyword, `#+TITLE: ...`.
pub fn is_org(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or_default();
    first.strip_prefix("#+").and_then(|rest| rest.split_once(':')).is_some_and(|(name, _)| is_name(name))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

impl Dialect for Org {
    fn take(&self, text: &Text, at: usize) -> Option<Take> {
        let body = text.body(at);
        let stars = body.bytes().take_while(|b| *b == b'*').count();
        if stars > 0 && text.lines[at].indent == 0 && body[stars..].starts_with(' ') {
            let words = body[stars..].trim_start();
            let state =
                ["TODO ", "DONE "].iter().find(|state| words.starts_with(**state)).map_or(0, |state| state.len());
            let skip = body.len() - words.len() + state;
            return Some(Take::Blocks(vec![text.rest(BlockKind::Heading(stars.min(6) as u8), at, skip)], at + 1));
        }
        let upper = || body.to_ascii_uppercase();
        if let Some(rest) = body.strip_prefix("#+") {
            let begins =
                upper().strip_prefix("#+BEGIN_").map(|name| name.split(' ').next().unwrap_or_default().to_owned());
            return match begins.as_deref() {
                Some("QUOTE" | "VERSE" | "CENTER") => Some(Take::Blocks(Vec::new(), at + 1)),
                Some(name) => {
                    let close = format!("#+END_{name}");
                    text.code(at, |line| line.eq_ignore_ascii_case(&close))
                }
                None if upper().starts_with("#+END_") => Some(Take::Blocks(Vec::new(), at + 1)),
                None if rest.split_once(':').is_some_and(|(name, _)| is_name(name)) => {
                    Some(Take::Blocks(vec![text.rest(BlockKind::Meta, at, 2)], at + 1))
                }
                None => text.aside(at),
            };
        }
        if ["CLOSED:", "SCHEDULED:", "DEADLINE:"].iter().any(|word| body.starts_with(word)) {
            return Some(Take::Blocks(vec![text.rest(BlockKind::Meta, at, 0)], at + 1));
        }
        if body.starts_with("# ") || body.starts_with(": ") {
            return text.aside(at);
        }
        let drawer = body.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).filter(|name| is_name(name))?;
        let end = text.find(at + 1, |line| line.eq_ignore_ascii_case(":END:"))?;
        let blocks: Vec<Block> = if drawer.eq_ignore_ascii_case("PROPERTIES") {
            (at + 1..end)
                .map(|line| text.rest(BlockKind::Meta, line, usize::from(text.body(line).starts_with(':'))))
                .collect()
        } else {
            vec![text.block(BlockKind::Code, at, end + 1)]
        };
        Some(Take::Blocks(blocks, end + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::markdown::tests::check_as;

    #[test]
    fn marks_become_blocks() {
        check_as(
            &Org,
            &[
                (
                    "#+TITLE: Outage\n#+DATE: <2024-05-03 Fri>\n* DONE Cause\nA leak.\n** More",
                    &["meta TITLE: Outage", "meta DATE: <2024-05-03 Fri>", "h1 Cause", "p A leak.", "h2 More"],
                ),
                (
                    "* A\n:PROPERTIES:\n:START: 10:00\n:END:\n:LOGBOOK:\nx\n:END:\nText",
                    &["h1 A", "meta START: 10:00", "code :LOGBOOK:\nx\n:END:", "p Text"],
                ),
                (
                    "#+begin_src sh\n* no\n#+end_src\n#+BEGIN_QUOTE\nIt failed.\n#+END_QUOTE",
                    &["code #+begin_src sh\n* no\n#+end_src", "p It failed."],
                ),
                (
                    "| Time | Event |\n|------+-------|\n| 10:00 | down |\n\n- one\n- two",
                    &["tr Time | Event", "tr 10:00 | down", "li one", "li two"],
                ),
                ("# note\nIt failed.\n: raw", &["code # note", "p It failed.", "code : raw"]),
            ],
        );
        assert!(is_org("#+TITLE: x\n") && !is_org("# Title") && !is_org("#+ x"));
    }
}
