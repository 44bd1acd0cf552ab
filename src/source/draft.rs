//! A document made from the parts of a data format: what the format states, then a text as a reader sees it.
//!
//! Promises: the text is Markdown with a front matter, so that read by itself it gives the same blocks; each thing that the
//! format states is one [`BlockKind::Meta`] line `Key: value` of it, so that a value of the record has words to point at.
//! What the format does not state gives no line. Leaves to others: what keys mean (`extract`, by `data/lexicon/fields.tsv`).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::{DateTimeParser, PiecesOffset};

use super::{Name, Out, Page, Skip, html, of_page};
use crate::document::{BlockKind, Document, Format};

/// A document in the making: [`Draft::meta`] for each statement, then [`Draft::heading`] and the rest in order.
#[derive(Default)]
pub struct Draft {
    page: Page,
    format: Option<Format>,
}

impl Draft {
    /// States `key: value`, in one line; nothing where the value is blank.
    pub fn meta(&mut self, key: &str, value: &str) {
        if !value.trim().is_empty() {
            self.page.begin_head();
            self.page.meta(key, value);
        }
    }

    /// States the time `value`, in RFC 3339 to the second where it is one.
    pub fn time(&mut self, key: &str, value: &str) {
        self.meta(key, &time(value));
    }

    /// A heading of that level.
    pub fn heading(&mut self, level: usize, text: &str) {
        let text = words(text);
        if !text.is_empty() {
            self.markdown(&format!("{} {text}", "#".repeat(level)));
        }
    }

    /// Markdown or plain text.
    pub fn markdown(&mut self, text: &str) {
        self.page.end_head();
        self.page.markdown(text.trim_end());
    }

    /// A page or a piece of one.
    pub fn html(&mut self, text: &str) {
        self.format = Some(Format::Html);
        self.page.end_head();
        self.page.follow(Page { title: None, ..html::read(text) });
    }

    /// Text that may be HTML, as bodies in exports are.
    pub fn rich(&mut self, text: &str) {
        let has_tags = ["</p>", "<br", "</li>", "</div>", "</a>", "</b>", "</strong>", "<p>", "</h"];
        if html::is_page(text) || has_tags.iter().any(|tag| text.contains(tag)) {
            self.html(text);
        } else {
            self.markdown(text);
        }
    }

    /// An update of a status page: its state, its words, and when it was posted.
    pub fn update(&mut self, state: &str, body: &str, time: &str) {
        let (state, body) = (words(state), body.trim());
        // The state stands over its words, as on the page.
        let plain = !body.contains('<');
        if plain && !state.is_empty() {
            self.markdown(&format!("{state}\n{body}"));
        } else {
            self.markdown(&state);
            self.rich(body);
        }
        // `2025-03-18T19:21:05Z`, and not the T of `UTC`.
        let written = self::time(time);
        let is_iso = written.starts_with(|c: char| c.is_ascii_digit()) && written.as_bytes().get(10) == Some(&b'T');
        let posted = words(&if is_iso { written.replacen('T', " ", 1) } else { written });
        if !posted.is_empty() {
            self.page.end_head();
            self.page.block(BlockKind::Update, &format!("Posted {posted}"));
        }
    }

    /// Gives the document to `out`: the part `part` of the file, or the file itself where that is blank.
    pub fn finish(mut self, name: &Name, part: &str, url: Option<String>, out: &mut Out) {
        self.page.end_head();
        let mut id = name.id.to_owned();
        let mut place = name.source.to_owned();
        let part = words(part).replace(' ', "-");
        if !part.is_empty() {
            id = format!("{id}#{part}");
            place = format!("{place}#{part}");
        }
        let url = url.filter(|url| !url.is_empty());
        match of_page(self.page, self.format.unwrap_or(Format::Markdown), &id, name.source) {
            Ok(document) if document.blocks.iter().all(|block| block.kind == BlockKind::Meta) => {
                out.skip(&place, Skip::Empty);
            }
            Ok(document) if document.text.len() as u64 > name.limits.max_bytes => {
                out.skip(&place, Skip::TooLarge(name.limits.max_bytes));
            }
            Ok(document) => out.document(Document { url, ..document }),
            Err(why) => out.skip(&place, why),
        }
    }
}

