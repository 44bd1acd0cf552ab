//! What must hold of any document ([`crate::validate`]), on documents made of the pieces of postmortems.
//!
//! Random bytes reach few rules, so the documents here are plausible: front matter, headings, timelines as lists,
//! tables and paragraphs, updates of status pages, fields, sentences. Their times are of every form the grammar knows
//! and of the edges of the calendar, and some pieces are cut anywhere or joined without a blank between them, as that
//! is where two readings meet. More cases than in a test run: `PROPTEST_CASES=20000 cargo test --lib extract::properties`.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;

use crate::source;
use crate::validate;

/// Cases of a test run; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked { ProptestConfig::default() } else { ProptestConfig::with_cases(120) }
}

type Text = BoxedStrategy<String>;

fn matching(pattern: &str) -> Text {
    string_regex(pattern).unwrap().boxed()
}

fn one_of(texts: &'static [&'static str]) -> Text {
    select(texts).prop_map(str::to_owned).boxed()
}

/// The texts one after the other.
fn joined<const N: usize>(parts: [Text; N]) -> Text {
    parts.to_vec().prop_map(|parts| parts.concat()).boxed()
}

/// A part that may be missing.
fn maybe(part: Text) -> Text {
    prop_oneof![2 => part, 1 => Just(String::new())].boxed()
}

fn day() -> Text {
    let edges = &[
        "0001-01-01",
        "9999-12-31",
        "2024-02-29",
        "2023-02-29",
        "2024-12-31",
        "31 December",
        "January 1",
        "13/13/2024",
        "2024-03-31",
        "29 Feb",
        "December 31, 2023",
        "May 2024",
        "00/00/0000",
        "99/99/9999",
    ];
    prop_oneof![
        3 => matching("202[3-5]-0[1-9]-[0-3][0-9]"),
        2 => matching("(Jan|Feb|March|May|Sept|Dec)\\.? [0-3]?[0-9](st|nd|th)?(, 202[45])?"),
        2 => matching("[0-3]?[0-9](st|rd)? (of )?(January|february|Mar|May|October|DECEMBER)( 202[45])?"),
        2 => matching("[0-3]?[0-9][/.][0-3]?[0-9][/.](20)?2[0-9]"),
        1 => one_of(&["Monday", "on Friday", "Sunday night", "yesterday", "the next day", "the following morning"]),
        1 => one_of(edges),
    ]
    .boxed()
}

fn clock() -> Text {
    let edges =
        &["24:00", "00:00", "23:59:59", "12 am", "12pm", "noon", "midnight", "24:30", "2400", "0:00:60", "25:61"];
    prop_oneof![
        5 => matching("[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?"),
        2 => matching("1?[0-9](:[0-5][0-9])? ?([ap]m|[AP]\\.M\\.|AM)"),
        1 => matching("[0-2][0-9][h.][0-5][0-9]|[0-2][0-9][0-5][0-9]( hours|Z)?"),
        1 => one_of(edges),
    ]
    .boxed()
}

fn zone() -> Text {
    let named =
        &[" UTC", "Z", " GMT", " PST", " PDT", " ET", " Pacific time", " CEST", " IST", " US/Pacific", " (UTC)"];
    prop_oneof![3 => one_of(named), 1 => matching(" ?[+-][01][0-9]:?[0-5][0-9]|UTC[+-]1?[0-9]")].boxed()
}

fn length() -> Text {
    let edges = &[
        "99999999999 hours",
        "0 minutes",
        "1e9 days",
        "an hour and a half",
        "½ hour",
        "1.0000000000000001 days",
        "T+999999999h",
        "9999999 weeks",
        "T-0",
        "minus 5 minutes",
        "18446744073709551616 s",
    ];
    prop_oneof![
        3 => matching("(about |over |for |~)?[1-9][0-9]{0,2}( |-)?(minutes?|min|hours?|h|days?|seconds|weeks)( later| before| ago)?"),
        1 => matching("[0-9]{1,2}h ?[0-9]{1,2}m( later)?|[0-9]{1,3}:[0-5][0-9](:[0-5][0-9])?"),
        1 => matching("T[+-][0-9]{1,4}(m|h|s|:[0-5][0-9])?"),
        1 => one_of(edges),
    ]
    .boxed()
}

