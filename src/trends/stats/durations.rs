//! Durations, which are heavy-tailed: medians, geometric means and quantiles, with what chance leaves open.
//!
//! By n, the number of values: below 6 no interval of 95 % exists that rests on the values alone, so there is none and
//! the values themselves are shown; 6 and 7 have the order-statistic interval; from 8 on both figures have the
//! percentile bootstrap; above [`RESAMPLED`] resampling tells nothing that the order statistics (for the median) and
//! Student's t (for the mean logarithm) do not, and costs time that grows with n.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::special::{EXACT_TRIALS, binomial_cdf, normal_quantile, normal_two_sided, student_quantile};
use super::{ALPHA, Interval};

/// Resamples of a bootstrap. An end that stands for the quantile p is that of so many draws: its Monte Carlo error is
/// √(p (1 - p) / 2,000), which is 0.35 % for the quantile 2.5 %.
const RESAMPLES: usize = 2_000;
/// The largest n that is resampled.
const RESAMPLED: usize = 200;
/// The smallest n that is resampled.
const BOOTSTRAP_FROM: usize = 8;
/// The smallest n with an order-statistic interval of 95 % for the median: 1 - 2 / 2^6 = 96.9 %.
const ORDER_FROM: usize = 6;
/// The smallest n of a 90 % quantile: two values lie beyond it.
const P90_FROM: usize = 20;
/// The seed of every bootstrap.
const SEED: u64 = 0x1936_1927;

/// Documents tell minutes, so what took less than one enters a logarithm as half a minute.
const SHORTEST: f64 = 0.5;

/// The natural logarithm of a duration in minutes, of at least half a minute.
pub fn floor_log(minutes: f64) -> f64 {
    minutes.max(SHORTEST).ln()
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Too few for an interval: look at the values.
    Values,
    /// Order statistics, by the binomial distribution.
    Order,
    /// Percentile bootstrap.
    Bootstrap,
    /// Order statistics for the median, Student's t on logarithms for the geometric mean.
    Large,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Values => "values",
            Method::Order => "order statistics",
            Method::Bootstrap => "bootstrap",
            Method::Large => "order statistics and t",
        }
    }
}

/// What a sample of durations says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    pub method: Method,
    pub median: f64,
    pub median_interval: Option<Interval>,
    /// exp of the mean logarithm, each duration taken as at least half a minute.
    pub geometric_mean: f64,
    pub geometric_mean_interval: Option<Interval>,
    /// From n = 20 on.
    pub p90: Option<f64>,
    pub p90_interval: Option<Interval>,
}

/// Median, geometric mean and 90 % quantile of sorted durations, with their intervals; `None` where there are none.
///
/// Bootstrap: Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13, the percentile interval; for the
/// geometric mean with the tails of [`expanded_tail`], without which it holds the true value in 88 % of samples of
/// eight. With them a simulation of log-normal durations gave 94 to 95 % for n of 8, 12 and 20, and 92 to 94 % for the
/// median; where the logarithms are as skewed as an exponential, the geometric mean has 89 to 92 %.
pub fn estimates(sorted: &[f64]) -> Option<Estimate> {
    let median = median(sorted)?;
    let logs: Vec<f64> = sorted.iter().copied().map(floor_log).collect();
    let (mean, variance) = mean_and_variance(&logs);
    let method = match sorted.len() {
        n if n < ORDER_FROM => Method::Values,
        n if n < BOOTSTRAP_FROM => Method::Order,
        n if n <= RESAMPLED => Method::Bootstrap,
        _ => Method::Large,
    };
    let (median_interval, geometric_mean_interval) = match method {
        Method::Values => (None, None),
        Method::Order => (quantile_interval(sorted, 0.5), None),
        Method::Bootstrap => {
            let (medians, means) = bootstrap(sorted, &logs);
            (Some(medians), Some(Interval { low: means.low.exp(), high: means.high.exp() }))
        }
        Method::Large => {
            let n = logs.len() as f64;
            let reach = student_quantile(1.0 - ALPHA / 2.0, n - 1.0) * (variance / n).sqrt();
            let means = Interval { low: (mean - reach).exp(), high: (mean + reach).exp() };
            (quantile_interval(sorted, 0.5), Some(means))
        }
    };
    let p90 = if sorted.len() < P90_FROM { None } else { quantile(sorted, 0.9) };
    Some(Estimate {
        method,
        median,
        median_interval,
        geometric_mean: mean.exp(),
        geometric_mean_interval,
        p90,
        p90_interval: p90.and_then(|_| quantile_interval(sorted, 0.9)),
    })
}

/// The middle value, or the mean of the two middle ones.
pub fn median(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    Some(f64::midpoint(*sorted.get(n.checked_sub(1)? / 2)?, sorted[n / 2]))
}

/// The quantile by linear interpolation: type 7 of Hyndman & Fan, The American Statistician 50 (1996), as NumPy and R.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let place = p * (sorted.len().checked_sub(1)?) as f64;
    let below = sorted[place.floor() as usize];
    Some(below + (sorted[place.ceil() as usize] - below) * place.fract())
}

