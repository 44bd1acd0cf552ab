//! RTF: paragraphs, headings by the names of their styles, list items and rows of tables.
//!
//! The crates for RTF give runs of styled text to draw, without rows and styles; what a document needs of the format is
//! small enough to stand here. It follows the specification 1.9.1: destinations that are not known and marked `\*` are
//! left out, as are headers, footers, footnotes and pictures. Promises: time linear in the bytes, whatever the nesting.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::pieces::{Kind, Pieces, Place};
use super::{Page, Skip};

/// Whether the bytes are RTF.
pub fn is_rtf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"{\\rtf")
}

/// Groups whose text the reader does not see.
const HIDDEN: &[&str] = &[
    "colorschememapping",
    "colortbl",
    "datastore",
    "fldinst",
    "fonttbl",
    "footer",
    "footerf",
    "footerl",
    "footerr",
    "footnote",
    "generator",
    "header",
    "headerf",
    "headerl",
    "headerr",
    "latentstyles",
    "listoverridetable",
    "listtable",
    "nonshppict",
    "object",
    "pict",
    "revtbl",
    "rsidtbl",
    "themedata",
    "xmlnstbl",
];

/// What the text of a group is for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Goal {
    #[default]
    Body,
    Hidden,
    Styles,
    Title,
    Author,
}

/// What a group inherits.
#[derive(Clone, Copy, Debug)]
struct Group {
    place: Goal,
    /// Characters that stand after `\u` for readers without Unicode.
    fallback: u8,
}

/// The words of the document and their blocks.
pub fn read(bytes: &[u8]) -> Result<Page, Skip> {
    let mut reader = Reader {
        encoding: WINDOWS_1252,
        group: Group { place: Goal::Body, fallback: 1 },
        groups: Vec::new(),
        pending: Vec::new(),
        pieces: Pieces::default(),
        in_row: false,
        cell_due: false,
        skip: 0,
        style: 0,
        headings: HashMap::new(),
        name: String::new(),
        title: String::new(),
        author: String::new(),
    };
    reader.run(bytes);
    reader.flush();
    reader.pieces.end_block();
    reader.pieces.end_row();
    let mut page = Page { title: Some(reader.title).filter(|title| !title.is_empty()), ..Page::default() };
    page.meta("author", &reader.author);
    page.follow(reader.pieces.finish(None));
    Ok(page)
}

struct Reader {
    encoding: &'static Encoding,
    group: Group,
    groups: Vec<Group>,
    /// Bytes of text that are not decoded yet.
    pending: Vec<u8>,
    pieces: Pieces,
    in_row: bool,
    /// The next text begins a cell.
    cell_due: bool,
    /// Characters left that stand for one given in Unicode.
    skip: usize,
    /// The number of the style that is being named.
    style: i32,
    /// The levels of the styles that are headings.
    headings: HashMap<i32, u8>,
    /// The name of a style so far.
    name: String,
    title: String,
    author: String,
}

