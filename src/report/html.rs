//! The review as one HTML file: style and charts inline, no script, nothing fetched.
//!
//! Every text goes through maud, which escapes it; the one exception is our own style sheet. A link to a document is made
//! only of `http` and `https` addresses and of paths that the caller found, percent-encoded.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{self, Point, Series, Stack};
use super::data::Told;
use super::review::{Column, Figure, Notable, Review};
use super::words::{self, label};
use crate::trends::stats::Interval;
use crate::trends::tables::{Change, Curve, Share, ShareField, chance, percent, plain};

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
                    (counts(review))
                    (resolve(review))
                    (detection(review))
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
fn coded(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn section(id: &str, title: &str, definition: &str, body: Markup) -> Markup {
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

/// The labels that the columns have, the most frequent first, each with its colour: six by name, the others together.
fn colours(columns: &[Column], of: fn(&Column) -> &[Share], field: ShareField) -> Vec<Series> {
    const NAMED: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];
    let counts = |label: &str| -> Vec<usize> {
        columns.iter().map(|c| of(c).iter().filter(|s| s.label == label).map(|s| s.n).sum()).collect()
    };
    let mut labels: Vec<(&str, Vec<usize>)> = field.labels().into_iter().map(|label| (label, counts(label))).collect();
    labels.retain(|(_, counts)| counts.iter().sum::<usize>() > 0);
    let unknown = labels.iter().position(|(label, _)| *label == "unknown").map(|at| labels.remove(at));
    if field == ShareField::RootCause {
        labels.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().sum::<usize>()));
    }
    let rest = labels.split_off(labels.len().min(NAMED.len()));
    let named = labels.into_iter().zip(NAMED);
    let mut series: Vec<Series> =
        named.map(|((name, counts), class)| Series { name: label(name), class, counts }).collect();
    if !rest.is_empty() {
        let sum = |at: usize| rest.iter().map(|(_, counts)| counts[at]).sum();
        let counts = (0..columns.len()).map(sum).collect();
        series.push(Series { name: "other".to_owned(), class: "c6", counts });
    }
    series.extend(unknown.map(|(name, counts)| Series { name: label(name), class: "cu", counts }));
    series
}

fn legend(series: &[Series]) -> Markup {
    html! {
        ul.legend aria-label="Legend" {
            @for series in series {
                li {
                    svg width="12" height="12" aria-hidden="true" { rect class=(series.class) width="12" height="12" {} }
                    (series.name)
                }
            }
        }
    }
}

fn labels(review: &Review) -> Vec<(String, bool)> {
    review.columns.iter().map(|column| (column.quarter.to_string(), column.is_current)).collect()
}

fn counts(review: &Review) -> Markup {
    let series = colours(&review.columns, |column| &column.causes, ShareField::RootCause);
    let drawn = Stack {
        quarters: labels(review),
        intervals: review.columns.iter().map(|column| column.count.interval).collect(),
        series: series.clone(),
    };
    let description = format!(
        "Incidents by quarter, stacked by root cause, with the 95 percent interval of each sum. {}",
        review.columns.iter().map(|c| format!("{}: {}", c.quarter, c.count.n)).collect::<Vec<_>>().join(", ")
    );
    let mut head = vec!["Quarter", "n", "95 % interval"];
    head.extend(series.iter().map(|series| series.name.as_str()));
    let rows = review.columns.iter().enumerate().map(|(at, column)| {
        let mut row = vec![
            column.quarter.to_string(),
            column.count.n.to_string(),
            column.count.interval.map_or(String::new(), |i| format!("{} to {}", plain(i.low), plain(i.high))),
        ];
        row.extend(series.iter().map(|series| series.counts[at].to_string()));
        row
    });
    section(
        "counts",
        "Incidents by quarter and cause",
        words::COUNTS,
        html! {
            figure {
                (legend(&series))
                (chart::stack("Incidents by quarter and root cause", &description, &drawn))
                figcaption { "The whisker is the 95 % interval of the rate; quarters outside of the period are paler." }
            }
            (numbers("Incidents by quarter and root cause", &head, rows.collect(), 1))
        },
    )
}

fn resolve(review: &Review) -> Markup {
    let columns: Vec<_> = review
        .columns
        .iter()
        .map(|column| chart::Column {
            label: column.quarter.to_string(),
            is_current: column.is_current,
            period: column.quarter.period(),
            durations: &column.ttr,
            dots: &column.dots,
        })
        .collect();
    let described = review.columns.iter().filter_map(|column| {
        let median = column.ttr.estimate.as_ref()?.median;
        Some(format!("{}: median {} min of {}", column.quarter, plain(median), column.ttr.n_known()))
    });
    let description = format!(
        "Time to resolve of each incident by quarter, on a logarithmic scale. {}",
        described.collect::<Vec<_>>().join(", ")
    );
    let rows = review.columns.iter().map(|column| {
        let found = column.ttr.estimate.as_ref();
        let blank = |value: Option<String>| value.unwrap_or_default();
        vec![
            column.quarter.to_string(),
            column.ttr.n.to_string(),
            column.ttr.n_known().to_string(),
            blank(column.ttr.coverage().map(|percent| format!("{} %", plain(percent)))),
            blank(found.map(|found| plain(found.median))),
            blank(found.and_then(|found| found.median_interval).map(ends)),
            blank(found.map(|found| plain(found.geometric_mean))),
            blank(found.and_then(|found| found.p90).map(plain)),
            column.ttr.listed().unwrap_or_default(),
        ]
    });
    let head =
        ["Quarter", "n", "Known", "Coverage", "Median", "95 % interval", "Geometric mean", "p90", "Values, where few"];
    section(
        "ttr",
        "Time to resolve",
        words::RESOLVE,
        html! {
            figure {
                (chart::durations("Time to resolve by quarter", &description, &columns))
                figcaption { "A dot is an incident, the bar the median of the quarter, the shade its 95 % interval where there are enough." }
            }
            (numbers("Time to resolve by quarter, in minutes", &head, rows.collect(), 1))
            h3 { "Incidents not yet resolved after so long" }
            p.def { (coded(words::SURVIVAL)) }
            (survival(review))
        },
    )
}

