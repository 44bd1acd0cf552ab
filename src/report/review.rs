//! The review as numbers and sentences, before it is laid out.

use anyhow::Result;
use jiff::civil::Date;

use super::data::{self, Known, Named, Told};
use super::words;
use crate::library::Generation;
use crate::record::Human;
use crate::trends::tables::{
    Change, Count, Curve, Direction, Durations, Measure, Share, ShareField, changes, count_of, curve_of, directions,
    durations_of, groups, plain, share_of, shares_of, usual_comparisons, within,
};
use crate::trends::{self, Incident, Period, Quarter};

/// What is to be reviewed.
#[derive(Clone, Debug)]
pub struct Asked {
    pub period: Period,
    /// What it is compared with; none given stands for the period before and the same a year ago.
    pub compare: Vec<Period>,
}

/// A figure of the head of the review.
#[derive(Clone, Debug)]
pub struct Figure {
    pub name: &'static str,
    pub value: String,
    /// Its interval, or why there is none.
    pub interval: String,
    /// Of how many incidents it is known.
    pub known: String,
    /// Further figures of the same durations.
    pub more: Vec<String>,
    /// What changed, or that nothing detectable did.
    pub says: Vec<String>,
    pub definition: &'static str,
}

/// What one quarter has in the charts.
#[derive(Clone, Debug)]
pub struct Column {
    pub quarter: Quarter,
    pub count: Count,
    pub causes: Vec<Share>,
    pub detections: Vec<Share>,
    pub ttr: Durations,
    /// Day and minutes of each incident with a known time to resolve.
    pub dots: Vec<(Date, f64)>,
    /// Whether it lies in the period of the review.
    pub is_current: bool,
}

