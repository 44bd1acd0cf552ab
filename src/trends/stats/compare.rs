//! Two samples of durations compared on the log scale, and many comparisons kept honest.

use rand::Rng;

use super::counts::welch;
use super::durations::{expanded_tail, floor_log, generator, mean_and_variance, percentiles};
use super::special::{normal_quantile, student_quantile};
use super::{ALPHA, Interval};

/// Random regroupings of a permutation test.
const PERMUTATIONS: usize = 9_999;
/// Up to so many regroupings, all of them are tried and the p-value is exact.
const ENUMERATED: u64 = 10_000;
/// The most values that are regrouped; beyond it Welch's test on the same logarithms gives the same answer.
const REGROUPED: usize = 200;
/// Resamples of the interval of a ratio.
const RESAMPLES: usize = 2_000;
/// The smallest sample with an interval of a ratio.
const INTERVAL_FROM: usize = 8;
/// The chance with which a change of the size that [`detectable_ratio`] gives would have been detected.
const POWER: f64 = 0.8;

/// The p-value of a permutation test for a difference of mean log durations; `None` where a sample has
/// fewer than two values.
///
/// Two-sided as twice the smaller tail, the grouping that was seen counted in: Phipson & Smyth, "Permutation p-values
/// should never be zero", SAGMB 9 (2010). Exact where there are at most 10,000 groupings; else from 9,999 random ones,
/// with a Monte Carlo standard error of √(p (1 - p) / 9,999), 0.002 at p = 0.05. Above 200 values together, Welch's test.
pub fn permutation_test(first: &[f64], second: &[f64]) -> Option<f64> {
    let (n, m) = (first.len(), second.len());
    if n < 2 || m < 2 {
        return None;
    }
    let mut pool: Vec<f64> = first.iter().chain(second).copied().map(floor_log).collect();
    if n + m > REGROUPED {
        let sample = |logs: &[f64]| (mean_and_variance(logs).0, mean_and_variance(logs).1, logs.len());
        return Some(welch(sample(&pool[..n]), sample(&pool[n..])));
    }
    // With the pool fixed, the difference of means grows with the sum of the first group: that sum is the statistic.
    let seen: f64 = pool[..n].iter().sum();
    let slack = pool.iter().map(|log| log.abs()).sum::<f64>() * 1e-12;
    let mut tails = Tails { seen, slack, below: 0, above: 0, all: 0 };
    match combinations(n + m, n) {
        Some(_) => enumerate(&pool, n, 0.0, &mut tails),
        None => {
            tails.add(seen);
            let mut random = generator();
            // Drawing the smaller group tells the larger.
            let (drawn, total) = (n.min(m), pool.iter().sum::<f64>());
            for _ in 0..PERMUTATIONS {
                for at in 0..drawn {
                    let other = random.random_range(at as u32..(n + m) as u32) as usize;
                    pool.swap(at, other);
                }
                let sum: f64 = pool[..drawn].iter().sum();
                tails.add(if drawn == n { sum } else { total - sum });
            }
        }
    }
    Some(tails.p_value())
}

struct Tails {
    seen: f64,
    slack: f64,
    below: u64,
    above: u64,
    all: u64,
}

impl Tails {
    fn add(&mut self, sum: f64) {
        self.all += 1;
        self.below += u64::from(sum <= self.seen + self.slack);
        self.above += u64::from(sum >= self.seen - self.slack);
    }

    fn p_value(&self) -> f64 {
        (2.0 * self.below.min(self.above) as f64 / self.all as f64).min(1.0)
    }
}

/// The number of ways to choose `k` of `n`, up to [`ENUMERATED`].
fn combinations(n: usize, k: usize) -> Option<u64> {
    let mut ways = 1_u64;
    for step in 1..=k.min(n - k) as u64 {
        ways = ways.checked_mul(n as u64 - step + 1)? / step;
        if ways > ENUMERATED {
            return None;
        }
    }
    Some(ways)
}

