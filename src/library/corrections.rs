//! Corrections: what people say of fields, in place of the program.
//!
//! A file of comma-separated values, `id,field,value,who,why`, one line a field: what `coroner review` asks for.
//! Each generation keeps the corrections that it was built with, so that a later build, a fresh one too, applies them
//! again. Promises: a corrected field is marked in the record ([`Record::human`]) with who, why and what stood there; a
//! duration that follows from corrected times follows them. An unknown field, an illegal value, an end before its start
//! and (for a file that is named) an unknown id are errors with their line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::store;
use crate::record::{Cell, FIELDS, Human, Record, TtrBasis};

pub const FILE: &str = "corrections.csv";

const COLUMNS: [&str; 5] = ["id", "field", "value", "who", "why"];
/// Fields that say which document it is or how a field was found.
const FIXED: [&str; 6] = ["id", "source", "evidence", "confidence", "warnings", "human"];

/// One line of the file.
#[derive(Clone, Debug)]
struct Correction {
    line: u64,
    value: String,
    who: String,
    why: String,
}

/// Corrections by id and field.
#[derive(Clone, Debug, Default)]
pub struct Corrections {
    path: PathBuf,
    by_id: BTreeMap<String, BTreeMap<String, Correction>>,
}

impl Corrections {
    /// Reads a file of corrections and checks all of it that can be checked without the documents.
    pub fn load(path: &Path) -> Result<Corrections> {
        let text = super::text_of(path)?;
        Corrections::parse(&text, path)
    }

