//! What must hold of everything that is derived from a document, whatever the document says.
//!
//! Each function takes a value and what it was derived from, and answers with the first promise that is broken, in
//! words. This is the one place where these promises stand as code: the fuzz targets (`fuzz/`), the property tests of
//! `extract` and the golden tests all call it, so a promise added here is tested by all of them. It is public and not
//! a test helper, as whoever keeps a document beside its record can check that the two still belong together.
//! It checks form, not truth: whether a record is right is for labels to say.

use crate::document::{BlockKind, Document, Span};
use crate::extract::account::{Account, Origin};
use crate::extract::timeline::Kind;
use crate::record::{DetectionSource, FIELDS, Record, RootCause, Trigger, When};
use crate::time::resolve::Resolution;
use crate::time::{Role, TimeExpr, Value};

/// What is broken, with the value that breaks it.
pub type Broken = String;

/// Fails with a message made of the rest unless the condition holds.
macro_rules! holds {
    ($condition:expr, $($message:tt)+) => {
        if !$condition { return Err(format!($($message)+)) }
    };
}

/// Reads `document` through every stage, and checks what each of them gives.
pub fn extraction(document: &Document) -> Result<(), Broken> {
    self::document(document)?;
    let times = crate::time::resolve::resolve(document, &document.text);
    resolution(document, &times)?;
    let read = crate::extract::account(document);
    account(document, &read)?;
    holds!(read.record == crate::extract::extract(document), "the account and the record disagree");
    record(document, &read.record)
}

/// Blocks are pieces of the text, in order and without overlap, and at least one is there.
pub fn document(document: &Document) -> Result<(), Broken> {
    holds!(!document.blocks.is_empty(), "a document without blocks");
    in_order(&document.text, "block", document.blocks.iter().map(|block| block.span))
}

/// Expressions stand in the text, in order and without overlap, and say something that can be.
pub fn expressions(text: &str, found: &[TimeExpr]) -> Result<(), Broken> {
    in_order(text, "time expression", found.iter().map(|expr| expr.span))?;
    for (at, expr) in found.iter().enumerate() {
        let words = expr.span.of(text);
        match &expr.value {
            Value::Duration(length) => {
                holds!(length.minutes.is_finite() && length.minutes >= 0.0, "{words:?} lasts {} min", length.minutes);
            }
            Value::Elapsed(minutes) => holds!(minutes.is_finite(), "{words:?} is {minutes} min after its event"),
            Value::Zone(_) => {}
            Value::Moment(moment) => {
                holds!(moment.date.is_some() || moment.clock.is_some(), "{words:?} is neither a day nor a clock time");
                let clock = moment.clock.map_or((0, 0, 0), |clock| (clock.hour, clock.minute, clock.second));
                let can_be = (0..24).contains(&clock.0) || (clock.0, clock.1, clock.2) == (24, 0, 0);
                holds!(
                    can_be && (0..60).contains(&clock.1) && (0..60).contains(&clock.2),
                    "{words:?} is the clock time {clock:?}"
                );
                let before = at.checked_sub(1).map(|at| &found[at].value);
                let from =
                    |value: Option<&Value>| matches!(value, Some(Value::Moment(moment)) if moment.role != Role::Alone);
                let any = |value: Option<&Value>| matches!(value, Some(Value::Moment(_)));
                let joined = match moment.role {
                    Role::To => from(before),
                    Role::Alias => any(before),
                    Role::Alone | Role::From => true,
                };
                holds!(joined, "{words:?} is a {:?} without what it belongs to", moment.role);
            }
        }
    }
    Ok(())
}

/// Items stand in their blocks, in order.
pub fn resolution(document: &Document, times: &Resolution) -> Result<(), Broken> {
    in_order(&document.text, "resolved time", times.items.iter().map(|item| item.expr.span))?;
    for item in &times.items {
        let words = item.expr.span.of(&document.text);
        let Some(block) = document.blocks.get(item.block) else {
            return Err(format!("{words:?} stands in block {}, which is not there", item.block));
        };
        holds!(block.span.contains(item.expr.span), "{words:?} leaves its block {:?}", block.span.of(&document.text));
        holds!(block.kind != BlockKind::Code, "{words:?} was read out of code");
    }
    Ok(())
}

