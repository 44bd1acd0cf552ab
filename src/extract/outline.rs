//! The outline of a document: which sentence stands in which section.
//!
//! Authors follow no template, but they do head what they write: with headings, with bold or short lines that are
//! headings in all but markup ("Root cause"), or with a label inside a paragraph ("... jobs failed. Root cause: a ...").
//! The words that head a section are data (`data/lexicon/sections.tsv`). The outline does not read what sentences say.

use std::sync::LazyLock;

use crate::document::{BlockKind, Document, Span};
use crate::short::ShortMap;
use crate::time::Shapes;

/// What a part of a postmortem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// Before any heading, or under one that says nothing of its content.
    Body,
    Summary,
    Impact,
    Cause,
    Trigger,
    Detection,
    Timeline,
    Response,
    Resolution,
    Actions,
    Lessons,
    Background,
    Other,
}

impl Section {
    fn from_name(name: &str) -> Option<Section> {
        Some(match name {
            "summary" => Section::Summary,
            "impact" => Section::Impact,
            "cause" => Section::Cause,
            "trigger" => Section::Trigger,
            "detection" => Section::Detection,
            "timeline" => Section::Timeline,
            "response" => Section::Response,
            "resolution" => Section::Resolution,
            "actions" => Section::Actions,
            "lessons" => Section::Lessons,
            "background" => Section::Background,
            "other" => Section::Other,
            _ => return None,
        })
    }
}

/// A sentence and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Sentence {
    pub span: Span,
    pub block: usize,
    pub section: Section,
    /// Whether it is a heading, real or in all but markup.
    pub heading: bool,
}

/// The sentences of a document in order.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    pub sentences: Vec<Sentence>,
    /// The section each block begins in.
    pub blocks: Vec<Section>,
}

static HEADS: LazyLock<ShortMap<&'static str, Section>> = LazyLock::new(|| {
    include_str!("../../data/lexicon/sections.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(section, words)| Some((words, Section::from_name(section)?)))
        .collect()
});

/// The words that heads begin with, one, two and so on: most sentences begin with none of them.
static BEGINNINGS: LazyLock<ShortMap<&'static [u8], Option<Section>>> = LazyLock::new(|| {
    let ends = |head: &'static str| head.match_indices(' ').map(|(at, _)| at).chain([head.len()]);
    let beginnings = HEADS.keys().flat_map(|head| ends(head).map(|end| &head[..end]));
    beginnings.map(|words| (words.as_bytes(), HEADS.get(words).copied())).collect()
});

/// Whether a head may begin with that word: told by its first letters and its length, and so for nearly nothing.
fn may_begin_head(word: &str) -> bool {
    static SHAPES: LazyLock<Shapes> =
        LazyLock::new(|| Shapes::of(HEADS.keys().filter_map(|head| head.split(' ').next())));
    let is_plain = word.is_ascii() && word.starts_with(|c: char| c.is_ascii_alphabetic());
    !is_plain || SHAPES.may_hold(word.as_bytes())
}

/// No head has more bytes.
const LONGEST_HEAD: usize = 80;

/// The words of what may be a head, in lower case and parted by single spaces.
struct Words {
    bytes: [u8; LONGEST_HEAD],
    length: usize,
}

impl Words {
    const NONE: Words = Words { bytes: [0; LONGEST_HEAD], length: 0 };

    /// Adds a word: whether heads begin so, and if all of it is one, its section.
    fn add(&mut self, word: &str) -> Option<Option<Section>> {
        if self.length > 0 {
            self.push(b" ")?;
        }
        let start = self.length;
        if word.is_ascii() {
            self.push(word.as_bytes())?;
            self.bytes[start..self.length].make_ascii_lowercase();
        } else {
            self.push(word.to_lowercase().as_bytes())?;
        }
        BEGINNINGS.get(&self.bytes[..self.length]).copied()
    }

    fn push(&mut self, more: &[u8]) -> Option<()> {
        self.bytes.get_mut(self.length..self.length + more.len())?.copy_from_slice(more);
        self.length += more.len();
        Some(())
    }
}

