//! The history of a Statuspage as its pages show it: `/history` (months, each with its incidents, their last message and from when to
//! when they were) and the front page (days, each with its incidents and all of their updates).
//!
//! The elements are known by the names of their classes, which all such pages share whatever they look like. A page that a
//! browser has not drawn holds the months as JSON in an attribute, which is read as well. Times leave out the year, and the months or
//! days above them have it. When an incident was posted is not when it began: what stands under `/history` is stated as
//! `Created at` and as the time of the last message. Leaves to others: the page of one incident, which is read as any page.

use std::cell::RefCell;
use std::sync::LazyLock;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use jiff::civil::Date;
use regex::Regex;
use serde_json::Value;

use super::draft::{Draft, words};
use super::json::{self, items, text};
use super::{Name, Out, Skip, Source, feed, html};

/// The format, see above.
pub struct History;

impl Source<str> for History {
    fn claims(&self, content: &str, _: &Name) -> bool {
        let has = |name: &str| memchr::memmem::find(content.as_bytes(), name.as_bytes()).is_some();
        html::is_page(content)
            && (has("incident-title") && (has("month-title") || has("status-day"))
                || has("data-react-props") && has("HistoryIndex"))
    }

    fn read(&self, content: &str, name: &Name, out: &mut Out) -> Result<(), Skip> {
        let tokenizer = Tokenizer::new(Reader::default(), Default::default());
        let queue = BufferQueue::default();
        queue.push_back(StrTendril::from_slice(content));
        // The reader never asks the tokenizer to stop.
        let _ = tokenizer.feed(&queue);
        tokenizer.end();
        let state = tokenizer.sink.0.take();
        let drawn: Vec<Incident> = state.incidents;
        let months = state.months.map(|months| in_months(&months)).transpose()?.unwrap_or_default();
        let incidents = if drawn.is_empty() { months } else { drawn };
        if incidents.is_empty() {
            return Err(Skip::NoIncident("a history of a status page without incidents".to_owned()));
        }
        for incident in incidents {
            incident.give(&words(&state.page_title), name, out);
        }
        Ok(())
    }
}

/// What the page says of one incident.
#[derive(Debug, Default)]
struct Incident {
    title: String,
    link: String,
    impact: String,
    /// The month or the day that it stands under.
    under: String,
    message: String,
    /// From when to when it was, as the page writes it.
    when: String,
    updates: Vec<Update>,
}

#[derive(Debug, Default)]
struct Update {
    state: String,
    body: String,
    time: String,
}

impl Incident {
    fn give(self, page: &str, name: &Name, out: &mut Out) {
        let mut draft = Draft::default();
        draft.meta("Organization", feed::owner(page).unwrap_or_default());
        draft.meta("Severity", if self.impact == "none" { "" } else { &self.impact });
        let span = span(&words(&self.when), year(&self.under));
        if let Some((first, Some(_))) = &span {
            draft.meta("Created at", first);
        }
        draft.heading(1, &self.title);
        if self.updates.is_empty() {
            let last = span.map_or_else(|| words(&self.when), |(first, last)| last.unwrap_or(first));
            draft.update("", &self.message, &last);
        }
        let day = day(&self.under);
        for update in &self.updates {
            // The last of the updates may be of a day after the one that they stand under.
            let last = day.and_then(|day| day.checked_add(jiff::Span::new().days(30)).ok());
            let body = update.body.trim().trim_start_matches(['-', '–']);
            draft.update(&update.state, body, &feed::dated(&words(&update.time), last));
        }
        let end = self.link.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let part = if end.is_empty() { words(&self.title) } else { end };
        // A link within the site leads nowhere without it.
        draft.finish(name, &part, Some(self.link).filter(|link| link.contains("://")), out);
    }
}

/// The year that `March 2025` or `Mar 17, 2025` names.
fn year(under: &str) -> Option<i16> {
    under.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 4)?.parse().ok()
}

/// The day that `Mar 17, 2025` is.
fn day(under: &str) -> Option<Date> {
    let plain = words(&under.replace(',', " "));
    let day = Date::strptime("%b %d %Y", &plain).or_else(|_| Date::strptime("%B %d %Y", &plain)).ok();
    // `March 2025` is no day of the year 25.
    day.filter(|day| Some(day.year()) == year(under))
}

/// `Mar 18, 14:12 - 15:31 UTC` as the times that it spans, with the year.
fn span(when: &str, year: Option<i16>) -> Option<(String, Option<String>)> {
    static SPAN: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(
            r"^([A-Z][a-z]{2})[a-z]* (\d{1,2}) ?, ?(\d{1,2}:\d{2})(?: ?- ?(?:([A-Z][a-z]{2})[a-z]* (\d{1,2}) ?, ?)?(\d{1,2}:\d{2}))? ([A-Z]{2,5})$",
        )
        .expect("a literal pattern compiles")
    });
    let found = SPAN.captures(when)?;
    let year = year?;
    let zone = &found[7];
    let first = format!("{} {}, {year} - {} {zone}", &found[1], &found[2], &found[3]);
    let last = found.get(6).map(|clock| {
        let month = found.get(4).map_or(&found[1], |month| month.as_str());
        let day = found.get(5).map_or(&found[2], |day| day.as_str());
        // From the last of December to the first of January.
        let year = if &found[1] == "Dec" && month == "Jan" { year + 1 } else { year };
        format!("{month} {day}, {year} - {} {zone}", clock.as_str())
    });
    Some((first, last))
}