/// Adds the sum of every choice of `k` of the values to the tails. As deep as there are values: 200 at most.
fn enumerate(values: &[f64], k: usize, sum: f64, tails: &mut Tails) {
    match values {
        _ if k == 0 => tails.add(sum),
        [first, rest @ ..] if rest.len() >= k => {
            enumerate(rest, k - 1, sum + first, tails);
            enumerate(rest, k, sum, tails);
        }
        [first, rest @ ..] => enumerate(rest, k - 1, sum + first, tails),
        [] => {}
    }
}

/// The interval of the ratio of the geometric means of two samples, first over second.
///
/// Percentile bootstrap with the tails of `expanded_tail`, each sample resampled by itself, from eight values each on
/// (`None` below; a simulation of two log-normal samples of 8, 12 and 20 gave 94 to 95 %); Welch's interval on
/// the logarithms above 200 values together.
pub fn ratio_interval(first: &[f64], second: &[f64]) -> Option<Interval> {
    if first.len() < INTERVAL_FROM || second.len() < INTERVAL_FROM {
        return None;
    }
    let logs = |values: &[f64]| values.iter().copied().map(floor_log).collect::<Vec<_>>();
    let (first, second) = (logs(first), logs(second));
    let difference = if first.len() + second.len() > REGROUPED {
        let ((mean, variance), (mean_2, variance_2)) = (mean_and_variance(&first), mean_and_variance(&second));
        let (a, b) = (variance / first.len() as f64, variance_2 / second.len() as f64);
        if a + b <= 0.0 {
            return None;
        }
        let df = (a + b).powi(2) / (a * a / (first.len() as f64 - 1.0) + b * b / (second.len() as f64 - 1.0));
        let reach = student_quantile(1.0 - ALPHA / 2.0, df) * (a + b).sqrt();
        Interval { low: mean - mean_2 - reach, high: mean - mean_2 + reach }
    } else {
        let mut random = generator();
        let mut mean = |logs: &[f64]| {
            let draw = (0..logs.len()).map(|_| logs[random.random_range(0..logs.len() as u32) as usize]);
            draw.sum::<f64>() / logs.len() as f64
        };
        let n = (first.len() + second.len()) as f64;
        percentiles((0..RESAMPLES).map(|_| mean(&first) - mean(&second)).collect(), expanded_tail(n, n - 2.0))
    };
    Some(Interval { low: difference.low.exp(), high: difference.high.exp() })
}

/// The smallest ratio of geometric means that samples of these sizes and spread would have shown in four of five cases
/// (power 80 %, α 5 %, two-sided), always above 1; its inverse holds for a fall. `None` where a
/// sample has fewer than two values, or all values are equal.
///
/// Cohen, "Statistical Power Analysis" (1988), chapter 2: (t₀.₉₇₅ + t₀.₈) · s · √(1/n + 1/m) on logarithms with the
/// pooled spread s. The noncentral t distribution gives this ratio a power of 77 % for two values each, 80 % from some
/// ten on.
pub fn detectable_ratio(first: &[f64], second: &[f64]) -> Option<f64> {
    let (n, m) = (first.len(), second.len());
    if n < 2 || m < 2 {
        return None;
    }
    let logs = |values: &[f64]| values.iter().copied().map(floor_log).collect::<Vec<_>>();
    let squares = |logs: Vec<f64>| mean_and_variance(&logs).1 * (logs.len() as f64 - 1.0);
    let df = (n + m - 2) as f64;
    let spread = ((squares(logs(first)) + squares(logs(second))) / df).sqrt();
    let quantile = |p| if df > 1e4 { normal_quantile(p) } else { student_quantile(p, df) };
    let reach = (quantile(1.0 - ALPHA / 2.0) + quantile(POWER)) * spread * (1.0 / n as f64 + 1.0 / m as f64).sqrt();
    (spread > 0.0).then(|| reach.exp())
}

/// The p-values as q-values: taking all below 5 % for real, one in twenty of those taken is expected to be chance.
///
/// Benjamini & Hochberg, JRSS B 57 (1995), step-up. Order is kept.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]));
    let mut q_values = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (from_last, at) in order.into_iter().enumerate() {
        let rank = (p_values.len() - from_last) as f64;
        least = least.min(p_values[at] * p_values.len() as f64 / rank);
        q_values[at] = least;
    }
    q_values
}
