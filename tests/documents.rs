//! Documents in each format through the program: one incident is one record whatever its format, and the worst of each format ends
//! in a reason, soon and within a bound of memory.

mod common;

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::Folder;
use coroner::record::{CORE_FIELDS, Record};
use serde_json::Value;

fn fixtures() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats")
}

#[test]
fn one_incident_gives_the_same_record_in_every_format() {
    let folder = Folder::with(&[]);
    let path = fixtures();
    let output = folder.run(&["parse", path.to_str().unwrap()]);
    let records: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |file: &str| {
        let is_it = |record: &&Value| {
            let id = record["id"].as_str().unwrap();
            id == file || id.starts_with(&format!("{file}#lbl"))
        };
        let record = records.iter().find(is_it).unwrap_or_else(|| panic!("no record of {file}"));
        CORE_FIELDS.iter().map(|field| format!("{field}: {}", record[field])).collect::<Vec<_>>()
    };
    let text = told("incident.txt");
    assert_eq!(
        text,
        [
            "started_at: \"2024-05-14T10:05:00Z\"",
            "detected_at: \"2024-05-14T10:11:00Z\"",
            "resolved_at: \"2024-05-14T11:35:00Z\"",
            "ttd_minutes: 6.0",
            "ttr_minutes: 90.0",
            "detection_source: \"monitoring\"",
            "root_cause: \"expiry\"",
            "trigger: \"time\"",
        ]
    );
    for file in [
        "incident.md",
        "incident.html",
        "incident-statuspage.json",
        "incident.atom",
        "incident.docx",
        "incident.pdf",
        "incident.odt",
        "incident.rtf",
        "incident.rst",
        "incident.adoc",
        "incident.mediawiki",
        "incident.org",
        "incident.ipynb",
        "incident.qmd",
        "incident.eml",
        "incident.mbox",
        "incident.zip/wiki/incident.md",
        "incident.tar.gz/mail/incident.eml",
        "confluence.html",
        "google-docs.html",
        "notion.html",
        "hugo.md",
        "component.mdx",
    ] {
        assert_eq!(told(file), text, "{file}");
    }
}

#[test]
fn a_library_holds_the_entries_of_an_archive_and_finds_them_again() {
    let folder = Folder::with(&[]);
    std::fs::copy(fixtures().join("incident.zip"), folder.path().join("in.zip")).unwrap();
    let built = folder.run(&["build", "in.zip", "--library", "lib"]);
    assert!(String::from_utf8_lossy(&built.stderr).contains("in.zip/wiki/logo.png"), "{built:?}");
    let shown = folder.run(&["show", "wiki/incident.md", "--library", "lib", "--format", "json"]);
    let record: Record = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!((record.id.as_str(), record.source.as_str()), ("in.zip/wiki/incident.md", "in.zip/wiki/incident.md"));
    let timeline = folder.run(&["timeline", "wiki/incident.md", "--library", "lib"]);
    assert!(timeline.status.success() && timeline.stderr.is_empty(), "{timeline:?}");
    let again = folder.run(&["build", "in.zip", "--library", "lib"]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("nothing changed"), "{again:?}");
}

#[test]
fn inspect_shows_what_was_understood() {
    let folder = Folder::with(&[]);
    let path = fixtures();
    let file = |name: &str| path.join(name).to_str().unwrap().to_owned();
    let output = folder.run(&["inspect", &file("incident.docx"), "--format", "json"]);
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let [one] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((one["format"].as_str(), one["language"].as_str()), (Some("docx"), Some("eng")));
    assert_eq!(one["metadata"][0], "author: Edda Brandvold");
    assert_eq!(one["day"]["value"], "2024-05-14");
    assert_eq!(one["blocks"][3]["kind"]["heading"], 1, "{one}");
    let told = |name: &str| String::from_utf8(folder.run(&["inspect", &file(name)]).stdout).unwrap();
    let page = told("incident.html");
    assert!(page.contains("boilerplate: <nav>") && page.contains("boilerplate: <footer>"), "{page}");
    let foreign = told("incident-shift-jis.txt");
    assert!(foreign.contains("shift_jis") && foreign.contains("jpn"), "{foreign}");
    assert_eq!(folder.run(&["inspect", "missing"]).status.code(), Some(2));
    let pdf = std::fs::read(path.join("incident.pdf")).unwrap();
    let piped = folder.coroner(&["inspect", "-"]).write_stdin(pdf).output().unwrap();
    assert!(String::from_utf8_lossy(&piped.stdout).contains("format      pdf"), "{piped:?}");
}

