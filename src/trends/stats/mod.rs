//! The statistics of the trend tables: short functions, each with its source, over plain numbers.
//!
//! Promises: an interval is one of 95 %; the same numbers give the same answer on every machine (resampling is seeded);
//! too few numbers give `None`, never a guess; nothing panics. Every function agrees with SciPy to 1e-9, or to the Monte
//! Carlo error that it states, on `tests/fixtures/stats.json`; `tests/fixtures/stats.py` made that file.
//! Leaves to others: which numbers, of which incidents (`trends::tables`), and every word about them.
//!
//! Special functions are those of statrs; where it has only the distribution function, [`special`] inverts it by
//! bisection, which needs no starting value and cannot diverge. Random numbers are ChaCha8 of rand_chacha, whose
//! output is specified, unlike that of `rand::rngs::StdRng`.

mod compare;
mod counts;
mod durations;
mod means;
mod shares;
mod special;
mod survival;
mod trend;

pub use compare::{benjamini_hochberg, detectable_ratio, permutation_test, ratio_interval};
pub use counts::{RateRatio, detectable_counts, poisson_interval, rate_ratio};
pub use durations::{Estimate, Method, estimates, floor_log, largest_share, median, quantile, quantile_interval};
pub use means::{mean, mean_interval};
pub use shares::{fisher_exact, wilson_interval};
pub use survival::{Step, kaplan_meier};
pub use trend::{MannKendall, Slope, mann_kendall, theil_sen};

/// The chance of error on both sides together.
const ALPHA: f64 = 0.05;

/// An interval of 95 %. An end may be infinite: then the numbers set no bound on that side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Whether the value lies in the interval, ends included.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

#[cfg(test)]
mod fixture;
