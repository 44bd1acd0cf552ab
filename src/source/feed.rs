//! Feeds, RSS and Atom: one document an entry. The history of a Statuspage, of Instatus, Better Stack and incident.io is one.
//!
//! quick-xml reads the elements and this file knows the dozen names that matter, because whole entries of a feed that was cut off
//! must be read, and times must keep the offset they were written with; a parser of whole feeds gives neither. What an entry
//! says is HTML. Where that is the updates of a status page (a small time, a bold state, words), they become a thread of
//! updates as on the page, and the year that such times leave out is taken from the entry.

use std::sync::LazyLock;

use jiff::civil::Date;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use regex::Regex;

use super::draft::{self, Draft, words};
use super::{Name, Out, Skip, Source, html};

/// The format, see above.
pub struct Feed;

impl Source<str> for Feed {
    fn claims(&self, content: &str, name: &Name) -> bool {
        let start = content.trim_start_matches('\u{feff}').trim_start();
        start.starts_with('<')
            && !html::is_page(start)
            && (name.has_extension(&["xml", "rss", "atom", "rdf"]) || opens_feed(start))
    }

    fn read(&self, content: &str, name: &Name, out: &mut Out) -> Result<(), Skip> {
        if !opens_feed(content) {
            return Err(Skip::NoIncident("XML that is neither an RSS nor an Atom feed".to_owned()));
        }
        let mut reader = Reader::from_str(content);
        let config = reader.config_mut();
        (config.check_end_names, config.allow_unmatched_ends, config.allow_dangling_amp) = (false, true, true);
        let (mut title, mut count) = (String::new(), 0usize);
        loop {
            let broken = |why: &dyn std::fmt::Display, count: usize| {
                Skip::Broken(format!("the feed ends after {count} entries: {why}"))
            };
            match reader.read_event() {
                Ok(Event::Start(element)) => match local(&element) {
                    b"entry" | b"item" => {
                        let (entry, end) = Entry::read(&mut reader, content);
                        if let Some(why) = end {
                            out.skip(&format!("{}#{}", name.source, count + 1), broken(&why, count));
                            return Ok(());
                        }
                        count += 1;
                        entry.give(&title, name, out);
                        if out.is_full() {
                            return Ok(());
                        }
                    }
                    b"title" if title.is_empty() => {
                        let inner = reader.read_to_end(element.name()).map(|span| within(content, span));
                        title = plain(&value(inner.unwrap_or_default()));
                    }
                    // The image of a channel has a title of its own.
                    b"image" | b"author" => {
                        let _ = reader.read_to_end(element.name());
                    }
                    _ => {}
                },
                Ok(Event::Eof) if count == 0 => {
                    return Err(Skip::NoIncident("a feed without entries".to_owned()));
                }
                Ok(Event::Eof) => return Ok(()),
                Err(why) if count == 0 => return Err(broken(&why, 0)),
                Err(why) => {
                    out.skip(&format!("{}#{}", name.source, count + 1), broken(&why, count));
                    return Ok(());
                }
                Ok(_) => {}
            }
        }
    }
}

/// Whether the first element is that of a feed.
fn opens_feed(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    // The declaration of XML, comments, a doctype.
    for (open, close) in [("<?", "?>"), ("<!--", "-->"), ("<!DOCTYPE", ">"), ("<?", "?>"), ("<!--", "-->")] {
        while let Some(inner) = rest.strip_prefix(open) {
            let Some(end) = inner.find(close) else { return false };
            rest = inner[end + close.len()..].trim_start();
        }
    }
    let name = rest.strip_prefix('<').and_then(|rest| rest.split([' ', '>', '\t', '\n', '\r']).next());
    let name = name.map(|name| name.rsplit_once(':').map_or(name, |(_, local)| local));
    name.is_some_and(|name| matches!(name, "rss" | "feed" | "RDF"))
}

fn local<'e>(element: &'e BytesStart) -> &'e [u8] {
    element.local_name().into_inner()
}

