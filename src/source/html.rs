//! HTML: the words of a page, cut into blocks, without what surrounds them on the site.
//!
//! It works on the tokens of html5ever, not on a tree: a parser of trees needs quadratic time for ten thousand nested
//! or unclosed elements, and tokens tell all that blocks need. Promises: time linear in the page; text that holds the
//! visible words with white space collapsed (but in `pre`); navigation, banners and the like left out unless most of
//! the text would go with them. Leaves to others: what an element is (`elements`), how lines that `<br>`
//! ends belong together (`joins`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use html5ever::{LocalName, local_name};
use regex::Regex;

use super::boilerplate::Boilerplate;
use super::elements::{
    BLOCKS, HIDDEN, SELF_ENDING, VOID, attribute, boilerplate, is_panel, opens_panel, raw_kind, tag_names,
};
use super::limits::{ATTRIBUTES, OPEN_ELEMENTS};
use super::pieces::{Kind, Link, Pieces, Place};
use super::stamp::{self, Written};
use super::{Page, Skip};

/// Whether the text is a whole page: it opens with a doctype or one of the elements that only pages have.
pub fn is_page(text: &str) -> bool {
    static PAGE: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(
            r"(?is)^\s*(?:<\?xml.{0,200}?\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]",
        )
        .expect("a literal pattern compiles")
    });
    // Most texts open otherwise, and most runs need not compile the expression, which is a large one.
    text.trim_start().starts_with('<') && PAGE.is_match(text)
}

/// Whether the text is a piece of a page: it opens with a block, or has tags where its name says that it is HTML.
pub fn is_fragment(text: &str, named: bool) -> bool {
    static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"(?i)^\s*<(?:div|article|section|main|table|h[1-6]|p|ul)(?:\s[^>]*)?>")
            .expect("a literal pattern compiles")
    });
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"(?i)<(?:/?[a-z][a-z0-9]*(?:\s[^>]*)?/?|!--)>?").expect("a literal pattern compiles")
    });
    if named { TAG.is_match(text) } else { BLOCK.is_match(text) && text.contains("</") }
}

/// The words of the page and their blocks.
pub fn read(html: &str) -> Page {
    read_as(html, false)
}

fn read_as(html: &str, whole: bool) -> Page {
    /// The tokenizer holds what it is fed in 32-bit buffers, and a page that is beyond all bounds is not read to its end.
    const CHUNK: usize = 1 << 18;
    if is_crowded(html.as_bytes()) {
        let why = Skip::Beyond { most: ATTRIBUTES, of: "attributes of an element" };
        return Page { beyond: Some(why), ..Page::default() };
    }
    let tokenizer = Tokenizer::new(Reader::default(), Default::default());
    let mut rest = html;
    while !rest.is_empty() && !tokenizer.sink.state.borrow().pieces.is_full() {
        let (chunk, tail) = rest.split_at(rest.floor_char_boundary(CHUNK.min(rest.len())));
        rest = tail;
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(chunk));
        // The reader never asks the tokenizer to stop for a script.
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    tokenizer.sink.state.take().finish(whole)
}

/// The words of a whole page, below what it states of itself: who wrote it, and when it was published.
pub fn read_page(html: &str) -> Page {
    let read = read_as(html, true);
    let mut page = Page { title: read.title.clone(), url: read.url.clone(), ..Page::default() };
    if read.stated.is_empty() || read.beyond.is_some() {
        return read;
    }
    page.begin_head();
    read.stated.iter().for_each(|(key, value)| page.meta(key, value));
    page.end_head();
    let before = page.blocks.len();
    let anchors: Vec<_> = read.anchors.iter().map(|(block, anchor)| (block + before, anchor.clone())).collect();
    page.follow(read);
    Page { anchors, ..page }
}

