//! The review as one HTML file: style and charts inline, no script, nothing fetched.
//!
//! Every text goes through maud, which escapes it; the one exception is our own style sheet. A link to a document is made
//! only of `http` and `https` addresses and of paths that the caller found, percent-encoded.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::data::Told;
use super::drawn;
use super::review::{Figure, Notable, Review};
use super::words::{self, label};
use crate::trends::stats::Interval;
use crate::trends::tables::{Change, Share, chance, percent, plain};

const STYLE: &str = include_str!("style.css");

/// The page. `link` gives the address of a document by its source, where there is one.
pub fn html(review: &Review, link: &dyn Fn(&str) -> Option<String>) -> String {
    let title = format!("Reliability review {}", review.period.label);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    p.meta { (super::review::about(review)) }
                    @if !review.is_over {
                        p.notice { (super::review::not_over(review)) }
                    }
                    nav aria-label="Sections" {
                        a href="#figures" { "Figures" } a href="#counts" { "Incidents" } a href="#ttr" { "Time to resolve" }
                        a href="#detection" { "Detection" } a href="#changes" { "Changes" } a href="#notable" { "Notable" }
                        a href="#recurring" { "Recurring" } a href="#missed" { "Missed" } a href="#quality" { "Data quality" }
                    }
                }
                main {
                    (figures(review))
                    (drawn::counts(review))
                    (drawn::resolve(review))
                    (drawn::detection(review))
                    (change(review))
                    (notable(review, link))
                    (recurring(review))
                    (missed(review, link))
                    (quality(review))
                }
                footer { p.meta { (super::review::about(review)) } }
            }
        }
    };
    page.into_string() + "\n"
}

/// Our own text, what stands between backticks as code.
pub fn coded(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

pub fn section(id: &str, title: &str, definition: &str, body: Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            p.def { (coded(definition)) }
            (body)
        }
    }
}

fn figures(review: &Review) -> Markup {
    let card = |figure: &Figure| {
        html! {
            div.card {
                h3 { (figure.name) }
                p.value {
                    // `135 min (2 h 15 min)`: the second form is a help, not the figure.
                    @match figure.value.split_once(" (") {
                        Some((value, long)) => { (value) " " small { "(" (long) } }
                        None => { (figure.value) }
                    }
                }
                p { (figure.interval) }
                p.meta { (figure.known) }
                @if !figure.more.is_empty() { ul { @for more in &figure.more { li { (more) } } } }
                div.says { @for says in &figure.says { p { (says) } } }
                p.def { (figure.definition) }
            }
        }
    };
    section(
        "figures",
        "Figures of the period",
        words::FIGURES,
        html! {
            div.cards { @for figure in &review.figures { (card(figure)) } }
        },
    )
}

fn change(review: &Review) -> Markup {
    let row = |change: &Change| {
        html! {
            tr {
                th scope="row" { (change.measure.words()) }
                td { (change.compared_with) }
                td.n { (change.n.1) " / " (change.n.0) }
                td.n { (change.n_before.1) " / " (change.n_before.0) }
                td.n { (change.value.map(plain).unwrap_or_default()) }
                td.n { (change.value_before.map(plain).unwrap_or_default()) }
                td.n { (change.p_value.map(chance).unwrap_or_default()) }
                td.n { (change.q_value.map(chance).unwrap_or_default()) }
                td { (if change.p_value.is_none() { "cannot be told" } else if change.is_detected() { "change" } else { "no detectable change" }) }
            }
        }
    };
    section(
        "changes",
        "What changed",
        words::CHANGES,
        html! {
            @if review.changes.is_empty() {
                p { "There is no earlier period in the library to compare with." }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Changes" {
                    table {
                        caption { "Incidents; geometric means in minutes; percent of the known" }
                        thead { tr {
                            th scope="col" { "Measure" } th scope="col" { "Against" } th.n scope="col" { "Known / n" }
                            th.n scope="col" { "Before" } th.n scope="col" { "Now" } th.n scope="col" { "Then" }
                            th.n scope="col" { "p" } th.n scope="col" { "q" } th scope="col" { "Result" }
                        } }
                        tbody { @for change in &review.changes { (row(change)) } }
                    }
                }
            }
            h3 { "Over all quarters" }
            p.def { (coded(words::DIRECTIONS)) }
            ul { @for direction in &review.directions { li { (direction.says) } } }
        },
    )
}

/// The title of an incident, linked where its document can be found.
fn title(told: &Told, link: &dyn Fn(&str) -> Option<String>) -> Markup {
    html! {
        @match link(&told.source) {
            Some(address) => { a href=(address) { (told.name()) } }
            None => { (told.name()) }
        }
    }
}

fn notable(review: &Review, link: &dyn Fn(&str) -> Option<String>) -> Markup {
    let one = |notable: &Notable| {
        let told = &notable.told;
        html! {
            article.incident {
                h3 { (title(told, link)) }
                p.meta { (super::review::facts(told)) }
                p { (notable.reasons.join("; ")) }
                @for (name, quote) in &notable.quotes {
                    blockquote { b { (name) ": " } (quote) }
                }
            }
        }
    };
    section(
        "notable",
        "Notable incidents",
        words::NOTABLE,
        html! {
            @if review.notable.is_empty() { p { "No incident of the period stands out by its durations or severity." } }
            @for notable in &review.notable { (one(notable)) }
        },
    )
}