fn within(content: &str, span: std::ops::Range<u64>) -> &str {
    content.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// What one entry says.
#[derive(Default)]
struct Entry {
    title: String,
    id: String,
    link: String,
    published: String,
    updated: String,
    content: String,
    summary: String,
}

impl Entry {
    /// Reads to the end of the entry; why it has none, where it has none.
    fn read(reader: &mut Reader<&[u8]>, content: &str) -> (Entry, Option<String>) {
        let mut entry = Entry::default();
        loop {
            let element = match reader.read_event() {
                Ok(Event::Start(element)) => element,
                Ok(Event::Empty(element)) => {
                    if local(&element) == b"link" {
                        entry.take_link(&element);
                    }
                    continue;
                }
                Ok(Event::End(end)) if matches!(end.local_name().into_inner(), b"entry" | b"item") => {
                    return (entry, None);
                }
                Ok(Event::Eof) => return (entry, Some("it ends within an entry".to_owned())),
                Err(why) => return (entry, Some(why.to_string())),
                Ok(_) => continue,
            };
            let inner = match reader.read_to_end(element.name()) {
                Ok(span) => within(content, span),
                Err(why) => return (entry, Some(why.to_string())),
            };
            let slot = match element.name().into_inner() {
                b"title" => &mut entry.title,
                b"id" | b"guid" => &mut entry.id,
                b"link" => {
                    entry.take_link(&element);
                    &mut entry.link
                }
                b"published" | b"pubDate" | b"issued" | b"dc:date" => &mut entry.published,
                b"updated" | b"modified" => &mut entry.updated,
                b"content" | b"content:encoded" => &mut entry.content,
                b"summary" | b"description" => &mut entry.summary,
                _ => continue,
            };
            if slot.is_empty() {
                *slot = value(inner);
            }
        }
    }

    /// Atom's `<link rel="alternate" href="...">`.
    fn take_link(&mut self, element: &BytesStart) {
        let attribute = |name: &str| {
            let found = element.try_get_attribute(name).ok().flatten()?;
            found.unescape_value().ok().map(|value| value.into_owned())
        };
        let is_own = attribute("rel").is_none_or(|rel| rel == "alternate");
        if let Some(href) = attribute("href").filter(|_| is_own && self.link.is_empty()) {
            self.link = href;
        }
    }

    fn give(self, feed: &str, name: &Name, out: &mut Out) {
        let mut draft = Draft::default();
        match owner(feed) {
            Some(owner) => draft.meta("Organization", owner),
            None => draft.meta("Feed", feed),
        }
        let body = if self.content.trim().is_empty() { &self.summary } else { &self.content };
        let last = if self.updated.is_empty() { &self.published } else { &self.updated };
        let updates = updates(body, &draft::time(last));
        draft.time(if updates.is_empty() { "Published" } else { "Created at" }, &self.published);
        draft.heading(1, &plain(&self.title));
        if updates.is_empty() {
            draft.rich(body);
        }
        for update in &updates {
            draft.update(&update.state, &update.body, &update.time);
        }
        let link = self.link.trim().to_owned();
        let end = |text: &str| {
            let path = text.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
            path.rsplit(['/', ':']).next().unwrap_or_default().to_owned()
        };
        let part = [end(&link), end(self.id.trim()), plain(&self.title)].into_iter().find(|part| !part.is_empty());
        draft.finish(name, &part.unwrap_or_else(|| "entry".to_owned()), Some(link), out);
    }
}

/// Whose status page has that title: `Larkspur Status - Incident History`.
pub fn owner(title: &str) -> Option<&str> {
    let of_status = title.strip_suffix(" - Incident History").or_else(|| title.strip_suffix(" Incident History"));
    let owner = of_status.unwrap_or(title);
    let owner = owner.strip_suffix(" Status").or_else(|| owner.strip_suffix(" status")).or(of_status);
    owner.map(|owner| owner.trim_end_matches([' ', '-']))
}

struct Update {
    state: String,
    body: String,
    time: String,
}

/// The updates that an entry of a status page's feed is made of, in their order; none where it is anything else.
fn updates(body: &str, last: &str) -> Vec<Update> {
    static UPDATE: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(
            r"(?is)<p>\s*<small>(.{1,200}?)</small>\s*(?:<br\s*/?>)?\s*<(?:strong|b)>([^<]{1,60})</(?:strong|b)>\s*(?:-|–|:)?\s*(.*?)</p>",
        )
        .expect("a literal pattern compiles")
    });
    let last: Option<Date> = last.get(..10).and_then(|day| day.parse().ok());
    let found: Vec<Update> = UPDATE
        .captures_iter(body)
        .map(|found| Update {
            state: plain(&found[2]),
            body: found[3].to_owned(),
            time: dated(&plain(&found[1]), last),
        })
        .collect();
    // Words beside the updates must not be lost.
    let rest = UPDATE.replace_all(body, "");
    if plain(&rest).len() > plain(body).len() / 4 { Vec::new() } else { found }
}

