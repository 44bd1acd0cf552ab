//! Word (`.docx`): paragraphs, headings by their style, list items, rows of tables, and the author and dates of the file.
//!
//! The container is read with `zip` and `quick-xml` and not with one of the crates for Word, which build the whole tree of a
//! document to write it again and stop at what they do not know. Promises: the text that Word shows, without deleted
//! text, comments, footnotes, headers and footers. Leaves to others: rows that only arrange the page (`page`).

use std::collections::HashMap;

use super::office::{Parts, Xml, attribute, has_part};
use super::pieces::{Kind, Pieces, Place};
use super::{Page, Skip};
use crate::document::Dropped;

const BODY: &str = "word/document.xml";

/// Whether the bytes are a Word document.
pub fn is_docx(bytes: &[u8]) -> bool {
    has_part(bytes, BODY)
}

/// The words of the document and their blocks.
pub fn read(bytes: &[u8]) -> Result<Page, Skip> {
    let mut parts = Parts::open(bytes, "Word document")?;
    let styles = styles(&mut parts)?;
    let mut body = Body { styles, pieces: Pieces::default(), hidden: 0, in_text: false };
    parts.walk(BODY, |xml| match xml {
        Xml::Start(name, element) => body.start(name, |key| attribute(element, key)),
        Xml::End(name) => body.end(name),
        Xml::Text(text) if body.in_text && body.hidden == 0 => body.pieces.text(text),
        Xml::Text(_) => {}
    })?;
    body.pieces.end_block();
    body.pieces.end_row();
    let [title, author, created, modified] =
        parts.properties("docProps/core.xml", ["title", "creator", "created", "modified"])?;
    let mut page = Page { title: Some(title).filter(|title| !title.trim().is_empty()), ..Page::default() };
    page.meta("author", &author);
    page.meta("created", &created);
    page.meta("modified", &modified);
    page.follow(body.pieces.finish(None));
    let aside = ["word/comments.xml", "word/footnotes.xml", "word/endnotes.xml", "word/header", "word/footer"];
    let left_out = parts.list().into_iter().filter(|(name, _)| aside.iter().any(|aside| name.starts_with(aside)));
    page.dropped.extend(left_out.map(|(name, size)| Dropped {
        bytes: size as usize,
        opens: name,
        why: "not in the body of the document".to_owned(),
    }));
    Ok(page)
}

/// The kind of the paragraphs of each style that is not the plain one.
fn styles(parts: &mut Parts) -> Result<HashMap<String, Kind>, Skip> {
    /// Styles rest on others a few deep.
    const DEEPEST: usize = 10;
    let mut kinds: HashMap<String, Kind> = HashMap::new();
    let mut bases: HashMap<String, String> = HashMap::new();
    let mut id = String::new();
    parts.walk("word/styles.xml", |xml| {
        let Xml::Start(name, element) = xml else { return };
        let value = || attribute(element, "val").unwrap_or_default();
        match name {
            "style" => id = attribute(element, "styleId").unwrap_or_default(),
            "basedOn" => _ = bases.insert(id.clone(), value()),
            "name" => kinds.extend(named(&value()).map(|kind| (id.clone(), kind))),
            "outlineLvl" => kinds.extend(level(&value()).map(|kind| (id.clone(), kind))),
            _ => {}
        }
    })?;
    let derived: Vec<_> = bases
        .keys()
        .filter(|id| !kinds.contains_key(*id))
        .filter_map(|id| {
            let chain = std::iter::successors(Some(id), |id| bases.get(*id)).take(DEEPEST);
            chain.into_iter().find_map(|base| kinds.get(base)).map(|kind| (id.clone(), *kind))
        })
        .collect();
    kinds.extend(derived);
    Ok(kinds)
}

/// The kind that the name of a style tells: names are English in the file, whatever Word shows.
fn named(name: &str) -> Option<Kind> {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "title" => Some(Kind::Heading(1)),
        "html preformatted" | "source code" | "code" | "macro" => Some(Kind::Pre),
        _ => {
            name.strip_prefix("heading ").and_then(|level| level.parse().ok()).filter(|level| *level <= 9).map(heading)
        }
    }
}

/// The kind of an outline level, which is counted from 0; 9 is the text itself.
fn level(value: &str) -> Option<Kind> {
    value.parse::<u8>().ok().filter(|level| *level < 9).map(|level| heading(level + 1))
}

fn heading(level: u8) -> Kind {
    Kind::Heading(level.clamp(1, 6))
}

struct Body {
    styles: HashMap<String, Kind>,
    pieces: Pieces,
    /// How many elements are open in which nothing is text.
    hidden: usize,
    in_text: bool,
}

impl Body {
    /// Elements whose content the reader does not see, or sees a second time.
    const HIDDEN: &[&str] = &["del", "moveFrom", "Fallback"];

