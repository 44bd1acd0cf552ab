//! From a document to its record.
//!
//! The stages, each a value made from the ones before: the masked text ([`mask`]), the outline of sections and
//! sentences ([`outline`]), explicit fields ([`fields`]), times in their place ([`crate::time::resolve`]), the timeline
//! ([`timeline`]), and from all of them the decisions: instants and durations ([`times`]). Nothing here opens a file.

mod about;
mod category;
mod cues;
mod fields;
mod mask;
mod outline;
pub mod timeline;
mod times;

use crate::document::Document;
use crate::record::{Evidence, Record};

/// The record that a careful reader of `document` would write down.
pub fn extract(document: &Document) -> Record {
    let text = mask::mask(&document.text);
    let outline = outline::outline(document, &text);
    let fields = fields::fields(document, &text);
    let resolution = crate::time::resolve::resolve(document, &text);
    let untimed = timeline::without_moments(&text, &resolution);
    let events = timeline::events(document, &untimed, &resolution);
    let reading = times::Reading {
        document,
        text: &text,
        untimed: &untimed,
        outline: &outline,
        fields: &fields,
        times: &resolution,
        events: &events,
    };
    let times = times::read(&reading);

    let mut record =
        Record { id: document.id.clone(), source: document.source.clone(), is_incident: true, ..Record::default() };
    for (name, slot, found) in [
        ("published_at", &mut record.published_at, times.published),
        ("started_at", &mut record.started_at, times.started),
        ("detected_at", &mut record.detected_at, times.detected),
        ("mitigated_at", &mut record.mitigated_at, times.mitigated),
        ("resolved_at", &mut record.resolved_at, times.resolved),
    ] {
        if let Some(found) = found
            && let Some(when) = crate::time::resolve::told(found.when)
        {
            *slot = Some(when);
            record.evidence.insert(name.to_owned(), Evidence::new(&document.text, found.quote));
        }
    }
    if let Some(length) = times.ttd {
        record.ttd_minutes = Some(length.minutes);
        record.evidence.insert("ttd_minutes".into(), Evidence::new(&document.text, length.quote));
    }
    if let Some((length, basis)) = times.ttr {
        (record.ttr_minutes, record.ttr_basis) = (Some(length.minutes), Some(basis));
        record.evidence.insert("ttr_minutes".into(), Evidence::new(&document.text, length.quote));
    }
    record.warnings = times.warnings;
    let put = |record: &mut Record, name: &str, span| {
        record.evidence.insert(name.to_owned(), Evidence::new(&document.text, span));
    };
    let (title, title_span) = about::title(document, &text, &fields);
    record.title = title;
    if let Some(span) = title_span {
        put(&mut record, "title", span);
    }
    if let Some((name, span)) = about::organization(document, &text, &fields) {
        record.organization = Some(name);
        put(&mut record, "organization", span);
    }
    let sources = category::Sources { document, text: &untimed, outline: &outline, events: &events, title: title_span };
    let timed = record.started_at.is_some()
        || record.detected_at.is_some()
        || record.resolved_at.is_some()
        || record.ttr_minutes.is_some();
    record.is_incident = about::incident_score(document, &text, &outline, &events, timed) > 0.0;
    if !record.is_incident {
        return blank(record);
    }
    if let Some((value, span)) = about::severity(document, &text, &fields) {
        record.severity = Some(value);
        put(&mut record, "severity", span);
    }
    if let Some((names, span)) = about::services(document, &text, &fields) {
        record.services = names;
        put(&mut record, "services", span);
    }
    let causes = category::causes(&sources);
    if let Some(best) = causes.first().filter(|best| best.score >= 2.0) {
        record.root_cause = best.label;
        record.evidence.insert("root_cause".into(), Evidence::new(&document.text, best.quote));
        record.root_cause_also = causes[1..].iter().filter(|s| s.score >= 0.5 * best.score).map(|s| s.label).collect();
    }
    let triggers = category::triggers(&sources);
    if let Some(best) = triggers.first().filter(|best| best.score >= 2.0) {
        record.trigger = best.label;
        record.evidence.insert("trigger".into(), Evidence::new(&document.text, best.quote));
    }
    let detections = category::detections(&sources, times.detected.map(|d| d.quote));
    if let Some(best) = detections.first().filter(|best| best.score >= 2.0) {
        record.detection_source = best.label;
        record.evidence.insert("detection_source".into(), Evidence::new(&document.text, best.quote));
        record.detection_also =
            detections[1..].iter().filter(|s| s.score >= 0.5 * best.score).map(|s| s.label).collect();
    }
    record
}

/// The record of a document that reports no incident: only what says which document it is.
fn blank(record: Record) -> Record {
    let mut evidence = record.evidence;
    evidence.retain(|field, _| matches!(field.as_str(), "title" | "organization" | "published_at"));
    Record {
        id: record.id,
        source: record.source,
        is_incident: false,
        title: record.title,
        organization: record.organization,
        published_at: record.published_at,
        evidence,
        confidence: record.confidence,
        ..Record::default()
    }
}

/// The rebuilt timeline of a document: its events with how strongly each speaks of what, for `coroner timeline`.
pub fn timeline_of(document: &Document) -> Vec<timeline::Event> {
    let text = mask::mask(&document.text);
    let resolution = crate::time::resolve::resolve(document, &text);
    timeline::events(document, &timeline::without_moments(&text, &resolution), &resolution)
}