/// `Mar 18, 15:31 UTC` with the year in which it is last before `last`: `Mar 18, 2025 - 15:31 UTC`.
pub fn dated(time: &str, last: Option<Date>) -> String {
    static SHORT: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"^([A-Za-z]{3})[a-z]*\.? (\d{1,2}) ?, ?(\d{1,2}:\d{2}.*)$").expect("a literal pattern compiles")
    });
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let dated = || {
        let found = SHORT.captures(time)?;
        let month = MONTHS.iter().position(|month| *month == &found[1])? as i8 + 1;
        let last = last?;
        // A day more, since the two may be told in different zones.
        let year = (last.year() - 1..=last.year() + 1).rev().find(|year| {
            Date::new(*year, month, found[2].parse().unwrap_or(1))
                .is_ok_and(|day| day <= last.tomorrow().unwrap_or(last))
        })?;
        Some(format!("{} {}, {year} - {}", &found[1], &found[2], &found[3]))
    };
    dated().unwrap_or_else(|| time.to_owned())
}

/// The text of an element: sections of CDATA as they are, the rest without its escapes.
fn value(inner: &str) -> String {
    let mut out = String::new();
    let mut rest = inner;
    while let Some(at) = rest.find("<![CDATA[") {
        out.push_str(&unescaped(&rest[..at]));
        let data = &rest[at + 9..];
        let end = data.find("]]>").unwrap_or(data.len());
        out.push_str(&data[..end]);
        rest = data.get(end + 3..).unwrap_or_default();
    }
    out + &unescaped(rest)
}

fn unescaped(text: &str) -> String {
    // XHTML stands as it is: its escapes are those of the page.
    if text.contains('<') {
        return text.to_owned();
    }
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |text| text.into_owned())
}

/// The words of HTML, in one line.
fn plain(html: &str) -> String {
    if html.contains(['<', '&']) { words(&html::read(html).text) } else { words(html) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_are_told_by_their_first_element() {
        for (text, is_feed) in [
            ("<?xml version=\"1.0\"?>\n<rss version=\"2.0\">", true),
            ("<!-- made by x -->\n<feed xmlns=\"http://www.w3.org/2005/Atom\">", true),
            ("<rdf:RDF xmlns=\"x\">", true),
            ("<project><feed></feed></project>", false),
            ("<feedback>", false),
        ] {
            assert_eq!(opens_feed(text), is_feed, "{text}");
        }
    }

    #[test]
    fn the_year_that_an_update_leaves_out_is_that_of_the_entry() {
        let last = "2025-01-02".parse().ok();
        for (time, expected) in [
            ("Jan 2, 15:31 UTC", "Jan 2, 2025 - 15:31 UTC"),
            ("Dec 30, 03:10 PST", "Dec 30, 2024 - 03:10 PST"),
            ("Jan 3, 00:10 NZDT", "Jan 3, 2025 - 00:10 NZDT"),
            ("Feb 29, 00:10 UTC", "Feb 29, 2024 - 00:10 UTC"),
            ("2 hours ago", "2 hours ago"),
        ] {
            assert_eq!(dated(time, last), expected, "{time}");
        }
    }

    #[test]
    fn values_are_read_escaped_or_not() {
        for (inner, expected) in [
            ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
            ("<![CDATA[a <b> &amp; c]]>", "a <b> &amp; c"),
            ("<div><p>a &amp; b</p></div>", "<div><p>a &amp; b</p></div>"),
            ("a &nbsp; b", "a &nbsp; b"),
            ("<![CDATA[never closed", "never closed"),
        ] {
            assert_eq!(value(inner), expected, "{inner}");
        }
    }
}
