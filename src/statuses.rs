//! The words that open an update of a status page: `data/lexicon/statuses.txt`.

const TABLE: &str = include_str!("../data/lexicon/statuses.txt");

/// What stands behind the status that a line begins with, if it begins with one: " - All is well." of "Resolved - All is well."
pub(crate) fn after_status(line: &str) -> Option<&str> {
    TABLE.lines().filter(|status| !status.starts_with('#')).find_map(|status| {
        let opens = line.get(..status.len()).is_some_and(|opening| opening.eq_ignore_ascii_case(status));
        let rest = line.get(status.len()..).filter(|_| opens)?;
        (!rest.starts_with(char::is_alphanumeric)).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_whole_word_that_opens_a_line() {
        for (line, rest) in [
            ("Resolved - All is well.", Some(" - All is well.")),
            ("IN PROGRESS: half of it", Some(": half of it")),
            ("monitoring", Some("")),
            ("Updated: yesterday", None),
            ("Now resolved", None),
            ("# The words", None),
            ("é", None),
        ] {
            assert_eq!(after_status(line), rest, "{line}");
        }
    }
}
