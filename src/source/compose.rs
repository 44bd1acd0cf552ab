//! A page that is put together piece by piece: the text of a document while a reader makes it, with its blocks.
//!
//! Promises: every block is a trimmed, non-empty span of the text, in order; a piece that has no words leaves nothing.
//! Leaves to others: what a piece is (`docx`, `mail`, ...).

use super::dialect::Dialect;
use super::markdown;
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
}

impl Page {
    /// A text to the letter, cut as text and Markdown are, or as a dialect is.
    pub fn of_text(text: String, dialect: Option<&dyn Dialect>) -> Page {
        let blocks = markdown::segment_as(&text, dialect);
        Page { text, blocks, ..Page::default() }
    }

    /// Adds what the format states about the document as a line `key: value`.
    pub fn meta(&mut self, key: &str, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !value.is_empty() {
            self.block(BlockKind::Meta, &format!("{key}: {value}"));
        }
    }

    /// Adds a block of that text.
    pub fn block(&mut self, kind: BlockKind, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.part(matches!(kind, BlockKind::ListItem | BlockKind::TableRow | BlockKind::Meta).then_some(kind));
        let start = self.text.len();
        self.text.push_str(text);
        self.blocks.push(Block { kind, span: Span::new(start, self.text.len()) });
    }

    /// Adds a text to the letter, with these blocks of it.
    pub fn segmented(&mut self, text: &str, blocks: Vec<Block>) {
        if blocks.is_empty() {
            return;
        }
        self.part(None);
        let start = self.text.len();
        self.text.push_str(text);
        self.blocks.extend(blocks.into_iter().map(|block| Block {
            kind: block.kind,
            span: Span::new(block.span.start + start, block.span.end + start),
        }));
    }

    /// Adds another page below.
    pub fn follow(&mut self, page: Page) {
        self.segmented(&page.text, page.blocks);
        self.notes.extend(page.notes);
        self.dropped.extend(page.dropped);
        self.title = self.title.take().or(page.title);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_apart_and_where_their_blocks_say() {
        let mut page = Page::default();
        page.meta("author", " Ann\n Lee ");
        page.meta("created", " ");
        page.meta("modified", "2024-05-03");
        page.segmented("# Outage\n\n- one\n", markdown::segment("# Outage\n\n- one\n"));
        page.block(BlockKind::Code, "\nx\n");
        page.block(BlockKind::Paragraph, " ");
        let blocks: Vec<_> = page.blocks.iter().map(|block| block.span.of(&page.text)).collect();
        assert_eq!(blocks, ["author: Ann Lee", "modified: 2024-05-03", "Outage", "one", "x"]);
        assert_eq!(page.text, "author: Ann Lee\nmodified: 2024-05-03\n\n# Outage\n\n- one\n\n\nx");
    }
}
