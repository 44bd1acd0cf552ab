//! Where the text of a page stands: operations that draw become lines, and lines become blocks.
//!
//! Promises: text in the order in which it is drawn, which is the order of reading in what office programs and browsers
//! write; a line is what stands at one height; a wide gap in a line is a tab, a wide gap between lines an empty line.
//! Leaves to others: objects and fonts (`super`). Text turned on its side is read as it comes.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use lopdf::Encoding;

use super::super::Page;
use super::content::{self, Operand};
use crate::document::{BlockKind, Dropped};

/// What is needed of a font to read it and to know where its text ends.
pub struct Font<'d> {
    pub encoding: Option<Encoding<'d>>,
    /// Widths in thousandths of the size, by the first and last code of the characters that have it, in their order.
    pub widths: Vec<(i64, i64, f32)>,
    /// Its codes have two bytes.
    pub is_wide: bool,
}

/// Scale and place: `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Clone, Copy, Debug)]
struct Matrix([f32; 6]);

impl Matrix {
    const ONE: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// First this one, then `other`.
    fn then(self, other: Matrix) -> Matrix {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Matrix([a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l])
    }
}

#[derive(Debug, Default)]
struct Line {
    text: String,
    /// The size of its longest piece, and the length of that: a bullet may be larger than what it stands before.
    size: f32,
    longest: usize,
    y: f32,
    /// Where its text ends.
    end: f32,
    page: usize,
    /// How many wide gaps it has; where the last of them stands in its text and on the page.
    gaps: usize,
    gap: (usize, f32),
}

/// The lines of all pages so far.
#[derive(Default)]
pub struct Pages {
    lines: Vec<Line>,
    count: usize,
    /// The bytes and the words of the text that is drawn, to be used again.
    bytes: Vec<u8>,
    words: String,
}

/// What the operations of a page have set.
struct State<'d> {
    font: Option<Rc<Font<'d>>>,
    whole: Matrix,
    text: Matrix,
    line: Matrix,
    size: f32,
    leading: f32,
}

