//! The language of a document, and what can be read of one that is not in English.
//!
//! English is told by its small words alone, so that short texts and those full of code and names are never taken for
//! another language; only a text with hardly any of them is asked of `whatlang`, and believed only where that is sure and
//! has enough words. Promises: a text of another language keeps what its format states and its updates' times;
//! its prose, which no lexicon here knows, is left out rather than misread. Leaves to others: reading (`super`).

use std::sync::LazyLock;

use whatlang::Lang;

use super::fields::Field;
use crate::document::{Block, BlockKind, Document};
use crate::runs;
use crate::slots::Slots;

/// Small words of English that are common in every report, and are words of no other large language.
const ENGLISH: &[&str] = &[
    "after", "all", "and", "are", "at", "been", "but", "by", "for", "from", "had", "has", "have", "is", "it", "its",
    "not", "of", "on", "our", "that", "the", "their", "this", "to", "was", "we", "were", "when", "which", "will",
    "with",
];
/// A text with this share of them is English; with less than the second it may be another language. English prose has 0.3.
const SHARE: f64 = 0.08;
const FOREIGN_SHARE: f64 = 0.04;
/// Fewer words tell no language, unless these letters do: accented ones, or a third as many of another script than Latin, which
/// may have no spaces, and few languages have each.
const LEAST_WORDS: usize = 25;
const LEAST_LETTERS: usize = 60;
const OTHER_SCRIPT: char = '\u{370}';
const OTHER_SCRIPT_COUNTS: usize = 3;
/// Below this confidence the guess of a language is not believed.
const SURE: f64 = 0.9;
/// As much of the prose is looked at, in bytes.
const SAMPLE: usize = 6000;

/// The language of the prose of `document`, whose masked text is `text`, where there is enough of it to tell.
pub fn of(document: &Document, text: &str) -> Option<Lang> {
    let mut sample = String::new();
    for block in document.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem))
    {
        // Whole blocks, but for a text that is one.
        let words = block.span.of(text);
        let cut = if words.len() > SAMPLE { words.char_indices().nth(SAMPLE) } else { None };
        let end = cut.map_or(words.len(), |(at, _)| at);
        sample.push_str(&words[..end]);
        sample.push('\n');
        if sample.len() > SAMPLE {
            break;
        }
    }
    let (words, english) = count(&sample);
    let share = english as f64 / words.max(1) as f64;
    let weight = |c: char| if c >= OTHER_SCRIPT { OTHER_SCRIPT_COUNTS } else { 1 };
    let letters = || sample.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).map(weight).sum::<usize>();
    if words >= LEAST_WORDS && share >= SHARE {
        return Some(Lang::Eng);
    }
    if share >= FOREIGN_SHARE || (words < LEAST_WORDS && letters() < LEAST_LETTERS) {
        return None;
    }
    let info = whatlang::detect(&sample)?;
    (info.is_reliable() && info.confidence() >= SURE).then_some(info.lang())
}

/// The words of a text, and how many of them are [`ENGLISH`]; as far as it takes to know that their share is large enough.
fn count(text: &str) -> (usize, usize) {
    // By their letters as numbers, which are quickly put together: none has more than five.
    static KNOWN: LazyLock<Slots> = LazyLock::new(|| {
        let mut known = Slots::for_keys(ENGLISH.len());
        for word in ENGLISH {
            known.set(runs::eight(word.as_bytes(), 0), 0);
        }
        known
    });
    let known = &*KNOWN;
    let (mut words, mut english) = (0, 0);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at = runs::letters(bytes, at);
        let ascii = at - start;
        // Other letters go on with a word, and none of those that are known has any.
        while let Some(c) = other_letter(text, at) {
            at = runs::letters(bytes, at + c.len_utf8());
        }
        words += usize::from(at > start);
        if at == start + ascii && (1..=5).contains(&ascii) {
            // In lower case, and without what follows them.
            let letters = (runs::eight(bytes, start) | 0x20_20_20_20_20) & ((1 << (8 * ascii)) - 1);
            english += usize::from(known.find(letters).is_some());
            // Each further word takes two bytes at least. A little more than the share is asked for, so that rounding tells nothing.
            let most = words + (bytes.len() - at) / 2 + 1;
            if words >= LEAST_WORDS && english as f64 > (SHARE + 0.001) * most as f64 {
                break;
            }
        }
        at += match bytes.get(at) {
            Some(byte) if !byte.is_ascii() => text[at..].chars().next().map_or(1, char::len_utf8),
            _ => 1,
        };
    }
    (words, english)
}

/// The letter at `at`, if it is none of ASCII.
fn other_letter(text: &str, at: usize) -> Option<char> {
    let is_other = text.as_bytes().get(at).is_some_and(|byte| !byte.is_ascii());
    // Places are always at the start of a character.
    if is_other { text[at..].chars().next().filter(|c| c.is_alphabetic()) } else { None }
}