/// Whether any element has more attributes than are read: the tokenizer compares each with all before it.
fn is_crowded(html: &[u8]) -> bool {
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &html[at..]) {
        at += open + 1;
        let name = html[at..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        if name == 0 {
            continue;
        }
        let element = &html[at..at + name];
        at += name;
        let mut attributes = 0;
        let mut before = b' ';
        while let Some(&byte) = html.get(at) {
            at += 1;
            match byte {
                b'>' => break,
                b'"' | b'\'' if before == b'=' => at += memchr::memchr(byte, &html[at..]).map_or(0, |end| end + 1),
                _ if byte.is_ascii_whitespace() || byte == b'/' => {}
                // A value in quotes may be followed by the next name at once.
                _ => {
                    attributes += usize::from(matches!(before, b' ' | b'\t' | b'\n' | b'\r' | 12 | b'/' | b'"' | b'\''))
                }
            }
            before = byte;
            if attributes > ATTRIBUTES {
                return true;
            }
        }
        // What stands in these is no markup.
        if let Some(raw) = ["script", "style"].iter().find(|raw| element.eq_ignore_ascii_case(raw.as_bytes())) {
            let end = format!("</{raw}");
            at += memchr::memmem::find(&html[at..], end.as_bytes()).unwrap_or(0);
        }
    }
    false
}

/// The sink of tokens. Tokenizers give their sink out by shared reference.
#[derive(Default)]
struct Reader {
    state: RefCell<State>,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                if let Some(raw) = state.start(&tag) {
                    return TokenSinkResult::RawData(raw);
                }
            }
            Token::TagToken(tag) => state.end(&tag.name),
            Token::CharacterTokens(text) => state.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// The elements that are open, and the pieces of the page so far.
#[derive(Default)]
struct State {
    open: Vec<Open>,
    /// How many elements of a name are open: an end tag without its element must cost nothing.
    counts: HashMap<LocalName, usize>,
    pieces: Pieces,
    /// The first title of the page, and whether it is being read.
    title: Option<String>,
    in_title: bool,
    /// See `Page::stated` and `Page::url`.
    stated: Vec<(&'static str, String)>,
    url: Option<String>,
    /// The element that is open and has its time in an attribute.
    stamp: Option<Stamp>,
    /// The zone of the last such time, unless the words that follow have one.
    zone: Option<String>,
}

/// An element such as `<time datetime="2024-03-18T10:05Z">` while its words are read.
struct Stamp {
    /// Elements that are open around it.
    depth: usize,
    datetime: String,
    words: String,
}

struct Open {
    name: LocalName,
    is_block: bool,
    /// Nothing in it is text: a script, a drawing.
    hidden: bool,
    place: Place,
}

impl State {
    /// Opens an element, and says how the tokenizer is to read its content where that is not markup.
    fn start(&mut self, tag: &Tag) -> Option<RawKind> {
        let name = &*tag.name;
        let is_block = BLOCKS.binary_search(&name).is_ok();
        if is_block || name == "br" {
            self.end_stamp();
            self.end_zone();
        }
        if is_block {
            self.pieces.end_block();
            self.end_implied(name);
        }
        match name {
            "br" => self.pieces.line_break(),
            "tr" => self.pieces.start_row(),
            "td" | "th" => self.pieces.start_cell(),
            "dt" => self.pieces.start_term(),
            "dd" => self.pieces.start_cell_of_term(),
            "table" => self.pieces.end_row(),
            "dl" => self.pieces.end_terms(),
            "meta" | "link" => self.state_of(tag),
            _ => {}
        }
        if VOID.binary_search(&name).is_ok() {
            return None;
        }
        let place = self.place(tag, is_block);
        let hidden = self.open.last().is_some_and(|open| open.hidden) || HIDDEN.binary_search(&name).is_ok();
        if name == "title" && self.title.is_none() && !self.is_hidden() {
            self.title = Some(String::new());
            self.in_title = true;
        }
        let names = |attribute: &&html5ever::Attribute| match &*attribute.name.local {
            "id" => true,
            "name" => name == "a",
            _ => false,
        };
        if let Some(id) = tag.attrs.iter().find(names).filter(|id| !id.value.is_empty()) {
            self.pieces.anchor(&id.value);
        }
        if self.stamp.is_none()
            && let Some(datetime) = attribute(tag, "datetime").filter(|_| !hidden && !is_block)
        {
            self.end_zone();
            self.stamp = Some(Stamp { depth: self.open.len(), datetime: datetime.to_owned(), words: String::new() });
        }
        if self.open.len() >= OPEN_ELEMENTS {
            self.pieces.go_beyond(Skip::Beyond { most: OPEN_ELEMENTS, of: "elements within each other" });
            return None;
        }
        *self.counts.entry(tag.name.clone()).or_default() += 1;
        self.open.push(Open { name: tag.name.clone(), is_block, hidden, place });
        self.pieces.go_to(place);
        raw_kind(name)
    }

