//! The record: what Coroner knows of one incident, and the one definition of each of its fields.
//!
//! `record!` below states every field once (name, type, documentation). From that statement follow the Rust
//! struct, its JSON form (serde), the JSON Schema (`coroner schema`), the Parquet columns ([`FIELDS`],
//! [`Record::cells`]) and the reference in `docs/record.md`. The meaning of each field is that of the guide the
//! labels are made by; a field the document does not support is `None` / `unknown`, never a zero.
//!
//! Nothing here reads text or files: see `extract` for how a field is filled.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::document::Span;
pub use crate::when::When;

/// An enum of labels whose text form is fixed by the guide, with the meaning of each label beside it.
macro_rules! labels {
    ($(#[$doc:meta])* $name:ident, $default:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $($(#[doc = $vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every label, in the order of the guide.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The label as it is written in records, queries and tables.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// What the label means, for docs.
            pub fn meaning(self) -> &'static str {
                match self { $($name::$variant => concat!($($vdoc,)*).trim_ascii(),)* }
            }
        }

        impl Default for $name {
            fn default() -> $name { $name::$default }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(self.as_str()) }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<$name, String> {
                $name::ALL.iter().copied().find(|label| label.as_str() == text).ok_or_else(|| {
                    let known: Vec<_> = $name::ALL.iter().map(|label| label.as_str()).collect();
                    format!("`{text}` is not one of {}", known.join(", "))
                })
            }
        }
    };
}

labels! {
    /// How the owners of the service first became aware of the incident.
    DetectionSource, Unknown {
        /// An automated alert, monitor, health check, canary or pager of their own.
        Monitoring = "monitoring",
        /// Users or customers reported it: tickets, mails, forum, social media.
        Customer = "customer",
        /// A person in the organisation noticed without an alert: while working, testing, deploying, looking at a dashboard or log.
        Internal = "internal",
        /// Someone outside who is not a user in that role: a vendor, cloud provider, partner, security researcher.
        ThirdParty = "third_party",
        /// The document does not say.
        Unknown = "unknown",
    }
}

labels! {
    /// The deepest cause the document gives that turned normal operation into failure.
    RootCause, Unknown {
        /// A defect in code or design, own or in software they run.
        SoftwareBug = "software_bug",
        /// A wrong, missing or out-of-date setting, flag, rule, policy, limit, permission, DNS record, route or infrastructure definition.
        Configuration = "configuration",
        /// The process of change itself, where no more specific defect is named.
        Deployment = "deployment",
        /// Load beyond what was provisioned, or a resource run out, where no defect is named as the reason.
        Capacity = "capacity",
        /// A service run by someone else failed.
        Dependency = "dependency",
        /// Own connectivity, routing, BGP, DNS service, load balancer, switch, fibre.
        Network = "network",
        /// Server, disk, power, cooling, facility, natural disaster.
        Hardware = "hardware",
        /// An attack, abuse, DDoS, compromise, leaked credential or exploited vulnerability.
        Security = "security",
        /// A manual operation done wrong where the mistake itself is given as the cause.
        HumanError = "human_error",
        /// A certificate, credential, domain, licence or token ran out, or a time-related rollover.
        Expiry = "expiry",
        /// Not told, not found, or still under investigation.
        Unknown = "unknown",
    }
}

labels! {
    /// What set the incident off, where told.
    Trigger, Unknown {
        /// A deploy or release of software.
        Deploy = "deploy",
        /// A change of a setting.
        ConfigChange = "config_change",
        /// Planned work, migration, upgrade, manual operation.
        Maintenance = "maintenance",
        /// Growth of traffic or data.
        Load = "load",
        /// A provider or the outside world.
        External = "external",
        /// A piece of hardware failed.
        HardwareFailure = "hardware_failure",
        /// An attack or abuse.
        Attack = "attack",
        /// Expiry, a date, a scheduled job.
        Time = "time",
        /// Latent: nothing set it off.
        None = "none",
        /// The document does not say.
        Unknown = "unknown",
    }
}

labels! {
    /// What `ttr_minutes` was measured from.
    TtrBasis, Started {
        /// From `started_at`.
        Started = "started",
        /// From `detected_at`, the start being unknown.
        Detected = "detected",
        /// From the first to the last (Resolved) update of a status thread.
        FirstUpdate = "first_update",
        /// The figure that the document states.
        Stated = "stated",
    }
}

/// The words of the document that a field rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// First byte of the quote in the document's text.
    pub start: usize,
    /// One past the last byte of the quote in the document's text.
    pub end: usize,
    /// The quote: the text between `start` and `end`, to the letter.
    pub quote: String,
}

impl Evidence {
    /// The evidence that `text` holds at `span`.
    pub fn new(text: &str, span: Span) -> Evidence {
        Evidence { start: span.start, end: span.end, quote: text[span.start..span.end].to_owned() }
    }
}

/// What a person said of a field, in place of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Human {
    /// Who corrected it.
    pub who: String,
    /// Why it was wrong, or what shows it.
    pub why: String,
    /// What the program had found; blank where nothing.
    pub was: String,
}

