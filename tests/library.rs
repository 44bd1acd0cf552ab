//! The library on disk, end to end: builds that are killed or meet, readers beside builds, libraries that are broken.
//!
//! The instants of the kills come from a seed and are spread over the measured duration of a build, so that every
//! phase is hit on a fast machine and on a slow one.

mod corpus;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use corpus::{Corpus, Random, document, name};

const DOCUMENTS: usize = 300;
const KILLS: u64 = 20;

/// Changes a third of the corpus, and adds and removes documents, in a way that depends on the step.
fn alter(corpus: &Corpus, step: usize) {
    for number in (step % 3..DOCUMENTS).step_by(3) {
        corpus.write(&name(number), &document(number, step));
    }
    let extra = format!("extra/{}.md", step / 2);
    if step.is_multiple_of(2) { corpus.write(&extra, &document(9000 + step, 0)) } else { corpus.remove(&extra) }
}

fn spawn(corpus: &Corpus, options: &[&str]) -> Child {
    corpus.build_command(options).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Checks that the library can be searched and queried, and that both see one whole generation.
fn check_readable(corpus: &Corpus, counts: &[usize]) {
    let count = corpus.count();
    assert!(counts.contains(&count), "{count} documents, of {counts:?}");
    let hits = corpus.run(&["search", "*", "--limit", "10000", "--format", "jsonl"]);
    assert_eq!(hits.expect(0).stdout.lines().count(), count);
}

#[test]
fn a_build_killed_at_any_instant_leaves_a_library_that_can_be_read_and_built() {
    let corpus = Corpus::of(DOCUMENTS);
    let begun = Instant::now();
    corpus.build(&["--quiet"]).expect(0);
    // How long a build takes, anew and as an update; corrected whenever one ends before its instant has come.
    let mut durations = [begun.elapsed(); 2];
    let (mut random, mut kills, mut step) = (Random(2), 0, 0);
    while kills < KILLS {
        assert!(step < 10 * KILLS, "only {kills} builds were still at work when their instant had come");
        alter(&corpus, step as usize);
        // One instant in each twentieth of the duration, anywhere in it.
        let duration = &mut durations[step as usize % 2];
        let instant = *duration * (kills * 1000 + random.below(1000)) as u32 / (KILLS * 1000) as u32;
        let begun = Instant::now();
        let mut build = spawn(&corpus, [&["--fresh"][..], &[]][step as usize % 2]);
        while begun.elapsed() < instant && build.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        match build.try_wait().unwrap() {
            None => kills += 1,
            Some(_) => *duration = begun.elapsed(),
        }
        build.kill().unwrap();
        build.wait().unwrap();
        check_readable(&corpus, &[DOCUMENTS, DOCUMENTS + 1]);
        if kills % 4 == 0 {
            corpus.build(&["--quiet"]).expect(0);
            check_readable(&corpus, &[DOCUMENTS + usize::from(step % 2 == 0)]);
        }
        step += 1;
    }
    eprintln!("{step} builds for {KILLS} kills, durations {durations:?}");
    corpus.build(&["--quiet"]).expect(0);
    let generations = fs::read_dir(corpus.library().join("generations")).unwrap().count();
    assert!(generations <= 2, "{generations} generations are left");
}

#[test]
fn a_first_build_that_was_killed_is_no_obstacle() {
    let corpus = Corpus::of(DOCUMENTS);
    let mut build = spawn(&corpus, &[]);
    while !corpus.library().join("generations/1").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    build.kill().unwrap();
    build.wait().unwrap();
    if !corpus.library().join("CURRENT").exists() {
        corpus.run(&["search", "outage"]).expect(2).says("CURRENT").says("coroner build");
    }
    corpus.build(&[]).expect(0);
    check_readable(&corpus, &[DOCUMENTS]);
}

#[test]
fn readers_beside_builds_always_see_one_whole_generation() {
    let corpus = Corpus::of(60);
    corpus.build(&["--quiet"]).expect(0);
    let (done, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let count = corpus.count();
                    assert!((60..=61).contains(&count), "{count}");
                    let hits = corpus.run(&["search", "outage", "--limit", "100", "--format", "jsonl"]);
                    assert!((60..=61).contains(&hits.expect(0).stdout.lines().count()), "{hits:?}");
                    reads.fetch_add(2, Ordering::Relaxed);
                }
            });
        }
        for step in 0..10 {
            if step % 2 == 0 {
                corpus.write("more.md", &document(61, step))
            } else {
                corpus.remove("more.md")
            }
            corpus.build(&["--quiet"]).expect(0);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(corpus.generation().0, 11);
    assert!(reads.load(Ordering::Relaxed) > 10);
}