/// An incident to read, and why.
#[derive(Clone, Debug)]
pub struct Notable {
    pub told: Told,
    pub reasons: Vec<String>,
    /// Field and quote.
    pub quotes: Vec<(&'static str, String)>,
}

/// A value that evidence supports poorly.
#[derive(Clone, Debug)]
pub struct Doubt {
    pub id: String,
    pub field: String,
    pub confidence: f64,
}

#[derive(Clone, Debug)]
pub struct Review {
    pub period: Period,
    pub compare: Vec<Period>,
    pub library: String,
    pub generation: u64,
    pub created: String,
    pub documents: u64,
    pub all_incidents: usize,
    pub undated: usize,
    /// Whether the library was built after the period had ended.
    pub is_over: bool,
    pub figures: Vec<Figure>,
    pub changes: Vec<Change>,
    pub directions: Vec<Direction>,
    pub columns: Vec<Column>,
    pub curve: Curve,
    /// That of all incidents before the period.
    pub curve_before: Curve,
    pub causes: Vec<Share>,
    pub causes_before: Vec<Share>,
    pub detections: Vec<Share>,
    pub services: Vec<Named>,
    pub repeats: Vec<Named>,
    pub notable: Vec<Notable>,
    pub missed: Vec<Told>,
    pub missed_says: String,
    pub coverage: Vec<Known>,
    pub warnings: Vec<(String, String)>,
    pub doubts: Vec<Doubt>,
    /// Record, field, and who corrected it why.
    pub corrected: Vec<(String, String, String)>,
}

/// Quarters that the charts show; more where the period itself has more, as its figures count them all.
const COLUMNS: i32 = 12;
/// Below this chance of being right a value is listed as doubtful.
const DOUBTFUL: f64 = 0.6;

/// Makes the review of a period from a library.
pub fn review(generation: &Generation, asked: &Asked) -> Result<Review> {
    let incidents = trends::incidents(generation)?;
    let told = data::told(generation, &asked.period)?;
    let (period, now) = (&asked.period, within(&incidents, &asked.period));
    let before: Vec<&Incident> =
        incidents.iter().filter(|incident| incident.day.is_some_and(|day| day < period.first)).collect();
    let compare = if asked.compare.is_empty() { usual_comparisons(&incidents, period) } else { asked.compare.clone() };
    let changes = changes(&incidents, period, &compare);
    let detections = shares_of(&now, ShareField::DetectionSource);
    let (missed, missed_says) = missed(&told, &detections);
    let created = &generation.manifest.created;
    Ok(Review {
        library: generation.library.display().to_string(),
        generation: generation.number,
        created: created.clone(),
        documents: generation.manifest.documents,
        all_incidents: incidents.len(),
        undated: incidents.iter().filter(|incident| incident.day.is_none()).count(),
        is_over: created.get(..10).and_then(|day| day.parse::<Date>().ok()).is_none_or(|made| made > period.last),
        figures: figures(&incidents, period, &now, &detections, &changes),
        directions: directions(&groups(&incidents)),
        columns: columns(&incidents, period),
        curve: curve_of(&now),
        curve_before: curve_of(&before),
        causes: shares_of(&now, ShareField::RootCause),
        causes_before: shares_of(&before, ShareField::RootCause),
        services: data::services(generation, period)?,
        repeats: data::repeats(generation, period)?,
        notable: notable(&told),
        coverage: data::coverage(generation, period)?,
        warnings: told.iter().flat_map(|t| t.warnings.iter().map(|w| (t.id.clone(), w.clone()))).collect(),
        doubts: doubts(&told),
        corrected: corrected(&told),
        period: asked.period.clone(),
        compare,
        detections,
        changes,
        missed,
        missed_says,
    })
}

const INCIDENTS: &str = "Documents that report one concrete incident whose day (of its start, or else of detection, \
    resolution, publication) lies in the period. The interval is the exact one for a Poisson count (Garwood): the rates that \
    would not be surprised by this number.";
const TTR: &str = "Minutes from the start of the impact to its end; where the start is not told, as the record's \
    ttr_basis says. The figure is the median, as one long incident moves a mean at will.";
const TTD: &str = "Minutes from the start of the impact until the people who own the service knew of it. The figure is \
    the median.";
const MONITORING: &str = "Incidents that an automated alert, health check or pager of the owners noticed first, as a \
    share of those whose detection source is known. The interval is Wilson's.";

fn figures(
    incidents: &[Incident],
    period: &Period,
    now: &[&Incident],
    detections: &[Share],
    changes: &[Change],
) -> Vec<Figure> {
    let says = |measure: Measure| {
        let of = changes.iter().filter(|change| change.measure == measure).map(|change| change.says.clone());
        let of: Vec<_> = of.collect();
        if of.is_empty() { vec!["There is no earlier period in the library to compare with.".to_owned()] } else { of }
    };
    let count = count_of(incidents, period);
    let durations = |name, measure, definition| {
        let found = durations_of(now, measure);
        Figure {
            name,
            value: found.estimate.as_ref().map_or("unknown".to_owned(), |estimate| words::minutes(estimate.median)),
            interval: words::median_interval(&found),
            known: words::known(found.n_known(), found.n),
            more: more(&found),
            says: says(measure),
            definition,
        }
    };
    let n_known = detections.first().map_or(0, |share| share.n_known);
    let share = share_of(detections, "monitoring");
    vec![
        Figure {
            name: "Incidents",
            value: count.n.to_string(),
            interval: count.interval.map_or_else(String::new, |found| words::interval(found, "")),
            known: format!("of {} in the library, {} without a date", incidents.len(), {
                incidents.iter().filter(|incident| incident.day.is_none()).count()
            }),
            more: Vec::new(),
            says: says(Measure::Incidents),
            definition: INCIDENTS,
        },
        durations("Time to resolve", Measure::Ttr, TTR),
        durations("Time to detect", Measure::Ttd, TTD),
        Figure {
            name: "Found by monitoring",
            value: share.as_ref().and_then(|s| s.percent).map_or("unknown".to_owned(), |p| format!("{} %", plain(p))),
            interval: share.as_ref().map_or_else(|| "no detection source is known".to_owned(), words::share_interval),
            known: words::known(n_known, now.len()),
            more: share.map(|s| format!("{} of {} with a known source", s.n, s.n_known)).into_iter().collect(),
            says: says(Measure::Monitoring),
            definition: MONITORING,
        },
    ]
}

/// Geometric mean, p90, and the mean with what one incident makes of it.
fn more(durations: &Durations) -> Vec<String> {
    let Some(estimate) = &durations.estimate else { return Vec::new() };
    let mut more = vec![match estimate.geometric_mean_interval {
        Some(found) => {
            format!("geometric mean {} min, {}", plain(estimate.geometric_mean), words::interval(found, " min"))
        }
        None => format!("geometric mean {} min", plain(estimate.geometric_mean)),
    }];
    more.push(match (estimate.p90, estimate.p90_interval) {
        (Some(p90), Some(found)) => format!("p90 {}, {}", words::minutes(p90), words::interval(found, " min")),
        (Some(p90), None) => format!("p90 {}", words::minutes(p90)),
        (None, _) => format!("no p90: it takes 20 values, and there are {}", durations.n_known()),
    });
    if let Some((mean, largest)) = durations.mean {
        let n = durations.n_known();
        more.push(format!("mean {} min of n = {n}, {} % of it the longest incident", plain(mean), plain(largest)));
    }
    more
}

fn columns(incidents: &[Incident], period: &Period) -> Vec<Column> {
    let (first, last) = (Quarter::of(period.first), Quarter::of(period.last));
    let earliest = incidents.iter().filter_map(Incident::quarter).min().unwrap_or(first).min(first);
    let from = last.plus(1 - COLUMNS).min(first).max(earliest);
    Quarter::range(from, last)
        .map(|quarter| {
            let group = within(incidents, &quarter.period());
            Column {
                count: count_of(incidents, &quarter.period()),
                causes: shares_of(&group, ShareField::RootCause),
                detections: shares_of(&group, ShareField::DetectionSource),
                ttr: durations_of(&group, Measure::Ttr),
                dots: group.iter().filter_map(|incident| incident.day.zip(incident.ttr)).collect(),
                is_current: quarter >= first && quarter <= last,
                quarter,
            }
        })
        .collect()
}

/// The longest to resolve, the longest unnoticed, and those of the highest severities.
fn notable(told: &[Told]) -> Vec<Notable> {
    let mut picked: Vec<(usize, Vec<String>)> = Vec::new();
    let mut pick = |at: usize, reason: String| match picked.iter_mut().find(|(known, _)| *known == at) {
        Some((_, reasons)) => reasons.push(reason),
        None => picked.push((at, vec![reason])),
    };
    let longest = |of: fn(&Told) -> Option<f64>, many: usize| {
        let mut order: Vec<(usize, f64)> =
            told.iter().enumerate().filter_map(|(at, told)| Some((at, of(told).filter(|m| *m > 0.0)?))).collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        order.truncate(many);
        order
    };
    for (place, (at, minutes)) in longest(|told| told.ttr, 3).into_iter().enumerate() {
        let rank = ["slowest to resolve", "second slowest", "third slowest"][place];
        pick(at, format!("{rank}: {}", words::minutes(minutes)));
    }
    for (at, minutes) in longest(|told| told.ttd, 1) {
        pick(at, format!("longest unnoticed: {}", words::minutes(minutes)));
    }
    for (at, told) in told.iter().enumerate() {
        let severity = told.severity.as_deref().unwrap_or_default();
        let plain: String = severity.chars().filter(char::is_ascii_alphanumeric).collect();
        if ["sev1", "sev0", "p1", "p0", "s1", "critical"].iter().any(|highest| plain.eq_ignore_ascii_case(highest)) {
            pick(at, format!("severity {severity}"));
        }
    }
    picked.truncate(6);
    let fields = [("root_cause", "Root cause"), ("detection_source", "Detection"), ("resolved_at", "Resolution")];
    picked
        .into_iter()
        .map(|(at, reasons)| {
            let told = told[at].clone();
            let mut quotes: Vec<(&str, String)> = Vec::new();
            for (field, name) in fields {
                if let Some(quote) =
                    told.quote(field).map(|quote| quote.split_whitespace().collect::<Vec<_>>().join(" "))
                    && !quotes.iter().any(|(_, known)| *known == quote)
                {
                    quotes.push((name, quote));
                }
            }
            Notable { told, reasons, quotes }
        })
        .collect()
}

/// The incidents that somebody noticed before monitoring did, the longest unnoticed first, and a sentence on them.
fn missed(told: &[Told], detections: &[Share]) -> (Vec<Told>, String) {
    let mut missed: Vec<Told> =
        told.iter().filter(|told| told.detection != "monitoring" && told.detection != "unknown").cloned().collect();
    missed.sort_by(|a, b| b.ttd.unwrap_or(-1.0).total_cmp(&a.ttd.unwrap_or(-1.0)).then_with(|| a.id.cmp(&b.id)));
    let (known, all) = detections.first().map_or((0, 0), |share| (share.n_known, share.n_all));
    let unknown = all - known;
    let says = match (missed.len(), known) {
        (_, 0) => "Of no incident is it known who noticed first.".to_owned(),
        (0, known) => {
            format!("Monitoring found all {known} whose detection source is known; of {unknown} it is not known.")
        }
        (n, known) => {
            format!(
                "Of {known} incidents whose detection source is known, {n} reached people before an alert did; of {unknown} it is not known."
            )
        }
    };
    (missed, says)
}

fn corrected(told: &[Told]) -> Vec<(String, String, String)> {
    let of = |told: &Told| {
        let says = |(field, human): (&String, &Human)| {
            (told.id.clone(), field.clone(), format!("{}: {}", human.who, human.why))
        };
        told.human.iter().map(says).collect::<Vec<_>>()
    };
    told.iter().flat_map(of).collect()
}

fn doubts(told: &[Told]) -> Vec<Doubt> {
    let of = |told: &Told| {
        // Further labels (`root_cause_also.capacity`) are doubtful by their nature.
        let doubtful = told.confidence.iter().filter(|(field, chance)| **chance < DOUBTFUL && !field.contains('.'));
        let doubt = |(field, confidence): (&String, &f64)| Doubt {
            id: told.id.clone(),
            field: field.clone(),
            confidence: *confidence,
        };
        doubtful.map(doubt).collect::<Vec<_>>()
    };
    let mut doubts: Vec<Doubt> = told.iter().flat_map(of).collect();
    doubts
        .sort_by(|a, b| a.confidence.total_cmp(&b.confidence).then_with(|| (&a.id, &a.field).cmp(&(&b.id, &b.field))));
    doubts
}

/// What the review is of and what it was made from.
pub fn about(review: &Review) -> String {
    let Review { period, library, generation, created, documents, all_incidents, .. } = review;
    let against: Vec<_> = review.compare.iter().map(|period| period.label.as_str()).collect();
    let against = if against.is_empty() { String::new() } else { format!(", compared with {}", against.join(" and ")) };
    format!(
        "{} to {}{against}. From the library {library}, generation {generation}, built {created}: {documents} documents, \
         {all_incidents} incidents. Made by Coroner {}.",
        period.first,
        period.last,
        env!("CARGO_PKG_VERSION"),
    )
}

/// The notice on a period that goes on after the library was built.
pub fn not_over(review: &Review) -> String {
    format!(
        "The library was built on {}, before the period was over: incidents are missing.",
        review.created.get(..10).unwrap_or(&review.created)
    )
}

pub fn undated(review: &Review) -> String {
    let verb = if review.undated == 1 { "has" } else { "have" };
    format!(
        "{} of the {} incidents of the library {verb} no date and cannot be counted in any period.",
        review.undated, review.all_incidents
    )
}

/// The fields of an incident in one line, those that are known.
pub fn facts(told: &Told) -> String {
    let mut facts = vec![told.id.clone()];
    facts.extend(told.date.clone());
    facts.extend(told.severity.clone());
    facts.extend(told.ttr.map(|minutes| format!("TTR {}", words::minutes(minutes))));
    facts.extend(told.ttd.map(|minutes| format!("TTD {}", words::minutes(minutes))));
    for (name, label) in [("cause", &told.cause), ("trigger", &told.trigger), ("noticed by", &told.detection)] {
        if label != "unknown" {
            facts.push(format!("{name} {}", words::label(label)));
        }
    }
    if !told.services.is_empty() {
        facts.push(told.services.join(", "));
    }
    facts.join(" · ")
}
