//! What part of the incidents each detection source, cause and trigger has, with intervals.

use super::super::stats::{Interval, wilson_interval};
use super::{Cell, Computed, Incident, Kind, UNKNOWN, number, percent, round1, table, text, whole};
use crate::record::{DetectionSource, RootCause, Trigger};

pub const TABLE: Computed = Computed {
    name: "shares",
    title: "Shares by quarter, with intervals",
    about: "\
Which part of the incidents each detection source, root cause and trigger has, quarter by quarter and in all.

quarter           calendar quarter of the incident's date; `unknown` where none is told; `all` for all incidents
field             detection_source, root_cause or trigger
label             its label; the row `unknown` has those whose document does not say, and no share
n_quarter         incidents of that quarter
n_known           of them, those whose label is known
coverage_percent  n_known as a share of n_quarter
n                 incidents of that quarter with that label
percent           n as a share of n_known
low, high         95 % interval for that share (Wilson 1927), in percent",
    make: |groups| {
        let rows = groups.iter().flat_map(|group| {
            let shares = ShareField::ALL.iter().flat_map(|field| shares_of(&group.incidents, *field));
            shares.map(|share| row(&group.label, &share))
        });
        table(&COLUMNS, rows.collect())
    },
};

const COLUMNS: [(&str, Kind); 10] = [
    ("quarter", Kind::Text),
    ("field", Kind::Text),
    ("label", Kind::Text),
    ("n_quarter", Kind::Int),
    ("n_known", Kind::Int),
    ("coverage_percent", Kind::Float),
    ("n", Kind::Int),
    ("percent", Kind::Float),
    ("low", Kind::Float),
    ("high", Kind::Float),
];

/// A field whose labels have shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareField {
    DetectionSource,
    RootCause,
    Trigger,
}

impl ShareField {
    pub const ALL: [ShareField; 3] = [ShareField::DetectionSource, ShareField::RootCause, ShareField::Trigger];

    pub fn name(self) -> &'static str {
        match self {
            ShareField::DetectionSource => "detection_source",
            ShareField::RootCause => "root_cause",
            ShareField::Trigger => "trigger",
        }
    }

    /// Its labels, in the order of the guide, `unknown` last.
    pub fn labels(self) -> Vec<&'static str> {
        match self {
            ShareField::DetectionSource => DetectionSource::ALL.iter().map(|label| label.as_str()).collect(),
            ShareField::RootCause => RootCause::ALL.iter().map(|label| label.as_str()).collect(),
            ShareField::Trigger => Trigger::ALL.iter().map(|label| label.as_str()).collect(),
        }
    }

    /// The place of the label of an incident among [`ShareField::labels`].
    pub fn place(self, incident: &Incident) -> usize {
        match self {
            ShareField::DetectionSource => incident.detection as usize,
            ShareField::RootCause => incident.cause as usize,
            ShareField::Trigger => incident.trigger as usize,
        }
    }
}

/// The part that one label has.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub field: ShareField,
    pub label: &'static str,
    pub n_all: usize,
    pub n_known: usize,
    pub n: usize,
    /// Of the known; none for `unknown`, and where nothing is known.
    pub percent: Option<f64>,
    /// In percent.
    pub interval: Option<Interval>,
}

impl Share {
    pub fn coverage(&self) -> Option<f64> {
        percent(self.n_known, self.n_all)
    }
}

/// The labels that some incident of the group has, the most frequent first, the unknown last.
pub fn shares_of(group: &[&Incident], field: ShareField) -> Vec<Share> {
    let labels = field.labels();
    let mut counts = vec![0; labels.len()];
    for incident in group {
        counts[field.place(incident)] += 1;
    }
    let n_unknown: usize = labels.iter().zip(&counts).filter(|(label, _)| **label == UNKNOWN).map(|(_, n)| n).sum();
    let n_known = group.len() - n_unknown;
    let mut shares: Vec<Share> = labels
        .into_iter()
        .zip(counts)
        .filter(|(_, n)| *n > 0)
        .map(|(label, n)| {
            let known = label != UNKNOWN;
            let interval = known.then(|| wilson_interval(n as u64, n_known as u64)).flatten();
            let interval = interval.map(|i| Interval { low: round1(100.0 * i.low), high: round1(100.0 * i.high) });
            let share = if known { percent(n, n_known) } else { None };
            Share { field, label, n_all: group.len(), n_known, n, percent: share, interval }
        })
        .collect();
    shares.sort_by_key(|share| (share.label == UNKNOWN, std::cmp::Reverse(share.n)));
    shares
}

/// The share that one known label has among [`shares_of`] a field, also where no incident has it; `None` where nothing is
/// known.
pub fn share_of(shares: &[Share], label: &'static str) -> Option<Share> {
    let none = |of: &Share| {
        let high = wilson_interval(0, of.n_known as u64)?.high;
        let interval = Some(Interval { low: 0.0, high: round1(100.0 * high) });
        Some(Share { label, n: 0, percent: Some(0.0), interval, ..of.clone() })
    };
    shares.iter().find(|share| share.label == label).cloned().or_else(|| none(shares.first()?))
}

fn row(quarter: &str, share: &Share) -> Vec<Cell> {
    vec![
        text(quarter),
        text(share.field.name()),
        text(share.label),
        whole(share.n_all),
        whole(share.n_known),
        number(share.coverage()),
        whole(share.n),
        number(share.percent),
        number(share.interval.map(|interval| interval.low)),
        number(share.interval.map(|interval| interval.high)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_no_incident_has_has_a_share_of_zero() {
        let of = |detection| Incident { detection, ..Incident::default() };
        let (customer, unknown) = (of(DetectionSource::Customer), of(DetectionSource::Unknown));
        let shares = shares_of(&[&customer, &customer, &unknown], ShareField::DetectionSource);
        let found = share_of(&shares, "monitoring").unwrap();
        assert_eq!((found.n, found.n_known, found.n_all, found.percent), (0, 2, 3, Some(0.0)));
        assert_eq!(found.interval, Some(Interval { low: 0.0, high: 65.8 }));
        assert_eq!(share_of(&shares, "customer"), Some(shares[0].clone()));
        assert_eq!(share_of(&shares_of(&[&unknown], ShareField::DetectionSource), "monitoring"), None);
        assert_eq!(share_of(&[], "monitoring"), None);
    }

    #[test]
    fn every_label_has_its_place() {
        for (place, cause) in RootCause::ALL.iter().enumerate() {
            let incident = Incident { cause: *cause, ..Incident::default() };
            assert_eq!(ShareField::RootCause.labels()[ShareField::RootCause.place(&incident)], cause.as_str());
            assert_eq!(ShareField::RootCause.place(&incident), place);
        }
        for detection in DetectionSource::ALL {
            let incident = Incident { detection: *detection, ..Incident::default() };
            let field = ShareField::DetectionSource;
            assert_eq!(field.labels()[field.place(&incident)], detection.as_str());
        }
        for trigger in Trigger::ALL {
            let incident = Incident { trigger: *trigger, ..Incident::default() };
            assert_eq!(ShareField::Trigger.labels()[ShareField::Trigger.place(&incident)], trigger.as_str());
        }
    }
}
