//! Inputs as the user names them to files in a fixed order, each with the id of its record.
//!
//! Promises: the same order on every machine (folders by name, depth first); what `.gitignore` and `.ignore` files
//! leave out stays out unless asked for, also outside of a repository; nothing that might be a document is dropped in
//! silence: other kinds of files, unreadable folders and links that lead out of the input are reported; the listing
//! of one folder at a time is held, not that of the tree. Leaves to others: reading the files.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::{Skip, Skipped};

/// Extensions of files that hold no document, or none that can be read yet. All others are tried.
const UNSUPPORTED: &[(&str, &[&str])] = &[
    ("convert it to HTML or text first", &["doc", "pages", "epub", "ppt", "pptx", "odp", "key"]),
    ("a mailbox or saved mail; export it as text", &["msg", "pst"]),
    ("a table of data", &["xls", "xlsx", "ods", "parquet", "arrow", "feather", "sqlite", "db"]),
    ("data or settings", &["yaml", "yml", "toml", "ini", "cfg", "conf", "lock", "plist", "env"]),
    (
        "a program or its source",
        &[
            "rs", "py", "pyc", "js", "mjs", "ts", "tsx", "jsx", "go", "java", "kt", "c", "h", "cc", "cpp", "hpp", "cs",
            "rb", "php", "pl", "sh", "bash", "ps1", "bat", "sql", "css", "scss", "less", "swift", "scala", "lua", "r",
            "tf", "wasm", "so", "dll", "dylib", "exe", "o", "a", "class", "jar", "bin",
        ],
    ),
    (
        "an image, sound or video",
        &[
            "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "avif", "heic", "svg", "ico", "mp3", "wav",
            "ogg", "flac", "mp4", "mov", "mkv", "webm", "avi", "drawio", "vsdx",
        ],
    ),
    ("an archive of a kind that is not read", &["bz2", "xz", "7z", "rar", "iso", "dmg", "deb", "rpm"]),
    ("a font", &["ttf", "otf", "woff", "woff2", "eot"]),
];

/// A file that may hold a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where to read it, beginning as the user gave it.
    pub path: PathBuf,
    /// See `Record::id`: the path below the one input folder, else the path as given; always with `/`.
    pub id: String,
}

/// An input that the user named and that cannot be walked at all.
#[derive(Debug)]
pub struct InputError {
    path: PathBuf,
    cause: io::Error,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "finding the input `{}`", self.path.display())
    }
}

impl std::error::Error for InputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// An input as given, and where it really is.
#[derive(Clone, Debug)]
struct Input {
    given: PathBuf,
    real: PathBuf,
    is_folder: bool,
}

/// The files of all inputs, in the order of the inputs; inputs that lie in others are walked once.
pub fn walk(inputs: &[PathBuf], respect_ignores: bool) -> Result<Walk, InputError> {
    let inputs = inputs.iter().map(|path| find(path)).collect::<Result<Vec<_>, _>>()?;
    let mut kept: Vec<Input> = Vec::new();
    for (at, input) in inputs.iter().enumerate() {
        let covers = |(other_at, other): (usize, &Input)| {
            let same = other.real == input.real;
            (same && other_at < at) || (!same && other.is_folder && input.real.starts_with(&other.real))
        };
        if !inputs.iter().enumerate().any(covers) {
            kept.push(input.clone());
        }
    }
    let relative = matches!(kept.as_slice(), [only] if only.is_folder);
    kept.reverse();
    Ok(Walk { left: kept, relative, respect_ignores, folder: None })
}

fn find(path: &Path) -> Result<Input, InputError> {
    let fail = |cause| InputError { path: path.to_owned(), cause };
    let real = path.canonicalize().map_err(fail)?;
    let is_folder = real.metadata().map_err(fail)?.is_dir();
    Ok(Input { given: path.to_owned(), real, is_folder })
}

/// See [`walk`].
pub struct Walk {
    /// The inputs that are still to be walked, the next one last.
    left: Vec<Input>,
    /// Whether ids are relative to the input.
    relative: bool,
    respect_ignores: bool,
    folder: Option<(Input, ignore::Walk)>,
}

impl Iterator for Walk {
    type Item = Result<Found, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((input, walk)) = &mut self.folder {
                match walk.next() {
                    None => self.folder = None,
                    Some(Err(error)) => return Some(Err(unreadable(&input.given, &error))),
                    Some(Ok(entry)) => {
                        if let Some(item) = take(entry, input, self.relative) {
                            return Some(item);
                        }
                    }
                }
                continue;
            }
            let input = self.left.pop()?;
            if !input.is_folder {
                // A file that the user names is read whatever its name.
                return Some(Ok(Found { id: slashes(&input.given), path: input.given }));
            }
            let walk = folder(&input.given, self.respect_ignores);
            self.folder = Some((input, walk));
        }
    }
}

fn folder(path: &Path, respect_ignores: bool) -> ignore::Walk {
    WalkBuilder::new(path)
        .standard_filters(respect_ignores)
        .hidden(true)
        .require_git(false)
        // What a user has in their own settings must not change what a run reads.
        .git_global(false)
        .follow_links(false)
        .sort_by_file_name(Ord::cmp)
        .build()
}

