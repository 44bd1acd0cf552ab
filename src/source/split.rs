//! One file, many incidents: a log of a year, a list with one heading an incident, a provider's status history.
//!
//! A file is cut only if it cannot well be anything else: at least three headings of one level (or lines that stand as such)
//! each hold a day or the number of an incident beside words of their own, almost no other heading of that level does not, their
//! sections are the better part of the text, and most of them tell of an end. A timeline has days in its headings, too: so
//! days that run forward count as a log only where every section tells of its own end. Wrongly cut, one report becomes many
//! wrong records; wrongly left whole, a log gives one record, so doubt leaves it whole.
//!
//! Promises: every block of the file is in exactly one part, but for headings that are over several. Before a part stand, as
//! lines of its own, the file's front matter, the headings that it stands under (`Within: ...`), its day where one of these has
//! the year, and what the head of the list says of the zone of its times. Its id is the file's with `#` and the anchor of its heading.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::words;
use super::{Name, Out, Page, limits, lines};
use crate::document::{Block, BlockKind, Document, Format, Span};

/// The fewest incidents that make a list of them.
const FEWEST: usize = 3;

/// Gives the parts of `document` to `out`, or the document itself where it is one. `anchors` are what links to its headings
/// name, by their blocks.
pub fn give(document: Document, anchors: &[(usize, String)], name: &Name, out: &mut Out) {
    match cuts(&document) {
        None => out.document(document),
        Some(cuts) => parts(&document, &cuts, anchors, name, out),
    }
}

/// What a heading says of the incident under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    /// Year (0 where it does not say), month and day.
    day: Option<(i32, u8, u8)>,
    /// It has the number of an incident.
    numbered: bool,
    /// The day stands below it.
    below: bool,
}

const MONTHS: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";

static DAY: LazyLock<Regex> = LazyLock::new(|| {
    // A literal pattern, compiled by the tests.
    Regex::new(&format!(
        r"(?xi)\b(?: (?<y1>20\d\d)[-/.](?<m1>\d{{1,2}})[-/.](?<d1>\d{{1,2}})
          | (?<n2>{MONTHS})\.?\s+(?<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?<y2>20\d\d))?
          | (?<d3>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?<n3>{MONTHS})\.?(?:,?\s+(?<y3>20\d\d))?
          | (?<m4>\d{{1,2}})[/.](?<d4>\d{{1,2}})(?:[/.](?<y4>20\d\d|\d\d))? )(?:\b|$)"
    ))
    .expect("a literal pattern compiles")
});

/// The day that a line names first: year (0 where it does not say), month and day.
fn day_in(line: &str) -> Option<(i32, u8, u8)> {
    let found = DAY.captures(line)?;
    let number = |names: &[&str]| names.iter().find_map(|name| found.name(name))?.as_str().parse::<i32>().ok();
    let month = number(&["m1", "m4"]).or_else(|| {
        let name = found.name("n2").or(found.name("n3"))?.as_str().get(..3)?.to_ascii_lowercase();
        let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        months.iter().position(|month| *month == name).map(|at| at as i32 + 1)
    })?;
    let year = number(&["y1", "y2", "y3", "y4"]).map_or(0, |year| if year < 100 { 2000 + year } else { year });
    let day = number(&["d1", "d2", "d3", "d4"])?;
    // 20/5 is of those who write the day first.
    let (month, day) = if month > 12 { (day, month) } else { (month, day) };
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month as u8, day as u8))
}

/// The first day of the line, as written, if it says its year.
pub fn full_day(line: &str) -> Option<&str> {
    let found = DAY.find(line)?;
    day_in(line).filter(|(year, ..)| *year > 0).map(|_| found.as_str())
}

/// Whether the line is a day and nothing else: `5/20`, `Monday, 3 May 2024`.
fn is_day(line: &str) -> bool {
    /// A longer line is more than a day.
    const LONGEST: usize = 40;
    let line = line.trim();
    let has_number = line.bytes().any(|byte| byte.is_ascii_digit());
    line.len() <= LONGEST && has_number && day_in(line).is_some() && {
        let rest = DAY.replace(line, " ");
        rest.split(|c: char| !c.is_alphanumeric()).all(|word| word.is_empty() || is_weekday(word))
    }
}

