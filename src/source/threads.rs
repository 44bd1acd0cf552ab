//! Status threads that were copied as text: each update ends with a line that is its time and nothing else.
//!
//! ```text
//! Resolved - This incident has been resolved.
//! Aug 27, 2023 - 03:41 PDT
//! ```
//!
//! Such a line is the foot of the update above it, as `Posted Aug 27, 2023 - 03:41 PDT` is. Read as an entry of a timeline it
//! would tell of the update below, which was written before. Whether the times of a thread are feet or heads is told by
//! where its statuses stand. Leaves to others: threads whose times say `Posted` (`lines`).

use std::sync::LazyLock;

use regex::Regex;

use crate::document::{Block, BlockKind};
use crate::statuses::after_status;

/// What a block is to a thread.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    /// A status alone, and one with words behind it.
    Status,
    Told,
    Stamp,
    Other,
}

/// Makes the times that end the updates of a thread feet of updates.
pub fn close_updates(text: &str, blocks: &mut [Block]) {
    if blocks.iter().any(|block| block.kind == BlockKind::Update) {
        return;
    }
    let parts: Vec<Part> = blocks.iter().map(|block| part(text, block)).collect();
    if stamps_close(&parts) {
        let stamps = blocks.iter_mut().zip(&parts).filter(|(_, part)| **part == Part::Stamp);
        stamps.for_each(|(block, _)| block.kind = BlockKind::Update);
    }
}

/// Whether each stamp ends an update: since the one before there is a status, with words between it and the stamp, and
/// after the last there is none.
fn stamps_close(parts: &[Part]) -> bool {
    let mut groups: Vec<&[Part]> = parts.split(|part| *part == Part::Stamp).collect();
    let Some(rest) = groups.pop().filter(|_| !groups.is_empty()) else { return false };
    let opens = |part: &Part| matches!(part, Part::Status | Part::Told);
    let ends = |group: &&[Part]| group.iter().any(opens) && group.last() != Some(&Part::Status);
    // What was told last may have no status: a note after the end.
    let (first, others) = (groups.first(), groups.get(1..).unwrap_or_default());
    let closes = |groups: &[&[Part]]| !groups.is_empty() && groups.iter().all(ends);
    let begins =
        first.is_some_and(ends) || others.len() >= 2 && first.is_some_and(|group| group.contains(&Part::Other));
    begins && (others.is_empty() || closes(others)) && !rest.iter().any(opens)
}

fn part(text: &str, block: &Block) -> Part {
    static STAMP: LazyLock<Regex> = LazyLock::new(|| {
        // The pattern is a constant that a test compiles.
        Regex::new(concat!(
            r"^(?:[A-Z][a-z]+,? )?(?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:,? \d{4})?|\d{1,2} [A-Z][a-z]{2,8}(?:,? \d{4})?|\d{4}-\d\d-\d\d)",
            r"(?:,| -| –| at| ·)? \d{1,2}:\d\d(?::\d\d)? ?(?:[AaPp][Mm])?(?: ?\(?[A-Z]{1,5}(?:[+-]\d{1,2}(?::?\d\d)?)?\)?)?$",
        ))
        .unwrap_or_else(|e| panic!("the pattern of stamps: {e}"))
    });
    /// A longer block is no stamp.
    const LONGEST: usize = 60;
    if matches!(block.kind, BlockKind::Meta | BlockKind::Code | BlockKind::TableRow) {
        return Part::Other;
    }
    let own = block.span.of(text).trim_matches(['*', '_', ' ']);
    if own.len() <= LONGEST && STAMP.is_match(own) {
        return Part::Stamp;
    }
    let Some(rest) = after_status(own).map(|rest| rest.trim_start_matches(['*', '_'])) else { return Part::Other };
    let rest_told = rest.trim_start_matches([' ', '-', '–', ':', '\n']);
    if rest_told.is_empty() {
        Part::Status
    } else if rest.trim_start_matches(' ').starts_with(['-', '–', ':', '\n']) {
        Part::Told
    } else {
        Part::Other
    }
}

#[cfg(test)]
mod tests {
    use crate::document::BlockKind;
    use crate::source::from_text;

    fn updates(text: &str) -> Vec<String> {
        let document = from_text(text.to_owned(), "id", "a.txt", None).unwrap();
        let updates = document.blocks.iter().filter(|block| block.kind == BlockKind::Update);
        updates.map(|block| block.span.of(&document.text).to_owned()).collect()
    }

    #[test]
    fn a_time_behind_what_was_told_is_the_foot_of_an_update() {
        for (text, expected) in [
            (
                "Search degraded\n\nResolved - This incident has been resolved.\nAug 27, 2023 - 03:41 PDT\n\n\
                 Investigating - We are looking into it.\nAug 27, 2023 - 00:48 PDT\n",
                &["Aug 27, 2023 - 03:41 PDT", "Aug 27, 2023 - 00:48 PDT"][..],
            ),
            (
                "Resolved\nUploads work again.\nJun 19, 11:52 CEST\n\nMonitoring\nUploads load.\nJun 19, 11:21 CEST\n",
                &["Jun 19, 11:52 CEST", "Jun 19, 11:21 CEST"],
            ),
            // These open what they tell of.
            (
                "Resolved\n\nJun 19, 11:52 CEST\n\nUploads work again.\n\nMonitoring\n\nJun 19, 11:21 CEST\n\nIt loads.\n",
                &[],
            ),
            (
                "Jun 19, 11:52 CEST\n\nResolved - Uploads work again.\n\nJun 19, 11:21 CEST\n\nMonitoring - It loads.\n",
                &[],
            ),
            ("Resolved issues are listed below.\n\nJun 19, 11:52 CEST\n", &[]),
        ] {
            assert_eq!(updates(text), expected, "{text}");
        }
    }
}
