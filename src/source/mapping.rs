//! Mappings: which column of a tracker's export says what. A mapping is a TOML file; some are built in (`data/mappings`).
//!
//! A mapping reads the rows of a table (`table`) and the objects of a list in JSON (`json`) that have all of the columns it `needs`, so
//! that an export is known by what it holds and not by its name. Mappings that the user names (`--mapping`) are asked before
//! every other form, the built-in ones after. A file `mapping.toml` beside an export is not picked up: a build must tell by
//! its command what it rests on, and an unchanged export would not be read again when a file beside it changed.
//!
//! Promises: each row is one document, what it states in lines and what it tells in sections headed by the column's name; a
//! mapping that is not right says which file, line and key. Leaves to others: what a time is the time of, which only who
//! knows the tracker can say; the comments of the built-in mappings give the reasons for theirs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use super::draft::{self, Draft, words};
use super::json::Form;
use super::{Name, Out};

/// One or several columns.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
enum Columns {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

impl Columns {
    fn names(&self) -> &[String] {
        match self {
            Columns::None => &[],
            Columns::One(name) => std::slice::from_ref(name),
            Columns::Several(names) => names,
        }
    }
}

/// What a mapping file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What is mapped, for messages.
    name: String,
    /// Columns that a file must have to be read by this mapping.
    needs: Vec<String>,
    /// The zone of times that state none: `UTC`, `Europe/Lisbon`.
    zone: Option<String>,
    /// How times are written, where not as RFC 3339 or seconds since 1970: `%d/%b/%y %I:%M %p`.
    time_format: Option<String>,
    /// The organisation whose tracker it is.
    organization: Option<String>,
    #[serde(default)]
    id: Columns,
    #[serde(default)]
    url: Columns,
    #[serde(default)]
    title: Columns,
    #[serde(default)]
    started: Columns,
    #[serde(default)]
    detected: Columns,
    #[serde(default)]
    mitigated: Columns,
    #[serde(default)]
    resolved: Columns,
    #[serde(default)]
    published: Columns,
    #[serde(default)]
    severity: Columns,
    #[serde(default)]
    services: Columns,
    /// How it was noticed.
    #[serde(default)]
    detection: Columns,
    #[serde(default)]
    cause: Columns,
    /// Free text, each column a section.
    #[serde(default)]
    text: Columns,
    /// Other columns to state, by what to call them.
    #[serde(default)]
    also: BTreeMap<String, String>,
    #[serde(skip)]
    tz: Option<TimeZone>,
}

/// A row of a table or an object of a list.
pub trait Row {
    /// Whether there is such a column.
    fn has(&self, column: &str) -> bool;
    /// The text in a column; blank where there is none.
    fn text(&self, column: &str) -> String;
}

impl Row for Value {
    fn has(&self, column: &str) -> bool {
        !select(self, column).is_empty()
    }

    fn text(&self, column: &str) -> String {
        let texts = select(self, column).into_iter().filter_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(is) => Some(is.to_string()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join(", ")
    }
}

impl Form for Mapping {
    fn knows(&self, item: &Value) -> bool {
        item.is_object() && self.fits(item)
    }

    fn read(&self, item: &Value, _around: &Value, name: &Name, out: &mut Out) {
        self.give(item, name, out);
    }
}

impl Mapping {
    /// Reads a mapping; the error says where it is wrong and what to do.
    pub fn parse(text: &str) -> Result<Mapping, String> {
        let mut mapping: Mapping = toml::from_str(text).map_err(|error| error.to_string())?;
        if mapping.needs.is_empty() {
            return Err("`needs` names no column: name those by which a file is known".to_owned());
        }
        if let Some(zone) = &mapping.zone {
            mapping.tz = Some(TimeZone::get(zone).map_err(|why| format!("`zone`: {why}; such as `Europe/Lisbon`"))?);
        }
        if let Some(format) = &mapping.time_format
            && let Err(why) = jiff::fmt::strtime::format(format, DateTime::constant(2025, 3, 18, 14, 12, 0, 0))
        {
            return Err(format!("`time_format`: {why}; such as `%d/%b/%y %I:%M %p`"));
        }
        Ok(mapping)
    }