/// A moment, a range or a length, as it begins an entry or stands in a sentence.
fn time() -> Text {
    let moment = prop_oneof![
        3 => joined([clock(), maybe(zone())]),
        2 => joined([day(), one_of(&[" ", "T", ", ", " at ", " - ", "\n", " @ "]), clock(), maybe(zone())]),
        1 => joined([clock(), maybe(zone()), one_of(&[" on ", " ", ", "]), day()]),
        1 => day(),
    ]
    .boxed();
    let between = one_of(&[" - ", "-", "–", " to ", " until ", " and ", " / ", " ("]);
    prop_oneof![
        5 => moment.clone(),
        1 => joined([one_of(&["between ", "from ", ""]), moment.clone(), between, moment]),
        1 => length(),
    ]
    .boxed()
}

fn words() -> Text {
    let known = &[
        "users saw errors",
        "Service restored",
        "alert fired and paged on-call",
        "a customer reported it",
        "API was down",
        "the deploy broke it",
        "an expired certificate",
        "Root cause: a bad config push",
        "we rolled back",
        "incident declared",
        "the database ran out of disk",
        "fix deployed",
        "[link](http://a.b/10:00)",
        "`10:00`",
        "~~10:00 UTC~~",
        "all times in UTC",
        "Times are PST",
        "é",
        "\u{a0}",
        "日本語 10:00",
        "‘quoted’",
        "<b>bold</b>",
        "&nbsp;",
        "ß\u{301}",
        "\u{200b}",
        "😀",
        "İ",
        "ŉ",
        "monitoring confirmed recovery",
        "nobody noticed",
        "This incident has been resolved.",
        "ſ",
        "K",
    ];
    prop_oneof![4 => one_of(known), 1 => matching("[a-zA-Z ,.;:()'-]{1,30}"), 1 => matching("\\PC{1,8}")].boxed()
}

fn sentence() -> Text {
    let glue = one_of(&[" ", " at ", " for ", ", ", ". ", ": ", "", " until ", " (", ") ", "\n"]);
    let pair = joined([words(), glue.clone(), time(), glue]);
    joined([prop::collection::vec(pair, 1..4).prop_map(|parts| parts.concat()).boxed(), one_of(&[".", "!", "", "…"])])
}

fn label() -> Text {
    one_of(&[
        "Start",
        "Start time",
        "Detected",
        "detected_at",
        "End",
        "Resolved",
        "resolvedWhen",
        "Duration",
        "Time to detect",
        "TTR",
        "Date",
        "date",
        "Published",
        "Posted",
        "Severity",
        "Impact",
        "Root cause",
        "Mitigated",
        "title",
        "services",
    ])
}

fn heading() -> Text {
    let heads =
        &["Timeline", "Timeline (UTC)", "Root cause", "Impact", "Summary", "Resolved", "Action items", "T = 05:30"];
    prop_oneof![
        joined([matching("#{1,4} "), prop_oneof![one_of(heads), time(), words()].boxed()]),
        joined([one_of(heads), one_of(&["", ":", "\n---", "\n===", " - 3 May 2024"])]),
        joined([Just("**".to_owned()).boxed(), time(), Just("**".to_owned()).boxed()]),
    ]
    .boxed()
}

fn entries() -> Text {
    let entry = joined([
        one_of(&["- ", "* ", "1. ", "  - ", "- **", "", "• ", "- ~"]),
        time(),
        one_of(&[" ", ": ", " - ", " – ", "** ", "", "\n  ", " | "]),
        prop_oneof![3 => words(), 1 => sentence()].boxed(),
    ]);
    prop::collection::vec(entry, 1..7).prop_map(|entries| entries.join("\n")).boxed()
}

fn table() -> Text {
    let cell = prop_oneof![3 => time(), 3 => words(), 1 => label(), 1 => Just(String::new())].boxed();
    let row = prop::collection::vec(cell, 1..4);
    let bar = one_of(&["|", " | ", "\t"]);
    let rows = (prop::collection::vec(row, 1..6), bar);
    rows.prop_map(|(rows, bar)| {
        let mut lines: Vec<String> = rows.iter().map(|cells| format!("{bar}{}{bar}", cells.join(&bar))).collect();
        lines.insert(1, format!("{bar}---{bar}---{bar}"));
        lines.join("\n")
    })
    .boxed()
}

fn update() -> Text {
    let state = one_of(&["Resolved", "Monitoring", "Identified", "Investigating", "Update"]);
    let apart = one_of(&["\n", " - ", "\n\n"]);
    prop_oneof![
        joined([state.clone(), apart.clone(), words(), apart.clone(), Just("Posted ".to_owned()).boxed(), time()]),
        joined([state, Just(" - ".to_owned()).boxed(), words(), Just(". ".to_owned()).boxed(), time()]),
        joined([time(), apart.clone(), words(), apart, one_of(&["Posted 2 years ago. ", "Posted on "]), time()]),
    ]
    .boxed()
}

