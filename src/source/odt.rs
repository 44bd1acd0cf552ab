//! OpenDocument text (`.odt`): paragraphs, headings, list items, rows of tables, and the author and dates of the file.
//!
//! As Word's, it is an archive of XML and read by the same means (`office`). Promises: the text that the reader sees,
//! without footnotes, annotations, tracked changes and tables of contents.

use std::collections::HashMap;

use super::office::{Parts, Xml, attribute, has_part};
use super::pieces::{Kind, Pieces, Place};
use super::{Page, Skip};

const BODY: &str = "content.xml";

/// Whether the bytes are an OpenDocument text.
pub fn is_odt(bytes: &[u8]) -> bool {
    // The type is the first part, and stored as it is.
    let head = &bytes[..bytes.len().min(200)];
    memchr::memmem::find(head, b"mimetypeapplication/vnd.oasis.opendocument.text").is_some() && has_part(bytes, BODY)
}

/// The words of the document and their blocks.
pub fn read(bytes: &[u8]) -> Result<Page, Skip> {
    let mut parts = Parts::open(bytes, "OpenDocument text")?;
    let mut body = Body::default();
    parts.walk(BODY, |xml| match xml {
        Xml::Start(name, element) => body.start(name, |key| attribute(element, key)),
        Xml::End(name) => body.end(name),
        Xml::Text(text) if body.in_text > 0 && body.hidden == 0 => body.pieces.text(text),
        Xml::Text(_) => {}
    })?;
    body.pieces.end_block();
    body.pieces.end_row();
    let [title, first, last, created, modified] =
        parts.properties("meta.xml", ["title", "initial-creator", "creator", "creation-date", "date"])?;
    let mut page = Page { title: Some(title).filter(|title| !title.trim().is_empty()), ..Page::default() };
    page.meta("author", if first.is_empty() { &last } else { &first });
    page.meta("created", &created);
    page.meta("modified", &modified);
    page.follow(body.pieces.finish(None));
    Ok(page)
}

#[derive(Default)]
struct Body {
    /// The style that each style of the document rests on.
    parents: HashMap<String, String>,
    pieces: Pieces,
    /// How many paragraphs and headings are open, one in a frame of the other.
    in_text: usize,
    hidden: usize,
    /// The list items that are open.
    items: Vec<usize>,
}

impl Body {
    const HIDDEN: &[&str] = &["note", "annotation", "tracked-changes", "table-of-content", "sequence-decls", "forms"];

    fn start(&mut self, name: &str, attribute: impl Fn(&str) -> Option<String>) {
        self.hidden += usize::from(Body::HIDDEN.contains(&name));
        if self.hidden > 0 {
            return;
        }
        let number = |key| attribute(key).and_then(|value| value.parse::<usize>().ok());
        match name {
            "style" => {
                self.parents.extend(attribute("name").zip(attribute("parent-style-name")));
            }
            "h" | "p" => {
                let style = attribute("style-name").unwrap_or_default();
                let kind = match (name, self.items.last()) {
                    ("h", _) => Kind::Heading(number("outline-level").unwrap_or(1).clamp(1, 6) as u8),
                    (_, Some(item)) => Kind::Item(*item),
                    _ => self.styled(&style),
                };
                self.pieces.end_block();
                self.pieces.go_to(Place { kind, ..Place::default() });
                self.in_text += 1;
            }
            "list-item" | "list-header" => self.items.push(self.pieces.new_item()),
            "table-row" => self.pieces.start_row(),
            "table-cell" | "covered-table-cell" => self.pieces.start_cell(),
            "s" | "tab" => self.pieces.text(" "),
            "line-break" => self.pieces.line_break(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.hidden > 0 {
            self.hidden -= usize::from(Body::HIDDEN.contains(&name));
            return;
        }
        match name {
            "h" | "p" => {
                self.pieces.end_block();
                self.in_text = self.in_text.saturating_sub(1);
            }
            "list-item" | "list-header" => _ = self.items.pop(),
            "table-row" | "table" => self.pieces.end_row(),
            _ => {}
        }
    }

    /// The kind of a paragraph by its style or the one below it; a space in a name is written `_20_`.
    fn styled(&self, style: &str) -> Kind {
        let parent = self.parents.get(style).map(String::as_str).unwrap_or_default();
        match [style, parent] {
            [_, "Title"] | ["Title", _] => Kind::Heading(1),
            [_, "Subtitle"] | ["Subtitle", _] => Kind::Heading(2),
            [_, "Preformatted_20_Text"] | ["Preformatted_20_Text", _] => Kind::Pre,
            _ => Kind::Paragraph,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::office::tests::{archive, blocks};

    #[test]
    fn paragraphs_lists_and_tables_become_blocks() {
        let content = "<office:document-content><office:automatic-styles><style:style style:name='P1' style:parent-style-name='Title'/></office:automatic-styles>\
            <office:body><office:text><text:p text:style-name='P1'>Outage</text:p><text:h text:outline-level='2'>Cause</text:h>\
            <text:p>A<text:s text:c='3'/>leak<text:note><text:note-citation>1</text:note-citation><text:p>n</text:p></text:note>.</text:p>\
            <text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>two</text:p></text:list-item></text:list></text:list-item></text:list>\
            <table:table><table:table-row><table:table-cell><text:p>10:00</text:p></table:table-cell><table:table-cell><text:p>down</text:p></table:table-cell></table:table-row></table:table>\
            </office:text></office:body></office:document-content>";
        let meta = "<m><meta:initial-creator>Ann</meta:initial-creator><dc:date>2024-05-03</dc:date></m>";
        let bytes = archive(&[
            ("mimetype", "application/vnd.oasis.opendocument.text"),
            ("content.xml", content),
            ("meta.xml", meta),
        ]);
        assert!(is_odt(&bytes));
        assert_eq!(
            blocks(&read(&bytes).unwrap()),
            [
                "meta author: Ann",
                "meta modified: 2024-05-03",
                "h1 Outage",
                "h2 Cause",
                "p A leak.",
                "li one",
                "li two",
                "tr 10:00 | down"
            ]
        );
    }
}