fn is_weekday(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    days.iter().any(|day| word == *day || word.starts_with(day) && word.ends_with("day"))
}

/// The mark of a heading, if it names an incident: a day or a number, and two words or more beside it.
fn mark(heading: &str) -> Option<Mark> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(
            r"(?i)\b(?:(?:INC|PIR|PM|RCA|OPS|SEV|incident|outage|postmortem)[- ]?(?:no\.? ?|#)?(?:20\d\d-)?\d{1,8}|tracking id:? [A-Z\d]{2,8}-[A-Z\d]{2,8})\b",
        )
        .expect("a literal pattern compiles")
    });
    /// A longer line is a sentence.
    const LONGEST: usize = 160;
    let heading = heading.trim();
    let has_number = heading.bytes().any(|byte| byte.is_ascii_digit());
    if !has_number || heading.len() > LONGEST || heading.ends_with(['.', '?', '!', ':', ',']) {
        return None;
    }
    let numbered = NUMBER.is_match(heading);
    let day = day_in(heading);
    if day.is_none() && !numbered {
        return None;
    }
    // "May 3" is a day of a timeline, "May 3: API down" an incident; "10:30" is an entry.
    let rest = DAY.replace_all(heading, " ");
    let rest = NUMBER.replace_all(&rest, " ");
    let own = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic));
    let own = own.filter(|word| word.len() > 1 && !is_weekday(word)).count();
    let has_clock = rest.contains(':') && rest.split(':').any(|part| part.ends_with(|c: char| c.is_ascii_digit()));
    // "1.2.0 - 2024-03-18 Security release" is of a changelog.
    let is_version = |word: &str| {
        let word = word.trim_matches(['[', ']', '(', ')', ',']).trim_start_matches(['v', 'V']);
        word.split_once('.').is_some_and(|(major, rest)| {
            major.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let has_version = rest.split_whitespace().any(is_version);
    (own >= 2 && !has_clock && !has_version).then_some(Mark { day, numbered, below: false })
}

/// The year that a heading names.
fn year(heading: &str) -> Option<i32> {
    let mut numbers = heading.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 4);
    numbers.find_map(|digits| digits.parse().ok().filter(|year| (2000..2100).contains(year)))
}

/// Where the parts begin, as indexes of blocks, if the document is a list of incidents.
fn cuts(document: &Document) -> Option<Vec<usize>> {
    let blocks = &document.blocks;
    let line = |block: &Block| block.span.of(&document.text).trim_start_matches('#').trim();
    // Real headings first, from the highest; then lines that stand alone.
    (1..=6u8).map(Some).chain([None]).find_map(|level| {
        let is_head = |block: &Block| match level {
            Some(level) => block.kind == BlockKind::Heading(level),
            None => block.kind == BlockKind::Paragraph && !line(block).contains('\n'),
        };
        let mut heads: Vec<(usize, Mark)> = Vec::new();
        let mut above = 0;
        for (at, block) in blocks.iter().enumerate() {
            if !is_head(block) {
                // "2024" over the days of that year.
                let is_heading = matches!(block.kind, BlockKind::Heading(_));
                above = is_heading.then(|| year(line(block))).flatten().unwrap_or(above);
            } else if let Some(mark) = mark(line(block)).or_else(|| marked_beside(blocks, at, level, &document.text)) {
                let day = mark.day.map(|(year, month, day)| (if year == 0 { above } else { year }, month, day));
                heads.push((at, Mark { day, ..mark }));
            }
        }
        let all = match level {
            Some(_) => blocks.iter().filter(|block| is_head(block)).count(),
            None => heads.len(),
        };
        let is_list = heads.len() >= FEWEST && heads.len() <= limits::PARTS && heads.len() * 10 >= all * 8;
        (is_list && is_log(document, &heads, level.is_some())).then(|| match level {
            // Other headings of the level are parts of their own: they are of no incident.
            Some(_) => (0..blocks.len()).filter(|at| is_head(&blocks[*at])).collect(),
            None => heads.iter().map(|(at, _)| *at).collect(),
        })
    })
}

/// The mark of a heading whose day stands in the line above or below it.
fn marked_beside(blocks: &[Block], at: usize, level: Option<u8>, text: &str) -> Option<Mark> {
    // Among lines that only look like headings, any may stand over any.
    level.and_then(|_| marked_above(blocks, at, text).or_else(|| marked_below(blocks, at, text)))
}

/// The mark of a heading whose day stands above it in a line of its own, as in the column of a calendar.
fn marked_above(blocks: &[Block], at: usize, text: &str) -> Option<Mark> {
    let above = dated_above(blocks, at, text)?;
    let words = blocks[at].span.of(text).split_whitespace().filter(|word| word.chars().any(char::is_alphabetic));
    (words.count() >= 2).then(|| Mark { day: day_in(above), numbered: false, below: false })
}

/// The mark of a heading with a line below that opens with a day and a clock time: `Mar 18, 10:05 - 11:20 UTC`.
fn marked_below(blocks: &[Block], at: usize, text: &str) -> Option<Mark> {
    /// A longer line is a sentence.
    const LONGEST: usize = 80;
    let below = blocks.get(at + 1).filter(|block| matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem))?;
    let line = below.span.of(text);
    let day = Some(line)
        .filter(|line| line.len() <= LONGEST && line.contains(':') && lines::starts_with_time(line))
        .and_then(day_in)?;
    Some(Mark { day: Some(day), numbered: false, below: true })
}

