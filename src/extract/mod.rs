//! From a document to its record.
//!
//! The stages, each a value made from the ones before: the masked text ([`mask`]), the outline of sections and
//! sentences ([`outline`]), explicit fields ([`fields`]), times in their place ([`crate::time::resolve`]), the timeline
//! ([`timeline`]), and from all of them the decisions: instants and durations ([`times`]). Nothing here opens a file.

mod about;
pub mod account;
mod category;
mod confidence;
mod cues;
mod fields;
mod language;
mod mask;
pub mod models;
mod outline;
mod settings;
pub mod timeline;
mod times;

#[cfg(feature = "program")]
pub(crate) use self::category::likely_causes;
pub(crate) use self::category::{
    Case as Supports, Chances, Field, OF_WHOLE, SILENT, lesson, occasions, reasons, subjects, ways,
};
#[cfg(feature = "program")]
pub(crate) use self::mask::mask;
#[cfg(feature = "program")]
pub(crate) use self::outline::{Section, Sentence, outline, section_of};
pub use self::settings::Settings;
pub(crate) use self::times::{HAPPENINGS, Lesson as TimesLesson, ROLES};
#[cfg(test)]
mod properties;

use std::sync::LazyLock;

use whatlang::Lang;

use self::models::Models;
use crate::document::{Document, Span};
use crate::record::{Evidence, Record};

/// The record that a careful reader of `document` would write down.
pub fn extract(document: &Document) -> Record {
    extract_with(document, &STANDARD)
}

/// The same under a user's settings.
pub fn extract_with(document: &Document, settings: &Settings) -> Record {
    extract_by(document, settings, Models::in_use())
}

/// The same by other models.
pub(crate) fn extract_by(document: &Document, settings: &Settings, models: &Models) -> Record {
    stages(document, models, |reading| record(reading, times::read(reading), settings))
}

static STANDARD: LazyLock<Settings> = LazyLock::new(Settings::default);

/// What the choice of instants can learn from `document`.
pub(crate) fn instants(document: &Document, models: &Models) -> TimesLesson {
    stages(document, models, times::lesson)
}

/// What the choice of labels can learn from `document`.
pub(crate) fn supports(document: &Document, models: &Models) -> [Supports; 3] {
    stages(document, models, |reading| {
        let (_, title) = about::title(document, reading.text, reading.fields);
        let detected = times::read(reading).detected;
        let sources = sources(reading, title, &STANDARD);
        category::read(&sources, detected.map(|detected| detected.quote))
    })
}

/// The text of `document` as the models of lines are shown it, and the sentences that they are asked about.
pub(crate) fn lines(document: &Document) -> (String, Vec<Span>) {
    stages(document, Models::in_use(), |reading| {
        let told = sources(reading, None, &STANDARD).told().map(|sentence| sentence.span).collect();
        (reading.untimed.to_owned(), told)
    })
}

/// What the labels are read from.
fn sources<'d>(reading: &times::Reading<'d>, title: Option<Span>, settings: &'d Settings) -> category::Sources<'d> {
    let times::Reading { models, document, untimed, outline, events, .. } = *reading;
    category::Sources { models, document, text: untimed, outline, events, title, settings }
}

/// The record with the times it was made from, for `coroner timeline`.
pub fn account(document: &Document) -> account::Account {
    stages(document, Models::in_use(), account::account)
}

/// Takes `document` through the stages that all decisions look at, and gives them to `decide`.
fn stages<T>(document: &Document, models: &Models, decide: impl FnOnce(&times::Reading) -> T) -> T {
    let text = mask::mask(&document.text);
    let language = language::of(document, &text);
    let fields = fields::fields(document, &text);
    let stated = language.filter(|language| *language != Lang::Eng).map(|_| language::stated(document, &fields));
    let document = stated.as_ref().unwrap_or(document);
    let fields = if stated.is_some() { fields::fields(document, &text) } else { fields };
    let outline = outline::outline(document, &text);
    let resolution = crate::time::resolve::resolve(document, &text);
    let untimed = timeline::without_moments(&text, &resolution);
    let events = timeline::events(document, &untimed, &resolution);
    decide(&times::Reading {
        models,
        document,
        language,
        text: &text,
        untimed: &untimed,
        outline: &outline,
        fields: &fields,
        times: &resolution,
        events: &events,
    })
}

