//! Inputs to [`Document`]s: finding files ([`walk`]), decoding bytes, and one reader a format.
//!
//! A file gives any number of documents. [`documents`] asks each [`Source`] in turn whether the content is of its format:
//! first those of bytes ([`BYTES`]: containers and office files), then, of what can be decoded to text, those of text
//! ([`TEXTS`]: feeds, exports, lists of incidents); what nobody claims is one document of text, Markdown or HTML. To add a
//! format: a file here with a `Source`, and its line in one of the two tables.
//!
//! Promises: no input panics or grows beyond [`Limits`]; an input that gives no document gives a [`Skip`] that says
//! why; the format is told from the content first and from the name second; documents of one file have different ids.
//! Text and Markdown share one reader, since half of the Markdown in the world has lost its marks and half of the text has
//! some. Leaves to others: what the text means (`extract`), and what to do about skipped inputs (`cli`, `library`).

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::document::{Document, Format};

mod archive;
mod asciidoc;
mod boilerplate;
mod decode;
mod dialect;
mod docx;
mod draft;
mod elements;
mod feed;
mod fenced;
mod fences;
mod front;
mod google;
mod history;
mod html;
mod issues;
mod joins;
mod json;
pub mod jsonl;
pub mod limits;
mod lines;
mod mail;
pub mod mapping;
mod markdown;
mod mediawiki;
mod notebook;
mod odt;
mod office;
mod org;
mod out;
mod page;
mod pdf;
mod pieces;
mod rst;
mod rtf;
mod split;
mod stamp;
mod statuspage;
mod surroundings;
mod table;
mod threads;
pub mod walk;

pub use self::limits::Limits;
use self::mapping::Mapping;
pub use self::out::Out;
use self::page::Page;

/// A reader of one format, which may hold many documents; `C` is what it reads, `[u8]` or `str`.
pub trait Source<C: ?Sized>: Sync {
    /// Whether `content` is of this format. Asked of every file, so it must be quick, and sure.
    fn claims(&self, content: &C, name: &Name) -> bool;

    /// Gives each document of `content` to `out`, one by one; an error where the file as a whole gives none.
    fn read(&self, content: &C, name: &Name, out: &mut Out) -> Result<(), Skip>;
}

/// Formats that are told and read from bytes, in the order in which they are asked.
const BYTES: &[&dyn Source<[u8]>] = &[
    &Single { format: Format::Docx, claims: |bytes, _| docx::is_docx(bytes), read: docx::read },
    &Single { format: Format::Odt, claims: |bytes, _| odt::is_odt(bytes), read: odt::read },
    &Single { format: Format::Pdf, claims: |bytes, _| pdf::is_pdf(bytes), read: pdf::read },
    &Single { format: Format::Rtf, claims: |bytes, _| rtf::is_rtf(bytes), read: rtf::read },
    &mail::Message,
    &mail::Mailbox,
    // The formats above that are archives of their own come first.
    &archive::Archive,
];

/// Formats that are told and read from text, in the order in which they are asked.
const TEXTS: &[&dyn Source<str>] = &[
    &Single { format: Format::Notebook, claims: notebook::is_notebook, read: notebook::read },
    &jsonl::Jsonl,
    &json::Json,
    &feed::Feed,
    &history::History,
    &table::Table,
];

/// A format whose files are one document each.
struct Single<C: ?Sized> {
    format: Format,
    claims: fn(&C, &Name) -> bool,
    read: fn(&C) -> Result<Page, Skip>,
}

impl<C: ?Sized> Source<C> for Single<C> {
    fn claims(&self, content: &C, name: &Name) -> bool {
        (self.claims)(content, name)
    }

    fn read(&self, content: &C, name: &Name, out: &mut Out) -> Result<(), Skip> {
        give((self.read)(content)?, self.format, name, out)
    }
}

/// What a reader knows of a file beside its content.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// The id of the file: that of its document, if it is one; what goes before `#` if it holds several.
    pub id: &'a str,
    /// See `Record::source`.
    pub source: &'a str,
    /// What the file is called: a help to tell the format.
    pub path: Option<&'a Path>,
    pub limits: Limits,
    /// The mappings that the user gave, see [`mapping`].
    pub mappings: &'a [Mapping],
}

/// How inputs are read; from [`Limits`] alone, as long as nobody gives more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading<'a> {
    pub limits: Limits,
    pub mappings: &'a [Mapping],
}

impl From<Limits> for Reading<'_> {
    fn from(limits: Limits) -> Self {
        Reading { limits, mappings: &[] }
    }
}

impl Name<'_> {
    /// Whether the file has one of these extensions, which are written in lower case.
    pub fn has_extension(&self, names: &[&str]) -> bool {
        has_extension(self.path, names)
    }
}

