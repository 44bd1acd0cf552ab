//! What the marked-up texts that are not Markdown have of their own: the shared ground of `rst`, `asciidoc`, `mediawiki`, `org`.
//!
//! The text of such a document is kept to the letter and cut by the same segmenter as Markdown, which has half of their
//! marks already; a [`Dialect`] is asked first for each line that is not blank. Promises: as those of `markdown`, given
//! that a dialect's blocks are spans of the lines that it takes, in order.

use std::cell::Cell;

use super::lines::Line;
use crate::document::{Block, BlockKind, Span};

/// What becomes of a line.
#[derive(Debug)]
pub enum Take {
    /// These blocks, empty ones left out, and the number of the line to go on with.
    Blocks(Vec<Block>, usize),
    /// It opens a list item, whose marker has that many bytes.
    Item(usize),
}

pub trait Dialect {
    /// What becomes of line `at`; nothing, if it is read as in Markdown.
    fn take(&self, text: &Text, at: usize) -> Option<Take>;

    /// Whether a line of marks below a line makes that a heading.
    fn has_underlines(&self) -> bool {
        false
    }
}

/// A text and its lines.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    pub text: &'t str,
    pub lines: &'t [Line],
    /// How many lines may still be looked at in search of what closes another: ten thousand marks that nothing closes must
    /// not each read the rest of the text.
    pub looks: &'t Cell<usize>,
}

/// The looks that a text of so many lines is worth: an honest one needs two a line.
pub fn looks(lines: usize) -> Cell<usize> {
    Cell::new(20 * lines + 1000)
}

impl<'t> Text<'t> {
    /// The line without its indent; empty beyond the last.
    pub fn body(&self, at: usize) -> &'t str {
        self.lines.get(at).map_or("", |line| line.full.trim(self.text).of(self.text))
    }

    /// The first line from `from` on for which `ends` holds, within reach.
    pub fn find(&self, from: usize, ends: impl Fn(&str) -> bool) -> Option<usize> {
        /// What is not closed by then was never opened.
        const REACH: usize = 2000;
        let reach = self.lines.len().min(from + REACH.min(self.looks.get()));
        let found = (from..reach).find(|at| ends(self.body(*at)));
        self.looks.set(self.looks.get().saturating_sub(found.unwrap_or(reach).saturating_sub(from)));
        found
    }

    /// The line after the last of those from `from` on that are indented further than `indent`, or blank.
    pub fn indented(&self, from: usize, indent: usize) -> usize {
        let is_within = |line: &&Line| line.is_blank() || line.indent > indent;
        let mut end = from + self.lines[from..].iter().take_while(is_within).count();
        while end > from && self.lines[end - 1].is_blank() {
            end -= 1;
        }
        end
    }

    /// The rest of line `at` after its first `skip` bytes, as a block.
    pub fn rest(&self, kind: BlockKind, at: usize, skip: usize) -> Block {
        let body = self.lines[at].full.trim(self.text);
        Block { kind, span: Span::new((body.start + skip).min(body.end), body.end).trim(self.text) }
    }

    /// The lines `from` to before `to` as one block.
    pub fn block(&self, kind: BlockKind, from: usize, to: usize) -> Block {
        let end = self.lines[to.max(from + 1) - 1].full.end;
        Block { kind, span: Span::new(self.lines[from].full.start, end).trim(self.text) }
    }

    /// Line `at` alone, as code: of use to a program, not to a reader.
    pub fn aside(&self, at: usize) -> Option<Take> {
        Some(Take::Blocks(vec![self.rest(BlockKind::Code, at, 0)], at + 1))
    }

    /// The lines from `from` to the one that closes them as code, or the first alone where none does.
    pub fn code(&self, from: usize, closes: impl Fn(&str) -> bool) -> Option<Take> {
        let to = self.find(from + 1, closes).map_or(from + 1, |last| last + 1);
        Some(Take::Blocks(vec![self.block(BlockKind::Code, from, to)], to))
    }
}
