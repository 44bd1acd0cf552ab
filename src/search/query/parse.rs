//! From the text of a query to its [`Node`]: a parser by recursive descent, one function a rule.
//!
//! ```text
//! clauses  = { choice }
//! choice   = joined { "OR" joined }
//! joined   = signed { "AND" signed }
//! signed   = [ "-" | "+" | "NOT" ] atom
//! atom     = "(" clauses ")" | phrase | field ":" value | word
//! ```
//!
//! A sign that stands alone, and a word without a letter or a digit, is what people paste with an error message: it
//! is passed over.

use super::{Clause, Fault, Node, Want};

/// Longer queries are pasted documents.
const MAX_BYTES: usize = 8 << 10;

pub(super) const QUOTE_IT: &str = "To look for signs as they are, put them into quotes: \"...\"";

/// Reads a query.
pub fn parse(text: &str) -> Result<Node, Fault> {
    let mut parser = Parser { text, at: 0, depth: 0, atoms: 0 };
    if text.len() > MAX_BYTES {
        let what = format!("it has {} bytes, and at most {MAX_BYTES} are read", text.len());
        return Err(parser.fault(0, what, "To find what is like a document: coroner similar <FILE>"));
    }
    let clauses = parser.clauses()?;
    if parser.peek() == Some(')') {
        return Err(parser.fault(parser.at, "this bracket closes nothing", QUOTE_IT));
    }
    if clauses.is_empty() {
        let what = if text.trim().is_empty() { "it is empty" } else { "there is no word in it" };
        return Err(parser.fault(0, what, "Give a word to look for, or `*` for all: coroner search redis"));
    }
    Ok(Node::Clauses(clauses))
}

/// A query and how far it was read.
pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub at: usize,
    pub depth: usize,
    pub atoms: usize,
}

/// What a rule found; nothing where it passed over a sign.
pub(super) type Found<T> = Result<Option<T>, Fault>;

impl<'a> Parser<'a> {
    pub(super) fn fault(&self, at: usize, what: impl Into<String>, hint: impl Into<String>) -> Fault {
        let at = (0..=at.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        Fault { query: self.text.to_owned(), at, what: what.into(), hint: hint.into() }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes the operator `word`, if it comes next as a word of its own.
    fn take_word(&mut self, word: &str) -> Option<usize> {
        self.skip_space();
        let after = self.rest().strip_prefix(word)?;
        let ends = after.chars().next().is_none_or(|c| c.is_whitespace() || c == '(' || is_quote(c));
        ends.then(|| {
            let at = self.at;
            self.at += word.len();
            at
        })
    }

    pub(super) fn clauses(&mut self) -> Result<Vec<Clause>, Fault> {
        let mut clauses = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None | Some(')') => return Ok(clauses),
                Some(_) => {}
            }
            for operator in ["OR", "AND"] {
                if let Some(at) = self.take_word(operator) {
                    return Err(self.joins(operator, at));
                }
            }
            clauses.extend(self.choice()?);
        }
    }

    fn joins(&self, operator: &str, at: usize) -> Fault {
        let hint = format!("To look for the word itself, write it small or in quotes: \"{operator}\"");
        self.fault(at, format!("{operator} stands between two words, and here is one of them missing"), hint)
    }

    fn choice(&mut self) -> Found<Clause> {
        let Some(first) = self.joined()? else { return Ok(None) };
        let mut choices = Vec::new();
        while let Some(at) = self.take_word("OR") {
            let next = self.operand("OR", at, Self::joined)?;
            choices.push(positive(next).map_err(|()| self.excluded(at))?);
        }
        if choices.is_empty() {
            return Ok(Some(first));
        }
        choices.insert(0, positive(first).map_err(|()| self.excluded(self.at))?);
        Ok(Some(Clause { want: Want::Must, node: Node::Any(choices) }))
    }

    fn joined(&mut self) -> Found<Clause> {
        let Some(first) = self.signed()? else { return Ok(None) };
        let mut all = Vec::new();
        while let Some(at) = self.take_word("AND") {
            all.push(self.operand("AND", at, Self::signed)?);
        }
        if all.is_empty() {
            return Ok(Some(first));
        }
        all.insert(0, first);
        let is_plain = all.iter().all(|clause| clause.want != Want::MustNot);
        let node = if is_plain {
            Node::All(all.into_iter().map(|clause| clause.node).collect())
        } else {
            let required = |clause: Clause| match clause.want {
                Want::MustNot => clause,
                _ => Clause { want: Want::Must, node: clause.node },
            };
            Node::Clauses(all.into_iter().map(required).collect())
        };
        Ok(Some(Clause { want: Want::Must, node }))
    }

    /// What an operator joins to what stands before it.
    fn operand(&mut self, operator: &str, at: usize, rule: fn(&mut Self) -> Found<Clause>) -> Result<Clause, Fault> {
        loop {
            self.skip_space();
            let is_operator = ["OR", "AND"].into_iter().any(|word| {
                let before = self.at;
                let found = self.take_word(word).is_some();
                self.at = before;
                found
            });
            if is_operator || matches!(self.peek(), None | Some(')')) {
                return Err(self.joins(operator, at));
            }
            if let Some(found) = rule(self)? {
                return Ok(found);
            }
        }
    }

    fn excluded(&self, at: usize) -> Fault {
        let hint = "Put what is excluded behind the choice: (redis OR memcached) -test";
        self.fault(at, "OR cannot offer what is excluded", hint)
    }

    fn signed(&mut self) -> Found<Clause> {
        self.skip_space();
        if self.take_word("NOT").is_some() {
            self.skip_space();
            let at = self.at;
            let found = if matches!(self.peek(), None | Some(')')) { None } else { self.atom()? };
            let hint = "To look for the word itself, write it small or in quotes: \"NOT\"";
            let (_, node) = found.ok_or_else(|| self.fault(at, "NOT excludes nothing", hint))?;
            return Ok(Some(Clause { want: Want::MustNot, node }));
        }
        let want = match self.peek() {
            Some('-') => Some(Want::MustNot),
            Some('+') => Some(Want::Must),
            _ => None,
        };
        let after = self.rest().chars().nth(1);
        if let Some(want) = want.filter(|_| after.is_some_and(|c| c.is_alphanumeric() || c == '(' || is_quote(c))) {
            self.at += 1;
            return Ok(self.atom()?.map(|(_, node)| Clause { want, node }));
        }
        Ok(self.atom()?.map(|(want, node)| Clause { want, node }))
    }
}

/// A node that may be one of several to choose from.
fn positive(clause: Clause) -> Result<Node, ()> {
    if clause.want == Want::MustNot { Err(()) } else { Ok(clause.node) }
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}
