//! Files that hold many documents, end to end: what `parse` and `build` make of them, and what an update takes over.

mod corpus;

use corpus::Corpus;

/// A line of a JSONL file.
fn line(id: &str, word: &str) -> String {
    let text =
        format!("The {word} API was down on 3 May 2024 from 10:00 to 10:40 UTC. Root cause: an expired certificate.");
    format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}\n")
}

fn ids(corpus: &Corpus) -> Vec<String> {
    let run = corpus.run(&["query", "SELECT id FROM records ORDER BY id", "--format", "csv"]);
    run.expect(0).stdout.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn a_file_of_many_documents_is_replaced_and_removed_as_a_whole() {
    let corpus = Corpus::of(1);
    corpus.write("in.jsonl", &(line("a", "first") + &line("b", "second") + &line("c", "third")));
    corpus.build(&[]).expect(0).says("(added 4, changed 0, unchanged 0, removed 0)");
    assert_eq!(ids(&corpus)[1..], ["in.jsonl#a", "in.jsonl#b", "in.jsonl#c"]);
    corpus.run(&["show", "in.jsonl#b"]).expect(0).says("second API");
    corpus.build(&[]).expect(0).says("nothing changed since generation 1").says("unchanged 4");
    // One gone, one changed, one new: all of the file is read again.
    corpus.write("in.jsonl", &(line("a", "first") + &line("c", "other") + &line("d", "fourth")));
    corpus.build(&[]).expect(0).says("(added 1, changed 2, unchanged 1, removed 1)").says("read        1 files");
    assert_eq!(ids(&corpus)[1..], ["in.jsonl#a", "in.jsonl#c", "in.jsonl#d"]);
    for (word, is_there) in [("second", false), ("third", false), ("other", true), ("fourth", true)] {
        let run = corpus.run(&["search", word, "--format", "jsonl"]);
        assert_eq!(run.expect(0).stdout.lines().count(), usize::from(is_there), "{word}");
    }
    corpus.remove("in.jsonl");
    corpus.build(&[]).expect(0).says("(added 0, changed 0, unchanged 1, removed 3)");
    assert_eq!(corpus.count(), 1);
}

#[test]
fn a_bad_part_is_named_in_every_build_and_costs_no_other() {
    let corpus = Corpus::of(1);
    corpus.write("in.jsonl", &(line("a", "first") + "{\"id\":\"b\"}\n" + &line("c", "third")));
    for says in ["added 3", "nothing changed since generation 1"] {
        corpus.build(&[]).expect(1).says(says).says("in.jsonl:2: not a line of JSON with `id` and `text`");
    }
    // The same bytes at another time are read, and give nothing new.
    corpus.write("in.jsonl", &(line("a", "first") + "{\"id\":\"b\"}\n" + &line("c", "third")));
    corpus.build(&[]).expect(1).says("unchanged 3").says("in.jsonl:2: not a line");
    corpus.write("in.jsonl", &(line("a", "first") + &line("c", "third")));
    corpus.build(&[]).expect(0).says("changed 2").says("skipped     0");
}

#[test]
fn corrections_name_one_document_of_a_file() {
    let corpus = Corpus::of(1);
    corpus.write("in.jsonl", &(line("a", "first") + &line("b", "second")));
    corpus.build(&[]).expect(0);
    let file = corpus.root.path().join("corrections.csv");
    std::fs::write(&file, "id,field,value,who,why\nin.jsonl#b,severity,SEV-1,mira,the ticket\n").unwrap();
    corpus.build(&["--corrections", file.to_str().unwrap()]).expect(0).says("changed 2, unchanged 1");
    let run = corpus.run(&["query", "SELECT id FROM records WHERE severity = 'SEV-1'", "--format", "csv"]);
    assert_eq!(run.expect(0).stdout, "id\nin.jsonl#b\n");
}