    /// `<p>one<p>two`: the second begins where the first ends.
    fn end_implied(&mut self, name: &str) {
        let Some(open) = self.open.last() else { return };
        let is_cell = |name: &str| matches!(name, "td" | "th");
        let is_heading = |name: &str| matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        let ended = match &*open.name {
            "p" => true,
            before if !SELF_ENDING.contains(&before) => false,
            before => before == name || (is_cell(before) && is_cell(name)) || (is_heading(before) && is_heading(name)),
        };
        if ended {
            self.pop();
        }
    }

    /// Where the text of the element stands: the kind of its blocks, and the region of the page.
    fn place(&mut self, tag: &Tag, is_block: bool) -> Place {
        let mut place = self.open.last().map(|open| open.place).unwrap_or_default();
        let inherits = matches!(place.kind, Kind::Heading(_) | Kind::Item(_) | Kind::Pre);
        place.kind = match &*tag.name {
            "h1" => Kind::Heading(1),
            "h2" => Kind::Heading(2),
            "h3" => Kind::Heading(3),
            "h4" => Kind::Heading(4),
            "h5" => Kind::Heading(5),
            "h6" => Kind::Heading(6),
            "button" if opens_panel(tag) && !inherits => Kind::Heading(3),
            "li" => Kind::Item(self.pieces.new_item()),
            "pre" => Kind::Pre,
            "p" | "table" | "ul" | "ol" | "dl" if !matches!(place.kind, Kind::Item(_)) => Kind::Paragraph,
            _ if inherits => place.kind,
            _ => Kind::Paragraph,
        };
        place.depth += u32::from(is_block);
        if tag.name == local_name!("a") {
            place.link = match attribute(tag, "href") {
                // What a click opens, or the top of the page.
                None | Some("" | "#") => Link::None,
                Some(href) if href.starts_with('#') => Link::Within,
                Some(_) => Link::Away,
            };
        }
        place.panel |= !tag.attrs.is_empty() && is_panel(tag);
        if matches!(&*tag.name, "main" | "article") {
            place.region = self.pieces.main_region(place.region, tag.name == local_name!("article"));
        } else if let Some(why) = boilerplate(tag, place.panel)
            && !opens_panel(tag)
            && !(tag.name == local_name!("header") && self.pieces.is_main(place.region))
        {
            let is_head = tag.name == local_name!("header") || Boilerplate::table().has_head(tag_names(tag));
            place.region = self.pieces.extra_region(place.region, why, is_head);
        }
        place
    }

    /// Takes note of what a `<meta>` or a `<link>` says of the page.
    fn state_of(&mut self, tag: &Tag) {
        let about = ["name", "property", "itemprop", "rel"].iter().find_map(|name| attribute(tag, name));
        let about = about.unwrap_or_default().to_ascii_lowercase();
        let value = attribute(tag, "content").or(attribute(tag, "href")).unwrap_or_default().trim();
        let key = match &*about {
            "author" | "article:author" | "dc.creator" if !value.contains("://") => "Author",
            "article:published_time" | "datepublished" | "date" | "dc.date" | "pubdate" | "publish_date" => "Published",
            "canonical" | "og:url" if value.contains("://") => {
                self.url.get_or_insert_with(|| value.to_owned());
                return;
            }
            _ => return,
        };
        if !value.is_empty() && self.stated.iter().all(|(other, _)| *other != key) {
            let value = if key == "Published" { super::draft::time(value) } else { value.to_owned() };
            self.stated.push((key, value));
        }
    }

    /// Ends the element that has its time in an attribute.
    fn end_stamp(&mut self) {
        let Some(Stamp { datetime, words, .. }) = self.stamp.take() else { return };
        let Written { text, zone } = stamp::written(&words, &datetime);
        self.pieces.text(&text);
        self.zone = zone;
    }

    /// Writes the zone of the last time.
    fn end_zone(&mut self) {
        if let Some(zone) = self.zone.take() {
            self.pieces.text(&zone);
        }
    }

