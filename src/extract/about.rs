//! What the document is: an incident report or something else, its title, organisation, severity and services.
//!
//! Title: front matter or subject, then the first heading or line that is not itself the name of a section, then what
//! the format states outside its text, then the file name. Severity and services only from where they are stated as such.

use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;

use super::cues::Cues;
use super::fields::{Field, Slot};
use super::outline::{Outline, section_of};
use super::timeline::Event;
use crate::document::{Block, BlockKind, Document, Format, Span};

/// Whether a document is a report on one concrete incident, and how clearly: positive for, negative against.
#[derive(Clone, Copy, PartialEq)]
enum Genre {
    Report,
    Other,
    /// It tells what happened.
    Past,
    /// It tells what to do.
    Advice,
}

static GENRE: LazyLock<Cues<Genre>> = LazyLock::new(|| {
    // The lexicon is part of the program and a test compiles it; a fault in it is a fault in the build.
    Cues::compile(include_str!("../../data/lexicon/genre.tsv"), |name| match name {
        "report" => Some(Genre::Report),
        "other" => Some(Genre::Other),
        "past" => Some(Genre::Past),
        "advice" => Some(Genre::Advice),
        _ => None,
    })
    .unwrap_or_else(|e| panic!("genre.tsv: {e}"))
});

/// The tense of so many sentences is looked at.
const LOOKED_AT: usize = 60;

/// How much speaks for a report on one incident: above zero it is one. A report tells what happened, a guide what to do.
///
/// The weights are near those of a logistic regression over 517 labelled documents, 28 of them no reports; others that look like reports are
/// taken for one in half of all cases (`nota-` in `data/train/reports`), so there are too few of them to learn from.
pub fn incident_score(document: &Document, text: &str, outline: &Outline, events: &[Event], timed: bool) -> f64 {
    let (mut other, mut questions, mut looked_at, mut past, mut advice) = (0.0f64, 0usize, 0usize, 0usize, 0usize);
    for (nth, sentence) in outline.sentences.iter().enumerate() {
        let words = sentence.span.of(text);
        let opens = nth < 6 || sentence.heading && nth < 20;
        questions += usize::from(words.ends_with('?'));
        let (mut tells, mut advises) = (false, false);
        for row in GENRE.matches(words) {
            match row.kind {
                Genre::Report | Genre::Past => tells = true,
                Genre::Advice => advises = true,
                // "Best practices" in a lesson is no guide; in a title it is.
                Genre::Other if opens || row.weight >= 4.0 => other += row.weight,
                Genre::Other => {}
            }
        }
        if words.len() > SHORTEST && looked_at < LOOKED_AT {
            looked_at += 1;
            past += usize::from(tells || has_past_tense(words));
            advice += usize::from(advises);
        }
    }
    let count = outline.sentences.len().max(1) as f64;
    let links = memmem::find_iter(document.text.as_bytes(), "](http").count() as f64;
    // A list of links is mostly links; a questionnaire is mostly questions.
    other += if links > 20.0 && links > 0.25 * count { 8.0 } else { 0.0 };
    other += if questions as f64 > 0.3 * count { 4.0 } else { 0.0 };
    let told = events.iter().filter(|event| event.scores.best().is_some()).count() as f64;
    let share = |n: usize| n as f64 / looked_at.max(1) as f64;
    1.1 * told.min(4.0) + if timed { 0.9 } else { 0.0 } + 10.0 * share(past)
        - 7.5 * share(advice)
        - 0.45 * other.min(14.0)
        - 2.7
}

/// A sentence of fewer bytes is a name or a label.
const SHORTEST: usize = 15;

/// Whether a word ends as verbs of the past do.
fn has_past_tense(words: &str) -> bool {
    let bytes = words.as_bytes();
    let goes_on = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    // Five letters at least, the last two of them "ed".
    memchr::memchr_iter(b'd', bytes)
        .any(|at| at >= 4 && bytes[at - 1] == b'e' && (at - 4..at - 1).all(goes_on) && !goes_on(at + 1))
}