impl Pages {
    /// Takes the text that `content` draws. `font_of` knows the fonts of the page by their names.
    pub fn page<'d>(&mut self, content: &[u8], mut font_of: impl FnMut(&[u8]) -> Option<Rc<Font<'d>>>) {
        /// Deeper saves are forgotten.
        const DEEPEST: usize = 64;
        self.count += 1;
        let (whole, text, line) = (Matrix::ONE, Matrix::ONE, Matrix::ONE);
        let mut state = State { font: None, whole, text, line, size: 0.0, leading: 0.0 };
        let mut saved: Vec<Matrix> = Vec::new();
        content::operations(content, |operator, operands| {
            let number = |at: usize| match operands.get(at) {
                Some(Operand::Number(number)) => *number,
                _ => 0.0,
            };
            let matrix = || Matrix(std::array::from_fn(number));
            match operator {
                b"q" if saved.len() < DEEPEST => saved.push(state.whole),
                b"Q" => state.whole = saved.pop().unwrap_or(state.whole),
                b"cm" => state.whole = matrix().then(state.whole),
                b"BT" => (state.text, state.line) = (Matrix::ONE, Matrix::ONE),
                b"Tf" => {
                    state.font = match operands.first() {
                        Some(Operand::Name(name)) => font_of(name),
                        _ => None,
                    };
                    state.size = number(1);
                }
                b"TL" => state.leading = number(0),
                b"Tm" => (state.text, state.line) = (matrix(), matrix()),
                b"Td" | b"TD" => {
                    if operator == b"TD" {
                        state.leading = -number(1);
                    }
                    state.next(number(0), number(1));
                }
                b"T*" => state.next(0.0, -state.leading),
                b"Tj" | b"TJ" => self.show(operands, &mut state),
                b"'" | b"\"" => {
                    state.next(0.0, -state.leading);
                    self.show(&operands[operands.len().saturating_sub(1)..], &mut state);
                }
                _ => {}
            }
        });
    }

    /// Draws the texts and moves among the operands.
    fn show(&mut self, operands: &[Operand], state: &mut State) {
        let Some(font) = state.font.clone() else { return };
        for operand in operands {
            match (operand, &font.encoding) {
                (Operand::Number(back), _) => state.advance(-back / 1000.0 * state.size),
                (Operand::Text(text, written), Some(encoding)) => {
                    let (mut bytes, mut words) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.words));
                    content::decode(text, *written, &mut bytes);
                    words.clear();
                    // Codes that mean nothing are no text.
                    if encoding.write_to_string(&bytes, &mut words).is_err() {
                        words.clear();
                    }
                    let at = state.text.then(state.whole).0;
                    state.advance(font.width(&bytes) * state.size);
                    let end = state.text.then(state.whole).0[4];
                    let size = (state.size * (at[2].hypot(at[3]))).abs();
                    self.text(&words, size, (at[4], at[5]), end);
                    (self.bytes, self.words) = (bytes, words);
                }
                _ => {}
            }
        }
    }

    /// Adds text of that size that stands there, to the last line if it goes on with it.
    fn text(&mut self, text: &str, size: f32, (x, y): (f32, f32), end: f32) {
        /// Gaps in sizes of the font: between words, and between columns.
        const WORD: f32 = 0.2;
        const COLUMN: f32 = 1.0;
        let page = self.count;
        let same = |line: &&mut Line| line.page == page && (line.y - y).abs() < 0.4 * size.max(line.size);
        let Some(line) = self.lines.last_mut().filter(same) else {
            if !text.trim().is_empty() {
                let text = text.trim_start().to_owned();
                self.lines.push(Line { longest: text.len(), text, size, y, end, page, ..Line::default() });
            }
            return;
        };
        let gap = (x - line.end) / size.max(1.0);
        if gap.abs() > COLUMN {
            line.text.truncate(line.text.trim_end().len());
            line.gap = (line.text.len(), x);
            line.gaps += 1;
            line.text.push('\t');
            line.text.push_str(text.trim_start());
        } else {
            if gap > WORD && !line.text.ends_with(char::is_whitespace) && !text.starts_with(char::is_whitespace) {
                line.text.push(' ');
            }
            line.text.push_str(text);
        }
        line.end = end;
        if text.len() > line.longest {
            (line.size, line.longest) = (size, text.len());
        }
    }

    /// The blocks of all pages.
    pub fn finish(mut self) -> Page {
        /// A heading is larger than the text by so much.
        const LARGER: f32 = 1.12;
        /// A gap of so many sizes parts paragraphs.
        const GAP: f32 = 1.7;
        /// And one of so many the rows of a table.
        const ROW_GAP: f32 = 3.0;
        let mut page = Page { dropped: self.drop_margins(), ..Page::default() };
        self.part_columns();
        // Sizes in tenths of a point, with the number of bytes written in each.
        let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
        let tenths = |line: &Line| (line.size * 10.0).round() as u32;
        for line in &self.lines {
            *sizes.entry(tenths(line)).or_default() += line.text.len();
        }
        let usual = sizes.iter().max_by_key(|(_, bytes)| **bytes).map_or(0, |(size, _)| *size);
        let is_heading = |line: &Line| tenths(line) as f32 > usual as f32 * LARGER;
        let larger: Vec<u32> =
            sizes.keys().copied().filter(|size| *size as f32 > usual as f32 * LARGER).rev().collect();
        let mut text = String::new();
        let mut last: Option<&Line> = None;
        let mut heading: Option<(u8, String)> = None;
        for line in &self.lines {
            let near = last.is_some_and(|last| {
                let is_row = last.text.contains('\t') && line.text.contains('\t');
                let gap = if is_row { ROW_GAP } else { GAP };
                last.page == line.page && (last.y - line.y).abs() < gap * line.size
            });
            let level = larger.iter().position(|size| *size == tenths(line)).map_or(1, |nth| (nth + 1).min(6) as u8);
            let words = line.text.trim_end();
            if is_heading(line) {
                flush(&mut page, &mut text);
                match &mut heading {
                    // A heading of two lines.
                    Some((of, title)) if *of == level && near => *title = format!("{title} {words}"),
                    _ => {
                        close(&mut page, &mut heading);
                        heading = Some((level, words.to_owned()));
                    }
                }
            } else {
                close(&mut page, &mut heading);
                if !text.is_empty() {
                    // A sentence may go on over the page, or at the top of the next column.
                    let is_other = |last: &Line| last.page != line.page || line.y > last.y + GAP * line.size;
                    let turned = last.is_some_and(is_other) && !text.ends_with(['.', '!', '?', ':']);
                    text.push_str(if near || turned { "\n" } else { "\n\n" });
                }
                text.push_str(words);
            }
            last = Some(line);
        }
        close(&mut page, &mut heading);
        flush(&mut page, &mut text);
        page
    }

    /// Puts two columns of prose whose lines were drawn side by side one below the other. Rows of tables have short cells, and those of
    /// programs are drawn cell by cell.
    fn part_columns(&mut self) {
        /// Fewer lines may be a table.
        const FEWEST: usize = 8;
        /// The least length of a line of prose, on average.
        const LEAST: usize = 25;
        let mut lines = std::mem::take(&mut self.lines).into_iter().peekable();
        while let Some(first) = lines.next() {
            let mut run = vec![first];
            let goes_on = |first: &Line, next: &Line| {
                next.page == first.page && next.gaps == 1 && (next.gap.1 - first.gap.1).abs() < first.size
            };
            while run[0].gaps == 1 {
                let Some(next) = lines.next_if(|next| goes_on(&run[0], next)) else { break };
                run.push(next);
            }
            let lengths = run.iter().map(|line| (line.gap.0, line.text.len() - line.gap.0));
            let (left, right) = lengths.fold((0, 0), |sum, (left, right)| (sum.0 + left, sum.1 + right));
            if run.len() < FEWEST || left.min(right) < run.len() * LEAST {
                self.lines.extend(run);
                continue;
            }
            let rest = |line: &mut Line| {
                let text = line.text.split_off(line.gap.0).trim_start().to_owned();
                Line { text, gaps: 0, longest: 0, ..*line }
            };
            let right: Vec<Line> = run.iter_mut().map(rest).collect();
            self.lines.extend(run);
            self.lines.extend(right);
        }
    }

    /// Leaves out what stands at the top or the foot of most pages, but for its figures.
    fn drop_margins(&mut self) -> Vec<Dropped> {
        /// On fewer pages it may be chance.
        const FEWEST: usize = 3;
        /// No more than one in so many bytes is taken for a margin.
        const MOST: usize = 4;
        let plain = |line: &Line| line.text.replace(|c: char| c.is_ascii_digit(), "");
        let is_margin = |lines: &[Line], at: usize| {
            let page = lines[at].page;
            at == 0 || lines[at - 1].page != page || lines.get(at + 1).is_none_or(|next| next.page != page)
        };
        let mut counts: HashMap<String, usize> = HashMap::new();
        let margins: Vec<bool> = (0..self.lines.len()).map(|at| is_margin(&self.lines, at)).collect();
        for (line, _) in self.lines.iter().zip(&margins).filter(|(_, is_margin)| **is_margin) {
            *counts.entry(plain(line)).or_default() += 1;
        }
        let repeated = |line: &Line| counts.get(&plain(line)).is_some_and(|n| *n >= FEWEST && n * 2 > self.count);
        let drops: Vec<bool> =
            self.lines.iter().zip(&margins).map(|(line, margin)| *margin && repeated(line)).collect();
        let bytes = |all: bool| -> usize {
            self.lines.iter().zip(&drops).filter(|(_, drops)| all || **drops).map(|(line, _)| line.text.len()).sum()
        };
        // Pages that are alike are text: a log of one line a page.
        if bytes(false) * MOST > bytes(true) {
            return Vec::new();
        }
        let mut dropped: Vec<Dropped> = Vec::new();
        for (line, _) in self.lines.iter().zip(&drops).filter(|(_, drops)| **drops) {
            let why = "at the edge of most pages".to_owned();
            match dropped.first_mut() {
                Some(first) => first.bytes += line.text.len(),
                None => dropped.push(Dropped::new(&line.text, why)),
            }
        }
        let mut drops = drops.into_iter();
        self.lines.retain(|_| !drops.next().unwrap_or_default());
        dropped
    }
}

