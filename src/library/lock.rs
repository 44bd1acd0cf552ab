//! The lock that keeps two builds out of one library.
//!
//! It is the operating system's advisory lock on `LIB/LOCK`, so it ends with the process, however that ends; what
//! is written in the file (process, host, start) only serves to say who holds it. The file itself is never removed:
//! removing it would let a third build lock a new file of that name while a second waits on the old one.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use fs4::{FileExt, TryLockError};

/// The right to change a library, for as long as the value lives.
pub struct Lock {
    _file: File,
}

/// Takes the lock of `library`, or says who holds it.
pub fn acquire(library: &Path) -> Result<Lock> {
    let path = library.join("LOCK");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot lock the library: opening {}", path.display()))?;
    match FileExt::try_lock(&file) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(busy(library, &path)),
        Err(TryLockError::Error(error)) => {
            return Err(anyhow!(error))
                .with_context(|| format!("cannot lock {} (does its file system support file locks?)", path.display()));
        }
    }
    let write = |file: &mut File| {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(holder().as_bytes())
    };
    write(&mut file).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Lock { _file: file })
}

fn busy(library: &Path, lock: &Path) -> String {
    // Where reading a locked file is refused, or the holder has not written yet, there is no name to give.
    let holder = std::fs::read_to_string(lock).unwrap_or_default();
    let holder =
        if holder.trim().is_empty() { "another process".to_owned() } else { holder.trim().replace('\n', ", ") };
    format!(
        "the library {} is being built by {holder}.\nWait for it to end, or stop it; a reader is never locked out.",
        library.display()
    )
}

fn holder() -> String {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_else(|_| jiff::Timestamp::now());
    format!("process {}\nhost {}\nsince {now}\n", std::process::id(), host())
}

/// The name of this machine as far as it is told without a system call of our own.
fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_build_is_told_who_holds_the_lock_until_it_ends() {
        let library = tempfile::tempdir().unwrap();
        let first = acquire(library.path()).unwrap();
        let refused = acquire(library.path()).err().unwrap().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        assert!(acquire(library.path()).is_ok());
    }

    #[test]
    fn what_a_killed_build_left_in_the_file_does_not_block() {
        let library = tempfile::tempdir().unwrap();
        std::fs::write(library.path().join("LOCK"), "process 4194304\nhost gone\nsince long ago, and much longer\n")
            .unwrap();
        let _lock = acquire(library.path()).unwrap();
        let text = std::fs::read_to_string(library.path().join("LOCK")).unwrap();
        assert!(text.starts_with(&format!("process {}\n", std::process::id())) && !text.contains("gone"), "{text}");
    }
}
