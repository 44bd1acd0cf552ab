//! One thing to look for: a word, a phrase, a field with its value, or all that stands between brackets.

use super::fields::{self, Column, Kind, Label};
use super::parse::{Found, Parser, QUOTE_IT, is_quote};
use super::values;
use super::{Clause, Fault, Node, Want, Words};

/// Brackets in brackets: each is a call on the stack.
const MAX_DEPTH: usize = 50;
/// Words and phrases; each is looked up in several fields.
const MAX_ATOMS: usize = 500;

impl<'a> Parser<'a> {
    /// One thing to look for, and what is asked of it without a sign.
    pub(super) fn atom(&mut self) -> Found<(Want, Node)> {
        let at = self.at;
        self.atoms += 1;
        if self.atoms > MAX_ATOMS {
            let hint = "To find what is like a document: coroner similar <FILE>";
            return Err(self.fault(at, format!("it has more than {MAX_ATOMS} words"), hint));
        }
        match self.peek() {
            Some('(') => {
                let clauses = self.brackets()?;
                let is_wish = clauses.iter().all(|clause| clause.want == Want::Wish);
                let want = if is_wish { Want::Wish } else { Want::Must };
                Ok((!clauses.is_empty()).then_some((want, Node::Clauses(clauses))))
            }
            Some(c) if is_quote(c) => {
                let words = self.phrase()?;
                Ok(words.map(|words| (Want::Must, Node::Text(None, words))))
            }
            _ => self.word_or_field(),
        }
    }

