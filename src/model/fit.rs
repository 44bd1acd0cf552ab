//! Fits a model of choice: among the alternatives of each example, which are right?
//!
//! The conditional logit (McFadden 1974): an alternative's chance is the softmax of its score among the example's
//! alternatives, its score the weighted sum of its features; the loss is the negative log of the summed chance of the
//! right alternatives, with an L2 penalty (a Gaussian prior on the weights). Multinomial logistic regression is the case in
//! which the alternatives are classes ([`fit_classes`]): all have the same features, each its own weights, and so it is ten times
//! as fast. Convex where each example has one right alternative. Minimised by L-BFGS.

use argmin::core::{CostFunction, Error, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

/// One example: its alternatives as sparse features, and which are right.
#[derive(Clone, Debug, Default)]
pub(crate) struct Example {
    pub alternatives: Vec<Vec<(u32, f32)>>,
    pub right: Vec<bool>,
    /// How much the example counts.
    pub weight: f64,
}

struct Loss<'a> {
    examples: &'a [Example],
    penalty: f64,
}

impl Loss<'_> {
    /// Calls `each` with an example, the chances of its alternatives, and the summed chance of the right ones.
    fn chances(&self, weights: &[f64], mut each: impl FnMut(&Example, &[f64], f64)) {
        let mut chances: Vec<f64> = Vec::new();
        for example in self.examples {
            chances.clear();
            chances.extend(example.alternatives.iter().map(|features| {
                features.iter().map(|(at, value)| weights[*at as usize] * f64::from(*value)).sum::<f64>()
            }));
            let most = chances.iter().copied().fold(f64::MIN, f64::max);
            chances.iter_mut().for_each(|score| *score = (*score - most).exp());
            let sum: f64 = chances.iter().sum();
            chances.iter_mut().for_each(|chance| *chance /= sum);
            let right: f64 = chances.iter().zip(&example.right).filter(|(_, right)| **right).map(|(c, _)| c).sum();
            each(example, &chances, right.max(1e-300));
        }
    }
}

impl CostFunction for Loss<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, weights: &Vec<f64>) -> Result<f64, Error> {
        let mut loss = 0.5 * self.penalty * weights.iter().map(|w| w * w).sum::<f64>();
        self.chances(weights, |example, _, right| loss -= example.weight * right.ln());
        Ok(loss)
    }
}

impl Gradient for Loss<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, weights: &Vec<f64>) -> Result<Vec<f64>, Error> {
        let mut gradient: Vec<f64> = weights.iter().map(|w| self.penalty * w).collect();
        self.chances(weights, |example, chances, right| {
            for ((features, chance), is_right) in example.alternatives.iter().zip(chances).zip(&example.right) {
                let pull = example.weight * (chance - if *is_right { chance / right } else { 0.0 });
                for (at, value) in features {
                    gradient[*at as usize] += pull * f64::from(*value);
                }
            }
        });
        Ok(gradient)
    }
}

/// One text to learn classes from: its features, each at most once, and its class.
#[derive(Clone, Debug)]
pub(crate) struct Classed {
    /// Each with how strongly it holds.
    pub features: Vec<(u32, f32)>,
    pub class: usize,
}

struct ClassLoss<'a> {
    examples: &'a [Classed],
    classes: usize,
    penalty: f64,
}

impl ClassLoss<'_> {
    /// The weights of a feature, one for each class.
    fn row(&self, feature: u32) -> std::ops::Range<usize> {
        let start = feature as usize * self.classes;
        start..start + self.classes
    }

    /// Calls `each` with an example and the chances of the classes.
    fn chances(&self, weights: &[f64], mut each: impl FnMut(&Classed, &[f64])) {
        let mut chances = vec![0.0; self.classes];
        for example in self.examples {
            chances.fill(0.0);
            for (feature, strength) in &example.features {
                let (weights, strength) = (&weights[self.row(*feature)], f64::from(*strength));
                chances.iter_mut().zip(weights).for_each(|(score, weight)| *score += strength * weight);
            }
            let most = chances.iter().copied().fold(f64::MIN, f64::max);
            chances.iter_mut().for_each(|score| *score = (*score - most).exp());
            let sum: f64 = chances.iter().sum();
            chances.iter_mut().for_each(|chance| *chance /= sum);
            each(example, &chances);
        }
    }
}

