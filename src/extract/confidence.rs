//! How sure a value is that no model gave a chance: the share of right answers among those that rested on the same evidence.
//!
//! The table is data (`data/model/confidence.tsv`), measured on hand-labelled documents by `data/model/measure.py`.
//! A kind of evidence that the table does not know has the mean of its field.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::models;

/// The chance by field and evidence.
type Table<'t> = HashMap<(&'t str, &'t str), f64>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // Ours is read by a test, the user's when it is taken: a fault in it is a fault in the build.
    parse(models::text("confidence.tsv")).unwrap_or_else(|e| panic!("confidence.tsv: {e}"))
});

/// Reads a table of `field<TAB>evidence<TAB>chance ...`. An error names the line.
pub(super) fn parse(file: &str) -> Result<Table<'_>, String> {
    let lines = file.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let mut cells = line.split('\t');
            let (field, evidence, chance) =
                (cells.next(), cells.next(), cells.next().and_then(|cell| cell.parse().ok()));
            let row = field.zip(evidence).zip(chance.filter(|chance| (0.0..=1.0).contains(chance)));
            row.ok_or_else(|| format!("not `field<TAB>evidence<TAB>chance`: {line}"))
        })
        .collect()
}

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
