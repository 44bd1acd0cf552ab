//! JSONL: one document a line, `{"id": "...", "text": "..."}`, for pipelines that already hold their texts.
//!
//! As a file among others it is a [`Source`], within the limit of a file, and its documents are `file#id`. As a stream of
//! any size [`Lines`] cuts it and [`RawLine::document`] reads a line, so that the reading can run on all cores, and ids are
//! those of the lines. Promises: a bad line costs that line alone and is named by its number; no line is held beyond the
//! limit. Leaves to others: whether the ids of a stream are unique.

use std::fmt;
use std::io::{self, BufRead, Read};

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use serde_json::Value;

use super::{Limits, Name, Out, Skip, Skipped, Source, from_text, json};
use crate::document::Document;

/// The format, see above.
pub struct Jsonl;

impl Source<str> for Jsonl {
    fn claims(&self, content: &str, name: &Name) -> bool {
        let first = content.trim_start().lines().next().unwrap_or_default();
        let is_text = || serde_json::from_str::<Entry>(first).is_ok();
        first.starts_with('{') && (name.has_extension(&["jsonl", "ndjson"]) || is_text())
    }

    fn read(&self, content: &str, name: &Name, out: &mut Out) -> Result<(), Skip> {
        for line in Lines::new(content.as_bytes(), name.source, name.limits) {
            if out.is_full() {
                break;
            }
            let line = match line {
                Ok(line) => line,
                Err(Skipped { source, why }) => {
                    out.skip(&source, why);
                    continue;
                }
            };
            // An export has an incident a line, in a form of its own.
            if let Ok(item) = json::parse(&String::from_utf8_lossy(&line.bytes))
                && item.get("text").is_none()
                && let Some(form) = json::form(&item, name)
            {
                form.read(&item, &Value::Null, name, out);
                continue;
            }
            match line.document(name.limits) {
                Ok(mut document) => {
                    document.id = format!("{}#{}", name.id, document.id);
                    out.document(document);
                }
                Err(Skipped { source, why }) => out.skip(&source, why),
            }
        }
        Ok(())
    }
}

/// One line of the input.
#[derive(Debug)]
pub struct RawLine {
    /// The name of the input and the number of the line: `incidents.jsonl:12`.
    pub source: String,
    pub bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Entry {
    id: Id,
    text: String,
    /// Where the text came from, if the sender knows.
    source: Option<String>,
    /// A title that stands outside the text.
    title: Option<String>,
}

/// A text or a number. Other values are refused when they begin, and not when they have been read.
struct Id(String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        deserializer.deserialize_any(IdVisitor)
    }
}

struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text or a number as `id`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Id, E> {
        Ok(Id(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Id, E> {
        Ok(Id(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Id, E> {
        Ok(Id(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Id, E> {
        Ok(Id(serde_json::Number::from_f64(number).map_or_else(|| number.to_string(), |number| number.to_string())))
    }
}

impl RawLine {
    /// The document that the line holds. What its text is, text, Markdown or HTML, is told from the text.
    pub fn document(self, limits: Limits) -> Result<Document, Skipped> {
        let RawLine { source, bytes } = self;
        let skipped = |why| Skipped { source: source.clone(), why };
        let entry: Entry = serde_json::from_slice(&bytes).map_err(|error| skipped(Skip::BadLine(error.to_string())))?;
        if entry.text.len() as u64 > limits.max_bytes {
            return Err(skipped(Skip::TooLarge(limits.max_bytes)));
        }
        let id = entry.id.0;
        let from = entry.source.as_deref().unwrap_or(&source);
        let mut document = from_text(entry.text, &id, from, None).map_err(skipped)?;
        document.title_hint = entry.title.or(document.title_hint);
        Ok(document)
    }
}

/// The lines of a JSONL input that are not blank, in order; a line that is too long is skipped without being held.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    name: String,
    number: u64,
    limits: Limits,
    failed: bool,
}

impl<R: BufRead> Lines<R> {
    /// Lines of `input`, called `name` in messages.
    pub fn new(input: R, name: &str, limits: Limits) -> Lines<R> {
        Lines { input, name: name.to_owned(), number: 0, limits, failed: false }
    }

    /// The next line without its end, `None` at the end of the input.
    fn read(&mut self) -> io::Result<Option<Result<Vec<u8>, Skip>>> {
        /// JSON writes a character as six at most (`\u00e9`), and there are keys around the text.
        const ESCAPE: u64 = 6;
        let most = self.limits.max_bytes.saturating_mul(ESCAPE).saturating_add(64 * 1024);
        let mut line = Vec::new();
        let read = self.input.by_ref().take(most).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') && read as u64 == most {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Err(Skip::TooLarge(self.limits.max_bytes))));
        }
        Ok(Some(Ok(line.trim_ascii().to_vec())))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<RawLine, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.failed {
                return None;
            }
            self.number += 1;
            let source = format!("{}:{}", self.name, self.number);
            match self.read() {
                Ok(None) => return None,
                Ok(Some(Ok(line))) if line.is_empty() => {}
                Ok(Some(Ok(bytes))) => return Some(Ok(RawLine { source, bytes })),
                Ok(Some(Err(why))) => return Some(Err(Skipped { source, why })),
                Err(error) => {
                    self.failed = true;
                    return Some(Err(Skipped { source, why: Skip::Unreadable(error.to_string()) }));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &str, limits: Limits) -> Vec<Result<Document, Skipped>> {
        Lines::new(input.as_bytes(), "in", limits).map(|line| line?.document(limits)).collect()
    }

    #[test]
    fn a_line_is_a_document() {
        let input = "{\"id\":\"a\",\"text\":\"# Outage\\n\\nIt failed.\"}\r\n\n{\"text\":\"x\",\"id\":7,\"other\":[1]}\n\
                     {\"id\":\"c\",\"text\":\"<html><p>words\",\"source\":\"db\",\"title\":\"T\"}";
        let documents: Vec<Document> = read(input, Limits::default()).into_iter().map(Result::unwrap).collect();
        let names: Vec<_> = documents.iter().map(|d| (d.id.as_str(), d.source.as_str(), d.text.as_str())).collect();
        assert_eq!(names, [("a", "in:1", "# Outage\n\nIt failed."), ("7", "in:3", "x"), ("c", "db", "words")]);
        assert_eq!(documents[2].title_hint.as_deref(), Some("T"));
    }

    #[test]
    fn a_bad_line_costs_itself_alone_and_is_named() {
        let input = "{\"id\":\"a\",\"text\":\"x\"}\nnot json\n{\"id\":\"b\"}\n{\"id\":\"c\",\"text\":\" \"}\n\"\u{fffd}\n{\"id\":\"d\",\"text\":\"y\"}\n";
        let results = read(input, Limits::default());
        let told: Vec<String> = results
            .iter()
            .map(|result| match result {
                Ok(document) => document.id.clone(),
                Err(skipped) => skipped.to_string().chars().take(60).collect(),
            })
            .collect();
        assert_eq!(
            told,
            [
                "a",
                "skipped in:2: not a line of JSON with `id` and `text`: expec",
                "skipped in:3: not a line of JSON with `id` and `text`: missi",
                "skipped in:4: empty: it has no words",
                "skipped in:5: not a line of JSON with `id` and `text`: EOF w",
                "d"
            ]
        );
    }

    #[test]
    fn a_line_beyond_the_limit_is_skipped_and_the_next_is_read() {
        let long = "x".repeat(100_000);
        let input = format!("{{\"id\":\"a\",\"text\":\"{long}\"}}\n{{\"id\":\"b\",\"text\":\"y\"}}\n");
        let results = read(&input, Limits { max_bytes: 10 });
        assert_eq!(results[0].as_ref().unwrap_err().why, Skip::TooLarge(10));
        assert_eq!(results[1].as_ref().unwrap().id, "b");
    }
}
