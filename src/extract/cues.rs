//! Cue lexicons: patterns in data files, each with its kind, its weight and its examples.
//!
//! A lexicon is a table (`kind  weight  pattern  example  counter-example`). A pattern is a regular expression without
//! regard to case in which a space stands for any white space, so that wrapped lines match too. `Cues` answers which
//! kinds a piece of text speaks of and how strongly; what that means is for the caller. A kind written `!kind` speaks
//! against that kind.
//!
//! To run a hundred expressions over each sentence would be most of the program's work. Almost all of them are lists of
//! phrases, so [`phrase`] reads these from the patterns, [`index`] finds them in one pass, and an expression is compiled and
//! run only where the phrases leave open whether it matches. The lexicons share one index, as most sentences are asked
//! of all of them. The answers are those of the expressions; a test holds the two against each other.

mod index;
mod memo;
mod phrase;
mod pieces;
mod trie;

use std::sync::{Arc, LazyLock, OnceLock};

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;

use self::index::{Index, Rows};
pub(crate) use self::memo::Asked;

/// The lexicons that share an index. One that does not stand here has its own, as that of impact: it is asked about other
/// texts than these, whole entries with their times, and few words are in it.
const LEXICONS: [&str; 5] = [
    include_str!("../../data/lexicon/causes.tsv"),
    include_str!("../../data/lexicon/events.tsv"),
    include_str!("../../data/lexicon/genre.tsv"),
    include_str!("../../data/lexicon/stance.tsv"),
    include_str!("../../data/lexicon/triggers.tsv"),
];

/// The index of [`LEXICONS`], unless there is a fault in one of them: then that one has to say so.
static SHARED: LazyLock<Option<Arc<Index>>> = LazyLock::new(|| {
    let lines = LEXICONS.iter().flat_map(|lexicon| lines(lexicon));
    let patterns = lines.map(|(_, line)| parsed(line.split('\t').nth(2)?).ok()).collect::<Option<Vec<_>>>()?;
    (patterns.len() <= Rows::MOST).then(|| Arc::new(Index::new(&patterns)))
});

/// A compiled lexicon over kinds `K`.
pub(crate) struct Cues<K> {
    rows: Vec<Row<K>>,
    index: Arc<Index>,
    /// The number of its first row in the index, and the numbers of all of them.
    first: usize,
    own: Rows,
}

/// One line of a lexicon.
pub(crate) struct Row<K> {
    pub kind: K,
    /// Negative where the pattern speaks against its kind.
    pub weight: f64,
    pattern: Pattern,
    /// The rows that say as much or more of its kind, on the same side.
    rivals: Rows,
}

/// An expression that is compiled when it is first needed.
struct Pattern {
    text: String,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn is_match(&self, text: &str) -> bool {
        // The expression was parsed when the lexicon was, and a test compiles all that are shipped.
        let regex = self.regex.get_or_init(|| ascii(&self.text).ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }
}

impl<K: Copy + PartialEq> Cues<K> {
    /// Compiles a lexicon; an error names the line and what is wrong with it.
    pub fn compile(lexicon: &str, kind_of: impl Fn(&str) -> Option<K>) -> Result<Cues<K>, String> {
        let mut rows = Vec::new();
        for (number, line) in lines(lexicon) {
            let problem = |what: &str| problem(number, what, line);
            let mut cells = line.split('\t');
            let (Some(name), Some(weight), Some(pattern)) = (cells.next(), cells.next(), cells.next()) else {
                return Err(problem("not `kind<TAB>weight<TAB>pattern`"));
            };
            let kind = kind_of(name.trim_start_matches('!')).ok_or_else(|| problem("unknown kind"))?;
            let weight: f64 = weight.parse().map_err(|_| problem("the weight is no number"))?;
            let sign = if name.starts_with('!') { -1.0 } else { 1.0 };
            if rows.len() == Rows::MOST {
                return Err(problem(&format!("a lexicon has at most {} rows; this is one more", Rows::MOST)));
            }
            let pattern = Pattern { text: pattern.to_owned(), regex: OnceLock::new() };
            rows.push(Row { kind, weight: sign * weight, pattern, rivals: Rows::default() });
        }
        let at = LEXICONS.iter().position(|known| *known == lexicon);
        if let (Some(at), Some(index)) = (at, &*SHARED) {
            let first = LEXICONS[..at].iter().map(|before| lines(before).count()).sum();
            let own = Rows::range(first..first + rows.len());
            return Ok(Cues { rows: with_rivals(rows, first), index: Arc::clone(index), first, own });
        }
        let patterns = lines(lexicon)
            .zip(&rows)
            .map(|((number, line), row)| parsed(&row.pattern.text).map_err(|e| problem(number, &e, line)));
        let index = Index::new(&patterns.collect::<Result<Vec<_>, _>>()?);
        let own = Rows::range(0..rows.len());
        Ok(Cues { rows: with_rivals(rows, 0), index: Arc::new(index), first: 0, own })
    }

