//! Mail: a saved message (`.eml`) or a mailbox of many (mbox), by `mail-parser`, which knows MIME and its encodings.
//!
//! From, Date and Subject stand before the text as they would be shown; the part in plain text is preferred to that in
//! HTML. What a reply quotes is kept as code is, for search alone: the message that it quotes says it in its own time, and
//! statements would count twice. A message that is nothing but quotes, or that forwards another, is read as it stands.

use std::io::Cursor;
use std::sync::LazyLock;

use mail_parser::mailbox::mbox::MessageIterator;
use mail_parser::{HeaderName, MessageParser, MimeHeaders, PartType};
use regex::Regex;

use super::limits::{MAIL_FIELD_BYTES, MAIL_MAILS, MAIL_PARTS};
use super::lines::lines;
use super::{Name, Out, Page, Skip, Source, html, of_page};
use crate::document::{BlockKind, Dropped, Format, Span};

/// A message in a file of its own.
pub struct Message;

/// A mailbox: messages one below the other, each headed by a line `From ann@example.org Tue May  4 10:00:00 2021`.
pub struct Mailbox;

impl Source<[u8]> for Message {
    fn claims(&self, bytes: &[u8], name: &Name) -> bool {
        // Plain text with a header by hand is read as text.
        let fields = fields(bytes);
        let mime = ["mime-version", "message-id", "received", "return-path", "content-transfer-encoding"];
        fields.len() >= 2 && (name.has_extension(&["eml"]) || fields.iter().any(|field| mime.contains(&field.as_str())))
    }

    fn read(&self, bytes: &[u8], name: &Name, out: &mut Out) -> Result<(), Skip> {
        let (page, _) = message(bytes)?;
        out.document(of_page(page, Format::Mail, name.id, name.source)?);
        Ok(())
    }
}

impl Source<[u8]> for Mailbox {
    fn claims(&self, bytes: &[u8], _: &Name) -> bool {
        static FROM: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
            // A literal pattern, compiled by the tests.
            regex::bytes::Regex::new(r"^From \S+ .{0,40}\d\d:\d\d:\d\d.{0,40}\r?\n")
                .expect("a literal pattern compiles")
        });
        FROM.find(&bytes[..bytes.len().min(200)]).is_some_and(|line| !fields(&bytes[line.end()..]).is_empty())
    }

    fn read(&self, bytes: &[u8], name: &Name, out: &mut Out) -> Result<(), Skip> {
        for (at, found) in MessageIterator::new(Cursor::new(bytes)).enumerate() {
            let source = format!("{}:{}", name.source, at + 1);
            let found =
                found.map_err(|_| Skip::Damaged { kind: "mailbox".to_owned(), why: "it cannot be cut".to_owned() });
            let read = found.and_then(|found| message(found.contents())).and_then(|(page, id)| {
                let id = id.unwrap_or_else(|| (at + 1).to_string());
                of_page(page, Format::Mail, &format!("{}#{id}", name.id), name.source)
            });
            match read {
                Ok(document) => out.document(document),
                Err(why) => out.skip(&source, why),
            }
            if out.is_full() {
                break;
            }
        }
        Ok(())
    }
}

/// The names of the fields at the top, in lower case; none, if what stands there is no header.
fn fields(bytes: &[u8]) -> Vec<String> {
    /// Mail servers add some dozens.
    const MOST: usize = 200;
    let mut names = Vec::new();
    for line in bytes.split(|b| *b == b'\n').take(MOST) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return names;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let name = line.iter().position(|b| *b == b':').map(|colon| &line[..colon]);
        match name.filter(|name| !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')) {
            Some(name) => names.push(String::from_utf8_lossy(name).to_ascii_lowercase()),
            None => return Vec::new(),
        }
    }
    Vec::new()
}

/// The page of one message, and what its id makes of a record's id.
fn message(bytes: &[u8]) -> Result<(Page, Option<String>), Skip> {
    let damaged = |why: &str| Skip::Damaged { kind: "mail".to_owned(), why: why.to_owned() };
    check(bytes)?;
    // Of the other fields nothing is needed, and addresses parsed take twenty times their bytes.
    let parser = MessageParser::new()
        .with_mime_headers()
        .header_text(HeaderName::From)
        .header_date(HeaderName::Date)
        .header_text(HeaderName::Subject)
        .header_id(HeaderName::MessageId)
        .default_header_ignore();
    let message = parser.parse(bytes).ok_or_else(|| damaged("it has no header"))?;
    let mut page = Page::default();
    // `"Lee, Ann" <ann@example.org>`
    let from = message.header(HeaderName::From).and_then(|from| from.as_text()).unwrap_or_default();
    page.meta("From", &from.replace('"', ""));
    page.meta("Date", &message.date().filter(|date| date.is_valid()).map(|date| date.to_rfc3339()).unwrap_or_default());
    page.meta("Subject", message.subject().unwrap_or_default());
    let bodies: Vec<usize> = message.text_body.iter().map(|part| *part as usize).collect();
    for part in bodies.iter().filter_map(|part| message.parts.get(*part)) {
        match &part.body {
            PartType::Text(text) => body(&mut page, text),
            PartType::Html(text) => page.follow(html::read(text)),
            _ => {}
        }
    }
    for part in message.attachments() {
        let opens = part.attachment_name().unwrap_or("without a name").to_owned();
        page.dropped.push(Dropped { opens, bytes: part.len(), why: "attachment".to_owned() });
    }
    if page.beyond.is_none() && page.blocks.iter().all(|block| block.kind == BlockKind::Meta) {
        return Err(Skip::Empty);
    }
    let id =
        message.message_id().map(|id| id.replace(|c: char| !c.is_ascii_alphanumeric() && !".-_@".contains(c), "_"));
    Ok((page, id))
}

