//! What the tests through the binary share: a folder to work in, and the program.
//!
//! Promises: nothing outside of the folder is touched, and it goes when the test ends. Each test file uses what it
//! needs of this.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder of its own for one test.
pub struct Folder {
    folder: TempDir,
}

impl Folder {
    /// A folder with these files.
    pub fn with(files: &[(&str, &[u8])]) -> Folder {
        let folder = Folder { folder: tempfile::tempdir().unwrap() };
        for (name, content) in files {
            folder.write(name, content);
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// `coroner` with these arguments, run in the folder.
    pub fn coroner(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("coroner").unwrap();
        command.current_dir(self.path()).args(args);
        command
    }

    /// Runs `coroner` with these arguments to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.coroner(args).output().unwrap()
    }
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The exit status, which a run that panicked or was killed does not have in 0..=2.
pub fn code(output: &Output) -> Option<i32> {
    output.status.code()
}
