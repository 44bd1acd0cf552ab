//! Text and Markdown: cuts the unchanged text into blocks, line by line.
//!
//! Promises: for any text the blocks are in order, apart, trimmed, on character boundaries, and leave out nothing but
//! marks (list markers, `#`, rules, table rules, the fence of front matter and its comments); the work is linear in
//! the text. It is tolerant where CommonMark is strict, since most inputs are exports that have lost their blank
//! lines or their last fence. Leaves to others: bold lines that serve as headings, which stay paragraphs, and HTML
//! tags and shortcodes, which stay in the text.

use std::cell::Cell;
use std::sync::LazyLock;

use regex::Regex;

use super::dialect::{self, Dialect, Take, Text};
use super::joins::{self, Before, Joiner};
use super::lines::{self, Line};
use super::{fences, front};
use crate::document::{Block, BlockKind, Span};

/// The blocks of `text`.
pub fn segment(text: &str) -> Vec<Block> {
    segment_as(text, None)
}

/// The blocks of `text`, in which a dialect reads some lines in its own way.
pub fn segment_as(text: &str, dialect: Option<&dyn Dialect>) -> Vec<Block> {
    let lines = lines::lines(text);
    let (blocks, taken) = front::front(text, &lines);
    let mut joiner = Joiner::of(text, &lines[taken..]);
    joiner.markdown |= dialect.is_some();
    let closers = fences::closers(text, &lines);
    let looks = dialect::looks(lines.len());
    let mut segmenter =
        Segmenter { text, lines: &lines, joiner, closers, dialect, looks: &looks, blocks, open: None, list: None };
    let mut at = taken;
    while at < lines.len() {
        at = segmenter.step(at);
    }
    segmenter.close();
    segmenter.blocks
}

struct Segmenter<'t> {
    text: &'t str,
    lines: &'t [Line],
    joiner: Joiner,
    /// For each line, the longest closing fence from there on, of backticks and of tildes.
    closers: Vec<[usize; 2]>,
    dialect: Option<&'t dyn Dialect>,
    looks: &'t Cell<usize>,
    blocks: Vec<Block>,
    open: Option<Open>,
    /// The indent of the list item that we are in, until something at the margin ends the list.
    list: Option<usize>,
}

/// A paragraph or list item that the next line may go on with.
#[derive(Clone, Copy)]
struct Open {
    kind: BlockKind,
    span: Span,
    last: usize,
}

impl<'t> Segmenter<'t> {
    /// Takes the line `at`, and gives the next line to take.
    fn step(&mut self, at: usize) -> usize {
        if self.lines[at].is_blank() {
            // A lone list marker waits for its words.
            if self.open.is_some_and(|open| !open.span.is_empty() || open.last + 1 < at) {
                self.close();
            }
            return at + 1;
        }
        self.dialect(at)
            .or_else(|| self.heading(at))
            .or_else(|| self.fence(at))
            .or_else(|| self.comment(at))
            .or_else(|| self.tag(at))
            .or_else(|| self.table(at))
            .or_else(|| self.tabbed(at))
            .or_else(|| self.indented_code(at))
            .unwrap_or_else(|| self.prose(at))
    }