    /// Those that the last generation of a library was built with, whole or not.
    pub fn kept(library: &Path) -> Result<Corrections> {
        match store::last_file(library, FILE) {
            Some(path) => Corrections::load(&path)
                .context("the corrections that the library keeps cannot be read; give others with --corrections FILE"),
            None => Ok(Corrections::default()),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Corrections> {
        let at = |line: u64, why: String| anyhow!("{} line {line}: {why}", path.display());
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let head = reader.headers().map_err(|error| at(1, error.to_string()))?.clone();
        if head.iter().ne(COLUMNS) {
            bail!(at(1, format!("the columns must be {}", COLUMNS.join(","))));
        }
        let mut corrections = Corrections { path: path.to_owned(), by_id: BTreeMap::new() };
        for row in reader.records() {
            let row = row.map_err(|error| at(error.position().map_or(0, csv::Position::line), error.to_string()))?;
            let line = row.position().map_or(0, csv::Position::line);
            let [id, field, value, who, why] =
                [0, 1, 2, 3, 4].map(|column| row.get(column).unwrap_or_default().to_owned());
            if [&id, &who, &why].iter().any(|told| told.is_empty()) {
                bail!(at(line, "id, who and why must not be blank".to_owned()));
            }
            if FIXED.contains(&field.as_str()) {
                bail!(at(line, format!("`{field}` cannot be corrected")));
            }
            if !FIELDS.iter().any(|known| known.name == field) {
                let known = FIELDS.iter().map(|field| field.name).filter(|name| !FIXED.contains(name));
                let known: Vec<_> = known.collect();
                bail!(at(line, format!("there is no field `{field}`; there are {}", known.join(", "))));
            }
            Record::default().set(&field, &value).map_err(|why| at(line, format!("{field}: {why}")))?;
            let fields = corrections.by_id.entry(id).or_default();
            if let Some(first) = fields.get(&field) {
                bail!(at(line, format!("line {} corrects the same field", first.line)));
            }
            fields.insert(field, Correction { line, value, who, why });
        }
        Ok(corrections)
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The file as a generation keeps it: the same corrections give the same bytes.
    pub fn text(&self) -> Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(COLUMNS)?;
        for (id, fields) in &self.by_id {
            for (field, correction) in fields {
                out.write_record([id, field, &correction.value, &correction.who, &correction.why])?;
            }
        }
        Ok(String::from_utf8(out.into_inner().map_err(|error| anyhow!("{error}"))?)?)
    }

    /// The ids whose corrections differ from those of `other`.
    pub fn differing(&self, other: &Corrections) -> BTreeSet<String> {
        let same = |id: &String| {
            let plain = |corrections: &Corrections| {
                let fields = corrections.by_id.get(id)?;
                Some(fields.iter().map(|(f, c)| [f, &c.value, &c.who, &c.why].map(String::clone)).collect::<Vec<_>>())
            };
            plain(self) == plain(other)
        };
        self.by_id.keys().chain(other.by_id.keys()).filter(|id| !same(id)).cloned().collect()
    }

    /// An error for the first correction whose id is not `known`.
    pub fn check_ids(&self, known: impl Fn(&str) -> bool) -> Result<()> {
        let unknown = self.by_id.iter().filter(|(id, _)| !known(id));
        let lines = unknown.flat_map(|(id, fields)| fields.values().map(move |correction| (correction.line, id)));
        match lines.min() {
            None => Ok(()),
            Some((line, id)) => bail!(
                "{} line {line}: no document of the inputs has the id `{id}`; `coroner search` finds ids by words",
                self.path.display()
            ),
        }
    }

    /// The corrections whose document is not there: kept, and of no effect.
    pub fn waiting(&self, known: impl Fn(&str) -> bool) -> Vec<String> {
        self.by_id.keys().filter(|id| !known(id)).cloned().collect()
    }

    /// Applies what there is on a record.
    pub fn apply(&self, record: &mut Record) -> Result<()> {
        let Some(fields) = self.by_id.get(&record.id) else { return Ok(()) };
        if fields.get("is_incident").is_some_and(|correction| correction.value == "false") {
            *record = std::mem::take(record).document_only();
        }
        for (field, correction) in fields {
            let human = Human { who: correction.who.clone(), why: correction.why.clone(), was: told(record, field) };
            record.set(field, &correction.value).map_err(|why| self.at(correction, &why))?;
            mark(record, field, human);
        }
        follow(record);
        // Detection may come before users are hurt; an end may not.
        if let Some(correction) = fields.get("resolved_at").or_else(|| fields.get("started_at"))
            && minutes(record, "started_at", "resolved_at").is_some_and(|minutes| minutes < 0.0)
        {
            return Err(self.at(correction, "`resolved_at` would lie before `started_at`"));
        }
        Ok(())
    }

    fn at(&self, correction: &Correction, why: &str) -> anyhow::Error {
        anyhow!("{} line {}: {why}", self.path.display(), correction.line)
    }
}

/// What a field says, as text; blank where nothing.
fn told(record: &Record, field: &str) -> String {
    let cell = FIELDS.iter().zip(record.cells()).find(|(known, _)| known.name == field).map(|(_, cell)| cell);
    match cell {
        Some(Cell::Text(text)) => text,
        Some(Cell::Float(number)) => number.to_string(),
        Some(Cell::Bool(yes)) => yes.to_string(),
        Some(Cell::Null) | None => String::new(),
    }
}

/// Marks a field as a person's: what the program rested it on stands for another value.
fn mark(record: &mut Record, field: &str, human: Human) {
    // With those of the labels of a list: `root_cause_also.capacity`.
    let is_of = |key: &String| key == field || key.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'));
    record.evidence.retain(|key, _| !is_of(key));
    record.confidence.retain(|key, _| !is_of(key));
    record.human.insert(field.to_owned(), human);
}

/// Minutes between two fields, where both are known and can be compared.
fn minutes(record: &Record, from: &str, to: &str) -> Option<f64> {
    let of = |field: &str| match field {
        "started_at" => record.started_at,
        "detected_at" => record.detected_at,
        _ => record.resolved_at,
    };
    let minutes = of(to)?.minutes_since(&of(from)?)?;
    Some((minutes * 10.0).round() / 10.0)
}

/// Lets the durations follow the times that were corrected, where they were not corrected themselves.
fn follow(record: &mut Record) {
    let by = |record: &Record, fields: [&str; 2]| {
        let found = fields.into_iter().find_map(|field| Some((field, record.human.get(field)?.clone())));
        found.map(|(field, human)| Human { why: format!("follows from {field}: {}", human.why), ..human })
    };
    let corrected = |record: &Record, field: &str| record.human.contains_key(field);
    if let Some(human) = by(record, ["started_at", "detected_at"])
        && !corrected(record, "ttd_minutes")
    {
        let human = Human { was: told(record, "ttd_minutes"), ..human };
        record.ttd_minutes = minutes(record, "started_at", "detected_at").filter(|minutes| *minutes >= 0.0);
        mark(record, "ttd_minutes", human);
    }
    if corrected(record, "ttr_minutes") {
        record.ttr_basis = record.ttr_minutes.and(record.ttr_basis);
        record.warnings.retain(|warning| !warning.contains("stated TTR"));
        return;
    }
    let from_start = minutes(record, "started_at", "resolved_at").filter(|minutes| *minutes > 0.0);
    let from_detection = minutes(record, "detected_at", "resolved_at").filter(|minutes| *minutes > 0.0);
    let end = by(record, ["resolved_at", "started_at"]).or_else(|| {
        by(record, ["detected_at", "resolved_at"]).filter(|_| record.ttr_basis == Some(TtrBasis::Detected))
    });
    let Some(human) = end else { return };
    let human = Human { was: told(record, "ttr_minutes"), ..human };
    let (found, basis) = match (from_start, from_detection) {
        (Some(found), _) => (Some(found), Some(TtrBasis::Started)),
        (None, Some(found)) if record.started_at.is_none() => (Some(found), Some(TtrBasis::Detected)),
        // A length that the document states does not rest on the times.
        _ if record.ttr_basis == Some(TtrBasis::Stated) => return,
        _ => (None, None),
    };
    (record.ttr_minutes, record.ttr_basis) = (found, basis);
    record.warnings.retain(|warning| !warning.contains("stated TTR"));
    mark(record, "ttr_minutes", human);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RootCause;

    fn parse(rows: &str) -> Result<Corrections> {
        Corrections::parse(&format!("id,field,value,who,why\n{rows}"), Path::new("c.csv"))
    }

    fn record() -> Record {
        Record {
            id: "a".into(),
            is_incident: true,
            started_at: "2025-01-01T10:00:00Z".parse().ok(),
            detected_at: "2025-01-01T10:05:00Z".parse().ok(),
            resolved_at: "2025-01-01T11:00:00Z".parse().ok(),
            ttd_minutes: Some(5.0),
            ttr_minutes: Some(60.0),
            ttr_basis: Some(TtrBasis::Started),
            root_cause: RootCause::Capacity,
            confidence: [("root_cause".to_owned(), 0.4), ("ttr_minutes".to_owned(), 0.9)].into(),
            warnings: vec![
                "duration_mismatch: the stated TTR of 90 min and the times, which give 60 min, disagree".into(),
            ],
            ..Record::default()
        }
    }

    fn corrected(rows: &str) -> Record {
        let mut record = record();
        parse(rows).unwrap().apply(&mut record).unwrap();
        record
    }

    #[test]
    fn a_corrected_field_says_who_and_why_and_what_stood_there() {
        let record = corrected("a,root_cause,expiry,mira,the certificate ran out\n");
        assert_eq!(record.root_cause, RootCause::Expiry);
        let human = &record.human["root_cause"];
        assert_eq!((human.who.as_str(), human.was.as_str()), ("mira", "capacity"));
        assert!(!record.confidence.contains_key("root_cause"));
        assert_eq!(record.ttr_minutes, Some(60.0));
    }

    #[test]
    fn durations_follow_corrected_times_unless_they_are_corrected_too() {
        let record = corrected("a,resolved_at,2025-01-01T12:30:00Z,mira,read the log\n");
        assert_eq!((record.ttr_minutes, record.ttd_minutes), (Some(150.0), Some(5.0)));
        assert_eq!(record.human["ttr_minutes"].was, "60");
        assert!(record.human["ttr_minutes"].why.starts_with("follows from resolved_at"));
        assert!(record.warnings.is_empty(), "the disagreement is settled");
        let record = corrected("a,resolved_at,,mira,it never says\n");
        assert_eq!((record.ttr_minutes, record.ttr_basis), (None, None));
        let record = corrected("a,started_at,2025-01-01T09:00:00Z,mira,earlier\na,ttr_minutes,90,mira,as stated\n");
        assert_eq!((record.ttr_minutes, record.ttd_minutes), (Some(90.0), Some(65.0)));
    }

    #[test]
    fn what_is_no_incident_is_blank() {
        let record = corrected("a,is_incident,false,mira,a drill\n");
        assert!(!record.is_incident && record.ttr_minutes.is_none() && record.started_at.is_none());
        assert_eq!(record.human["is_incident"].was, "true");
    }

    #[test]
    fn a_wrong_line_is_an_error_that_names_it() {
        for (rows, expected) in [
            ("a,root_cause,gremlins,m,w\n", "line 2: root_cause: `gremlins` is not one of software_bug"),
            ("a,ttr_minutes,-5,m,w\n", "line 2: ttr_minutes: `-5` is not a number of minutes"),
            ("a,started_at,yesterday,m,w\n", "line 2: started_at"),
            ("a,rootcause,expiry,m,w\n", "there is no field `rootcause`; there are url, language, is_incident"),
            ("a,id,b,m,w\n", "`id` cannot be corrected"),
            ("a,title,x,,w\n", "line 2: id, who and why must not be blank"),
            ("a,title,x,m,w\na,title,y,m,w\n", "line 3: line 2 corrects the same field"),
            ("a,title\n", "line 2"),
        ] {
            let error = parse(rows).unwrap_err().to_string();
            assert!(error.starts_with("c.csv line ") && error.contains(expected), "{rows}: {error}");
        }
        assert!(
            Corrections::parse("id,value\n", Path::new("c.csv"))
                .unwrap_err()
                .to_string()
                .contains("line 1: the columns")
        );
        let mut early = record();
        parse("a,detected_at,2025-01-01T09:50:00Z,m,w\n").unwrap().apply(&mut early).unwrap();
        assert_eq!(early.ttd_minutes, None, "who knew before the start has no time to detect");
        let backwards = parse("a,title,x,m,w\na,resolved_at,2025-01-01T09:00:00Z,m,w\n").unwrap();
        let error = backwards.apply(&mut record()).unwrap_err().to_string();
        assert!(error.contains("line 3: `resolved_at` would lie before `started_at`"), "{error}");
        let error = parse("a,title,x,m,w\nz,title,x,m,w\n").unwrap().check_ids(|id| id == "a").unwrap_err().to_string();
        assert!(error.contains("line 3: no document of the inputs has the id `z`"), "{error}");
    }

    #[test]
    fn the_kept_file_reads_back_as_the_same_corrections() {
        let given = parse("b,title,\"x, \"\"y\"\"\",m,w\na,root_cause,expiry,m,w\n").unwrap();
        let kept = Corrections::parse(&given.text().unwrap(), Path::new("kept")).unwrap();
        assert!(given.differing(&kept).is_empty());
        let other = parse("a,root_cause,network,m,w\n").unwrap();
        assert_eq!(given.differing(&other).into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }
}
