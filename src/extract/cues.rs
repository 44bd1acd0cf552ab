//! Cue lexicons: patterns in data files, each with its kind, its weight and its examples.
//!
//! A lexicon is a table (`kind  weight  pattern  example  counter-example`). A pattern is a regular expression without
//! regard to case in which a space stands for any white space, so that wrapped lines match too. `Cues` answers which
//! kinds a piece of text speaks of and how strongly; what that means is for the caller. A kind written `!kind` speaks
//! against that kind.

use regex::bytes::{Regex, RegexBuilder};

/// A compiled lexicon over kinds `K`.
pub(crate) struct Cues<K> {
    rows: Vec<Row<K>>,
}

/// One line of a lexicon.
pub(crate) struct Row<K> {
    pub kind: K,
    /// Negative where the pattern speaks against its kind.
    pub weight: f64,
    pattern: Regex,
}

impl<K: Copy> Cues<K> {
    /// Compiles a lexicon; an error names the line and what is wrong with it.
    pub fn compile(lexicon: &str, kind_of: impl Fn(&str) -> Option<K>) -> Result<Cues<K>, String> {
        let mut rows = Vec::new();
        for (number, line) in
            lexicon.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
        {
            let problem = |what: &str| format!("line {}: {what}: {line}", number + 1);
            let mut cells = line.split('\t');
            let (Some(name), Some(weight), Some(pattern)) = (cells.next(), cells.next(), cells.next()) else {
                return Err(problem("not `kind<TAB>weight<TAB>pattern`"));
            };
            let kind = kind_of(name.trim_start_matches('!')).ok_or_else(|| problem("unknown kind"))?;
            let weight: f64 = weight.parse().map_err(|_| problem("the weight is no number"))?;
            let sign = if name.starts_with('!') { -1.0 } else { 1.0 };
            let pattern = ascii(pattern).map_err(|e| problem(&e.to_string()))?;
            rows.push(Row { kind, weight: sign * weight, pattern });
        }
        Ok(Cues { rows })
    }

    /// The rows that match somewhere in `text`.
    pub fn matches<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a Row<K>> {
        self.rows.iter().filter(move |row| row.pattern.is_match(text.as_bytes()))
    }
}

/// The expression of a pattern.
fn ascii(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&spaced(pattern)).case_insensitive(true).unicode(false).build()
}

/// Lets each space of a pattern match any white space and straight quotes. Patterns are ASCII, which is what the fast
/// engine can do; the masked text has spaces in place of curly quotes, so "didn’t" reads "didn   t" there.
fn spaced(pattern: &str) -> String {
    const GAP: &str = r#"[\s'"]"#;
    pattern.replace(" ?", &format!("{GAP}*")).replace(' ', &format!("{GAP}+")).replace("n't", "n(?:'|\\s+)t")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Runs the examples of a lexicon: the fourth cell matches its row, the fifth does not.
    pub(crate) fn examples_hold(lexicon: &str) {
        for line in lexicon.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert!(cells.len() >= 4, "a rule without its example does not exist: {line}");
            let regex = ascii(cells[2]);
            let regex = regex.unwrap_or_else(|e| panic!("{line}: {e}"));
            assert!(regex.is_match(cells[3].as_bytes()), "`{}` should match {}", cells[3], cells[2]);
            if let Some(counter) = cells.get(4) {
                assert!(!regex.is_match(counter.as_bytes()), "`{counter}` should not match {}", cells[2]);
            }
        }
    }

    #[test]
    fn a_lexicon_with_a_fault_names_the_line() {
        let kind = |name: &str| (name == "a").then_some(());
        assert!(Cues::compile("a\t1\tx", kind).is_ok());
        assert!(Cues::compile("# note\nb\t1\tx", kind).err().unwrap().contains("line 2: unknown kind"));
        assert!(Cues::compile("a\tmuch\tx", kind).err().unwrap().contains("no number"));
    }
}