    fn body(&self, at: usize) -> &'t str {
        self.lines[at].body.of(self.text)
    }

    fn is_blank(&self, at: usize) -> bool {
        self.lines.get(at).is_none_or(Line::is_blank)
    }

    fn push(&mut self, kind: BlockKind, span: Span) {
        self.close();
        let span = span.trim(self.text);
        if !span.is_empty() {
            self.blocks.push(Block { kind, span });
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take().filter(|open| !open.span.is_empty()) {
            self.blocks.push(Block { kind: open.kind, span: open.span });
        }
    }

    /// What the dialect makes of the line.
    fn dialect(&mut self, at: usize) -> Option<usize> {
        let text = Text { text: self.text, lines: self.lines, looks: self.looks };
        match self.dialect?.take(&text, at)? {
            Take::Blocks(blocks, next) => {
                self.close();
                self.list = None;
                self.blocks.extend(blocks.into_iter().filter(|block| !block.span.is_empty()));
                // A dialect that takes no line would be asked for ever.
                Some(next.max(at + 1))
            }
            Take::Item(marker) => {
                self.item(at, marker);
                Some(at + 1)
            }
        }
    }

    /// `# Heading`, a line underlined with `===` or `---`, and rules, which only part.
    fn heading(&mut self, at: usize) -> Option<usize> {
        let (line, body) = (self.lines[at], self.body(at));
        if let Some((level, words)) = lines::atx_heading(body) {
            self.push(BlockKind::Heading(level), Span::new(line.body.start + words.start, line.body.start + words.end));
            self.list = None;
            return Some(at + 1);
        }
        let has_underlines = self.dialect.is_none_or(|dialect| dialect.has_underlines());
        if let Some(level) = self.underline(at).filter(|_| has_underlines) {
            self.push(BlockKind::Heading(level), line.body);
            self.list = None;
            return Some(at + 2);
        }
        lines::rule(body, 3).filter(|mark| !matches!(mark, '~' | '"' | '\''))?;
        self.close();
        Some(at + 1)
    }

    /// The level of the heading that line `at` is by the line under it: `=` 1, `-` 2, the other marks of reST 3.
    fn underline(&self, at: usize) -> Option<u8> {
        /// A longer line is a paragraph over a rule.
        const LONGEST: usize = 120;
        let (title, under) = (self.body(at), self.lines.get(at + 1)?);
        let mark = lines::rule(under.body.of(self.text), 3)?;
        let width = title.chars().count();
        let fits = under.body.len() + 2 >= width && under.body.len() >= 4 && !under.body.of(self.text).contains(' ');
        let starts = self.open.is_none() && width <= LONGEST && lines::rule(title, 3).is_none();
        let numbered = title.starts_with(|c: char| c.is_ascii_digit()) && fits;
        let is_other = (lines::list_marker(title).is_some() && !numbered) || title.starts_with(['|', '`', '<']);
        match mark {
            _ if !starts || is_other => None,
            '=' => Some(1),
            // After a sentence, three dashes are a rule.
            '-' => (fits || !title.ends_with(['.', '!', '?', ':'])).then_some(2),
            _ => (fits && under.body.len() <= width + 2).then_some(3),
        }
    }

    /// A fenced block of code, fences included. One that is never closed ends where prose seems to begin again.
    fn fence(&mut self, at: usize) -> Option<usize> {
        let (kind, length) = fences::mark(self.body(at))?;
        let is_closed = self.closers.get(at + 1).is_some_and(|longest| longest[kind] >= length);
        let mut next = at + 1;
        let mut last = at;
        while next < self.lines.len() {
            let body = self.body(next);
            let mark = fences::mark(body).filter(|(other, others)| *other == kind && *others >= length);
            if mark.is_some_and(|(_, marks)| marks == body.len()) && is_closed {
                last = next;
                next += 1;
                break;
            }
            // The opening of another block within this one, or prose after a gap, where no fence is left to close it.
            if mark.is_some() || (!is_closed && self.is_blank(next.wrapping_sub(1)) && opens_prose(body)) {
                break;
            }
            last = if body.is_empty() { last } else { next };
            next += 1;
        }
        self.push(BlockKind::Code, Span::new(self.lines[at].body.start, self.lines[last].full.end));
        Some(next)
    }

    /// A comment of HTML that opens a line, which no reader of the page sees: kept for search, as code is.
    fn comment(&mut self, at: usize) -> Option<usize> {
        /// A comment that does not end by then is not searched for further.
        const MOST_LINES: usize = 50;
        if !self.body(at).starts_with("<!--") {
            return None;
        }
        let within = at..self.lines.len().min(at + MOST_LINES);
        let last = within.clone().find(|&at| self.body(at).contains("-->"))?;
        if !self.body(last).ends_with("-->") {
            return None;
        }
        self.push(BlockKind::Code, Span::new(self.lines[at].body.start, self.lines[last].body.end));
        Some(last + 1)
    }

    /// A line that holds nothing but a tag of a template or a component: `{% include x %}`, `{{< note >}}`, `<Steps>`, `</details>`,
    /// or what a component is imported by. Kept for search, as comments are.
    fn tag(&mut self, at: usize) -> Option<usize> {
        static TAG: LazyLock<Regex> = LazyLock::new(|| {
            // A literal pattern, compiled by the tests.
            Regex::new(
                r#"^(?:\{%[^%]*%\}|\{\{[<%][^{}]*[>%]\}\}|<%[^%]*%>|</?(?:[A-Z][A-Za-z.]*|details)(?:\s[^<>]*)?/?>|import\s[\w{}*,\s]+\sfrom\s+["'][^"']+["'];?)$"#,
            )
            .expect("a literal pattern compiles")
        });
        let body = self.body(at);
        // Most lines open otherwise.
        if !body.starts_with(['<', '{', 'i']) || !TAG.is_match(body) {
            return None;
        }
        self.push(BlockKind::Code, self.lines[at].body);
        Some(at + 1)
    }

    /// The rows of a table with pipes; the line between head and body is left out.
    fn table(&mut self, at: usize) -> Option<usize> {
        let is_row = |body: &str| body.len() > 1 && body.starts_with('|') && body[1..].contains('|');
        let is_head = |body: &str, under: Option<&Line>| {
            lines::holds(body, b'|')
                && under.is_some_and(|line| {
                    lines::holds(line.body.of(self.text), b'|') && lines::is_table_rule(line.body.of(self.text))
                })
        };
        let bare = is_head(self.body(at), self.lines.get(at + 1));
        if self.body(at).bytes().all(|b| matches!(b, b'|' | b' ')) {
            // What is left of an empty row, or of a cell that was written on lines of its own.
            self.close();
            return Some(at + 1);
        }
        if !bare && !is_row(self.body(at)) && !lines::is_table_rule(self.body(at)) {
            return None;
        }
        let mut next = at;
        while let Some(line) = self.lines.get(next).filter(|line| !line.is_blank()) {
            let body = self.body(next);
            if lines::is_table_rule(body) {
                self.close();
            } else if is_row(body) || (bare && lines::holds(body, b'|')) {
                let start = line.body.start + usize::from(body.starts_with('|'));
                let ends_in_pipe = body.ends_with('|') && !body.ends_with("\\|") && line.body.end > start;
                self.push(BlockKind::TableRow, Span::new(start, line.body.end - usize::from(ends_in_pipe)));
            } else {
                break;
            }
            next += 1;
        }
        Some(next)
    }

    /// Two lines or more with tabs in them, as copied from a spreadsheet or a page.
    fn tabbed(&mut self, at: usize) -> Option<usize> {
        let is_row = |line: &&Line| {
            let body = line.body.of(self.text);
            lines::holds(body, b'\t') && lines::list_marker(body).is_none()
        };
        let rows = self.lines[at..].iter().take_while(is_row).count();
        if rows < 2 {
            return None;
        }
        for row in at..at + rows {
            self.push(BlockKind::TableRow, self.lines[row].body);
        }
        Some(at + rows)
    }

    /// Markdown's other way to write code: four columns in, after a blank line, outside of a list.
    fn indented_code(&mut self, at: usize) -> Option<usize> {
        let is_code = |line: &Line| line.indent >= 4 && !line.full.of(self.text).trim_start().starts_with('>');
        let after_gap = at == 0 || self.is_blank(at - 1);
        let is_item = lines::list_marker(self.body(at)).is_some();
        let prose = joins::is_sentence(self.body(at));
        if !self.joiner.markdown || self.list.is_some() || is_item || prose || !after_gap || !is_code(&self.lines[at]) {
            return None;
        }
        let count = self.lines[at..].iter().take_while(|line| !line.is_blank() && is_code(line)).count();
        self.push(BlockKind::Code, Span::new(self.lines[at].body.start, self.lines[at + count - 1].body.end));
        Some(at + count)
    }

    /// A list item, the foot of an update, or a paragraph: a new one, or more of the open one.
    fn prose(&mut self, at: usize) -> usize {
        let (line, body) = (self.lines[at], self.body(at));
        if lines::is_posted(body) {
            self.push(BlockKind::Update, line.body);
        } else if let Some(marker) = lines::list_marker(body).filter(|_| !self.is_range_end(at)) {
            self.item(at, marker + task(&body[marker.min(body.len())..]));
        } else if self.goes_on(at) {
            if let Some(open) = &mut self.open {
                let start = if open.span.is_empty() { line.body.start } else { open.span.start };
                (open.span, open.last) = (Span::new(start, line.body.end), at);
            }
        } else {
            self.close();
            if line.indent <= self.list.unwrap_or_default() {
                self.list = None;
            }
            self.open = Some(Open { kind: BlockKind::Paragraph, span: line.body, last: at });
        }
        at + 1
    }

    /// Opens a list item whose marker has that many bytes.
    fn item(&mut self, at: usize, marker: usize) {
        self.close();
        let line = self.lines[at];
        let span = Span::new((line.body.start + marker).min(line.body.end), line.body.end);
        self.open = Some(Open { kind: BlockKind::ListItem, span, last: at });
        self.list = Some(line.indent);
    }

    /// `We were down from 10:00` / `- 10:30 UTC`: in wrapped prose, a dash at the margin may be one of the sentence.
    fn is_range_end(&self, at: usize) -> bool {
        let prose = self.open.filter(|open| open.kind == BlockKind::Paragraph && open.last + 1 == at);
        let is_clock = |word: &str| word.contains(':') && word.ends_with(|c: char| c.is_ascii_digit());
        self.joiner.wrap.is_some()
            && self.body(at).starts_with(['-', '–'])
            && prose.is_some_and(|open| open.span.of(self.text).rsplit(' ').next().is_some_and(is_clock))
    }

    /// Whether line `at` is more of the open block.
    fn goes_on(&self, at: usize) -> bool {
        let Some(open) = self.open else { return false };
        if open.span.is_empty() {
            return true;
        }
        let last = self.lines[open.last];
        let tail = &self.text[last.body.end..last.full.end];
        let body = Span::new(last.body.start.max(open.span.start), last.body.end).of(self.text);
        let before = Before { body, width: last.width, hard_break: is_break(body, tail) };
        let is_reference = |body: &str| body.starts_with('[') && body.contains("]: ");
        if is_reference(self.body(at)) || is_reference(body) {
            return false;
        }
        let indented =
            open.kind == BlockKind::ListItem && self.list.is_some_and(|indent| self.lines[at].indent > indent);
        if indented {
            self.joiner.joins_indented(before, self.body(at))
        } else {
            self.joiner.joins(before, self.body(at))
        }
    }
}

