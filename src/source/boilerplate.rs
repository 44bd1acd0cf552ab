//! The table of what surrounds the text of a web page: `data/lexicon/html_boilerplate.tsv`.
//!
//! Promises: an answer from the element's own name, role, class and id alone. Leaves to others: whether leaving the
//! element out would lose the text (`html`).

use std::collections::HashSet;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../data/lexicon/html_boilerplate.tsv");

#[derive(Debug, Default)]
pub struct Boilerplate {
    tags: HashSet<&'static str>,
    roles: HashSet<&'static str>,
    names: HashSet<&'static str>,
    prefixes: Vec<&'static str>,
    heads: HashSet<&'static str>,
    panels: Vec<&'static str>,
    headings: HashSet<&'static str>,
}

impl Boilerplate {
    /// The table, read once.
    pub fn table() -> &'static Boilerplate {
        static READ: LazyLock<Boilerplate> = LazyLock::new(Boilerplate::read);
        &READ
    }

    fn read() -> Boilerplate {
        let mut table = Boilerplate::default();
        for line in TABLE.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let mut columns = line.split('\t');
            match (columns.next(), columns.next()) {
                (Some("tag"), Some(tag)) => _ = table.tags.insert(tag),
                (Some("role"), Some(role)) => _ = table.roles.insert(role),
                (Some("head"), Some(name)) => _ = table.heads.insert(name),
                (Some("panel"), Some(name)) => table.panels.push(name),
                (Some("heading"), Some(words)) => _ = table.headings.insert(words),
                (Some("name"), Some(name)) => match name.strip_suffix('*') {
                    Some(prefix) => table.prefixes.push(prefix),
                    None => _ = table.names.insert(name),
                },
                _ => {}
            }
        }
        table
    }

    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.contains(tag)
    }

    pub fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role.trim().to_ascii_lowercase().as_str())
    }

    /// Whether any of the classes or ids is of a head of the page, which may hold its title.
    pub fn has_head<'t>(&self, mut names: impl Iterator<Item = &'t str>) -> bool {
        names.any(|words| {
            words.split_ascii_whitespace().any(|word| self.heads.contains(word.to_ascii_lowercase().as_str()))
        })
    }

    /// Whether any part of a class or id begins as what readers open and close does: `wa-accordionItem`.
    pub fn has_panel(&self, words: &str) -> bool {
        let words = words.to_ascii_lowercase();
        let mut parts = words.split(|c: char| !c.is_ascii_alphanumeric());
        parts.any(|part| self.panels.iter().any(|panel| part.starts_with(panel)))
    }

    /// Whether a section with that heading is none of the text, whatever number is in it: `3 comments`.
    pub fn has_heading(&self, words: &str) -> bool {
        let mark = |c: char| !c.is_alphabetic();
        self.headings.contains(words.trim_matches(mark).to_lowercase().as_str())
    }

    /// Whether any word of a class or id stands in the table.
    pub fn has_name(&self, words: &str) -> bool {
        words.split_ascii_whitespace().any(|word| {
            let word = word.to_ascii_lowercase();
            let is_named = self.names.contains(word.as_str()) || self.heads.contains(word.as_str());
            is_named || self.prefixes.iter().any(|prefix| word.starts_with(prefix))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let table = Boilerplate::table();
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count() - 1;
        let names = table.names.len() + table.prefixes.len() + table.heads.len();
        assert_eq!(table.tags.len() + table.roles.len() + names + table.panels.len() + table.headings.len(), lines);
        for line in TABLE.lines() {
            assert!(line.starts_with('#') || line.split('\t').count() == 3, "{line}");
        }
    }

    #[test]
    fn words_match_whole_or_by_their_beginning() {
        let table = Boilerplate::table();
        for (words, expected) in [
            ("page Cookie-Banner", true),
            ("site-footer", true),
            ("main-footer-text", false),
            ("incident-updates", false),
            ("menu", true),
            ("menu-less", false),
        ] {
            assert_eq!(table.has_name(words), expected, "{words}");
        }
        assert!(table.has_tag("nav") && table.has_role(" Navigation ") && !table.has_tag("main"));
    }
}
