//! Data in JSON: a list of incidents or one of them, as status pages and trackers give it.
//!
//! The file is cut before it is parsed: a scan finds the list and the ends of its items, and each item is parsed by itself.
//! So memory is that of one item and not that of the tree of a whole file, which can be thirty times the file; an item that
//! is broken or too large costs itself alone; and of a file that ends too early all whole items are read. Nesting costs
//! nothing in the scan, and what serde_json refuses (128 levels) is skipped with its reason.
//!
//! What an item is, each [`Form`] says for itself: one file a form. The first item decides for all.

use serde_json::Value;

use super::limits::{ITEM_BYTES, ITEM_VALUES};
use super::{Name, Out, Skip, Source, google, issues, mapping, statuspage};

/// A form of items that is known.
pub trait Form: Sync {
    /// Whether the item is of this form.
    fn knows(&self, item: &Value) -> bool;

    /// Gives the documents of the item to `out`. `around` is the object that the list stands in, without the list.
    fn read(&self, item: &Value, around: &Value, name: &Name, out: &mut Out);
}

const FORMS: &[&dyn Form] = &[&statuspage::Incident, &google::Incident, &issues::Issue];

/// Keys under which a list of items, or the one item, stands.
const LISTS: &[&str] = &["incidents", "issues", "data", "items", "results", "result", "records", "values", "nodes"];

/// The format, see above.
pub struct Json;

impl Source<str> for Json {
    fn claims(&self, content: &str, name: &Name) -> bool {
        let is_named = name.has_extension(&["json"]);
        let start = content.trim_start_matches('\u{feff}').trim_start();
        // `[link](address)` is Markdown, and `{% include %}` a template.
        let opens = start.strip_prefix(['{', '[']).map(str::trim_start);
        opens.is_some_and(|rest| is_named || rest.starts_with(['"', '{', '[', '}', ']']))
            && (is_named || Items::of(start).first().is_some_and(|item| form(&item, name).is_some()))
    }

    fn read(&self, content: &str, name: &Name, out: &mut Out) -> Result<(), Skip> {
        let mut items = Items::of(content.trim_start_matches('\u{feff}').trim_start());
        let around = items.around();
        let (mut found, mut last) = (None, None);
        for (nth, item) in items.by_ref().enumerate() {
            let place = || format!("{}#{}", name.source, nth + 1);
            match item.and_then(parse) {
                Ok(item) => match found.or_else(|| form(&item, name)) {
                    Some(form) => {
                        found = Some(form);
                        form.read(&item, &around, name, out);
                    }
                    None => last = Some(unknown()),
                },
                Err(why) if found.is_none() => last = Some(why),
                Err(why) => out.skip(&place(), why),
            }
            // The first items decide: a file of other data is not read to its end.
            if found.is_none() && nth >= 8 || out.is_full() {
                break;
            }
        }
        match found {
            Some(_) => Ok(()),
            None => Err(last.unwrap_or_else(|| Skip::NoIncident("JSON without a list of objects".to_owned()))),
        }
    }
}

fn unknown() -> Skip {
    Skip::NoIncident("JSON of no form that is known (see docs/formats.md); `--mapping` can teach one".to_owned())
}

/// The item parsed, unless it is larger than one may be.
pub fn parse(item: &str) -> Result<Value, Skip> {
    serde_json::from_str(sized(item)?).map_err(|why| Skip::Broken(format!("not JSON: {why}")))
}

/// The form of an item: of the user's mappings, ours, or the mappings that are built in.
pub fn form<'n>(item: &Value, name: &Name<'n>) -> Option<&'n dyn Form> {
    let given = name.mappings.iter().map(|mapping| mapping as &dyn Form);
    let built_in = mapping::built_in().iter().map(|mapping| mapping as &dyn Form);
    given.chain(FORMS.iter().copied()).chain(built_in).find(|form| form.knows(item))
}

/// The items of a JSON text: those of its list, or itself.
struct Items<'t> {
    text: &'t str,
    at: usize,
    list: Option<std::ops::Range<usize>>,
    done: bool,
}

impl<'t> Items<'t> {
    fn of(text: &'t str) -> Items<'t> {
        let list = list(text);
        let at = list.as_ref().map_or(0, |list| list.start);
        Items { text, at, list, done: false }
    }

    /// The first item that can be parsed, of those at the very beginning.
    fn first(&self) -> Option<Value> {
        let items = Items { text: self.text, at: self.at, list: self.list.clone(), done: false };
        items.take(4).flatten().find_map(|item| parse(item).ok())
    }

    /// The object that the list stands in, without the list; null where there is none, or it is too large.
    fn around(&self) -> Value {
        let Some(list) = self.list.as_ref().filter(|_| self.text.starts_with('{')) else { return Value::Null };
        if list.start + (self.text.len() - list.end) > ITEM_BYTES {
            return Value::Null;
        }
        let text = [&self.text[..list.start], &self.text[list.end..]].concat();
        parse(&text).unwrap_or(Value::Null)
    }
}

impl<'t> Iterator for Items<'t> {
    type Item = Result<&'t str, Skip>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let bytes = self.text.as_bytes();
        if self.list.is_none() {
            self.done = true;
            return Some(Ok(self.text));
        }
        let start = blank(bytes, self.at, b", \n\r\t");
        if start >= bytes.len() || bytes[start] == b']' {
            self.done = true;
            let cut = start >= bytes.len();
            return cut.then(|| {
                Err(Skip::Broken("the list ends before it is closed: a part of the file is missing".to_owned()))
            });
        }
        match value_end(bytes, start) {
            Some(end) if end > start => {
                self.at = end;
                Some(Ok(&self.text[start..end]))
            }
            _ => {
                self.done = true;
                Some(Err(Skip::Broken("the file ends within this item: a part of it is missing".to_owned())))
            }
        }
    }
}