/// The title of the document.
pub fn title(document: &Document, text: &str, fields: &[Field]) -> (Option<String>, Option<Span>) {
    let stated = fields.iter().filter(|field| field.slot == Slot::Title && field.meta);
    let mut stated = stated.map(|field| (clean(field.value.of(&document.text)), field.value));
    // "title: =" states none.
    if let Some((words, span)) = stated.find(|(words, _)| !words.is_empty()) {
        return (Some(words), Some(span));
    }
    let candidates = document.blocks.iter().take(8).filter(|block| {
        !matches!(block.kind, BlockKind::Meta | BlockKind::Code | BlockKind::TableRow | BlockKind::Update)
    });
    // On a page, the title is a heading, and what stands above it is the site's.
    let is_heading = |block: &Block| matches!(block.kind, BlockKind::Heading(_));
    let headings = candidates.clone().filter(|block| is_heading(block));
    let is_site = |block: &Block| is_site(&clean(block.span.of(&document.text)));
    let names_other = |block: &Block| !is_site(block) && section_of(&clean(block.span.of(&document.text))).is_none();
    let has_other = headings.clone().any(names_other);
    let has_heading = document.format == Format::Html && has_other;
    let candidates = candidates.filter(|block| {
        let heads = !has_heading || is_heading(block);
        heads && !(has_other && is_heading(block) && is_site(block))
    });
    for (index, block) in candidates.enumerate() {
        let line = first_line(text, block.span);
        let words = clean(line.of(&document.text));
        let heading = matches!(block.kind, BlockKind::Heading(_));
        // "Issue summary: when the database took a nap" names the incident after its label.
        if let (Some(_), Some((_, rest))) = (section_of(&words), words.split_once(": "))
            && index == 0
            && rest.len() <= 80
            && !rest.ends_with('.')
        {
            return (Some(clean(rest)), Some(line));
        }
        let short = index == 0 && words.len() <= if words.ends_with('.') { 60 } else { 140 };
        let labelled = fields.iter().any(|field| field.line.start <= line.end && line.start <= field.line.start);
        // "Summary of the storage event in the northern region" names the incident and no section.
        let names_it = section_of(&words).is_none() || heading && index == 0 && words.split_whitespace().count() > 5;
        if (heading || short && !labelled) && words.chars().any(char::is_alphabetic) && names_it {
            return (Some(words), Some(line));
        }
    }
    if let Some(hint) = document.title_hint.as_deref().map(clean).filter(|hint| !hint.is_empty()) {
        return (Some(hint), None);
    }
    let stem = document.source.rsplit(['/', '\\']).next().unwrap_or("").split('.').next().unwrap_or("");
    let name = stem.replace(['-', '_'], " ");
    (Some(name.trim().to_owned()).filter(|name| !name.is_empty() && stem != "-"), None)
}

/// Whether the words name a page of many incidents: `Larkspur Status`, `Service Health Dashboard`.
fn is_site(words: &str) -> bool {
    if words.split_whitespace().any(|word| word.starts_with(char::is_lowercase)) {
        return false;
    }
    let words = words.to_lowercase();
    let names = ["status", "status page", "status history", "status dashboard", "service health", "incident history"];
    let words = words.strip_suffix(" dashboard").unwrap_or(&words);
    words.split_whitespace().count() <= 5 && names.iter().any(|name| words.ends_with(name))
}

fn first_line(text: &str, span: Span) -> Span {
    let line = span.of(text).lines().next().unwrap_or("");
    Span::new(span.start, span.start + line.len()).trim(text)
}

/// Without the marks of a heading, emphasis and quotes.
fn clean(words: &str) -> String {
    // Marks, and what is there without being seen: soft hyphens, zero-width spaces and joiners.
    let words = words.replace(['*', '`', '\u{ad}', '\u{200b}', '\u{200c}', '\u{2060}', '\u{feff}'], "");
    let words =
        words.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '"' | '\'' | '=' | '_' | ':' | '•'));
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A way in which an organisation names itself. Most texts need no expression compiled, and to run one over a whole text takes
/// long: there is none without one of these words and what may follow it.
struct Naming {
    words: &'static [&'static str],
    may_follow: fn(&str) -> bool,
    pattern: LazyLock<Option<Regex>>,
}