fn fields() -> Text {
    let value = prop_oneof![4 => time(), 2 => length(), 2 => words()].boxed();
    let field = joined([label(), one_of(&[": ", " - ", ":\n", " = ", ":"]), value]);
    prop::collection::vec(field, 1..5).prop_map(|fields| fields.join("\n")).boxed()
}

/// A part of a document.
fn part() -> Text {
    prop_oneof![
        3 => heading(),
        4 => sentence(),
        4 => entries(),
        2 => table(),
        2 => update(),
        3 => fields(),
        1 => joined([Just("```\n".to_owned()).boxed(), sentence(), one_of(&["\n```", ""])]),
        1 => joined([one_of(&["> ", "<p>", "<li>", "<!-- ", "<td>"]), sentence(), one_of(&["", "</p>", " -->", "</td>"])]),
        1 => joined([one_of(&["From: a@b.c\nDate: ", "Subject: outage ", "Sent: "]), time()]),
    ]
    .boxed()
}

/// A document of such parts; one of four is cut short at any character.
fn document() -> Text {
    let front = prop_oneof![
        3 => Just(String::new()).boxed(),
        1 => fields().prop_map(|fields| format!("---\n{fields}\n---\n")).boxed(),
        1 => fields().prop_map(|fields| format!("+++\n{fields}\n+++\n")).boxed(),
        1 => Just("<!doctype html><title>Outage</title>".to_owned()).boxed(),
    ];
    let apart = one_of(&["\n\n", "\n\n", "\n", "\r\n", "\r\n\r\n", " ", "", "\u{2028}"]);
    let body = prop::collection::vec(joined([part(), apart]), 1..12).prop_map(|parts| parts.concat());
    (front, body, prop::option::weighted(0.25, any::<prop::sample::Index>()))
        .prop_map(|(front, body, cut)| {
            let text = front + &body;
            let end = cut.map_or(text.len(), |cut| cut.index(text.len() + 1));
            text[..text.floor_char_boundary(end)].to_owned()
        })
        .boxed()
}

/// Checks what is read from `text` under each kind of name.
fn check(text: &str) -> Result<(), TestCaseError> {
    for name in ["a.md", "a.txt", "a.html"] {
        let Ok(document) = source::from_text(text.to_owned(), "id", name, Some(Path::new(name))) else { continue };
        validate::extraction(&document).map_err(|broken| TestCaseError::fail(format!("as {name}: {broken}")))?;
    }
    let found = crate::time::scan(text);
    validate::expressions(text, &found).map_err(TestCaseError::fail)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_postmortem_keeps_the_promises(text in document()) {
        check(&text)?;
    }

    #[test]
    fn any_bytes_give_a_document_that_keeps_the_promises_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(document) = source::from_bytes(bytes, "id", "source", None) {
            validate::extraction(&document).map_err(TestCaseError::fail)?;
        }
    }
}

/// Texts that broke a promise once.
#[test]
fn texts_that_broke_a_promise_keep_it() {
    for text in [
        // A day at the end of one block and a clock time at the head of the next were read as one moment.
        "2024-01-10\n- 00:00a customer reported it",
        // A document that reports no incident kept the confidence of a field that was blanked.
        "---\nTime to detect: 1minute",
        // A key of a front matter without a value took the line after the front matter, which ends before it begins: a panic.
        "---\nStart: 00:00 UTC\nStart: &nbsp;\n---\nTimeline\n\n",
        // A second after the midnight that ends the day there is no such day any more.
        "users saw errors 24:00:01 UTC.",
        // "731 days later" led out of the year that stands for one nobody tells, into the year 6 as if that were told.
        "Resolved\nusers saw errors\nPosted 731day later |alert fired|\n|---|---|\n\nusers saw errors 00:00 UTC \
         API was down between 00:00 UTC - 00:00 UTC .\n\n",
        // A stated length of seconds was written with more decimals than JSON gives back.
        "> users saw errors 00:00 UTC .</p>\n\nTTR: 00:01:10 UTC\n\nusers saw errors 7seconds .\n\n",
        // A title of marks alone was a title without words.
        "---\nStart: 00:00 UTC\ntitle: =\n---\n# Timeline\n\n",
    ] {
        check(text).unwrap_or_else(|broken| panic!("{text:?}: {broken}"));
    }
}
