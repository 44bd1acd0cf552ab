//! The account of a document: every time it tells, how each was placed, and what the record made of it.
//!
//! For people who check a record and for those who mend the reader. It decides nothing: the times are those that
//! [`crate::time::resolve`] placed and the choices those that [`super::times`] made.

mod origins;

use self::origins::Origins;
use super::fields::Slot;
use super::timeline::Scores;
use super::times::{self, Found, Reading, Rule};
use crate::document::{BlockKind, Span};
use crate::record::{Record, When};
use crate::time::Role;
use crate::time::resolve::told;

/// Everything a document says of time, and its record.
#[derive(Clone, Debug)]
pub struct Account {
    pub record: Record,
    /// The times in the order of the text.
    pub times: Vec<Told>,
    /// Where the instants of the record came from, in the order of its fields.
    pub choices: Vec<Choice>,
}

/// One time that the document tells.
#[derive(Clone, Debug)]
pub struct Told {
    /// As far as the document tells it; nothing for a day whose year nobody tells.
    pub when: Option<When>,
    /// The second end, for a range.
    pub until: Option<When>,
    /// The words that say the time.
    pub span: Span,
    pub place: Place,
    pub day: Origin,
    pub zone: Origin,
    /// What the words of an entry or update were taken to mean.
    pub scores: Scores,
    /// The words around the time: an entry's text, a field's line, a sentence.
    pub text: Span,
}

/// Where a time stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the head of an entry of a timeline, a heading or a paragraph.
    Entry,
    /// In an update of a status page.
    Update,
    /// In a front matter or a mail's header.
    Header,
    /// In the value of a field such as `Start: ...`.
    Field,
    /// Inside a sentence.
    Sentence,
}

impl Place {
    pub fn as_str(self) -> &'static str {
        match self {
            Place::Entry => "entry",
            Place::Update => "update",
            Place::Header => "header",
            Place::Field => "field",
            Place::Sentence => "sentence",
        }
    }
}

/// Where the day or the zone of a time came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is written there.
    Written,
    /// Day and month are written there, these words say the year.
    Year(Span),
    /// Day and month are written there, and nothing says the year.
    NoYear,
    /// These words say it.
    Words(Span),
    /// It is the day after that of the entry with these words: midnight lay between.
    PastMidnight(Span),
    /// It is counted from these words: `T+45m`, "ten minutes later", "on Monday".
    Counted(Span),
    /// The document as a whole says it, in no one place.
    Context,
    /// Nothing says it.
    Nowhere,
}

/// Where an instant of the record came from.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// The field of the record.
    pub field: &'static str,
    pub when: When,
    pub rule: Rule,
    /// The chance that it is right, where it was chosen among candidates.
    pub chance: Option<f64>,
    /// The words it rests on.
    pub quote: Span,
    /// The index in [`Account::times`], but for an instant that was counted from others.
    pub told: Option<usize>,
}

/// The account of what was read.
pub(super) fn account(reading: &Reading) -> Account {
    let found = times::read(reading);
    let items = &reading.times.items;
    let origins = Origins::new(reading);
    let told: Vec<Told> = (0..items.len()).filter_map(|at| told_at(reading, &origins, at)).collect();
    let fields = [
        ("published_at", found.published),
        ("started_at", found.started),
        ("detected_at", found.detected),
        ("mitigated_at", found.mitigated),
        ("resolved_at", found.resolved),
    ];
    let record = super::record(reading, found, &super::STANDARD);
    let choices = fields
        .into_iter()
        .filter(|(field, _)| record.has(field))
        .filter_map(|(field, found)| choice(field, found?, &told))
        .collect();
    Account { record, times: told, choices }
}

fn choice(field: &'static str, found: Found, times: &[Told]) -> Option<Choice> {
    let when = told(found.when)?;
    let at = times
        .iter()
        .position(|told| (told.when == Some(when) || told.until == Some(when)) && found.quote.contains(told.span));
    Some(Choice {
        field,
        when,
        rule: found.rule,
        chance: found.chance.map(super::rounded),
        quote: found.quote,
        told: at,
    })
}

/// The item as a row of the account; the second end of a range and a repetition in another zone belong to the first.
fn told_at(reading: &Reading, origins: &Origins, at: usize) -> Option<Told> {
    let items = &reading.times.items;
    let item = &items[at];
    let role = item.moment().map_or(Role::Alone, |moment| moment.role);
    let placed = item.when.filter(|_| !matches!(role, Role::To | Role::Alias))?;
    let until = items.get(at + 1).filter(|_| role == Role::From).and_then(|next| told(next.when?));
    let (place, text, scores) = surroundings(reading, at);
    Some(Told {
        when: told(placed),
        until,
        span: item.expr.span,
        place,
        day: origins.day(at),
        zone: origins.zone(at),
        scores,
        text,
    })
}

