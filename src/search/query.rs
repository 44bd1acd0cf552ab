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
/// Longer queries are pasted documents.
const MAX_BYTES: usize = 8 << 10;
/// The parser calls itself for each of these, so that a few thousand exhaust the stack and abort the program.
const MAX_OPERATORS: usize = 100;

/// Reads a query.
pub fn parse(index: &Index, fields: &Fields, text: &str) -> Result<Box<dyn Query>> {
    if text.trim().is_empty() {
        bail!("the query is empty; give a word to look for: coroner search redis --library <DIR>");
    }
    if text.len() > MAX_BYTES {
        bail!("the query has {} bytes; at most {MAX_BYTES} are read", text.len());
    }
    if operators(text) > MAX_OPERATORS {
        bail!("the query has more than {MAX_OPERATORS} parentheses and operators; shorten it");
    }
    let everywhere = vec![fields.title, fields.body, fields.organization, fields.services];
    let mut parser = QueryParser::for_index(index, everywhere);
    parser.set_field_boost(fields.title, TITLE_BOOST);
    let words = without_apostrophes(text);
    parser.parse_query(&words).map_err(|error| anyhow!("cannot read the query `{text}`: {}", explain(&error)))
}

/// The parser takes `'` for a quote; within a word (`can't connect`) it is none, and parts the word as in the index.
fn without_apostrophes(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_letter = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
    let plain = |(at, c): (usize, &char)| match c {
        '\'' if is_letter(at.checked_sub(1)) && is_letter(Some(at + 1)) => ' ',
        c => *c,
    };
    chars.iter().enumerate().map(plain).collect()
}

/// Signs and words that open a level of the parser: brackets, and what stands before a word.
fn operators(text: &str) -> usize {
    let mut before = ' ';
    let mut signs = 0;
    for c in text.chars() {
        let opens = "([{".contains(c) || ("+-".contains(c) && !before.is_alphanumeric());
        signs += usize::from(opens);
        before = c;
    }
    signs + text.split_whitespace().filter(|word| *word == "NOT").count()
}

/// What is wrong with a query, and what to type instead.
fn explain(error: &QueryParserError) -> String {
    match error {
        QueryParserError::SyntaxError(_) => {
            "it is not well formed: a quote, parenthesis or bracket may be open, or a sign such as : ^ \\ + or an \
             operator stands where a word should.\nTo look for signs as they are, put them into quotes: \"...\""
                .to_owned()
        }
        QueryParserError::PhrasePrefixRequiresAtLeastTwoTerms { .. } => {
            "the beginning of a phrase needs two words; of one word it is written without quotes: redi*".to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::schema;

    fn parsed(text: &str) -> Result<Box<dyn Query>> {
        let (schema, fields) = schema::schema();
        parse(&Index::create_in_ram(schema), &fields, text)
    }

    #[test]
    fn what_people_type_is_a_query() {
        for text in [
            "redis",
            "can't connect to o'brien's db",
            "\"can't connect\" -redis",
            "cause:expiry (certificate OR token)",
            "quarter:2024Q2 +ttr:[60 TO *]",
            "fail*",
            "*",
            "caf\u{e9} \u{1f525}",
        ] {
            assert!(parsed(text).is_ok(), "{text}: {}", parsed(text).unwrap_err());
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_a_hint() {
        for (text, hint) in [
            ("", "give a word"),
            ("  ", "give a word"),
            ("\"open", "quotes"),
            ("a AND", "quotes"),
            ("a:b:c", "quotes"),
            ("((((", "quotes"),
            ("^^", "quotes"),
            ("error: 500", "\"error: ...\""),
            ("-redis", "add a word"),
            ("ttr:[x TO 5]", "a number is needed"),
            ("date:yesterday", "quarter:2024Q2"),
            ("\"re\"*", "redi*"),
        ] {
            let error = parsed(text).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(hint), "{text}: {error}");
        }
    }

    #[test]
    fn a_query_made_to_break_the_parser_is_refused_before_it() {
        let tokens = [
            "(", "[", "{", "-", "+", "NOT ", "a ", "a OR ", "a AND ", "title:", "\"", "'", "a^2 ", "~", "*", ":", "\\",
            "/", "<", ">=", "a:(", "(a ", "-(", "IN [", "\"a\"~", "é", ") ", "! ", "||", "&&", "a' ", "\n",
        ];
        for token in tokens {
            for text in
                [token.repeat(MAX_BYTES / token.len()), token.repeat(MAX_OPERATORS / 2), "a ".to_owned() + token]
            {
                let _ = parsed(&text);
            }
        }
    }
}
