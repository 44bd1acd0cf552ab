//! Hand labels: what a careful reader of a document wrote down, and when a record agrees with it.
//!
//! The format and the rules of agreement are those of the labelling guide (`docs/record.md` repeats the definitions): an
//! instant agrees to the minute, or to the day where the label knows no more; the same wall clock in another zone
//! agrees too; every value of a label's `*_also` list is as right as the label itself.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::when::When;

/// One labelled document.
#[derive(Clone, Debug, Deserialize)]
pub struct Label {
    /// The stem of the document's file name.
    pub id: String,
    #[serde(default = "yes")]
    pub is_incident: bool,
    /// Whose documents it belongs to; without one, the part of the id before the first hyphen.
    pub family: Option<String>,
    pub organization: Option<String>,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

fn yes() -> bool {
    true
}

impl Label {
    /// Reads a file of labels, one JSON object a line. An error names the line.
    pub fn read(file: &str) -> Result<Vec<Label>, String> {
        let lines = file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(nth, line)| serde_json::from_str(line).map_err(|e| format!("line {}: {e}", nth + 1))).collect()
    }

    /// The group that is held out together: documents of one organisation resemble each other.
    pub fn group(&self) -> &str {
        let prefix = group_of(&self.id);
        self.family.as_deref().or(self.organization.as_deref().filter(|_| prefix == self.id)).unwrap_or(prefix)
    }

    /// Every label of a field that counts as right, the first given first; "unknown" where the document does not tell.
    pub fn labels(&self, field: &str) -> Vec<&str> {
        let also = if field == "detection_source" { "detection_also".to_owned() } else { format!("{field}_also") };
        let label = self.fields.get(field).and_then(Value::as_str).unwrap_or("unknown");
        let more = self.fields.get(&also).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        std::iter::once(label).chain(more).collect()
    }

    /// Whether the label says anything of a field, were it that the document does not tell.
    pub fn speaks_of(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Every length in minutes that counts as right; none where the document does not tell it.
    pub fn minutes(&self, field: &str) -> Vec<f64> {
        let also = field.replace("_minutes", "_also");
        let Some(label) = self.fields.get(field).and_then(Value::as_f64) else { return Vec::new() };
        let more = self.fields.get(&also).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_f64);
        std::iter::once(label).chain(more).collect()
    }

    /// Every value of an instant that counts as right; none where the document does not tell it.
    pub fn instants(&self, field: &str) -> Vec<When> {
        let also = match field {
            "started_at" => "started_also",
            "resolved_at" => "resolved_also",
            _ => "detected_at_also",
        };
        let text = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
        let Some(label) = self.fields.get(field).and_then(text) else { return Vec::new() };
        let more = self.fields.get(also).and_then(Value::as_array).into_iter().flatten().filter_map(text);
        std::iter::once(label).chain(more).collect()
    }
}

/// The group of a document of which no label says whose it is: the part of the id before the first hyphen.
pub fn group_of(id: &str) -> &str {
    id.split('-').next().unwrap_or(id)
}

/// Whether a length of a record agrees with one of a label: within the larger of 2 minutes and 5 %.
pub fn agrees_in_minutes(found: f64, label: f64) -> bool {
    (found - label).abs() <= f64::max(2.0, 0.05 * label.abs())
}

/// Whether an instant of a record agrees with one of a label.
pub fn agrees(found: When, label: When) -> bool {
    let minutes = |a: When, b: When| Some(a.wall()?.duration_since(b.wall()?).as_secs_f64().abs() / 60.0);
    match (found, label) {
        (When::Clock(a, _), When::Clock(b, _)) => (a.hour(), a.minute()) == (b.hour(), b.minute()),
        (When::Clock(..), _) => false,
        (_, When::Clock(b, _)) => found.wall().is_some_and(|a| (a.hour(), a.minute()) == (b.hour(), b.minute())),
        (When::Day(a), When::Day(b)) => (a - b).get_days().abs() <= 1,
        (_, When::Day(day)) => found.date() == Some(day),
        (When::Day(_), _) => false,
        _ => {
            let instants = found.timestamp().zip(label.timestamp());
            instants.is_some_and(|(a, b)| a.duration_since(b).as_secs().abs() <= 60)
                || minutes(found, label).is_some_and(|m| m <= 1.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_agree_to_what_the_label_knows() {
        for (found, label, expected) in [
            ("2024-03-05T10:00:00Z", "2024-03-05T10:00:40Z", true),
            ("2024-03-05T10:00:00Z", "2024-03-05T10:02:00Z", false),
            ("2024-03-05T10:00:00Z", "2024-03-05T12:00:00+02:00", true),
            ("2024-03-05T10:00:00", "2024-03-05T10:00:00-08:00", true),
            ("2024-03-05T10:00:00Z", "2024-03-05", true),
            ("2024-03-05", "2024-03-06", true),
            ("2024-03-05", "2024-03-05T10:00:00Z", false),
            ("T10:00", "T10:00Z", true),
            ("2024-03-05T10:00:00Z", "T10:00Z", true),
            ("T10:00", "2024-03-05T10:00:00Z", false),
        ] {
            assert_eq!(agrees(found.parse().unwrap(), label.parse().unwrap()), expected, "{found} {label}");
        }
    }

    #[test]
    fn a_label_gives_its_instants_and_its_group() {
        let file = r#"{"id":"acme-001","started_at":"2024-03-05","started_also":["T10:00"],"resolved_at":null}"#;
        let label = &Label::read(file).unwrap()[0];
        assert_eq!(label.group(), "acme");
        assert_eq!(label.instants("started_at").len(), 2);
        assert!(label.instants("resolved_at").is_empty() && label.is_incident);
        assert!(Label::read("{").unwrap_err().starts_with("line 1: "));
    }
}
