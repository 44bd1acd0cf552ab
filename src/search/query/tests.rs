//! What the language accepts, what it refuses and where, and what its queries find.

use proptest::prelude::*;
use tantivy::collector::DocSetCollector;
use tantivy::{Index, Searcher};

use super::*;
use crate::document::Document;
use crate::record::{Record, RootCause};
use crate::search::weights::Weights;
use crate::search::{analyzer, schema};
use crate::source;

#[test]
fn what_people_type_is_a_query() {
    for text in [
        "redis",
        "can't connect to o'brien's db",
        "\"can't connect\" -redis",
        "cause:expiry (certificate OR token)",
        "cause:configuration detection:customer service:redis org:codio severity:sev1",
        "date:2024Q2 ttr:>4h ttd:<=30m date:2024Q3..2025Q1 has:ttd -has:cause",
        "ttr > 4h",
        "ttr>=90 is:incident",
        "fail*",
        "memcahced~ kuberntes~2",
        "*",
        "-redis",
        "+redis failover AND primary",
        "title:(redis OR memcached) why:\"leaked handle\"",
        "\u{201c}curly quotes\u{201d}",
        "\"redis failover\"~5",
        "caf\u{e9} \u{1f525}",
        "error -> retry & <unknown> 10:30 50% of C++ [x] {y} a^2",
        "**bold** --flag",
        "cause:expiry,Security",
        "not or and",
    ] {
        assert!(parse(text).is_ok(), "{text}: {}", parse(text).unwrap_err());
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_a_caret_under_the_fault_and_a_hint() {
    for (text, at, hint) in [
        ("", 0, "Give a word"),
        ("  ", 0, "Give a word"),
        ("-> ^^", 0, "Give a word"),
        ("a \"open", 2, "Close it"),
        ("a AND", 2, "\"AND\""),
        ("OR b", 0, "\"OR\""),
        ("a OR AND b", 2, "\"OR\""),
        ("a OR -b", 2, "Put what is excluded"),
        ("a NOT", 5, "\"NOT\""),
        ("a (b (c", 5, "quotes"),
        ("a) b", 1, "quotes"),
        ("error: 500", 0, "\"error: ...\""),
        ("a b:c", 2, "quotes"),
        ("detction:customer", 0, "Did you mean `detection:`"),
        ("redis cause:", 12, "cause:configuration"),
        ("cause:config", 6, "Did you mean cause:configuration? There are software_bug,"),
        ("cause:expiry,gremlins", 13, "There are software_bug,"),
        ("detection:user", 10, "There are monitoring, customer,"),
        ("ttr:[x TO y]", 4, "ttr:>4h"),
        ("a ttr:>4x", 7, "30m..4h"),
        ("ttd:30m..10m", 4, "smaller end"),
        ("date:yesterday", 5, "date:2024Q3..2025Q1"),
        ("date:2024..2025-13", 11, "date:2024"),
        ("has:color", 4, "There are title, org,"),
        ("is:open", 3, "is:incident"),
        ("\"re\"*", 4, "redi*"),
        ("\"a b\"~x", 5, "redis failover"),
        ("re*is", 2, "at the end"),
        ("redis~7", 6, "At most two"),
        ("title:(a cause:expiry)", 6, "title:(redis OR memcached)"),
        ("é ttr:é", 7, "Durations"),
        ("id:\u{201c}é1,,\u{201d}", 6, "id:2025"),
    ] {
        let fault = parse(text).expect_err(text);
        assert_eq!(fault.at, at, "{text}: {fault}");
        assert!(fault.hint.contains(hint), "{text}: {fault}");
        let printed = fault.to_string();
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines[2].chars().count(), 3 + text[..at].chars().count(), "{printed}");
    }
}

#[test]
fn a_query_made_to_break_the_parser_is_refused_before_its_stack_is_full() {
    for token in ["(", "-(", "title:(", "NOT (", "a OR (", "a ", "\"a\" ", "a OR ", "+", "-", "~", "*", ":", "é", ") "]
    {
        for count in [40, 500, 3000] {
            let _ = parse(&token.repeat(count));
        }
    }
    assert!(parse(&"(".repeat(3000)).unwrap_err().what.contains("brackets"));
    assert!(parse(&"a ".repeat(1000)).unwrap_err().what.contains("words"));
    assert!(parse(&"a".repeat(9000)).unwrap_err().what.contains("bytes"));
}

/// An index of a few documents in memory.
fn searcher() -> (Searcher, schema::Fields) {
    let (schema, fields) = schema::schema();
    let index = Index::create_in_ram(schema);
    analyzer::register(index.tokenizers());
    let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
    let add = |id: &str, text: &str, fill: &dyn Fn(&mut Record)| {
        let document: Document = source::from_text(text.to_owned(), id, id, None).unwrap();
        let mut record = Record { id: id.to_owned(), is_incident: true, ..Record::default() };
        fill(&mut record);
        writer.add_document(fields.entry(&document, &record).unwrap()).unwrap();
    };
    add("hooks", "# Hooks\n\nThe hooks-worker in us-east-1 threw CannotPullContainerError.", &|record| {
        record.title = Some("Hooks were late".into());
        record.root_cause = RootCause::Configuration;
        record.severity = Some("SEV-1".into());
        record.ttr_minutes = Some(300.0);
        record.started_at = Some("2024-08-03T10:00:00Z".parse().unwrap());
        record.organization = Some("Brindle Rail".into());
        record.services = vec!["hooks-worker".into()];
    });
    add(
        "redis",
        "# Redis\n\nThe redis primary failed over: ECONNREFUSED.\n\n## Root cause\n\nA leaked handle.",
        &|record| {
            record.title = Some("Redis failover".into());
            record.root_cause = RootCause::SoftwareBug;
            record.ttr_minutes = Some(45.0);
            record.ttd_minutes = Some(0.0);
            record.started_at = Some("2025-01-31".parse().unwrap());
        },
    );
    // Title, organisation and services of the first do not stand in its text.
    add("notes", "How we configure Redis and certificates at us-west-2.", &|record| record.is_incident = false);
    writer.commit().unwrap();
    (index.reader().unwrap().searcher(), fields)
}

#[test]
fn only_bare_words_and_what_narrows_leave_room_for_documents_without_the_words() {
    let (searcher, fields) = searcher();
    let weights = Weights::default();
    let compiler = Compiler::new(&searcher, &fields, &weights);
    for (query, expected) in [
        ("garbage", Some(3)),
        ("garbage (piled street)", Some(3)),
        ("garbage cause:configuration", Some(1)),
        ("garbage -redis", Some(1)),
        ("garbage -\"redis primary\"", Some(2)),
        ("garbage ttr:>10m -has:ttd", Some(1)),
        ("garbage *", Some(3)),
        ("garbage +redis", None),
        ("garbage title:redis", None),
        ("garbage \"redis primary\"", None),
        ("garbage redi*", None),
        ("garbage rediss~", None),
        ("garbage OR redis", None),
        ("garbage AND cause:configuration", None),
        ("garbage (street -redis)", None),
    ] {
        let beside = compiler.compile(&parse(query).unwrap()).unwrap().beside;
        let count = beside.map(|beside| searcher.search(&*beside, &DocSetCollector).unwrap().len());
        assert_eq!(count, expected, "{query}");
    }
}

#[test]
fn queries_find_what_they_say() {
    let (searcher, fields) = searcher();
    let weights = Weights::default();
    let compiler = Compiler::new(&searcher, &fields, &weights);
    let ids = |text: &str| -> String {
        let compiled = compiler.compile(&parse(text).unwrap()).unwrap();
        let mut found: Vec<_> = searcher.search(&*compiled.query, &DocSetCollector).unwrap().into_iter().collect();
        found.sort();
        found.iter().map(|address| ["hooks", "redis", "notes"][address.doc_id as usize]).collect::<Vec<_>>().join(" ")
    };
    for (query, expected) in [
        ("redis", "redis notes"),
        ("the redis", "redis notes"),
        ("the", "hooks redis"),
        ("redis hooks", "hooks redis notes"),
        ("redis -primary", "notes"),
        ("-redis", "hooks"),
        ("redis AND primary", "redis"),
        ("hooks OR certificates", "hooks notes"),
        ("redis hooks OR certificates", "hooks notes"),
        ("+primary redis", "redis"),
        ("redis NOT certificate", "redis"),
        ("\"redis primary\"", "redis"),
        ("\"primary redis\"", ""),
        ("\"redis failed\"", ""),
        ("\"redis failed\"~1", "redis"),
        // words of like meaning, for bare words alone
        ("cert", "notes"),
        ("+cert", ""),
        ("\"cert\"", ""),
        ("cert OR primary", "redis"),
        // what stands beside the text
        ("+late", "hooks"),
        ("\"brindle rail\" late", "hooks"),
        ("redis late -brindle", "redis notes"),
        // names, whole and by part
        ("hooks-worker", "hooks"),
        ("+hooks-worker", "hooks"),
        ("worker", "hooks"),
        ("\"hooks worker\"", "hooks"),
        ("CannotPullContainerError", "hooks"),
        ("cannotpullcontainererror", "hooks"),
        ("container", "hooks"),
        ("econnrefused", "redis"),
        ("\"us-east-1\"", "hooks"),
        ("-us-east-1 us", "notes"),
        // beginnings and slips
        ("redi*", "redis notes"),
        ("configura*", "notes"),
        ("certificates*", "notes"),
        ("reids~", "redis notes"),
        ("cannotpulcontanererror~2", "hooks"),
        ("zzz*", ""),
        // fields
        ("title:redis", "redis"),
        ("title:(redis OR late)", "hooks redis"),
        ("why:leaked", "redis"),
        ("why:redis", ""),
        ("body:worker", "hooks"),
        ("org:rail service:hooks", "hooks"),
        ("cause:configuration", "hooks"),
        ("cause:configuration,software_bug", "hooks redis"),
        ("cause:unknown", "notes"),
        ("redis cause:software_bug", "redis"),
        ("worker (cause:software_bug OR cause:configuration)", "hooks"),
        ("severity:sev1", "hooks"),
        ("severity:SEV-1", "hooks"),
        ("id:redis", "redis"),
        ("id:h*", "hooks"),
        // numbers and days
        ("ttr:>4h", "hooks"),
        ("ttr:..1h", "redis"),
        ("ttr:45", "redis"),
        ("ttr > 45m", "hooks"),
        ("ttd:<=30m", "redis"),
        ("date:2024", "hooks"),
        ("date:2024Q3..2025Q1", "hooks redis"),
        ("date:>2024", "redis"),
        ("date:2025-01-31", "redis"),
        ("date:<2025-01-31", "hooks"),
        ("has:ttd", "redis"),
        ("-has:ttd", "hooks notes"),
        ("has:severity is:incident", "hooks"),
        ("is:incident", "hooks redis"),
        ("*", "hooks redis notes"),
        ("* -is:incident", "notes"),
    ] {
        assert_eq!(ids(query), expected, "{query}");
    }
}

/// Texts in which the signs of the language are as frequent as letters.
fn queries() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "redis",
        " ",
        " ",
        " ",
        "(",
        ")",
        "\"",
        "OR",
        "AND",
        "NOT",
        "-",
        "+",
        "*",
        "~",
        "~2",
        ":",
        "ttr:",
        "date:",
        "cause:",
        "title:",
        "has:",
        "is:",
        "id:",
        ">",
        "<=",
        "..",
        "4h",
        "2024Q3",
        "expiry",
        ",",
        "é",
        "\u{201c}",
        "\u{1f525}",
        "\n",
        "'",
    ]);
    prop_oneof![prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat()), "\\PC{0,60}"]
}

proptest! {
    #[test]
    fn no_query_panics_and_every_fault_has_its_place(text in queries()) {
        match parse(&text) {
            Ok(_) => {}
            Err(fault) => {
                prop_assert!(text.is_char_boundary(fault.at), "{} in {:?}", fault.at, text);
                prop_assert!(!fault.what.is_empty() && !fault.hint.is_empty());
                prop_assert!(fault.to_string().lines().count() >= 4);
            }
        }
    }
}

#[test]
fn no_query_that_was_read_fails_to_run() {
    let (searcher, fields) = searcher();
    let weights = Weights::default();
    let compiler = Compiler::new(&searcher, &fields, &weights);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(500));
    let outcome = runner.run(&queries(), |text| {
        if let Ok(node) = parse(&text) {
            let compiled = compiler.compile(&node).unwrap();
            for query in [Some(compiled.query), compiled.beside].iter().flatten() {
                prop_assert!(searcher.search(&**query, &DocSetCollector).is_ok());
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
