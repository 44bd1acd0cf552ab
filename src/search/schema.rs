//! The fields of the index, and what a document puts into each.
//!
//! The text of the document and its record (as JSON) are stored in the index, and nowhere else: a hit, its snippet
//! and `show` then cost one look-up by id, and the one segment merge that drops a document drops its text with it.

use jiff::civil::Time;
use tantivy::TantivyDocument;
use tantivy::schema::{
    DateOptions, FAST, Field, IndexRecordOption, NumericOptions, STORED, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use crate::document::Document;
use crate::record::Record;

/// The directory of the index in a generation.
pub const DIR: &str = "index";

/// Words are lower-cased and stemmed as English.
const ANALYZER: &str = "en_stem";

/// The fields, by what they hold.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    pub id: Field,
    pub title: Field,
    pub body: Field,
    pub organization: Field,
    pub services: Field,
    pub cause: Field,
    pub detection: Field,
    pub trigger: Field,
    pub quarter: Field,
    pub date: Field,
    pub ttr: Field,
    pub record: Field,
}

/// The fields that a query may name, for messages and help.
pub const NAMED: &[&str] =
    &["title", "body", "organization", "services", "cause", "detection", "trigger", "quarter", "date", "ttr", "id"];

/// The schema of the index and its fields.
pub fn schema() -> (Schema, Fields) {
    let mut schema = SchemaBuilder::new();
    let prose = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let fields = Fields {
        id: schema.add_text_field("id", STRING),
        title: schema.add_text_field("title", prose.clone()),
        body: schema.add_text_field("body", prose.clone() | STORED),
        organization: schema.add_text_field("organization", prose.clone()),
        services: schema.add_text_field("services", prose),
        cause: schema.add_text_field("cause", STRING | FAST),
        detection: schema.add_text_field("detection", STRING | FAST),
        trigger: schema.add_text_field("trigger", STRING | FAST),
        quarter: schema.add_text_field("quarter", STRING | FAST),
        date: schema.add_date_field("date", DateOptions::default().set_indexed().set_fast()),
        ttr: schema.add_f64_field("ttr", NumericOptions::default().set_indexed().set_fast()),
        record: schema.add_text_field("record", STORED),
    };
    (schema.build(), fields)
}

impl Fields {
    /// The entry of one document.
    pub fn entry(&self, document: &Document, record: &Record) -> serde_json::Result<TantivyDocument> {
        let mut entry = TantivyDocument::default();
        entry.add_text(self.id, &record.id);
        entry.add_text(self.title, record.title.as_deref().unwrap_or_default());
        entry.add_text(self.body, &document.text);
        entry.add_text(self.organization, record.organization.as_deref().unwrap_or_default());
        for service in &record.services {
            entry.add_text(self.services, service);
        }
        entry.add_text(self.cause, record.root_cause.as_str());
        entry.add_text(self.detection, record.detection_source.as_str());
        entry.add_text(self.trigger, record.trigger.as_str());
        if let Some(when) = record.when() {
            entry.add_text(self.quarter, when.quarter().unwrap_or_default());
        }
        if let Some(seconds) = midnight(record) {
            entry.add_date(self.date, tantivy::DateTime::from_timestamp_secs(seconds));
        }
        if let Some(minutes) = record.ttr_minutes {
            entry.add_f64(self.ttr, minutes);
        }
        entry.add_text(self.record, serde_json::to_string(record)?);
        Ok(entry)
    }
}

/// The start of the day that the record is counted under, in seconds since 1970.
fn midnight(record: &Record) -> Option<i64> {
    let day = record.when()?.date()?.to_datetime(Time::midnight());
    jiff::tz::Offset::UTC.to_timestamp(day).ok().map(|instant| instant.as_second())
}
