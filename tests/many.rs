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

const EXPORT: &str = "Ticket;Begun;Ended;Words\nT-1;03.05.2024 10:00;03.05.2024 10:40;The API was down. Root cause: an expired certificate.\n";

fn mapping(extra: &str) -> String {
    format!(
        "name = 'ours'\nneeds = ['Ticket', 'Words']\nid = 'Ticket'\ntext = 'Words'\ntime_format = '%d.%m.%Y %H:%M'\nresolved = 'Ended'\n{extra}"
    )
}

#[test]
fn a_mapping_reads_an_export_and_another_mapping_reads_it_anew() {
    let corpus = Corpus::of(1);
    corpus.write("export.csv", EXPORT);
    corpus.build(&[]).expect(1).says("a table whose columns no mapping knows: `Ticket`, `Begun`");
    let file = corpus.root.path().join("mapping.toml");
    let build = |extra: &str| {
        std::fs::write(&file, mapping(extra)).unwrap();
        corpus.build(&["--mapping", file.to_str().unwrap()])
    };
    build("").expect(0).says("documents   2");
    let told = |field: &str| {
        let query = format!("SELECT {field} FROM records WHERE id = 'export.csv#T-1'");
        corpus.run(&["query", &query, "--format", "csv"]).expect(0).stdout.lines().nth(1).unwrap_or_default().trim_matches('"').to_owned()
    };
    assert_eq!([told("started_at"), told("resolved_at")], ["", "2024-05-03T10:40:00"]);
    build("").expect(0).says("nothing changed since");
    build("started = 'Begun'\nzone = 'Europe/Lisbon'").expect(0).says("documents   2");
    assert_eq!([told("started_at"), told("ttr_minutes")], ["2024-05-03T10:00:00+01:00", "40"]);
    build("begun = 'Begun'").expect(2).says("mapping.toml").says("unknown field `begun`");
    assert_eq!(told("ttr_minutes"), "40");
}

#[test]
fn a_part_of_a_file_can_be_shown_and_its_times_told() {
    let corpus = Corpus::of(1);
    corpus.write("in.jsonl", &(line("a", "first") + &line("b", "second")));
    corpus.build(&[]).expect(0);
    corpus.run(&["timeline", "in.jsonl#b"]).expect(0).says("second API").says("2024-05-03T10:00:00Z");
    let path = corpus.docs().join("in.jsonl");
    let timeline = |end: &str| {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("coroner"));
        command.arg("timeline").arg(format!("{}{end}", path.display()));
        corpus::Run::of(command)
    };
    timeline("#a").expect(0).says("first API");
    timeline("").expect(2).says("2 documents in one file; name one by adding its end: #a, #b");
    timeline("#c").expect(2).says("2 documents in one file");
}