/// The account tells its times in order, each with words around it, and points at pieces of the text.
pub fn account(document: &Document, account: &Account) -> Result<(), Broken> {
    let text = &document.text;
    in_order(text, "told time", account.times.iter().map(|told| told.span))?;
    for told in &account.times {
        let words = told.span.of(text);
        holds!(stands_in(text, told.text), "the words around {words:?} at {:?} are no piece of the text", told.text);
        for origin in [told.day, told.zone] {
            if let Origin::Year(at) | Origin::Words(at) | Origin::PastMidnight(at) | Origin::Counted(at) = origin {
                holds!(stands_in(text, at) && !at.is_empty(), "{words:?} was placed by {at:?}, no piece of the text");
            }
        }
        let scores = Kind::ALL.map(|(kind, _)| told.scores.of(kind));
        holds!(scores.iter().all(|score| score.is_finite() && *score >= 0.0), "{words:?} scores {scores:?}");
    }
    for choice in &account.choices {
        holds!(account.record.has(choice.field), "{} was chosen and is blank", choice.field);
        let quote = account.record.evidence.get(choice.field).map(|evidence| Span::new(evidence.start, evidence.end));
        holds!(quote == Some(choice.quote), "{} rests on {quote:?} and was chosen by {:?}", choice.field, choice.quote);
    }
    Ok(())
}

/// Each value rests on words of the document, is possible, and is left blank where it is unknown.
pub fn record(document: &Document, record: &Record) -> Result<(), Broken> {
    quotes(document, record)?;
    for (field, chance) in &record.confidence {
        holds!((0.0..=1.0).contains(chance), "the confidence of {field} is {chance}");
        holds!(record.has(owner(field)), "a confidence of {field}, which is blank");
    }
    for (field, minutes) in [("ttd_minutes", record.ttd_minutes), ("ttr_minutes", record.ttr_minutes)] {
        holds!(minutes.is_none_or(|minutes| minutes.is_finite() && minutes >= 0.0), "{field} is {minutes:?}");
    }
    holds!(record.ttr_minutes.is_some() == record.ttr_basis.is_some(), "one of ttr_minutes and ttr_basis alone");
    if let (Some(started), Some(resolved)) = (record.started_at, record.resolved_at) {
        let minutes = resolved.minutes_since(&started);
        holds!(minutes.is_none_or(|minutes| minutes >= 0.0), "it ended at {resolved} and began at {started}");
    }
    let instants =
        [record.published_at, record.started_at, record.detected_at, record.mitigated_at, record.resolved_at];
    for when in instants.into_iter().flatten() {
        let text = when.to_string();
        holds!(text.parse() == Ok::<When, String>(when), "{text} does not read back as itself");
        let year = when.date().map_or(2000, |day| day.year());
        holds!((1000..=9999).contains(&year), "{text} is no time that a document tells of");
    }
    for warning in &record.warnings {
        let code = warning.split_once(": ").map(|(code, _)| code);
        holds!(code.is_some_and(|code| !code.is_empty() && !code.contains(' ')), "the warning {warning:?} has no code");
    }
    let json = serde_json::to_string(record).map_err(|error| format!("the record is no JSON: {error}"))?;
    let back = serde_json::from_str::<Record>(&json).map_err(|error| format!("{json} does not read back: {error}"))?;
    holds!(back == *record, "{json} reads back as another record");
    Ok(())
}

/// Fields that may be filled without a quote: they name the document, or follow from another field.
const UNQUOTED: &[&str] = &[
    "id",
    "source",
    "url",
    "language",
    "is_incident",
    "title",
    "ttr_basis",
    "detection_also",
    "root_cause_also",
    "evidence",
    "confidence",
    "warnings",
];

/// The field that a key belongs to: `root_cause_also.capacity` is one label of a list.
fn owner(key: &str) -> &str {
    key.split_once('.').map_or(key, |(field, _)| field)
}

/// Every quote is what stands at its place, every told field has one, and none is there for a blank field.
fn quotes(document: &Document, record: &Record) -> Result<(), Broken> {
    for (field, evidence) in &record.evidence {
        let place = evidence.start..evidence.end;
        holds!(
            document.text.get(place.clone()) == Some(evidence.quote.as_str()),
            "the quote of {field}, {:?}, is not what stands at {place:?}",
            evidence.quote
        );
        holds!(!evidence.quote.trim().is_empty(), "the quote of {field} is blank");
        holds!(record.has(owner(field)), "a quote for {field}, which is blank");
    }
    let causes = record.root_cause_also.iter().map(|label| format!("root_cause_also.{label}"));
    for label in causes.chain(record.detection_also.iter().map(|label| format!("detection_also.{label}"))) {
        holds!(record.evidence.contains_key(&label), "{label} is told without a quote");
    }
    for field in FIELDS.iter().map(|field| field.name).filter(|field| !UNQUOTED.contains(field)) {
        let told = record.has(field);
        holds!(!told || record.evidence.contains_key(field), "{field} is told without a quote");
        let names_it = matches!(field, "organization" | "published_at");
        holds!(!told || record.is_incident || names_it, "{field} is told of a document that reports no incident");
    }
    let labels = (record.detection_source, record.root_cause, record.trigger);
    let also = !record.detection_also.is_empty() && labels.0 == DetectionSource::Unknown
        || !record.root_cause_also.is_empty() && labels.1 == RootCause::Unknown;
    holds!(!also, "other labels are given where the first is unknown: {labels:?}");
    holds!(record.is_incident || labels.2 == Trigger::Unknown, "a trigger of no incident");
    Ok(())
}

