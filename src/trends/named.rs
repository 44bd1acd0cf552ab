//! The named queries: the files of `queries/`, embedded, each with what its head says of it.

/// A query that the program brings along.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub name: &'static str,
    pub sql: &'static str,
}

macro_rules! named {
    ($($name:literal)*) => {
        /// The named queries, in the order in which a reader wants the tables.
        pub const NAMED: &[Named] =
            &[$(Named { name: $name, sql: include_str!(concat!("../../queries/", $name, ".sql")) },)*];
    };
}

named! {
    "coverage"
    "incidents_by_quarter"
    "root_cause_by_quarter"
    "detection_by_quarter"
    "triggers"
    "ttr_by_cause"
    "ttr_by_detection"
    "severity"
    "services"
    "slowest"
    "warnings"
}

/// The named query of that name.
pub fn find(name: &str) -> Option<&'static Named> {
    NAMED.iter().find(|query| query.name == name)
}

impl Named {
    /// The title: what stands in the first line after `-- title:`.
    pub fn title(&self) -> &'static str {
        let first = self.sql.lines().next().unwrap_or_default();
        first.strip_prefix("-- title:").map_or(self.name, str::trim)
    }

    /// What the query answers and what its columns mean: the comment after the title.
    pub fn about(&self) -> String {
        let comment = self.sql.lines().skip(1).map_while(|line| line.strip_prefix("--"));
        let lines: Vec<_> = comment.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
        lines.join("\n").trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_queries_is_embedded() {
        let dir = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/queries")).unwrap();
        let mut files: Vec<_> = dir.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        let mut embedded: Vec<_> = NAMED.iter().map(|query| format!("{}.sql", query.name)).collect();
        files.sort();
        embedded.sort();
        assert_eq!(files, embedded);
    }

    #[test]
    fn every_query_says_its_title_and_explains_each_column() {
        for query in NAMED {
            assert!(query.sql.starts_with("-- title: ") && query.title() != query.name, "{}", query.name);
            let about = query.about();
            assert!(about.contains("\nn ") || about.starts_with("n "), "{} does not explain n", query.name);
        }
    }
}
