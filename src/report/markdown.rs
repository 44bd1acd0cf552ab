//! The review as Markdown: the same figures, sentences and tables, without the charts.
//!
//! Text from documents is escaped, so that none of it becomes a heading, a link or HTML.

use std::fmt::Write;

use super::data::Told;
use super::review::{self, Figure, Review};
use super::words;
use crate::trends::stats::Interval;
use crate::trends::tables::{chance, percent, plain};

/// The review. `link` gives the address of a document by its source, where there is one.
pub fn markdown(review: &Review, link: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut put = |text: String| {
        out.push_str(&text);
        out.push_str("\n\n");
    };
    put(format!("# Reliability review {}", escape(&review.period.label)));
    put(escape(&review::about(review)));
    if !review.is_over {
        put(format!("> {}", review::not_over(review)));
    }
    put("## Figures of the period".to_owned());
    put(words::FIGURES.to_owned());
    review.figures.iter().for_each(|figure| put(card(figure)));

    put("## Incidents by quarter and cause".to_owned());
    put(words::COUNTS.to_owned());
    let causes = |shares: &[crate::trends::tables::Share]| {
        shares.iter().map(|share| format!("{} {}", share.n, words::label(share.label))).collect::<Vec<_>>().join(", ")
    };
    put(table(
        &["Quarter", "n", "95 % interval", "Root causes"],
        review.columns.iter().map(|column| {
            vec![
                column.quarter.to_string(),
                column.count.n.to_string(),
                ends(column.count.interval),
                causes(&column.causes),
            ]
        }),
    ));

    put("## Time to resolve".to_owned());
    put(words::RESOLVE.to_owned());
    put(table(
        &["Quarter", "n", "Known", "Median min", "95 % interval", "Values, where few"],
        review.columns.iter().map(|column| {
            let found = column.ttr.estimate.as_ref();
            vec![
                column.quarter.to_string(),
                column.ttr.n.to_string(),
                column.ttr.n_known().to_string(),
                found.map(|found| plain(found.median)).unwrap_or_default(),
                ends(found.and_then(|found| found.median_interval)),
                column.ttr.listed().unwrap_or_default(),
            ]
        }),
    ));

    put("## Who noticed first".to_owned());
    put(words::DETECTION.to_owned());
    put(table(
        &["Quarter", "n", "Known", "Sources"],
        review.columns.iter().map(|column| {
            let known = column.detections.first().map_or(0, |share| share.n_known);
            vec![column.quarter.to_string(), column.count.n.to_string(), known.to_string(), causes(&column.detections)]
        }),
    ));

    put("## What changed".to_owned());
    put(words::CHANGES.to_owned());
    let head = ["Measure", "Against", "Known / n", "Before", "Now", "Then", "p", "q", "Result"];
    put(table(
        &head,
        review.changes.iter().map(|change| {
            vec![
                change.measure.words().to_owned(),
                change.compared_with.clone(),
                format!("{} / {}", change.n.1, change.n.0),
                format!("{} / {}", change.n_before.1, change.n_before.0),
                change.value.map(plain).unwrap_or_default(),
                change.value_before.map(plain).unwrap_or_default(),
                change.p_value.map(chance).unwrap_or_default(),
                change.q_value.map(chance).unwrap_or_default(),
                change.says.clone(),
            ]
        }),
    ));
    put(words::DIRECTIONS.to_owned());
    put(review.directions.iter().map(|direction| format!("- {}", direction.says)).collect::<Vec<_>>().join("\n"));

    put("## Notable incidents".to_owned());
    put(words::NOTABLE.to_owned());
    for notable in &review.notable {
        put(format!("### {}", title(&notable.told, link)));
        put(format!("{}. {}.", escape(&review::facts(&notable.told)), escape(&notable.reasons.join("; "))));
        notable.quotes.iter().for_each(|(name, quote)| put(format!("> {name}: {}", escape(quote))));
    }

    put("## Recurring causes and services".to_owned());
    put(words::RECURRING.to_owned());
    put(table(
        &["Root cause", "n", "Of the known", "95 % interval, %"],
        review.causes.iter().map(|share| {
            let of_known = share.percent.map_or(String::new(), |percent| format!("{} %", plain(percent)));
            vec![words::label(share.label), share.n.to_string(), of_known, ends(share.interval)]
        }),
    ));
    put(table(
        &["Service", "n", "Before the period", "First"],
        review.services.iter().map(|named| {
            vec![named.service.clone(), named.n.to_string(), named.n_before.to_string(), named.first.clone()]
        }),
    ));
    put(table(
        &["Service hit again", "Root cause", "n", "Before the period", "First"],
        review.repeats.iter().map(|named| {
            let cause = words::label(&named.cause);
            vec![named.service.clone(), cause, named.n.to_string(), named.n_before.to_string(), named.first.clone()]
        }),
    ));

    put("## What monitoring missed".to_owned());
    put(words::MISSED.to_owned());
    put(review.missed_says.clone());
    for told in &review.missed {
        let quote = told.quote("detection_source").map_or(String::new(), |quote| format!(": \"{}\"", escape(quote)));
        put(format!("- {} ({}){quote}", title(told, link), escape(&review::facts(told))));
    }

    put("## Appendix: data quality".to_owned());
    put(words::QUALITY.to_owned());
    put(review::undated(review));
    put(table(
        &["Field", "Known in the period", "Known in the library"],
        review.coverage.iter().map(|known| {
            let share = |known: usize, n: usize| {
                percent(known, n).map_or("-".to_owned(), |percent| format!("{known} / {n} ({} %)", plain(percent)))
            };
            vec![known.field.clone(), share(known.n_known, known.n), share(known.n_all_known, known.n_all)]
        }),
    ));
    put(table(&["Record", "Warning"], review.warnings.iter().map(|(id, says)| vec![id.clone(), says.clone()])));
    let corrected = review.corrected.iter();
    put(table(
        &["Corrected record", "Field", "By whom, and why"],
        corrected.map(|(id, field, says)| vec![id.clone(), field.clone(), says.clone()]),
    ));
    put(words::DOUBTS.to_owned());
    put(table(
        &["Record", "Field", "Chance of being right"],
        review
            .doubts
            .iter()
            .map(|doubt| vec![doubt.id.clone(), doubt.field.clone(), format!("{:.0} %", 100.0 * doubt.confidence)]),
    ));
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn card(figure: &Figure) -> String {
    let mut card = format!("**{}: {}** ({}; {})\n", figure.name, figure.value, figure.interval, figure.known);
    for line in figure.more.iter().chain(&figure.says) {
        let _ = write!(card, "\n- {line}");
    }
    let _ = write!(card, "\n\n{}", figure.definition);
    card
}

fn title(told: &Told, link: &dyn Fn(&str) -> Option<String>) -> String {
    match link(&told.source) {
        Some(address) => format!("[{}](<{address}>)", escape(told.name())),
        None => escape(told.name()),
    }
}

fn ends(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |interval| {
        let high = if interval.high.is_finite() { plain(interval.high) } else { "open".to_owned() };
        format!("{} to {high}", plain(interval.low))
    })
}

/// A table, or a word where there are no rows.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<String> = rows
        .map(|row| format!("| {} |", row.iter().map(|cell| escape(cell)).collect::<Vec<_>>().join(" | ")))
        .collect();
    if rows.is_empty() {
        return format!("{}: none.", head[0]);
    }
    let rule = vec!["---"; head.len()].join(" | ");
    format!("| {} |\n| {rule} |\n{}", head.join(" | "), rows.join("\n"))
}

/// One line of plain text in which nothing is markup.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_documents_is_no_markup() {
        assert_eq!(escape("# a <b> [c](d)\n| `e` *f* & g"), "\\# a &lt;b&gt; \\[c\\](d) \\| \\`e\\` \\*f\\* &amp; g");
    }

    #[test]
    fn a_table_without_rows_says_so() {
        assert_eq!(table(&["Record", "Warning"], std::iter::empty()), "Record: none.");
        assert_eq!(table(&["a"], [vec!["x|y".to_owned()]].into_iter()), "| a |\n| --- |\n| x\\|y |");
    }
}
