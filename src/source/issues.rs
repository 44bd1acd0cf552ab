//! Issues of GitHub and the like as their API and `gh issue list --json` give them: how Upptime and others keep incidents.
//!
//! Upptime opens an issue when its monitor sees a site down and closes it when it sees it up again, and says so in a comment
//! (`**Resolved:** ... is back up in 24 minutes`). So `created_at` and `closed_at` of an issue with its label are stated as start
//! and end of the incident; of other issues they are when people wrote and closed it, which may be days later, and are stated
//! as no more than that.

use serde_json::Value;

use super::draft::Draft;
use super::json::{Form, first_text, items, text};
use super::{Name, Out};

/// The form, see above.
pub struct Issue;

/// Labels by which a monitor marks the issues that it keeps itself.
const BY_MONITOR: &[&str] = &["status"];

impl Form for Issue {
    fn knows(&self, item: &Value) -> bool {
        let has = |keys: &[&str]| keys.iter().any(|key| item.get(key).is_some());
        has(&["title"])
            && has(&["body"])
            && has(&["created_at", "createdAt"])
            && has(&["number", "html_url", "url", "iid", "closed_at", "closedAt"])
    }

    fn read(&self, item: &Value, _around: &Value, name: &Name, out: &mut Out) {
        let labels: Vec<String> = items(item, "labels")
            .iter()
            .map(|label| label.as_str().map_or_else(|| text(label, "name"), str::to_owned))
            .filter(|label| !label.is_empty())
            .collect();
        let is_kept = labels.iter().any(|label| BY_MONITOR.contains(&label.as_str()));
        let mut draft = Draft::default();
        let author = first_text(item, &["user.login", "author.login", "author.username"]);
        draft.meta("Author", &author);
        draft.meta("Labels", &labels.join(", "));
        // `sev-2`, `severity: high`, `P1`: a label that says how bad it is.
        let severity = labels.iter().find_map(|label| severity(label)).unwrap_or_default();
        draft.meta("Severity", severity);
        let (created, closed) =
            (first_text(item, &["created_at", "createdAt"]), first_text(item, &["closed_at", "closedAt"]));
        let (opens, closes) = if is_kept { ("Started at", "Resolved at") } else { ("Created at", "Closed at") };
        draft.time(opens, &created);
        draft.time(closes, &closed);
        draft.heading(1, &text(item, "title"));
        draft.markdown(&text(item, "body"));
        for comment in items(item, "comments") {
            draft.update("", &text(comment, "body"), &first_text(comment, &["created_at", "createdAt"]));
        }
        let url = first_text(item, &["html_url", "web_url", "url"]);
        draft.finish(name, &first_text(item, &["number", "iid", "id", "title"]), Some(url), out);
    }
}

fn severity(label: &str) -> Option<&str> {
    let lower = label.to_ascii_lowercase();
    if let Some((_, level)) =
        label.split_once([':', '/']).filter(|_| lower.starts_with("sev") || lower.starts_with("prio"))
    {
        return Some(level.trim());
    }
    let digits = lower.trim_start_matches("severity").trim_start_matches("sev").trim_start_matches('p');
    let digits = digits.trim_start_matches(['-', ' ']);
    (digits.len() == 1 && digits.len() < lower.len() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_may_be_a_severity() {
        for (label, found) in [
            ("sev-2", Some("sev-2")),
            ("SEV1", Some("SEV1")),
            ("P1", Some("P1")),
            ("severity: high", Some("high")),
            ("priority/2", Some("2")),
            ("status", None),
            ("v2", None),
            ("seven", None),
        ] {
            assert_eq!(severity(label), found, "{label}");
        }
    }
}
