//! The worst files of each format: empty, cut off, under a wrong name, nested without end, one endless line, nothing but parts.
//!
//! They are made when they are asked for and never kept. `tests/worst.rs` reads small ones, to see that each ends in documents or in a
//! reason that can be understood; `benches/formats.rs` reads those of full size, to see what they cost.

use std::io::{Cursor, Write};

/// How large the files are.
#[derive(Clone, Copy)]
pub struct Size {
    /// Bytes of a file that is just small enough to be read.
    pub file: usize,
    /// Bytes of a line that is far too long.
    pub line: usize,
    /// How deep elements nest.
    pub deep: usize,
}

/// A file, by the fixture whose format it is of and what is wrong with it.
pub struct Case {
    pub fixture: &'static str,
    pub what: &'static str,
    /// What the file is called.
    pub file: String,
    pub bytes: Vec<u8>,
}

/// Every fixture whose format has a reader of its own, and what opens, repeats and closes a file of it: see [`Shape`].
const TEXTS: &[(&str, &[Shape])] = &[
    (
        "incident.txt",
        &[
            Shape("lines", "", "x\n", ""),
            Shape("blank lines", "It failed.", "\n", "It is back."),
            Shape("times", "", "10:00 ", ""),
            Shape("entries", "", "10:00 UTC it failed\n", ""),
            Shape("dates", "", "Posted May 3, 2024 - 10:00 UTC\n", ""),
            Shape("sentences", "", "The database failed because of a bad deploy. ", ""),
            Shape("one word", "", "x", ""),
            Shape("white space", "x", " ", "x"),
            Shape("not ASCII", "", "é", ""),
            Shape("mojibake", "", "Ã© â€™ ", ""),
            Shape("windows-1252", "", "\u{0}", ""),
        ],
    ),
    (
        "incident.md",
        &[
            Shape("quotes", "", "> ", "x"),
            Shape("items", "", "- x\n", ""),
            Shape("headings", "", "# x\n", ""),
            Shape("fences", "", "```x\n", ""),
            Shape("comments", "", "<!-- x\n", ""),
            Shape("cells", "| a | b |\n|--|--|\n", "|", "|\n"),
            Shape("rows", "| a | b |\n|--|--|\n", "|a|b|\n", ""),
            Shape("rules", "", "x\n---\n", ""),
            Shape("tags", "", "{% x %}\n", ""),
            Shape("links", "", "[x](", ""),
            Shape("emphasis", "", "**x", ""),
        ],
    ),
    ("cstate.md", &[Shape("keys", "---\n", "a: b\n", "---\nx"), Shape("long value", "---\na: ", "b", "\n---\nx")]),
    ("hugo.md", &[Shape("list in a key", "+++\na = [", "[", "]\n+++\nx")]),
    (
        "year-log.md",
        &[
            Shape(
                "incidents",
                "",
                "# 2024-05-03 API down again\n\nIt failed at 10:00 and was fixed within 20 minutes by us.\n\n",
                "",
            ),
            Shape("days", "", "# 2024-05-03 a b\n", ""),
        ],
    ),
    (
        "incident.html",
        &[
            Shape("elements", "<html>", "<div>", "x"),
            Shape("closed elements", "<html>", "<b>x</b>", ""),
            Shape("ends", "<html>x", "</p></div>", ""),
            Shape("cells", "<html><table><tr>", "<td>x", ""),
            Shape("rows", "<html><table>", "<tr><td>a<td>b", ""),
            Shape("items", "<html><ul>", "<li>x", ""),
            Shape("boilerplate", "<html>", "<nav>x", ""),
            Shape("articles", "<html>", "<article><header>x", ""),
            Shape("breaks", "<html><p>", "x<br>", ""),
            Shape("titles", "<html>", "<svg><title>x</title>", ""),
            Shape("attributes", "<html><p ", "§ ", ">x"),
            Shape("classes", "<html>", "<p class='a b c d e'>x", ""),
            Shape("comments", "", "<!-- -->", "<html>x"),
            Shape("open comments", "", "<!--", "<html>x"),
            Shape("entities", "<html>", "&amp;", ""),
            Shape("script", "<html><script>", "x ", ""),
            Shape("one tag", "<html><p class='", "x ", "'>x"),
        ],
    ),
    (
        "provider-history.html",
        &[Shape("accordions", "<html>", "<button class='accordion'>2024-05-03 API down</button><p>It was fixed.", "")],
    ),
    (
        "incident.rst",
        &[
            Shape("directives", ".. note:: x\n", ".. x\n", ""),
            Shape("fields", ".. note:: x\n", ":a: b\n", ""),
            Shape("literals", ".. note:: x\n", "x::\n\n y\n\n", ""),
            Shape("tables", ".. note:: x\n", "== ==\n", ""),
            Shape("indents", ".. note:: x\n", "  ", "x"),
        ],
    ),
    (
        "incident.adoc",
        &[
            Shape("blocks", "= T\n:a: b\n", "----\n", ""),
            Shape("frames", "= T\n:a: b\n", "====\nx\n", ""),
            Shape("cells", "= T\n:a: b\n|===\n", "|a\n", "|===\n"),
            Shape("attributes", "= T\n", ":a: b\n", ""),
            Shape("open tables", "= T\n:a: b\n", "|===\nx\n", ""),
        ],
    ),
    (
        "incident.mediawiki",
        &[
            Shape("templates", "== A ==\n== B ==\n", "{{x\n", "}}"),
            Shape("parameters", "== A ==\n== B ==\n{{x", "|a=b", "}}"),
            Shape("tables", "== A ==\n== B ==\n", "{|\n|-\n", ""),
            Shape("cells", "== A ==\n== B ==\n{|\n", "| a || b\n", "|}"),
            Shape("items", "== A ==\n== B ==\n[[x]]\n", "*", "x"),
        ],
    ),
    (
        "incident.org",
        &[
            Shape("drawers", "#+TITLE: x\n", ":A:\n", ""),
            Shape("blocks", "#+TITLE: x\n", "#+BEGIN_SRC\n", ""),
            Shape("keywords", "", "#+A: b\n", "x"),
            Shape("stars", "#+TITLE: x\n", "*", " x"),
        ],
    ),
    (
        "incident.ipynb",
        &[
            Shape(
                "cells",
                r#"{"nbformat": 4, "cells": ["#,
                r#"{"cell_type":"","source":"x"},"#,
                r#"{"cell_type":"","source":"x"}]}"#,
            ),
            Shape("lines", r#"{"nbformat": 4, "cells": [{"cell_type":"","source":["#, r#""","#, r#""x"]}]}"#),
            Shape("arrays", r#"{"nbformat": 4, "cell_type": 1, "cells": "#, "[", "]"),
            Shape("metadata", r#"{"nbformat": 4, "cell_type": 1, "metadata": {"x": ["#, "[],", "[]]}, \"cells\": []}"),
        ],
    ),
    (
        "incident.rtf",
        &[
            Shape("groups", "{\\rtf1 x", "{", "}"),
            Shape("paragraphs", "{\\rtf1 ", "x\\par ", "}"),
            Shape("cells", "{\\rtf1 \\trowd ", "\\cell", "\\row x}"),
            Shape("styles", "{\\rtf1{\\stylesheet", "{\\s§ heading 1;}", "}x}"),
            Shape("uses of styles", "{\\rtf1{\\stylesheet{\\s1 heading 1;}}", "\\s2", " x}"),
            Shape("hidden", "{\\rtf1{\\*\\x ", "x", "}x}"),
            Shape("bytes", "{\\rtf1 ", "\\'e9", "}"),
        ],
    ),
    (
        "incident.eml",
        &[
            Shape("fields", "MIME-Version: 1.0\n", "X-A: b\n", "\nx"),
            Shape("long field", "MIME-Version: 1.0\nSubject: ", "x", "\n\nx"),
            Shape("attributes of a type", "MIME-Version: 1.0\nContent-Type: text/plain", "; a=b", "\n\nx"),
            Shape("addresses", "MIME-Version: 1.0\nFrom: ", "a@b, ", "c@d\n\nx"),
            Shape("parts", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", "--b--\n"),
            Shape("messages in messages", "MIME-Version: 1.0\nSubject: x\n", "Content-Type: message/rfc822\n\n", "x"),
            Shape(
                "boundaries",
                "MIME-Version: 1.0\nSubject: x\n",
                "Content-Type: multipart/mixed; boundary=§\n\n--§\n",
                "x",
            ),
            Shape("quotes", "MIME-Version: 1.0\nSubject: x\n\n", "> x\ny\n", ""),
            Shape("attributions", "MIME-Version: 1.0\nSubject: x\n\n", "On x y z, a wrote:\n", ""),
        ],
    ),
    (
        "incident.mbox",
        &[
            Shape("messages", "", "From a Tue May  4 10:00:00 2021\nSubject: y\n\nUp.\n\n", ""),
            Shape("no messages", "From a Tue May  4 10:00:00 2021\nSubject: y\n\n", ">From x\n", ""),
        ],
    ),
    (
        "statuspage.json",
        &[
            Shape("incidents", r#"{"incidents":["#, r#"{"incident_updates":[],"name":"x"},"#, "{}]}"),
            Shape("updates", r#"{"incidents":[{"name":"x","incident_updates":["#, r#"{"body":"x"},"#, "{}]}]}"),
            Shape("lists", r#"{"incidents":[{"name":"x","incident_updates":["#, "[1],", "1]}]}"),
            Shape("keys", r#"{"incidents":[{"incident_updates":[],"name":"x""#, r#","§":1"#, "}]}"),
            Shape("arrays", "", "[", "]"),
            Shape("objects", "", r#"{"incidents":["#, "]}"),
            Shape("numbers", "[", "1,", "1]"),
            Shape("one string", r#"{"incidents":[{"incident_updates":[],"name":""#, "x", "\"}]}"),
        ],
    ),
    ("google.json", &[Shape("incidents", "[", r#"{"begin":"x","external_desc":"x","updates":[]},"#, "{}]")]),
    ("upptime.json", &[Shape("issues", "[", r#"{"title":"x","body":"","number":1,"created_at":""},"#, "{}]")]),
    (
        "pagerduty.json",
        &[Shape(
            "incidents",
            r#"{"incidents":["#,
            r#"{"incident_number":1,"created_at":"","title":"x","service":{"summary":"x"}},"#,
            "{}]}",
        )],
    ),
    (
        "incidents.jsonl",
        &[
            Shape("lines", "", "{\"id\":1,\"text\":\"x\"}\n", ""),
            Shape("bad lines", "{\"id\":1,\"text\":\"x\"}\n", "x\n", ""),
            Shape("one line", "{\"id\":1,\"text\":\"", "x", "\"}"),
            Shape("other keys", "{\"id\":1,\"text\":\"x\",\"a\":[", "[1],", "1]}"),
            Shape("lists", "{\"a\":[", "[1],", "1]}"),
        ],
    ),
    (
        "statuspage.atom",
        &[
            Shape("entries", "<feed>", "<entry><title>x</title></entry>", "</feed>"),
            Shape(
                "told entries",
                "<feed>",
                "<entry><id>§</id><title>API down</title><content>It failed at 10:00 UTC. It was fixed at 10:20 UTC.</content></entry>",
                "</feed>",
            ),
            Shape("elements", "<feed><entry>", "<a>", "</entry></feed>"),
            Shape("titles", "<feed>", "<title>", "x</feed>"),
            Shape(
                "updates",
                "<feed><entry><content>",
                "&lt;p>&lt;small>x&lt;/small>&lt;b>y&lt;/b>z&lt;/p>",
                "</content></entry></feed>",
            ),
            Shape(
                "open updates",
                "<feed><entry><content>",
                "&lt;p>&lt;small>x&lt;/small>&lt;b>y&lt;/b>",
                "</content></entry></feed>",
            ),
            Shape("data", "<feed><entry><content>", "<![CDATA[x]]>", "</content></entry></feed>"),
            Shape("attributes", "<feed><entry><link ", "a='b' ", "/></entry></feed>"),
        ],
    ),
    (
        "statuspage.rss",
        &[
            Shape("items", "<rss>", "<item><title>x</title></item>", "</rss>"),
            Shape("images", "<rss>", "<image>", "</rss>"),
        ],
    ),
    (
        "pagerduty.csv",
        &[
            Shape("rows", "incident_number,created_on,resolved_on\n", "1,a,b\n", ""),
            Shape("cells", "incident_number,created_on,resolved_on\n", ",", "\n"),
            Shape("quotes", "incident_number,created_on,resolved_on\n", "\"", "\n"),
            Shape("columns", "incident_number,created_on,resolved_on", ",a", "\n1,2,3\n"),
        ],
    ),
];

/// What is wrong, and a file of it: how it opens, what stands in it as often as there is room, and how it closes. `§` is a new word
/// each time.
struct Shape(&'static str, &'static str, &'static str, &'static str);

impl Shape {
    /// A file of `size` bytes at most.
    fn bytes(&self, size: usize) -> Vec<u8> {
        let Shape(_, opens, middle, closes) = self;
        let mut text = opens.as_bytes().to_vec();
        let end = size.saturating_sub(closes.len());
        for nth in 0.. {
            let piece =
                if middle.contains('§') { middle.replace('§', &format!("{nth:x}")) } else { (*middle).to_owned() };
            if text.len() + piece.len() > end {
                break;
            }
            text.extend(piece.bytes());
        }
        text.extend(closes.bytes());
        // A text whose bytes are no UTF-8 is made of NULs here.
        text.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = 0xe9);
        text
    }

    /// A file in which what repeats is `deep` levels, opened and never closed.
    fn nested(&self, deep: usize) -> Vec<u8> {
        let Shape(_, opens, middle, closes) = self;
        [*opens, &middle.repeat(deep), *closes].concat().into_bytes()
    }
}

/// Every case. They are made one by one, as together they take gigabytes.
pub fn cases(size: Size) -> impl Iterator<Item = Case> {
    let texts = TEXTS.iter().flat_map(move |(fixture, shapes)| {
        shapes.iter().flat_map(move |shape| {
            let case = |what, bytes| Case { fixture, what, file: (*fixture).to_owned(), bytes };
            [case(shape.0, shape.bytes(size.file)), case("nested", shape.nested(size.deep))]
        })
    });
    let fixtures = FIXTURES.iter().flat_map(move |fixture| damaged(fixture, size));
    fixtures.chain(texts).chain(containers(size))
}

/// A fixture of each format that is read.
pub const FIXTURES: &[&str] = &[
    "incidents.jsonl",
    "statuspage.json",
    "google.json",
    "upptime.json",
    "statuspage.atom",
    "statuspage.rss",
    "cstate.md",
    "pagerduty.csv",
    "pagerduty.json",
    "year-log.md",
    "provider-history.html",
    "incident.txt",
    "incident.md",
    "incident.html",
    "incident.rst",
    "incident.adoc",
    "incident.mediawiki",
    "incident.org",
    "incident.ipynb",
    "incident.docx",
    "incident.odt",
    "incident.pdf",
    "incident.rtf",
    "incident.eml",
    "incident.mbox",
    "incident.zip",
    "incident.tar.gz",
];

pub fn fixture(file: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(file);
    std::fs::read(path).expect("the fixture is there")
}

/// The fixture as nothing, cut off, under another name, and with a line far too long behind it.
fn damaged(fixture: &'static str, size: Size) -> impl Iterator<Item = Case> {
    let whole = self::fixture(fixture);
    let case = move |what, file: &str, bytes| Case { fixture, what, file: file.to_owned(), bytes };
    let other = if fixture.ends_with(".json") { "a.pdf" } else { "a.json" };
    let whats = ["empty", "cut off", "nearly whole", "wrong name", "no name", "a line too long", "bytes turned"];
    whats.into_iter().map(move |what| match what {
        "empty" => case(what, fixture, Vec::new()),
        "cut off" => case(what, fixture, whole[..whole.len() / 2].to_vec()),
        "nearly whole" => case(what, fixture, whole[..whole.len() - 2].to_vec()),
        "wrong name" => case(what, other, whole.clone()),
        "no name" => case(what, "file", whole.clone()),
        "a line too long" => case(what, fixture, [whole.clone(), vec![b'x'; size.line]].concat()),
        _ => {
            let turned = whole.iter().enumerate().map(|(at, byte)| if at % 61 == 60 { byte ^ 0x15 } else { *byte });
            case(what, fixture, turned.collect())
        }
    })
}

/// Makes a file that holds the bytes.
pub type Pack = fn(&[u8]) -> Vec<u8>;

/// The formats whose bytes hold others packed: how a file of them is made of what it holds.
pub const CONTAINERS: &[(&str, Pack)] = &[
    ("a.docx", |body| zip(&[("word/document.xml", body)])),
    ("styles.docx", |body| zip(&[("word/document.xml", b"<w:p><w:r><w:t>x"), ("word/styles.xml", body)])),
    ("a.odt", |body| zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", body)])),
    ("a.pdf", |body| pdf_of(1, body)),
    ("a.zip", |body| zip(&[("a", body), ("b/c.html", body)])),
    ("a.tar", |body| tar("a.md", body)),
    ("a.gz", gz),
    ("a.zst", zst),
];

/// Archives and office files, whose bytes are few and whose content is not.
fn containers(size: Size) -> impl Iterator<Item = Case> {
    type Make = fn(Size) -> Vec<u8>;
    const MAKE: &[(&str, &str, &str, Make)] = &[
        ("incident.docx", "one run", "a.docx", |size| docx("<w:p><w:r><w:t>", "x", size.line)),
        ("incident.docx", "blanks", "a.docx", |size| docx("<w:p><w:r><w:t>", " ", size.line)),
        ("incident.docx", "paragraphs", "a.docx", |size| docx("", "<w:p><w:r><w:t>x</w:t></w:r></w:p>", size.line)),
        ("incident.docx", "cells", "a.docx", |size| {
            docx("<w:tbl><w:tr>", "<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>", size.line)
        }),
        ("incident.docx", "empty cells", "a.docx", |size| docx("<w:tbl><w:tr>", "<w:tc/>", size.line)),
        ("incident.docx", "nested", "a.docx", |size| docx("", "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>x", size.deep * 34)),
        ("incident.docx", "attributes", "a.docx", |size| docx("<w:p ", "a='b' ", size.line)),
        ("incident.docx", "styles", "a.docx", |size| {
            let styles = Shape(
                "",
                "",
                "<w:style w:styleId='§'><w:name w:val='heading 1'/><w:basedOn w:val='§0'/></w:style>",
                "",
            );
            zip(&[("word/document.xml", b"<w:p><w:r><w:t>x"), ("word/styles.xml", &styles.bytes(size.line))])
        }),
        ("incident.odt", "one run", "a.odt", |size| odt("<text:p>", "x", size.line)),
        ("incident.odt", "paragraphs", "a.odt", |size| odt("", "<text:p>x</text:p>", size.line)),
        ("incident.odt", "cells", "a.odt", |size| odt("<table:table-row>", "<table:table-cell/>", size.line)),
        ("incident.odt", "nested", "a.odt", |size| odt("", "<text:list><text:list-item><text:p>x", size.deep * 36)),
        ("incident.odt", "items", "a.odt", |size| odt("", "<text:list-item>", size.line)),
        ("incident.odt", "styles", "a.odt", |size| {
            odt("", "<style:style style:name='§' style:parent-style-name='x'/>", size.line)
        }),
        ("incident.zip", "a bomb", "a.zip", |size| zip(&[("a.txt", &vec![b' '; size.line])])),
        ("incident.zip", "many texts", "a.zip", |size| {
            let text = Shape("", "", "It failed at 10:00. ", "").bytes(size.file / 2);
            let names: Vec<String> = (0..20).map(|nth| format!("{nth}.txt")).collect();
            zip(&names.iter().map(|name| (name.as_str(), &text[..])).collect::<Vec<_>>())
        }),
        ("incident.zip", "many files", "a.zip", |size| {
            let names: Vec<String> = (0..size.file / 200).map(|nth| format!("{nth}.txt")).collect();
            zip(&names.iter().map(|name| (name.as_str(), &b"It failed."[..])).collect::<Vec<_>>())
        }),
        ("incident.zip", "nested", "a.zip", |_| {
            (0..50).fold(b"It failed.".to_vec(), |inner, _| zip(&[("a.zip", &inner)]))
        }),
        ("incident.tar.gz", "a bomb", "a.gz", |size| gz(&vec![b' '; size.line])),
        ("incident.tar.gz", "a text", "a.txt.gz", |size| {
            gz(&Shape("", "", "It failed at 10:00. ", "").bytes(size.file))
        }),
        ("incident.tar.gz", "nested", "a.gz", |_| (0..50).fold(b"It failed.".to_vec(), |inner, _| gz(&inner))),
        ("incident.tar.gz", "no entries", "a.tar.gz", |size| {
            let head = &self::tar("a.txt", b"")[..512];
            gz(&head.repeat(size.line / 512))
        }),
        ("incident.tar.gz", "many files", "a.tar.gz", |size| {
            let one = self::tar("a.txt", b"It failed.");
            gz(&one.repeat(size.line / one.len()))
        }),
        ("incident.md.zst", "a bomb", "a.zst", |size| zst(&vec![b' '; size.line])),
        ("incident.md.zst", "a text", "a.md.zst", |size| {
            zst(&Shape("", "", "- It failed at 10:00.\n", "").bytes(size.file))
        }),
        ("incident.pdf", "one page", "a.pdf", |size| pdf(1, "BT /F1 10 Tf (It failed.) Tj ET\n", size.line)),
        ("incident.pdf", "a page of text", "a.pdf", |size| {
            pdf(1, "BT /F1 10 Tf 1 0 0 1 9 9 Tm (It failed.) Tj ET\n", size.line / 100)
        }),
        ("incident.pdf", "many pages of text", "a.pdf", |size| {
            pdf(100, "BT /F1 10 Tf 0 -12 Td (It failed.) Tj ET\n", size.file / 32)
        }),
        ("incident.pdf", "many pages", "a.pdf", |size| pdf(size.file / 2000, "BT /F1 10 Tf (It failed.) Tj ET\n", 40)),
        ("incident.pdf", "letters", "a.pdf", |size| {
            pdf(60, "BT /F1 10 Tf 9 9 Td [(a) -2000 (b) 5] TJ ET\n", size.line / 100)
        }),
        ("incident.pdf", "nested arrays", "a.pdf", |size| pdf(1, "[", size.deep)),
        ("incident.pdf", "nested saves", "a.pdf", |size| pdf(1, "q ", size.line / 100)),
        ("incident.pdf", "objects", "a.pdf", |size| {
            Shape("", "%PDF-1.5\n", "§ 0 obj\n<</A 1>>\nendobj\n", "trailer\n<</Root 1 0 R>>\n").bytes(size.file)
        }),
        ("incident.pdf", "streams", "a.pdf", |size| {
            Shape("", "%PDF-1.5\n", "§ 0 obj\n<</Type/ObjStm>>\nstream\nx\nendstream\nendobj\n", "").bytes(size.file)
        }),
        ("incident.pdf", "arrays", "a.pdf", |size| Shape("", "%PDF-1.5\n1 0 obj\n", "[", "").bytes(size.file)),
    ];
    let made = MAKE.iter().map(move |(fixture, what, file, make)| (*fixture, *what, *file, make(size)));
    let empty = CONTAINERS.iter().map(|(file, of)| (*file, "holding nothing", *file, of(b"")));
    made.chain(empty).map(|(fixture, what, file, bytes)| Case { fixture, what, file: file.to_owned(), bytes })
}

/// A Word document whose body is `opens` and as many of `middle` as `size` bytes hold.
fn docx(opens: &'static str, middle: &'static str, size: usize) -> Vec<u8> {
    let body = Shape("", opens, middle, "").bytes(size);
    zip(&[("word/document.xml", &[b"<w:document><w:body>", &body[..]].concat())])
}

fn odt(opens: &'static str, middle: &'static str, size: usize) -> Vec<u8> {
    let body = Shape("", opens, middle, "").bytes(size);
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", &[b"<office:text>", &body[..]].concat()),
    ])
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let method =
            if *name == "mimetype" { zip::CompressionMethod::Stored } else { zip::CompressionMethod::Deflated };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).expect("memory is there");
        writer.write_all(content).expect("memory is there");
    }
    writer.finish().expect("memory is there").into_inner()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory is there");
    encoder.finish().expect("memory is there")
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory is there")
}

/// One entry of a tar, without the end of the archive.
fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    builder.append_data(&mut header, name, content).expect("memory is there");
    let mut bytes = builder.into_inner().expect("memory is there");
    bytes.truncate(512 + content.len().next_multiple_of(512));
    bytes
}

/// A PDF of so many pages, each drawn by as many of `piece` as `size` bytes hold, packed.
fn pdf(pages: usize, piece: &'static str, size: usize) -> Vec<u8> {
    pdf_of(pages, &Shape("", "", piece, "").bytes(size))
}

/// A PDF of so many pages, all drawn by `content`.
fn pdf_of(pages: usize, content: &[u8]) -> Vec<u8> {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier", "Encoding" => "WinAnsiEncoding" });
    let mut stream = Stream::new(dictionary! {}, content.to_vec());
    stream.compress().expect("memory is there");
    let content = document.add_object(stream);
    let kids: Vec<Object> = (0..pages)
        .map(|_| {
            document
                .add_object(dictionary! {
                    "Type" => "Page", "Parent" => root, "Contents" => content,
                    "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
                })
                .into()
        })
        .collect();
    let pages = dictionary! { "Type" => "Pages", "Count" => pages as i64, "Kids" => kids };
    document.objects.insert(root, Object::Dictionary(pages));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("memory is there");
    bytes
}
