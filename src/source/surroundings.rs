//! What surrounds the text of a page where no element says so: menus and lists of links, copyright lines, sections of other posts.
//!
//! Told from the words: what is nearly all links before the first heading, behind the last sentence, in a row of them, or to places of
//! the page itself is navigation; a heading of the table (`Related posts`) goes with what its box holds. Promises: no heading
//! goes but with its section; nothing goes where what is left would be less than half. Leaves to others: elements and their names
//! (`boilerplate`).

use std::sync::LazyLock;

use regex::Regex;

use super::boilerplate::Boilerplate;
use super::draft::words;
use super::pieces::{Piece, letters};
use super::split;
use crate::document::{BlockKind, Dropped};

/// Links in a row that are a menu.
const MENU: usize = 3;

/// Takes what surrounds the text out of `pieces`, and says what and why.
pub fn leave_out(pieces: &mut Vec<Piece>) -> Vec<Dropped> {
    let mut why: Vec<Option<String>> = vec![None; pieces.len()];
    sections(pieces, &mut why);
    margin_comments(pieces, &mut why);
    for (piece, why) in pieces.iter().zip(&mut why) {
        if why.is_none() && is_copyright(piece) {
            *why = Some("boilerplate: copyright".to_owned());
        }
    }
    links(pieces, &mut why);
    empty_sections(pieces, &mut why);
    let weight = |gone: bool| -> usize {
        let of = pieces.iter().zip(&why).filter(|(_, why)| why.is_some() == gone);
        of.map(|(piece, _)| piece.unlinked()).sum()
    };
    if weight(true) > weight(false) || why.iter().all(Option::is_some) {
        return Vec::new();
    }
    let mut dropped: Vec<Dropped> = Vec::new();
    let mut last: Option<usize> = None;
    for (nth, (piece, why)) in pieces.iter().zip(&why).enumerate() {
        let Some(why) = why else { continue };
        match dropped.last_mut().filter(|dropped| last.is_some_and(|last| last + 1 == nth) && dropped.why == *why) {
            Some(dropped) => dropped.bytes += piece.text.len(),
            None => dropped.push(Dropped::new(&piece.text, why.clone())),
        }
        last = Some(nth);
    }
    let mut gone = why.iter().map(Option::is_some);
    pieces.retain(|_| !gone.next().unwrap_or_default());
    dropped
}

/// Marks the sections under headings of the table, as far as their box goes.
fn sections(pieces: &[Piece], why: &mut [Option<String>]) {
    let mut at = 0;
    while at < pieces.len() {
        let head = &pieces[at];
        at += 1;
        let BlockKind::Heading(level) = head.kind else { continue };
        if !Boilerplate::table().has_heading(&words(&head.text)) {
            continue;
        }
        let mut end = at;
        let mut box_depth = head.depth.saturating_sub(1);
        for (nth, piece) in pieces[at..].iter().enumerate() {
            // A heading in a box of its own is over what follows that box.
            if nth == 0 {
                box_depth = box_depth.min(piece.least_depth);
            } else if piece.least_depth < box_depth {
                break;
            }
            if matches!(piece.kind, BlockKind::Heading(other) if other <= level) {
                break;
            }
            end += 1;
        }
        let reason = format!("boilerplate: section {:?}", words(&head.text));
        why[at - 1..end].fill(Some(reason));
        at = end;
    }
}

/// Marks the comments at the end of an exported Google document, which readers see in the margin: `[a] Is this right?`
fn margin_comments(pieces: &[Piece], why: &mut [Option<String>]) {
    let is_mark = |piece: &Piece| {
        let mark = piece.text.strip_prefix('[').and_then(|text| text.split_once(']')).map_or("", |(mark, _)| mark);
        let is_letters = matches!(mark.len(), 1 | 2) && mark.bytes().all(|byte| byte.is_ascii_lowercase());
        // The mark alone links back to the words that it is on.
        is_letters && piece.linked.away == 0 && piece.linked.letters == mark.len() + 2
    };
    if let Some(first) = pieces.iter().position(|piece| piece.kind == BlockKind::Paragraph && is_mark(piece)) {
        why[first..].fill(Some("boilerplate: comments in the margin".to_owned()));
    }
}

