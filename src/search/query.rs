//! What people type, as a query of tantivy, or an error they can act on.
//!
//! Words are looked for in title, body, organization and services, the title counting double; any of them may match,
//! and documents with more of them come first. `"a phrase"`, `-word`, `+word`, `AND`, `OR`, parentheses and
//! `field:word` are understood.

use anyhow::{Result, anyhow, bail};
use tantivy::Index;
use tantivy::query::{Query, QueryParser, QueryParserError};

use super::schema::{Fields, NAMED};

/// A word in the title says more of a document than one in its text.
const TITLE_BOOST: f32 = 2.0;
/// Longer queries are pasted documents; deeper ones are made to exhaust the stack of a parser that calls itself.
const MAX_BYTES: usize = 8 << 10;
const MAX_DEPTH: usize = 32;

/// Reads a query.
pub fn parse(index: &Index, fields: &Fields, text: &str) -> Result<Box<dyn Query>> {
    if text.trim().is_empty() {
        bail!("the query is empty; give a word to look for: coroner search redis --library <DIR>");
    }
    if text.len() > MAX_BYTES {
        bail!("the query has {} bytes; at most {MAX_BYTES} are read", text.len());
    }
    if depth(text) > MAX_DEPTH {
        bail!("the query nests parentheses deeper than {MAX_DEPTH}");
    }
    let everywhere = vec![fields.title, fields.body, fields.organization, fields.services];
    let mut parser = QueryParser::for_index(index, everywhere);
    parser.set_field_boost(fields.title, TITLE_BOOST);
    parser.parse_query(text).map_err(|error| anyhow!("cannot read the query `{text}`: {}", explain(&error)))
}

fn depth(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// What is wrong with a query, and what to type instead.
fn explain(error: &QueryParserError) -> String {
    match error {
        QueryParserError::SyntaxError(_) => {
            "a quote, parenthesis or bracket is not closed, or an operator stands alone.\n\
             To look for signs as they are, put them into quotes: \"...\""
                .to_owned()
        }
        QueryParserError::FieldDoesNotExist(name) | QueryParserError::FieldNotIndexed(name) => format!(
            "there is no field `{name}` to search in; there are {}.\n\
             To look for a text with a colon, put it into quotes: \"{name}: ...\"",
            NAMED.join(", ")
        ),
        QueryParserError::AllButQueryForbidden => {
            "it only says what to leave out; add a word to look for, or `*` for all".to_owned()
        }
        QueryParserError::ExpectedFloat(_) | QueryParserError::ExpectedInt(_) => {
            "a number is needed there, such as ttr:[60 TO 240] (minutes)".to_owned()
        }
        QueryParserError::DateFormatError(_) => {
            "a date is needed there, such as date:[2024-01-01T00:00:00Z TO 2024-06-30T00:00:00Z]; \
             or name a quarter: quarter:2024Q2"
                .to_owned()
        }
        other => other.to_string(),
    }
}
