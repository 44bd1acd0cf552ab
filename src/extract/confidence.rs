//! How sure a value is that no model gave a chance: the share of right answers among those that rested on the same evidence.
//!
//! The table is data (`data/model/confidence.tsv`), measured on hand-labelled documents by `data/model/measure.py`.
//! A kind of evidence that the table does not know has the mean of its field.

use std::collections::HashMap;
use std::sync::LazyLock;

static TABLE: LazyLock<HashMap<(&'static str, &'static str), f64>> = LazyLock::new(|| {
    let lines = include_str!("../../data/model/confidence.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some(((cells.next()?, cells.next()?), cells.next()?.parse().ok()?))
        })
        .collect()
});

/// The chance, from 0 to 1, that the value of `field` is right where it rests on `evidence`.
pub(crate) fn of(field: &str, evidence: &str) -> f64 {
    TABLE.get(&(field, evidence)).or_else(|| TABLE.get(&(field, "any"))).copied().unwrap_or(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chance_is_between_nothing_and_certainty() {
        assert!(TABLE.len() > 5);
        for (key, chance) in TABLE.iter() {
            assert!(*chance > 0.0 && *chance < 1.0, "{key:?}");
        }
    }

    #[test]
    fn what_the_table_does_not_know_has_the_mean_of_its_field() {
        assert_eq!(of("ttr_minutes", "a new basis"), of("ttr_minutes", "any"));
    }
}
