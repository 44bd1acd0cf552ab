//! Explicit fields: what a document states as `label: value`, in a line, a list, a front matter or a table.
//!
//! The labels are data (`data/lexicon/fields.tsv`). A value is a span of the text; a label that stands alone takes the
//! line after it. Nothing is interpreted: whether "Start" is a time is for the reader of the field to find out.

use std::sync::LazyLock;

use crate::document::{BlockKind, Document, Span};
use crate::short::ShortMap;

/// What a label promises of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    Started,
    Detected,
    Mitigated,
    Resolved,
    Published,
    Date,
    Duration,
    Ttd,
    Ttr,
    Ttm,
    Severity,
    Title,
    Organization,
    Services,
    Detection,
    Cause,
    Trigger,
}

impl Slot {
    fn from_name(name: &str) -> Option<Slot> {
        Some(match name {
            "started" => Slot::Started,
            "detected" => Slot::Detected,
            "mitigated" => Slot::Mitigated,
            "resolved" => Slot::Resolved,
            "published" => Slot::Published,
            "date" => Slot::Date,
            "duration" => Slot::Duration,
            "ttd" => Slot::Ttd,
            "ttr" => Slot::Ttr,
            "ttm" => Slot::Ttm,
            "severity" => Slot::Severity,
            "title" => Slot::Title,
            "organization" => Slot::Organization,
            "services" => Slot::Services,
            "detection" => Slot::Detection,
            "cause" => Slot::Cause,
            "trigger" => Slot::Trigger,
            _ => return None,
        })
    }
}

/// One stated field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub slot: Slot,
    /// The value, trimmed; never empty.
    pub value: Span,
    /// Label and value together: what a reader would quote.
    pub line: Span,
    /// Whether the format itself states it: a front matter or a mail header.
    pub meta: bool,
}

static LABELS: LazyLock<ShortMap<&'static str, Slot>> = LazyLock::new(|| {
    include_str!("../../data/lexicon/fields.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(slot, label)| Some((label, Slot::from_name(slot)?)))
        .collect()
});

/// The slot of a label: case, punctuation, underscores, hyphens and camel case do not count.
fn slot_of(label: &str) -> Option<Slot> {
    let label = label.split('(').next().unwrap_or(label);
    if label.len() > 60 {
        return None;
    }
    let mut words = String::new();
    let mut last_lower = false;
    for c in label.chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && last_lower {
                words.push(' ');
            }
            last_lower = c.is_lowercase();
            words.extend(c.to_lowercase());
        } else {
            last_lower = false;
            if !words.ends_with(' ') && !words.is_empty() {
                words.push(' ');
            }
        }
    }
    LABELS.get(words.trim()).copied()
}

/// Every stated field of `document`, in order; `text` is its masked text.
pub fn fields(document: &Document, text: &str) -> Vec<Field> {
    let mut out = Vec::new();
    let mut header: Vec<Option<Slot>> = Vec::new();
    for (index, block) in document.blocks.iter().enumerate() {
        match block.kind {
            BlockKind::Code | BlockKind::Update => header.clear(),
            BlockKind::TableRow => table_row(text, block.span, &mut header, &mut out),
            _ => {
                header.clear();
                lines(document, text, index, &mut out);
            }
        }
    }
    out
}

fn lines(document: &Document, text: &str, index: usize, out: &mut Vec<Field>) {
    let block = &document.blocks[index];
    let meta = block.kind == BlockKind::Meta;
    let mut start = block.span.start;
    while start < block.span.end {
        let end =
            memchr::memchr(b'\n', &text.as_bytes()[start..block.span.end]).map_or(block.span.end, |at| start + at);
        if let Some((slot, value)) = labelled(text, Span::new(start, end), meta) {
            let value = if value.is_empty() { next_line(document, text, index, end) } else { Some(value) };
            if let Some(value) = value {
                // A front matter's list continues on the lines below its key.
                let value = if meta { Span::new(value.start, block.span.end).trim(text) } else { value };
                out.push(Field { slot, value, line: Span::new(start, value.end).trim(text), meta });
            }
        }
        start = end + 1;
    }
}