/// What becomes of an entry of a folder; nothing, where it is a folder itself or is read elsewhere.
fn take(entry: DirEntry, input: &Input, relative: bool) -> Option<Result<Found, Skipped>> {
    let skipped = |why| Some(Err(Skipped { source: entry.path().to_string_lossy().into_owned(), why }));
    let kind = entry.file_type()?;
    if entry.depth() == 0 || kind.is_dir() {
        return None;
    }
    if kind.is_symlink() {
        // A link to a file within the input would be read twice.
        return match entry.path().canonicalize() {
            Ok(target) if target.starts_with(&input.real) => None,
            Ok(_) => skipped(Skip::LinkOutside),
            Err(error) => skipped(Skip::Unreadable(format!("a symbolic link: {error}"))),
        };
    }
    if !kind.is_file() {
        return skipped(Skip::Unreadable("not a regular file".to_owned()));
    }
    if let Some((extension, kind)) = unsupported(entry.path()) {
        return skipped(Skip::Unsupported { extension, kind });
    }
    let below = entry.path().strip_prefix(&input.given).ok().filter(|_| relative);
    Some(Ok(Found { id: slashes(below.unwrap_or(entry.path())), path: entry.path().to_owned() }))
}

/// The extension and the kind of a file that holds no document, by its name.
pub(super) fn unsupported(path: &Path) -> Option<(String, &'static str)> {
    let extension = path.extension()?.to_string_lossy().to_ascii_lowercase();
    let (kind, _) = UNSUPPORTED.iter().find(|(_, extensions)| extensions.contains(&extension.as_str()))?;
    Some((extension, kind))
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

fn unreadable(given: &Path, error: &ignore::Error) -> Skipped {
    let mut inner = error;
    let mut path = given;
    while let ignore::Error::WithPath { err, .. } | ignore::Error::WithDepth { err, .. } = inner {
        if let ignore::Error::WithPath { path: at, .. } = inner {
            path = at;
        }
        inner = err;
    }
    Skipped { source: path.to_string_lossy().into_owned(), why: Skip::Unreadable(inner.to_string()) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with these files, and the ids (or messages) of a walk over these inputs below it.
    fn walked(files: &[&str], inputs: &[&str], respect_ignores: bool) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for file in files {
            let (name, content) = file.split_once('=').unwrap_or((file, "x"));
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs::write(root.join(name), content).unwrap();
        }
        let inputs: Vec<_> = inputs.iter().map(|input| root.join(input)).collect();
        let base = format!("{}/", root.display());
        let told = |item| match item {
            Ok(Found { id, .. }) => id,
            Err(skipped) => Skipped::to_string(&skipped),
        };
        walk(&inputs, respect_ignores).unwrap().map(told).map(|line| line.replace(&base, "")).collect()
    }

    #[test]
    fn ids_are_relative_to_the_one_folder_and_else_as_given() {
        let files = ["d/b.md", "d/a/z.txt", "d/a.txt", "e/x.md"];
        for (inputs, expected) in [
            (&["d"][..], &["a/z.txt", "a.txt", "b.md"][..]),
            (&["e", "d"], &["e/x.md", "d/a/z.txt", "d/a.txt", "d/b.md"]),
            (&["d/b.md"], &["d/b.md"]),
            (&["d/a/z.txt", "d", "d/a"], &["a/z.txt", "a.txt", "b.md"]),
            (&["e", "e"], &["x.md"]),
        ] {
            assert_eq!(walked(&files, inputs, true), expected, "{inputs:?}");
        }
    }

    #[test]
    fn ignored_and_hidden_files_stay_out_unless_asked_for() {
        let files = [
            ".gitignore=drafts/\n*.tmp.md\n",
            "drafts/a.md",
            "b.tmp.md",
            "c.md",
            ".hidden/d.md",
            "sub/.gitignore=e.md",
            "sub/e.md",
        ];
        assert_eq!(walked(&files, &[""], true), ["c.md"]);
        assert_eq!(walked(&files, &[""], false), ["b.tmp.md", "c.md", "drafts/a.md", "sub/e.md"]);
        assert_eq!(walked(&files, &[".hidden/d.md"], true), [".hidden/d.md"]);
        assert_eq!(walked(&files, &[".hidden"], true), ["d.md"]);
    }

    #[test]
    fn files_that_hold_no_document_are_reported_unless_named() {
        assert_eq!(
            walked(&["a.EPUB", "b.md", "c.png", "d.2024"], &[""], true),
            [
                "skipped a.EPUB: unsupported format: .epub (convert it to HTML or text first)",
                "b.md",
                "skipped c.png: unsupported format: .png (an image, sound or video)",
                "d.2024",
            ]
        );
        assert_eq!(walked(&["a.epub"], &["a.epub"], true), ["a.epub"]);
    }

    #[test]
    fn an_extension_stands_in_one_list_only() {
        let mut all: Vec<_> = UNSUPPORTED.iter().flat_map(|(_, extensions)| *extensions).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_never_read_twice_or_out_of_the_input() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("in");
        fs::create_dir(&inside).unwrap();
        fs::write(inside.join("a.md"), "x").unwrap();
        fs::write(folder.path().join("secret.md"), "x").unwrap();
        for (link, target) in
            [("b.md", "a.md"), ("c.md", "../secret.md"), ("loop", "."), ("up", ".."), ("z.md", "gone.md")]
        {
            std::os::unix::fs::symlink(target, inside.join(link)).unwrap();
        }
        let told: Vec<_> = walk(&[inside], true)
            .unwrap()
            .map(|item| match item {
                Ok(found) => found.id,
                Err(skipped) => {
                    format!("{:?}", std::mem::discriminant(&skipped.why) == std::mem::discriminant(&Skip::LinkOutside))
                }
            })
            .collect();
        assert_eq!(told, ["a.md", "true", "true", "false"]);
    }

    #[test]
    fn a_missing_input_is_an_error_that_names_it() {
        let error = walk(&[PathBuf::from("/no/such/input")], true).err().unwrap();
        assert_eq!(error.to_string(), "finding the input `/no/such/input`");
    }
}