fn has_extension(path: Option<&Path>, names: &[&str]) -> bool {
    let extension = path.and_then(Path::extension).map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|extension| names.contains(&extension.as_str()))
}

/// Why an input gives no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// It could not be read: the reason of the operating system.
    Unreadable(String),
    /// It has no words.
    Empty,
    /// It is no text, and what it is or why it is thought so.
    Binary(String),
    /// It is larger than the limit of that many bytes.
    TooLarge(u64),
    /// It has more of something than one document may have, see [`limits`].
    Beyond { most: usize, of: &'static str },
    /// It is text in an encoding that is not supported.
    Encoding(&'static str),
    /// Its name tells a kind of file that holds no document, or none that can be read yet.
    Unsupported { extension: String, kind: &'static str },
    /// It is a symbolic link that leads out of the input.
    LinkOutside,
    /// It is a line that is not the JSON that was expected.
    BadLine(String),
    /// It holds more documents than that, and the rest of it is not read.
    TooMany(usize),
    /// It is of a known format, `kind`, and is broken.
    Damaged { kind: String, why: String },
    /// It unpacks to more than is read, and to how much.
    Bomb(String),
    /// It is an entry of an archive whose name leads out of it.
    PathOutside,
    /// It is of a known format and has no text, and what to do about it.
    NoText(String),
    /// It holds several documents, by these ends of their ids, where one was asked for.
    Several(Vec<String>),
    /// It is data that does not hold together, and where: a file that was cut off, broken JSON.
    Broken(String),
    /// It is data of a known form in which nothing that is known was found, and what was looked for.
    NoIncident(String),
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Skip::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Skip::Empty => f.write_str("empty: it has no words"),
            Skip::Binary(why) => write!(f, "binary data: {why}"),
            Skip::TooLarge(limit) => write!(f, "larger than {limit} bytes; raise --max-bytes to read it"),
            Skip::Beyond { most, of } => write!(f, "more than {most} {of} in one document: cut it into several"),
            Skip::Encoding(name) => write!(f, "encoded as {name}; convert it to UTF-8"),
            Skip::Unsupported { extension, kind } => write!(f, "unsupported format: .{extension} ({kind})"),
            Skip::LinkOutside => {
                f.write_str("a symbolic link out of the input; give its target as an input to read it")
            }
            Skip::Damaged { kind, why } => write!(f, "a damaged {kind}: {why}"),
            Skip::PathOutside => f.write_str("its name leads out of the archive"),
            Skip::NoText(why) => f.write_str(why),
            Skip::Bomb(figures) => write!(f, "unpacks to too much: {figures}"),
            Skip::Several(ids) => {
                const SHOWN: usize = 5;
                let shown = ids[..ids.len().min(SHOWN)].join(", ");
                write!(f, "{} documents in one file; name one by adding its end: {shown}", ids.len())?;
                f.write_str(if ids.len() > SHOWN { ", ..." } else { "" })
            }
            Skip::TooMany(most) => {
                write!(f, "more than {most} documents in one file: the rest is not read; split the file")
            }
            Skip::Broken(why) => write!(f, "broken: {why}"),
            Skip::NoIncident(why) => write!(f, "no incident in it: {why}"),
            Skip::BadLine(why) => write!(f, "not a line of JSON with `id` and `text`: {why}"),
        }
    }
}

impl std::error::Error for Skip {}

/// An input that gave no document, by the name it goes under in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The path, with the line where the input is one of many lines: `incidents.jsonl:12`.
    pub source: String,
    pub why: Skip,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skipped {}: {}", self.source, self.why)
    }
}

/// Reads the file at `path`, known as `id`, and gives each of its documents, or why there is none, to `each`.
pub fn read_documents<'a>(
    path: &'a Path,
    id: &'a str,
    settings: impl Into<Reading<'a>>,
    each: impl FnMut(Result<Document, Skipped>),
) {
    let source = path.to_string_lossy();
    let Reading { limits, mappings } = settings.into();
    let name = Name { id, source: &source, path: Some(path), limits, mappings };
    let read = || {
        let unreadable = |error: io::Error| Skip::Unreadable(error.to_string());
        let file = File::open(path).map_err(unreadable)?;
        read_limited(file, limits).map_err(unreadable)?
    };
    read_all(read(), &name, each);
}

/// Reads `bytes`, the content of a file, and gives each of its documents, or why there is none, to `each`.
pub fn read_bytes(bytes: Vec<u8>, name: &Name, each: impl FnMut(Result<Document, Skipped>)) {
    read_all(Ok(bytes), name, each);
}