impl CostFunction for ClassLoss<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, weights: &Vec<f64>) -> Result<f64, Error> {
        let mut loss = 0.5 * self.penalty * weights.iter().map(|w| w * w).sum::<f64>();
        self.chances(weights, |example, chances| loss -= chances[example.class].max(1e-300).ln());
        Ok(loss)
    }
}

impl Gradient for ClassLoss<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, weights: &Vec<f64>) -> Result<Vec<f64>, Error> {
        let mut gradient: Vec<f64> = weights.iter().map(|w| self.penalty * w).collect();
        let mut pulls = vec![0.0; self.classes];
        self.chances(weights, |example, chances| {
            pulls.copy_from_slice(chances);
            pulls[example.class] -= 1.0;
            for (feature, strength) in &example.features {
                let (weights, strength) = (&mut gradient[self.row(*feature)], f64::from(*strength));
                weights.iter_mut().zip(&pulls).for_each(|(sum, pull)| *sum += strength * pull);
            }
        });
        Ok(gradient)
    }
}

/// The weights that make the classes of `examples` most likely under an L2 penalty: for each of `features` one for each of `classes`.
pub(crate) fn fit_classes(
    examples: &[Classed],
    features: usize,
    classes: usize,
    penalty: f64,
) -> Result<Vec<f64>, String> {
    minimised(ClassLoss { examples, classes, penalty }, features * classes)
}

/// The weights that make the right alternatives of `examples` most likely, `count` of them, under an L2 penalty.
///
/// Examples without a right alternative teach nothing and are left out by the caller.
pub(crate) fn fit(examples: &[Example], count: usize, penalty: f64) -> Result<Vec<f64>, String> {
    minimised(Loss { examples, penalty }, count)
}

fn minimised<L>(loss: L, count: usize) -> Result<Vec<f64>, String>
where
    L: CostFunction<Param = Vec<f64>, Output = f64> + Gradient<Param = Vec<f64>, Gradient = Vec<f64>>,
{
    let failed = |e: Error| format!("fitting the model: {e}");
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7).with_tolerance_cost(1e-6).map_err(failed)?;
    let result = Executor::new(loss, solver)
        .configure(|state| state.param(vec![0.0; count]).max_iters(150))
        .run()
        .map_err(failed)?;
    let best = result.state().get_best_param().cloned();
    best.ok_or_else(|| "fitting the model: no weights were found".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(alternatives: &[&[u32]], right: usize) -> Example {
        Example {
            alternatives: alternatives.iter().map(|f| f.iter().map(|at| (*at, 1.0)).collect()).collect(),
            right: (0..alternatives.len()).map(|n| n == right).collect(),
            weight: 1.0,
        }
    }

    #[test]
    fn the_weight_of_a_feature_is_its_log_odds_where_nothing_is_penalised() {
        // Of four choices between an alternative with the feature and one without, three take the first: ln(3/1).
        let one = |right| example(&[&[0], &[]], right);
        let weights = fit(&[one(0), one(0), one(0), one(1)], 1, 0.0).unwrap();
        assert!((weights[0] - 3f64.ln()).abs() < 1e-3, "{weights:?}");
    }

    #[test]
    fn classes_are_the_choice_between_alternatives_of_the_same_features() {
        let texts = [(vec![0, 1], 0), (vec![0, 2], 1), (vec![0, 1, 2], 2), (vec![0], 1)];
        let classed: Vec<Classed> = texts
            .iter()
            .map(|(features, class)| Classed {
                features: features.iter().map(|at| (*at, 1.0)).collect(),
                class: *class,
            })
            .collect();
        let choices: Vec<Example> = texts
            .iter()
            .map(|(features, class)| {
                let rows: Vec<Vec<u32>> = (0..3).map(|at| features.iter().map(|f| f * 3 + at).collect()).collect();
                example(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>(), *class)
            })
            .collect();
        let (one, other) = (fit_classes(&classed, 3, 3, 0.5).unwrap(), fit(&choices, 9, 0.5).unwrap());
        assert!(one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-6), "{one:?} {other:?}");
    }

    #[test]
    fn a_penalty_draws_weights_to_nothing() {
        let all = vec![example(&[&[0], &[1]], 0); 5];
        let free = fit(&all, 2, 0.01).unwrap();
        let held = fit(&all, 2, 10.0).unwrap();
        assert!(free[0] > held[0] && held[0] > 0.0 && held[0] + held[1] < 1e-6, "{free:?} {held:?}");
    }
}