    fn brackets(&mut self) -> Result<Vec<Clause>, Fault> {
        let open = self.at;
        if self.depth == MAX_DEPTH {
            let what = format!("more than {MAX_DEPTH} brackets stand in one another");
            return Err(self.fault(open, what, "Write it with fewer."));
        }
        self.depth += 1;
        self.at += 1;
        let clauses = self.clauses()?;
        if self.peek() != Some(')') {
            return Err(self.fault(open, "this bracket is not closed", QUOTE_IT));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(clauses)
    }

    /// `"words in a row"`, `"words near each other"~5`.
    fn phrase(&mut self) -> Found<Words> {
        let open = self.at;
        let first = self.peek().map_or(0, char::len_utf8);
        let inner = &self.rest()[first..];
        let Some(length) = inner.find(is_quote) else {
            return Err(self.fault(open, "this quote is not closed", "Close it: \"connection refused\""));
        };
        let text = inner[..length].to_owned();
        self.at += first + length;
        self.at += self.peek().map_or(0, char::len_utf8);
        let mut slop = 0;
        match self.peek() {
            Some('*') => {
                let hint = "The beginning of one word is written without quotes: redi*";
                return Err(self.fault(self.at, "a phrase has no open end", hint));
            }
            Some('~') => {
                let digits = self.rest()[1..].bytes().take_while(u8::is_ascii_digit).count();
                let number = self.rest()[1..1 + digits].parse().ok().filter(|number| *number <= 100);
                let hint = "So many words may stand between, at most 100: \"redis failover\"~5";
                slop = number.ok_or_else(|| self.fault(self.at, "a number of words is missing", hint))?;
                self.at += 1 + digits;
            }
            _ => {}
        }
        Ok(text.contains(char::is_alphanumeric).then_some(Words::Phrase { text, slop }))
    }

    /// The characters up to the next space, bracket or quote.
    fn run(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || c == '(' || c == ')' || is_quote(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn word_or_field(&mut self) -> Found<(Want, Node)> {
        let start = self.at;
        let rest = self.rest();
        let letters = rest.bytes().take_while(|byte| byte.is_ascii_alphabetic() || *byte == b'_').count();
        let name = &rest[..letters];
        let is_compared = matches!(fields::find(name), Some(Kind::Column(_)));
        // `ttr>4h`, and `ttr > 4h`
        let after = rest[letters..].trim_start();
        match rest.as_bytes().get(letters) {
            Some(b':') if letters > 0 => self.at += letters + 1,
            _ if is_compared && after.starts_with(['<', '>', '=']) => self.at += rest.len() - after.len(),
            _ => {
                let word = self.run();
                return Ok(self.word(word, start)?.map(|words| match words {
                    Words::Prefix(prefix) if prefix.is_empty() => (Want::Must, Node::Everything),
                    words => (Want::Wish, Node::Text(None, words)),
                }));
            }
        }
        let Some(kind) = fields::find(name) else {
            let known = fields::NAMES.iter().flat_map(|(names, _)| names.iter().copied());
            let meant =
                fields::closest(name, known).map(|meant| format!("Did you mean `{meant}:`? ")).unwrap_or_default();
            let hint = format!(
                "{meant}There are {}.\nTo look for a text with a colon, put it into quotes: \"{name}: ...\"",
                fields::names()
            );
            return Err(self.fault(start, format!("there is no field `{name}`"), hint));
        };
        if self.peek().is_none_or(|c| c.is_whitespace() || c == ')') {
            let hint = format!("Write it without a space: {}", example(kind));
            return Err(self.fault(self.at, format!("a value is missing after `{name}:`"), hint));
        }
        Ok(self.value(kind)?.map(|node| (Want::Must, node)))
    }

    fn value(&mut self, kind: Kind) -> Found<Node> {
        let at = self.at;
        let quoted = self.peek().is_some_and(is_quote);
        match kind {
            Kind::Text(field) if self.peek() == Some('(') => {
                let clauses = self.brackets()?;
                let hint = "Write words between the brackets: title:(redis OR memcached)";
                within(field, Node::Clauses(clauses))
                    .map(Some)
                    .map_err(|()| self.fault(at, "a field stands in a field", hint))
            }
            Kind::Text(field) if quoted => Ok(self.phrase()?.map(|words| Node::Text(Some(field), words))),
            Kind::Text(field) => {
                let word = self.run();
                Ok(self.word(word, at)?.map(|words| Node::Text(Some(field), words)))
            }
            Kind::Label(label) => self.labels(label).map(Some),
            Kind::Column(column) => self.range(column).map(Some),
            Kind::Has => {
                let name = self.run().to_ascii_lowercase();
                fields::told(&name).map(|field| Some(Node::Has(field))).ok_or_else(|| {
                    let known: Vec<_> = fields::TOLD.iter().map(|(short, _)| *short).collect();
                    let hint = format!("There are {}.", known.join(", "));
                    self.fault(at, format!("`has:` does not know `{name}`"), hint)
                })
            }
            Kind::Is => {
                let name = self.run().to_ascii_lowercase();
                let hint = "There is is:incident: documents that report one.";
                let what = format!("`is:` does not know `{name}`");
                fields::is(&name).map(|name| Some(Node::Has(name))).ok_or_else(|| self.fault(at, what, hint))
            }
        }
    }

    /// One label, or several with commas between them.
    fn labels(&mut self, label: Label) -> Result<Node, Fault> {
        let at = self.at;
        let run = match self.peek() {
            Some(c) if is_quote(c) => match self.phrase()? {
                Some(Words::Phrase { text, .. }) => text,
                _ => String::new(),
            },
            _ => self.run().to_owned(),
        };
        let mut nodes = Vec::new();
        let mut from = at;
        for value in run.split(',') {
            let lower = value.to_lowercase().replace([' ', '-'], "_");
            let value = match fields::values(label) {
                Some(known) if !known.contains(&lower.as_str()) => {
                    return Err(self.unknown_label(label, value, from, &known));
                }
                Some(_) => lower,
                None if value.is_empty() => {
                    return Err(self.fault(
                        from,
                        "a value is missing",
                        format!("Such as {}", example(Kind::Label(label))),
                    ));
                }
                None => value.to_owned(),
            };
            nodes.push(Node::Label(label, value));
            from = (from + run[..].split(',').nth(nodes.len() - 1).map_or(0, str::len) + 1).min(self.at);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn unknown_label(&self, label: Label, value: &str, at: usize, known: &[&'static str]) -> Fault {
        let name = fields::NAMES.iter().find(|(_, kind)| *kind == Kind::Label(label)).map_or("", |(names, _)| names[0]);
        let meant = fields::closest(value, known.iter().copied());
        let meant = meant.map(|meant| format!("Did you mean {name}:{meant}? ")).unwrap_or_default();
        let words =
            if label == Label::Cause { "\nTo look for words where the texts speak of the cause: why:..." } else { "" };
        let hint = format!("{meant}There are {}.{words}", known.join(", "));
        self.fault(at, format!("`{value}` is no value of `{name}`"), hint)
    }

    fn range(&mut self, column: Column) -> Result<Node, Fault> {
        let mut at = self.at;
        let mut value = self.run().to_owned();
        if matches!(values::split_operator(&value), (operator, "") if !operator.is_empty()) {
            // `ttr > 4h`
            self.skip_space();
            at = self.at - value.len();
            value += self.run();
        }
        let wrong = |wrong: values::Wrong| self.fault((at + wrong.at).min(self.at), wrong.what, wrong.hint);
        values::range(column, &value).map(|range| Node::Range(column, range)).map_err(wrong)
    }

    /// `word`, `begin*`, `nearly~`, `nearly~2`.
    fn word(&self, word: &str, at: usize) -> Found<Words> {
        if word == "*" {
            return Ok(Some(Words::Prefix(String::new())));
        }
        // Emphasis of Markdown around a word is no wish for a beginning.
        let bare = word.trim_start_matches('*');
        let (at, word) = (at + word.len() - bare.len(), if bare == word { word } else { bare.trim_end_matches('*') });
        let has_word = |text: &str| text.contains(char::is_alphanumeric);
        if let Some(prefix) = word.strip_suffix('*').filter(|prefix| has_word(prefix) && !prefix.contains('*')) {
            let prefix = prefix.trim_start_matches(|c: char| !c.is_alphanumeric());
            return Ok(Some(Words::Prefix(prefix.to_owned())));
        }
        if let Some(star) = word.find('*').filter(|star| has_word(&word[..*star]) && has_word(&word[*star..])) {
            let hint = "It stands at the end of a word: connect*";
            return Err(self.fault(at + star, "a * cannot stand within a word", hint));
        }
        if let Some((word, digits)) = word.rsplit_once('~').filter(|(word, _)| word.contains(char::is_alphanumeric))
            && digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            let distance = match digits {
                "" | "1" => 1,
                "2" => 2,
                _ => {
                    let hint = "At most two letters may differ: memcached~2";
                    return Err(self.fault(at + word.len() + 1, "too many letters would differ", hint));
                }
            };
            return Ok(Some(Words::Fuzzy(word.to_owned(), distance)));
        }
        Ok(has_word(word).then(|| Words::Word(word.to_owned())))
    }
}

/// Looks for all words of a node in one field; an error where the node names a field itself.
fn within(field: fields::Text, node: Node) -> Result<Node, ()> {
    let each = |nodes: Vec<Node>| nodes.into_iter().map(|node| within(field, node)).collect::<Result<Vec<_>, ()>>();
    Ok(match node {
        Node::Clauses(clauses) => {
            let inner = |clause: Clause| Ok(Clause { node: within(field, clause.node)?, want: clause.want });
            Node::Clauses(clauses.into_iter().map(inner).collect::<Result<_, ()>>()?)
        }
        Node::Any(nodes) => Node::Any(each(nodes)?),
        Node::All(nodes) => Node::All(each(nodes)?),
        Node::Text(None, words) => Node::Text(Some(field), words),
        _ => return Err(()),
    })
}

fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Text(_) => "title:redis, title:\"connection refused\"",
        Kind::Label(Label::Cause) => "cause:configuration",
        Kind::Label(Label::Detection) => "detection:customer",
        Kind::Label(Label::Trigger) => "trigger:deploy",
        Kind::Label(Label::Severity) => "severity:sev1",
        Kind::Label(Label::Id) => "id:2025/redis.md, id:2025/*",
        Kind::Column(Column::Date) => "date:2024, date:2024Q3..2025Q1",
        Kind::Column(_) => "ttr:>4h, ttd:<=30m",
        Kind::Has => "has:ttr, -has:cause",
        Kind::Is => "is:incident",
    }
}
