//! `coroner build`, end to end: what it reads, what it takes over, what it says.
//!
//! Each test makes its own documents and runs the binary on them. What is extracted from the documents is tested
//! elsewhere: here only their number, their words and their names count.

mod corpus;

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use corpus::{Corpus, document, name, snapshot};

#[test]
fn a_build_says_what_it_read_and_prints_the_table_of_quarters() {
    let corpus = Corpus::of(7);
    let run = corpus.build(&[]);
    run.expect(0).says("documents   7 (added 7, changed 0, unchanged 0, removed 0)").says("coverage    started_at");
    run.says("MB/s").says("Incidents by quarter").says("median_ttr_minutes");
    assert_eq!(corpus.count(), 7);
}

#[test]
fn a_second_build_reads_nothing_and_commits_nothing() {
    let corpus = Corpus::of(5);
    corpus.build(&[]).expect(0);
    let run = corpus.build(&[]);
    run.expect(0).says("nothing changed since generation 1").says("read        0 files").says("unchanged 5");
    assert_eq!(corpus.generation().0, 1);
}

#[test]
fn changed_added_and_vanished_files_are_told_apart_and_found_or_not() {
    let corpus = Corpus::of(6);
    corpus.build(&[]).expect(0);
    corpus.write(&name(0), &document(0, 1));
    corpus.write("sub/new.md", &document(77, 0));
    corpus.remove(&name(5));
    corpus.build(&[]).expect(0).says("(added 1, changed 1, unchanged 4, removed 1)").says("read        2 files");
    assert_eq!(corpus.generation().0, 2);
    assert_eq!(corpus.count(), 6);
    for (word, is_there) in [
        ("doc0version0", false),
        ("doc0version1", true),
        ("doc1version0", true),
        ("doc5version0", false),
        ("doc77version0", true),
    ] {
        // In quotes a name is looked for whole.
        let run = corpus.run(&["search", &format!("\"{word}\""), "--format", "jsonl"]);
        assert_eq!(run.expect(0).stdout.lines().count(), usize::from(is_there), "{word}");
    }
    corpus.run(&["show", "sub/new.md"]).expect(0);
    corpus.run(&["show", &name(5)]).expect(2).says("has no document");
}

#[test]
fn an_updated_library_says_the_same_as_one_built_anew() {
    let corpus = Corpus::of(40);
    corpus.build(&[]).expect(0);
    for number in (0..40).step_by(3) {
        corpus.write(&name(number), &document(number, 1));
    }
    (0..40).step_by(7).for_each(|number| corpus.remove(&name(number)));
    corpus.write("z.md", &document(99, 0));
    let all = ["query", "SELECT * FROM records ORDER BY id", "--format", "jsonl"];
    corpus.build(&[]).expect(0);
    let (updated, tables) = (corpus.run(&all).stdout, snapshot(&corpus.generation().1.join("trends")));
    corpus.build(&["--fresh"]).expect(0).says("unchanged 0");
    assert_eq!(corpus.run(&all).stdout, updated);
    assert_eq!(snapshot(&corpus.generation().1.join("trends")), tables);
    assert_eq!(updated.lines().count(), corpus.count());
}

#[test]
fn a_touched_file_is_read_and_found_unchanged_and_not_read_again() {
    let corpus = Corpus::of(3);
    corpus.build(&[]).expect(0);
    let file = File::options().write(true).open(corpus.docs().join(name(1))).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(30)).unwrap();
    corpus.build(&[]).expect(0).says("(added 0, changed 0, unchanged 3, removed 0)").says("read        1 files");
    corpus.build(&[]).expect(0).says("read        0 files").says("nothing changed");
}

#[test]
fn a_change_that_keeps_the_size_is_seen() {
    let corpus = Corpus::of(2);
    corpus.build(&[]).expect(0);
    fs::write(corpus.docs().join(name(0)), document(0, 0).replace("doc0version0", "doc0version9")).unwrap();
    corpus.build(&[]).expect(0).says("changed 1");
    assert_eq!(corpus.run(&["search", "\"doc0version9\"", "--format", "jsonl"]).stdout.lines().count(), 1);
}

#[test]
fn files_that_cannot_be_read_are_named_counted_and_skipped() {
    let corpus = Corpus::of(3);
    corpus.write("empty.md", "");
    let run = corpus.build(&[]);
    run.expect(1).says("empty.md: ").says("skipped     1: 1 ");
    assert!(run.stderr.contains("skipped ") && run.stderr.contains("empty.md"), "{run:?}");
    assert_eq!(corpus.count(), 3);
    corpus.build(&[]).expect(1).says("nothing changed").says("empty.md");
    corpus.write("empty.md", &document(9, 0));
    corpus.build(&[]).expect(0).says("added 1").says("skipped     0");
}

#[test]
fn a_file_that_grew_too_large_leaves_the_library() {
    let corpus = Corpus::of(3);
    corpus.build(&[]).expect(0);
    corpus.build(&["--max-bytes", "100"]).expect(1).says("removed 3").says("skipped     3");
    assert_eq!(corpus.count(), 0);
}

#[test]
fn what_cannot_run_leaves_the_library_as_it_was() {
    let corpus = Corpus::of(2);
    corpus.build(&[]).expect(0);
    let missing = corpus.root.path().join("nowhere");
    corpus.run(&["build", missing.to_str().unwrap()]).expect(2).says("nowhere").says("No such file");
    assert_eq!((corpus.generation().0, corpus.count()), (1, 2));
}

#[test]
fn a_directory_that_holds_something_else_is_not_made_a_library() {
    let corpus = Corpus::of(1);
    fs::create_dir(corpus.library()).unwrap();
    fs::write(corpus.library().join("thesis.tex"), "years of work").unwrap();
    corpus.build(&[]).expect(2).says("not a library");
    assert_eq!(fs::read_dir(corpus.library()).unwrap().count(), 1);
}

#[test]
fn a_library_inside_its_input_is_not_read_as_documents() {
    let corpus = Corpus::of(3);
    let root = corpus.root.path().to_str().unwrap().to_owned();
    corpus.run(&["build", &root, "--no-ignore"]).expect(0).says("added 3");
    corpus.run(&["build", &root, "--no-ignore"]).expect(0).says("nothing changed");
}

#[test]
fn files_of_one_relative_path_in_two_inputs_are_two_documents() {
    let corpus = Corpus::of(2);
    let other = corpus.root.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(name(0)), document(50, 0)).unwrap();
    let (docs, other) = (corpus.docs(), other.to_str().unwrap().to_owned());
    let docs = docs.to_str().unwrap();
    corpus.run(&["build", docs, &other]).expect(0).says("added 3");
    corpus.run(&["build", docs, &other, docs]).expect(0).says("nothing changed");
    corpus.run(&["show", &format!("{other}/{}", name(0))]).expect(0);
}

#[test]
fn a_quiet_build_prints_nothing() {
    let corpus = Corpus::of(2);
    let run = corpus.build(&["--quiet", "--jobs", "1"]);
    run.expect(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
}

#[test]
fn old_generations_go_and_the_one_before_stays() {
    let corpus = Corpus::of(2);
    for version in 0..4 {
        corpus.write(&name(0), &document(0, version));
        corpus.build(&["--quiet"]).expect(0);
    }
    let mut left: Vec<_> = snapshot_names(&corpus.library().join("generations"));
    left.sort();
    assert_eq!(left, ["3", "4"]);
}

fn snapshot_names(dir: &std::path::Path) -> Vec<String> {
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
