//! Lines of a text, and what can be told of one line by itself: its indent, its list marker, whether it opens with a
//! time, whether it is a label, a rule or the foot of a status update.
//!
//! Promises: every span lies within the line, on character boundaries. Leaves to others: what a line is in its
//! surroundings (`markdown`), and whether two lines are one sentence (`joins`).

use std::sync::LazyLock;

use regex::Regex;

use crate::document::Span;

/// One line, without its line end.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The line as it stands.
    pub full: Span,
    /// The line without indent, quote marks (`> `) and trailing white space; empty for a blank line.
    pub body: Span,
    /// Columns of white space before the body, a tab taken to the next multiple of four.
    pub indent: usize,
    /// Characters up to the end of the body.
    pub width: usize,
}

impl Line {
    pub fn is_blank(&self) -> bool {
        self.body.is_empty()
    }
}

/// The lines of `text`, whether they end in `\n`, `\r\n` or `\r`.
pub fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[start..]).map_or(text.len(), |at| start + at);
        lines.push(line(text, Span::new(start, end)));
        start = if text[end..].starts_with("\r\n") { end + 2 } else { end + 1 };
    }
    lines
}

fn line(text: &str, full: Span) -> Line {
    let mut body = full.trim(text);
    // `> quoted`, also nested; but `>10 minutes` is a figure.
    while let Some(rest) = body.of(text).strip_prefix('>') {
        if rest.starts_with(|c: char| c.is_ascii_digit() || c == '=') {
            break;
        }
        body = Span::new(body.start + 1, body.end).trim(text);
    }
    let indent = text[full.start..body.start].chars().fold(0, |column, c| match c {
        '\t' => column / 4 * 4 + 4,
        _ => column + 1,
    });
    Line { full, body, indent, width: text[full.start..body.end].chars().count() }
}

/// A regex of this file.
fn pattern(source: &str) -> Regex {
    // Every pattern is a literal below, and the tests compile them all.
    Regex::new(source).expect("a literal pattern compiles")
}

const MONTH: &str = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b";
const WEEKDAY: &str = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b";

/// Whether the line opens with a clock time or a date, as an entry of a timeline does: `**14:30 UTC** -`, `2021-03-04`,
/// `[Mar 3]`, `At 2pm`, `T+5`. Only the look of it counts; what time it is, `time` tells.
pub fn starts_with_time(body: &str) -> bool {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r#"(?xi)^[\[(*_`~"|]*\s*(?:(?:at|on|by|from|around|about|approximately|approx\.?|circa|ca\.?)\s+|~\s*)?
            (?:{WEEKDAY}[,.]?\s+)?
            (?: \d{{1,2}}[:h]\d{{2}}
              | \d{{1,2}}\.\d{{2}}\s*(?:(?:[ap]\.?m|utc|gmt|hrs?|z)\b|[-–—:])
              | \d{{4}}-\d{{1,2}}-\d{{1,2}} | \d{{4}}/\d{{1,2}}/\d{{1,2}}
              | \d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}\b | \d{{1,2}}/\d{{1,2}}(?:[,:]|\s+(?:\d|[-–—@]|at\b))
              | {MONTH}\.?\s+\d{{1,2}}
              | \d{{1,2}}(?:st|nd|rd|th)?\.?(?:\s+of)?[\s-]{MONTH}
              | \d{{1,2}}\s?[ap]\.?m\b
              | \d{{4}}\s?(?:utc|gmt|z|hrs?|hours)\b
              | (?:[01]\d|2[0-3])[0-5]\d\s*[-–—|]\s
              | t\s?[+-]\s?\d )"#
        ))
    });
    TIME.is_match(body)
}

/// Whether the line is the foot of a status page's update: `Posted Feb 11, 2024 - 08:30 GMT`.
pub fn is_posted(body: &str) -> bool {
    static POSTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r"(?i)^[*_]*posted(?:\s+(?:on|at))?:?\s+(?:{WEEKDAY}|{MONTH}|\d{{1,4}}\S*\s|(?:about\s+)?(?:an?|one|\d+)\s+\w+\s+ago|yesterday|today)"
        ))
    });
    /// A longer line is a sentence: `Posted 3 updates to the forum while we ...`.
    const LONGEST: usize = 120;
    // Most lines open otherwise.
    let word = body.trim_start_matches(['*', '_']).get(..6);
    body.len() <= LONGEST && word.is_some_and(|word| word.eq_ignore_ascii_case("posted")) && POSTED.is_match(body)
}