/// Reads the one document that the file at `path` holds, or of several the one that `id` ends in: `incidents.json#k3x`.
/// A path that is none may have the same end.
pub fn read_file(path: &Path, id: &str, limits: Limits) -> Result<Document, Skip> {
    let file = path.to_str().and_then(|path| path.rsplit_once('#')).filter(|_| !path.exists());
    let file = file.map_or(path, |(file, _)| Path::new(file));
    // A path below a file is that of an entry of an archive.
    let file = file.ancestors().find(|path| path.is_file()).unwrap_or(file);
    let (mut found, mut others, mut why) = (None, Vec::new(), Skip::Empty);
    // A file without an id gives its documents the ends of theirs.
    read_documents(file, "", limits, |read| match read {
        Ok(document) if document.id.is_empty() || id.ends_with(&document.id) => found = Some(document),
        Ok(document) => others.push(document.id),
        Err(skipped) => why = skipped.why,
    });
    match found {
        Some(document) => Ok(Document { id: id.to_owned(), ..document }),
        None => Err(if others.is_empty() { why } else { Skip::Several(others) }),
    }
}

fn read_all(bytes: Result<Vec<u8>, Skip>, name: &Name, mut each: impl FnMut(Result<Document, Skipped>)) {
    let mut out = Out::new(&mut each);
    if let Err(why) = bytes.and_then(|bytes| documents(bytes, name, &mut out)) {
        out.skip(name.source, why);
    } else if out.is_empty() {
        // A table of a head alone, a list of nothing.
        out.skip(name.source, Skip::Empty);
    }
}

/// Reads `bytes` in whatever format; what a container does with each file in it, too.
pub fn documents(bytes: Vec<u8>, name: &Name, out: &mut Out) -> Result<(), Skip> {
    if let Some(source) = BYTES.iter().find(|source| source.claims(&bytes, name)) {
        return source.read(&bytes, name, out);
    }
    let (text, notes) = decode::decode(bytes)?;
    out.note(notes);
    if let Some(source) = TEXTS.iter().find(|source| source.claims(&text, name)) {
        return source.read(&text, name, out);
    }
    let (page, format) = page_of(text, name.path);
    give(page, format, name, out)
}

/// Gives the document that `page` is, or the documents that it is a list of.
fn give(mut page: Page, format: Format, name: &Name, out: &mut Out) -> Result<(), Skip> {
    let anchors = std::mem::take(&mut page.anchors);
    split::give(of_page(page, format, name.id, name.source)?, &anchors, name, out);
    Ok(())
}