/// Refuses a mail of more parts than any has, whatever they are: the parser holds a tree of them.
fn check(bytes: &[u8]) -> Result<(), Skip> {
    static MARKS: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        regex::bytes::Regex::new(r"(?im-u)^(?:--|content-[a-z-]+:(?:[^\n]|\n[ \t])*)")
            .expect("a literal pattern compiles")
    });
    let (mut parts, mut mails, mut fields) = (0, 0, 0);
    for mark in MARKS.find_iter(bytes) {
        if mark.as_bytes() == b"--" {
            parts += 1;
            continue;
        }
        fields += mark.len();
        let kind = mark.as_bytes().to_ascii_lowercase();
        mails += usize::from(memchr::memmem::find(&kind, b"message/").is_some());
    }
    for (count, most, of) in [
        (parts, MAIL_PARTS, "parts of a mail"),
        (mails, MAIL_MAILS, "mails"),
        (fields, MAIL_FIELD_BYTES, "bytes of fields"),
    ] {
        if count > most {
            return Err(Skip::Beyond { most, of });
        }
    }
    Ok(())
}

/// Adds the text of a message; what it quotes below words of its own as code.
fn body(page: &mut Page, text: &str) {
    static ATTRIBUTION: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"^(?:On\s.{6,200}\swrote:|-{3,}\s*Original Message\s*-{3,})$").expect("a literal pattern compiles")
    });
    if !page.has_room(text) {
        return;
    }
    let lines = lines(text);
    let is_quote = |at: usize| lines[at].full.of(text).starts_with('>');
    let opens = |at: usize| ATTRIBUTION.is_match(lines[at].full.of(text).trim());
    let (mut at, mut own) = (0, 0);
    let mut runs: Vec<(bool, Span)> = Vec::new();
    while at < lines.len() {
        if !is_quote(at) && !opens(at) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        if lines[at].full.of(text).trim_start().starts_with("---") {
            end = lines.len();
        }
        while end < lines.len() && (is_quote(end) || lines[end].is_blank()) {
            end += 1;
        }
        runs.push((false, Span::new(own, lines[at].full.start)));
        runs.push((true, Span::new(lines[at].full.start, lines[end - 1].full.end)));
        own = lines.get(end).map_or(text.len(), |line| line.full.start);
        at = end;
    }
    runs.push((false, Span::new(own, text.len())));
    if runs.iter().all(|(quoted, span)| *quoted || span.of(text).trim().is_empty()) {
        page.markdown(text);
        return;
    }
    for (quoted, span) in runs {
        if quoted {
            page.block(BlockKind::Code, span.of(text));
        } else {
            page.markdown(span.of(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::office::tests::blocks;
    use crate::source::{Limits, read_bytes};

    const MAIL: &str = "From: =?utf-8?q?Ann_L=C3=BCtt?= <ann@example.org>\r\nMessage-ID: <a/1@example.org>\r\nDate: Tue, 4 May 2021 10:00:00 +0200\r\n\
        Subject: Outage of\r\n the API\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<p>in HTML</p>\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        It failed =E2=80=93 twice.\r\n\r\nOn Mon, 3 May 2021, Bob wrote:\r\n> All is well.\r\n> Bob\r\n\r\nAnn\r\n--b--\r\n";

    #[test]
    fn header_and_plain_text_are_kept_and_quotes_are_for_search() {
        let (page, id) = message(MAIL.as_bytes()).unwrap();
        assert_eq!(
            blocks(&page),
            [
                "meta From: Ann Lütt <ann@example.org>",
                "meta Date: 2021-05-04T10:00:00+02:00",
                "meta Subject: Outage of the API",
                "p It failed – twice.",
                "code On Mon, 3 May 2021, Bob wrote:\r\n> All is well.\r\n> Bob",
                "p Ann",
            ]
        );
        assert_eq!(id.as_deref(), Some("a_1@example.org"));
    }

    #[test]
    fn a_message_of_nothing_but_quotes_is_read_as_it_stands() {
        let text = "Subject: x\nMIME-Version: 1.0\n\n> It failed.\n";
        assert_eq!(blocks(&message(text.as_bytes()).unwrap().0), ["meta Subject: x", "p It failed."]);
    }

    #[test]
    fn a_mailbox_gives_a_document_a_message() {
        let two = format!(
            "From ann@example.org Tue May  4 10:00:00 2021\n{}\nFrom bob@example.org Tue May  4 11:00:00 2021\nSubject: y\nDate: bad\n\nUp again.\n",
            MAIL.replace('\r', "")
        );
        let mut ids = Vec::new();
        let name = Name { id: "m.mbox", source: "m.mbox", path: None, limits: Limits::default(), mappings: &[] };
        read_bytes(two.into_bytes(), &name, |read| ids.push(read.unwrap().id));
        assert_eq!(ids, ["m.mbox#a_1@example.org", "m.mbox#2"]);
    }

    #[test]
    fn text_with_a_header_by_hand_is_no_mail() {
        let name = Name { id: "a", source: "a", path: None, limits: Limits::default(), mappings: &[] };
        for (text, expected) in [
            ("From: Ann\nDate: today\n\nHi", false),
            ("Message-ID: <x>\nSubject: y\n\nHi", true),
            ("Title\nMIME-Version: 1.0\n\nHi", false),
            ("MIME-Version: 1.0\nSubject: never ends", false),
        ] {
            assert_eq!(Message.claims(text.as_bytes(), &name), expected, "{text}");
        }
    }
}
