//! The mean of numbers of any scale, such as differences of scores, with what chance leaves open.

use rand::Rng;

use super::Interval;
use super::durations::{expanded_tail, generator, percentiles};

/// Resamples of a bootstrap: as many as for durations, for the same Monte Carlo error.
const RESAMPLES: usize = 2_000;
/// The smallest n with an interval.
const INTERVAL_FROM: usize = 8;

/// The mean, `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The interval of the mean of the population that `values` were drawn from; `None` below eight values.
///
/// Percentile bootstrap with the tails of `expanded_tail`. Over the differences of pairs it is the paired bootstrap of
/// two systems on the same queries: Sakai, "Evaluating evaluation metrics based on the bootstrap", SIGIR 2006.
pub fn mean_interval(values: &[f64]) -> Option<Interval> {
    let n = values.len();
    if n < INTERVAL_FROM {
        return None;
    }
    let mut random = generator();
    let mut drawn = || values[random.random_range(0..n as u32) as usize];
    let means = (0..RESAMPLES).map(|_| (0..n).map(|_| drawn()).sum::<f64>() / n as f64);
    Some(percentiles(means.collect(), expanded_tail(n as f64, n as f64 - 1.0)))
}
