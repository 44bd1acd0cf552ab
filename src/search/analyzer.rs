//! How texts are cut into the words of the index.
//!
//! Postmortems are prose about things with names: `hooks-worker`, `CannotPullContainerError`, `us-east-1`, `v1.2.3`,
//! `ECONNREFUSED`. Somebody looks for the name as it is, or for the part of it that they remember. So a name is one token
//! as a whole and one for each part, where `-`, `_`, `.`, `@`, a change of case (`PullError`) or digits after a word
//! (`postgres14`) part it. The whole stands at the position of its first part and is as long as all of them; the parts
//! count on, so that `"hooks worker"` finds `hooks-worker` and `"sev 1"` finds `SEV1`.
//!
//! Tokens are lower case. One of letters only is stemmed as English prose, whatever its case, because nobody knows how a
//! name was written; one with digits or signs stays as it is. What an apostrophe cuts off (`'s`, `n't`) is no word.
//!
//! Promises: tokens in the order of their positions, their offsets on character boundaries, whatever the text. Queries
//! are cut by the same code ([`cut`]).

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

use super::{concepts, stems};

/// The name of the analyzer in the schema.
pub const NAME: &str = "names_and_prose";

/// Longer tokens (keys, hashes, addresses run together) are not looked for.
const LONGEST: usize = 64;
/// What has more parts is a list or a blob, not a name: only its parts are kept.
const MOST_PARTS: usize = 12;
/// Digits after so many letters are a part of their own: `postgres14`, but `p99` and `v2` are one word.
const LETTERS_BEFORE_DIGITS: usize = 3;

/// Makes the analyzers known to an index.
pub fn register(tokenizers: &TokenizerManager) {
    tokenizers.register(NAME, TextAnalyzer::from(Analyzer));
    tokenizers.register(concepts::NAME, TextAnalyzer::from(concepts::Annotator));
}

/// The tokens of `text`.
pub fn cut(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    Analyzer.token_stream(text).process(&mut |token| tokens.push(token.clone()));
    tokens
}

/// A word as the index holds it: lower case, and its stem where it has letters only.
pub fn normal(word: &str) -> String {
    let mut out = String::new();
    normalize(word, &mut out);
    out
}

fn normalize(word: &str, out: &mut String) {
    out.clear();
    if !word.is_ascii() {
        out.extend(word.chars().flat_map(char::to_lowercase));
        return;
    }
    out.push_str(word);
    out.make_ascii_lowercase();
    if word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        stems::stem(out);
    }
}

#[derive(Clone)]
pub struct Analyzer;

impl Tokenizer for Analyzer {
    type TokenStream<'a> = Words<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words<'a> {
        self.words(text)
    }
}

impl Analyzer {
    pub fn words<'a>(&self, text: &'a str) -> Words<'a> {
        Words { text, at: 0, position: 0, parts: Vec::new(), next: 0, token: Token::default() }
    }
}

/// The tokens of one text.
pub struct Words<'a> {
    text: &'a str,
    /// Where the next name or word is looked for.
    at: usize,
    /// Of the next part.
    position: usize,
    /// The parts of the name in hand, and which of them comes next.
    parts: Vec<(usize, usize)>,
    next: usize,
    token: Token,
}

impl TokenStream for Words<'_> {
    fn advance(&mut self) -> bool {
        loop {
            while let Some(&(start, end)) = self.parts.get(self.next) {
                self.next += 1;
                self.position += 1;
                if end - start <= LONGEST {
                    self.emit(start, end, self.position - 1, 1);
                    return true;
                }
            }
            let Some(start) = self.skip() else { return false };
            let end = self.name(start);
            self.at = end + cut_off(&self.text[end..]);
            self.next = 0;
            let count = self.parts.len();
            if (2..=MOST_PARTS).contains(&count) && end - start <= LONGEST {
                self.emit(start, end, self.position, count);
                return true;
            }
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Words<'_> {
    /// The next token, and whether it is a word or a part, and not a name of several parts.
    pub fn next_word(&mut self) -> Option<(&str, bool)> {
        self.advance().then_some((self.token.text.as_str(), self.token.position_length == 1))
    }

    fn emit(&mut self, start: usize, end: usize, position: usize, position_length: usize) {
        normalize(&self.text[start..end], &mut self.token.text);
        self.token.offset_from = start;
        self.token.offset_to = end;
        self.token.position = position;
        self.token.position_length = position_length;
    }

    /// The next letter or digit.
    fn skip(&self) -> Option<usize> {
        let rest = &self.text[self.at..];
        let ascii = rest.bytes().take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()).count();
        rest[ascii..].find(char::is_alphanumeric).map(|found| self.at + ascii + found)
    }

    /// Reads the name or word that begins at `start` into its parts, and returns its end.
    fn name(&mut self, start: usize) -> usize {
        self.parts.clear();
        let text = self.text;
        let mut part = Part { start, last: Kind::Other, letters: 0, capitals: 0 };
        let mut at = start;
        while let Some((kind, length)) = kind(text, at) {
            if kind == Kind::Sign {
                // A sign joins what stands on both sides of it.
                let joins = matches!(text.as_bytes()[at], b'-' | b'_' | b'.' | b'@');
                if !joins || !self::kind(text, at + 1).is_some_and(|(kind, _)| kind != Kind::Sign) {
                    break;
                }
                self.parts.push((part.start, at));
                at += 1;
                part = Part { start: at, last: Kind::Other, letters: 0, capitals: 0 };
                continue;
            }
            let cut = match (part.last, kind) {
                (Kind::Lower, Kind::Upper) => Some(at),
                (Kind::Lower | Kind::Upper, Kind::Digit) if part.letters >= LETTERS_BEFORE_DIGITS => Some(at),
                // The last capital begins the next word (HTTPServer), unless one small letter ends the name (APIs).
                (Kind::Upper, Kind::Lower)
                    if part.capitals >= 2
                        && self::kind(text, at + length).is_some_and(|(kind, _)| kind == Kind::Lower) =>
                {
                    Some(at - 1)
                }
                _ => None,
            };
            if let Some(cut) = cut {
                self.parts.push((part.start, cut));
                part = Part { start: cut, last: kind, letters: at - cut, capitals: at - cut };
            }
            part.last = kind;
            match kind {
                Kind::Upper => (part.letters, part.capitals) = (part.letters + 1, part.capitals + 1),
                Kind::Lower => (part.letters, part.capitals) = (part.letters + 1, 0),
                _ => (part.letters, part.capitals) = (0, 0),
            }
            at += length;
        }
        self.parts.push((part.start, at));
        at
    }
}