/// Takes out the line that says who published the page and when, and returns that day. It stands above the text, and is of no incident.
pub fn take_byline(pieces: &mut Vec<Piece>) -> Option<String> {
    static BYLINE: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"(?i)^(?:(?:posted|published|written) (?:by|on|in)|by) |^published:? |\b\d+ min(?:ute)?s?\.? read$")
            .expect("a literal pattern compiles")
    });
    /// What is longer says more, and what stands further down is of the text.
    const LONGEST: usize = 120;
    const ABOVE: usize = 12;
    let is_text = |piece: &Piece| piece.text.split_whitespace().nth(24).is_some();
    let above = pieces.iter().take(ABOVE).take_while(|piece| !is_text(piece));
    let found = above.enumerate().find_map(|(nth, piece)| {
        let is_line = piece.kind == BlockKind::Paragraph && piece.text.len() <= LONGEST && !piece.text.ends_with('.');
        let day = split::full_day(&piece.text).filter(|_| is_line && BYLINE.is_match(&piece.text))?;
        Some((nth, day.to_owned()))
    });
    // It is above something.
    let (nth, day) = found.filter(|(nth, _)| nth + 1 < pieces.len())?;
    pieces.remove(nth);
    Some(day)
}

/// Marks menus: pieces that are nearly all links, where no text stands before or behind them or many of them stand in a row.
fn links(pieces: &[Piece], why: &mut [Option<String>]) {
    let is_linked = |piece: &Piece| {
        let all = letters(&piece.text);
        let is_text = matches!(piece.kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::TableRow);
        is_text && piece.linked.letters * 10 >= all * 8
    };
    let is_prose = |nth: &usize| {
        let piece = &pieces[*nth];
        why[*nth].is_none() && !is_linked(piece) && piece.text.split_whitespace().nth(7).is_some()
    };
    let is_start = |nth: &usize| matches!(pieces[*nth].kind, BlockKind::Heading(_)) || is_prose(nth);
    let start = (0..pieces.len()).find(is_start).unwrap_or(0);
    let end = (0..pieces.len()).rfind(is_prose).map_or(pieces.len(), |last| last + 1);
    let mut from = 0;
    while from < pieces.len() {
        if !is_linked(&pieces[from]) {
            from += 1;
            continue;
        }
        let run = pieces[from..].iter().take_while(|piece| is_linked(piece)).count();
        for (nth, piece) in pieces.iter().enumerate().skip(from).take(run) {
            let is_contents = run >= 2 && piece.linked.away == 0;
            let is_menu = run >= MENU && piece.linked.letters > 0;
            if why[nth].is_none() && (nth < start || nth >= end || is_menu || is_contents) {
                why[nth] = Some("boilerplate: links".to_owned());
            }
        }
        from += run;
    }
}

/// Marks headings over nothing that is left: `Navigation menu`.
fn empty_sections(pieces: &[Piece], why: &mut [Option<String>]) {
    for at in (0..pieces.len()).rev() {
        let BlockKind::Heading(level) = pieces[at].kind else { continue };
        let is_next = |piece: &Piece| matches!(piece.kind, BlockKind::Heading(other) if other <= level);
        let section = pieces[at + 1..].iter().take_while(|piece| !is_next(piece)).count();
        if section > 0 && why[at].is_none() && why[at + 1..=at + section].iter().all(Option::is_some) {
            why[at] = why[at + 1].clone();
        }
    }
}

/// Whether the piece says whose the page is: `© 2024 Larkspur. All rights reserved.`
fn is_copyright(piece: &Piece) -> bool {
    static COPYRIGHT: LazyLock<Regex> = LazyLock::new(|| {
        // A literal pattern, compiled by the tests.
        Regex::new(r"(?i)©|\bcopyright (?:\(c\) ?)?(?:19|20)\d\d\b|\ball rights reserved\b|^\(c\) (?:19|20)\d\d\b")
            .expect("a literal pattern compiles")
    });
    /// What is longer says more.
    const LONGEST: usize = 250;
    matches!(piece.kind, BlockKind::Paragraph | BlockKind::ListItem)
        && piece.text.len() <= LONGEST
        && COPYRIGHT.is_match(&piece.text)
}
