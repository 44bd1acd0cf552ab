//! Ways of writing times that only the document as a whole, or the place in it, shows to be times.
//!
//! "14.05" is a time where the document writes its times so, "20180522" where it leads a heading, and the day in
//! "Incidents/2021-06-14" is one where the path is a title. What is rewritten keeps its length, so that every span holds.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::super::scan;
use super::*;

/// So many times make a way of writing them.
const LEAST_DOTTED: usize = 2;

/// A longer block is no path.
const MOST_OF_PATH: usize = 100;

/// What a decimal number counts.
const UNITS: [&str; 24] = [
    "ms", "s", "sec", "seconds", "minutes", "min", "hours", "days", "x", "times", "gb", "mb", "tb", "kb", "percent",
    "million", "billion", "euro", "eur", "usd", "gbp", "lts", "v", "kw",
];

/// The day that leads a heading in eight digits: "20180522 Campus core loop".
pub(super) fn compact_day(block: &Block, text: &str) -> Option<TimeExpr> {
    let own = block.span.of(text);
    let digits = own.trim_start_matches(|c: char| !c.is_alphanumeric()).get(..8)?;
    let heading = matches!(block.kind, BlockKind::Heading(_)) && digits.bytes().all(|b| b.is_ascii_digit());
    if !heading {
        return None;
    }
    let date = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
    let mut expr = scan(&date).pop()?;
    let start = block.span.start + own.find(digits)?;
    expr.span = Span::new(start, start + 8);
    Some(expr)
}

/// The entries of a timeline whose times have no mark: "0248 - the pump burns out". By block, the time that it begins with;
/// empty where the document has no such timeline, as a number may count anything else.
pub(super) fn compact_clocks(blocks: &[Block], text: &str) -> Vec<Option<TimeExpr>> {
    const FEWEST: usize = 3;
    /// Numbers of these are years as well.
    const YEARS: std::ops::Range<i32> = 1900..2060;
    let (mut found, mut count, mut day) = (vec![None; blocks.len()], 0, false);
    for (block, slot) in blocks.iter().zip(&mut found) {
        if matches!(block.kind, BlockKind::Code | BlockKind::Meta | BlockKind::Heading(_)) {
            continue;
        }
        let own = block.span.of(text);
        let lead = own.len() - own.trim_start_matches(['*', '_', '-', '[', '(', '|', ' ']).len();
        let Some(digits) = own[lead..].get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())) else {
            continue;
        };
        let rest = own[lead + 4..].trim_start_matches(['*', '_', ']', ')']);
        let ends = rest.starts_with([':', '|', '\t', '–', '—']) || rest.starts_with("  ") || rest.starts_with(" -");
        let spelled = format!("{}:{}", &digits[..2], &digits[2..]);
        let Some(mut expr) = scan(&spelled).pop().filter(|expr| ends && expr.span.len() == spelled.len()) else {
            continue;
        };
        expr.span = Span::new(block.span.start + lead, block.span.start + lead + 4);
        day |= digits.parse().is_ok_and(|number: i32| !YEARS.contains(&number));
        count += 1;
        *slot = Some(expr);
    }
    if count < FEWEST || !day { Vec::new() } else { found }
}

/// The text with clock times as "14.05" written "14:05", where the document writes them so: it has none with a colon, and
/// words before some of these numbers say that they are times.
pub(super) fn undotted<'t>(blocks: &[Block], text: &'t str) -> Cow<'t, str> {
    static DOTTED: LazyLock<Regex> = LazyLock::new(|| {
        // The pattern is a constant that a test compiles.
        Regex::new(concat!(
            r"(?m)(?:^[\s*|>-]*(?:[A-Z][a-z]{2},? )?(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?,? )?",
            r"|\b(?:[Aa]t|[Aa]round|[Aa]bout|[Bb]y|[Uu]ntil|[Tt]ill|[Ss]ince|[Ff]rom|[Bb]etween|[Aa]fter|[Bb]efore)\s+(?:about )?)",
            r"(?:[01]?\d|2[0-3])(\.)[0-5]\d(?:hrs|h)?\b",
            r"(?:\s*(?:and|to|until|till|-|–)\s*(?:about )?(?:[01]?\d|2[0-3])(\.)[0-5]\d(?:hrs|h)?\b)?",
        ))
        .unwrap_or_else(|e| panic!("the pattern of dotted times: {e}"))
    });
    static COLON: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b\d{1,2}:[0-5]\d\b").unwrap_or_else(|e| panic!("the pattern of clock times: {e}"))
    });
    static HALVED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b\d{1,2}\.[0-5]\d ?[ap]\.?m\b")
            .unwrap_or_else(|e| panic!("the pattern of halves of the day: {e}"))
    });
    // To run the expressions takes long, and what they need is quickly seen: a mark between figures.
    let bytes = text.as_bytes();
    let is_figure = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || !byte.is_ascii());
    let marked = memchr::memchr_iter(b'.', bytes)
        .any(|at| at > 0 && is_figure(at - 1) && is_figure(at + 1) && is_figure(at + 2));
    if !marked {
        return Cow::Borrowed(text);
    }
    // A mail's header has its own way.
    let told = blocks.iter().filter(|block| block.kind != BlockKind::Meta);
    if told.map(|block| block.span.of(text)).any(|own| COLON.is_match(own)) {
        return Cow::Borrowed(text);
    }
    // What goes on is a version, a decimal, or an amount.
    let is_time = |found: &regex::Captures| {
        let after = &text[found.get(0).map_or(0, |whole| whole.end())..];
        let goes_on = after.starts_with(['%', '°'])
            || after.starts_with(['.', ',']) && after[1..].starts_with(|c: char| c.is_ascii_digit());
        let unit = after.trim_start().split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
        !goes_on && !UNITS.contains(&unit.to_ascii_lowercase().as_str())
    };
    // Only places are kept: a text of nothing but such numbers has millions.
    let dots = DOTTED
        .captures_iter(text)
        .filter(is_time)
        .flat_map(|found| [found.get(1), found.get(2)].map(|dot| Some(dot?.start())));
    let dots: Vec<usize> = dots.flatten().collect();
    let fewest = if HALVED.is_match(text) { 1 } else { LEAST_DOTTED };
    if dots.len() < fewest {
        return Cow::Borrowed(text);
    }
    let mut out = text.as_bytes().to_vec();
    dots.into_iter().for_each(|dot| out[dot] = b':');
    // One ASCII byte stands for another, so what is left is still UTF-8.
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The text of a block to scan. In a heading or another short line a day may be part of a path: "Incidents/2021-06-14 cache".
pub(super) fn legible<'t>(block: &Block, text: &'t str) -> Cow<'t, str> {
    let own = block.span.of(text);
    if own.len() > MOST_OF_PATH || !own.contains('/') {
        return Cow::Borrowed(own);
    }
    let mut out = own.to_owned();
    for (at, _) in own.match_indices('/') {
        let letter = own[..at].ends_with(|c: char| c.is_alphabetic());
        let after = &own.as_bytes()[at + 1..];
        // Four digits and a dash: "RFO/2023/0117" and "INC/05/06" are numbers of documents.
        if letter && after.len() > 4 && after[..4].iter().all(u8::is_ascii_digit) && after[4] == b'-' {
            out.replace_range(at..=at, " ");
        }
    }
    Cow::Owned(out)
}
