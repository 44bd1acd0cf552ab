//! Inputs to [`Document`]s: finding files ([`walk`]), decoding bytes, and one reader a format.
//!
//! Promises: no input panics or grows beyond [`Limits`]; an input that gives no document gives a [`Skip`] that says
//! why; the format is told from the content first and from the name second. Text and Markdown share one reader, since
//! half of the Markdown in the world has lost its marks and half of the text has some. Leaves to others: what the
//! text means (`extract`), and what to do about skipped inputs (`cli`, `library`).

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use self::compose::Page;
use crate::document::{Document, Format};

mod boilerplate;
mod compose;
mod decode;
mod docx;
mod fences;
mod front;
mod html;
mod joins;
pub mod jsonl;
mod lines;
mod markdown;
mod odt;
mod office;
mod page;
pub mod walk;

/// How large an input may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes that one document may have.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_bytes: 16 << 20 }
    }
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
    /// It is text in an encoding that is not supported.
    Encoding(&'static str),
    /// Its name tells a kind of file that holds no document, or none that can be read yet.
    Unsupported { extension: String, kind: &'static str },
    /// It is a symbolic link that leads out of the input.
    LinkOutside,
    /// It is a line that is not the JSON that was expected.
    BadLine(String),
    /// It is of a known format, `kind`, and is broken.
    Damaged { kind: String, why: String },
    /// It unpacks to more than is read, and to how much.
    Bomb(String),
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Skip::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Skip::Empty => f.write_str("empty: it has no words"),
            Skip::Binary(why) => write!(f, "binary data: {why}"),
            Skip::TooLarge(limit) => write!(f, "larger than {limit} bytes; raise --max-bytes to read it"),
            Skip::Encoding(name) => write!(f, "encoded as {name}; convert it to UTF-8"),
            Skip::Unsupported { extension, kind } => write!(f, "unsupported format: .{extension} ({kind})"),
            Skip::LinkOutside => {
                f.write_str("a symbolic link out of the input; give its target as an input to read it")
            }
            Skip::Damaged { kind, why } => write!(f, "a damaged {kind}: {why}"),
            Skip::Bomb(figures) => write!(f, "unpacks to too much: {figures}"),
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

/// Reads the file at `path` into the document named `id`.
pub fn read_file(path: &Path, id: &str, limits: Limits) -> Result<Document, Skip> {
    let unreadable = |error: io::Error| Skip::Unreadable(error.to_string());
    let file = File::open(path).map_err(unreadable)?;
    let bytes = read_limited(file, limits).map_err(unreadable)??;
    from_bytes(bytes, id, &path.to_string_lossy(), Some(path))
}

/// Reads `input` to its end, or up to the limit: the size that a file system tells may be out of date.
pub fn read_limited(input: impl Read, limits: Limits) -> io::Result<Result<Vec<u8>, Skip>> {
    let mut bytes = Vec::new();
    input.take(limits.max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    let too_large = bytes.len() as u64 > limits.max_bytes;
    Ok(if too_large { Err(Skip::TooLarge(limits.max_bytes)) } else { Ok(bytes) })
}

/// Reads `bytes`, in whatever encoding, into the document named `id`; `path` helps to tell the format.
pub fn from_bytes(bytes: Vec<u8>, id: &str, source: &str, path: Option<&Path>) -> Result<Document, Skip> {
    let (text, notes) = decode::decode(bytes)?;
    let mut document = from_text(text, id, source, path)?;
    document.notes.splice(0..0, notes);
    Ok(document)
}

/// Reads `text` into the document named `id`; `path` helps to tell the format.
pub fn from_text(text: String, id: &str, source: &str, path: Option<&Path>) -> Result<Document, Skip> {
    let format = format(&text, path);
    let page = match format {
        Format::Html => html::read(&text),
        _ => Page::of_text(text),
    };
    of_page(page, format, id, source)
}

/// The document named `id` that `page` is, if it has any block.
fn of_page(page: Page, format: Format, id: &str, source: &str) -> Result<Document, Skip> {
    let Page { text, blocks, title, notes, dropped } = page;
    if blocks.is_empty() {
        return Err(Skip::Empty);
    }
    let (id, source) = (id.to_owned(), source.to_owned());
    Ok(Document { id, source, format, text, blocks, title_hint: title, notes, dropped })
}

/// The format of `text`: a page that says so is HTML whatever its name, and without any tag it is not.
fn format(text: &str, path: Option<&Path>) -> Format {
    let extension = path.and_then(Path::extension).map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let is = |names: &[&str]| extension.as_deref().is_some_and(|extension| names.contains(&extension));
    let is_markdown = is(&["md", "markdown", "mdown", "mkd", "mdx"]);
    if html::is_page(text) || (!is_markdown && html::is_fragment(text, is(&["html", "htm", "xhtml"]))) {
        Format::Html
    } else if is_markdown {
        Format::Markdown
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
        let missing = read_file(Path::new("/no/such/file"), "a", Limits::default()).unwrap_err();
        assert!(missing.to_string().starts_with("cannot be read: No such file"), "{missing}");
    }
}
