//! Distribution functions and their inverses, over the special functions of statrs.
//!
//! Arguments are the callers' to keep in range; each function says what it needs and gives NaN or a bound otherwise.

use statrs::function::beta::beta_reg;
use statrs::function::erf::{erfc, erfc_inv};
use statrs::function::factorial::ln_binomial;
use statrs::function::gamma::gamma_lr;

/// Up to this many trials the continued fraction of statrs for the incomplete beta function converges: it takes some
/// √n steps and is cut off at 140. Beyond it, callers take the normal approximation, which is then within a part in a
/// thousand of the exact interval.
pub const EXACT_TRIALS: u64 = 10_000;

/// The point at which an increasing function reaches `target`, between two bounds: halved until no float lies between.
pub fn bisect(mut low: f64, mut high: f64, target: f64, increasing: impl Fn(f64) -> f64) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return middle;
        }
        *(if increasing(middle) < target { &mut low } else { &mut high }) = middle;
    }
}

/// The quantile of the gamma distribution with shape `shape` > 0 and scale 1, for `p` in (0, 1).
pub fn gamma_quantile(shape: f64, p: f64) -> f64 {
    // Mean plus forty standard deviations, and forty for the smallest shapes: beyond it lies less than e^-30.
    let high = shape + 40.0 * shape.sqrt() + 40.0;
    bisect(0.0, high, p, |x| if x > 0.0 { gamma_lr(shape, x) } else { 0.0 })
}

/// The quantile of the beta distribution with `a`, `b` > 0, for `p` in (0, 1).
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    bisect(0.0, 1.0, p, |x| beta_reg(a, b, x))
}

/// P(X ≤ `k`) of the binomial distribution with `n` trials of chance `p`.
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_reg((n - k) as f64, k as f64 + 1.0, 1.0 - p) }
}

/// P(X ≥ `k`) of the binomial distribution with `n` trials of chance `p`.
pub fn binomial_sf(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 { 1.0 } else { beta_reg(k as f64, (n - k) as f64 + 1.0, p) }
}

/// P(X = `k`) of the hypergeometric distribution: `k` marked among `drawn` out of `all`, of which `marked` are.
pub fn hypergeometric_pmf(k: u64, all: u64, marked: u64, drawn: u64) -> f64 {
    (ln_binomial(marked, k) + ln_binomial(all - marked, drawn - k) - ln_binomial(all, drawn)).exp()
}

/// The quantile of the standard normal distribution, for `p` in (0, 1).
pub fn normal_quantile(p: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

/// The chance that a standard normal variable lies farther from zero than `z`.
pub fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The chance that a variable of Student's t distribution lies farther from zero than `t`; `df` > 0.
pub fn student_two_sided(t: f64, df: f64) -> f64 {
    // Written so that a large t leaves a small number and not 1 - (1 - small).
    if t.is_infinite() { 0.0 } else { beta_reg(df / 2.0, 0.5, df / (df + t * t)) }
}

/// The quantile of Student's t distribution, for `p` in (0.5, 1) and `df` > 0.
pub fn student_quantile(p: f64, df: f64) -> f64 {
    if df > EXACT_TRIALS as f64 {
        return normal_quantile(p);
    }
    bisect(0.0, 1e6, p, |t| 1.0 - student_two_sided(t, df) / 2.0)
}