/// The interval of two values of the sample for a quantile of what it was drawn from, whatever its distribution.
///
/// David & Nagaraja, "Order Statistics" (2003), section 7.1: the number of values below the quantile is binomial. An end
/// is infinite where no value of the sample is extreme enough; `None` where that holds for both. Durations have the
/// lower end zero then.
pub fn quantile_interval(sorted: &[f64], p: f64) -> Option<Interval> {
    let n = sorted.len() as u64;
    // The largest k with P(fewer than k below) ≤ α/2, and the smallest with P(at least k below) ≤ α/2: values k-1 from zero.
    let (low, high) = if n <= EXACT_TRIALS {
        let first = (0..=n).take_while(|k| *k == 0 || binomial_cdf(k - 1, n, p) <= ALPHA / 2.0).last().unwrap_or(0);
        let last = (1..=n).find(|k| 1.0 - binomial_cdf(k - 1, n, p) <= ALPHA / 2.0);
        (first, last)
    } else {
        let (mean, reach) = (p * n as f64, normal_quantile(1.0 - ALPHA / 2.0) * (p * (1.0 - p) * n as f64).sqrt());
        ((mean - reach).floor() as u64, Some((mean + reach).ceil() as u64 + 1))
    };
    let low = low.checked_sub(1).and_then(|at| sorted.get(at as usize).copied());
    let high = high.and_then(|at| sorted.get(at as usize - 1).copied());
    if low.is_none() && high.is_none() {
        return None;
    }
    Some(Interval { low: low.unwrap_or(0.0), high: high.unwrap_or(f64::INFINITY) })
}

/// The mean and the largest value's share of the sum: what one incident makes of a mean. `None` where the sum is zero.
pub fn largest_share(values: &[f64]) -> Option<(f64, f64)> {
    let sum: f64 = values.iter().sum();
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (sum > 0.0).then(|| (sum / values.len() as f64, largest / sum))
}

/// Mean, and variance with n - 1; zero variance for a single value.
pub fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, if values.len() < 2 { 0.0 } else { squares / (n - 1.0) })
}

/// The generator of a resampling.
pub fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(SEED)
}

/// Percentile bootstrap of the median of `sorted` and of the mean of `logs`, of one and the same resamples.
fn bootstrap(sorted: &[f64], logs: &[f64]) -> (Interval, Interval) {
    let n = sorted.len();
    let mut random = generator();
    let (mut medians, mut means) = (Vec::with_capacity(RESAMPLES), Vec::with_capacity(RESAMPLES));
    let mut times = vec![0_usize; n];
    for _ in 0..RESAMPLES {
        times.fill(0);
        for _ in 0..n {
            times[random.random_range(0..n as u32) as usize] += 1;
        }
        let (mut seen, mut sum, mut middle) = (0, 0.0, [None; 2]);
        for (at, times) in times.iter().enumerate().filter(|(_, times)| **times > 0) {
            seen += times;
            sum += logs[at] * *times as f64;
            for (middle, place) in middle.iter_mut().zip([(n - 1) / 2, n / 2]) {
                *middle = middle.or((seen > place).then_some(sorted[at]));
            }
        }
        // All n draws are counted, so both middle places were passed.
        medians.push(f64::midpoint(middle[0].unwrap_or(f64::NAN), middle[1].unwrap_or(f64::NAN)));
        means.push(sum / n as f64);
    }
    (percentiles(medians, ALPHA / 2.0), percentiles(means, expanded_tail(n as f64, n as f64 - 1.0)))
}

/// The tail to leave out on either side of the bootstrap distribution of a mean, of `n` values with `df` degrees of
/// freedom: less than α/2, as resamples vary less than samples by (n - 1) / n and their spread is itself estimated.
///
/// Hesterberg, "What Teachers Should Know About the Bootstrap", The American Statistician 69 (2015), the expanded
/// percentile interval: Φ(-√(n / df) t), with t the quantile 1 - α/2 of Student's distribution.
pub fn expanded_tail(n: f64, df: f64) -> f64 {
    normal_two_sided((n / df).sqrt() * student_quantile(1.0 - ALPHA / 2.0, df)) / 2.0
}

/// The interval between the quantiles `tail` and 1 - `tail` of draws.
pub fn percentiles(mut draws: Vec<f64>, tail: f64) -> Interval {
    draws.sort_unstable_by(f64::total_cmp);
    let end = |p| quantile(&draws, p).unwrap_or(f64::NAN);
    Interval { low: end(tail), high: end(1.0 - tail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_many_values_is_that_of_a_few_less() {
        // Just below and just above the limit: the ranks of the ends move by two at the most.
        let ranks = |n: usize, p| quantile_interval(&(1..=n).map(|rank| rank as f64).collect::<Vec<_>>(), p).unwrap();
        for p in [0.5, 0.9] {
            let (exact, near) = (ranks(10_000, p), ranks(10_001, p));
            for (exact, near) in [(exact.low, near.low), (exact.high, near.high)] {
                assert!((near - exact).abs() <= 2.0, "{near} and {exact}");
            }
        }
    }
}