/// The slot and value of a line `label: value`, `label - value`, `label = value`.
fn labelled(text: &str, line: Span, meta: bool) -> Option<(Slot, Span)> {
    let inner = line.of(text);
    // A label that ends further on is none. Marks are told by their first bytes.
    let dashed = |at: usize, dash: &str| {
        inner[at..].starts_with(dash) && inner[..at].ends_with(' ') && inner[at + dash.len()..].starts_with(' ')
    };
    let head = &inner.as_bytes()[..inner.len().min(61)];
    let known = |at: usize| match head[at] {
        b':' => Some((at, 1)),
        b'=' if meta => Some((at, 1)),
        b'-' if dashed(at, "-") => Some((at, 1)),
        0xe2 if dashed(at, "–") => Some((at, "–".len())),
        _ => None,
    };
    let is_label = |(at, _): &(usize, usize)| head[..*at].iter().any(u8::is_ascii_alphabetic);
    let (at, mark) = if meta {
        (0..head.len()).filter_map(known).find(is_label)?
    } else {
        memchr::memchr3_iter(b':', b'-', 0xe2, head).filter_map(known).find(is_label)?
    };
    let label = inner[..at].trim_start_matches(|c: char| !c.is_alphabetic());
    let slot = slot_of(label)?;
    let value = Span::new(line.start + at + mark, line.end);
    let decorated = value.of(text).trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '"' | '\'' | '#'));
    let offset = decorated.as_ptr() as usize - text.as_ptr() as usize;
    Some((slot, Span::new(offset, offset + decorated.len())))
}

/// The value of a label that stands alone: the rest of its block, or the block after it.
fn next_line(document: &Document, text: &str, index: usize, from: usize) -> Option<Span> {
    let block = &document.blocks[index];
    let rest = Span::new(from, block.span.end).trim(text);
    let candidate = if rest.is_empty() {
        // A key of a front matter without a value has none: what follows is another key, or the text.
        if block.kind == BlockKind::Meta {
            return None;
        }
        let next = document.blocks.get(index + 1)?;
        if matches!(next.kind, BlockKind::Heading(_) | BlockKind::Code | BlockKind::TableRow | BlockKind::Update) {
            return None;
        }
        next.span.trim(text)
    } else {
        rest
    };
    let line = candidate.of(text).lines().next().unwrap_or("");
    let span = Span::new(candidate.start, candidate.start + line.len()).trim(text);
    // The next line may be a label of its own: "Duration:" / "Start Time: ...".
    let own = labelled(text, span, false).is_some();
    (!span.is_empty() && span.len() < 400 && !own).then_some(span)
}

/// Reads `| label | value |`, and rows below a row of labels.
fn table_row(text: &str, row: Span, header: &mut Vec<Option<Slot>>, out: &mut Vec<Field>) {
    let cells = cells(text, row);
    let slots: Vec<Option<Slot>> = cells.iter().map(|cell| slot_of(cell.of(text))).collect();
    let known = slots.iter().flatten().count();
    if known >= 2 && known == slots.len() {
        *header = slots;
        return;
    }
    if !header.is_empty() && cells.len() == header.len() {
        for (slot, cell) in header.iter().zip(&cells) {
            if let Some(slot) = slot.filter(|_| !cell.is_empty()) {
                out.push(Field { slot, value: *cell, line: row.trim(text), meta: false });
            }
        }
        header.clear();
        return;
    }
    if let (Some(Some(slot)), Some(value)) = (slots.first(), cells.get(1))
        && cells.len() == 2
        && !value.is_empty()
    {
        out.push(Field { slot: *slot, value: *value, line: row.trim(text), meta: false });
    }
}

/// The cells of a table row, trimmed; the empty ones before the first and after the last bar are not cells.
pub(crate) fn cells(text: &str, row: Span) -> Vec<Span> {
    let inner = row.of(text);
    let separator = if inner.contains('|') { '|' } else { '\t' };
    let mut out = Vec::new();
    let mut start = row.start;
    for part in inner.split(separator) {
        out.push(Span::new(start, start + part.len()).trim(text));
        start += part.len() + 1;
    }
    if out.first().is_some_and(|cell| cell.is_empty()) {
        out.remove(0);
    }
    if out.len() > 1 && out.last().is_some_and(|cell| cell.is_empty()) {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_in_every_spelling() {
        for (label, slot) in [
            ("Start Time", Some(Slot::Started)),
            ("resolvedWhen", Some(Slot::Resolved)),
            ("time_to_detect", Some(Slot::Ttd)),
            ("Duration (hh:mm)", Some(Slot::Duration)),
            ("Affected services", Some(Slot::Services)),
            ("Startled users", None),
        ] {
            assert_eq!(slot_of(label), slot, "{label}");
        }
    }

    #[test]
    fn a_line_gives_its_slot_and_its_value() {
        for (line, expected) in [
            ("- Time to detection: 20 minutes", Some((Slot::Ttd, "20 minutes"))),
            ("Start Time: April 10, 2024, 14:30 UTC", Some((Slot::Started, "April 10, 2024, 14:30 UTC"))),
            ("severity: \"down\"", Some((Slot::Severity, "down"))),
            ("Duration - 45 minutes", Some((Slot::Duration, "45 minutes"))),
            ("We saw this: it was bad", None),
        ] {
            let found = labelled(line, Span::new(0, line.len()), false).map(|(slot, value)| (slot, value.of(line)));
            assert_eq!(found, expected, "{line}");
        }
    }
}
