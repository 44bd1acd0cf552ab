//! Shares: so many of so many.

use super::special::{EXACT_TRIALS, hypergeometric_pmf, normal_quantile, normal_two_sided};
use super::{ALPHA, Interval};

/// The smallest count to be expected in a cell of a table that is tested by the normal approximation.
const APPROXIMATED_FROM: f64 = 1_000.0;

/// The interval for the share that `count` of `n` stands for; `None` where `n` is zero.
///
/// Wilson, "Probable inference", JASA 22 (1927), without continuity correction. It stays within 0 and 1 and keeps its
/// level for small n, which p ± 1.96 standard errors does not: Brown, Cai & DasGupta, Statistical Science 16 (2001).
pub fn wilson_interval(count: u64, n: u64) -> Option<Interval> {
    if n == 0 || count > n {
        return None;
    }
    let (share, n) = (count as f64 / n as f64, n as f64);
    let z2 = normal_quantile(1.0 - ALPHA / 2.0).powi(2);
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let reach = (z2 * (share * (1.0 - share) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n);
    let low = if share == 0.0 { 0.0 } else { centre - reach };
    Some(Interval { low, high: if share == 1.0 { 1.0 } else { centre + reach } })
}

/// The chance of two shares at least as unlike as `count` of `n` and `before` of `n_before`, were they one share.
///
/// Fisher's exact test, two-sided: the tables that are no likelier than the one seen, as R and SciPy count them. With more
/// than ten thousand together and a thousand or more expected in each cell there are as many tables to sum, and the normal
/// approximation (the score test of two shares) says the same.
pub fn fisher_exact(count: u64, n: u64, before: u64, n_before: u64) -> Option<f64> {
    if n == 0 || n_before == 0 || count > n || before > n_before {
        return None;
    }
    let (all, marked) = (n + n_before, count + before);
    let least_expected = n.min(n_before) as f64 * marked.min(all - marked) as f64 / all as f64;
    if all > EXACT_TRIALS && least_expected >= APPROXIMATED_FROM {
        let (pooled, part) = (marked as f64 / all as f64, |k: u64, n: u64| k as f64 / n as f64);
        let spread = (pooled * (1.0 - pooled) * (1.0 / n as f64 + 1.0 / n_before as f64)).sqrt();
        let z = if spread > 0.0 { (part(count, n) - part(before, n_before)) / spread } else { 0.0 };
        return Some(normal_two_sided(z));
    }
    let chance = |k| hypergeometric_pmf(k, all, marked, n);
    // A little slack, as in R: tables of the same chance must not be told apart by the last digit.
    let seen = chance(count) * (1.0 + 1e-7);
    let possible = (marked + n).saturating_sub(all)..=marked.min(n);
    Some(possible.map(chance).filter(|chance| *chance <= seen).sum::<f64>().min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approximation_of_large_tables_is_near_the_exact_test() {
        // Just below and just above the limit, of the same shares.
        let exact = fisher_exact(2_000, 5_000, 1_940, 5_000).unwrap();
        let near = fisher_exact(2_004, 5_010, 1_944, 5_010).unwrap();
        assert!((exact - near).abs() < 0.02, "{exact} and {near}");
        assert_eq!(fisher_exact(0, 9_000, 0, 9_000), Some(1.0));
    }
}