/// The part of a name that is being read.
struct Part {
    start: usize,
    last: Kind,
    /// Letters, and capitals, in a row up to here.
    letters: usize,
    capitals: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    /// Letters and digits beyond ASCII: they part nothing.
    Other,
    Sign,
}

/// What stands at `at`, and its length in bytes; nothing at the end.
fn kind(text: &str, at: usize) -> Option<(Kind, usize)> {
    let byte = *text.as_bytes().get(at)?;
    Some(match byte {
        b'a'..=b'z' => (Kind::Lower, 1),
        b'A'..=b'Z' => (Kind::Upper, 1),
        b'0'..=b'9' => (Kind::Digit, 1),
        _ if byte.is_ascii() => (Kind::Sign, 1),
        _ => {
            let c = text[at..].chars().next()?;
            (if c.is_alphanumeric() { Kind::Other } else { Kind::Sign }, c.len_utf8())
        }
    })
}

/// The bytes of what an apostrophe cuts off the word before it: `'s`, `'t`, `'re`.
fn cut_off(rest: &str) -> usize {
    let Some(after) = rest.strip_prefix('\'').or_else(|| rest.strip_prefix('\u{2019}')) else { return 0 };
    let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
    let ends = !after[letters..].starts_with(char::is_alphanumeric);
    if (1..=2).contains(&letters) && ends { rest.len() - after.len() + letters } else { 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_found_whole_and_by_part_and_prose_by_its_stem() {
        for (text, expected) in [
            ("hooks-worker", "0:hooks-worker 0:hook 1:worker"),
            ("the us-east-1 region", "0:the 1:us-east-1 1:us 2:east 3:1 4:region"),
            ("CannotPullContainerError", "0:cannotpullcontainererror 0:cannot 1:pull 2:contain 3:error"),
            ("ECONNREFUSED econnrefused", "0:econnrefus 1:econnrefus"),
            ("v1.2.3, then", "0:v1.2.3 0:v1 1:2 2:3 3:then"),
            ("HTTP 503. HTTPServer", "0:http 1:503 2:httpserver 2:http 3:server"),
            ("SEV1 SEV-1 p99", "0:sev1 0:sev 1:1 2:sev-1 2:sev 3:1 4:p99"),
            ("postgres14", "0:postgres14 0:postgr 1:14"),
            ("APIs VMs", "0:api 1:vms"),
            ("can't o'brien's café", "0:can 1:o 2:brien 3:café"),
            ("snake_case _so_ a--b end.", "0:snake_case 0:snake 1:case 2:so 3:a 4:b 5:end"),
            ("restarted restarting", "0:restart 1:restart"),
            ("日本 été-2024", "0:日本 1:été-2024 1:été 2:2024"),
            ("-.'", ""),
        ] {
            let tokens: Vec<_> =
                cut(text).into_iter().map(|token| format!("{}:{}", token.position, token.text)).collect();
            assert_eq!(tokens.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn what_is_too_long_to_be_typed_is_no_token_and_still_counts() {
        let text = format!("a {} b", "x".repeat(100));
        let tokens: Vec<_> = cut(&text).into_iter().map(|token| (token.position, token.text)).collect();
        assert_eq!(tokens, [(0, "a".to_owned()), (2, "b".to_owned())]);
    }

    proptest! {
        #[test]
        fn every_token_points_at_its_letters(text in "\\PC*|[aB1é\u{2019}' .@_-]*|[A-Za-z0-9.-]{0,200}") {
            let tokens = cut(&text);
            for token in &tokens {
                let at = &text[token.offset_from..token.offset_to];
                prop_assert!(at.starts_with(char::is_alphanumeric) && at.ends_with(char::is_alphanumeric));
                prop_assert_eq!(&normal(at), &token.text);
            }
            prop_assert!(tokens.is_sorted_by_key(|token| token.position));
        }
    }
}