#[test]
fn a_second_build_at_once_says_who_holds_the_library() {
    let corpus = Corpus::of(DOCUMENTS);
    for attempt in 0..20 {
        let mut first = spawn(&corpus, &["--fresh"]);
        let pid = format!("process {}", first.id());
        let lock = corpus.library().join("LOCK");
        while !fs::read_to_string(&lock).unwrap_or_default().contains(&pid) && first.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let second = corpus.build(&[]);
        let was_running = first.try_wait().unwrap().is_none();
        first.wait().unwrap();
        if was_running {
            second.expect(2).says(&pid).says("host ").says("since ").says("is being built");
            corpus.build(&["--quiet"]).expect(0);
            return;
        }
        assert!(attempt < 19, "the first build was always over before the second had started");
    }
}

#[test]
fn a_library_can_be_read_where_it_cannot_be_written() {
    let corpus = Corpus::of(3);
    corpus.build(&[]).expect(0);
    let before = files(&corpus.generation().1);
    corpus.run(&["search", "outage"]).expect(0);
    corpus.run(&["show", "0001"]).expect(0);
    corpus.run(&["query", "coverage"]).expect(0);
    assert_eq!(files(&corpus.generation().1), before, "a reader made or removed a file");
}

#[test]
fn what_is_no_library_is_called_so() {
    let corpus = Corpus::of(1);
    for command in [["search", "x"], ["query", "coverage"], ["show", "x"]] {
        corpus.run(&command).expect(2).says("there is no library").says("coroner build <INPUT>... --library");
    }
    fs::create_dir(corpus.library()).unwrap();
    for command in [["search", "x"], ["query", "coverage"], ["show", "x"]] {
        corpus.run(&command).expect(2).says("is not a library");
    }
}

/// What may befall a library: a name, what is done, what the error names, and whether a plain build mends it.
type Damage = (&'static str, fn(&Corpus), &'static str);

const DAMAGES: &[Damage] = &[
    ("CURRENT is garbage", |c| fs::write(c.library().join("CURRENT"), "?!").unwrap(), "CURRENT"),
    ("CURRENT is empty", |c| fs::write(c.library().join("CURRENT"), "").unwrap(), "CURRENT"),
    ("CURRENT names nothing", |c| fs::write(c.library().join("CURRENT"), "generation 99\n").unwrap(), "manifest.json"),
    ("no manifest", |c| fs::remove_file(file(c, "manifest.json")).unwrap(), "manifest.json"),
    ("half a manifest", |c| halve(&file(c, "manifest.json")), "manifest.json"),
    ("another manifest", |c| fs::write(file(c, "manifest.json"), "{\"format\": 1}").unwrap(), "manifest.json"),
    ("no records", |c| fs::remove_file(file(c, "records.parquet")).unwrap(), "records.parquet"),
    ("half the records", |c| halve(&file(c, "records.parquet")), "records.parquet"),
    ("no sources", |c| fs::remove_file(file(c, "sources.jsonl")).unwrap(), "sources.jsonl"),
    ("no index", |c| fs::remove_dir_all(file(c, "index")).unwrap(), "index/"),
    ("half an index", |c| halve(&segment(c, "store")), ".store"),
    ("no head of the index", |c| fs::remove_file(file(c, "index/meta.json")).unwrap(), "index/meta.json"),
];

fn file(corpus: &Corpus, name: &str) -> PathBuf {
    corpus.generation().1.join(name)
}

