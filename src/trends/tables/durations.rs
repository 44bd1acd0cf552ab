//! How long incidents lasted and went unnoticed: what a sample of durations says, and what chance leaves open.

use rayon::prelude::*;

use super::super::stats::{Estimate, Interval, Method, estimates, largest_share};
use super::ShareField;
use super::{ALL, Cell, Computed, Group, Incident, Kind, Measure, number, percent, plain, round1, table, text, whole};

pub const TABLE: Computed = Computed {
    name: "durations",
    title: "Time to resolve and to detect, with intervals",
    about: "\
Typical durations in minutes by quarter, by root cause and by detection source, with 95 % intervals. Durations are
heavy-tailed: the median and the geometric mean are the figures to read, and a mean only beside the share that the one
longest incident has in it.

measure                   ttr (time to resolve) or ttd (time to detect)
by                        quarter, root_cause, detection_source, or all
group                     the quarter, cause or source; `unknown` where it is not told
n                         incidents of the group
n_known                   of them, those whose duration is known
coverage_percent          n_known as a share of n
median                    median duration of those n_known
median_low, median_high   its interval; blank below six values, open (blank) upwards where the sample sets no bound
geometric_mean            exp of the mean logarithm, what lasted less than half a minute taken as half a minute
geometric_mean_low        lower end of its interval; blank below eight values
geometric_mean_high       upper end of its interval
interval                  how the intervals were made: values (too few, look at them), order statistics (6 or 7), bootstrap (8 to
                          200, 2,000 resamples, fixed seed), order statistics and t (more)
p90                       what nine of ten incidents stayed below; blank below 20 values
p90_low, p90_high         its interval
min, max                  shortest and longest
mean                      arithmetic mean
largest_percent           share of the longest incident in the sum of all, and so in the mean
values                    the durations themselves, where they are fewer than eight",
    make: |groups| {
        let by_label: Vec<_> = [ShareField::RootCause, ShareField::DetectionSource]
            .into_par_iter()
            .flat_map_iter(|field| {
                let incidents = groups.iter().find(|group| group.label == ALL).map(|all| &all.incidents);
                let mut by_label = vec![Vec::new(); field.labels().len()];
                incidents.into_iter().flatten().for_each(|incident| by_label[field.place(incident)].push(*incident));
                let by_label = field.labels().into_iter().zip(by_label).filter(|(_, incidents)| !incidents.is_empty());
                by_label.map(move |(label, incidents)| (field, label, incidents))
            })
            .map(|(field, label, incidents)| (field, Group::of(label.to_owned(), None, incidents)))
            .collect();
        let mut rows = Vec::new();
        for measure in [Measure::Ttr, Measure::Ttd] {
            for group in groups {
                let by = if group.label == ALL { ALL } else { "quarter" };
                rows.push(row(measure, by, &group.label, group.durations(measure)));
            }
            for (field, group) in &by_label {
                rows.push(row(measure, field.name(), &group.label, group.durations(measure)));
            }
        }
        table(&COLUMNS, rows)
    },
};

const COLUMNS: [(&str, Kind); 21] = [
    ("measure", Kind::Text),
    ("by", Kind::Text),
    ("group", Kind::Text),
    ("n", Kind::Int),
    ("n_known", Kind::Int),
    ("coverage_percent", Kind::Float),
    ("median", Kind::Float),
    ("median_low", Kind::Float),
    ("median_high", Kind::Float),
    ("geometric_mean", Kind::Float),
    ("geometric_mean_low", Kind::Float),
    ("geometric_mean_high", Kind::Float),
    ("interval", Kind::Text),
    ("p90", Kind::Float),
    ("p90_low", Kind::Float),
    ("p90_high", Kind::Float),
    ("min", Kind::Float),
    ("max", Kind::Float),
    ("mean", Kind::Float),
    ("largest_percent", Kind::Float),
    ("values", Kind::Text),
];

/// Fewer known values than this are printed themselves.
const LISTED: usize = 8;

/// What the durations of a group say, in minutes.
#[derive(Clone, Debug, PartialEq)]
pub struct Durations {
    pub n: usize,
    /// The known ones, in order.
    pub sorted: Vec<f64>,
    /// Rounded to one decimal; none where nothing is known.
    pub estimate: Option<Estimate>,
    /// The geometric mean before it is rounded: ratios are of such.
    pub geometric_mean: Option<f64>,
    /// The mean, and the longest one's share of it in percent.
    pub mean: Option<(f64, f64)>,
}

impl Durations {
    pub fn n_known(&self) -> usize {
        self.sorted.len()
    }

    pub fn coverage(&self) -> Option<f64> {
        percent(self.n_known(), self.n)
    }

    /// The values themselves, where they are few.
    pub fn listed(&self) -> Option<String> {
        let few = (1..LISTED).contains(&self.n_known());
        few.then(|| self.sorted.iter().map(|minutes| plain(*minutes)).collect::<Vec<_>>().join(", "))
    }
}

/// The durations of a group of incidents.
pub fn durations_of(group: &[&Incident], measure: Measure) -> Durations {
    let mut sorted: Vec<f64> = group.iter().filter_map(|incident| measure.minutes(incident)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let round = |Interval { low, high }| Interval { low: round1(low), high: round1(high) };
    let found = estimates(&sorted);
    let geometric_mean = found.map(|found| found.geometric_mean);
    let estimate = found.map(|found| Estimate {
        method: found.method,
        median: round1(found.median),
        median_interval: found.median_interval.map(round),
        geometric_mean: round1(found.geometric_mean),
        geometric_mean_interval: found.geometric_mean_interval.map(round),
        p90: found.p90.map(round1),
        p90_interval: found.p90_interval.map(round),
    });
    let mean = largest_share(&sorted).map(|(mean, share)| (round1(mean), round1(100.0 * share)));
    Durations { n: group.len(), estimate, geometric_mean, mean, sorted }
}

fn row(measure: Measure, by: &str, group: &str, durations: &Durations) -> Vec<Cell> {
    let found = durations.estimate.as_ref();
    let ends = |interval: Option<Interval>| [number(interval.map(|i| i.low)), number(interval.map(|i| i.high))];
    let [median_low, median_high] = ends(found.and_then(|found| found.median_interval));
    let [mean_low, mean_high] = ends(found.and_then(|found| found.geometric_mean_interval));
    let [p90_low, p90_high] = ends(found.and_then(|found| found.p90_interval));
    vec![
        text(measure.name()),
        text(by),
        text(group),
        whole(durations.n),
        whole(durations.n_known()),
        number(durations.coverage()),
        number(found.map(|found| found.median)),
        median_low,
        median_high,
        number(found.map(|found| found.geometric_mean)),
        mean_low,
        mean_high,
        found.map_or(Cell::Null, |found| text(Method::as_str(found.method))),
        number(found.and_then(|found| found.p90)),
        p90_low,
        p90_high,
        number(durations.sorted.first().map(|minutes| round1(*minutes))),
        number(durations.sorted.last().map(|minutes| round1(*minutes))),
        number(durations.mean.map(|mean| mean.0)),
        number(durations.mean.map(|mean| mean.1)),
        durations.listed().map_or(Cell::Null, Cell::Text),
    ]
}