/// What can be read of `document` although its prose cannot: what it states of itself, with its title and its updates.
pub fn stated(document: &Document, fields: &[Field]) -> Document {
    let blocks = &document.blocks;
    let holds_field = |block: &Block| fields.iter().any(|field| block.span.contains(field.line));
    let first = blocks.iter().position(|block| block.kind != BlockKind::Meta);
    let is_read = |(at, block): &(usize, &Block)| {
        matches!(block.kind, BlockKind::Meta | BlockKind::Update | BlockKind::Heading(_))
            || Some(*at) == first
            || opens_update(block.span.of(&document.text))
            || holds_field(block)
    };
    let blocks = blocks.iter().enumerate().filter(is_read).map(|(_, block)| *block).collect();
    Document { blocks, ..document.clone() }
}

/// Whether the block opens with the state of an update, which status pages write in English whatever the language.
fn opens_update(text: &str) -> bool {
    const STATES: &[&str] =
        &["investigating", "identified", "monitoring", "resolved", "completed", "scheduled", "update"];
    let text = text.trim_start_matches(['*', '_', '#', ' ']);
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let after = text[end..].trim_start_matches(['*', '_', ' ']);
    STATES.iter().any(|state| state.eq_ignore_ascii_case(&text[..end]))
        && (after.is_empty() || after.starts_with(['-', '–', ':', '\n']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{extract, source};

    fn document(text: &str) -> Document {
        source::from_text(text.to_owned(), "a", "a.md", None).unwrap()
    }

    const GERMAN: &str = "# Ausfall der Zahlungen\n\nAm Montag waren die Zahlungen für alle Kunden von 10:00 bis 11:30 UTC nicht erreichbar, weil eine neue \
        Version der Datenbank die Verbindungen nicht mehr annahm. Wir haben die Version zurückgenommen und danach alle offenen Aufträge noch einmal geprüft.\n";

    #[test]
    fn languages_are_told_and_english_is_never_another() {
        for (text, expected) in [
            (GERMAN, Some("deu")),
            (
                "本日、決済サービスで障害が発生しました。原因はデータベースの接続数が上限に達したことです。担当者が設定を変更し、サービスは午後三時に復旧しました。お客様にはご迷惑をおかけしました。",
                Some("jpn"),
            ),
            (
                "Le lundi matin, les paiements de tous nos clients ont échoué pendant une heure, parce que la nouvelle version de la base de données refusait les connexions de nos serveurs.",
                Some("fra"),
            ),
            (
                "On Monday the payments of all of our customers failed for an hour, since the new version of the database refused the connections of our servers until it was rolled back.",
                Some("eng"),
            ),
            ("障害報告。午前十時にAPIが停止しました。半時間後に復旧しました。原因は設定変更です。", Some("jpn")),
            ("It failed.", None),
            ("Ausfall um 10:00.", None),
            (
                "pg-main-1 pg-main-2 nginx redis kafka zookeeper etcd consul vault nomad envoy istio calico cilium flannel coredns kubelet kubectl helm argo flux tekton spinnaker jenkins gitlab harbor quay",
                None,
            ),
            (
                "- api-gateway restarted\n- redis failover, 3 replicas\n- p99 latency 900ms\n- kubectl rollout undo deploy/api\n- HTTP 502 spike, nginx upstream timeouts\n- deploy 4711 reverted\n- DNS TTL lowered, cache flushed\n- on-call paged",
                Some("eng"),
            ),
        ] {
            let document = document(text);
            assert_eq!(of(&document, &document.text).map(|language| language.code()), expected, "{text}");
        }
    }

    #[test]
    fn prose_of_another_language_is_left_blank_and_what_is_stated_is_read() {
        let text = format!("---\nstarted_at: 2024-05-03T10:00:00Z\nresolved_at: 2024-05-03T11:30:00Z\n---\n{GERMAN}");
        let record = extract::extract(&document(&text));
        assert_eq!(record.language.as_deref(), Some("deu"));
        assert_eq!((record.ttr_minutes, record.is_incident), (Some(90.0), true));
        assert!(!record.has("root_cause") && !record.has("trigger") && !record.has("detection_source"));
        assert!(record.warnings.iter().any(|warning| warning.starts_with("language: ")), "{:?}", record.warnings);
        let record = extract::extract(&document(GERMAN));
        assert!(!record.has("started_at") && !record.has("ttr_minutes"), "{record:?}");
        assert_eq!(record.title.as_deref(), Some("Ausfall der Zahlungen"));
    }

    #[test]
    fn updates_of_a_status_page_keep_their_times() {
        let long = "Wir haben die Ursache gefunden und spielen gerade die alte Version der Software auf alle Server zurück, danach prüfen wir noch die Aufträge.";
        let text = format!(
            "Zahlungen gestört\n\nResolved - {long}\nPosted May 3, 2024 - 11:30 UTC\n\nInvestigating - {long}\nPosted May 3, 2024 - 10:00 UTC\n"
        );
        let record = extract::extract(&document(&text));
        assert_eq!((record.language.as_deref(), record.ttr_minutes), (Some("deu"), Some(90.0)), "{record:?}");
    }
}