fn segment(corpus: &Corpus, extension: &str) -> PathBuf {
    let of = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
    files(&file(corpus, "index")).into_iter().find(of).unwrap()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn halve(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn a_damaged_library_is_named_with_what_is_broken_and_the_command_that_mends_it() {
    let corpus = Corpus::of(3);
    for (what, damage, names) in DAMAGES {
        corpus.build(&["--quiet", "--fresh"]).expect(0);
        damage(&corpus);
        for command in [&["search", "outage"][..], &["query", "coverage"], &["show", "0001.md"], &["trends"]] {
            let run = corpus.run(command);
            assert_eq!(run.status, Some(2), "{what}: {run:?}");
            run.expect(2).says("damaged").says(names).says("coroner build").says(" --fresh --library ");
        }
        corpus.build(&[]).expect(2).says(names).says(" --fresh --library ");
        corpus.build(&["--fresh"]).expect(0);
        check_readable(&corpus, &[3]);
    }
}

#[test]
fn bytes_that_rotted_in_place_are_an_error_and_no_crash() {
    // What is added by a second build has a segment of its own, and several segments are searched by threads of the crate.
    for added in [0, 1] {
        let corpus = Corpus::of(3);
        for target in ["records.parquet", "index/meta.json", "store", "term", "idx", "pos", "fast", "fieldnorm"] {
            corpus.build(&["--quiet", "--fresh"]).expect(0);
            for number in 0..added {
                corpus.write("later.md", &document(9, number));
                corpus.build(&["--quiet"]).expect(0);
            }
            let path = if target.contains('.') { file(&corpus, target) } else { segment(&corpus, target) };
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 4..bytes.len() * 3 / 4;
            bytes[middle].fill(0xa5);
            fs::write(&path, bytes).unwrap();
            for command in [&["search", "outage"][..], &["query", "SELECT * FROM records"], &["show", "0001.md"]] {
                let run = corpus.run(command);
                if run.status != Some(0) {
                    run.expect(2).says("damaged").says("--fresh");
                }
            }
            corpus.write("more.md", &document(4, 0));
            let run = corpus.build(&[]);
            if run.status != Some(0) {
                run.expect(2).says("damaged").says("--fresh");
            }
            corpus.build(&["--fresh"]).expect(0);
            check_readable(&corpus, &[4 + added]);
            corpus.remove("more.md");
            if added > 0 {
                corpus.remove("later.md");
            }
        }
    }
}

#[test]
fn a_library_of_a_newer_layout_is_not_read_and_said_to_be_newer() {
    let corpus = Corpus::of(2);
    corpus.build(&[]).expect(0);
    let manifest = file(&corpus, "manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"format\": 1,", "\"format\": 2,")).unwrap();
    corpus.run(&["search", "outage"]).expect(2).says("newer version of Coroner").says("layout 2");
    corpus.build(&[]).expect(2).says("newer version of Coroner");
    corpus.build(&["--fresh"]).expect(0);
}

#[test]
fn what_another_version_derived_is_derived_anew() {
    let corpus = Corpus::of(4);
    corpus.build(&[]).expect(0);
    let manifest = file(&corpus, "manifest.json");
    let mut value: serde_json::Value = serde_json::from_str(&fs::read_to_string(&manifest).unwrap()).unwrap();
    value["fingerprint"] = "another".into();
    fs::write(&manifest, value.to_string()).unwrap();
    corpus.build(&[]).expect(0).says("added 4");
    corpus.build(&[]).expect(0).says("nothing changed");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_last_generation_readable() {
    let corpus = Corpus::of(20);
    corpus.build(&[]).expect(0);
    alter_all(&corpus);
    // A limit on the size of files stands in for a disk without room: writing past it fails in the same places.
    let command = corpus.build_command(&["--quiet"]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh"]).arg(command.get_program());
    limited.args(command.get_args()).env("RUST_BACKTRACE", "0");
    corpus::Run::of(limited).expect(2).says("cannot");
    assert_eq!(corpus.generation().0, 1);
    check_readable(&corpus, &[20]);
    corpus.build(&[]).expect(0).says("changed 20");
}

fn alter_all(corpus: &Corpus) {
    (0..20).for_each(|number| corpus.write(&name(number), &document(number, 5)));
}