    /// The rows that match somewhere in a text.
    pub fn matches<'a>(&'a self, asked: impl Into<Asked<'a>>) -> impl Iterator<Item = &'a Row<K>> {
        self.settled(asked.into(), |_, _| true)
    }

    /// The same, but perhaps without rows that others outdo: for who asks for the strongest of each kind. A lexicon is asked in
    /// this way always or never.
    pub fn strongest<'a>(&'a self, asked: impl Into<Asked<'a>>) -> impl Iterator<Item = &'a Row<K>> {
        self.settled(asked.into(), |row, sure| (row.rivals & sure).is_empty())
    }

    /// The rows that match for sure, and of those whose expressions have to be asked the ones that `matter` and match.
    fn settled<'a>(
        &'a self,
        asked: Asked<'a>,
        matters: impl Fn(&Row<K>, Rows) -> bool,
    ) -> impl Iterator<Item = &'a Row<K>> {
        let found = memo::find(&self.index, asked, |found| {
            for at in (found.open & self.own).iter() {
                let row = &self.rows[at - self.first];
                if matters(row, found.sure) && row.pattern.is_match(asked.text) {
                    found.sure.insert(at);
                }
            }
            found.open = found.open & !self.own;
        });
        (found.sure & self.own).iter().map(|row| &self.rows[row - self.first])
    }
}

/// The rows of a lexicon, each with its rivals; the first has the number `first`.
fn with_rivals<K: PartialEq>(mut rows: Vec<Row<K>>, first: usize) -> Vec<Row<K>> {
    for at in 0..rows.len() {
        let row = &rows[at];
        let outdoes = |other: &Row<K>| {
            let same_side = other.weight.is_sign_negative() == row.weight.is_sign_negative();
            other.kind == row.kind && same_side && other.weight.abs() >= row.weight.abs()
        };
        let mut rivals = Rows::default();
        let others = rows.iter().enumerate().filter(|(other, row)| *other != at && outdoes(row));
        others.for_each(|(other, _)| rivals.insert(first + other));
        rows[at].rivals = rivals;
    }
    rows
}

/// The lines of a lexicon that are rows, with their numbers.
fn lines(lexicon: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = lexicon.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|(at, line)| (at + 1, line))
}

fn problem(line: usize, what: &str, text: &str) -> String {
    format!("line {line}: {what}: {text}")
}