fn recurring(review: &Review) -> Markup {
    let before = |share: &Share| {
        let found = review.causes_before.iter().find(|before| before.label == share.label);
        found.map_or("0".to_owned(), |found| match found.percent {
            Some(percent) => format!("{} ({} %)", found.n, plain(percent)),
            None => found.n.to_string(),
        })
    };
    let causes: Vec<Vec<String>> = review
        .causes
        .iter()
        .map(|share| {
            vec![
                label(share.label),
                share.n.to_string(),
                share.percent.map_or(String::new(), |percent| format!("{} %", plain(percent))),
                share.interval.map_or(String::new(), |i| format!("{} to {} %", plain(i.low), plain(i.high))),
                before(share),
            ]
        })
        .collect();
    let services: Vec<Vec<String>> = review
        .services
        .iter()
        .map(|named| vec![named.service.clone(), named.n.to_string(), named.n_before.to_string(), named.first.clone()])
        .collect();
    let repeats: Vec<Vec<String>> = review
        .repeats
        .iter()
        .map(|named| {
            vec![
                named.service.clone(),
                label(&named.cause),
                named.n.to_string(),
                named.n_before.to_string(),
                named.first.clone(),
            ]
        })
        .collect();
    section(
        "recurring",
        "Recurring causes and services",
        words::RECURRING,
        html! {
            (table("Root causes of the period", &["Root cause", "n", "Of the known", "95 % interval", "Before the period"], &causes, 1))
            @if services.is_empty() {
                p { "No incident of the period names a service." }
            } @else {
                (table("Services that incidents of the period name", &["Service", "n", "Before the period", "First"], &services, 1))
            }
            @if repeats.is_empty() {
                p { "No service was hit by the same root cause twice, as far as services and causes are known." }
            } @else {
                (table("Services hit again by the same root cause", &["Service", "Root cause", "n", "Before the period", "First"], &repeats, 2))
            }
        },
    )
}

fn missed(review: &Review, link: &dyn Fn(&str) -> Option<String>) -> Markup {
    section(
        "missed",
        "What monitoring missed",
        words::MISSED,
        html! {
            p { (review.missed_says) }
            @for told in &review.missed {
                article.incident {
                    h3 { (title(told, link)) }
                    p.meta { (super::review::facts(told)) }
                    @if let Some(quote) = told.quote("detection_source") {
                        blockquote { b { "Noticed (" (label(&told.detection)) "): " } (quote.split_whitespace().collect::<Vec<_>>().join(" ")) }
                    }
                }
            }
        },
    )
}

fn quality(review: &Review) -> Markup {
    let share = |known: usize, n: usize| match percent(known, n) {
        // It breaks before the bracket, if it must.
        Some(percent) => format!("{known}\u{a0}/\u{a0}{n} ({}\u{a0}%)", plain(percent)),
        None => "-".to_owned(),
    };
    let coverage: Vec<Vec<String>> = review
        .coverage
        .iter()
        .map(|known| vec![known.field.clone(), share(known.n_known, known.n), share(known.n_all_known, known.n_all)])
        .collect();
    let warnings: Vec<Vec<String>> = review.warnings.iter().map(|(id, says)| vec![id.clone(), says.clone()]).collect();
    let corrected: Vec<Vec<String>> =
        review.corrected.iter().map(|(id, field, says)| vec![id.clone(), field.clone(), says.clone()]).collect();
    let doubts: Vec<Vec<String>> = review
        .doubts
        .iter()
        .map(|doubt| vec![doubt.id.clone(), doubt.field.clone(), format!("{:.0} %", 100.0 * doubt.confidence)])
        .collect();
    section(
        "quality",
        "Appendix: data quality",
        words::QUALITY,
        html! {
            p { (super::review::undated(review)) }
            (table("Coverage of each field", &["Field", "Known in the period", "Known in the library"], &coverage, 1))
            h3 { "Warnings" }
            @if warnings.is_empty() { p { "No incident of the period carries a warning." } }
            @else { (table("What a reader should know of single records", &["Record", "Warning"], &warnings, 2)) }
            @if !corrected.is_empty() {
                h3 { "Corrected by people" }
                (table("Values that stand as a person gave them", &["Record", "Field", "By whom, and why"], &corrected, 3))
            }
            h3 { "Doubtful values" }
            p.def { (coded(words::DOUBTS)) }
            @if doubts.is_empty() { p { "No value of the period is below that." } }
            @else { (table("Values with the weakest evidence", &["Record", "Field", "Chance of being right"], &doubts, 2)) }
        },
    )
}

pub fn ends(interval: Interval) -> String {
    let high = if interval.high.is_finite() { plain(interval.high) } else { "open".to_owned() };
    format!("{} to {high}", plain(interval.low))
}

/// A table that is folded away until asked for: the numbers of a chart.
pub fn numbers(caption: &str, head: &[&str], rows: Vec<Vec<String>>, texts: usize) -> Markup {
    html! { details { summary { "The numbers of this chart" } (table(caption, head, &rows, texts)) } }
}

/// A table whose first column names the row. The first `texts` columns are text, the others figures.
pub fn table(caption: &str, head: &[&str], rows: &[Vec<String>], texts: usize) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for (at, name) in head.iter().enumerate() { th scope="col" class=[(at >= texts).then_some("n")] { (name) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (at, cell) in row.iter().enumerate() {
                                @if at == 0 { th scope="row" { (cell) } }
                                @else { td class=(if at >= texts { "n" } else { "wrap" }) { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