/// The line above a heading that is its day.
fn dated_above<'t>(blocks: &[Block], at: usize, text: &'t str) -> Option<&'t str> {
    let above = &blocks[at.checked_sub(1)?];
    let is_line = matches!(above.kind, BlockKind::Paragraph | BlockKind::ListItem);
    is_line.then(|| above.span.of(text)).filter(|line| is_day(line))
}

/// Whether the sections under these heads are an incident each.
fn is_log(document: &Document, heads: &[(usize, Mark)], real: bool) -> bool {
    /// Words of a section that tells anything.
    const WORDS: usize = 12;
    let blocks = &document.blocks;
    let total: usize = blocks.iter().map(|block| block.span.len()).sum();
    let before: usize = blocks[..heads[0].0].iter().map(|block| block.span.len()).sum();
    if before * 3 > total {
        return false;
    }
    let sections = heads.iter().enumerate().map(|(nth, (at, _))| {
        let end = heads.get(nth + 1).map_or(blocks.len(), |(next, _)| *next);
        &blocks[at + 1..end]
    });
    let (mut told, mut ended) = (0, 0);
    for section in sections {
        let texts = || section.iter().map(|block| block.span.of(&document.text));
        told += usize::from(texts().map(|text| text.split_whitespace().count()).sum::<usize>() >= WORDS);
        ended += usize::from(texts().any(tells_an_end));
    }
    let count = heads.len();
    let days: Vec<_> = heads.iter().filter_map(|(_, mark)| mark.day).collect();
    let falls =
        days.len() * 10 >= count * 8 && days.windows(2).all(|pair| pair[0] >= pair[1]) && days.first() > days.last();
    // Of sections that open with a time, only those that run backward are no chapters of one report.
    if !falls && heads.iter().any(|(_, mark)| mark.below) {
        return false;
    }
    let numbered = heads.iter().filter(|(_, mark)| mark.numbered).count() * 10 >= count * 8;
    let needed = if (falls || numbered) && real { count * 6 } else { count * 9 };
    told * 10 >= count * 8 && ended * 10 >= needed
}

/// Whether the words tell of the end of an incident or how long it took.
fn tells_an_end(text: &str) -> bool {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(
            r"(?i)\b(?:resolved|restored|recovered|mitigated|fixed|back (?:up|online|to normal)|rolled back|duration|lasted|downtime|(?:for|after|took|within) (?:about |around |nearly |over |only )?\d+ ?(?:minutes|min|hours|h|days)|(?:between|from) [^.\n]{0,40}?\d:\d\d[^.\n]{0,40}? (?:and|to|until) [^.\n]{0,40}?\d:\d\d)\b",
        )
        .expect("a literal pattern compiles")
    });
    END.is_match(text)
}

