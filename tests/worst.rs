//! The worst files of each format, small ones: each ends in documents that keep the promises or in a reason that says what is wrong.
//!
//! What they cost in full size is measured by `cargo bench --bench worst`.

#[path = "worst/mod.rs"]
mod worst;

use std::path::Path;

use coroner::source::{self, Limits, Name};
use proptest::prelude::*;
use worst::Size;

/// Reads `bytes` as a file called `file`: how many documents, and the reasons where there was none.
fn read(bytes: Vec<u8>, file: &str) -> (usize, Vec<String>) {
    let limits = Limits { max_bytes: SIZE.file as u64 };
    let name = Name { id: file, source: file, path: Some(Path::new(file)), limits, mappings: &[] };
    let (mut documents, mut reasons) = (0, Vec::new());
    source::read_bytes(bytes, &name, |read| match read {
        Ok(document) => {
            coroner::validate::document(&document).unwrap();
            documents += 1;
        }
        Err(skipped) => reasons.push(skipped.why.to_string()),
    });
    (documents, reasons)
}

const SIZE: Size = Size { file: 16 << 10, line: 1 << 20, deep: 1000 };

#[test]
fn each_ends_in_documents_or_in_a_reason() {
    let mut fixtures = std::collections::HashSet::new();
    for case in worst::cases(SIZE) {
        let (documents, reasons) = read(case.bytes, &case.file);
        let name = format!("{}: {}", case.fixture, case.what);
        assert!(documents + reasons.len() > 0, "{name} gave nothing");
        for reason in &reasons {
            // "empty: it has no words" is the shortest.
            assert!(reason.len() >= 20 && reason.contains(' '), "{name}: {reason:?}");
        }
        match case.what {
            "empty" => assert_eq!(reasons, ["empty: it has no words"], "{name}"),
            "no name" => assert!(documents > 0, "{name}: {reasons:?}"),
            _ => {}
        }
        fixtures.insert(case.fixture);
    }
    let missing: Vec<_> = worst::FIXTURES.iter().filter(|fixture| !fixtures.contains(**fixture)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn what_containers_hold_may_be_anything(
        which in any::<prop::sample::Index>(),
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<w:p>", "</w:p>", "<w:r><w:t>", "</w:t></w:r>", "<w:tbl>", "</w:tbl>", "<w:tr>", "<w:tc>", "<w:br/>", "<w:pPr>", "<w:del>",
            "<w:pStyle w:val='a'/>", "<w:style w:styleId='a'>", "<w:basedOn w:val='a'/>", "<w:name w:val='heading 1'/>", "<w:numId w:val='1'/>",
            "<text:p>", "</text:p>", "<text:h text:outline-level='9'>", "<text:list-item>", "</text:list-item>", "<text:note>", "</text:note>",
            "<table:table-row>", "<table:table-cell/>", "<text:s/>", "<![CDATA[x", "]]>", "<!--", "&#x1F600;", "&lt;", "&#0;", "<", ">", "'",
            "BT ", "ET ", "/F1 10 Tf ", "(It failed) Tj ", "[(a) -2000 (b)] TJ ", "1 0 0 1 50 700 Tm ", "0 -12 Td ", "<48 65> Tj ", "q ", "Q ", "cm ",
            "1e38 ", "-", "(", ")", "<<", "[", "BI ID ", " EI ", "T* ", "' ", "% ", "10:00 UTC it failed. ", "# Outage\n", "\n", "é", "\u{200b}",
        ]), 0..60),
    ) {
        let (file, of) = which.get(worst::CONTAINERS);
        let (documents, reasons) = read(of(pieces.concat().as_bytes()), file);
        prop_assert!(documents + reasons.len() > 0);
    }
}
