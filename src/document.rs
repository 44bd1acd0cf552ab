//! A document: the text that everything later points into, cut into blocks.
//!
//! Whatever the format, a source yields one `text` and a list of [`Block`]s, each a byte [`Span`] of that text, in
//! order and without overlap. Evidence is bytes into `text`, so `text` is what a reader sees: for text and Markdown the
//! decoded file itself, to the letter; for HTML the words without the tags. What the format states about itself (a
//! front matter's `resolvedWhen`, a page's `<title>`) stands in the text as [`BlockKind::Meta`] blocks where the
//! reader sees it, and in [`Document::title_hint`] where not.
//!
//! A document knows nothing of incidents or times, and is never changed once made.

use std::fmt;

use serde::Serialize;

/// A range of bytes in a document's text, on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    pub fn len(self) -> usize {
        self.end - self.start
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The span without the white space at its ends.
    pub fn trim(self, text: &str) -> Span {
        let inner = self.of(text);
        let start = self.start + (inner.len() - inner.trim_start().len());
        Span::new(start, start + inner.trim().len())
    }
}

/// What a block is to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// One `key: value` of a front matter or of a mail's header.
    Meta,
    /// A heading of that level, 1 the highest.
    Heading(u8),
    Paragraph,
    /// One item of a list, without the items nested in it.
    ListItem,
    /// One row of a table; cells are parted by `|` or a tab.
    TableRow,
    /// Lines of code or logs: kept for search, no source of statements.
    Code,
    /// The line that closes an update of a status page: `Posted Mar 03, 2024 - 10:15 GMT`.
    Update,
}

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    pub kind: BlockKind,
    pub span: Span,
}

/// The format a document was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Text,
    Markdown,
    Html,
    Rst,
    Asciidoc,
    Mediawiki,
    Org,
    Notebook,
    Docx,
    Odt,
    Pdf,
    Rtf,
    Mail,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Format::Text => "text",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Rst => "rst",
            Format::Asciidoc => "asciidoc",
            Format::Mediawiki => "mediawiki",
            Format::Org => "org",
            Format::Notebook => "notebook",
            Format::Docx => "docx",
            Format::Odt => "odt",
            Format::Pdf => "pdf",
            Format::Rtf => "rtf",
            Format::Mail => "mail",
        })
    }
}

/// Text of the input that is no part of the document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dropped {
    /// Its first words.
    pub opens: String,
    pub bytes: usize,
    /// Why it was left out: `boilerplate: <nav>`.
    pub why: String,
}

impl Dropped {
    pub fn new(text: &str, why: String) -> Dropped {
        /// Enough to find it in the page.
        const WORDS: usize = 8;
        Dropped { opens: text.split_whitespace().take(WORDS).collect::<Vec<_>>().join(" "), bytes: text.len(), why }
    }
}

/// One document, ready for extraction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// See `Record::id`.
    pub id: String,
    /// See `Record::source`.
    pub source: String,
    /// See `Record::url`.
    pub url: Option<String>,
    pub format: Format,
    pub text: String,
    pub blocks: Vec<Block>,
    /// A title that the format states outside the text: an HTML page's `<title>`.
    pub title_hint: Option<String>,
    /// What the reader of the format had to decide or repair: `decoded from windows-1252`.
    pub notes: Vec<String>,
    /// What of the input is not in the text.
    pub dropped: Vec<Dropped>,
}