/// The section that a heading of these words opens.
pub(crate) fn section_of(heading: &str) -> Option<Section> {
    /// So many words are looked at.
    const MOST: usize = 7;
    let words = || {
        heading
            .split(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '(' | ')' | '?' | '/' | '&' | '.'))
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != ';' && c != '\''))
            .filter(|word| !word.is_empty())
            .skip_while(|word| word.bytes().all(|c| c.is_ascii_digit()))
            .take(MOST)
    };
    let mut first_words = words();
    let (first, second) = (first_words.next()?, first_words.next());
    if !may_begin_head(first) && !second.is_some_and(may_begin_head) {
        return None;
    }
    // "The fix" is a head as "fix" is; of the two ways to read it the one that takes in more words tells.
    let article = ["the", "our", "a", "preliminary"].iter().any(|word| first.eq_ignore_ascii_case(word));
    let whole = longest_head(words(), if article { words().count() - 1 } else { MOST });
    let rest = if article { longest_head(words().skip(1), MOST) } else { None };
    let (_, section) = rest.filter(|(words, _)| whole.is_none_or(|(more, _)| *words >= more)).or(whole)?;
    Some(section)
}

/// The longest head of at most so many words that begins with the first of `words`: how many words it has, and its section.
fn longest_head<'w>(words: impl Iterator<Item = &'w str>, most: usize) -> Option<(usize, Section)> {
    let (mut head, mut found) = (Words::NONE, None);
    for (nth, word) in words.take(most).enumerate() {
        let begun = if word.is_ascii() { head.add(word) } else { head.add(&word.replace('’', "'")) };
        let Some(section) = begun else { break };
        found = section.map(|section| (nth + 1, section)).or(found);
    }
    found
}

/// Reads the outline of `document`; `text` is its masked text.
pub fn outline(document: &Document, text: &str) -> Outline {
    let mut out = Outline::default();
    let mut section = Section::Body;
    let headed = document.blocks.iter().any(|block| matches!(block.kind, BlockKind::Heading(_)));
    // A heading inside another section's subtree keeps the parent's meaning where its own words say nothing.
    let mut parents: Vec<(u8, Section)> = Vec::new();
    for (index, block) in document.blocks.iter().enumerate() {
        let span = block.span.trim(text);
        let line = span.of(text);
        match block.kind {
            BlockKind::Code => {
                out.blocks.push(section);
                continue;
            }
            BlockKind::Heading(level) => {
                parents.retain(|(above, _)| *above < level);
                let own = section_of(line);
                section = own.or(parents.last().map(|(_, section)| *section)).unwrap_or(Section::Body);
                // "Root Cause: a pool that was too small" as a heading holds its own text.
                parents.push((level, section));
                out.blocks.push(section);
                out.sentences.push(Sentence { span, block: index, section, heading: true });
                continue;
            }
            _ => {}
        }
        let label = head_label(line);
        if let Some(own) = label.filter(|_| is_bare_label(line)) {
            section = own;
            out.blocks.push(section);
            out.sentences.push(Sentence { span, block: index, section, heading: true });
            continue;
        }
        out.blocks.push(label.unwrap_or(section));
        let mut here = section;
        for sentence in sentences(text, span) {
            if let Some(own) = head_label(sentence.of(text)) {
                here = own;
            }
            out.sentences.push(Sentence { span: sentence, block: index, section: here, heading: false });
        }
        // "Root cause:" at the end of a paragraph heads what follows; inside one it heads the rest of that paragraph,
        // and a label that opens a whole paragraph in a text without headings heads the paragraphs after it too.
        if label.is_some() && block.kind == BlockKind::Paragraph && !headed {
            section = here;
        }
    }
    out
}

/// The section named by the label that the line opens with: "Root cause: ...", "Root cause".
fn head_label(line: &str) -> Option<Section> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    // Sixty characters have at most 240 bytes.
    let colon = memchr::memchr2(b':', b'\n', &line.as_bytes()[..line.len().min(240)]);
    let colon = colon.filter(|at| *at < 60 || line[..*at].chars().count() < 60);
    let head = match colon {
        Some(at) => &line[..at],
        None if line.len() <= 60 => line,
        None => return None,
    };
    let known = section_of(head)?;
    // "Impact was small" is a sentence, "Impact:" and "Impact" are labels.
    let labelled = colon.is_some_and(|at| line[at..].starts_with(':')) && head.split_whitespace().count() <= 7;
    (labelled || is_whole_head(head)).then_some(known)
}

