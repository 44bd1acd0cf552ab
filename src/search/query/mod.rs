//! What people type, as a query of tantivy, or an error they can act on.
//!
//! ```text
//! text ──parse──▶ Node ──compile──▶ tantivy's query
//! ```
//!
//! The language is described in `docs/search.md`. In short: bare words are looked for everywhere, and the more of them a
//! document has the better; all else (a phrase, `+word`, `AND`, `OR`, `field:value`) must hold of every hit. We do not use
//! tantivy's own language: it knows nothing of durations, days and labels, does not say where a fault lies, and gives up
//! its stack on a few thousand brackets.
//!
//! Promises: no text makes the parser panic; an error names a byte of the text, on a character boundary, what is wrong
//! there, and what to type instead.

mod atom;
mod compile;
mod expand;
mod fields;
mod parse;
#[cfg(test)]
mod tests;
mod values;

use std::fmt;

pub use compile::{Compiled, Compiler};
pub use fields::Text as TextField;
pub use parse::parse;

use fields::{Column, Label, Text};

/// What is wrong with a query, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The query as it was typed.
    pub query: String,
    /// The byte of it where the fault lies; its length where something is missing at its end.
    pub at: usize,
    pub what: String,
    /// What to type instead.
    pub hint: String,
}

/// Columns of the query shown around the fault, so that the caret stands on one line of a terminal.
const SHOWN: usize = 60;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.min(self.query.len());
        let before: Vec<char> = self.query[..at].chars().collect();
        let shown = before.len().min(SHOWN);
        let line = |c: char| if c.is_control() { ' ' } else { c };
        let start: String = before[before.len() - shown..].iter().copied().map(line).collect();
        let rest: String = self.query[at..].chars().take(SHOWN).map(line).collect();
        writeln!(f, "cannot read the query: {}", self.what)?;
        writeln!(f, "  {start}{rest}")?;
        writeln!(f, "  {}^", " ".repeat(shown))?;
        write!(f, "{}", self.hint)
    }
}

impl std::error::Error for Fault {}

/// A query as it was understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// One after the other, as typed: each wanted, required or excluded.
    Clauses(Vec<Clause>),
    /// Joined by `OR`: one of them must match.
    Any(Vec<Node>),
    /// Joined by `AND`: all must match.
    All(Vec<Node>),
    Text(Option<Text>, Words),
    Label(Label, String),
    Range(Column, values::Range),
    /// The document told that field of the record.
    Has(&'static str),
    Everything,
}

/// A node and what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    pub want: Want,
    pub node: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The better if it matches: bare words.
    Wish,
    Must,
    MustNot,
}

/// Words to look for in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    Word(String),
    /// Words in a row, with at most `slop` others between them.
    Phrase {
        text: String,
        slop: u32,
    },
    Prefix(String),
    /// Words that differ in at most that many letters.
    Fuzzy(String, u8),
}
