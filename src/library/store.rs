//! The directory of a library: finding the current generation, making room for the next, and the commit.
//!
//! The commit is one rename, of a new `CURRENT` over the old. Before it, every byte of the new generation is on disk
//! (fsync of files and directories); after it, what is older than the generation before goes. Whatever stands under
//! `generations/` with a number above the current was left by a killed build, and is removed by the next.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::manifest::{self, Manifest, Newer};
use super::{Generation, damaged};

const CURRENT: &str = "CURRENT";
const GENERATIONS: &str = "generations";

/// The number of the generation that readers see.
pub fn current_number(library: &Path) -> Result<u64> {
    match fs::read_to_string(library.join(CURRENT)) {
        Ok(text) => parse_current(&text).ok_or_else(|| {
            damaged(library, "its file CURRENT", format_args!("it says {text:?}, not the number of a generation"), &[])
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(no_current(library)),
        Err(error) => Err(damaged(library, "its file CURRENT", error, &[])),
    }
}

fn parse_current(text: &str) -> Option<u64> {
    text.strip_suffix('\n')?.strip_prefix("generation ")?.parse().ok()
}

fn no_current(library: &Path) -> anyhow::Error {
    let make = super::command(library, &[], false);
    let at = library.display();
    if !library.exists() {
        return anyhow!("there is no library at {at}: no such directory.\nTo make one: {make}");
    }
    if library.join(GENERATIONS).is_dir() {
        let why = "it is missing: its first build never finished, or something removed it";
        return damaged(library, "its file CURRENT", why, &[]);
    }
    anyhow!("{at} is not a library of Coroner: it has no file CURRENT.\nTo make a library: {make}")
}

/// Opens a generation after checking that all its files are there in full.
pub fn open_generation(library: &Path, number: u64) -> Result<Generation> {
    let dir = dir_of(library, number);
    let of = |what: &str| format!("{what} of generation {number}");
    let manifest = Manifest::load(&dir).map_err(|error| match error.downcast_ref::<Newer>() {
        Some(newer) => anyhow!(
            "the library {} was made by a newer version of Coroner: {newer}.\nInstall that version, or make the \
             library anew with this one: {}",
            library.display(),
            super::command(library, &[], true)
        ),
        None => damaged(library, &of(manifest::FILE), format_args!("{error:#}"), &[]),
    })?;
    if let Some((file, why)) = manifest.fault(&dir) {
        return Err(damaged(library, &of(&file), why, &manifest.inputs));
    }
    Ok(Generation { library: library.to_owned(), number, dir, manifest })
}

fn dir_of(library: &Path, number: u64) -> PathBuf {
    library.join(GENERATIONS).join(number.to_string())
}

/// Makes the directory of a library where there is none, and refuses one that holds something else.
pub fn prepare(library: &Path) -> Result<()> {
    let generations = library.join(GENERATIONS);
    let ours = generations.is_dir() || library.join(CURRENT).exists() || library.join("LOCK").exists();
    let strange = match fs::read_dir(library) {
        Ok(mut entries) => !ours && entries.next().is_some(),
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).with_context(|| format!("cannot open the library {}", library.display())),
    };
    if strange {
        bail!(
            "{} holds files and is not a library of Coroner; name an empty or a new directory with --library",
            library.display()
        );
    }
    fs::create_dir_all(&generations)
        .with_context(|| format!("cannot make the directory of the library {}", library.display()))
}

/// What a build starts from: the last generation, unless `fresh`, and the number of its own. Removes what a killed
/// build has left. The caller holds the lock.
pub fn start(library: &Path, fresh: bool) -> Result<(Option<Generation>, u64)> {
    let current = match (current_number(library), library.join(CURRENT).exists()) {
        (Ok(number), _) => Some(number),
        (Err(_), false) => None,
        (Err(_), true) if fresh => None,
        (Err(error), true) => return Err(error),
    };
    let previous = match current {
        Some(number) if !fresh => Some(open_generation(library, number)?),
        _ => None,
    };
    let numbers = numbers(library)?;
    // With no CURRENT that names one, nobody can read a generation, whole or not.
    for number in numbers.iter().copied().filter(|number| current.is_none_or(|current| *number > current)) {
        remove_generation(library, number)?;
    }
    let next = 1 + current.unwrap_or_else(|| numbers.iter().copied().max().unwrap_or(0));
    Ok((previous, next))
}

fn numbers(library: &Path) -> Result<Vec<u64>> {
    let dir = library.join(GENERATIONS);
    let entries = fs::read_dir(&dir).with_context(|| format!("cannot list {}", dir.display()))?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// A file of the generation that readers see, or else of the newest that is there, whole or not.
pub fn last_file(library: &Path, name: &str) -> Option<PathBuf> {
    let number = current_number(library).ok().or_else(|| numbers(library).ok()?.into_iter().max())?;
    Some(dir_of(library, number).join(name)).filter(|path| path.is_file())
}

fn remove_generation(library: &Path, number: u64) -> Result<()> {
    let dir = dir_of(library, number);
    match fs::remove_dir_all(&dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove the left-over {}", dir.display()))
        }
        _ => Ok(()),
    }
}

/// A generation in the making; its directory goes with it unless it is committed.
pub struct Draft {
    library: PathBuf,
    pub number: u64,
    pub dir: PathBuf,
    committed: bool,
}

impl Draft {
    pub fn create(library: &Path, number: u64) -> Result<Draft> {
        let dir = dir_of(library, number);
        fs::create_dir(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(Draft { library: library.to_owned(), number, dir, committed: false })
    }

    /// The files of the draft and their sizes, all of them on disk for good when this returns.
    pub fn settle(&self) -> Result<BTreeMap<String, u64>> {
        let mut files = BTreeMap::new();
        settle(&self.dir, &self.dir, &mut files)?;
        Ok(files)
    }

    /// Makes the draft the generation that readers see, and removes all but it and the one before.
    pub fn commit(mut self, manifest: Manifest) -> Result<Generation> {
        replace(&self.dir.join(manifest::FILE), manifest.text()?)?;
        sync_dir(&self.library.join(GENERATIONS))?;
        replace(&self.library.join(CURRENT), format!("generation {}\n", self.number))?;
        self.committed = true;
        let mut old = numbers(&self.library)?;
        old.retain(|number| *number < self.number);
        old.sort_unstable();
        old.pop();
        for number in old {
            // What cannot be removed now (a reader's open file on some systems) goes after the next build.
            let _ = remove_generation(&self.library, number);
        }
        let (library, dir) = (self.library.clone(), self.dir.clone());
        Ok(Generation { library, number: self.number, dir, manifest })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.committed {
            // What stays behind here is removed by the next build.
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

fn settle(root: &Path, dir: &Path, files: &mut BTreeMap<String, u64>) -> Result<()> {
    let failed = |path: &Path| format!("cannot settle {} on disk", path.display());
    for entry in fs::read_dir(dir).with_context(|| failed(dir))? {
        let path = entry.with_context(|| failed(dir))?.path();
        if path.is_dir() {
            settle(root, &path, files)?;
            continue;
        }
        let file = File::open(&path).with_context(|| failed(&path))?;
        file.sync_all().with_context(|| failed(&path))?;
        // Every path was reached through `root`; the names in it are the program's own.
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        files.insert(name, file.metadata().with_context(|| failed(&path))?.len());
    }
    sync_dir(dir)
}

/// Replaces a file so that a reader, or a crash, finds the old or the new text and never a part.
pub fn replace(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(text.as_ref())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Makes the names in a directory durable, where the system has a way to.
fn sync_dir(dir: &Path) -> Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    // The parent of a bare file name is empty, and means the directory one is in.
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir).and_then(|dir| dir.sync_all()).with_context(|| format!("cannot settle {} on disk", dir.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: manifest::FORMAT,
            coroner: "0".into(),
            fingerprint: "0".into(),
            created: "2025-01-01T00:00:00Z".into(),
            inputs: vec!["it's here".into()],
            documents: 0,
            incidents: 0,
            coverage: BTreeMap::new(),
            skipped: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    fn commit(library: &Path) -> u64 {
        prepare(library).unwrap();
        let (_, number) = start(library, false).unwrap();
        Draft::create(library, number).unwrap().commit(manifest()).unwrap();
        number
    }

    #[test]
    fn the_generation_before_is_kept_and_what_is_older_goes() {
        let library = tempfile::tempdir().unwrap();
        assert_eq!((commit(library.path()), commit(library.path()), commit(library.path())), (1, 2, 3));
        let mut left = numbers(library.path()).unwrap();
        left.sort_unstable();
        assert_eq!(left, [2, 3]);
        assert_eq!(current_number(library.path()).unwrap(), 3);
    }

    #[test]
    fn what_a_killed_build_left_is_removed_by_the_next() {
        let library = tempfile::tempdir().unwrap();
        commit(library.path());
        fs::create_dir_all(dir_of(library.path(), 2).join("index")).unwrap();
        let (previous, number) = start(library.path(), false).unwrap();
        assert_eq!((previous.unwrap().number, number), (1, 2));
        assert!(!dir_of(library.path(), 2).exists());
    }

    #[test]
    fn a_draft_that_is_not_committed_leaves_nothing() {
        let library = tempfile::tempdir().unwrap();
        prepare(library.path()).unwrap();
        drop(Draft::create(library.path(), 1).unwrap());
        assert!(numbers(library.path()).unwrap().is_empty());
    }

    #[test]
    fn a_reader_goes_on_with_the_generation_that_replaced_its_own() {
        let library = tempfile::tempdir().unwrap();
        commit(library.path());
        let seen = super::super::read(library.path(), |generation| {
            while generation.number == 1 && generation.dir.exists() {
                commit(library.path());
            }
            if generation.dir.exists() { Ok(generation.number) } else { Err(generation.damaged("it", "gone")) }
        });
        assert_eq!(seen.unwrap(), 3);
    }

    #[test]
    fn a_directory_of_other_files_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "").unwrap();
        assert!(prepare(dir.path()).unwrap_err().to_string().contains("not a library"));
        assert!(current_number(dir.path()).unwrap_err().to_string().contains("not a library"));
    }

    #[test]
    fn the_command_that_mends_names_the_inputs_quoted_for_a_shell() {
        let library = tempfile::tempdir().unwrap();
        let number = commit(library.path());
        let mut broken = manifest();
        broken.files.insert("records.parquet".into(), 9);
        replace(&dir_of(library.path(), number).join(manifest::FILE), broken.text().unwrap()).unwrap();
        let error = open_generation(library.path(), number).unwrap_err().to_string();
        assert!(error.contains("records.parquet of generation 1"), "{error}");
        assert!(error.contains(r"coroner build 'it'\''s here' --fresh --library "), "{error}");
    }
}
