//! The fields of the index, and what a document puts into each.
//!
//! The text of the document and its record (as JSON) are stored in the index, and nowhere else: a hit, its snippet
//! and `show` then cost one look-up by id, and the one segment merge that drops a document drops its text with it.
//!
//! What hits are filtered, sorted or counted by is a fast field: a column that is read without the stored documents.
//! `has` holds the name of every field that the document told, so that asking for one is asking for a word.

use jiff::civil::Time;
use tantivy::TantivyDocument;
use tantivy::schema::{
    DateOptions, FAST, Field, IndexRecordOption, NumericOptions, STORED, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use super::sections::sections;
use super::{analyzer, concepts, meaning};
use crate::document::Document;
use crate::record::Record;

/// The directory of the index in a generation.
pub const DIR: &str = "index";

/// What `has` holds of a document that reports an incident.
pub const INCIDENT: &str = "incident";

/// The fields, by what they hold.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    pub id: Field,
    pub title: Field,
    /// The text, and after it what [`beside`] gives.
    pub body: Field,
    /// The sections of the text that tell of the cause, and so on.
    pub causes: Field,
    pub resolution: Field,
    pub impact: Field,
    pub timeline: Field,
    pub actions: Field,
    pub organization: Field,
    pub services: Field,
    /// Labels of the record.
    pub cause: Field,
    pub detection: Field,
    pub trigger: Field,
    /// As [`severity`] writes it.
    pub severity: Field,
    pub quarter: Field,
    pub date: Field,
    pub ttr: Field,
    pub ttd: Field,
    /// The names of the fields that the document told.
    pub has: Field,
    pub record: Field,
    /// The sentence that says what resolved the incident.
    pub fix: Field,
    /// What the passages of the text are about: see `meaning`.
    pub passages: Field,
}

/// The schema of the index and its fields.
pub fn schema() -> (Schema, Fields) {
    let mut schema = SchemaBuilder::new();
    let indexing = |analyzer, option| TextFieldIndexing::default().set_tokenizer(analyzer).set_index_option(option);
    let text = |analyzer| {
        TextOptions::default().set_indexing_options(indexing(analyzer, IndexRecordOption::WithFreqsAndPositions))
    };
    let prose = || text(analyzer::NAME);
    // With frequencies, a label may stand among words and the best hits are still found without reading them all.
    let label = || TextOptions::default().set_indexing_options(indexing("raw", IndexRecordOption::WithFreqs)) | FAST;
    let number = || NumericOptions::default().set_fast();
    let fields = Fields {
        id: schema.add_text_field("id", STRING | FAST),
        title: schema.add_text_field("title", prose()),
        body: schema.add_text_field("body", text(concepts::NAME) | STORED),
        causes: schema.add_text_field("causes", prose()),
        resolution: schema.add_text_field("resolution", prose()),
        impact: schema.add_text_field("impact", prose()),
        timeline: schema.add_text_field("timeline", prose()),
        actions: schema.add_text_field("actions", prose()),
        organization: schema.add_text_field("organization", prose() | FAST),
        services: schema.add_text_field("services", prose()),
        cause: schema.add_text_field("cause", label()),
        detection: schema.add_text_field("detection", label()),
        trigger: schema.add_text_field("trigger", label()),
        severity: schema.add_text_field("severity", label()),
        quarter: schema.add_text_field("quarter", label()),
        date: schema.add_date_field("date", DateOptions::default().set_fast()),
        ttr: schema.add_f64_field("ttr", number()),
        ttd: schema.add_f64_field("ttd", number()),
        has: schema.add_text_field("has", STRING),
        record: schema.add_text_field("record", STORED),
        fix: schema.add_text_field("fix", STORED),
        passages: schema.add_u64_field(meaning::FIELD, number()),
    };
    (schema.build(), fields)
}

impl Fields {
    /// The entry of one document.
    pub fn entry(&self, document: &Document, record: &Record) -> serde_json::Result<TantivyDocument> {
        let mut entry = TantivyDocument::default();
        let mut text = |field, text: &str| {
            if !text.is_empty() {
                entry.add_text(field, text);
            }
        };
        let parts = sections(document, record);
        text(self.id, &record.id);
        text(self.title, record.title.as_deref().unwrap_or_default());
        text(self.causes, &parts.cause);
        text(self.resolution, &parts.resolution);
        text(self.impact, &parts.impact);
        text(self.timeline, &parts.timeline);
        text(self.actions, &parts.actions);
        text(self.fix, &parts.fix);
        text(self.organization, record.organization.as_deref().unwrap_or_default());
        for service in &record.services {
            text(self.services, service);
        }
        text(self.cause, record.root_cause.as_str());
        text(self.detection, record.detection_source.as_str());
        text(self.trigger, record.trigger.as_str());
        text(self.severity, &severity(record.severity.as_deref().unwrap_or_default()));
        text(self.quarter, &record.when().and_then(|when| when.quarter()).unwrap_or_default());
        record.told().for_each(|field| text(self.has, field));
        if record.is_incident {
            text(self.has, INCIDENT);
        }
        entry.add_text(self.body, &document.text);
        let beside = beside(document, record);
        if !beside.is_empty() {
            entry.add_text(self.body, beside);
        }
        if let Some(seconds) = midnight(record) {
            entry.add_date(self.date, tantivy::DateTime::from_timestamp_secs(seconds));
        }
        for eight in meaning::of_text(&document.text) {
            entry.add_u64(self.passages, eight);
        }
        for (field, minutes) in [(self.ttr, record.ttr_minutes), (self.ttd, record.ttd_minutes)] {
            if let Some(minutes) = minutes {
                entry.add_f64(field, minutes);
            }
        }
        entry.add_text(self.record, serde_json::to_string(record)?);
        Ok(entry)
    }
}

/// What the record names that does not stand in the text: a page's title, what a person corrected. With it the body holds
/// every word that finds the document, and what must match is looked for there alone.
fn beside(document: &Document, record: &Record) -> String {
    let names = record.title.iter().chain(&record.organization).chain(&record.services);
    let missing = names.filter(|name| !document.text.contains(name.as_str())).map(String::as_str);
    missing.collect::<Vec<_>>().join("\n")
}

/// A severity as it is compared: `SEV-1`, `Sev 1` and `sev1` are one.
pub fn severity(written: &str) -> String {
    written.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The start of the day that the record is counted under, in seconds since 1970.
fn midnight(record: &Record) -> Option<i64> {
    let day = record.when()?.date()?.to_datetime(Time::midnight());
    jiff::tz::Offset::UTC.to_timestamp(day).ok().map(|instant| instant.as_second())
}