    /// What is mapped: `PagerDuty incidents (CSV)`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a row has all of the columns that the mapping needs.
    pub fn fits(&self, row: &impl Row) -> bool {
        self.needs.iter().all(|column| row.has(column))
    }

    /// Gives the document of a row.
    pub fn give(&self, row: &impl Row, name: &Name, out: &mut Out) {
        let first = |columns: &Columns| {
            columns
                .names()
                .iter()
                .map(|column| row.text(column))
                .find(|text| !text.trim().is_empty())
                .unwrap_or_default()
        };
        let mut draft = Draft::default();
        draft.meta("Organization", self.organization.as_deref().unwrap_or_default());
        draft.meta("Severity", &first(&self.severity));
        let services: Vec<String> = self.services.names().iter().map(|column| words(&row.text(column))).collect();
        draft.meta("Services", &services.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", "));
        for (key, columns) in [
            ("Started at", &self.started),
            ("Detected at", &self.detected),
            ("Mitigated at", &self.mitigated),
            ("Resolved at", &self.resolved),
            ("Published at", &self.published),
        ] {
            draft.meta(key, &self.time(&first(columns)));
        }
        for (key, column) in &self.also {
            draft.meta(key, &row.text(column));
        }
        draft.heading(1, &first(&self.title));
        for (heading, columns) in [("Root cause", &self.cause), ("Detection", &self.detection)] {
            let text = first(columns);
            if !text.trim().is_empty() {
                draft.heading(2, heading);
                draft.rich(&text);
            }
        }
        for column in self.text.names() {
            let text = row.text(column);
            if !text.trim().is_empty() {
                draft.heading(2, &heading(column));
                draft.rich(&text);
            }
        }
        let id = first(&self.id);
        let id = if id.trim().is_empty() { "row".to_owned() } else { id };
        draft.finish(name, &id, Some(words(&first(&self.url))), out);
    }

    /// A time as the documents write it, in the zone of the mapping where it states none.
    fn time(&self, value: &str) -> String {
        let value = words(value);
        let local = self.time_format.as_ref().and_then(|format| DateTime::strptime(format, &value).ok());
        let written = draft::time(&value);
        let local =
            local.or_else(|| written.parse::<DateTime>().ok().filter(|_| written.len() == "2025-03-18T14:12:00".len()));
        match (local, &self.tz) {
            (Some(local), Some(tz)) => match local.to_zoned(tz.clone()) {
                Ok(zoned) => draft::time(&zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
                Err(_) => written,
            },
            (Some(local), None) => local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            (None, _) => written,
        }
    }
}

/// `customer_impact_summary`, `Custom field (Root cause)`: as a heading of a section.
fn heading(column: &str) -> String {
    let name = column.strip_prefix("Custom field (").and_then(|name| name.strip_suffix(')'));
    let name = name.unwrap_or_else(|| column.rsplit('.').next().unwrap_or(column));
    super::statuspage::state(name)
}

/// The values at a path of keys parted by dots: `service.summary`. A list stands for each of its items, and `[key=value]` after a
/// key for those items only: `milestones[type=started].occurred_at`.
fn select<'v>(item: &'v Value, path: &str) -> Vec<&'v Value> {
    /// Values of one column at most.
    const MOST: usize = 200;
    // A column of a table that became JSON may have dots in its name.
    if let Some(value) = item.get(path) {
        return each(value).take(MOST).collect();
    }
    let mut found = vec![item];
    for step in steps(path) {
        let (key, condition) = match step.split_once('[') {
            Some((key, rest)) => (key, rest.trim_end_matches(']').split_once('=')),
            None => (step, None),
        };
        let holds = |value: &&Value| condition.is_none_or(|(path, wanted)| value.text(path) == wanted);
        let next = found.iter().filter_map(|value| value.get(key)).flat_map(each);
        found = next.filter(holds).take(MOST).collect();
    }
    found
}

fn each(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Null => Box::new(std::iter::empty()),
        other => Box::new(std::iter::once(other)),
    }
}

/// The path cut at the dots outside of brackets.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0i32;
    path.split(move |c: char| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        c == '.' && depth == 0
    })
}