fn record(reading: &times::Reading, times: times::Times, settings: &Settings) -> Record {
    let times::Reading { document, text, outline, fields, events, .. } = *reading;
    let (id, source, url) = (document.id.clone(), document.source.clone(), document.url.clone());
    let language = reading.language.map(|language| language.code().to_owned());
    let foreign = reading.language.filter(|language| *language != Lang::Eng).map(|language| {
        let name = language.eng_name();
        format!("language: the text is {name}, so only its title, stated fields and updates were read; detection source, cause and trigger are blank")
    });
    let mut record = Record { id, source, url, language, is_incident: true, ..Record::default() };
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
            let sure = found.chance.map_or_else(|| confidence::of(name, found.rule.as_str()), rounded);
            record.confidence.insert(name.to_owned(), sure);
        }
    }
    // A length is as sure as the surer of what it is counted from allows.
    let weaker = |a: &str, b: &str, record: &Record| {
        record.confidence.get(a).copied().unwrap_or(1.0).min(record.confidence.get(b).copied().unwrap_or(1.0))
    };
    if let Some(length) = times.ttd {
        record.ttd_minutes = Some(length.minutes);
        record.evidence.insert("ttd_minutes".into(), Evidence::new(&document.text, length.quote));
        let sure = weaker("started_at", "detected_at", &record).min(confidence::of("ttd_minutes", "length"));
        record.confidence.insert("ttd_minutes".into(), sure);
    }
    if let Some((length, basis)) = times.ttr {
        (record.ttr_minutes, record.ttr_basis) = (Some(length.minutes), Some(basis));
        record.evidence.insert("ttr_minutes".into(), Evidence::new(&document.text, length.quote));
        let from = if basis == crate::record::TtrBasis::Detected { "detected_at" } else { "started_at" };
        let sure = weaker(from, "resolved_at", &record).min(confidence::of("ttr_minutes", basis.as_str()));
        record.confidence.insert("ttr_minutes".into(), sure);
    }
    record.warnings = document.notes.iter().map(|note| format!("source: {note}")).chain(times.warnings).collect();
    let put = |record: &mut Record, name: &str, span| {
        record.evidence.insert(name.to_owned(), Evidence::new(&document.text, span));
    };
    let (title, title_span) = about::title(document, text, fields);
    record.title = title;
    if let Some(span) = title_span {
        put(&mut record, "title", span);
    }
    if let Some((name, span)) = about::organization(document, text, fields) {
        record.organization = Some(name);
        put(&mut record, "organization", span);
    }
    let timed = record.started_at.is_some()
        || record.detected_at.is_some()
        || record.resolved_at.is_some()
        || record.ttr_minutes.is_some();
    record.is_incident = about::incident_score(document, text, outline, events, timed) > 0.0;
    record.warnings.extend(foreign.clone());
    if !record.is_incident {
        return Record { warnings: foreign.into_iter().collect(), ..record.document_only() };
    }
    if let Some((value, span)) = about::severity(document, text, fields) {
        record.severity = Some(value);
        put(&mut record, "severity", span);
    }
    if let Some((names, span)) = about::services(document, text, fields) {
        record.services = names;
        put(&mut record, "services", span);
    }
    if foreign.is_some() {
        return record;
    }
    let sources = sources(reading, title_span, settings);
    let cases = category::read(&sources, times.detected.map(|detected| detected.quote));
    let decided = category::decide(&cases, reading.models, settings.min_confidence);
    for (field, decision) in Field::ALL.into_iter().zip(&decided) {
        let Some(answer) = decision.answer else { continue };
        if let Some(quote) = answer.quote {
            put(&mut record, field.name(), quote);
        }
        record.confidence.insert(field.name().to_owned(), rounded(answer.confidence));
        // The record lists no other triggers.
        let Some(list) = field.also() else { continue };
        for other in &decision.also {
            let key = format!("{list}.{}", other.label);
            if let Some(quote) = other.quote {
                put(&mut record, &key, quote);
            }
            record.confidence.insert(key, rounded(other.confidence));
        }
    }
    let [cause, trigger, detection] = &decided;
    record.root_cause = cause.label();
    record.root_cause_also = cause.also();
    if let Some((name, quote)) = settings.category(record.root_cause, &category::spoken_of(&sources)) {
        record.category = Some(name.to_owned());
        if let Some(quote) = quote.or(cause.answer.and_then(|answer| answer.quote)) {
            put(&mut record, "category", quote);
        }
    }
    record.trigger = trigger.label();
    record.detection_source = detection.label();
    record.detection_also = detection.also();
    record
}

/// A chance to two digits: it is no better known, and never certain.
fn rounded(chance: f32) -> f64 {
    ((f64::from(chance) * 100.0).round() / 100.0).min(0.99)
}
