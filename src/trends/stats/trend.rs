//! Whether a series rises or falls over the quarters, and by how much.

use super::special::{normal_quantile, normal_two_sided};
use super::{ALPHA, Interval};

/// The fewest points of a trend: with fewer, the normal approximation of the test is poor and hardly any trend shows.
const POINTS: usize = 8;

/// Whether a series has a direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannKendall {
    /// Pairs that rise less pairs that fall.
    pub s: f64,
    pub p_value: f64,
}

/// The Mann-Kendall test on values in the order of time; `None` below eight of them.
///
/// Mann, Econometrica 13 (1945); Kendall, "Rank Correlation Methods" (1975), with the variance corrected for ties and a
/// continuity correction. All values equal give a p-value of 1. It takes the values as independent of one another.
pub fn mann_kendall(values: &[f64]) -> Option<MannKendall> {
    if values.len() < POINTS {
        return None;
    }
    let pairs = (0..values.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let s: f64 = pairs.map(|(i, j)| sign(values[i] - values[j])).sum();
    let variance = (pair_variance(values.len()) - ties(values)) / 18.0;
    let z = if s == 0.0 { 0.0 } else { (s - sign(s)) / variance.sqrt() };
    Some(MannKendall { s, p_value: normal_two_sided(z) })
}

/// The slope of a series, in units of the values a unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    pub slope: f64,
    pub interval: Interval,
}

/// The median of the slopes between all pairs of points (time, value), with its interval; `None` below eight points,
/// or where all are of one time.
///
/// Theil (1950); Sen, JASA 63 (1968), whose interval takes the slopes at the ranks that Kendall's variance gives.
pub fn theil_sen(points: &[(f64, f64)]) -> Option<Slope> {
    if points.len() < POINTS {
        return None;
    }
    let pairs = (0..points.len()).flat_map(|i| (0..i).map(move |j| (points[i], points[j])));
    let mut slopes: Vec<f64> = pairs.filter(|(a, b)| a.0 != b.0).map(|(a, b)| (a.1 - b.1) / (a.0 - b.0)).collect();
    slopes.sort_by(f64::total_cmp);
    let slope = super::durations::median(&slopes)?;
    let n = slopes.len() as f64;
    let (times, values): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let sigma = ((pair_variance(points.len()) - ties(&times) - ties(&values)) / 18.0).max(0.0).sqrt();
    let reach = normal_quantile(1.0 - ALPHA / 2.0) * sigma;
    let rank = |place: f64| slopes[(place.round_ties_even().max(0.0) as usize).min(slopes.len() - 1)];
    let low = rank((((n - reach) / 2.0).round_ties_even() - 1.0).max(0.0));
    Some(Slope { slope, interval: Interval { low, high: rank((n + reach) / 2.0) } })
}

fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// Eighteen times the variance of Mann and Kendall's S over `n` values without ties.
fn pair_variance(n: usize) -> f64 {
    let n = n as f64;
    n * (n - 1.0) * (2.0 * n + 5.0)
}

/// What ties take from [`pair_variance`].
fn ties(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(|tied| pair_variance(tied.len())).sum()
}
