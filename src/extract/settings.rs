//! What users may say about extraction: their own taxonomy, phrases of their trade, and how sure an answer has to be.
//!
//! The labels of the record stay those of the guide, so that figures of different houses can be compared. A user's own
//! taxonomy is a view of them: each category of `coroner.toml` takes some root causes over (which renames or merges them), or is
//! known by phrases of its own, or both, and the record's `category` holds it beside `root_cause`. Phrases for the labels
//! themselves count as much as the program's own most certain ones; they are evidence, not verdicts. `docs/config.md` has
//! an example. Leaves to others: where the file lies (`cli`).

use std::fmt;

use serde::Deserialize;

use super::category::Field;
use super::cues::Cues;
use crate::record::RootCause;

/// The settings of a run.
pub struct Settings {
    /// The confidence below which a label is unknown, from 0 to 1.
    pub min_confidence: f32,
    categories: Vec<Category>,
    /// The phrases of each category, by its number.
    own: Option<Cues<usize>>,
    /// The phrases for labels: the field, and the number of the label in it.
    labels: Option<Cues<(usize, usize)>>,
    text: String,
}

struct Category {
    name: String,
    /// The root causes it takes over; where it names none, it may take any.
    of: Vec<RootCause>,
    has_cues: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Settings").field(&self.identity()).finish()
    }
}

/// `coroner.toml` as it is written.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    min_confidence: f32,
    #[serde(default)]
    category: Vec<FileCategory>,
    #[serde(default)]
    cues: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCategory {
    name: String,
    #[serde(default)]
    of: Vec<String>,
    #[serde(default)]
    cues: Vec<String>,
}

/// What a phrase of a user counts for: as much as the most certain of the program's own.
const CERTAIN: f32 = 3.0;

impl Default for Settings {
    fn default() -> Settings {
        Settings { min_confidence: 0.0, categories: Vec::new(), own: None, labels: None, text: String::new() }
    }
}

impl Settings {
    /// Reads settings from the text of a `coroner.toml`. An error says what is wrong and what would be right.
    pub fn parse(text: &str) -> Result<Settings, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        if !(0.0..=1.0).contains(&file.min_confidence) {
            return Err(format!("min_confidence is {}; it is a chance, from 0 to 1", file.min_confidence));
        }
        let mut categories = Vec::new();
        let mut own = String::new();
        for (nth, category) in file.category.iter().enumerate() {
            let name = category.name.trim();
            if name.is_empty() {
                return Err("a [[category]] has no name".to_owned());
            }
            if category.of.is_empty() && category.cues.is_empty() {
                return Err(format!("category {name:?} has neither `of` nor `cues`, so no incident would be in it"));
            }
            let of = category.of.iter().map(|label| label.parse().map_err(|why| format!("category {name:?}: {why}")));
            let of = of.collect::<Result<Vec<RootCause>, String>>()?;
            rows(&mut own, &nth.to_string(), &category.cues).map_err(|why| format!("category {name:?}: {why}"))?;
            categories.push(Category { name: name.to_owned(), of, has_cues: !category.cues.is_empty() });
        }
        let labels = label_cues(&file.cues)?;
        let compiled = |problem: String| format!("a cue is no pattern: {problem}");
        let number = |name: &str| name.parse().ok();
        let pair = |name: &str| name.split_once('/').and_then(|(field, label)| Some((number(field)?, number(label)?)));
        Ok(Settings {
            min_confidence: file.min_confidence,
            categories,
            own: if own.is_empty() { None } else { Some(Cues::compile(&own, number).map_err(compiled)?) },
            labels: if labels.is_empty() { None } else { Some(Cues::compile(&labels, pair).map_err(compiled)?) },
            text: text.to_owned(),
        })
    }

    /// What tells these settings from others; empty where nothing is set.
    pub fn identity(&self) -> String {
        let floor = if self.min_confidence > 0.0 { format!("{}\n", self.min_confidence) } else { String::new() };
        floor + &self.text
    }

    /// Raises the strength of the labels that a user's phrases speak for.
    pub(super) fn strengthen(&self, field: Field, text: &str, cues: &mut [f32]) {
        for row in self.labels.iter().flat_map(|labels| labels.matches(text)) {
            let (of, label) = row.kind;
            if let Some(cue) = cues.get_mut(label).filter(|_| of == field as usize) {
                *cue = cue.max(CERTAIN);
            }
        }
    }

    /// The categories whose phrases stand in `text`, by number.
    pub(super) fn spoken_of<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.own.iter().flat_map(move |own| own.matches(text)).map(|row| row.kind)
    }

    pub(super) fn has_own_cues(&self) -> bool {
        self.own.is_some()
    }

    /// The category of an incident: of those whose phrases are in it (`spoken`, the strongest first) the first that takes its
    /// cause; else the first without phrases that takes it; else its cause under its own name. With what spoke for it, if
    /// that was a phrase.
    pub(super) fn category<S: Copy>(&self, cause: RootCause, spoken: &[(usize, S)]) -> Option<(&str, Option<S>)> {
        let takes = |category: &Category| category.of.is_empty() || category.of.contains(&cause);
        let by_phrase = spoken.iter().find(|(nth, _)| takes(&self.categories[*nth]));
        if let Some((nth, said)) = by_phrase {
            return Some((&self.categories[*nth].name, Some(*said)));
        }
        if self.categories.is_empty() || cause == RootCause::Unknown {
            return None;
        }
        let by_cause = self.categories.iter().find(|category| !category.has_cues && takes(category));
        Some((by_cause.map_or(cause.as_str(), |category| &category.name), None))
    }
}