fn sized(item: &str) -> Result<&str, Skip> {
    if item.len() > ITEM_BYTES {
        return Err(Skip::Broken(format!("an item of more than {ITEM_BYTES} bytes")));
    }
    // Every value but the first stands after one of these; in strings they count, too, but not so often.
    if memchr::memchr3_iter(b',', b'[', b'{', item.as_bytes()).nth(ITEM_VALUES).is_some() {
        return Err(Skip::Broken(format!("an item of more than {ITEM_VALUES} values")));
    }
    Ok(item)
}

/// What lies between the brackets of the list of items: that of the file, or of a key of [`LISTS`].
fn list(text: &str) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let inner = |open: usize| {
        let end = value_end(bytes, open).map_or(bytes.len(), |end| end - 1);
        open + 1..end
    };
    match bytes.first()? {
        b'[' => Some(inner(0)),
        b'{' => {
            let (mut at, mut found) = (1, None::<(usize, usize)>);
            loop {
                let key = blank(bytes, at, b", \n\r\t");
                if bytes.get(key) != Some(&b'"') {
                    break;
                }
                let Some(key_end) = value_end(bytes, key) else { break };
                let value = blank(bytes, blank(bytes, key_end, b" \n\r\t:"), b" \n\r\t");
                let rank = LISTS.iter().position(|name| *name == &text[key + 1..key_end - 1]);
                if let Some(rank) = rank.filter(|rank| found.is_none_or(|(best, _)| *rank < best))
                    && matches!(bytes.get(value), Some(b'['))
                {
                    found = Some((rank, value));
                }
                let Some(end) = value_end(bytes, value) else { break };
                at = end;
            }
            found.map(|(_, open)| inner(open))
        }
        _ => None,
    }
}

fn blank(bytes: &[u8], mut at: usize, skipped: &[u8]) -> usize {
    while at < bytes.len() && skipped.contains(&bytes[at]) {
        at += 1;
    }
    at
}

/// Where the value that begins at `start` ends, if it does. The ends are at ASCII marks, so at character boundaries.
fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0usize, start);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                loop {
                    at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
                    if bytes[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
                at += 1;
            }
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                if depth == 0 {
                    return Some(at);
                }
                depth -= 1;
                at += 1;
            }
            b',' if depth == 0 => return Some(at),
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The text at `path`, keys parted by dots, of a string, number or truth value; blank where there is none.
pub fn text(item: &Value, path: &str) -> String {
    let value = path.split('.').try_fold(item, |value, key| value.get(key));
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(is)) => is.to_string(),
        _ => String::new(),
    }
}

/// The first of these texts that is not blank.
pub fn first_text(item: &Value, paths: &[&str]) -> String {
    paths.iter().map(|path| text(item, path)).find(|text| !text.trim().is_empty()).unwrap_or_default()
}

/// The items of the list at `key`; none where there is no list.
pub fn items<'v>(item: &'v Value, key: &str) -> &'v [Value] {
    item.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        let show = |item: Result<&str, Skip>| item.map_or_else(|why| why.to_string(), str::to_owned);
        Items::of(text).map(show).collect()
    }

    #[test]
    fn the_list_is_found_and_cut_into_its_items() {
        for (text, items) in [
            (r#"[{"a": "]}"}, {"b": [1, 2]}]"#, &[r#"{"a": "]}"}"#, r#"{"b": [1, 2]}"#][..]),
            (r#"{"page": {"items": [7]}, "incidents": [{"a": "\\\""}], "x": 1}"#, &[r#"{"a": "\\\""}"#]),
            (r#"{"data": [1], "incidents": [2]}"#, &["2"]),
            (r#"{"a": 1}"#, &[r#"{"a": 1}"#]),
            ("[]", &[]),
            ("[1 ,é\"é\"]", &["1 ", "é\"é\""]),
        ] {
            assert_eq!(cut(text), items, "{text}");
        }
    }

    #[test]
    fn a_cut_file_gives_its_whole_items_and_the_reason() {
        let told = cut(r#"{"incidents": [{"a": 1}, {"b": "x"#);
        assert_eq!(told[0], r#"{"a": 1}"#);
        assert!(told[1].contains("the file ends within this item"), "{told:?}");
        assert!(cut("[1, 2").last().unwrap().contains("a part of"), "{:?}", cut("[1, 2"));
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = "[".repeat(100_000);
        assert_eq!(cut(&deep).len(), 1);
        let closed = format!("[{}{}]", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        assert_eq!(cut(&closed).len(), 1);
    }
}
