//! Incidents of Google Cloud's status page, `incidents.json`: a list of objects with `begin`, `end` and `updates`.
//!
//! `begin` and `end` are those of the disruption and `created` is when it was posted, so all three are stated. Updates carry
//! Markdown, and a status such as `SERVICE_DISRUPTION`, which is shown as the page does: `Service disruption`.

use serde_json::Value;

use super::draft::Draft;
use super::json::{Form, first_text, items, text};
use super::statuspage::state;
use super::{Name, Out};

/// The form, see above.
pub struct Incident;

impl Form for Incident {
    fn knows(&self, item: &Value) -> bool {
        item.get("begin").is_some() && item.get("updates").is_some_and(Value::is_array)
    }

    fn read(&self, item: &Value, _around: &Value, name: &Name, out: &mut Out) {
        let mut draft = Draft::default();
        draft.meta("Severity", &text(item, "severity"));
        draft.meta("Status", &shown(&text(item, "status_impact")));
        let products: Vec<String> = items(item, "affected_products").iter().map(|one| text(one, "title")).collect();
        let services = if products.is_empty() { text(item, "service_name") } else { products.join(", ") };
        draft.meta("Affected products", &services);
        let places = ["currently_affected_locations", "previously_affected_locations"];
        let places: Vec<String> =
            places.iter().flat_map(|key| items(item, key)).map(|place| text(place, "title")).collect();
        draft.meta("Locations", &places.join(", "));
        draft.time("Created at", &text(item, "created"));
        draft.time("Began at", &text(item, "begin"));
        draft.time("Ended at", &text(item, "end"));
        draft.heading(1, &first_text(item, &["external_desc", "service_name"]));
        let mut updates: Vec<&Value> = items(item, "updates").iter().collect();
        let time = |update: &Value| first_text(update, &["when", "created", "modified"]);
        updates.sort_by_cached_key(|update| std::cmp::Reverse(time(update).parse::<jiff::Timestamp>().ok()));
        for update in updates {
            draft.update(&shown(&text(update, "status")), &text(update, "text"), &time(update));
        }
        // The address is given below that of the page, which the data does not name.
        let uri = text(item, "uri");
        draft.finish(
            name,
            &first_text(item, &["id", "number", "begin"]),
            Some(uri).filter(|uri| uri.contains("://")),
            out,
        );
    }
}

fn shown(status: &str) -> String {
    state(&status.to_lowercase())
}
