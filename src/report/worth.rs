//! Which fields of a period are most worth a human look.
//!
//! Two things make one so: that it may be wrong, and that the figures of the period would move if it were. The first is
//! one less its confidence, or a half where a warning contradicts it or where nothing was found; the second is how far
//! the figure moves when the value is left out. Their product ranks the list. What a person has corrected is not in it.

use anyhow::Result;

use super::data::{self, Told};
use crate::library::Generation;
use crate::trends::Period;
use crate::trends::stats::floor_log;
use crate::trends::tables::round4;

/// One field of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub id: String,
    pub field: &'static str,
    /// Blank where nothing is known.
    pub value: String,
    pub confidence: Option<f64>,
    /// How far the figure of the period moves without it: of the logarithm of a geometric mean, or of a share.
    pub effect: f64,
    pub score: f64,
    pub why: String,
    pub quote: String,
}

/// How likely to be wrong a value is of which nothing better is known.
const HALF: f64 = 0.5;

/// The fields of the incidents of a period, the most worth a look first.
pub fn worth_a_look(generation: &Generation, period: &Period) -> Result<Vec<Look>> {
    let told = data::told(generation, period)?;
    let mut looks = Vec::new();
    duration(&told, "ttr_minutes", "TTR", |told| told.ttr, &mut looks);
    duration(&told, "ttd_minutes", "TTD", |told| told.ttd, &mut looks);
    label(&told, "detection_source", |told| &told.detection, &mut looks);
    label(&told, "root_cause", |told| &told.cause, &mut looks);
    label(&told, "trigger", |told| &told.trigger, &mut looks);
    looks.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| (&a.id, a.field).cmp(&(&b.id, b.field))));
    Ok(looks)
}

fn duration(told: &[Told], field: &'static str, name: &str, of: fn(&Told) -> Option<f64>, looks: &mut Vec<Look>) {
    let logs: Vec<f64> = told.iter().filter_map(of).map(floor_log).collect();
    let (n, sum) = (logs.len() as f64, logs.iter().sum::<f64>());
    for told in told {
        let Some(minutes) = of(told) else {
            push(told, field, String::new(), 1.0 / (n + 1.0), "not known".to_owned(), HALF, looks);
            continue;
        };
        let log = floor_log(minutes);
        // Without the only value there is no figure at all.
        let effect = if n < 2.0 { 1.0 } else { ((sum - log) / (n - 1.0) - sum / n).abs() };
        let times = effect.exp();
        let moves = if n < 2.0 {
            "the only known value".to_owned()
        } else {
            format!("moves the geometric mean by a factor of {times:.2}")
        };
        let contradicted =
            told.warnings.iter().any(|warning| warning.starts_with("duration_mismatch") && warning.contains(name));
        let (why, least) =
            if contradicted { (format!("{moves}; the stated {name} disagrees"), HALF) } else { (moves, 0.0) };
        push(told, field, minutes.to_string(), effect, why, least, looks);
    }
}

fn label(told: &[Told], field: &'static str, of: fn(&Told) -> &String, looks: &mut Vec<Look>) {
    let n = told.iter().filter(|told| of(told) != "unknown").count() as f64;
    for told in told {
        if of(told) == "unknown" {
            push(told, field, String::new(), 1.0 / (n + 1.0), "not known".to_owned(), HALF, looks);
        } else {
            push(told, field, of(told).clone(), 1.0 / n, format!("one of {n} known"), 0.0, looks);
        }
    }
}

/// Adds a field, at least as doubtful as `least`.
fn push(told: &Told, field: &'static str, value: String, effect: f64, why: String, least: f64, looks: &mut Vec<Look>) {
    if told.human.contains_key(field) {
        return;
    }
    let confidence = told.confidence.get(field).copied();
    let doubt = confidence.map_or(HALF, |confidence| 1.0 - confidence).max(least);
    looks.push(Look {
        id: told.id.clone(),
        field,
        value,
        confidence,
        effect: round4(effect),
        score: round4(doubt * effect),
        why,
        quote: told
            .quote(field)
            .map(|quote| quote.split_whitespace().collect::<Vec<_>>().join(" "))
            .unwrap_or_default(),
    });
}