    fn start(&mut self, name: &str, attribute: impl Fn(&str) -> Option<String>) {
        self.hidden += usize::from(Body::HIDDEN.contains(&name));
        if self.hidden > 0 {
            return;
        }
        let go_to = |pieces: &mut Pieces, kind| pieces.go_to(Place { kind, ..Place::default() });
        match name {
            "p" => {
                self.pieces.end_block();
                go_to(&mut self.pieces, Kind::Paragraph);
            }
            "pStyle" => {
                let id = attribute("val").unwrap_or_default();
                // Files without a list of styles have the ids that Word gives.
                let unlisted = || named(&id.replacen("Heading", "heading ", 1));
                if let Some(kind) = self.styles.get(&id).copied().or_else(unlisted) {
                    go_to(&mut self.pieces, kind);
                }
            }
            "outlineLvl" => {
                _ = attribute("val").and_then(|value| level(&value)).map(|kind| go_to(&mut self.pieces, kind))
            }
            "numId" if attribute("val").is_none_or(|id| id != "0") && self.pieces.kind() == Kind::Paragraph => {
                let item = self.pieces.new_item();
                go_to(&mut self.pieces, Kind::Item(item));
            }
            "tr" => self.pieces.start_row(),
            "tc" => self.pieces.start_cell(),
            "t" => self.in_text = true,
            "tab" => self.pieces.text("\t"),
            "br" | "cr" => self.pieces.line_break(),
            "noBreakHyphen" => self.pieces.text("-"),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.hidden > 0 {
            self.hidden -= usize::from(Body::HIDDEN.contains(&name));
            return;
        }
        match name {
            "p" => self.pieces.end_block(),
            "tr" | "tbl" => self.pieces.end_row(),
            "t" => self.in_text = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::office::tests::{archive, blocks};

    fn document(body: &str, styles: &str) -> Vec<u8> {
        archive(&[
            ("word/document.xml", &format!("<w:document><w:body>{body}</w:body></w:document>")),
            ("word/styles.xml", styles),
        ])
    }

    #[test]
    fn paragraphs_lists_and_tables_become_blocks() {
        let body = "<w:p><w:pPr><w:pStyle w:val='berschrift1'/></w:pPr><w:r><w:t>Out</w:t></w:r><w:r><w:t>age</w:t></w:r></w:p>\
            <w:p><w:r><w:t xml:space='preserve'>We &amp; </w:t><w:tab/><w:t>you&#46;</w:t></w:r><w:del><w:r><w:delText>no</w:delText><w:t>no</w:t></w:r></w:del></w:p>\
            <w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>one</w:t></w:r></w:p>\
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>10:00</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>down</w:t></w:r></w:p><w:p><w:r><w:t>hard</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
            <w:p><w:r><w:instrText>PAGE</w:instrText></w:r></w:p><w:p><w:pPr><w:pStyle w:val='Own'/></w:pPr><w:r><w:t>Cause</w:t></w:r></w:p>";
        let styles = "<w:styles><w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>\
            <w:style w:styleId='Two'><w:name w:val='x'/><w:pPr><w:outlineLvl w:val='1'/></w:pPr></w:style>\
            <w:style w:styleId='Own'><w:name w:val='mine'/><w:basedOn w:val='Two'/></w:style></w:styles>";
        let page = read(&document(body, styles)).unwrap();
        assert_eq!(blocks(&page), ["h1 Outage", "p We & you.", "li one", "tr 10:00 | down hard", "h2 Cause"]);
    }

    #[test]
    fn what_the_file_states_about_itself_stands_before_the_text() {
        let core = "<cp:coreProperties><dc:title>T</dc:title><dc:creator>Ann</dc:creator><dcterms:created>2024-05-03T10:00:00Z</dcterms:created></cp:coreProperties>";
        let bytes = archive(&[
            ("word/document.xml", "<w:p><w:r><w:t>It failed.</w:t></w:r></w:p>"),
            ("docProps/core.xml", core),
            ("word/comments.xml", "<x/>"),
        ]);
        let page = read(&bytes).unwrap();
        assert_eq!(blocks(&page), ["meta author: Ann", "meta created: 2024-05-03T10:00:00Z", "p It failed."]);
        assert_eq!((page.title.as_deref(), page.dropped[0].opens.as_str()), (Some("T"), "word/comments.xml"));
        assert!(is_docx(&bytes) && !is_docx(b"PK\x03\x04word/document.xml"));
    }

    #[test]
    fn nesting_and_bombs_cost_little() {
        let deep = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>x".repeat(10_000);
        assert!(!read(&document(&deep, "")).unwrap().blocks.is_empty());
        let long = format!("<w:p><w:r><w:t>{}", " ".repeat(49 << 20));
        let why = read(&document(&long, "")).unwrap_err();
        assert!(matches!(why, Skip::Bomb(_)), "{why:?}");
    }
}