/// Files that hold what is worst for their format, made in `folder`.
fn worst(folder: &Folder) -> Vec<String> {
    const DEEP: usize = 10_000;
    let nested = |open: &str, close: &str| open.repeat(DEEP) + "x" + &close.repeat(DEEP);
    let zip = |part: &str, content: &str| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        if part == "content.xml" {
            let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            writer.start_file("mimetype", stored).unwrap();
            writer.write_all(b"application/vnd.oasis.opendocument.text").unwrap();
        }
        writer.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let gz = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let long = "word ".repeat(20 << 20);
    let files: Vec<(String, Vec<u8>)> = vec![
        ("deep.docx".into(), zip("word/document.xml", &nested("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"))),
        (
            "deep.odt".into(),
            zip("content.xml", &nested("<text:list><text:list-item>", "</text:list-item></text:list>")),
        ),
        ("deep.rtf".into(), format!("{{\\rtf1 {}}}", nested("{\\b ", "}")).into()),
        ("deep.ipynb".into(), format!("{{\"nbformat\": 4, \"cells\": {}", nested("[", "]")).into()),
        (
            "deep.pdf".into(),
            format!("%PDF-1.4\n1 0 obj\n{}\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF", nested("[", "]"))
                .into(),
        ),
        ("deep.html".into(), format!("<html>{}", nested("<div>", "</div>")).into()),
        ("deep.md".into(), nested("> ", "").into()),
        ("deep.rst".into(), nested(".. note::\n ", "").into()),
        ("deep.adoc".into(), nested("====\n", "").into()),
        ("deep.mediawiki".into(), nested("{{a|\n", "}}").into()),
        ("deep.org".into(), nested("#+BEGIN_A\n", "").into()),
        ("deep.eml".into(), {
            let part = |at: usize| format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n");
            format!("MIME-Version: 1.0\nSubject: x\n{}\nx", (0..DEEP).map(part).collect::<String>()).into()
        }),
        ("deep.zip".into(), (0..6).fold(b"x".to_vec(), |inner, _| zip("in.zip", &String::from_utf8_lossy(&inner)))),
        ("deep.gz".into(), (0..6).fold(b"x".to_vec(), |inner, _| gz(&inner))),
        ("bomb.docx".into(), zip("word/document.xml", &long)),
        ("bomb.odt".into(), zip("content.xml", &long)),
        ("bomb.md.gz".into(), gz(long.as_bytes())),
        ("bomb.md.zst".into(), zstd::encode_all(long.as_bytes(), 1).unwrap()),
        ("bomb.zip".into(), zip("a.md", &long)),
    ];
    for (name, content) in &files {
        folder.write(name, content);
    }
    let mut names: Vec<String> = files.into_iter().map(|(name, _)| name).collect();
    let long = folder.write("long", &long);
    for extension in OURS {
        names.push(format!("long.{extension}"));
        std::fs::hard_link(&long, folder.path().join(format!("long.{extension}"))).unwrap();
    }
    names
}

/// Extensions of the fixtures that hold the one incident.
const OURS: [&str; 16] = [
    "txt",
    "md",
    "html",
    "rst",
    "adoc",
    "mediawiki",
    "org",
    "ipynb",
    "docx",
    "odt",
    "pdf",
    "rtf",
    "eml",
    "mbox",
    "zip",
    "tar.gz",
];

/// Runs the program with at most `kilobytes` of memory, and gives what it printed and how long it took.
#[cfg(target_os = "linux")]
fn bounded(folder: &Folder, kilobytes: u64, args: &str) -> (std::process::Output, Duration) {
    let begun = Instant::now();
    let program = env!("CARGO_BIN_EXE_coroner");
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {kilobytes} && exec '{program}' {args}")])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output, begun.elapsed())
}

/// Of address space: the program and its threads' stacks take a part of it that is never touched.
#[cfg(target_os = "linux")]
const KILOBYTES: u64 = 500 << 10;

#[cfg(target_os = "linux")]
#[test]
fn the_worst_of_each_format_ends_in_a_reason_soon_and_in_little_memory() {
    /// The promise is two seconds; an unoptimised build on a busy machine is given ten times as long.
    const LONGEST: Duration = Duration::from_secs(20);
    let folder = Folder::with(&[]);
    for file in worst(&folder) {
        let (output, took) = bounded(&folder, KILOBYTES, &format!("parse {file} --jobs 1"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{file}: {:?} {said}", output.status);
        assert!(took < LONGEST, "{file} took {took:?}");
        assert!(!output.stdout.is_empty() || said.starts_with("skipped "), "{file}: {said}");
        if file.starts_with("long.") {
            assert!(said.contains("larger than 16777216 bytes; raise --max-bytes to read it"), "{file}: {said}");
        }
        if file.starts_with("bomb.") {
            assert!(said.contains("unpacks to") || said.contains("larger than"), "{file}: {said}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn empty_cut_and_misnamed_files_are_told_by_what_is_in_them() {
    let folder = Folder::with(&[]);
    for (at, extension) in OURS.into_iter().enumerate() {
        let whole = std::fs::read(fixtures().join(format!("incident.{extension}"))).unwrap();
        folder.write(&format!("in/empty.{extension}"), []);
        folder.write(&format!("in/cut.{extension}"), &whole[..whole.len() / 2]);
        // Each under the name of another; what is marked up by lines alone has but its name to be told by.
        let other = OURS[(at + 5) % OURS.len()];
        folder.write(&format!("in/wrong-{}.{other}", extension.replace('.', "-")), whole);
    }
    let (output, _) = bounded(&folder, KILOBYTES, "parse in");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let records: Vec<Record> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (at, extension) in OURS.into_iter().enumerate() {
        assert!(said.contains(&format!("skipped in/empty.{extension}: empty: it has no words")), "{extension}: {said}");
        let cut = format!("cut.{extension}");
        let is_told = records.iter().any(|record| record.id.starts_with(&cut)) || said.contains(&format!("in/{cut}"));
        assert!(is_told, "{cut} was lost in silence: {said}");
        let wrong = format!("wrong-{}.{}", extension.replace('.', "-"), OURS[(at + 5) % OURS.len()]);
        let record = records.iter().find(|record| record.id.starts_with(&wrong));
        let record = record.unwrap_or_else(|| panic!("{wrong} gives no record: {said}"));
        assert_eq!((record.root_cause.as_str(), record.ttr_minutes), ("expiry", Some(90.0)), "{wrong}");
    }
}