fn parts(document: &Document, cuts: &[usize], anchors: &[(usize, String)], name: &Name, out: &mut Out) {
    let (text, blocks) = (&document.text, &document.blocks);
    let head = blocks.iter().take_while(|block| block.kind == BlockKind::Meta).count();
    // Each begins with its heading, or with the day above it.
    let begins = |cut: usize| cut - usize::from(cut > head && dated_above(blocks, cut, text).is_some());
    let ends = cuts.iter().skip(1).map(|cut| begins(*cut)).chain([blocks.len()]);
    let least = begins(cuts[0]);
    let first = (head < least).then_some((head, head, least));
    let notes: Vec<String> = blocks[head..least].iter().filter_map(|block| zone_note(block.span.of(text))).collect();
    let mut above: Vec<(u8, String)> = Vec::new();
    let mut walked = 0;
    let heads = cuts.iter().zip(ends).map(|(cut, end)| (begins(*cut), *cut, end));
    for (start, title, end) in first.into_iter().chain(heads) {
        // Headings at the end are over the parts to come.
        let own = heading(&blocks[title], text).map_or(u8::MAX, |(level, _)| level);
        let is_over = |block: &Block| heading(block, text).is_some_and(|(level, _)| level < own);
        let over = blocks[start..end].iter().rev().take_while(|block| is_over(block)).count();
        let end = if end < blocks.len() { end - over } else { end };
        let section = &blocks[start..end];
        for (level, heading) in blocks[walked..start].iter().filter_map(|block| heading(block, text)) {
            above.retain(|(other, _)| *other < level);
            above.push((level, heading));
        }
        walked = start;
        // What tells nothing but the headings that parts stand under is told by these.
        if section.iter().all(|block| heading(block, text).is_some()) {
            continue;
        }
        let slug = slug(&words(blocks[title].span.of(text)));
        let is_part = title >= cuts[0];
        // The anchors of a page are its own; those of Markdown follow from the headings.
        let linked = anchors.binary_search_by_key(&title, |(block, _)| *block).ok().map(|at| anchors[at].1.clone());
        let anchor = if document.format == Format::Html { linked } else { Some(slug.clone()) };
        let mut part = Page::default();
        let state = |part: &mut Page, line: &str| {
            part.begin_head();
            part.block(BlockKind::Meta, line);
        };
        let mut within: Vec<&str> = Vec::new();
        for line in blocks[..head].iter().map(|block| block.span.of(text)) {
            // The title of the list is not that of the incident.
            match line.split_once([':', '=']).filter(|(key, _)| is_part && key.trim().eq_ignore_ascii_case("title")) {
                Some((_, title)) => within.push(title.trim()),
                None => state(&mut part, line),
            }
        }
        within.extend(above.iter().filter(|(other, _)| *other < own).map(|(_, words)| words.as_str()));
        if !within.is_empty() && is_part {
            state(&mut part, &format!("Within: {}", within.join(", ")));
        }
        if is_part {
            // "2 December" under "2024".
            let below = || marked_below(blocks, title, text).and_then(|mark| mark.day);
            let day = day_in(section[0].span.of(text)).or_else(below).filter(|day| day.0 == 0);
            if let Some(((_, month, day), year)) = day.zip(above.iter().rev().find_map(|(_, words)| year(words))) {
                state(&mut part, &format!("Day: {year}-{month:02}-{day:02}"));
            }
            notes.iter().for_each(|note| state(&mut part, &format!("Note: {note}")));
        }
        part.end_head();
        take(&mut part, text, section, start.checked_sub(1).map_or(0, |before| blocks[before].span.end));
        out.document(Document {
            id: if is_part { format!("{}#{slug}", name.id) } else { name.id.to_owned() },
            url: anchor
                .filter(|_| is_part)
                .map(|anchor| format!("{}#{anchor}", document.url.as_deref().unwrap_or_default()))
                .or_else(|| document.url.clone()),
            text: part.text,
            blocks: part.blocks,
            source: document.source.clone(),
            format: document.format,
            title_hint: None,
            notes: document.notes.clone(),
            dropped: document.dropped.clone(),
        });
    }
}

/// What the head of a list says of the zone of all times in it: "All times are UTC".
fn zone_note(text: &str) -> Option<String> {
    static NOTE: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"[^.\n]*\b(?i:times?(?:stamps?)?|hours)\b[^.\n]{0,40}\b(?:UTC|GMT|[A-Z]{2,4}T|(?i:local time|utc))\b[^.\n]*")
            .expect("a literal pattern compiles")
    });
    NOTE.find(text).map(|found| words(found.as_str())).filter(|note| note.len() <= 120)
}

