//! Time to resolve where some incidents were seen only for a while: the share not yet resolved after so long.

use super::special::normal_quantile;
use super::{ALPHA, Interval};

/// One step of a survival curve: what holds from `time` on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub time: f64,
    /// Incidents that were followed up to here, those of this step included.
    pub at_risk: u64,
    /// Incidents that were resolved at this time.
    pub resolved: u64,
    /// Incidents that were last seen, unresolved, at this time.
    pub censored: u64,
    /// The estimated share not yet resolved.
    pub surviving: f64,
    /// `None` where the share is 1 or 0, for which Greenwood's formula has no value.
    pub interval: Option<Interval>,
}

/// The product-limit estimate from times and whether each ended in a resolution (`true`) or in our losing sight of the
/// incident (`false`), one step for each distinct time.
///
/// Kaplan & Meier, JASA 53 (1958); interval by Greenwood's variance on the scale log(-log), which stays within 0 and
/// 1: Kalbfleisch & Prentice (1980), section 1.4. It assumes that losing sight tells nothing of the time that is left.
pub fn kaplan_meier(observations: &[(f64, bool)]) -> Vec<Step> {
    let mut sorted = observations.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let z = normal_quantile(1.0 - ALPHA / 2.0);
    let (mut surviving, mut variance, mut at_risk) = (1.0, 0.0, sorted.len() as u64);
    let mut steps = Vec::new();
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        let resolved = group.iter().filter(|observation| observation.1).count() as u64;
        let censored = group.len() as u64 - resolved;
        let (risk, ended) = (at_risk as f64, resolved as f64);
        surviving *= 1.0 - ended / risk;
        variance += ended / (risk * (risk - ended));
        let interval = (surviving > 0.0 && surviving < 1.0).then(|| {
            let reach = z * variance.sqrt() / f64::ln(surviving).abs();
            Interval { low: surviving.powf(reach.exp()), high: surviving.powf((-reach).exp()) }
        });
        steps.push(Step { time: group[0].0, at_risk, resolved, censored, surviving, interval });
        at_risk -= group.len() as u64;
    }
    steps
}
