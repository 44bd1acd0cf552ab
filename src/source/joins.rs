//! Whether a line goes on with the sentence of the line before it.
//!
//! Exports lose blank lines, wrap prose at a margin, and break sentences around inline code, often all three in one
//! folder. [`Joiner`] looks at the whole text once (is it Markdown, is it wrapped at some width) and then judges pairs
//! of lines. It promises to err towards breaking after what looks like a title, a label or an entry of a timeline,
//! and towards joining in mid-sentence. Leaves to others: lists, tables, headings (`markdown`).

use std::sync::LazyLock;

use regex::Regex;

use super::lines::{self, Line};

/// A line shorter than this that ends in no stop may be a title.
const TITLE_CHARS: usize = 60;

/// The habits of one text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joiner {
    /// Whether the text uses Markdown, where a line end is a space.
    pub markdown: bool,
    /// The margin at which prose is wrapped, in characters, where it is.
    pub wrap: Option<usize>,
}

/// What is looked at of the line before.
#[derive(Clone, Copy, Debug)]
pub struct Before<'t> {
    pub body: &'t str,
    pub width: usize,
    /// The line ends in two spaces or a backslash, which in Markdown is a line break that readers see.
    pub hard_break: bool,
}

impl Joiner {
    pub fn of(text: &str, lines: &[Line]) -> Joiner {
        Joiner { markdown: is_markdown(text, lines), wrap: wrap(text, lines) }
    }

    /// Whether `next` goes on with what `before` says.
    pub fn joins(&self, before: Before<'_>, next: &str) -> bool {
        let ended = ends_sentence(before.body);
        let colon = before.body.trim_end_matches(['*', '_']).ends_with([':', '：']);
        let full = self.wrap.is_some_and(|margin| is_full(before.width, next, margin));
        if lines::is_posted(next) {
            return false;
        }
        let entries = self.wrap.is_none() && lines::starts_with_time(before.body) && lines::starts_with_time(next);
        if !ended && !colon && !entries && runs_on(before.body, next) {
            return true;
        }
        if lines::starts_with_time(next) || lines::is_label(next) || (self.markdown && before.hard_break) {
            return full && !ended && !colon && !before.hard_break;
        }
        if self.wrap.is_some() {
            return full;
        }
        if !self.markdown || (colon && is_short(before.body)) {
            return false;
        }
        !is_title(before.body) && !is_title(next)
    }

    /// The same for a line indented under a list item: it goes on with the item unless it opens an entry of its own.
    pub fn joins_indented(&self, before: Before<'_>, next: &str) -> bool {
        let opens = lines::is_posted(next) || lines::starts_with_time(next) || lines::is_label(next);
        if opens { self.joins(before, next) } else { true }
    }
}

/// Whether the sentence is cut off in the middle: `due to a` / `ImageMissingError` / `, which means`.
fn runs_on(before: &str, next: &str) -> bool {
    static CUT_OFF: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:^|[\s(])(?:the|an?|of|to|at|in|by|and|or|for|from|between|until|with|via|on|due|that|which|is|was|are|were|be|been|this|our|their|its|into|as|during|than|but|not|has|had|have|will|would|could|can|should|we|they|it|when|where|while|because|using|called|named)$",
        )
        // A literal pattern, compiled by the tests.
        .expect("a literal pattern compiles")
    });
    let goes_on = next.starts_with(|c: char| c.is_lowercase() || ",.;:)]".contains(c)) && !next.starts_with("...");
    // A greeting ends in a comma too: `Hi all,`.
    let comma = before.ends_with([',', '(', '/']) && before.chars().count() > 25;
    goes_on || comma || CUT_OFF.is_match(before)
}

fn ends_sentence(body: &str) -> bool {
    body.trim_end_matches(['"', '\'', '”', '’', ')', '*', '_', '`']).ends_with(['.', '!', '?', '…', '。'])
}

/// Whether the line reads as a whole sentence, which code seldom does.
pub fn is_sentence(body: &str) -> bool {
    /// Fewer words may be a message of a program.
    const LEAST_WORDS: usize = 5;
    let opens = body.trim_start_matches(['*', '_', '"', '[']).starts_with(char::is_uppercase);
    opens
        && ends_sentence(body)
        && body.split_whitespace().nth(LEAST_WORDS - 1).is_some()
        && !body.contains(['{', ';', '='])
}

fn is_short(body: &str) -> bool {
    body.chars().take(TITLE_CHARS + 1).count() <= TITLE_CHARS
}

fn is_title(body: &str) -> bool {
    is_short(body) && !body.ends_with(['.', '!', '?', '…', '。', ',', ';'])
}

/// Whether the first word of `next` would not have fitted on the line before.
fn is_full(width: usize, next: &str, margin: usize) -> bool {
    /// Editors differ in whether the margin itself may be written on.
    const SLACK: usize = 2;
    let word = next.split_whitespace().next().unwrap_or_default();
    width + 1 + word.chars().count() + SLACK > margin
}