fn heading(block: &Block, text: &str) -> Option<(u8, String)> {
    if let BlockKind::Heading(level) = block.kind { Some((level, words(block.span.of(text)))) } else { None }
}

/// Takes a section of `text`, from the beginning of its first line, but not from before `least`.
fn take(page: &mut Page, text: &str, section: &[Block], least: usize) {
    let (first, last) = (section[0].span.start, section[section.len() - 1].span.end);
    let from = text[..first].rfind('\n').map_or(0, |at| at + 1).max(least);
    let moved = |span: Span| Span::new(span.start - from, span.end - from);
    page.segmented(
        &text[from..last],
        section.iter().map(|block| Block { span: moved(block.span), ..*block }).collect(),
    );
}

/// The anchor that GitHub and most generators give a heading: lower case, without punctuation, hyphens for blanks.
pub fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Limits, read_bytes};
    use super::*;

    /// The ids and texts of what `text` becomes.
    fn read(file: &str, text: &str) -> Vec<(String, String)> {
        let name =
            Name { id: file, source: file, path: Some(Path::new(file)), limits: Limits::default(), mappings: &[] };
        let mut all = Vec::new();
        read_bytes(text.as_bytes().to_vec(), &name, |read| {
            let document = read.unwrap();
            all.push((document.id, document.text));
        });
        all
    }

    fn log(days: &[&str]) -> String {
        let section = |day: &&str| {
            format!(
                "## {day}: the API was down\n\nRequests failed from 10:00 to 10:40 UTC for all users. Root cause was a bad deploy, which was rolled back.\n\n"
            )
        };
        format!("# Incidents of 2024\n\n{}", days.iter().map(section).collect::<String>())
    }

    #[test]
    fn a_log_gives_a_part_a_heading() {
        let parts = read("log.md", &log(&["12 March", "3 February", "January 9"]));
        let ids: Vec<&str> = parts.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "log.md#12-march-the-api-was-down",
                "log.md#3-february-the-api-was-down",
                "log.md#january-9-the-api-was-down"
            ]
        );
        assert_eq!(
            parts[1].1,
            "---\nWithin: Incidents of 2024\nDay: 2024-02-03\n---\n\n## 3 February: the API was down\n\nRequests failed from 10:00 to 10:40 UTC for \
             all users. Root cause was a bad deploy, which was rolled back."
        );
    }

    #[test]
    fn the_parts_of_a_page_link_to_the_anchors_of_their_headings() {
        let section = |id: &str, day: &str| {
            format!(
                "<div {id}><h2>{day}: the API was down</h2><p>Requests failed from 10:00 to 10:40 UTC. Root cause was a bad deploy, which was rolled back.</p></div>"
            )
        };
        let days = [("id=a1", "May 5, 2024"), ("class=x", "May 4, 2024"), ("id=a3", "May 3, 2024")];
        let page = days.map(|(id, day)| section(id, day)).concat();
        let name = Name { id: "a", source: "a", path: None, limits: Limits::default(), mappings: &[] };
        let mut urls = Vec::new();
        read_bytes(format!("<html>{page}").into_bytes(), &name, |read| urls.push(read.unwrap().url));
        assert_eq!(urls, [Some("#a1".to_owned()), None, Some("#a3".to_owned())]);
    }

    #[test]
    fn a_day_above_a_heading_is_of_its_part() {
        let section = |day: &str| {
            format!(
                "<div><p>{day}</p><h3>API errors - North</h3><p>Between 10:00 and 10:40 UTC the API was down; we rolled a bad deploy back.</p></div>"
            )
        };
        let page = format!(
            "<html><h1>History</h1><h2>May 2021</h2>{}{}<h2>April 2021</h2>{}",
            section("5/20"),
            section("5/3"),
            section("4/1")
        );
        let parts = read("history.html", &page);
        let ids: Vec<&str> = parts.iter().map(|(id, _)| id.as_str()).collect();
        let slug = "history.html#api-errors---north";
        assert_eq!(ids, [slug, &format!("{slug}-2"), &format!("{slug}-3")]);
        assert_eq!(
            parts[2].1,
            "---\nWithin: History, April 2021\nDay: 2021-04-01\n---\n\n4/1\n\nAPI errors - North\n\n\
             Between 10:00 and 10:40 UTC the API was down; we rolled a bad deploy back."
        );
        // The same without a day above: three headings of one report.
        assert_eq!(read("a.html", &page.replace("<p>5/", "<p>No ")).len(), 1);
    }

    #[test]
    fn a_day_below_a_heading_is_of_its_part_where_days_run_backward() {
        let page = |months: [(&str, &str); 3]| {
            let section = |(month, line): (&str, &str)| {
                format!(
                    "<h2>{month}</h2><h3>API errors</h3><p>{line}</p><p>All requests failed for all of our users; a bad deploy was rolled back.</p>"
                )
            };
            format!("<html><h1>History</h1>{}", months.map(section).concat())
        };
        let backward =
            [("May 2021", "May 20, 10:00 - 10:40 UTC"), ("April 2021", "Apr 3, 10:00 UTC"), ("2020", "Dec 1, 10:00")];
        let parts = read("a.html", &page(backward));
        assert_eq!(parts.len(), 3);
        assert!(
            parts[2].1.starts_with("---\nWithin: History, 2020\nDay: 2020-12-01\n---\n\nAPI errors"),
            "{}",
            parts[2].1
        );
        let forward = [("One", "May 20, 10:00 - 10:40 UTC"), ("Two", "May 21, 10:00 UTC"), ("Three", "May 22, 10:00")];
        assert_eq!(read("a.html", &page(forward)).len(), 1);
    }

    #[test]
    fn one_report_stays_one() {
        let text =
            |section: &str| format!("It was slow on that day for some of our users and we looked into it{section}\n\n");
        let head = |heading: &str, end: &str| format!("## {heading}\n\n{}", text(end));
        for report in [
            // A timeline by days, with and without words of its own.
            ["Monday, 3 May", "Tuesday, 4 May", "Wednesday, 5 May"].map(|day| head(day, ".")).concat(),
            ["May 3: first signs seen", "May 4: the cause is found", "May 5: it is fixed"]
                .map(|day| head(day, "."))
                .concat(),
            ["10:00 API errors seen", "10:30 deploy rolled back", "11:00 all clear again"]
                .map(|day| head(day, ", resolved."))
                .concat(),
            // Two incidents of one report.
            log(&["12 March", "3 February"]),
            ["Timeline", "Root cause", "Impact", "3 May 2024 API outage"].map(|day| head(day, ", fixed.")).concat(),
        ] {
            assert_eq!(read("a.md", &report).len(), 1, "{report}");
        }
    }

    #[test]
    fn a_mark_is_a_day_or_a_number_beside_words() {
        for (heading, day) in [
            ("2024-03-18: Sign-in slow", Some((2024, 3, 18))),
            ("18 March 2024 - Sign-in slow", Some((2024, 3, 18))),
            ("Sign-in slow (Mar 18th, 2024)", Some((2024, 3, 18))),
            ("07/18 - Virtual machines - North", Some((0, 7, 18))),
            ("07/18/24 Virtual machines", Some((2024, 7, 18))),
            ("March 18", None),
            ("Monday, March 18, 2024", None),
            ("March 18 10:30 deploy rolled back", None),
            ("Root cause", None),
            ("[1.2.0] - 2024-03-18 Security release", None),
        ] {
            assert_eq!(mark(heading).and_then(|mark| mark.day), day, "{heading}");
        }
        assert!(mark("INC-482 Orders late again").is_some_and(|mark| mark.numbered));
        assert!(mark("Sign-in errors - Mitigated (Tracking ID KN22-39X)").is_some_and(|mark| mark.numbered));
        assert_eq!(
            ["20/5", "5/20", "13/13", "Monday, 3 May 2024"].map(day_in),
            [Some((0, 5, 20)), Some((0, 5, 20)), None, Some((2024, 5, 3)),]
        );
        assert_eq!(["5/20", "Mon, May 3", "May 3 API down", "10:30"].map(is_day), [true, true, false, false]);
        assert!(mark("We saw 3 errors on May 3 and then it went away.").is_none());
    }
}
