//! What the end-to-end tests of libraries share: corpora made from a seed, and runs of the binary.

#![allow(dead_code)] // each test binary uses its own part of this

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

/// A folder of documents beside the library made of them.
pub struct Corpus {
    pub root: TempDir,
}

impl Corpus {
    /// A corpus of `count` documents, `0000.md` and so on.
    pub fn of(count: usize) -> Corpus {
        let corpus = Corpus { root: tempfile::tempdir().unwrap() };
        fs::create_dir(corpus.docs()).unwrap();
        for number in 0..count {
            corpus.write(&name(number), &document(number, 0));
        }
        corpus
    }

    pub fn docs(&self) -> PathBuf {
        self.root.path().join("docs")
    }

    pub fn library(&self) -> PathBuf {
        self.root.path().join("lib")
    }

    /// Writes a document, dated a while ago: what is as young as a clock tick makes a build wait.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.docs().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.docs().join(name)).unwrap();
    }

    /// A command on the library.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin("coroner"));
        command.args(arguments).arg("--library").arg(self.library()).env("RUST_BACKTRACE", "0").env("NO_COLOR", "1");
        command
    }

    pub fn build_command(&self, options: &[&str]) -> Command {
        let mut command = self.command(&["build"]);
        command.arg(self.docs()).args(options);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments))
    }

    pub fn build(&self, options: &[&str]) -> Run {
        Run::of(self.build_command(options))
    }

    /// The number of documents that `query` counts in the library.
    pub fn count(&self) -> usize {
        let run = self.run(&["query", "SELECT COUNT(*) AS n FROM records", "--format", "csv"]);
        run.expect(0);
        run.stdout.lines().nth(1).unwrap().parse().unwrap()
    }

    /// The generation that `CURRENT` names, and its directory.
    pub fn generation(&self) -> (u64, PathBuf) {
        let text = fs::read_to_string(self.library().join("CURRENT")).unwrap();
        let number: u64 = text.trim().strip_prefix("generation ").unwrap().parse().unwrap();
        (number, self.library().join("generations").join(number.to_string()))
    }
}

/// How a run of the binary went.
#[derive(Debug)]
pub struct Run {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn of(mut command: Command) -> Run {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { status: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Checks the exit status, and that nothing panicked on the way.
    #[track_caller]
    pub fn expect(&self, status: i32) -> &Run {
        assert_eq!(self.status, Some(status), "{self:#?}");
        assert!(!self.stderr.contains("panicked") && !self.stderr.contains("stack backtrace"), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Run {
        assert!(self.stdout.contains(text) || self.stderr.contains(text), "no `{text}` in {self:#?}");
        self
    }
}

pub fn name(number: usize) -> String {
    format!("{number:04}.md")
}

/// A postmortem of about two kilobytes that names its number and version, the same for the same arguments.
pub fn document(number: usize, version: usize) -> String {
    let mut random = Random(number as u64 * 1000 + version as u64 + 1);
    let word = |random: &mut Random, words: &[&str]| words[random.below(words.len() as u64) as usize].to_owned();
    let (quarter, day, hour) = (random.below(4), 1 + random.below(28), random.below(20));
    let date = format!("{}-{:02}-{day:02}", 2023 + random.below(2), 1 + 3 * quarter);
    let service = word(&mut random, &["checkout", "billing", "ingest", "search", "gateway"]);
    let cause = word(
        &mut random,
        &["an expired certificate", "a wrong setting of the connection pool", "a full disk", "a bug in the parser"],
    );
    let mut text = format!(
        "# Outage {number} of the {service} service\n\nDate: {date}\nMarker: doc{number}version{version}\n\n\
         ## Timeline (UTC)\n\n- {date} {hour:02}:05 the {service} service began to return errors\n\
         - {date} {hour:02}:12 an alert paged the engineer on call\n- {date} {:02}:40 service was restored\n\n\
         ## Root cause\n\nThe outage was caused by {cause}.\n\n## What we learned\n\n",
        hour + 2
    );
    while text.len() < 2000 {
        let parts = [
            word(&mut random, &["We", "The team", "Engineers on call", "Our dashboards"]),
            word(&mut random, &["watched", "restarted", "rolled back", "measured", "could not reach"]),
            word(&mut random, &["the replicas", "the queue workers", "the load balancer", "the primary database"]),
            word(&mut random, &["before the errors fell", "after the change", "while traffic grew", "twice"]),
        ];
        text += &(parts.join(" ") + ".\n");
    }
    text
}

/// A small generator of numbers from a seed (SplitMix64), so that every run of a test is the same.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// Every file under a directory with its bytes, by name.
pub fn snapshot(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}