/// How a field is stored in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Bool,
    Float,
    Text,
    /// A list of texts, stored as one text joined by `|` so that any SQL dialect can read it.
    TextList,
    /// A map or list, stored as JSON text.
    Json,
}

/// The value of one field of one record, ready for a column; `Null` where the document says nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Null,
    Bool(bool),
    Float(f64),
    Text(String),
}

/// What is known of a field beside its value.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub doc: &'static str,
    pub column: Column,
}

/// A type that a field of the record may have.
trait FieldType: Sized {
    const COLUMN: Column;
    fn cell(&self) -> Cell;
    /// The value that a person wrote; an error in words where it is none.
    fn parse(text: &str) -> Result<Self, String>;
}

impl FieldType for bool {
    const COLUMN: Column = Column::Bool;
    fn cell(&self) -> Cell {
        Cell::Bool(*self)
    }
    fn parse(text: &str) -> Result<bool, String> {
        text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
    }
}

impl FieldType for String {
    const COLUMN: Column = Column::Text;
    fn cell(&self) -> Cell {
        Cell::Text(self.clone())
    }
    fn parse(text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }
}

impl FieldType for f64 {
    const COLUMN: Column = Column::Float;
    fn cell(&self) -> Cell {
        Cell::Float(*self)
    }
    fn parse(text: &str) -> Result<f64, String> {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        number.ok_or_else(|| format!("`{text}` is not a number of minutes, zero or more"))
    }
}

impl FieldType for When {
    const COLUMN: Column = Column::Text;
    fn cell(&self) -> Cell {
        Cell::Text(self.to_string())
    }
    fn parse(text: &str) -> Result<When, String> {
        text.parse()
    }
}

impl<T: FieldType> FieldType for Option<T> {
    const COLUMN: Column = T::COLUMN;
    fn cell(&self) -> Cell {
        self.as_ref().map_or(Cell::Null, T::cell)
    }
    fn parse(text: &str) -> Result<Option<T>, String> {
        if text.is_empty() { Ok(None) } else { T::parse(text).map(Some) }
    }
}

impl<T: ToString + FromStr<Err: fmt::Display>> FieldType for Vec<T> {
    const COLUMN: Column = Column::TextList;
    fn cell(&self) -> Cell {
        Cell::Text(self.iter().map(T::to_string).collect::<Vec<_>>().join("|"))
    }
    fn parse(text: &str) -> Result<Vec<T>, String> {
        let items = text.split('|').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| item.parse().map_err(|why: T::Err| why.to_string())).collect()
    }
}

impl<T: Serialize> FieldType for BTreeMap<String, T> {
    const COLUMN: Column = Column::Json;
    fn cell(&self) -> Cell {
        // Maps of strings to plain structs have no key or number that JSON cannot hold.
        Cell::Text(serde_json::to_string(self).unwrap_or_default())
    }
    fn parse(_: &str) -> Result<Self, String> {
        Err("it follows from other fields and cannot be set".to_owned())
    }
}

macro_rules! label_fields {
    ($($name:ident)*) => {$(
        impl FieldType for $name {
            const COLUMN: Column = Column::Text;
            fn cell(&self) -> Cell { Cell::Text(self.as_str().to_owned()) }
            fn parse(text: &str) -> Result<$name, String> { text.parse() }
        }
    )*};
}
label_fields!(DetectionSource RootCause Trigger TtrBasis);