/// Reads `input` to its end, or up to the limit: the size that a file system tells may be out of date.
pub fn read_limited(input: impl Read, limits: Limits) -> io::Result<Result<Vec<u8>, Skip>> {
    let mut bytes = Vec::new();
    input.take(limits.max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    let too_large = bytes.len() as u64 > limits.max_bytes;
    Ok(if too_large { Err(Skip::TooLarge(limits.max_bytes)) } else { Ok(bytes) })
}

/// Reads `bytes`, in whatever format, into the one document named `id`; `path` helps to tell the format.
pub fn from_bytes(bytes: Vec<u8>, id: &str, source: &str, path: Option<&Path>) -> Result<Document, Skip> {
    let name = Name { id, source, path, limits: Limits { max_bytes: u64::MAX }, mappings: &[] };
    if !BYTES.iter().any(|source| source.claims(&bytes, &name)) {
        let (text, notes) = decode::decode(bytes)?;
        let mut document = from_text(text, id, source, path)?;
        document.notes.splice(0..0, notes);
        return Ok(document);
    }
    let (mut documents, mut why) = (Vec::new(), Skip::Empty);
    read_bytes(bytes, &name, |read| match read {
        Ok(document) => documents.push(document),
        Err(skipped) => why = skipped.why,
    });
    match documents.len() {
        0 => Err(why),
        1 => Ok(documents.remove(0)),
        _ => Err(Skip::Several(documents.into_iter().map(|document| document.id).collect())),
    }
}

/// Reads `text`, in Markdown, HTML or neither, into the one document named `id`; `path` helps to tell the format.
pub fn from_text(text: String, id: &str, source: &str, path: Option<&Path>) -> Result<Document, Skip> {
    let (page, format) = page_of(text, path);
    of_page(page, format, id, source)
}

fn page_of(text: String, path: Option<&Path>) -> (Page, Format) {
    let format = format(&text, path);
    let page = match format {
        Format::Html => html::read_page(&text),
        Format::Rst => Page::of_text(text, Some(&rst::Rst)),
        Format::Asciidoc => Page::of_text(text, Some(&asciidoc::Asciidoc)),
        Format::Mediawiki => Page::of_text(text, Some(&mediawiki::Mediawiki)),
        Format::Org => Page::of_text(text, Some(&org::Org)),
        _ => Page::of_text(text, None),
    };
    (page, format)
}

/// The document named `id` that `page` is, if it has any block.
fn of_page(page: Page, format: Format, id: &str, source: &str) -> Result<Document, Skip> {
    let Page { text, blocks, title, url, mut notes, dropped, beyond, .. } = page;
    let mut blocks = fenced::open_timelines(&text, blocks);
    threads::close_updates(&text, &mut blocks);
    if let Some(why) = beyond {
        return Err(why);
    }
    notes.extend(decode::mojibake(&text));
    if blocks.is_empty() {
        return Err(Skip::Empty);
    }
    let (id, source) = (id.to_owned(), source.to_owned());
    Ok(Document { id, source, url, format, text, blocks, title_hint: title, notes, dropped })
}

/// The format of `text`: a page that says so is HTML whatever its name, and without any tag it is not. The other marked-up texts
/// look alike, so that a name that tells one of them is believed.
fn format(text: &str, path: Option<&Path>) -> Format {
    let is = |names: &[&str]| has_extension(path, names);
    let is_markdown = is(&["md", "markdown", "mdown", "mkd", "mdx", "qmd", "rmd"]);
    if html::is_page(text) || (!is_markdown && html::is_fragment(text, is(&["html", "htm", "xhtml"]))) {
        Format::Html
    } else if is_markdown {
        Format::Markdown
    } else if is(&["org"]) {
        Format::Org
    } else if is(&["adoc", "asciidoc", "asc"]) {
        Format::Asciidoc
    } else if is(&["rst", "rest"]) {
        Format::Rst
    } else if is(&["mediawiki", "wiki"]) {
        Format::Mediawiki
    } else if org::is_org(text) {
        Format::Org
    } else if asciidoc::is_asciidoc(text) {
        Format::Asciidoc
    } else if rst::is_rst(text) {
        Format::Rst
    } else if mediawiki::is_mediawiki(text) {
        Format::Mediawiki
    } else {
        Format::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_told_from_the_content_then_from_the_name() {
        for (text, name, expected) in [
            ("# Outage", "a.md", Format::Markdown),
            ("# Outage", "a.txt", Format::Text),
            ("<!DOCTYPE html><p>x", "a.md", Format::Html),
            ("\n<!-- saved page -->\n<html lang=en><p>x", "a.txt", Format::Html),
            ("<?xml version=\"1.0\"?>\n<!doctype html>", "a", Format::Html),
            ("<p align=center>logo</p>\n\n# Outage", "README.md", Format::Markdown),
            ("<div class=page><p>x</p></div>", "page", Format::Html),
            ("just words", "a.html", Format::Text),
            ("words <b>bold</b>", "a.HTM", Format::Html),
            ("<script-name> failed at 10:00", "a.txt", Format::Text),
            ("words", "a.rst", Format::Rst),
            ("#+TITLE: x", "a.txt", Format::Org),
            ("#+TITLE: x", "a.md", Format::Markdown),
            ("= T\n:date: x", "a", Format::Asciidoc),
            ("== A ==\n{{x}}\n== B ==", "a", Format::Mediawiki),
            (".. note:: x", "a", Format::Rst),
        ] {
            assert_eq!(format(text, Some(Path::new(name))), expected, "{name}: {text}");
        }
    }

    #[test]
    fn text_is_kept_to_the_letter() {
        let text = "# Outage\r\n\r\nIt  failed.\t\r\n";
        let document = from_bytes(text.into(), "a", "a.md", None).unwrap();
        assert_eq!(document.text, text);
        assert_eq!((document.id.as_str(), document.source.as_str()), ("a", "a.md"));
    }

    #[test]
    fn inputs_without_a_document_say_why() {
        let tiny = Limits { max_bytes: 3 };
        assert_eq!(read_limited(&b"1234"[..], tiny).unwrap(), Err(Skip::TooLarge(3)));
        assert_eq!(read_limited(&b"123"[..], tiny).unwrap(), Ok(b"123".to_vec()));
        for text in ["", " \r\n\t ", "---\n", "<html><script>x</script></html>"] {
            assert_eq!(from_text(text.to_owned(), "a", "a", None), Err(Skip::Empty), "{text:?}");
        }
        let mut told = Vec::new();
        read_documents(Path::new("/no/such/file"), "a", Limits::default(), |read| {
            told.push(read.unwrap_err().to_string())
        });
        assert!(told[0].starts_with("skipped /no/such/file: cannot be read: No such file"), "{told:?}");
        assert_eq!(told.len(), 1);
    }
}