/// What a pattern says, read as `ascii` compiles it.
fn parsed(pattern: &str) -> Result<phrase::Pattern, String> {
    // Without flags of its own a pattern need not have each letter spelled out in both cases.
    let caseless = pattern.match_indices("(?").all(|(at, _)| pattern[at..].starts_with("(?:"));
    let mut parser = ParserBuilder::new().case_insensitive(!caseless).unicode(false).utf8(false).build();
    Ok(phrase::Pattern { hir: parser.parse(&spaced(pattern)).map_err(|e| e.to_string())?, caseless })
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
    use std::cell::Cell;

    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;

    use super::*;

    /// Runs the examples of a lexicon: the fourth cell matches its row, the fifth does not.
    pub(crate) fn examples_hold(lexicon: &str) {
        for (_, line) in lines(lexicon) {
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

    const IMPACT: &str = include_str!("../../data/lexicon/impact.tsv");

    /// Patterns of every shape that a lexicon may come to hold.
    const SHAPES: &str = "a\t1\t\\b(?:fail\\w*|err\\w+|down) (?:\\w+ ){0,2}(?:again|for good)\\b\n\
        a\t1\t\\b(?:all(?: \\w+){0,2}|they) (?:are )?(?:up|back)\\b\n\
        a\t1\t^\\W*(?:alert|page)s?\\b\n\
        a\t1\t\\balert(?: to|:|$)\n\
        a\t1\t\\b(?:@\\w+|(?-i:[A-Z]\\w+)|team) (?:fails?|errors)\\b\n\
        a\t1\t\\b(?:re-?)?(?:start|boot)(?:ed|s)?\\b\n\
        a\t1\t(?:un|not )(?:up|down)\n\
        a\t1\tn't (?:fail|start)\n\
        a\t1\t\\b(?:disk|cpu)[ -](?:\\w+[ -]){0,2}(?:alerts?|full)\\b\n\
        a\t1\t\\bteam\\b.{0,20}\\bpage\\b|\\bsecurity@\n\
        a\t1\t\\b5\\d\\d\\b\n\
        a\t1\t\\b(?:fail |err)\\b\n\
        a\t1\t\\b(?:down ?|fail ?)(?:-|:) ?(?:again|page)\n\
        a\t1\t\\b(?:was |were )*(?:up|down)(?: again){1,2}\\b\n\
        a\t1\t(?-i:FIRING)|\\w+@\\w+\n\
        a\t1\t\\b(?:\\w+ )?start[a-z] (?:\\w+ ){1,2}up\\b|[^a-z]down[^a-z]\n\
        a\t1\tx?";

    fn rows_of(lexicon: &str) -> Cues<()> {
        Cues::compile(lexicon, |_| Some(())).unwrap()
    }

    /// What the phrases of the patterns are made of, and what may stand between words.
    fn words_of(cues: &Cues<()>) -> Vec<String> {
        let mut words: Vec<String> = cues
            .rows
            .iter()
            .flat_map(|row| phrase::branches(&parsed(&row.pattern.text).unwrap()))
            .flat_map(|branch| branch.clauses)
            .flat_map(|clause| clause.phrases)
            .map(|phrase| String::from_utf8(phrase.text).unwrap())
            .collect();
        words.extend(["the", "some words of", "FIRING", "x@y", "Anna", "not", "n't", "5", "alerts"].map(str::to_owned));
        words
    }

    /// Texts of such words with all kinds of gaps, marks and stems between them.
    fn texts(words: Vec<String>) -> impl Strategy<Value = String> {
        let word = (prop::sample::select(words), "( |  |\n|'|\"|-|: |, |\\. |s |ing |ed|_|é|@|)", 0..8u8);
        prop::collection::vec(word, 1..14).prop_map(|words| {
            let cased = |word: String, case| if case == 0 { word.to_uppercase() } else { word };
            words.into_iter().map(|(word, between, case)| cased(word, case) + &between).collect()
        })
    }

    #[test]
    fn the_rows_that_match_are_those_whose_expressions_match() {
        for lexicon in LEXICONS.into_iter().chain([IMPACT, SHAPES]) {
            let cues = rows_of(lexicon);
            let all: Vec<Regex> = cues.rows.iter().map(|row| ascii(&row.pattern.text).unwrap()).collect();
            let numbers = |wanted: &dyn Fn(usize, &Row<()>) -> bool| {
                cues.rows.iter().enumerate().filter(|(at, row)| wanted(*at, row)).map(|(at, _)| at).collect::<Vec<_>>()
            };
            let matched = Cell::new(0);
            let mut runner = TestRunner::new(ProptestConfig::with_cases(400));
            let outcome = runner.run(&texts(words_of(&cues)), |text| {
                let found: Vec<*const Row<()>> = cues.matches(text.as_str()).map(std::ptr::from_ref).collect();
                let expected = numbers(&|at, _| all[at].is_match(text.as_bytes()));
                matched.set(matched.get() + expected.len());
                prop_assert_eq!(numbers(&|_, row| found.contains(&std::ptr::from_ref(row))), expected);
                Ok(())
            });
            outcome.unwrap_or_else(|e| panic!("{e}"));
            assert!(matched.get() > 400, "texts that match nothing test nothing: {} matches", matched.get());
        }
    }

    #[test]
    fn no_row_is_left_out_that_says_most() {
        for lexicon in [IMPACT, SHAPES] {
            // Each has an index of its own, so that what one settles is not known to the other.
            let (all, some) = (rows_of(lexicon), rows_of(lexicon));
            let outcome = TestRunner::new(ProptestConfig::with_cases(400)).run(&texts(words_of(&all)), |text| {
                let sides =
                    |weights: Vec<f64>| weights.iter().fold((0.0f64, 0.0f64), |(a, b), w| (a.max(*w), b.min(*w)));
                let matched = all.matches(text.as_str()).map(|row| row.weight).collect();
                let strongest = some.strongest(text.as_str()).map(|row| row.weight).collect();
                prop_assert_eq!(sides(strongest), sides(matched));
                Ok(())
            });
            outcome.unwrap_or_else(|e| panic!("{e}"));
        }
    }

    #[test]
    fn the_lexicons_share_an_index() {
        for lexicon in LEXICONS {
            assert!(Arc::ptr_eq(&rows_of(lexicon).index, SHARED.as_ref().unwrap()));
        }
    }

    #[test]
    fn every_row_of_the_lexicons_names_a_phrase() {
        for lexicon in LEXICONS.into_iter().chain([IMPACT]) {
            let cues = rows_of(lexicon);
            let always = cues.index.always();
            let nameless: Vec<&str> = cues
                .rows
                .iter()
                .enumerate()
                .filter(|(at, _)| always.contains(cues.first + at))
                .map(|(_, row)| row.pattern.text.as_str())
                .collect();
            assert!(nameless.is_empty(), "these expressions would run over every sentence: {nameless:#?}");
        }
    }

    #[test]
    fn a_lexicon_with_a_fault_names_the_line() {
        let kind = |name: &str| (name == "a").then_some(());
        assert!(Cues::compile("a\t1\tx", kind).is_ok());
        assert!(Cues::compile("# note\nb\t1\tx", kind).err().unwrap().contains("line 2: unknown kind"));
        assert!(Cues::compile("a\tmuch\tx", kind).err().unwrap().contains("no number"));
        assert!(Cues::compile("a\t1\tx\n\na\t1\t(x", kind).err().unwrap().contains("line 3: regex parse error"));
    }
}