/// Whether the line is nothing but the words of a known heading.
pub(crate) fn is_whole_head(line: &str) -> bool {
    // "Sequence of events (GMT)": what stands in brackets is no part of the head.
    let mut open = false;
    let mut words = line
        .split_whitespace()
        .map_while(|word| {
            let (told, rest) = word.split_once('(').map_or((word, None), |(told, rest)| (told, Some(rest)));
            let told = (!open).then_some(told);
            open |= rest.is_some();
            told
        })
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty() && !word.bytes().all(|c| c.is_ascii_digit()))
        .peekable();
    if !words.peek().is_some_and(|word| may_begin_head(word)) {
        return false;
    }
    let (mut head, mut is_head) = (Words::NONE, false);
    for word in words {
        let Some(section) = head.add(word) else { return false };
        is_head = section.is_some();
    }
    is_head
}

/// Whether nothing but the label stands on the line.
fn is_bare_label(line: &str) -> bool {
    let rest = line.find(':').map_or("", |at| &line[at + 1..]);
    line.len() <= 80 && rest.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() && !line.contains('\n')
}

/// Cuts a block into sentences: at `.`, `!`, `?` before white space and a capital, digit or quote, and at blank ends.
pub(crate) fn sentences(text: &str, block: Span) -> impl Iterator<Item = Span> {
    let inner = block.of(text);
    let mut marks = memchr::memchr3_iter(b'.', b'!', b'?', inner.as_bytes());
    // Where the next begins; nothing after the last.
    let mut rest = Some(0);
    let cut = std::iter::from_fn(move || {
        let start = rest?;
        let end = marks.find(|at| ends_sentence(inner, start, *at)).map(|at| at + 1);
        rest = end;
        Some(Span::new(block.start + start, end.map_or(block.end, |end| block.start + end)).trim(text))
    });
    cut.filter(|sentence| !sentence.is_empty())
}

/// Whether the mark at `at` ends the sentence that begins at `start`.
fn ends_sentence(text: &str, start: usize, at: usize) -> bool {
    let (bytes, end) = (text.as_bytes(), at + 1);
    let Some(next) = bytes.get(end) else { return false };
    if !next.is_ascii_whitespace() && !matches!(next, b'"' | b')')
        || bytes[at] == b'.' && is_abbreviation(&text[start..at])
    {
        return false;
    }
    let rest =
        text[end..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | ')' | '(' | '[' | '\'' | '“'));
    rest.chars().next().is_none_or(|c| c.is_uppercase() || c.is_ascii_digit() || !c.is_ascii())
}

fn is_abbreviation(before: &str) -> bool {
    const KNOWN: &[&str] =
        &["e.g", "i.e", "approx", "etc", "vs", "no", "a.m", "p.m", "inc", "ca", "dr", "mr", "ms", "st"];
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("");
    KNOWN.iter().any(|known| word.eq_ignore_ascii_case(known))
        || word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_by_their_first_words_whatever_decorates_them() {
        for (heading, section) in [
            ("🔎 Root cause identification", Some(Section::Cause)),
            ("2. Timeline (all times UTC)", Some(Section::Timeline)),
            ("Root Cause and Resolution:", Some(Section::Cause)),
            ("The fix", Some(Section::Resolution)),
            ("⛑ Postmortem report", None),
            ("Where we got lucky", Some(Section::Lessons)),
            ("What’s next", Some(Section::Actions)),
            ("A word on backups", None),
            ("KubeSpawner", None),
        ] {
            assert_eq!(section_of(heading), section, "{heading}");
        }
    }

    #[test]
    fn no_head_is_longer_than_heads_are() {
        assert!(HEADS.keys().all(|head| head.len() <= LONGEST_HEAD));
    }

    #[test]
    fn sentences_end_at_stops_not_at_abbreviations_or_versions() {
        let text = "We moved to 1.2.3 at 9 a.m. on Monday, e.g. the API. It failed!  Why? Nobody knew.";
        let cut: Vec<_> = sentences(text, Span::new(0, text.len())).map(|s| s.of(text)).collect();
        assert_eq!(cut, ["We moved to 1.2.3 at 9 a.m. on Monday, e.g. the API.", "It failed!", "Why?", "Nobody knew."]);
    }

    #[test]
    fn labels_inside_a_paragraph_open_sections() {
        assert_eq!(head_label("Root cause: a pool"), Some(Section::Cause));
        assert_eq!(head_label("Impact was small and nobody noticed until later that day, so we think"), None);
        assert_eq!(head_label("Next steps: we apologise"), Some(Section::Actions));
    }
}
