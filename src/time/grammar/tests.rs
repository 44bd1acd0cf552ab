//! Runs the examples, and any text at all.

use super::scan;
use crate::time::expr::*;
use crate::time::lex::tokens;
use crate::time::zone::Zone;
use jiff::civil::date;
use proptest::prelude::*;

fn or_open(year: Option<i16>) -> String {
    year.map_or("?".to_owned(), |year| year.to_string())
}

/// The short form of the examples, see the head of `examples.tsv`.
fn short(value: &Value) -> String {
    let zone = |zone: &Zone| match zone {
        Zone::Fixed(offset) if offset.seconds() == 0 => "Z".to_owned(),
        Zone::Fixed(offset) => {
            let minutes = offset.seconds() / 60;
            format!("{:+03}:{:02}", minutes / 60, minutes.abs() % 60)
        }
        // A region is told from an offset by what it does in January and July.
        region => {
            let at = |month| region.offset_at(date(2024, month, 1).at(0, 0, 0, 0)).seconds() / 3600;
            format!("{:+}/{:+}", at(1), at(7))
        }
    };
    match value {
        Value::Zone(named) => format!("zone {}", zone(named)),
        Value::Elapsed(minutes) => format!("T{minutes:+}"),
        Value::Duration(length) => {
            let bound = match length.bound {
                Bound::Exact => "",
                Bound::About => "~",
                Bound::AtLeast => ">",
                Bound::AtMost => "<",
                Bound::Vague => "?",
            };
            let relation = match length.relation {
                Relation::Bare => "",
                Relation::For => " for",
                Relation::Later => " later",
                Relation::Earlier => " earlier",
                Relation::Ago => " ago",
                Relation::Within => " within",
                Relation::Every => " every",
            };
            format!("{bound}{}m{relation}", (length.minutes * 100.0).round() / 100.0)
        }
        Value::Moment(moment) => {
            let date = moment.date.map(|date| match date {
                DateExpr::Full { year, month, day } => format!("{year}-{month:02}-{day:02}"),
                DateExpr::MonthDay { month, day } => format!("?-{month:02}-{day:02}"),
                DateExpr::Numeric { first, second, year } => format!("{first}/{second}/{}", or_open(year)),
                DateExpr::Month { year, month } => format!("{}-{month:02}-?", or_open(year)),
                DateExpr::Quarter { year, quarter } => format!("{year}-Q{quarter}"),
                DateExpr::Day(day) => format!("?-?-{day:02}"),
                DateExpr::Weekday(day) => format!("weekday {day}"),
                DateExpr::WeekdayBefore(day) => format!("weekday {day} before"),
                DateExpr::WeekdayAfter(day) => format!("weekday {day} after"),
                DateExpr::Shift(days) => format!("day {days:+}"),
                DateExpr::Written(days) => format!("written {days:+}"),
            });
            let clock = moment.clock.map(|clock| {
                let seconds = if clock.second > 0 { format!(":{:02}", clock.second) } else { String::new() };
                format!("{:02}:{:02}{seconds}{}", clock.hour, clock.minute, if clock.half_open { "*" } else { "" })
            });
            let role = match moment.role {
                Role::Alone | Role::From => "",
                Role::To => "..",
                Role::Alias => "=",
            };
            let parts: Vec<String> = [date, clock, moment.zone.as_ref().map(zone)].into_iter().flatten().collect();
            format!("{role}{}{}", if moment.about { "~" } else { "" }, parts.join(" "))
        }
    }
}

/// The text of each example with what must be found in it.
fn examples() -> Vec<(String, &'static str)> {
    include_str!("../examples.tsv")
        .lines()
        .filter(|line| !line.starts_with("# ") && *line != "#")
        .map(|line| line.split_once('\t').unwrap_or((line, "")))
        .map(|(text, expected)| (text.replace('␣', "\u{a0}").replace('⏎', "\n"), expected))
        .collect()
}

#[test]
fn every_example_of_the_specification_holds() {
    let mut wrong = Vec::new();
    for (text, expected) in examples() {
        let found = scan(&text).iter().map(|expr| short(&expr.value)).collect::<Vec<_>>().join("; ");
        if found != expected {
            wrong.push(format!("{text}\t{found}   (expected {expected})"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn there_are_examples_of_what_is_read_and_of_what_is_not() {
    let (none, some): (Vec<_>, Vec<_>) = examples().into_iter().partition(|(_, expected)| expected.is_empty());
    assert!(none.len() > 150 && some.len() > 450, "{} and {}", none.len(), some.len());
}

fn assert_spans_in_order(text: &str) -> Result<(), TestCaseError> {
    let mut last = 0;
    for expr in scan(text) {
        prop_assert!(expr.span.start >= last && expr.span.end > expr.span.start);
        prop_assert!(text.is_char_boundary(expr.span.start) && text.is_char_boundary(expr.span.end));
        last = expr.span.end;
    }
    Ok(())
}

/// The words and marks of all examples: what the rules look at.
fn pieces() -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for (text, _) in examples() {
        pieces.extend(tokens(&text).iter().map(|token| text[token.start..token.end].to_owned()));
    }
    pieces.sort();
    pieces.dedup();
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_gives_spans_in_order_on_its_characters(text in "\\PC*|[0-9:/.,TZapm +~|äé\n-]*|((Jan|May|about|for|two|hours?|[0-9]{1,4}|:|-|UTC|\n) ?)*") {
        assert_spans_in_order(&text)?;
    }

    #[test]
    fn the_words_of_the_examples_give_spans_in_order_in_any_order(
        words in prop::collection::vec((prop::sample::select(pieces()), prop::sample::select(vec!["", " ", " ", "\n", "\n\n"])), 0..40)
    ) {
        assert_spans_in_order(&words.iter().flat_map(|(word, gap)| [word.as_str(), gap]).collect::<String>())?;
    }
}