/// The words of `text`, in one line.
pub fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A time of a data format, as documents write it: RFC 3339 without fractions, whether it was that, seconds or
/// milliseconds since 1970; anything else as it stands.
pub fn time(value: &str) -> String {
    static PARSER: DateTimeParser = DateTimeParser::new();
    let value = value.trim();
    if let Ok(number) = value.parse::<i64>() {
        let since_1970 = match value.len() {
            10 => Timestamp::from_second(number),
            13 => Timestamp::from_millisecond(number),
            _ => return value.to_owned(),
        };
        return since_1970.map_or_else(|_| value.to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    }
    // The form of mails and RSS: `Tue, 18 Mar 2025 19:21:05 +0000`.
    if let Ok(at) = jiff::fmt::rfc2822::parse(value) {
        return written(at.datetime(), Some(at.offset().seconds()));
    }
    let (Ok(pieces), true) = (PARSER.parse_pieces(value), value.contains(':')) else { return value.to_owned() };
    let Some(clock) = pieces.time() else { return value.to_owned() };
    let offset = pieces.offset().map(|offset| match offset {
        PiecesOffset::Numeric(numeric) => numeric.offset().seconds(),
        _ => 0,
    });
    written(pieces.date().to_datetime(clock), offset)
}

fn written(at: DateTime, offset: Option<i32>) -> String {
    let at = at.strftime("%Y-%m-%dT%H:%M:%S");
    match offset.map(|seconds| (seconds < 0, seconds.abs() / 60)) {
        None => at.to_string(),
        Some((_, 0)) => format!("{at}Z"),
        Some((west, minutes)) => {
            format!("{at}{}{:02}:{:02}", if west { '-' } else { '+' }, minutes / 60, minutes % 60)
        }
    }
}

/// Whether two times are the same to the minute; times that cannot be read are the same if their words are.
pub fn same_minute(a: &str, b: &str) -> bool {
    let minute = |text: &str| text.trim().parse::<Timestamp>().ok().map(|at| at.as_second().div_euclid(60));
    match (minute(a), minute(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a.trim() == b.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_to_the_second_with_their_offset() {
        for (given, written) in [
            ("2025-03-18T19:21:05.123-07:00", "2025-03-18T19:21:05-07:00"),
            ("2025-03-18T19:21:05.000Z", "2025-03-18T19:21:05Z"),
            ("2025-03-18T19:21:05+00:00", "2025-03-18T19:21:05Z"),
            ("2025-03-18T19:21:05.000+0530", "2025-03-18T19:21:05+05:30"),
            ("2025-03-18 19:21:05", "2025-03-18T19:21:05"),
            ("Tue, 18 Mar 2025 19:21:05 +0000", "2025-03-18T19:21:05Z"),
            ("Tue, 18 Mar 2025 19:21:05 -0700", "2025-03-18T19:21:05-07:00"),
            ("1742325665", "2025-03-18T19:21:05Z"),
            ("1742325665000", "2025-03-18T19:21:05Z"),
            ("2025-03-18", "2025-03-18"),
            ("18/Mar/25 7:21 PM", "18/Mar/25 7:21 PM"),
            ("", ""),
        ] {
            assert_eq!(time(given), written, "{given}");
        }
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_blocks() {
        let mut draft = Draft::default();
        draft.meta("Organization", "Larkspur\n Pay");
        draft.meta("Severity", " ");
        draft.time("Created at", "2025-03-18T19:21:05.000Z");
        draft.heading(1, "Refunds failing");
        draft.update("Resolved", "All is well.", "2025-03-18T19:21:05.000Z");
        draft.update("Investigating", "Refunds fail.", "Mar 18, 2025 - 18:00 UTC");
        let mut documents = Vec::new();
        let mut each = |read: Result<Document, _>| documents.push(read.unwrap());
        let name = Name { id: "a.json", source: "in/a.json", path: None, limits: Default::default(), mappings: &[] };
        draft.finish(&name, "k3 x", Some(String::new()), &mut Out::new(&mut each));
        let document = documents.remove(0);
        assert_eq!((document.id.as_str(), document.url.as_deref()), ("a.json#k3-x", None));
        assert_eq!(
            document.text,
            "---\nOrganization: Larkspur Pay\nCreated at: 2025-03-18T19:21:05Z\n---\n\n# Refunds failing\n\n\
             Resolved\nAll is well.\n\nPosted 2025-03-18 19:21:05Z\n\nInvestigating\nRefunds fail.\n\nPosted Mar 18, 2025 - 18:00 UTC"
        );
        assert_eq!(document.blocks, crate::source::markdown::segment(&document.text));
    }
}