macro_rules! record {
    ($($(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $name:ident: $type:ty,)*) => {
        /// What one document says of one incident.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Record { $($(#[doc = $doc])* $(#[serde($($serde)*)])? pub $name: $type,)* }

        /// Every field of [`Record`] in order: the source of columns and docs.
        pub const FIELDS: &[Field] = &[$(Field {
            name: stringify!($name),
            doc: concat!($($doc,)*),
            column: <$type as FieldType>::COLUMN,
        },)*];

        impl Record {
            /// The values of the record in the order of [`FIELDS`].
            pub fn cells(&self) -> Vec<Cell> {
                vec![$(self.$name.cell(),)*]
            }

            /// Sets the field of that name to what a person wrote; an error in words where it is no value of it.
            pub fn set(&mut self, field: &str, text: &str) -> Result<(), String> {
                match field {
                    $(stringify!($name) => self.$name = <$type as FieldType>::parse(text)?,)*
                    _ => return Err(format!("there is no field `{field}`")),
                }
                Ok(())
            }
        }
    };
}

record! {
    /// Stable name of the record: the path relative to the input, or the `id` that the input gave.
    id: String,
    /// Where the text came from: the path as it was given, or `-` for standard input.
    source: String,
    /// Where a person can read it, where the input tells: an address, or `#` and a heading's anchor in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Language of the text, as its ISO 639-3 code, where there is enough of it to tell: `eng`, `deu`. Prose is read in English alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// Whether the document reports one concrete incident. The fields below are blank where it does not.
    is_incident: bool,
    /// The title a reader would give: front matter, heading, subject, or file name last.
    title: Option<String>,
    /// The organisation whose incident it is, where told.
    organization: Option<String>,
    /// When the document was published, where told. RFC 3339 with the offset where the zone is known, local without, or a date.
    published_at: Option<When>,
    /// Start of impact: when users or the affected function began to be hurt; the start of the fault where only that is told.
    started_at: Option<When>,
    /// When the people who own the service became aware.
    detected_at: Option<When>,
    /// When the impact was reduced, before it was over; blank where the document tells of no such step.
    mitigated_at: Option<When>,
    /// End of impact: when service was restored to its users.
    resolved_at: Option<When>,
    /// Time to detect (TTD), in minutes: detected_at - started_at, or the figure that the document states.
    ttd_minutes: Option<f64>,
    /// Time to resolve (TTR), in minutes: resolved_at - started_at, or as `ttr_basis` says.
    ttr_minutes: Option<f64>,
    /// What `ttr_minutes` was measured from.
    ttr_basis: Option<TtrBasis>,
    /// How the owners first became aware.
    detection_source: DetectionSource,
    /// Other ways by which they became aware, in the order told.
    detection_also: Vec<DetectionSource>,
    /// The deepest cause the document gives.
    root_cause: RootCause,
    /// Contributing categories that a careful reader would also accept.
    root_cause_also: Vec<RootCause>,
    /// The category of the user's own taxonomy, where `coroner.toml` gives one.
    category: Option<String>,
    /// What set the incident off.
    trigger: Trigger,
    /// Severity as written: `SEV-1`, `P2`, `critical`, `minor`.
    severity: Option<String>,
    /// Services named as affected.
    services: Vec<String>,
    /// Field name, or list and label (`root_cause_also.capacity`), to the words it rests on: byte offsets into the document's text, and the quote.
    evidence: BTreeMap<String, Evidence>,
    /// Field name, or list and label, to the chance, from 0 to 1, that the value is right.
    confidence: BTreeMap<String, f64>,
    /// What a reader should know before using the figures, each `code: explanation`, such as `duration_mismatch: ...`.
    warnings: Vec<String>,
    /// Field name to the correction by a person that it holds; such a field has neither evidence nor confidence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    human: BTreeMap<String, Human>,
}

/// The fields that coverage is counted for: those that the trend tables rest on.
pub const CORE_FIELDS: &[&str] = &[
    "started_at",
    "detected_at",
    "resolved_at",
    "ttd_minutes",
    "ttr_minutes",
    "detection_source",
    "root_cause",
    "trigger",
];

impl Record {
    /// The instant the incident is counted under: its start, or else detection, resolution, publication.
    pub fn when(&self) -> Option<&When> {
        [&self.started_at, &self.detected_at, &self.resolved_at, &self.published_at]
            .into_iter()
            .flatten()
            .find(|when| when.date().is_some())
    }

    /// Only what says which document it is: all that the record of a document has which reports no incident.
    pub fn document_only(self) -> Record {
        let kept = |field: &String| matches!(field.as_str(), "title" | "organization" | "published_at");
        Record {
            id: self.id,
            source: self.source,
            url: self.url,
            language: self.language,
            is_incident: self.is_incident,
            title: self.title,
            organization: self.organization,
            published_at: self.published_at,
            evidence: self.evidence.into_iter().filter(|(field, _)| kept(field)).collect(),
            confidence: self.confidence.into_iter().filter(|(field, _)| kept(field)).collect(),
            ..Record::default()
        }
    }

    /// Whether the document told the field of that name: not null, not `unknown`, not empty.
    pub fn has(&self, field: &str) -> bool {
        self.told().any(|told| told == field)
    }

    /// The names of the fields that the document told.
    pub fn told(&self) -> impl Iterator<Item = &'static str> {
        let is_told = |cell: &Cell| match cell {
            Cell::Null => false,
            Cell::Text(text) => !text.is_empty() && text != "unknown" && text != "{}",
            Cell::Bool(_) | Cell::Float(_) => true,
        };
        FIELDS.iter().zip(self.cells()).filter(move |(_, cell)| is_told(cell)).map(|(field, _)| field.name)
    }
}

/// The JSON Schema of [`Record`], draft 2020-12.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Record).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_record_has_nothing_and_says_unknown() {
        let blank = Record::default();
        for field in CORE_FIELDS {
            assert!(!blank.has(field), "{field}");
        }
        assert_eq!(serde_json::to_value(&blank).unwrap()["root_cause"], "unknown");
        assert_eq!(serde_json::to_value(&blank).unwrap()["ttd_minutes"], serde_json::Value::Null);
    }

    #[test]
    fn every_label_reads_back_as_itself() {
        for cause in RootCause::ALL {
            assert_eq!(cause.as_str().parse(), Ok(*cause));
            assert!(!cause.meaning().is_empty());
        }
        assert!("gremlins".parse::<RootCause>().unwrap_err().contains("software_bug"));
    }

    #[test]
    fn the_schema_names_every_field_with_its_documentation() {
        let schema = json_schema();
        for field in FIELDS {
            let property = &schema["properties"][field.name];
            assert!(property.is_object(), "{}", field.name);
            assert_eq!(property["description"], field.doc.trim(), "{}", field.name);
        }
    }
}
