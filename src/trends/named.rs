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
    "found_by_quarter"
    "triggers"
    "ttr_by_quarter"
    "ttr_by_cause"
    "ttr_by_detection"
    "ttd_by_quarter"
    "ttd_by_cause"
    "ttd_by_detection"
    "severity"
    "services"
    "repeats"
    "slowest"
    "disagreements"
    "warnings"
}

/// The named query of that name.
pub fn find(name: &str) -> Option<&'static Named> {
    NAMED.iter().find(|query| query.name == name)
}

impl Named {
    pub fn title(&self) -> &'static str {
        title_and_about(self.sql).0.unwrap_or(self.name)
    }

    /// What the query answers and what its columns mean.
    pub fn about(&self) -> String {
        title_and_about(self.sql).1
    }
}

/// What the head of a query says of it: the title, from the first line after `-- title:`, and the comment after that,
/// without the defaults of parameters.
pub fn title_and_about(sql: &str) -> (Option<&str>, String) {
    let title = sql.lines().next().and_then(|first| first.strip_prefix("-- title:")).map(str::trim);
    let comment = sql.lines().skip(usize::from(title.is_some())).map_while(|line| line.strip_prefix("--"));
    let told = comment.filter(|line| !line.starts_with(" param "));
    let lines: Vec<_> = told.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    (title, lines.join("\n").trim().to_owned())
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
