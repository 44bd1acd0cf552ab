//! Archives (`.zip`, `.tar`) and compressed files (`.gz`, `.zst`), read as the folders and files that they hold.
//!
//! Nothing is written to disk, so no path can lead out of anywhere; a name that tries to is refused all the same, as ids are
//! made of names. Archives stream: what is held is one entry. Promises: bounds on depth, count, total size and ratio, see
//! [`Unpacked`]; what goes beyond is refused with its figures, and what was read before stays. Leaves to others:
//! which kinds of files hold documents (`walk`), and the files themselves (`documents`).

use std::io::{self, BufReader, Cursor, Read};
use std::path::{Component, Path};

use zip::ZipArchive;

use super::limits::{ARCHIVE_DEPTH, ARCHIVE_FILES, ARCHIVE_HARMLESS, ARCHIVE_RATIO, ARCHIVE_SIZES};
use super::{Limits, Name, Out, Skip, Source, documents, office, read_limited, walk};

/// The four formats.
pub struct Archive;

/// What was unpacked so far of one file, in all the archives that it holds.
#[derive(Debug, Default)]
pub struct Unpacked {
    depth: usize,
    files: usize,
    bytes: u64,
    /// The size of the file itself.
    packed: u64,
}

impl Unpacked {
    fn count(&mut self, bytes: u64, limits: Limits) -> Result<(), Skip> {
        self.files += 1;
        self.bytes += bytes;
        let most = limits.max_bytes.saturating_mul(ARCHIVE_SIZES);
        let Unpacked { files, bytes, packed, .. } = *self;
        if files > ARCHIVE_FILES {
            Err(Skip::Bomb(format!("more than {} files", ARCHIVE_FILES)))
        } else if bytes > most {
            Err(Skip::Bomb(format!("{bytes} bytes in {files} files; raise --max-bytes to read {most} and more")))
        } else if bytes > ARCHIVE_HARMLESS && bytes / packed.max(1) > ARCHIVE_RATIO {
            Err(Skip::Bomb(format!("{bytes} bytes from {packed}, {} times as many", bytes / packed.max(1))))
        } else {
            Ok(())
        }
    }
}

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

impl Source<[u8]> for Archive {
    fn claims(&self, bytes: &[u8], _: &Name) -> bool {
        office::is_zip(bytes) || bytes.starts_with(GZIP) || bytes.starts_with(ZSTD) || is_tar(bytes)
    }

    fn read(&self, bytes: &[u8], name: &Name, out: &mut Out) -> Result<(), Skip> {
        if out.unpacked.depth == 0 {
            out.unpacked = Unpacked { packed: bytes.len() as u64, ..Unpacked::default() };
        }
        if out.unpacked.depth == ARCHIVE_DEPTH {
            return Err(Skip::Bomb(format!("archives {} deep", ARCHIVE_DEPTH + 1)));
        }
        out.unpacked.depth += 1;
        let read = if office::is_zip(bytes) {
            zip(bytes, name, out)
        } else if bytes.starts_with(GZIP) {
            compressed(flate2::read::MultiGzDecoder::new(bytes), "gzip", name, out)
        } else if bytes.starts_with(ZSTD) {
            let decoder = zstd::stream::read::Decoder::new(bytes).map_err(|why| damaged("zstd", &why));
            decoder.and_then(|decoder| compressed(decoder, "zstd", name, out))
        } else {
            tar(bytes, name, out)
        };
        out.unpacked.depth -= 1;
        // An archive of nothing but hidden files has nothing to say, and is not to be lost in silence.
        if read.is_ok() && out.is_empty() { Err(Skip::Empty) } else { read }
    }
}

fn damaged(kind: &str, why: &dyn std::fmt::Display) -> Skip {
    Skip::Damaged { kind: format!("{kind} archive"), why: why.to_string() }
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.len() > 512 && &bytes[257..262] == b"ustar"
}