fn stands_in(text: &str, span: Span) -> bool {
    text.get(span.start..span.end).is_some()
}

/// Spans are pieces of the text that hold something, each after the one before.
fn in_order(text: &str, what: &str, spans: impl Iterator<Item = Span>) -> Result<(), Broken> {
    let mut last = 0;
    for span in spans {
        holds!(stands_in(text, span), "the {what} at {span:?} is no piece of the text of {} bytes", text.len());
        holds!(!span.is_empty(), "the {what} at {span:?} is empty");
        holds!(span.start >= last, "the {what} at {span:?} begins before byte {last}, where the one before ends");
        last = span.end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Evidence;
    use crate::{extract, source, time};

    fn example() -> Document {
        let text = "# Outage of 2024-05-03\n\n- 10:00 UTC users saw errors\n- 10:10 UTC alert fired\n- 10:30 UTC service restored\n";
        source::from_text(text.to_owned(), "id", "a.md", None).unwrap()
    }

    #[test]
    fn what_is_read_keeps_the_promises() {
        assert_eq!(extraction(&example()), Ok(()));
    }

    #[test]
    fn each_broken_promise_of_a_record_is_named() {
        type Damage = fn(&mut Record);
        let damages: &[(Damage, &str)] = &[
            (|r| r.evidence.get_mut("started_at").unwrap().start += 1, "is not what stands at"),
            (|r| r.evidence.get_mut("started_at").unwrap().end = 9999, "is not what stands at"),
            (|r| drop(r.evidence.remove("resolved_at")), "resolved_at is told without a quote"),
            (|r| drop(r.evidence.insert("severity".into(), r.evidence["title"].clone())), "severity, which is blank"),
            (|r| *r.evidence.get_mut("title").unwrap() = Evidence { start: 1, end: 2, quote: " ".into() }, "is blank"),
            (|r| *r.confidence.get_mut("started_at").unwrap() = 1.5, "confidence of started_at is 1.5"),
            (|r| r.confidence.extend([("severity".to_owned(), 0.5)]), "a confidence of severity"),
            (|r| std::mem::swap(&mut r.started_at, &mut r.resolved_at), "and began at"),
            (|r| r.ttd_minutes = Some(-1.0), "ttd_minutes is Some(-1.0)"),
            (|r| r.ttr_minutes = Some(f64::NAN), "ttr_minutes is Some(NaN)"),
            (|r| r.ttr_basis = None, "ttr_minutes and ttr_basis"),
            (|r| r.started_at = Some("0004-01-01T10:00:00Z".parse().unwrap()), "no time that a document tells"),
            (|r| r.ttr_minutes = Some(0.11666666666666667), "reads back as another record"),
            (|r| r.warnings.push("something is wrong".into()), "has no code"),
            (|r| r.is_incident = false, "reports no incident"),
            (|r| r.root_cause_also = vec![RootCause::Capacity], "root_cause_also.capacity is told without a quote"),
            (
                |r| {
                    r.root_cause_also = vec![RootCause::Capacity];
                    r.evidence.insert("root_cause_also.capacity".into(), r.evidence["title"].clone());
                },
                "other labels are given",
            ),
        ];
        let document = example();
        let read = extract::extract(&document);
        assert_eq!(record(&document, &read), Ok(()));
        for (at, (damage, says)) in damages.iter().enumerate() {
            let mut damaged = read.clone();
            damage(&mut damaged);
            let broken = record(&document, &damaged).expect_err(says);
            assert!(broken.contains(says), "damage {at}: {broken}");
        }
    }

    #[test]
    fn times_that_overlap_or_leave_the_text_are_named() {
        let text = "from 10:00 to 10:30 é";
        let read = time::scan(text);
        assert_eq!(expressions(text, &read), Ok(()));
        let reversed: Vec<_> = read.iter().rev().cloned().collect();
        assert!(expressions(text, &reversed).unwrap_err().contains("begins before byte"));
        for (span, says) in
            [(Span::new(5, 99), "no piece"), (Span::new(5, 21), "no piece"), (Span::new(5, 5), "is empty")]
        {
            let mut moved = read.clone();
            moved[0].span = span;
            assert!(expressions(text, &moved).unwrap_err().contains(says), "{span:?}");
        }
        assert!(expressions(text, &read[1..]).unwrap_err().contains("To without what it belongs to"));
    }

    #[test]
    fn blocks_that_overlap_are_named() {
        let mut document = example();
        document.blocks.swap(0, 1);
        assert!(self::document(&document).unwrap_err().contains("begins before byte"));
    }
}