/// The length of the box of a task: `[x] `.
fn task(item: &str) -> usize {
    /// The box and the space after it.
    const BOX: usize = 4;
    if ["[ ] ", "[x] ", "[X] "].iter().any(|mark| item.starts_with(mark)) { BOX } else { 0 }
}

/// Whether the line ends in a break that readers see: two spaces, a backslash, a tag.
fn is_break(body: &str, tail: &str) -> bool {
    tail.starts_with("  ") || ["\\", "<br>", "<br/>", "<br />"].iter().any(|mark| body.ends_with(mark))
}

/// Whether the line looks like prose again after code whose fence was never closed.
fn opens_prose(body: &str) -> bool {
    lines::list_marker(body).is_some() || lines::atx_heading(body).is_some_and(|(_, words)| !words.is_empty())
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        told(text, &segment(text))
    }

    /// Checks what a dialect makes of each text.
    #[track_caller]
    pub fn check_as(dialect: &dyn Dialect, table: &[(&str, &[&str])]) {
        for (text, expected) in table {
            assert_eq!(told(text, &segment_as(text, Some(dialect))), *expected, "{text}");
        }
    }

    /// The blocks in short: `h2 Title`, `p words`, `li item`, `tr a | b`, `code`, `up Posted`, `meta k: v`.
    pub fn told(text: &str, blocks: &[Block]) -> Vec<String> {
        let name = |kind| match kind {
            BlockKind::Meta => "meta".to_owned(),
            BlockKind::Heading(level) => format!("h{level}"),
            BlockKind::Paragraph => "p".to_owned(),
            BlockKind::ListItem => "li".to_owned(),
            BlockKind::TableRow => "tr".to_owned(),
            BlockKind::Code => "code".to_owned(),
            BlockKind::Update => "up".to_owned(),
        };
        blocks.iter().map(|block| format!("{} {}", name(block.kind), block.span.of(text))).collect()
    }

    #[track_caller]
    fn check(table: &[(&str, &[&str])]) {
        for (text, expected) in table {
            assert_eq!(read(text), *expected, "{text}");
        }
    }

    #[test]
    fn headings_are_marked_or_underlined() {
        check(&[
            ("# Outage\nWe failed.\n## Impact ##\n", &["h1 Outage", "p We failed.", "h2 Impact"]),
            ("Outage\n======\nImpact\n------\ntext", &["h1 Outage", "h2 Impact", "p text"]),
            ("=====\nTitle\n=====\n\nPart\n~~~~\ntext", &["h1 Title", "h3 Part", "p text"]),
            ("All is well again.\n---\nNext", &["p All is well again.", "p Next"]),
            ("**Impact**\n\nROOT CAUSE:\nA leak.", &["p **Impact**", "p ROOT CAUSE:", "p A leak."]),
        ]);
    }

    #[test]
    fn list_items_are_a_block_each_with_their_lazy_lines() {
        check(&[
            ("- one\n- two\n  goes on\n  - nested\n* three", &["li one", "li two\n  goes on", "li nested", "li three"]),
            ("1. first\n    1. inner\n2) second\na) third", &["li first", "li inner", "li second", "li third"]),
            ("  • bullet\n◦ ring\n– dash", &["li bullet", "li ring", "li dash"]),
            (
                "-\nThe cause was\n- The second\nmail-sender\njob never ran",
                &["li The cause was", "li The second\nmail-sender\njob never ran"],
            ),
            ("- Replaced the disk.\nActions:\n- Wait", &["li Replaced the disk.", "p Actions:", "li Wait"]),
            ("- Timeline:\n  10:00 down\n  10:30 up", &["li Timeline:", "p 10:00 down", "p 10:30 up"]),
            ("- between 10:00 and\n  10:30 we failed", &["li between 10:00 and\n  10:30 we failed"]),
            ("12. August 2023 was bad", &["p 12. August 2023 was bad"]),
        ]);
    }

    #[test]
    fn tables_give_a_block_a_row() {
        check(&[
            ("| Time | Event |\n|:--|---|\n| 10:00 | down |\n", &["tr Time | Event", "tr 10:00 | down"]),
            (
                "Time | Event\n--- | ---\n10:00 | down\n\nThen a | b",
                &["tr Time | Event", "tr 10:00 | down", "p Then a | b"],
            ),
            ("|  | b |\n| a |  |", &["tr | b", "tr a |"]),
            ("10:00\tdown\n10:30\tup\nok", &["tr 10:00\tdown", "tr 10:30\tup", "p ok"]),
            ("one\ttab", &["p one\ttab"]),
        ]);
    }

    #[test]
    fn code_is_fenced_or_indented_and_never_swallows_the_rest() {
        check(&[
            ("a\n```sh\n# not a heading\n```\nb", &["p a", "code ```sh\n# not a heading\n```", "p b"]),
            ("~~~\n- x\n\n- y\n~~~\n", &["code ~~~\n- x\n\n- y\n~~~"]),
            ("```\nlog line\n\n- item\n\nend", &["code ```\nlog line", "li item", "p end"]),
            (
                "```\nlog line\n\n## Impact\n```sh\nls\n```\n",
                &["code ```\nlog line\n\n## Impact", "code ```sh\nls\n```"],
            ),
            ("# T\n\n    ls -l\n    pwd\n\ntext", &["h1 T", "code ls -l\n    pwd", "p text"]),
            (
                "# T\n\n    This was left out of the note at first.\n",
                &["h1 T", "p This was left out of the note at first."],
            ),
            ("plain\n\n    indented prose", &["p plain", "p indented prose"]),
            ("# T\n- item\n\n    more of it", &["h1 T", "li item", "p more of it"]),
            ("<!-- When did\nit start? -->\n10:00", &["code <!-- When did\nit start? -->", "p 10:00"]),
        ]);
    }

    #[test]
    fn the_foot_of_an_update_is_a_block_of_its_own() {
        check(&[(
            "Resolved\nThis incident is over.\nPosted Feb 11, 2024 - 08:30 GMT\n\nMonitoring\nA fix is in.\n_Posted on Mar 3_",
            &[
                "p Resolved",
                "p This incident is over.",
                "up Posted Feb 11, 2024 - 08:30 GMT",
                "p Monitoring",
                "p A fix is in.",
                "up _Posted on Mar 3_",
            ],
        )]);
    }

    #[test]
    fn plain_text_that_lost_its_blank_lines_is_cut_where_a_reader_sees_it() {
        check(&[
            (
                "Timeline:\n14:30 UTC:\nAlert fired.\n14:35 We looked\nat the database.\nRoot Cause\nA leak.",
                &[
                    "p Timeline:",
                    "p 14:30 UTC:",
                    "p Alert fired.",
                    "p 14:35 We looked\nat the database.",
                    "p Root Cause",
                    "p A leak.",
                ],
            ),
            (
                "Start Time: May 2, 09:15\nEnd Time: May 2, 11:40\n",
                &["p Start Time: May 2, 09:15", "p End Time: May 2, 11:40"],
            ),
        ]);
    }

    #[test]
    fn quotes_are_paragraphs_and_line_ends_may_be_of_windows() {
        check(&[
            ("> All times\r\n> in UTC.\r\n\r\nNext\r\n", &["p All times\r\n> in UTC.", "p Next"]),
            ("---\r\ntitle: X\r\n---\r\nText", &["meta title: X", "p Text"]),
        ]);
    }

    #[test]
    fn odd_inputs_end() {
        for piece in ["```a\n", "~~~\n\n# h\n", "<!--\n", "> ", "- ", "|", "a\tb\n", "---\n", "#", "\r", "`", "a:\n"] {
            let text = piece.repeat(200_000 / piece.len());
            assert!(segment(&text).len() <= text.len(), "{piece:?}");
        }
    }

    /// What may stand between blocks: white space, marks, and the numbers of list items.
    fn is_marks(gap: &str) -> bool {
        let is_number = |word: &str| word.len() <= 4 && word.chars().all(|c| c.is_ascii_alphanumeric());
        gap.split(['\n', '\r']).all(|line| {
            line.starts_with(['#', '['])
                || line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).all(is_number)
                    && line.chars().filter(|c| c.is_alphanumeric()).count() <= 4
        })
    }

    fn check_blocks(text: &str) -> Result<(), TestCaseError> {
        let mut end = 0;
        for block in segment(text) {
            let Span { start, end: until } = block.span;
            prop_assert!(end <= start && start < until, "overlap or disorder at {start} in {text:?}");
            prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(until));
            prop_assert_eq!(block.span.trim(text), block.span, "not trimmed");
            prop_assert!(is_marks(&text[end..start]), "{:?} is lost in {text:?}", &text[end..start]);
            end = until;
        }
        prop_assert!(is_marks(&text[end..]), "{:?} is lost in {text:?}", &text[end..]);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn blocks_of_any_text_are_in_order_and_lose_nothing(text in any::<String>()) {
            check_blocks(&text)?;
        }

        #[test]
        fn blocks_of_any_lines_are_in_order_and_lose_nothing(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "---", "+++", "```", "~~~sh", "# Head", "##", "- item", "-", "1. one", "| a | b |", "|--|--|", "a\tb", "Key: value",
                "10:00 UTC down", "Posted Mar 3, 2025", "> quote", "    four in", "", "", "words that go on and", "<!-- note", "-->",
                "From: Ann", "Subject: it", "key = 1", "[extra]", "====", "naïve ☃ text.", "*", "•", "\u{a0}", "\u{200b}",
            ]), 0..40),
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        ) {
            check_blocks(&pieces.join(end))?;
        }
    }
}