impl Reader {
    fn run(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'{' => {
                    self.flush();
                    self.groups.push(self.group);
                }
                b'}' => {
                    self.flush();
                    self.group = self.groups.pop().unwrap_or(self.group);
                }
                b'\r' | b'\n' => {}
                b'\\' => {
                    at = self.control(bytes, at + 1);
                    continue;
                }
                byte => self.byte(byte),
            }
            at += 1;
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else {
            self.pending.push(byte);
        }
    }

    /// Reads the control word or symbol that begins `at`, and gives the byte after it.
    fn control(&mut self, bytes: &[u8], at: usize) -> usize {
        let rest = &bytes[at.min(bytes.len())..];
        let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if letters == 0 {
            return at + self.symbol(rest);
        }
        let digits = rest[letters..].iter().enumerate();
        let digits = digits.take_while(|(nth, b)| b.is_ascii_digit() || *nth == 0 && **b == b'-').count();
        let word = std::str::from_utf8(&rest[..letters]).unwrap_or_default();
        let number = std::str::from_utf8(&rest[letters..letters + digits]).ok().and_then(|n| n.parse::<i32>().ok());
        let mut length = letters + digits;
        length += usize::from(rest.get(length) == Some(&b' '));
        if word == "bin" {
            return at + length + number.and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
        }
        self.word(word, number);
        at + length
    }

    /// A control of one character; how many bytes it takes.
    fn symbol(&mut self, rest: &[u8]) -> usize {
        match rest.first() {
            Some(b'\'') => {
                let hex = rest.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
                if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    self.byte(byte);
                }
                return 3;
            }
            Some(b'*') => self.group.place = Goal::Hidden,
            Some(b'~') => self.text(" "),
            Some(b'_') => self.text("-"),
            Some(byte @ (b'\\' | b'{' | b'}')) => self.byte(*byte),
            Some(b'\r' | b'\n') => self.word("par", None),
            _ => {}
        }
        1
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        self.flush();
        let is_body = self.group.place == Goal::Body;
        match word {
            _ if HIDDEN.binary_search(&word).is_ok() => self.group.place = Goal::Hidden,
            "stylesheet" => self.group.place = Goal::Styles,
            "info" => self.group.place = Goal::Hidden,
            "title" if self.group.place == Goal::Hidden => self.group.place = Goal::Title,
            "author" if self.group.place == Goal::Hidden => self.group.place = Goal::Author,
            "ansicpg" => {
                let label = number.map(|page| if page == 932 { "shift_jis".into() } else { format!("windows-{page}") });
                let known = label.and_then(|label| Encoding::for_label(label.as_bytes()));
                self.encoding = known.unwrap_or(self.encoding);
            }
            "uc" => self.group.fallback = number.and_then(|count| u8::try_from(count).ok()).unwrap_or(1).min(8),
            "u" => {
                // Numbers above 32767 are written as negative ones.
                let unit = number.unwrap_or_default().rem_euclid(65536) as u16;
                let text = String::from_utf16_lossy(&[unit]);
                self.text(&text);
                self.skip = usize::from(self.group.fallback);
            }
            "s" if self.group.place == Goal::Styles => self.style = number.unwrap_or_default(),
            _ if !is_body => {}
            "listtext" | "pntext" => {
                self.group.place = Goal::Hidden;
                if self.pieces.kind() == Kind::Paragraph {
                    let item = self.pieces.new_item();
                    self.go_to(Kind::Item(item));
                }
            }
            "par" | "sect" | "page" => self.pieces.end_block(),
            "pard" => self.go_to(Kind::Paragraph),
            "s" => {
                let level = number.and_then(|style| self.headings.get(&style).copied());
                level.into_iter().for_each(|level| self.go_to(Kind::Heading(level)));
            }
            "outlinelevel" => {
                let level = number.and_then(|level| u8::try_from(level).ok()).filter(|level| *level < 9);
                level.into_iter().for_each(|level| self.go_to(Kind::Heading((level + 1).min(6))));
            }
            "line" => self.pieces.line_break(),
            "tab" => self.text("\t"),
            "emdash" => self.text("—"),
            "endash" => self.text("–"),
            "lquote" => self.text("‘"),
            "rquote" => self.text("’"),
            "ldblquote" => self.text("“"),
            "rdblquote" => self.text("”"),
            "bullet" => self.text("•"),
            "trowd" if !self.in_row => {
                self.pieces.end_block();
                self.pieces.start_row();
                (self.in_row, self.cell_due) = (true, true);
            }
            "cell" => {
                self.begin_cell();
                self.pieces.end_block();
                self.cell_due = self.in_row;
            }
            "row" => {
                self.pieces.end_block();
                self.pieces.end_row();
                (self.in_row, self.cell_due) = (false, false);
            }
            _ => {}
        }
    }

    fn go_to(&mut self, kind: Kind) {
        self.pieces.go_to(Place { kind, ..Place::default() });
    }

    fn begin_cell(&mut self) {
        if std::mem::take(&mut self.cell_due) {
            self.pieces.start_cell();
        }
    }

    /// Decodes the bytes that wait.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        let (text, _, _) = self.encoding.decode(&bytes);
        self.text(&text);
    }

    fn text(&mut self, text: &str) {
        // What was written before stands before.
        if !self.pending.is_empty() {
            self.flush();
        }
        match self.group.place {
            Goal::Body => {
                if !text.trim().is_empty() {
                    self.begin_cell();
                }
                self.pieces.text(text);
            }
            Goal::Styles => {
                self.name.push_str(text);
                if let Some(name) = self.name.strip_suffix(';') {
                    let name = name.trim().to_ascii_lowercase();
                    let level = name.strip_prefix("heading ").and_then(|level| level.parse::<u8>().ok());
                    let level = if name == "title" { Some(1) } else { level };
                    if let Some(level) = level {
                        self.headings.entry(self.style).or_insert(level.clamp(1, 6));
                    }
                    self.name.clear();
                    self.style = 0;
                }
            }
            Goal::Title => self.title.push_str(text),
            Goal::Author => self.author.push_str(text),
            Goal::Hidden => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::office::tests::blocks;

    #[test]
    fn paragraphs_lists_and_tables_become_blocks() {
        let text = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\stylesheet{\s0 Normal;}{\s1\b heading 1;}}{\info{\title T}{\author Ann}}
\pard\s1 Outage\par
\pard It {\b fail}ed \'96 na\u239?ve \{x\}.{\*\unknown no}{\footnote n}\par
\pard{\listtext\tab}one\par
\trowd\cellx1\cellx2 10:00\intbl\cell down\cell\row
\pard Done.}";
        let page = read(text).unwrap();
        assert_eq!(
            blocks(&page),
            ["meta author: Ann", "h1 Outage", "p It failed – naïve {x}.", "li one", "tr 10:00 | down", "p Done."]
        );
        assert_eq!(page.title.as_deref(), Some("T"));
    }

    #[test]
    fn hidden_groups_are_found_by_halving() {
        assert!(HIDDEN.is_sorted());
    }

    #[test]
    fn broken_and_hostile_files_end() {
        for text in
            ["{\\rtf1 \\", "{\\rtf1 \\'", "{\\rtf1 \\u", "}}}}", "{\\rtf1 \\bin99999999 x", "{\\rtf1 \\u-99999999999 x"]
        {
            read(text.as_bytes()).unwrap();
        }
        let deep = format!("{{\\rtf1 {}x", "{\\b ".repeat(100_000));
        assert_eq!(blocks(&read(deep.as_bytes()).unwrap()), ["p x"]);
    }
}