fn zip(bytes: &[u8], name: &Name, out: &mut Out) -> Result<(), Skip> {
    /// Parts that stand in the archives of other formats: Office, EPUB, Java, and the drafts of office programs.
    const OTHERS: &[(&str, &str)] = &[
        ("[Content_Types].xml", "an Office document without text"),
        ("META-INF/container.xml", "an e-book"),
        ("META-INF/MANIFEST.MF", "a Java program"),
        ("META-INF/manifest.xml", "an OpenDocument file without text"),
    ];
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|why| damaged("ZIP", &why))?;
    if let Some((_, what)) = OTHERS.iter().find(|(part, _)| archive.index_for_name(part).is_some()) {
        return Err(Skip::Binary(format!("it is {what}")));
    }
    let mut order: Vec<(String, usize)> = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(|why| damaged("ZIP", &why))?;
        if entry.is_file() {
            let path = entry.name().map(|name| name.into_owned()).unwrap_or_default();
            order.push((path, at));
        }
    }
    // In the order in which the folder would be walked.
    order.sort();
    for (path, at) in order {
        let Some(wanted) = Wanted::of(&path, name, out) else { continue };
        match archive.by_index(at) {
            Ok(mut entry) => wanted.read(&mut entry, name, out)?,
            Err(why) => wanted.skip(Skip::Unreadable(why.to_string()), out),
        }
    }
    Ok(())
}

fn tar(input: impl Read, name: &Name, out: &mut Out) -> Result<(), Skip> {
    let mut archive = ::tar::Archive::new(input);
    let entries = archive.entries().map_err(|why| damaged("tar", &why))?;
    for entry in entries {
        let mut entry = entry.map_err(|why| damaged("tar", &why))?;
        // The bytes of an entry that is passed over are unpacked too.
        let size = entry.size();
        if !entry.header().entry_type().is_file() {
            out.unpacked.count(0, name.limits)?;
            continue;
        }
        let path = entry.path().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        match Wanted::of(&path, name, out) {
            Some(wanted) => wanted.read(&mut entry, name, out)?,
            None => out.unpacked.count(size, name.limits)?,
        }
    }
    Ok(())
}

/// A file that was compressed by itself: an archive, or one document under the name without the last extension.
fn compressed(input: impl Read, kind: &str, name: &Name, out: &mut Out) -> Result<(), Skip> {
    /// The first block of a tar.
    const HEAD: u64 = 1024;
    let mut input = BufReader::new(input);
    let mut head = Vec::new();
    input.by_ref().take(HEAD).read_to_end(&mut head).map_err(|why| damaged(kind, &why))?;
    let whole = Cursor::new(head.clone()).chain(input);
    if is_tar(&head) {
        return tar(whole, name, out);
    }
    let bytes = read_limited(whole, name.limits).map_err(|why| damaged(kind, &why))??;
    out.unpacked.count(bytes.len() as u64, name.limits)?;
    let inner = name.path.and_then(Path::file_stem).map(Path::new);
    documents(bytes, &Name { path: inner, ..*name }, out)
}

/// An entry that may hold documents, by the names that it goes under.
struct Wanted {
    id: String,
    source: String,
    path: String,
}

