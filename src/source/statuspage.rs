//! Incidents of Atlassian Statuspage as its API gives them: `{"page": ..., "incidents": [...]}`, or one of them.
//!
//! The text is laid out as the page of the incident is: title, postmortem, then the updates, the last first. What the data
//! adds to the page is stated before it. `started_at` is the moment of the first post unless somebody set it, and
//! `monitoring_at` and `resolved_at` are those of the updates of that name; such a copy says when somebody posted, which the
//! `Posted` lines say already, and not when users were hurt or service was restored. So these are stated only where they
//! differ from every post.

use serde_json::Value;

use super::draft::{Draft, same_minute, words};
use super::json::{Form, first_text, items, text};
use super::{Name, Out};

/// The form, see above.
pub struct Incident;

impl Form for Incident {
    fn knows(&self, item: &Value) -> bool {
        let item = inner(item);
        item.get("incident_updates").is_some_and(Value::is_array)
            || ["name", "status", "impact", "created_at"].iter().all(|key| item.get(key).is_some())
    }

    fn read(&self, item: &Value, around: &Value, name: &Name, out: &mut Out) {
        let page = if item.get("page").is_some() { item } else { around };
        let item = inner(item);
        let updates: Vec<Update> = updates(item);
        let is_post = |time: &str| updates.iter().any(|update| same_minute(&update.time, time));
        let mut draft = Draft::default();
        draft.meta("Organization", &text(page, "page.name"));
        draft.meta("Status", &text(item, "status"));
        // "none" is the impact of an incident that has none, and of one that nobody rated.
        let impact = first_text(item, &["impact_override", "impact"]);
        draft.meta("Severity", if impact == "none" { "" } else { &impact });
        draft.meta("Components", &components(item));
        draft.time("Created at", &text(item, "created_at"));
        let created = text(item, "created_at");
        for (key, field) in
            [("Started at", "started_at"), ("Monitoring at", "monitoring_at"), ("Resolved at", "resolved_at")]
        {
            let time = text(item, field);
            if !is_post(&time) && !same_minute(&time, &created) {
                draft.time(key, &time);
            }
        }
        draft.heading(1, &text(item, "name"));
        let body = text(item, "postmortem_body");
        if !body.trim().is_empty() {
            draft.heading(2, "Postmortem");
            draft.rich(&body);
            let posted = text(item, "postmortem_published_at");
            if !posted.is_empty() {
                draft.update("", "", &posted);
            }
        }
        // The postmortem is an update, too, on some pages.
        for update in updates.iter().filter(|update| update.state != "Postmortem" || body.trim().is_empty()) {
            draft.update(&update.state, &update.body, &update.time);
        }
        draft.finish(
            name,
            &first_text(item, &["id", "code", "name"]),
            Some(first_text(item, &["shortlink", "url"])),
            out,
        );
    }
}

/// `{"incident": {...}}` is the incident.
fn inner(item: &Value) -> &Value {
    item.get("incident").filter(|inner| inner.is_object()).unwrap_or(item)
}

struct Update {
    state: String,
    body: String,
    time: String,
}

/// The updates, the last first.
fn updates(item: &Value) -> Vec<Update> {
    let mut updates: Vec<Update> = items(item, "incident_updates")
        .iter()
        .map(|update| Update {
            state: state(&text(update, "status")),
            body: first_text(update, &["body", "markdown", "message"]),
            time: first_text(update, &["display_at", "created_at", "updated_at"]),
        })
        .collect();
    let at = |update: &Update| update.time.parse::<jiff::Timestamp>().ok();
    updates.sort_by_cached_key(|update| std::cmp::Reverse(at(update)));
    updates
}

/// `in_progress` as the page shows it: `In progress`.
pub fn state(status: &str) -> String {
    let status = words(&status.replace(['_', '-'], " "));
    let mut letters = status.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The names of the components, those that the updates name where the incident names none.
fn components(item: &Value) -> String {
    let mut names: Vec<String> = items(item, "components").iter().map(|component| text(component, "name")).collect();
    if names.is_empty() {
        let updates = items(item, "incident_updates").iter();
        names = updates.flat_map(|update| items(update, "affected_components")).map(|one| text(one, "name")).collect();
    }
    names.retain(|name| !name.trim().is_empty());
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names.join(", ")
}
