//! The operations that draw a page, one by one, with what stands before each of them.
//!
//! `lopdf` makes a list of all operations of a page with an object of its own for each number, which took nine tenths of the time of
//! reading; of what a page draws only its text counts here, and that needs numbers, texts and names. Brackets of arrays and dictionaries
//! are passed over, so that their items stand among the operands: the one array that draws text is a list of both. Promises: time
//! and memory linear in the bytes, whatever they are. It follows ISO 32000-1, 7.2 and 7.3.

/// What stands before an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand<'c> {
    Number(f32),
    /// A text as it is written, between its brackets, whether in letters or in hexadecimal digits.
    Text(&'c [u8], Written),
    /// A name without its stroke, as it is written.
    Name(&'c [u8]),
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Written {
    Letters,
    Hex,
}

/// Calls `each` with every operation of `content` and its operands.
pub fn operations<'c>(content: &'c [u8], mut each: impl FnMut(&'c [u8], &[Operand<'c>])) {
    let mut lexer = Lexer { content, at: 0 };
    let mut operands = Vec::new();
    while let Some(token) = lexer.next() {
        match token {
            Token::Operand(operand) => operands.push(operand),
            Token::Operator(operator) => {
                each(operator, &operands);
                operands.clear();
                if operator == b"ID" {
                    lexer.skip_image();
                }
            }
        }
    }
}

/// The bytes that a text stands for, in `out`.
pub fn decode(text: &[u8], written: Written, out: &mut Vec<u8>) {
    out.clear();
    match written {
        Written::Letters => letters(text, out),
        Written::Hex => hex(text, out),
    }
}

fn letters(text: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escaped) = text.get(at) else { break };
        at += 1;
        match escaped {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            // The line goes on.
            b'\r' => at += usize::from(text.get(at) == Some(&b'\n')),
            b'\n' => {}
            b'0'..=b'7' => {
                let digits = text[at - 1..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7'));
                let (count, code) =
                    digits.fold((0, 0u32), |(count, code), b| (count + 1, code * 8 + u32::from(b - b'0')));
                at += count - 1;
                // What is beyond a byte is cut to it.
                out.push(code as u8);
            }
            other => out.push(other),
        }
    }
}

fn hex(text: &[u8], out: &mut Vec<u8>) {
    let mut half = None;
    for digit in text.iter().filter_map(|b| char::from(*b).to_digit(16)) {
        match half.take() {
            None => half = Some(digit << 4),
            Some(high) => out.push((high | digit) as u8),
        }
    }
    out.extend(half.map(|high| high as u8));
}

enum Token<'c> {
    Operand(Operand<'c>),
    Operator(&'c [u8]),
}

struct Lexer<'c> {
    content: &'c [u8],
    at: usize,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 12 | 0)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'c> Lexer<'c> {
    fn next(&mut self) -> Option<Token<'c>> {
        loop {
            let byte = *self.content.get(self.at)?;
            match byte {
                b'%' => self.at += self.content[self.at..].iter().take_while(|b| !matches!(b, b'\n' | b'\r')).count(),
                b'(' => return Some(Token::Operand(Operand::Text(self.letters(), Written::Letters))),
                b'<' if self.content.get(self.at + 1) == Some(&b'<') => self.at += 2,
                b'<' => {
                    let rest = &self.content[self.at + 1..];
                    let length = memchr::memchr(b'>', rest).unwrap_or(rest.len());
                    self.at = (self.at + length + 2).min(self.content.len());
                    return Some(Token::Operand(Operand::Text(&rest[..length], Written::Hex)));
                }
                b'/' => {
                    self.at += 1;
                    return Some(Token::Operand(Operand::Name(self.word())));
                }
                _ if !is_regular(byte) => self.at += 1,
                _ => {
                    let word = self.word();
                    return Some(number(word).map_or(Token::Operator(word), |n| Token::Operand(Operand::Number(n))));
                }
            }
        }
    }

    fn word(&mut self) -> &'c [u8] {
        let rest = &self.content[self.at..];
        let length = rest.iter().take_while(|b| is_regular(**b)).count();
        self.at += length;
        &rest[..length]
    }

    /// What stands between the brackets that open here, others in pairs included.
    fn letters(&mut self) -> &'c [u8] {
        let start = self.at + 1;
        let (mut depth, mut at) = (1usize, start);
        while depth > 0 {
            let Some(next) = self.content.get(at..).and_then(|rest| memchr::memchr3(b'(', b')', b'\\', rest)) else {
                self.at = self.content.len();
                return &self.content[start..];
            };
            at += next;
            match self.content[at] {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => at += 1,
            }
            at += 1;
        }
        self.at = at;
        &self.content[start..at - 1]
    }

    /// Goes to the end of a picture that stands among the operations.
    fn skip_image(&mut self) {
        let rest = &self.content[self.at..];
        let is_end = |at: &usize| {
            let is_apart = |byte: Option<&u8>| byte.is_none_or(|byte| is_space(*byte));
            is_apart(at.checked_sub(1).and_then(|before| rest.get(before))) && is_apart(rest.get(at + 2))
        };
        self.at += memchr::memmem::find_iter(rest, b"EI").find(is_end).map_or(rest.len(), |at| at + 2);
    }
}