impl Wanted {
    /// The entry at `path`, unless it is hidden, or told to be no document, which is reported as of a folder.
    fn of(path: &str, name: &Name, out: &mut Out) -> Option<Wanted> {
        let path = path.replace('\\', "/");
        let source = format!("{}/{path}", name.source);
        let parts: Vec<Component> = Path::new(&path).components().collect();
        if path.is_empty()
            || path.contains('\0')
            || parts.iter().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir))
        {
            out.skip(&source, Skip::PathOutside);
            return None;
        }
        let parts: Vec<String> = parts
            .iter()
            .filter(|part| matches!(part, Component::Normal(_)))
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        if parts.iter().any(|part| part.starts_with('.') || part == "__MACOSX") {
            return None;
        }
        let path = parts.join("/");
        let wanted = Wanted { id: format!("{}/{path}", name.id), source: format!("{}/{path}", name.source), path };
        if let Some((extension, kind)) = walk::unsupported(Path::new(&wanted.path)) {
            wanted.skip(Skip::Unsupported { extension, kind }, out);
            return None;
        }
        Some(wanted)
    }

    fn skip(&self, why: Skip, out: &mut Out) {
        out.skip(&self.source, why);
    }

    /// Reads the documents of the entry. An error ends the reading of the whole archive.
    fn read(&self, input: &mut dyn Read, archive: &Name, out: &mut Out) -> Result<(), Skip> {
        let Name { limits, mappings, .. } = *archive;
        let bytes = match read_limited(&mut *input, limits) {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(why)) => {
                out.unpacked.count(limits.max_bytes, limits)?;
                self.skip(why, out);
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(damaged("cut", &error)),
            Err(error) => {
                self.skip(Skip::Unreadable(error.to_string()), out);
                return Ok(());
            }
        };
        out.unpacked.count(bytes.len() as u64, limits)?;
        out.note(Vec::new());
        let name = Name { id: &self.id, source: &self.source, path: Some(Path::new(&self.path)), limits, mappings };
        match documents(bytes, &name, out) {
            Err(why @ Skip::Bomb(_)) => Err(why),
            Err(why) => {
                self.skip(why, out);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::source::office::tests::archive;
    use crate::source::read_bytes;

    const LIMITS: Limits = Limits { max_bytes: 2 << 20 };

    /// The ids of the documents, and what is said of the rest.
    fn told(bytes: Vec<u8>, file: &str) -> Vec<String> {
        let mut told = Vec::new();
        let name = Name { id: file, source: file, path: Some(Path::new(file)), limits: LIMITS, mappings: &[] };
        read_bytes(bytes, &name, |read| {
            told.push(match read {
                Ok(document) => format!("{}: {}", document.id, document.text.trim()),
                Err(skipped) => skipped.to_string(),
            });
        });
        told
    }

    fn tar_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = ::tar::Builder::new(Vec::new());
        for (path, content) in entries {
            let mut header = ::tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn archives_are_read_as_folders() {
        let zipped = archive(&[
            ("b.md", "# Two"),
            ("a/c.html", "<html><p>one"),
            (".git/x.md", "x"),
            ("logo.png", "x"),
            ("../up.md", "x"),
        ]);
        assert_eq!(
            told(zipped.clone(), "w.zip"),
            [
                "skipped w.zip/../up.md: its name leads out of the archive",
                "w.zip/a/c.html: one",
                "w.zip/b.md: # Two",
                "skipped w.zip/logo.png: unsupported format: .png (an image, sound or video)",
            ]
        );
        let tarred =
            tar_of(&[("d/a.md", b"It failed."), ("/etc/b.md", b"x"), ("in.zip", &archive(&[("c.txt", "three")]))]);
        let expected =
            ["t/d/a.md: It failed.", "skipped t//etc/b.md: its name leads out of the archive", "t/in.zip/c.txt: three"];
        assert_eq!(told(tarred.clone(), "t"), expected);
        assert_eq!(told(gz(&tarred), "t"), expected);
        assert_eq!(told(zstd::encode_all(&tarred[..], 1).unwrap(), "t"), expected);
        assert_eq!(told(gz(b"# Outage"), "a.md.gz"), ["a.md.gz: # Outage"]);
    }

    #[test]
    fn bombs_are_refused_with_their_figures() {
        let zeros = " ".repeat(20 << 20);
        for (bytes, says) in [
            (gz(zeros.as_bytes()), "larger than 2097152 bytes"),
            (gz(&tar_of(&[("a.md", zeros.as_bytes())])), "skipped x/a.md: larger than 2097152 bytes"),
            (gz(&tar_of(&[("a.bin", zeros.as_bytes())])), "20971520 bytes in 1 files; raise --max-bytes"),
            (
                archive(&[
                    ("a.md", &zeros[..2 << 20]),
                    ("b.md", &zeros[..2 << 20]),
                    ("c.md", &zeros[..2 << 20]),
                    ("d.md", &zeros[..2 << 20]),
                    ("e.md", &zeros[..2 << 20]),
                ]),
                "10485760 bytes from",
            ),
        ] {
            let told = told(bytes, "x").join("\n");
            assert!(told.contains(says), "{told}");
        }
        let mut nested = gz(b"deep");
        for _ in 0..4 {
            nested = gz(&nested);
        }
        assert_eq!(told(nested, "x"), ["skipped x: unpacks to too much: archives 4 deep"]);
        let names: Vec<String> = (0..ARCHIVE_FILES + 1).map(|at| format!("{at}.md")).collect();
        let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        assert_eq!(told(archive(&many), "x").last().unwrap(), "skipped x: unpacks to too much: more than 20000 files");
    }

    #[test]
    fn what_is_broken_or_no_folder_says_so() {
        let whole = gz(&tar_of(&[("a.md", &b"It failed. ".repeat(5000))]));
        assert!(
            told(whole[..whole.len() / 2].to_vec(), "x").join("").contains("damaged"),
            "{:?}",
            told(whole[..whole.len() / 2].to_vec(), "x")
        );
        assert_eq!(told(b"PK\x03\x04 and no more".to_vec(), "x").len(), 1);
        assert_eq!(
            told(archive(&[("[Content_Types].xml", "x")]), "x"),
            ["skipped x: binary data: it is an Office document without text"]
        );
        assert_eq!(told(archive(&[("a.md", "x")]).repeat(2), "x"), ["x/a.md: x"]);
        assert_eq!(told(archive(&[(".git/a.md", "x")]), "x"), ["skipped x: empty: it has no words"]);
    }
}