fn survival(review: &Review) -> Markup {
    let (now, before) = (&review.curve, &review.curve_before);
    let after = |curve: &Curve, minutes: f64| -> String {
        let passed = curve.steps.iter().take_while(|step| step.time <= minutes).last();
        let last = curve.steps.last().map_or(0.0, |step| step.time);
        match passed {
            _ if curve.steps.is_empty() || (minutes > last && passed.is_some_and(|step| step.surviving > 0.0)) => {
                "not known".to_owned()
            }
            Some(step) => match step.interval {
                Some(interval) => format!("{} % ({})", plain(step.surviving), ends(interval)),
                None => format!("{} %", plain(step.surviving)),
            },
            None => "100 %".to_owned(),
        }
    };
    let times = [(60.0, "1 h"), (240.0, "4 h"), (1440.0, "1 d")];
    let rows: Vec<Vec<String>> = times
        .iter()
        .map(|(minutes, name)| vec![(*name).to_owned(), after(now, *minutes), after(before, *minutes)])
        .collect();
    let described: Vec<_> = rows.iter().map(|row| format!("after {} {}", row[0], row[1])).collect();
    let description = format!("Share of incidents not yet resolved. In the period: {}", described.join(", "));
    let of = |curve: &Curve| {
        format!(
            "{} resolved, {} seen going on, of {}",
            curve.n_resolved,
            curve.n_censored,
            words::count(curve.n, "incident", "incidents")
        )
    };
    html! {
        figure {
            @if now.steps.is_empty() {
                p { "No incident of the period has a known time to resolve." }
            } @else {
                (chart::curves("Incidents not yet resolved after so long", &description, now, before))
                figcaption {
                    "Solid: " (review.period.label) " with its 95 % interval (" (of(now)) "). Dashed: all incidents before it ("
                    (of(before)) "). A tick marks an incident that was last seen going on."
                }
            }
        }
        (table("Share not yet resolved, with 95 % interval", &["After", "In the period", "Before it"], &rows, 1))
    }
}

fn detection(review: &Review) -> Markup {
    let series = colours(&review.columns, |column| &column.detections, ShareField::DetectionSource);
    let drawn = Stack { quarters: labels(review), intervals: Vec::new(), series: series.clone() };
    let point = |column: &Column| {
        let known = column.detections.first().map_or(0, |share| share.n_known);
        let found = column.detections.iter().find(|share| share.label == "monitoring");
        let n = found.map_or(0, |share| share.n);
        let interval = found.and_then(|share| share.interval).or_else(|| {
            let zero = crate::trends::stats::wilson_interval(0, known as u64)?;
            Some(Interval { low: 0.0, high: crate::trends::tables::round1(100.0 * zero.high) })
        });
        let share = percent(n, known).zip(interval);
        Point { quarter: column.quarter.to_string(), is_current: column.is_current, share, of: format!("{n}/{known}") }
    };
    let points: Vec<_> = review.columns.iter().map(point).collect();
    let described = |Point { quarter, share, of, .. }: &Point| match share {
        Some((percent, _)) => format!("{quarter}: {} percent, {of}", plain(*percent)),
        None => format!("{quarter}: unknown"),
    };
    let description: Vec<_> = points.iter().map(described).collect();
    let mut head = vec!["Quarter"];
    head.extend(series.iter().map(|series| series.name.as_str()));
    head.extend(["Found by monitoring", "95 % interval"]);
    let rows =
        points.iter().enumerate().map(|(at, Point { quarter, share, of, .. })| {
            let mut row = vec![quarter.clone()];
            row.extend(series.iter().map(|series| series.counts[at].to_string()));
            row.push(share.map_or(String::new(), |(percent, _)| format!("{} % ({of})", plain(percent))));
            row.push(share.map_or(String::new(), |(_, interval)| {
                format!("{} to {} %", plain(interval.low), plain(interval.high))
            }));
            row
        });
    section(
        "detection",
        "Who noticed first",
        words::DETECTION,
        html! {
            figure {
                (legend(&series))
                (chart::stack("Incidents by quarter and detection source", "Incidents by quarter, stacked by who noticed first. The numbers are in the table below", &drawn))
            }
            figure {
                (chart::shares("Share found by monitoring", &format!("Percent of the incidents with a known source. {}", description.join(", ")), &points))
                figcaption { "Share found by monitoring, with its 95 % interval; below each quarter how many of how many." }
            }
            (numbers("Detection sources by quarter", &head, rows.collect(), 1))
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
        Some(percent) => format!("{known} / {n} ({} %)", plain(percent)),
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

fn ends(interval: Interval) -> String {
    let high = if interval.high.is_finite() { plain(interval.high) } else { "open".to_owned() };
    format!("{} to {high}", plain(interval.low))
}

/// A table that is folded away until asked for: the numbers of a chart.
fn numbers(caption: &str, head: &[&str], rows: Vec<Vec<String>>, texts: usize) -> Markup {
    html! { details { summary { "The numbers of this chart" } (table(caption, head, &rows, texts)) } }
}

/// A table whose first column names the row. The first `texts` columns are text, the others figures.
fn table(caption: &str, head: &[&str], rows: &[Vec<String>], texts: usize) -> Markup {
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
