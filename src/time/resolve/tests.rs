//! Runs the documents of `examples.txt`.

use super::{MOST, resolve, told};
use crate::source;

/// One case: its name, its document, and the moments it must have.
fn cases() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    include_str!("examples.txt")
        .split("\n=== ")
        .skip(1)
        .map(|case| {
            let (name, rest) = case.split_once('\n').unwrap();
            // A front matter has rules of dashes too: the last one parts document and moments.
            let (document, moments) = rest.rsplit_once("\n---\n").unwrap();
            (name, document, moments.lines().filter(|line| !line.is_empty()).collect())
        })
        .collect()
}

#[test]
fn every_example_of_the_resolver_holds() {
    let mut wrong = Vec::new();
    for (name, text, expected) in cases() {
        let document = source::from_text(text.to_owned(), "id", "source", None).unwrap();
        let found: Vec<String> = resolve(&document, &document.text)
            .items
            .iter()
            .filter(|item| item.moment().is_some() || item.when.is_some())
            .map(|item| {
                let when = item.when.and_then(told).map_or("?".to_owned(), |when| when.to_string());
                format!("{}\t{when}", item.expr.span.of(&document.text).replace('\n', " "))
            })
            .collect();
        if found != expected {
            wrong.push(format!("{name}\n  found    {}\n  expected {}", found.join(", "), expected.join(", ")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_resolver_has_examples() {
    assert!(cases().len() > 40, "{} cases", cases().len());
}

#[test]
fn a_document_of_nothing_but_times_is_read_as_far_as_its_bound_and_says_so() {
    let text = "10:00 ".repeat(MOST + 1);
    let document = source::from_text(text, "id", "a.txt", None).unwrap();
    let resolution = resolve(&document, &document.text);
    assert_eq!(resolution.items.len(), MOST);
    assert!(resolution.notes[0].starts_with("many_times:"), "{:?}", resolution.notes);
}
