//! A page that is put together piece by piece: the text of a document while a reader makes it, with its blocks.
//!
//! Promises: every block is a trimmed, non-empty span of the text, in order; a piece that has no words leaves nothing; a page
//! that grows beyond what one document may have takes no more and says so ([`Page::beyond`]). Leaves to others: what a
//! piece is (`docx`, `mail`, ...).

use super::dialect::Dialect;
use super::draft::words;
use super::{Skip, limits, markdown};
use crate::document::{Block, BlockKind, Dropped, Span};

/// The text of a page and its blocks, before it has a name.
#[derive(Debug, Default)]
pub struct Page {
    pub text: String,
    pub blocks: Vec<Block>,
    /// See `Document::title_hint`.
    pub title: Option<String>,
    /// See `Document::notes`.
    pub notes: Vec<String>,
    /// See `Document::dropped`.
    pub dropped: Vec<Dropped>,
    /// Why the page is no document, if it has more of something than one may have.
    pub beyond: Option<Skip>,
    /// What links to a heading name, by the number of its block.
    pub anchors: Vec<(usize, String)>,
    /// What the page states of itself, by what its lines are called, and where it is to be read.
    pub stated: Vec<(&'static str, String)>,
    pub url: Option<String>,
    /// Whether the front matter is open.
    pub in_head: bool,
}

impl Page {
    /// A text to the letter, cut as text and Markdown are, or as a dialect is.
    pub fn of_text(text: String, dialect: Option<&dyn Dialect>) -> Page {
        if let Some(beyond) = beyond(&text, 0) {
            return Page { beyond: Some(beyond), ..Page::default() };
        }
        let blocks = markdown::segment_as(&text, dialect);
        let mut page = Page { text, blocks, ..Page::default() };
        page.count();
        page
    }

    /// Adds a text to the letter, cut as text and Markdown are.
    pub fn markdown(&mut self, text: &str) {
        if self.has_room(text) {
            self.segmented(text, markdown::segment(text));
        }
    }

    /// Adds what the format states about the document as a line `key: value`; nothing where the value is blank.
    pub fn meta(&mut self, key: &str, value: &str) {
        let value = words(value);
        if !value.is_empty() {
            self.block(BlockKind::Meta, &format!("{key}: {value}"));
        }
    }

    /// Opens a front matter, in which the lines to come stand; the page must be empty.
    pub fn begin_head(&mut self) {
        if self.text.is_empty() {
            self.text.push_str("---\n");
            self.in_head = true;
        }
    }

    /// Closes the front matter, if one is open.
    pub fn end_head(&mut self) {
        if std::mem::take(&mut self.in_head) {
            self.text.push_str("\n---");
        }
    }

    /// Adds a block of that text.
    pub fn block(&mut self, kind: BlockKind, text: &str) {
        let text = text.trim();
        if text.is_empty() || !self.has_room(text) {
            return;
        }
        self.part(matches!(kind, BlockKind::ListItem | BlockKind::TableRow | BlockKind::Meta).then_some(kind));
        let start = self.text.len();
        self.text.push_str(text);
        self.blocks.push(Block { kind, span: Span::new(start, self.text.len()) });
        self.count();
    }

    /// Adds a text to the letter, with these blocks of it.
    pub fn segmented(&mut self, text: &str, blocks: Vec<Block>) {
        if blocks.is_empty() || !self.has_room(text) {
            return;
        }
        self.part(None);
        let start = self.text.len();
        self.text.push_str(text);
        self.blocks.extend(blocks.into_iter().map(|block| Block {
            kind: block.kind,
            span: Span::new(block.span.start + start, block.span.end + start),
        }));
        self.count();
    }

    /// Adds another page below.
    pub fn follow(&mut self, page: Page) {
        self.segmented(&page.text, page.blocks);
        self.notes.extend(page.notes);
        self.dropped.extend(page.dropped);
        self.title = self.title.take().or(page.title);
        self.beyond = self.beyond.take().or(page.beyond);
    }

    /// Whether so much text more can be taken.
    pub fn has_room(&mut self, text: &str) -> bool {
        self.beyond = self.beyond.take().or_else(|| beyond(text, self.text.len()));
        self.beyond.is_none()
    }

    fn count(&mut self) {
        if self.blocks.len() > limits::BLOCKS {
            self.beyond = Some(Skip::Beyond { most: limits::BLOCKS, of: "blocks" });
        }
    }

    /// What parts the next block from the last: a line end where both are `joined`, else an empty line.
    fn part(&mut self, joined: Option<BlockKind>) {
        match self.blocks.last() {
            None => {}
            Some(last) if Some(last.kind) == joined => self.text.push('\n'),
            Some(_) => self.text.push_str("\n\n"),
        }
    }
}

/// Why a text of `before` bytes cannot take `text` too, if it cannot.
fn beyond(text: &str, before: usize) -> Option<Skip> {
    if before + text.len() > limits::TEXT_BYTES {
        return Some(Skip::Beyond { most: limits::TEXT_BYTES, of: "bytes of text" });
    }
    // A line end is at least one byte.
    let ends = || memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()).count();
    (text.len() > limits::LINES && ends() > limits::LINES).then_some(Skip::Beyond { most: limits::LINES, of: "lines" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_apart_and_where_their_blocks_say() {
        let mut page = Page::default();
        page.meta("author", " Ann\n Lee ");
        page.meta("created", " ");
        page.meta("modified", "2024-05-03");
        page.markdown("# Outage\n\n- one\n");
        page.block(BlockKind::Code, "\nx\n");
        page.block(BlockKind::Paragraph, " ");
        let blocks: Vec<_> = page.blocks.iter().map(|block| block.span.of(&page.text)).collect();
        assert_eq!(blocks, ["author: Ann Lee", "modified: 2024-05-03", "Outage", "one", "x"]);
        assert_eq!(page.text, "author: Ann Lee\nmodified: 2024-05-03\n\n# Outage\n\n- one\n\n\nx");
    }

    #[test]
    fn a_page_beyond_what_a_document_may_have_says_so_and_takes_no_more() {
        let text = "x".repeat(limits::TEXT_BYTES);
        let mut page = Page::default();
        page.markdown(&text);
        assert_eq!((page.blocks.len(), page.beyond.take()), (1, None));
        page.block(BlockKind::Code, "x");
        assert_eq!((page.text.len(), page.beyond.is_some()), (text.len(), true));
        for (text, says) in [
            ("x".repeat(limits::TEXT_BYTES + 1), "more than 4194304 bytes of text in one document"),
            ("\n".repeat(limits::LINES + 1), "more than 200000 lines in one document"),
            ("- x\n".repeat(limits::BLOCKS + 1), "more than 100000 blocks in one document"),
        ] {
            let why = Page::of_text(text, None).beyond.unwrap().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}