/// Where the time stands, the words around it, and what they were taken to mean.
fn surroundings(reading: &Reading, at: usize) -> (Place, Span, Scores) {
    let item = &reading.times.items[at];
    let span = item.expr.span;
    if let Ok(found) = reading.events.binary_search_by_key(&at, |event| event.item) {
        let event = &reading.events[found];
        let place = if event.update { Place::Update } else { Place::Entry };
        return (place, event.text, event.scores);
    }
    let block = reading.document.blocks[item.block];
    let is_time = |slot: Slot| {
        use Slot::*;
        matches!(slot, Started | Detected | Mitigated | Resolved | Published | Date | Duration | Ttd | Ttr | Ttm)
    };
    let field = reading.fields.iter().find(|field| is_time(field.slot) && field.value.contains(span));
    let whole = block.span.trim(&reading.document.text);
    if block.kind == BlockKind::Meta {
        return (Place::Header, field.map_or(whole, |field| field.line), Scores::default());
    }
    if let Some(field) = field {
        return (Place::Field, field.line, Scores::default());
    }
    let sentences = &reading.outline.sentences;
    let after = sentences.partition_point(|sentence| sentence.span.start <= span.start);
    let sentence = after.checked_sub(1).map(|at| sentences[at].span).filter(|sentence| sentence.contains(span));
    (Place::Sentence, sentence.unwrap_or(whole), Scores::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::{extract, source};

    fn document(text: &str) -> Document {
        source::from_text(text.to_owned(), "id", "a.md", None).unwrap()
    }

    /// How the day and the zone of the last time of `text` were found, as short words.
    fn origins(text: &str) -> (String, String) {
        let document = document(text);
        let times = extract::account(&document).times;
        let short = |origin| match origin {
            Origin::Written => "written".to_owned(),
            Origin::Year(span) => format!("year {}", span.of(text)),
            Origin::NoYear => "no year".to_owned(),
            Origin::Words(span) => span.of(text).to_owned(),
            Origin::PastMidnight(span) => format!("after {}", span.of(text)),
            Origin::Counted(span) => format!("counted {}", span.of(text)),
            Origin::Context => "context".to_owned(),
            Origin::Nowhere => "nowhere".to_owned(),
        };
        let last = times.last().unwrap();
        (short(last.day), short(last.zone))
    }

    #[test]
    fn the_words_that_placed_a_time_are_pointed_at() {
        for (text, day, zone) in [
            ("- 2024-05-03 10:00 UTC it failed", "written", "written"),
            ("# Outage of 2024-05-03\n\n- 10:00 it failed", "2024-05-03", "nowhere"),
            ("# Outage of 2024-05-03\n\nAll times in UTC.\n\n- 10:00 it failed", "2024-05-03", "UTC"),
            ("- 2024-05-03 23:50 it failed\n- 00:10 it worked", "after 2024-05-03 23:50", "nowhere"),
            ("- 2024-05-03 23:50 it failed\n- 00:10 it worked\n- 00:20 done", "after 2024-05-03 23:50", "nowhere"),
            (
                "- 2024-05-03 10:00 PST it failed\n- May 4 11:00 it worked",
                "year 2024-05-03 10:00 PST",
                "2024-05-03 10:00 PST",
            ),
            ("- May 4 11:00 UTC it failed", "no year", "written"),
            ("- 11:00 UTC it failed", "nowhere", "written"),
            (
                "T0: 2024-05-01 10:00 UTC\n\n- T+45m it worked",
                "counted 2024-05-01 10:00 UTC",
                "counted 2024-05-01 10:00 UTC",
            ),
            (
                "It failed on 3 May 2024 at 10:00 UTC. Ten minutes later it worked.",
                "counted 3 May 2024 at 10:00 UTC",
                "counted 3 May 2024 at 10:00 UTC",
            ),
        ] {
            assert_eq!(origins(text), (day.to_owned(), zone.to_owned()), "{text}");
        }
    }

    #[test]
    fn every_time_is_told_once_with_the_place_it_stands_in() {
        let text = "---\ndate: 2024-05-03\n---\n# Outage\n\nStart: 10:00 UTC\n\nIt was slow from 10:05 to 10:20 UTC, we \
                    think, and nobody saw it.\n\n- 10:30 UTC it worked\n\nResolved - All is well. May 3, 10:40 UTC\n";
        let document = document(text);
        let times = extract::account(&document).times;
        let told: Vec<_> =
            times.iter().map(|told| (told.place.as_str(), told.span.of(text), told.until.is_some())).collect();
        let expected = [
            ("header", "2024-05-03", false),
            ("field", "10:00 UTC", false),
            ("sentence", "10:05", true),
            ("entry", "10:30 UTC", false),
            ("update", "May 3, 10:40 UTC", false),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_the_record_took_is_found_among_the_times() {
        let text =
            "# Outage of 2024-05-03\n\n- 10:00 users saw errors\n- 10:10 alert fired\n- 10:30 service restored\n";
        let account = extract::account(&document(text));
        let taken: Vec<_> = account
            .choices
            .iter()
            .map(|choice| (choice.field, account.times[choice.told.unwrap()].span.of(text)))
            .collect();
        assert_eq!(taken, [("started_at", "10:00"), ("detected_at", "10:10"), ("resolved_at", "10:30")]);
    }
}