/// The number that a word is: `12`, `-.5`, `+3.`. There are no exponents, and places on a page need no more than six figures.
fn number(word: &[u8]) -> Option<f32> {
    let (sign, digits) = match word {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        _ => (1.0, word),
    };
    let (mut number, mut unit, mut is_fraction) = (0.0f32, 1.0f32, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                number = number * 10.0 + f32::from(byte - b'0');
                unit *= if is_fraction { 10.0 } else { 1.0 };
            }
            b'.' if !is_fraction => is_fraction = true,
            _ => return None,
        }
    }
    (digits.len() > usize::from(is_fraction)).then_some(sign * number / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &str) -> Vec<String> {
        let mut told = Vec::new();
        operations(content.as_bytes(), |operator, operands| {
            let operands = operands.iter().map(|operand| match operand {
                Operand::Number(number) => number.to_string(),
                Operand::Name(name) => format!("/{}", String::from_utf8_lossy(name)),
                Operand::Text(text, written) => {
                    let mut bytes = Vec::new();
                    decode(text, *written, &mut bytes);
                    format!("({})", String::from_utf8_lossy(&bytes))
                }
            });
            let operands: Vec<String> = operands.collect();
            told.push(format!("{} {}", operands.join(" "), String::from_utf8_lossy(operator)).trim().to_owned());
        });
        told
    }

    #[test]
    fn numbers_have_a_sign_digits_and_a_point() {
        for (word, expected) in [
            ("12", Some(12.0)),
            ("-.5", Some(-0.5)),
            ("+3.", Some(3.0)),
            ("0.25", Some(0.25)),
            ("-", None),
            (".", None),
            ("1e5", None),
            ("nan", None),
            ("1.2.3", None),
        ] {
            assert_eq!(number(word.as_bytes()), expected, "{word}");
        }
    }

    #[test]
    fn operations_come_with_what_stands_before_them() {
        for (content, expected) in [
            ("BT /F1 -.5 Tf +3. 4 Td(a)Tj ET", &["BT", "/F1 -0.5 Tf", "3 4 Td", "(a) Tj", "ET"][..]),
            ("[(a (b) \\) c)-20 <6 16 2>]TJ % not (this)\nT*", &["(a (b) ) c) -20 (ab) TJ", "T*"]),
            ("/P <</MCID 0>>BDC q", &["/P /MCID 0 BDC", "q"]),
            ("(\\101\\12\\7x\\\ny\\r) '", &["(A\n\u{7}xy\r) '"]),
            ("BI /W 1 ID a(b EIx EI Q", &["BI", "/W 1 ID", "Q"]),
            ("(never closed Tj", &[]),
            ("<61 Tj", &[]),
            (") ] > } 5", &[]),
            ("(a\\", &[]),
        ] {
            assert_eq!(told(content), expected, "{content}");
        }
    }
}
