//! Counts of incidents, taken as Poisson: how far chance alone would spread them.

use super::special::{EXACT_TRIALS, beta_quantile, binomial_cdf, binomial_sf, gamma_quantile, normal_quantile};
use super::special::{normal_two_sided, student_two_sided};
use super::{ALPHA, Interval};

/// The smallest of two counts that are compared by the normal approximation.
const APPROXIMATED_FROM: u64 = 1_000;

/// The exact interval for the mean of a Poisson variable that was seen as `count`.
///
/// Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936): the quantiles α/2 of
/// Gamma(count) and 1 - α/2 of Gamma(count + 1). A count of zero has the lower end zero.
pub fn poisson_interval(count: u64) -> Interval {
    let low = if count == 0 { 0.0 } else { gamma_quantile(count as f64, ALPHA / 2.0) };
    Interval { low, high: gamma_quantile(count as f64 + 1.0, 1.0 - ALPHA / 2.0) }
}

/// Two rates compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRatio {
    /// The rate of the first over that of the second; infinite where the second is zero.
    pub ratio: f64,
    pub interval: Interval,
    /// The chance of counts at least as unequal, were the rates the same.
    pub p_value: f64,
}

/// The ratio of two Poisson rates, seen as `count` in the time `exposure` and as `before` in `exposure_before`.
///
/// Przyborowski & Wilenski, Biometrika 31 (1940): given both counts together, the first is binomial. The interval is
/// that of Clopper and Pearson for its chance, turned into a ratio; the p-value is twice the smaller tail, so that it
/// is below 5 % exactly where the interval leaves 1 out. `None` where both counts are zero: no ratio can be named.
/// With more than ten thousand incidents together and a thousand or more on either side, the normal approximation on the
/// logarithm, whose ends are then within a part in a thousand of the exact ones.
pub fn rate_ratio(count: u64, exposure: f64, before: u64, exposure_before: f64) -> Option<RateRatio> {
    let all = count + before;
    if all == 0 || exposure <= 0.0 || exposure_before <= 0.0 {
        return None;
    }
    let times = exposure_before / exposure;
    let ratio = count as f64 / before as f64 * times;
    if all > EXACT_TRIALS && count.min(before) >= APPROXIMATED_FROM {
        let error = (1.0 / count as f64 + 1.0 / before as f64).sqrt();
        let reach = (normal_quantile(1.0 - ALPHA / 2.0) * error).exp();
        let interval = Interval { low: ratio / reach, high: ratio * reach };
        return Some(RateRatio { ratio, interval, p_value: normal_two_sided(ratio.ln() / error) });
    }
    let odds = |chance: f64| if chance >= 1.0 { f64::INFINITY } else { chance / (1.0 - chance) * times };
    let low = if count == 0 { 0.0 } else { beta_quantile(count as f64, before as f64 + 1.0, ALPHA / 2.0) };
    let high = if before == 0 { 1.0 } else { beta_quantile(count as f64 + 1.0, before as f64, 1.0 - ALPHA / 2.0) };
    let chance = exposure / (exposure + exposure_before);
    let tail = binomial_cdf(count, all, chance).min(binomial_sf(count, all, chance));
    Some(RateRatio { ratio, interval: Interval { low: odds(low), high: odds(high) }, p_value: (2.0 * tail).min(1.0) })
}

/// The counts that, after `before` incidents in an equal time, would have been a detectable change: at most the first
/// (`None` where even zero would not be one), or at least the second. Detectable is p < 5 % by [`rate_ratio`].
pub fn detectable_counts(before: u64) -> (Option<u64>, u64) {
    let detectable = |count| rate_ratio(count, 1.0, before, 1.0).is_some_and(|found| found.p_value < ALPHA);
    let mut up = (before, 2 * before + 10);
    while !detectable(up.1) {
        up.1 *= 2;
    }
    while up.1 - up.0 > 1 {
        let middle = up.0.midpoint(up.1);
        if detectable(middle) { up.1 = middle } else { up.0 = middle }
    }
    let mut down = (0, before);
    if !detectable(0) {
        return (None, up.1);
    }
    while down.1 - down.0 > 1 {
        let middle = down.0.midpoint(down.1);
        if detectable(middle) { down.0 = middle } else { down.1 = middle }
    }
    (Some(down.0), up.1)
}

/// The p-value of Welch's test for a difference of two means, from each sample's mean, variance and size: Welch,
/// Biometrika 34 (1947).
pub fn welch(first: (f64, f64, usize), second: (f64, f64, usize)) -> f64 {
    let (a, b) = (first.1 / first.2 as f64, second.1 / second.2 as f64);
    if a + b <= 0.0 {
        return if first.0 == second.0 { 1.0 } else { 0.0 };
    }
    let df = (a + b).powi(2) / (a * a / (first.2 as f64 - 1.0) + b * b / (second.2 as f64 - 1.0));
    let t = (first.0 - second.0) / (a + b).sqrt();
    if df > EXACT_TRIALS as f64 { normal_two_sided(t) } else { student_two_sided(t, df) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approximation_of_many_incidents_is_near_the_exact_interval() {
        // Just below and just above the limit, of nearly the same ratio, where the approximation is at its worst.
        let (exact, near) = (rate_ratio(1_000, 1.0, 9_000, 1.0).unwrap(), rate_ratio(1_000, 1.0, 9_001, 1.0).unwrap());
        let same_ratio = 9_001.0 / 9_000.0;
        for (exact, near) in [(exact.interval.low, near.interval.low), (exact.interval.high, near.interval.high)] {
            assert!((near * same_ratio / exact - 1.0).abs() < 1e-3, "{near} and {exact}");
        }
    }
}