    fn end(&mut self, name: &LocalName) {
        if &**name == "p" && !self.counts.contains_key(name) {
            self.pieces.end_block();
        }
        if self.counts.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        self.in_title &= *name != local_name!("title");
        if BLOCKS.binary_search(&&**name).is_ok() {
            self.end_stamp();
            self.end_zone();
            self.pieces.end_block();
            match &**name {
                "tr" | "table" => self.pieces.end_row(),
                "dl" => self.pieces.end_terms(),
                _ => {}
            }
            while self.pop().is_some_and(|popped| popped != *name) {}
        } else {
            /// An inline element has no business with elements that lie deeper.
            const DEEPEST: usize = 50;
            let inline = self.open.iter().rev().take(DEEPEST).take_while(|open| !open.is_block);
            if let Some(depth) = inline.map(|open| &open.name).position(|open| open == name) {
                (0..=depth).for_each(|_| _ = self.pop());
            }
        }
    }

    fn pop(&mut self) -> Option<LocalName> {
        if self.stamp.as_ref().is_some_and(|stamp| stamp.depth + 1 >= self.open.len()) {
            self.end_stamp();
        }
        let open = self.open.pop()?;
        if let Some(count) = self.counts.get_mut(&open.name) {
            *count -= 1;
        }
        self.pieces.go_to(self.open.last().map(|open| open.place).unwrap_or_default());
        Some(open.name)
    }

    fn is_hidden(&self) -> bool {
        self.open.last().is_some_and(|open| open.hidden)
    }

    fn text(&mut self, text: &str) {
        if let Some(title) = self.title.as_mut().filter(|_| self.in_title) {
            title.push_str(text);
        }
        if self.is_hidden() {
            return;
        }
        if let Some(stamp) = &mut self.stamp {
            stamp.words.push_str(text);
            return;
        }
        if self.zone.is_some() && !text.trim().is_empty() {
            if stamp::begins_with_zone(text) {
                self.zone = None;
            }
            self.end_zone();
        }
        self.pieces.text(text);
    }