/// Whether the line opens with a label of its own: `Duration: 30 minutes`, `**Root cause:**`.
pub fn is_label(body: &str) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^[*_]{0,3}\p{Lu}[\w/()&'’-]*(?:[ \t][\w/()&'’-]+){0,5}[ \t]?[*_]{0,3}[:：][*_]{0,3}(?:\s|$)")
    });
    LABEL.is_match(body)
}

/// The length of the list marker with the white space after it: `- `, `• `, `12. `, `b) `.
pub fn list_marker(body: &str) -> Option<usize> {
    static MARKER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:[-*+–—→·∙][\s\u{200b}]+|[•◦▪▫●○‣⁃■□➢➤✓✔][\s\u{200b}\u{fe0f}]*|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,4})\)\s+|\d{1,3}\.\s+|[-*+–]$|\d{1,3}[.)]$)",
        )
    });
    // `12. August 2023` and `3. 5. 2021` are dates.
    static DATE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)^\d{{1,2}}\.\s+(?:{MONTH}|\d{{1,2}}\.)")));
    // A letter is a marker only before a bracket.
    let bytes = body.as_bytes();
    if bytes.first().is_some_and(u8::is_ascii_alphabetic) && !bytes[..bytes.len().min(5)].contains(&b')') {
        return None;
    }
    let marker = MARKER.find(body)?;
    (!DATE.is_match(body)).then_some(marker.end())
}

/// The level and the words of `## Heading ##`, as a span of `body`.
pub fn atx_heading(body: &str) -> Option<(u8, Span)> {
    let level = body.bytes().take_while(|&b| b == b'#').count();
    let rest = &body[level..];
    // `##Heading` is seen in the wild; `#1234` and `#channel` are no headings.
    let glued = level >= 2 && rest.starts_with(|c: char| c.is_alphabetic());
    if !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t', '\u{a0}']) || glued) {
        return None;
    }
    let words = rest.trim_end_matches('#');
    let closed = words.len() < rest.len() && words.ends_with([' ', '\t']);
    let end = if closed { level + words.len() } else { body.len() };
    Some((level as u8, Span::new(level, end).trim(body)))
}

/// Whether an ASCII mark stands in the line. Each line is asked for several, and `str::contains` takes its time.
pub(super) fn holds(body: &str, mark: u8) -> bool {
    memchr::memchr(mark, body.as_bytes()).is_some()
}

/// The character of a line that is nothing but it, at least `least` times: `-----`, `=====`, `* * *`.
pub fn rule(body: &str, least: usize) -> Option<char> {
    let mark = body.chars().next().filter(|c| "=-~^\"'*+#_".contains(*c))?;
    let mut marks = 0;
    for c in body.chars() {
        match c {
            c if c == mark => marks += 1,
            ' ' | '\t' => {}
            _ => return None,
        }
    }
    (marks >= least).then_some(mark)
}

