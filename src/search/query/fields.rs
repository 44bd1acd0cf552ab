//! The fields that a query may name, each with its other names, and what its values are.

use tantivy::schema::Field;

use crate::record::{DetectionSource, RootCause, Trigger};
use crate::search::schema::{self, Fields};

/// A field of text: values are words, phrases, beginnings of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    Title,
    Body,
    Causes,
    Resolution,
    Impact,
    Timeline,
    Actions,
    Organization,
    Services,
}

impl Text {
    /// The field of text of that name.
    pub fn named(name: &str) -> Option<Text> {
        match find(name) {
            Some(Kind::Text(field)) => Some(field),
            _ => None,
        }
    }

    /// The field of the index.
    pub fn of(self, fields: &Fields) -> Field {
        match self {
            Text::Title => fields.title,
            Text::Body => fields.body,
            Text::Causes => fields.causes,
            Text::Resolution => fields.resolution,
            Text::Impact => fields.impact,
            Text::Timeline => fields.timeline,
            Text::Actions => fields.actions,
            Text::Organization => fields.organization,
            Text::Services => fields.services,
        }
    }
}

/// A field with a label as its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    Cause,
    Detection,
    Trigger,
    Severity,
    Id,
}

/// A field whose values have an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Date,
    Ttr,
    Ttd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text(Text),
    Label(Label),
    Column(Column),
    Has,
    Is,
}

/// Each field by the name that messages and docs use, then its other names.
pub const NAMES: &[(&[&str], Kind)] = &[
    (&["title"], Kind::Text(Text::Title)),
    (&["body", "text"], Kind::Text(Text::Body)),
    (&["why"], Kind::Text(Text::Causes)),
    (&["resolution", "fix"], Kind::Text(Text::Resolution)),
    (&["impact"], Kind::Text(Text::Impact)),
    (&["timeline"], Kind::Text(Text::Timeline)),
    (&["action", "actions"], Kind::Text(Text::Actions)),
    (&["org", "organization", "organisation"], Kind::Text(Text::Organization)),
    (&["service", "services"], Kind::Text(Text::Services)),
    (&["cause", "root_cause"], Kind::Label(Label::Cause)),
    (&["detection", "detection_source"], Kind::Label(Label::Detection)),
    (&["trigger"], Kind::Label(Label::Trigger)),
    (&["severity", "sev"], Kind::Label(Label::Severity)),
    (&["id"], Kind::Label(Label::Id)),
    (&["date", "quarter"], Kind::Column(Column::Date)),
    (&["ttr", "ttr_minutes"], Kind::Column(Column::Ttr)),
    (&["ttd", "ttd_minutes"], Kind::Column(Column::Ttd)),
    (&["has"], Kind::Has),
    (&["is"], Kind::Is),
];

/// The field of that name.
pub fn find(name: &str) -> Option<Kind> {
    let name = name.to_ascii_lowercase();
    NAMES.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, kind)| *kind)
}

/// The names of the fields, for messages.
pub fn names() -> String {
    NAMES.iter().map(|(names, _)| names[0]).collect::<Vec<_>>().join(", ")
}

/// The values that a label may have, where they are fixed.
pub fn values(label: Label) -> Option<Vec<&'static str>> {
    Some(match label {
        Label::Cause => RootCause::ALL.iter().map(|label| label.as_str()).collect(),
        Label::Detection => DetectionSource::ALL.iter().map(|label| label.as_str()).collect(),
        Label::Trigger => Trigger::ALL.iter().map(|label| label.as_str()).collect(),
        Label::Severity | Label::Id => return None,
    })
}

/// What may stand after `has:`, and the field of the record that it asks for.
pub const TOLD: &[(&str, &str)] = &[
    ("title", "title"),
    ("org", "organization"),
    ("published", "published_at"),
    ("started", "started_at"),
    ("detected", "detected_at"),
    ("mitigated", "mitigated_at"),
    ("resolved", "resolved_at"),
    ("ttd", "ttd_minutes"),
    ("ttr", "ttr_minutes"),
    ("detection", "detection_source"),
    ("cause", "root_cause"),
    ("trigger", "trigger"),
    ("severity", "severity"),
    ("service", "services"),
    ("warning", "warnings"),
    ("correction", "human"),
];

/// The field of the record that `has:name` asks for.
pub fn told(name: &str) -> Option<&'static str> {
    let short = TOLD.iter().find(|(short, _)| *short == name).map(|(_, field)| *field);
    short.or_else(|| TOLD.iter().find(|(_, field)| *field == name).map(|(_, field)| *field))
}

/// What may stand after `is:`.
pub fn is(name: &str) -> Option<&'static str> {
    (name == schema::INCIDENT).then_some(schema::INCIDENT)
}

/// The one of `known` that is closest to what was typed, where one is close: it begins alike or differs in two letters.
pub fn closest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let best = known.map(|name| (distance(typed, name), name)).min()?;
    let (far, name) = best;
    (far <= 2 && far < typed.chars().count()).then_some(name)
}

/// Levenshtein's distance; a beginning of three letters and more counts as one step.
fn distance(typed: &str, name: &str) -> usize {
    if typed.len() >= 3 && name.starts_with(typed) {
        return 1;
    }
    let name: Vec<char> = name.chars().collect();
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (i, a) in typed.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in name.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::FIELDS;

    #[test]
    fn what_has_asks_for_are_fields_of_the_record() {
        for (_, field) in TOLD {
            assert!(FIELDS.iter().any(|known| known.name == *field), "{field}");
        }
    }

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        let names = || ["configuration", "capacity", "expiry"].into_iter();
        for (typed, meant) in [
            ("config", Some("configuration")),
            ("expiration", None),
            ("expirey", Some("expiry")),
            ("cpacity", Some("capacity")),
            ("", None),
            ("gremlins", None),
        ] {
            assert_eq!(closest(typed, names()), meant, "{typed}");
        }
    }
}
