//! What Word and OpenDocument files share: a ZIP archive with XML in it.
//!
//! Promises: the XML streams, so depth costs nothing and memory is bounded by the longest run of text; no part is read
//! beyond its limit. Leaves to others: what the elements mean (`docx`, `odt`).

use std::io::{BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::Skip;
use super::limits::XML_BYTES;

/// An archive with its parts.
pub struct Parts<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    kind: &'static str,
}

/// What stands in the XML, in order.
pub enum Xml<'e> {
    /// An element opens; its name is without the prefix.
    Start(&'e str, &'e BytesStart<'e>),
    End(&'e str),
    Text(&'e str),
}

/// Whether the bytes are an archive, whatever it holds.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Whether the bytes are an archive in which `part` lies.
pub fn has_part(bytes: &[u8], part: &str) -> bool {
    // The name of each part stands in the archive as it is; looking for it first spares most archives their reading.
    is_zip(bytes)
        && memchr::memmem::find(bytes, part.as_bytes()).is_some()
        && ZipArchive::new(Cursor::new(bytes)).is_ok_and(|archive| archive.index_for_name(part).is_some())
}

impl<'b> Parts<'b> {
    /// The parts of a file of that `kind`, which is named in reasons.
    pub fn open(bytes: &'b [u8], kind: &'static str) -> Result<Parts<'b>, Skip> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|why| damaged(kind, &why))?;
        Ok(Parts { archive, kind })
    }

    /// The name and size of each part.
    pub fn list(&mut self) -> Vec<(String, u64)> {
        let sizes = (0..self.archive.len()).filter_map(|at| {
            let part = self.archive.by_index_raw(at).ok()?;
            Some((part.name().ok()?.into_owned(), part.size()))
        });
        sizes.collect()
    }

    /// Gives what stands in the XML of `part` to `each`. An archive without that part has nothing in it.
    pub fn walk(&mut self, part: &str, each: impl FnMut(Xml)) -> Result<(), Skip> {
        let kind = self.kind;
        let Some(at) = self.archive.index_for_name(part) else { return Ok(()) };
        let input = self.archive.by_index(at).map_err(|why| damaged(kind, &why))?;
        let mut input = BufReader::new(input.take(XML_BYTES));
        walk(&mut input, each).map_err(|why| damaged(kind, &format_args!("{part}: {why}")))?;
        if input.into_inner().limit() == 0 {
            return Err(Skip::Bomb(format!("{part} unpacks to {XML_BYTES} bytes or more")));
        }
        Ok(())
    }

    /// What the file states about itself in `part`: the texts of the elements named `keys`, in their order.
    pub fn properties<const N: usize>(&mut self, part: &str, keys: [&str; N]) -> Result<[String; N], Skip> {
        let mut values = [const { String::new() }; N];
        let mut open: Option<usize> = None;
        self.walk(part, |xml| match xml {
            Xml::Start(name, _) => open = keys.iter().position(|key| *key == name),
            Xml::End(_) => open = None,
            Xml::Text(text) => {
                if let Some(key) = open {
                    values[key].push_str(text);
                }
            }
        })?;
        Ok(values)
    }
}

/// The value of the attribute whose name is `name` without its prefix.
pub fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name.as_bytes());
    Some(String::from_utf8_lossy(&found?.value).into_owned())
}

fn damaged(kind: &str, why: &dyn std::fmt::Display) -> Skip {
    Skip::Damaged { kind: kind.to_owned(), why: why.to_string() }
}

/// Gives what stands in the XML to `each`, which is told of `<a/>` as of `<a></a>`.
fn walk(input: &mut impl BufRead, mut each: impl FnMut(Xml)) -> quick_xml::Result<()> {
    let mut reader = Reader::from_reader(input);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Start(element) => {
                let name = element.local_name();
                each(Xml::Start(&String::from_utf8_lossy(name.as_ref()), &element));
            }
            Event::Empty(element) => {
                let name = element.local_name();
                let name = String::from_utf8_lossy(name.as_ref());
                each(Xml::Start(&name, &element));
                each(Xml::End(&name));
            }
            Event::End(element) => each(Xml::End(&String::from_utf8_lossy(element.local_name().as_ref()))),
            Event::Text(text) => each(Xml::Text(&String::from_utf8_lossy(&text))),
            Event::CData(text) => each(Xml::Text(&String::from_utf8_lossy(&text))),
            Event::GeneralRef(entity) => {
                if let Some(c) = entity.resolve_char_ref().ok().flatten() {
                    each(Xml::Text(c.encode_utf8(&mut [0; 4])));
                } else if let Some(text) = resolve_predefined_entity(&String::from_utf8_lossy(&entity)) {
                    each(Xml::Text(text));
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
pub mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::super::Page;
    use super::*;
    use crate::source::markdown::tests::told;

    /// An archive with these parts, the first stored and the rest deflated.
    pub fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (at, (name, content)) in parts.iter().enumerate() {
            let method =
                if at == 0 && *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// The blocks in short: `h2 Title`, `p words`, `li item`, `tr a | b`.
    pub fn blocks(page: &Page) -> Vec<String> {
        told(&page.text, &page.blocks)
    }

    #[test]
    fn an_archive_that_is_cut_short_is_damaged() {
        let whole = archive(&[("a.xml", "<a>text</a>")]);
        assert!(has_part(&whole, "a.xml") && !has_part(&whole, "b.xml"));
        let why = Parts::open(&whole[..whole.len() / 2], "test").err().unwrap();
        assert!(why.to_string().starts_with("a damaged test: "), "{why}");
        let mut texts = String::new();
        let mut parts = Parts::open(&whole, "test").unwrap();
        parts
            .walk("a.xml", |xml| {
                if let Xml::Text(text) = xml {
                    texts.push_str(text)
                }
            })
            .unwrap();
        assert_eq!((texts.as_str(), parts.list()), ("text", vec![("a.xml".to_owned(), 11)]));
    }
}