    fn finish(mut self, whole: bool) -> Page {
        self.end_stamp();
        self.end_zone();
        self.pieces.end_block();
        self.pieces.end_row();
        let title = self.title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
        let page = self.pieces.finish_web(title.filter(|title| !title.is_empty()), whole);
        // What the head of the page states is a machine's.
        let mut stated = self.stated;
        for (key, value) in page.stated {
            if stated.iter().all(|(other, _)| *other != key) {
                stated.push((key, value));
            }
        }
        Page { stated, url: self.url, ..page }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::markdown::tests::told;

    fn blocks(html: &str) -> Vec<String> {
        let page = read(html);
        told(&page.text, &page.blocks)
    }

    #[track_caller]
    fn check(table: &[(&str, &[&str])]) {
        for (html, expected) in table {
            assert_eq!(blocks(html), *expected, "{html}");
        }
    }

    #[test]
    fn elements_become_blocks() {
        check(&[
            (
                "<h1>Out\n age</h1><p>We &amp; you<b> failed</b>.</p>tail",
                &["h1 Out age", "p We & you failed.", "p tail"],
            ),
            (
                "<ul><li>one<li><p>two</p><p>more</p><ul><li>in</ul>end</ul>",
                &["li one", "li two", "p more", "li in", "p end"],
            ),
            ("<h2>open<p>text<h3>next</h3>", &["h2 open", "p text", "h3 next"]),
            (
                "<pre>a  b\n  c</pre><p>and a word or two of prose.",
                &["code a  b\n  c", "p and a word or two of prose."],
            ),
            ("<div>one<div>two</div>three</div>", &["p one", "p two", "p three"]),
            ("<p>at <time datetime=2021-01-01T10:00Z>10:00</time> UTC", &["p at 2021-01-01 10:00 UTC"]),
            ("<p>at <time datetime=2021-01-01T10:00Z><i>10:00</i></time>, it", &["p at 2021-01-01 10:00 UTC, it"]),
            ("<p>Over <time datetime=2021-01-01T10:00+01:00>now<p>x", &["p Over 2021-01-01 10:00 +01:00", "p x"]),
            ("<div>Done.</div><div>Posted <b>Mar 3</b>, 2025</div>", &["p Done.", "up Posted Mar 3, 2025"]),
        ]);
    }

    #[test]
    fn tables_give_rows_unless_they_only_arrange_the_page() {
        check(&[
            (
                "<table><tr><th>Time<th>Event<tr><td>10:00<td><p>down</p><p>again</p></table>",
                &["tr Time | Event", "tr 10:00 | down again"],
            ),
            ("<table><tr><td></td><td>b</td><td></td></tr></table>", &["tr | b |"]),
            ("<table><tr><td><h1>T</h1>text<td>side</table>", &["h1 T", "p text", "p side"]),
            ("<table><tr><td>only</td></tr></table>", &["p only"]),
            // A thread of updates in a cell, as elements or as lines.
            (
                "<table><tr><td>API</td><td><div><b>11:55 AM PST</b> We look into errors.</div><div><b>Dec 8, 1:04 AM PST</b> It is over now.</div></table>",
                &["p API", "p 11:55 AM PST We look into errors.", "p Dec 8, 1:04 AM PST It is over now."],
            ),
            (
                "<table><tr><td>API</td><td>11:55 AM PST We look into errors.<br>1:04 PM PST It is over now.</table>",
                &["p API", "p 11:55 AM PST We look into errors.", "p 1:04 PM PST It is over now."],
            ),
            ("<table><tr><td>API<td>10:00<br>10:30</table>", &["tr API | 10:00 10:30"]),
        ]);
    }

    #[test]
    fn terms_and_what_they_mean_are_rows() {
        check(&[
            (
                "<dl><dt>10:00<dd>down<dt>10:30</dt><dd><p>up</p></dd></dl>end",
                &["tr 10:00 | down", "tr 10:30 | up", "p end"],
            ),
            ("<dl><dt>a<dd>b<dd>c</dl>", &["tr a | b | c"]),
            ("<table><tr><td><dl><dt>a<dd>b</dl><td>c</table>", &["tr a b | c"]),
            (
                "<dl><dt>Why did the second of the two networks not take over at once?<dd>It did.</dl>",
                &["p Why did the second of the two networks not take over at once?", "p It did."],
            ),
        ]);
    }

    #[test]
    fn what_a_closed_panel_hides_is_text() {
        let text = "The API was down from 10:00 to 10:40 UTC.";
        for (page, is_kept) in [
            ("<div class='wa-accordionBody' hidden>", true),
            ("<li class=accordion-item><div style='display: none'>", true),
            ("<div hidden=until-found>", true),
            ("<div hidden>", false),
            ("<div style='color:red; display:none'>", false),
            ("<div class=accordion><nav>", false),
            ("<div class=updates-dropdown hidden>", false),
        ] {
            let page = format!("<html><h1>API down</h1><p>We tell below what happened on that day.</p>{page}{text}");
            assert_eq!(blocks(&page).iter().any(|block| block.ends_with(text)), is_kept, "{page}");
        }
    }

    #[test]
    fn menus_and_lists_of_other_posts_are_left_out() {
        let text = "The database ran out of connections and all requests failed for an hour.";
        let link = |words: &str| format!("<li><a href=/x>{words}</a></li>");
        let menu = ["Home", "Blog", "May 3, 2020"].map(link).concat();
        for (before, after) in [
            ("<div><a href=/>Larkspur</a> <a href=/login>Log in</a></div>".to_owned(), String::new()),
            (format!("<ul>{menu}</ul>"), format!("<ul>{menu}</ul>")),
            (String::new(), "<p><a href=/terms>Terms</a></p><p>© 2014-2024 Larkspur. Updated 10:00.</p>".to_owned()),
            (
                "<ul><li><a href=#a>Impact</a><li><a href=#b>Timeline</a></ul>".to_owned(),
                format!("<div><div><h3>Related posts</h3></div><p>May 3, 2020: how we scale</p>{menu}</div>"),
            ),
        ] {
            let page = read(&format!("<html><body>{before}<h2>It failed</h2><p>{text}</p>{after}"));
            let expected = ["h2 It failed".to_owned(), format!("p {text}")];
            assert_eq!(told(&page.text, &page.blocks), expected);
            assert!(!page.dropped.is_empty());
        }
        // Who wrote it when is stated, and what somebody wrote into the margin is left out.
        let page = read_page(&format!(
            "<html><h1>It failed</h1><div>Posted by Jo on May 3, 2024</div><p>{text}</p><div><p><a href=#c>[a]</a>At 12:00?</p><p>Yes.</p></div>"
        ));
        let expected = ["meta Published: May 3, 2024".to_owned(), "h1 It failed".to_owned(), format!("p {text}")];
        assert_eq!(told(&page.text, &page.blocks), expected);
        // A list of links is all that there is, or stands in the text.
        assert_eq!(blocks(&format!("<html><ul>{menu}</ul>")).len(), 3);
        let page = format!("<html><h2>It failed</h2><p>{text}</p><p><a href=/x>{text}</a></p><p>{text}</p>");
        assert_eq!(blocks(&page).len(), 4);
    }

    #[test]
    fn the_head_of_a_page_is_kept_for_a_title_that_stands_nowhere_else() {
        let text = "p The database ran out of connections and all requests failed for an hour.";
        let body = format!("<p>{}</p>", &text[2..]);
        for (page, title) in [
            (format!("<header><nav>Home</nav><h1>API down</h1></header>{body}"), Some("h1 API down")),
            (format!("<div class=masthead><h1>API down</h1></div>{body}"), Some("h1 API down")),
            (format!("<header><h1><a href=/>Larkspur</a></h1></header>{body}"), None),
            (format!("<main><p>Jo, May 3<article><h1>API down</h1>{body}</article></main>"), Some("h1 API down")),
            (format!("<h1>API down</h1>{body}<h2>Menu</h2><a href=/>Home</a>"), Some("h1 API down")),
            (format!("<header><h1>Larkspur</h1></header><h1>API down</h1>{body}"), Some("h1 API down")),
            (format!("<h1><a href=/>Larkspur</a></h1><main><h1>API down</h1>{body}</main>"), Some("h1 API down")),
        ] {
            let expected: Vec<&str> = title.into_iter().chain([text]).collect();
            assert_eq!(blocks(&page), expected, "{page}");
        }
    }

    #[test]
    fn a_whole_page_states_who_wrote_it_and_when_it_was_published() {
        let page = read_page(
            "<html><head><meta name=author content='Jo Park'><meta property=article:published_time content='2024-05-03T10:00:00.000Z'>\
             <meta name=date content=2020-01-01><link rel=canonical href=https://larkspur.example/down></head><h2 id=a>It</h2><p>failed.",
        );
        let told = told(&page.text, &page.blocks);
        assert_eq!(told, ["meta Author: Jo Park", "meta Published: 2024-05-03T10:00:00Z", "h2 It", "p failed."]);
        assert_eq!(page.url.as_deref(), Some("https://larkspur.example/down"));
        assert_eq!(page.anchors, [(2, "a".to_owned())]);
    }

    #[test]
    fn a_line_break_parts_blocks_where_a_new_entry_begins() {
        check(&[
            ("<p>Times:<br>10:00 down<br/>10:30 up", &["p Times:", "p 10:00 down", "p 10:30 up"]),
            ("<p>It was due to a<br>leak.<br><br>Over.", &["p It was due to a\nleak.", "p Over."]),
            ("<h1>Two<br>lines</h1>", &["h1 Two lines"]),
        ]);
    }

    #[test]
    fn what_surrounds_the_text_is_left_out_unless_it_is_the_text() {
        let words = "The database ran out of connections. ".repeat(4);
        let text = words.trim();
        let page = format!(
            "<title>It &lt; that</title><script>if (a<b) x()</script><nav><ul><li>Home</ul></nav><div class='x cookie-banner'>We use</div>\
             <span role=navigation>Menu</span><p>{text}</p><footer>Imprint</footer><style>p{{}}</style>"
        );
        assert_eq!(blocks(&page), [format!("p {text}")]);
        assert_eq!(read(&page).title.as_deref(), Some("It < that"));
        assert_eq!(blocks(&format!("<form><p>{text}</p></form><p>Hi")), [format!("p {text}"), "p Hi".to_owned()]);
        assert_eq!(
            blocks(&format!("<h1>T</h1><p>Ad</p><article><header>May 3</header>{text}</article>")),
            ["h1 T".to_owned(), "p May 3".to_owned(), format!("p {text}")]
        );
        assert_eq!(blocks("<header>Only this</header>"), ["p Only this"]);
    }

    #[test]
    fn an_element_of_very_many_attributes_is_not_read() {
        let attributes = |count: usize, mark: &str| (0..count).map(|nth| format!("a{nth}{mark}")).collect::<String>();
        for (page, expected) in [
            (format!("<p {}>x", attributes(ATTRIBUTES, "='a b c' ")), false),
            (format!("<p {}>x", attributes(ATTRIBUTES + 1, " ")), true),
            (format!("<p {}>x", attributes(ATTRIBUTES + 1, "=\"\"")), true),
            (format!("<p class='{}'>x", attributes(ATTRIBUTES + 1, " ")), false),
            (format!("<script>if (a <b) {{ {} }}</script>x", attributes(ATTRIBUTES + 1, " ")), false),
        ] {
            assert_eq!(read(&page).beyond.is_some(), expected, "{page:.60}");
        }
    }

    #[test]
    fn a_page_of_very_many_elements_within_each_other_is_not_read() {
        let page = |count: usize| read(&format!("{}x", "<div>".repeat(count)));
        assert_eq!(page(OPEN_ELEMENTS).blocks.len(), 1);
        let why = page(OPEN_ELEMENTS + 1).beyond.map(|why| why.to_string()).unwrap_or_default();
        assert!(why.starts_with("more than 200000 elements within each other"), "{why}");
    }

    #[test]
    fn a_mail_shown_in_one_pre_is_read_as_text() {
        check(&[(
            "<title>x</title><pre>Subject: It\nFrom: Ann\n\n- one\n- two</pre>",
            &["meta Subject: It", "meta From: Ann", "li one", "li two"],
        )]);
    }

    #[test]
    fn hostile_nesting_ends() {
        for (piece, count) in [
            ("<div>", 10_000),
            ("<div>", 100_000),
            ("<p><b><i><font color=red>x", 20_000),
            ("<b>x</i>", 50_000),
            ("<table><tr><td>x", 50_000),
            ("<ul><li>x", 50_000),
            ("<svg><title>x</title>", 50_000),
            ("<nav>x", 50_000),
            ("</p></div>", 50_000),
            ("<article><header>", 50_000),
        ] {
            let page = read(&piece.repeat(count));
            assert_eq!(page.blocks.is_empty(), !piece.contains('x') || piece.contains("<svg>"), "{piece}");
        }
    }

    proptest! {
        #[test]
        fn blocks_of_any_page_are_in_order_and_cover_its_text(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "<p>", "</p>", "<div class=menu>", "</div>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<br>", "<pre>",
                "</pre>", "<h1>", "</h1>", "<nav>", "</nav>", "<main>", "</main>", "<script>", "</script>", "<title>", "</title>", "<b>",
                "</b>", "<time datetime=2024-05-03T10:00Z>", "</time>", "<dl>", "<dt>", "<dd>", "</dl>", "<a href=/x>", "<a href=#x>", "</a>",
                "<article>", "</article>", "<header>", "</header>", "<footer>", "</footer>", "<h3>Related posts</h3>", "<h2 id=a>", "</h2>",
                "<div class=accordion hidden>", "<div hidden>", "© 2024", "[a]", "By Jo, May 3, 2024", "May 3", "&nbsp;", "&#x1F600;", " ", "\n", "word", "10:00 it failed", "Posted Mar 3, 2025", "\u{200b}", "- item", "é",
            ]), 0..60),
        ) {
            let page = read(&pieces.concat());
            let mut end = 0;
            for block in &page.blocks {
                prop_assert!(end <= block.span.start && !block.span.is_empty());
                prop_assert_eq!(block.span.trim(&page.text), block.span);
                end = block.span.end;
            }
            let in_blocks: usize = page.blocks.iter().map(|block| block.span.of(&page.text).matches("word").count()).sum();
            prop_assert_eq!(in_blocks, page.text.matches("word").count());
        }
    }
}