/// Adds the rows of a lexicon for the phrases of one kind.
fn rows(lexicon: &mut String, kind: &str, cues: &[String]) -> Result<(), String> {
    for cue in cues {
        if cue.trim().is_empty() || cue.contains(['\t', '\n', '\r']) {
            return Err(format!(
                "the cue {cue:?} is empty or holds a tab or a line break; write a space for white space"
            ));
        }
        lexicon.push_str(&format!("{kind}\t{CERTAIN}\t{}\n", cue.trim()));
    }
    Ok(())
}

/// The lexicon of `[cues.FIELD]` tables.
fn label_cues(tables: &toml::Table) -> Result<String, String> {
    let mut lexicon = String::new();
    for (name, table) in tables {
        let field = Field::ALL.into_iter().find(|field| field.name() == name);
        let names = || Field::ALL.map(Field::name).join(", ");
        let field = field.ok_or_else(|| format!("[cues.{name}]: there are cues for {}", names()))?;
        let cues = table.as_table().ok_or_else(|| format!("[cues.{name}] is no table of labels"))?;
        for (label, cues) in cues {
            let at = field.labels().iter().position(|known| known == label);
            let at = at.ok_or_else(|| {
                format!("[cues.{name}]: {label} is no label of it; there are {}", field.labels().join(", "))
            })?;
            let cues: Vec<String> =
                cues.clone().try_into().map_err(|_| format!("[cues.{name}] {label}: not a list of texts"))?;
            rows(&mut lexicon, &format!("{}/{at}", field as usize), &cues)?;
        }
    }
    Ok(lexicon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_takes_causes_over_or_is_known_by_its_phrases() {
        let settings = Settings::parse(
            r#"
            [[category]]
            name = "dns"
            of = ["network", "configuration"]
            cues = ["dns (record|zone)s?"]
            [[category]]
            name = "change"
            of = ["deployment", "configuration"]
            "#,
        )
        .unwrap();
        assert_eq!(settings.spoken_of("A wrong DNS record was published").collect::<Vec<_>>(), [0]);
        for (cause, spoken, expected) in [
            (RootCause::Configuration, &[(0, 'a')][..], Some(("dns", Some('a')))),
            (RootCause::Configuration, &[], Some(("change", None))),
            (RootCause::Hardware, &[(0, 'a')], Some(("hardware", None))),
            (RootCause::Unknown, &[(0, 'a')], None),
        ] {
            assert_eq!(settings.category(cause, spoken), expected, "{cause} {spoken:?}");
        }
        assert_eq!(Settings::default().category::<()>(RootCause::Network, &[]), None);
    }

    #[test]
    fn a_fault_in_the_file_says_what_would_be_right() {
        for (text, fault) in [
            ("min_confidence = 2", "it is a chance, from 0 to 1"),
            ("typo = 1", "unknown field `typo`"),
            ("[[category]]\nname = \"x\"", "neither `of` nor `cues`"),
            ("[[category]]\nname = \"x\"\nof = [\"weather\"]", "category \"x\":"),
            ("[[category]]\nname = \"x\"\ncues = [\"a(\"]", "a cue is no pattern"),
            ("[cues.severity]\nhigh = [\"x\"]", "there are cues for root_cause, trigger, detection_source"),
            ("[cues.trigger]\nmoon = [\"x\"]", "there are deploy, config_change"),
        ] {
            let error = Settings::parse(text).err().unwrap_or_default();
            assert!(error.contains(fault), "{text}: {error}");
        }
    }
}