/// The mappings that are part of the program, each with its file.
const BUILT_IN: &[(&str, &str)] = &[
    ("pagerduty-csv.toml", include_str!("../../data/mappings/pagerduty-csv.toml")),
    ("pagerduty.toml", include_str!("../../data/mappings/pagerduty.toml")),
    ("jira.toml", include_str!("../../data/mappings/jira.toml")),
    ("incident-io.toml", include_str!("../../data/mappings/incident-io.toml")),
    ("firehydrant.toml", include_str!("../../data/mappings/firehydrant.toml")),
    ("servicenow.toml", include_str!("../../data/mappings/servicenow.toml")),
];

/// The mappings that are part of the program, in the order in which they are asked.
pub fn built_in() -> &'static [Mapping] {
    static MAPPINGS: LazyLock<Vec<Mapping>> = LazyLock::new(|| {
        // They are part of the program and a test reads them; a fault in one is a fault in the build.
        BUILT_IN.iter().map(|(file, text)| Mapping::parse(text).unwrap_or_else(|why| panic!("{file}: {why}"))).collect()
    });
    &MAPPINGS
}

/// Reads the mapping file at `path`; the error names it.
pub fn load(path: &Path) -> Result<(Mapping, String), String> {
    let text = std::fs::read_to_string(path).map_err(|why| format!("reading the mapping {}: {why}", path.display()))?;
    let mapping = Mapping::parse(&text).map_err(|why| format!("the mapping {}: {why}", path.display()))?;
    Ok((mapping, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_built_in_mapping_can_be_read_and_has_a_name_of_its_own() {
        let mut names: Vec<&str> = built_in().iter().map(|mapping| mapping.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BUILT_IN.len());
    }

    #[test]
    fn a_path_leads_through_objects_and_lists() {
        let item = json!({
            "a.b": 1, "service": {"name": "API"}, "tags": ["x", "y", null],
            "marks": [{"type": "start", "at": "10:00"}, {"type": "end", "at": "11:00", "by": {"name": "Ann B."}}],
        });
        for (path, expected) in [
            ("a.b", "1"),
            ("service.name", "API"),
            ("tags", "x, y"),
            ("marks[type=end].at", "11:00"),
            ("marks[by.name=Ann B.].at", "11:00"),
            ("marks.at", "10:00, 11:00"),
            ("service.owner", ""),
            ("gone.at", ""),
            ("marks[", ""),
            ("", ""),
        ] {
            assert_eq!(item.text(path), expected, "{path}");
        }
    }

    #[test]
    fn times_get_the_zone_of_the_mapping_where_they_have_none() {
        let mapping = |extra: &str| Mapping::parse(&format!("name = 'x'\nneeds = ['a']\n{extra}")).unwrap();
        let lisbon = mapping("zone = 'Europe/Lisbon'\ntime_format = '%d/%b/%y %I:%M %p'");
        for (given, written) in [
            ("18/Jul/25 2:12 PM", "2025-07-18T14:12:00+01:00"),
            ("2025-01-18 14:12", "2025-01-18T14:12:00Z"),
            ("2025-07-18T14:12:00-05:00", "2025-07-18T14:12:00-05:00"),
            ("1742325665", "2025-03-18T19:21:05Z"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(lisbon.time(given), written, "{given}");
        }
        assert_eq!(mapping("").time("2025-01-18 14:12:09"), "2025-01-18T14:12:09");
    }

    #[test]
    fn a_wrong_mapping_says_what_is_wrong() {
        for (text, says) in [
            ("name = 'x'\nneeds = []", "`needs` names no column"),
            ("name = 'x'\nneeds = ['a']\nzone = 'Mars/Olympus'", "`zone`"),
            ("name = 'x'\nneeds = ['a']\nstart = 'b'", "unknown field `start`"),
            ("name = 'x'\nneeds = ['a']\ntime_format = '%'", "`time_format`"),
            ("name = ", "line 1"),
        ] {
            let why = Mapping::parse(text).unwrap_err();
            assert!(why.contains(says), "{why}");
        }
    }
}