/// Whether the line parts the head of a table from its body: `| --- | :---: |`, `--- | ---`, `+----+----+`.
pub fn is_table_rule(body: &str) -> bool {
    // Most lines begin otherwise.
    if !body.trim_start().starts_with(['|', '+', '-', ':', '=']) {
        return false;
    }
    let mut parts = body.split(['|', '+']).map(str::trim).filter(|part| !part.is_empty()).peekable();
    let is_dashes =
        |part: &str| part.contains(['-', '=']) && part.bytes().all(|b| matches!(b, b'-' | b':' | b'=' | b' '));
    body.contains(['|', '+']) && parts.peek().is_some() && parts.all(is_dashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_any_of_the_three_ways_and_lose_quote_marks() {
        let text = "one\r\n  > two\r\n\r\n> > three\rfour >\n>5 minutes\n>Ann [9:15 AM]";
        let bodies: Vec<_> = lines(text).iter().map(|line| (line.body.of(text), line.indent)).collect();
        assert_eq!(
            bodies,
            [("one", 0), ("two", 4), ("", 0), ("three", 4), ("four >", 0), (">5 minutes", 0), ("Ann [9:15 AM]", 1)]
        );
    }

    #[test]
    fn an_entry_of_a_timeline_opens_with_a_time() {
        for line in [
            "14:30 UTC: alert",
            "**14:30** -",
            "[2021-03-04 10:00]",
            "Mar 3, 2025",
            "3 March:",
            "At 2pm we",
            "T+5 min",
            "12/24 23:14 first",
            "1430 UTC page",
            "Thursday, 2nd of May",
            "~10:00",
            "9.30am",
            "10h15",
            "2019/05/07",
            "`08:12`",
            "27.11.2022",
            "On March 1st",
        ] {
            assert!(starts_with_time(line), "{line}");
        }
    }

    #[test]
    fn a_figure_at_the_start_of_a_line_is_no_time() {
        for line in
            ["30% of requests", "500 errors", "10.5 GB", "3 marvellous", "2021 was a year", "1/3 of users", "May we"]
        {
            assert!(!starts_with_time(line), "{line}");
        }
    }

    #[test]
    fn the_foot_of_an_update_is_told_from_a_sentence() {
        for (line, expected) in [
            ("Posted Feb 11, 2024 - 08:30 GMT", true),
            ("Posted on Mar 3, 2025", true),
            ("Posted 2 months ago. May 6, 2024 - 09:20 UTC", true),
            ("posted 2025-03-03 10:00", true),
            ("Posted about an hour ago", true),
            ("Posted by Jane on Mar 3", false),
            ("Posted updates to the forum", false),
            ("We posted Mar 3", false),
        ] {
            assert_eq!(is_posted(line), expected, "{line}");
        }
    }

    #[test]
    fn labels_are_short_and_end_in_a_colon() {
        for (line, expected) in [
            ("Duration: 30 minutes", true),
            ("**Root cause:** a leak", true),
            ("**Start time**: 10:00", true),
            ("Root Cause and Resolution:", true),
            ("lower: case", false),
            ("See https://example.org", false),
            ("This is what we found after many hours: nothing", false),
        ] {
            assert_eq!(is_label(line), expected, "{line}");
        }
    }

    #[test]
    fn list_markers_are_told_from_dates_ranges_and_emphasis() {
        for (line, expected) in [
            ("- item", Some(2)),
            ("*   item", Some(4)),
            ("•item", Some(3)),
            ("– item", Some(4)),
            ("12. item", Some(4)),
            ("a) item", Some(3)),
            ("(iv) item", Some(5)),
            ("-", Some(1)),
            ("*bold*", None),
            ("-5 degrees", None),
            ("12. August 2023", None),
            ("10.30 item", None),
            ("2024. item", None),
            ("A. Smith", None),
        ] {
            assert_eq!(list_marker(line), expected, "{line}");
        }
    }

    #[test]
    fn headings_have_marks_and_words() {
        for (line, expected) in [
            ("# One", Some((1, "One"))),
            ("## Two ##", Some((2, "Two"))),
            ("##Three", Some((2, "Three"))),
            ("### C#", Some((3, "C#"))),
            ("#", Some((1, ""))),
            ("#1234", None),
            ("#channel", None),
            ("####### seven", None),
        ] {
            assert_eq!(atx_heading(line).map(|(level, span)| (level, span.of(line))), expected, "{line}");
        }
    }

    #[test]
    fn rules_and_table_rules_hold_nothing_else() {
        for (line, expected) in
            [("-----", Some('-')), ("* * *", Some('*')), ("--", None), ("-- x --", None), ("===", Some('='))]
        {
            assert_eq!(rule(line, 3), expected, "{line}");
        }
        for (line, expected) in [
            ("| --- | :-: |", true),
            ("---|---", true),
            ("+---+===+", true),
            ("-----", false),
            ("| a | - |", false),
            ("|", false),
        ] {
            assert_eq!(is_table_rule(line), expected, "{line}");
        }
    }
}