/// The incidents of a page that no browser has drawn.
fn in_months(props: &str) -> Result<Vec<Incident>, Skip> {
    let props: Value = json::parse(props)?;
    let of_month = |month: &Value| {
        let under = format!("{} {}", text(month, "name"), text(month, "year"));
        let read = move |incident: &Value| Incident {
            title: text(incident, "name"),
            link: format!("/incidents/{}", text(incident, "code")),
            impact: text(incident, "impact"),
            under: under.clone(),
            message: text(incident, "message"),
            when: html::read(&text(incident, "timestamp")).text,
            updates: Vec::new(),
        };
        items(month, "incidents").iter().map(read).collect::<Vec<_>>()
    };
    Ok(items(&props, "months").iter().flat_map(of_month).collect())
}

/// What the words that are read belong to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    PageTitle,
    Under,
    Title,
    Message,
    When,
    Body,
    State,
    Time,
}

/// The sink of tokens. Tokenizers give their sink out by shared reference.
#[derive(Default)]
struct Reader(RefCell<State>);

#[derive(Default)]
struct State {
    page_title: String,
    /// The months as JSON.
    months: Option<String>,
    incidents: Vec<Incident>,
    /// The elements that are open, and what their words belong to.
    open: Vec<(String, Option<Slot>)>,
    under: String,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => state.start(&tag),
            Token::TagToken(tag) => {
                if let Some(at) = state.open.iter().rposition(|(name, _)| **name == *tag.name) {
                    state.open.truncate(at);
                }
                state.word("\n");
            }
            Token::CharacterTokens(text) => state.word(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn start(&mut self, tag: &Tag) {
        /// Elements nest a few dozen deep.
        const DEEPEST: usize = 500;
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            found.map_or("", |attribute| &*attribute.value)
        };
        let has = |class: &str| attribute("class").split_ascii_whitespace().any(|word| word == class);
        let inner = self.open.last().and_then(|(_, slot)| *slot);
        let slot = match &*tag.name {
            "title" if self.page_title.is_empty() => Some(Slot::PageTitle),
            "script" | "style" | "svg" => None,
            "strong" | "b" if inner == Some(Slot::Body) => Some(Slot::State),
            "small" if inner == Some(Slot::Body) => Some(Slot::Time),
            _ if has("month-title") || has("date") && self.open.len() > 1 => {
                self.under.clear();
                Some(Slot::Under)
            }
            _ if has("incident-title") => {
                let impact = attribute("class").split_ascii_whitespace().find_map(|word| word.strip_prefix("impact-"));
                let impact = impact.unwrap_or_default().to_owned();
                self.incidents.push(Incident { impact, under: words(&self.under), ..Incident::default() });
                Some(Slot::Title)
            }
            _ if has("update") => {
                self.incidents.last_mut().into_iter().for_each(|one| one.updates.push(Update::default()));
                Some(Slot::Body)
            }
            _ if has("message") || has("incident-body") => Some(Slot::Message),
            _ if has("secondary") => Some(Slot::When),
            _ => inner,
        };
        if let Some(incident) = self.incidents.last_mut().filter(|one| slot == Some(Slot::Title) && one.link.is_empty())
        {
            attribute("href").clone_into(&mut incident.link);
        }
        if attribute("data-react-class") == "HistoryIndex" {
            self.months = Some(attribute("data-react-props").to_owned());
        }
        if matches!(&*tag.name, "br" | "img" | "input" | "meta" | "link" | "hr") {
            self.word("\n");
        } else if self.open.len() < DEEPEST {
            self.open.push((tag.name.to_string(), slot));
        }
    }

    fn word(&mut self, text: &str) {
        let Some((_, Some(slot))) = self.open.last() else { return };
        let incident = self.incidents.last_mut();
        let place = match (slot, incident) {
            (Slot::PageTitle, _) => Some(&mut self.page_title),
            (Slot::Under, _) => Some(&mut self.under),
            (_, None) => None,
            (Slot::Title, Some(incident)) => Some(&mut incident.title),
            (Slot::Message, Some(incident)) => Some(&mut incident.message),
            (Slot::When, Some(incident)) => Some(&mut incident.when),
            (of_update, Some(incident)) => incident.updates.last_mut().map(|update| match of_update {
                Slot::State => &mut update.state,
                Slot::Time => &mut update.time,
                _ => &mut update.body,
            }),
        };
        place.into_iter().for_each(|place| place.push_str(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_get_the_year_of_their_month() {
        for (when, under, expected) in [
            (
                "Mar 18, 14:12 - 15:31 UTC",
                "March 2025",
                Some(("Mar 18, 2025 - 14:12 UTC", Some("Mar 18, 2025 - 15:31 UTC"))),
            ),
            (
                "Dec 31, 23:12 - Jan 1, 00:31 PST",
                "December 2024",
                Some(("Dec 31, 2024 - 23:12 PST", Some("Jan 1, 2025 - 00:31 PST"))),
            ),
            ("May 3, 9:05 CEST", "May 2024", Some(("May 3, 2024 - 9:05 CEST", None))),
            ("May 3, 9:05 CEST", "May", None),
            ("two hours ago", "May 2024", None),
        ] {
            let found = span(when, year(under));
            assert_eq!(found.as_ref().map(|(first, last)| (first.as_str(), last.as_deref())), expected, "{when}");
        }
        assert_eq!(day("Mar 17 , 2025"), Date::new(2025, 3, 17).ok());
        assert_eq!(day("March 2025"), None);
    }
}