/// Whether the text uses any of the marks that only Markdown has.
fn is_markdown(text: &str, lines: &[Line]) -> bool {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"\]\(\S+\)|\*\*\w|^```|^~~~|`\w+`").expect("a literal pattern compiles")
    });
    lines.iter().any(|line| {
        let body = line.body.of(text);
        lines::atx_heading(body).is_some_and(|(_, words)| !words.is_empty()) || MARK.is_match(body)
    })
}

/// The margin of a text whose long lines stop at one.
fn wrap(text: &str, lines: &[Line]) -> Option<usize> {
    /// A margin outside of these is chance.
    const MARGINS: std::ops::RangeInclusive<usize> = 40..=130;
    let is_prose = |line: &Line| {
        let body = line.body.of(text);
        !line.is_blank()
            && !body.starts_with(['|', '#'])
            && !lines::holds(body, b'\t')
            && lines::rule(body, 3).is_none()
    };
    let opens =
        |body: &str| lines::list_marker(body).is_some() || lines::is_label(body) || lines::starts_with_time(body);
    let pairs: Vec<(usize, &str)> = lines
        .windows(2)
        .filter(|pair| is_prose(&pair[0]) && is_prose(&pair[1]) && !opens(pair[1].body.of(text)))
        .map(|pair| (pair[0].width, pair[1].body.of(text)))
        .collect();
    let mut widths: Vec<usize> = pairs.iter().map(|(width, _)| *width).collect();
    widths.sort_unstable();
    // The longest but for one in ten, which may hold a URL.
    let margin = *widths.get((widths.len() * 9 / 10).min(widths.len().saturating_sub(1)))?;
    let full = pairs.iter().filter(|(width, next)| is_full(*width, next, margin)).count();
    (MARGINS.contains(&margin) && pairs.len() >= 3 && full * 10 >= pairs.len() * 6).then_some(margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(joiner: Joiner, before: &str, next: &str) -> bool {
        joiner.joins(Before { body: before, width: before.chars().count(), hard_break: false }, next)
    }

    #[test]
    fn in_plain_text_a_line_is_a_paragraph_unless_its_sentence_is_cut_off() {
        let plain = Joiner { markdown: false, wrap: None };
        for (before, next, expected) in [
            ("It stopped because of a", "ImageMissingError", true),
            ("ImageMissingError", ", which means that", true),
            ("- The second", "mail-sender", true),
            ("Impact", "All users saw errors.", false),
            ("All users saw errors.", "Root Cause", false),
            ("The deploy began at 10:00.", "10:05 the alert fired.", false),
            ("Affected services:", "mail", false),
            ("Users saw errors between 10:00 and", "10:30 UTC on Monday", true),
            ("08:19 I tried to reach the server at", "08:20 It answered.", false),
            ("Resolved", "Posted Feb 11, 2024 - 08:30 GMT", false),
            ("Hi all,", "We had an outage", false),
            ("It is back.", "posted 2 hours ago", false),
        ] {
            assert_eq!(joined(plain, before, next), expected, "{before} / {next}");
        }
    }

    #[test]
    fn in_markdown_a_line_end_is_a_space_but_after_a_title() {
        let markdown = Joiner { markdown: true, wrap: None };
        for (before, next, expected) in [
            ("We rolled the change back at once.", "It took the workers ten minutes to recover.", true),
            ("**Timeline**", "We saw the first alert in the morning.", false),
            ("**Date:** 2021-01-01", "**Authors:** Ann, Bob", false),
            ("We rolled the change back at once.", "**10:30** - all is well", false),
        ] {
            assert_eq!(joined(markdown, before, next), expected, "{before} / {next}");
        }
        let broken = Before { body: "We rolled it back.", width: 18, hard_break: true };
        assert!(!markdown.joins(broken, "It took the workers ten minutes to recover."));
    }

    #[test]
    fn a_wrapped_text_is_recognised_by_its_margin() {
        let wrapped = "On Monday the primary database ran out of connections\nafter a deploy had doubled the size of the pool, and the\n\
                       API answered with errors until the change was rolled\nback an hour later.\nTimeline\nThe first alert came at noon.\n";
        let found = Joiner::of(wrapped, &lines::lines(wrapped));
        assert!(found.wrap.is_some_and(|margin| (50..60).contains(&margin)), "{found:?}");
        assert!(joined(found, "On Monday the primary database ran out of connections", "Amazon had not given us."));
        assert!(!joined(found, "back an hour later.", "Timeline"));
        let titles = "Impact\nAll users saw errors for an hour, and some saw them for two.\nCause\nA leak.\nFix\nA patch was deployed in the evening.\n";
        assert_eq!(Joiner::of(titles, &lines::lines(titles)).wrap, None);
    }
}
