//! States which code and knowledge the program derives its libraries with.
//!
//! A library holds what was derived from documents, so a document that has not changed must still be read again when
//! the deriving has. Nobody remembers to raise a version number by hand: `CORONER_FINGERPRINT` is a hash over the
//! sources and data that derivation depends on, and `library` compares it with the one a generation was made by.
//! A change elsewhere (the command line, the queries) leaves it as it is.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What turns bytes into documents, documents into records, and records into the stored generation.
const DERIVATION: &[&str] = &[
    "src/document.rs",
    "src/when.rs",
    "src/record.rs",
    "src/source",
    "src/statuses.rs",
    "src/time",
    "src/extract",
    "src/library",
    "src/search/analyzer.rs",
    "src/search/concepts.rs",
    "src/search/fix.rs",
    "src/search/meaning.rs",
    "src/search/schema.rs",
    "src/search/sections.rs",
    "src/search/stems.rs",
    "src/search/words.rs",
    "src/search/writer.rs",
    "data",
];

/// Documents to try the program on, read by it and no part of it; what ranks hits and judges that, which no library holds.
const NOT_KNOWLEDGE: &[&str] = &[
    "data/samples",
    "data/judgments",
    "data/search/common.txt",
    "data/search/weights.tsv",
    "data/search/README.md",
    "data/search/meaning.py",
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    for name in DERIVATION {
        println!("cargo::rerun-if-changed={name}");
        collect(&root, Path::new(name), &mut files)?;
    }
    files.sort();
    let mut hash = Fnv::default();
    for file in &files {
        hash.write(file.to_string_lossy().as_bytes());
        hash.write(&fs::read(root.join(file))?);
    }
    println!("cargo::rustc-env=CORONER_FINGERPRINT={:016x}", hash.0);
    Ok(())
}

fn collect(root: &Path, name: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let path = root.join(name);
    if NOT_KNOWLEDGE.iter().any(|not| name == Path::new(not)) || !path.exists() {
        return Ok(());
    }
    if path.is_file() {
        files.push(name.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(root, &name.join(entry?.file_name()), files)?;
    }
    Ok(())
}

/// FNV-1a: a few lines, the same on every machine, and no adversary to fear.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}