static ORGANIZATION: [Naming; 4] = [
    Naming {
        words: &["Incident Report for "],
        may_follow: |_| true,
        pattern: LazyLock::new(|| Regex::new(r"(?m)\bIncident Report for ([A-Z][\w.&' -]{1,40}?)\s*$").ok()),
    },
    Naming {
        words: &[" Status", " status"],
        may_follow: ends_line,
        pattern: LazyLock::new(|| {
            Regex::new(r"(?m)^\s*([A-Z][\w.&'-]*(?: [A-Z][\w.&'-]*){0,3}) [Ss]tatus(?: [Pp]age)?\s*$").ok()
        }),
    },
    Naming {
        words: &["here at ", "eam at ", "ngineers at ", "ngineering at ", "all of us at "],
        may_follow: |_| true,
        pattern: LazyLock::new(|| {
            Regex::new(
                r"\b(?:here at|[Tt]eam at|[Ee]ngineers at|[Ee]ngineering at|all of us at) ([A-Z][\w&'-]*(?: [A-Z][\w&'-]*){0,2})",
            )
            .ok()
        }),
    },
    Naming {
        words: &["©"],
        may_follow: |_| true,
        pattern: LazyLock::new(|| Regex::new(r"©\s*(?:\d{4}\s*)?([A-Z][\w.&'-]*(?: [A-Z][\w.&'-]*){0,3})").ok()),
    },
];

/// Whether a line ends with a status, or a status page, that `after` follows.
fn ends_line(after: &str) -> bool {
    let after = after.strip_prefix(" page").or_else(|| after.strip_prefix(" Page")).unwrap_or(after);
    after.lines().next().is_none_or(|rest| rest.trim().is_empty())
}

/// The organisation whose incident it is, where the document says so.
pub fn organization(document: &Document, text: &str, fields: &[Field]) -> Option<(String, Span)> {
    if let Some(field) = fields.iter().find(|field| field.slot == Slot::Organization && field.value.len() <= 60) {
        return Some((clean(field.value.of(&document.text)), field.value));
    }
    const NO_NAMES: &[&str] = &[
        "SRE",
        "Engineering",
        "Operations",
        "DevOps",
        "Platform",
        "Support",
        "Infrastructure",
        "On-call",
        "Security",
        "Database",
        "Network",
        "Incident",
        "Response",
        "System",
        "Development",
        "Ops",
        "Data",
        "IT",
        "Our",
        "This",
    ];
    let holds = |naming: &Naming, word: &str| {
        memmem::find_iter(text.as_bytes(), word).any(|at| (naming.may_follow)(&text[at + word.len()..]))
    };
    let named = ORGANIZATION.iter().filter(|naming| naming.words.iter().any(|word| holds(naming, word)));
    // The patterns are constants that the tests compile.
    named.filter_map(|naming| naming.pattern.as_ref()).find_map(|pattern| {
        pattern.captures_iter(text).filter_map(|found| found.get(1)).find_map(|name| {
            let span = Span::new(name.start(), name.end()).trim(text);
            let words = clean(span.of(text));
            let plain = words.split(' ').any(|word| NO_NAMES.contains(&word));
            (!plain && words.len() > 1).then_some((words, span))
        })
    })
}

static SEVERITY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(SEV[- ]?[0-5]|Sev[- ]?[0-5]|P[0-5]|S[0-4])\b(?: (?:incident|outage|severity|issue))?|\b([Ss]everity[- ][0-5])\b").ok()
});