fn flush(page: &mut Page, text: &mut String) {
    let text = std::mem::take(text);
    page.markdown(&text);
}

fn close(page: &mut Page, heading: &mut Option<(u8, String)>) {
    if let Some((level, title)) = heading.take() {
        page.block(BlockKind::Heading(level), &title);
    }
}

impl State<'_> {
    /// Goes to the start of another line.
    fn next(&mut self, x: f32, y: f32) {
        self.line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(self.line);
        self.text = self.line;
    }

    fn advance(&mut self, x: f32) {
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, x, 0.0]).then(self.text);
    }
}

impl Font<'_> {
    /// The width of the characters, in sizes of the font; where it is not told, that of an average one.
    fn width(&self, bytes: &[u8]) -> f32 {
        const AVERAGE: f32 = 500.0;
        let of = |code: i64| {
            let after = self.widths.partition_point(|(first, ..)| *first <= code);
            let found = after.checked_sub(1).map(|at| self.widths[at]);
            found.filter(|(_, last, _)| code <= *last).map_or(AVERAGE, |(.., width)| width)
        };
        let width: f32 = if self.is_wide {
            bytes.chunks(2).map(|pair| of(pair.iter().fold(0, |code, byte| code << 8 | i64::from(*byte)))).sum()
        } else {
            bytes.iter().map(|byte| of(i64::from(*byte))).sum()
        };
        width / 1000.0
    }
}