/// The severity as written: a field's value, or `SEV-2` where a title, a summary or a sentence calls the incident so.
pub fn severity(document: &Document, text: &str, fields: &[Field]) -> Option<(String, Span)> {
    let stated = fields.iter().filter(|field| field.slot == Slot::Severity).find_map(|field| {
        let line = first_line(text, field.value);
        let value = clean(line.of(&document.text));
        let options = value.matches([',', '/']).count() >= 2
            || value.contains('|')
            || value.starts_with('<')
            || value.starts_with('[');
        (!options && !value.is_empty() && value.len() <= 60).then_some((value, line))
    });
    stated.or_else(|| {
        // To try the expression at every S and P takes long.
        let holds = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        let after_digit = |word: &str| {
            memmem::find_iter(text.as_bytes(), word).any(|at| text[..at].ends_with(|c: char| c.is_ascii_digit()))
        };
        let may_be = ["SEV", "Sev", "everity"].into_iter().any(holds)
            || [" incident", " outage", " issue"].into_iter().any(after_digit);
        let found = SEVERITY.as_ref().filter(|_| may_be)?.captures_iter(text).find(|found| {
            let whole = found.get(0).map_or("", |m| m.as_str());
            let name = found.get(1).map_or("", |m| m.as_str());
            // "P2" and "S3" alone are many things; "SEV-2" is one.
            name.to_ascii_lowercase().starts_with("sev") || found.get(2).is_some() || whole.len() > name.len()
        })?;
        let part = found.get(1).or(found.get(2))?;
        Some((part.as_str().to_owned(), Span::new(part.start(), part.end())))
    })
}

static AFFECTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\bthis (?:incident|issue) affect(?:s|ed):?\s+([^\n]{2,300})").ok());

/// The services named as affected, and where.
pub fn services(document: &Document, text: &str, fields: &[Field]) -> Option<(Vec<String>, Span)> {
    let field =
        fields.iter().find(|field| field.slot == Slot::Services && field.value.len() <= 400).map(|field| field.value);
    let span = field.or_else(|| {
        let found = AFFECTED.as_ref()?.captures(text)?.get(1)?;
        Some(Span::new(found.start(), found.end()))
    })?;
    let mut depth = 0;
    let parts = span.of(&document.text).split(move |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        matches!(c, '\n' | ';') || depth == 0 && c == ','
    });
    let names: Vec<String> = parts
        .map(|part| clean(part.trim().trim_start_matches(['-', '•', '*', '[']).trim_end_matches(['.', ']'])))
        .filter(|name| !name.is_empty() && name.len() <= 80)
        .collect();
    (!names.is_empty()).then_some((names, span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_name_an_organisation_is_told_from_what_may() {
        for (after, ends) in
            [("", true), (" Page \r\nx", true), (" page\nx", true), (" page up", false), (" of x", false)]
        {
            assert_eq!(ends_line(after), ends, "{after:?}");
        }
    }

    #[test]
    fn verbs_of_the_past_are_told_by_their_end() {
        for (words, past) in [
            ("We failed over", true),
            ("It stopped", true),
            ("the feed is red", false),
            ("an edge", false),
            ("Ended.", true),
        ] {
            assert_eq!(has_past_tense(words), past, "{words}");
        }
    }

    #[test]
    fn the_title_of_a_page_is_its_first_heading_that_is_of_the_incident() {
        for (page, expected) in [
            ("<p>Larkspur Pay<h1>API down</h1><p>It failed.", "API down"),
            ("<h1>Larkspur Status</h1><h2>API down</h2><p>It failed.", "API down"),
            ("<h1>Larkspur Status</h1><h2>Timeline</h2><p>It failed.", "Larkspur Status"),
            ("<h1>Wrong order status</h1><h2>Orders late</h2><p>It failed.", "Wrong order status"),
            ("<p>Postmortem: API down<h2>Timeline</h2><p>It failed.", "Postmortem: API down"),
            ("<h1>API\u{200b} do\u{ad}wn</h1><p>It failed.", "API down"),
        ] {
            let page = format!("<html>{page}");
            let document = crate::source::from_text(page.clone(), "a", "a.html", None).unwrap();
            assert_eq!(title(&document, &document.text, &[]).0.as_deref(), Some(expected), "{page}");
        }
    }

    #[test]
    fn every_pattern_compiles_and_every_example_holds() {
        assert!(ORGANIZATION.iter().all(|naming| naming.pattern.is_some()));
        assert!(SEVERITY.is_some() && AFFECTED.is_some());
        super::super::cues::tests::examples_hold(include_str!("../../data/lexicon/genre.tsv"));
    }
}
