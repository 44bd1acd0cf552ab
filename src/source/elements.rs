//! What the elements of a page are: which are blocks, which hold no text, which open panels, which are no part of the text.
//!
//! Leaves to others: what becomes of them (`html`), which names mean boilerplate (`boilerplate`).

use html5ever::tokenizer::Tag;
use html5ever::tokenizer::states::RawKind;

use super::boilerplate::Boilerplate;

/// Elements that begin and end a block of text.
pub(super) const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];
/// Elements without an end tag.
pub(super) const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Elements whose content is never read as text.
pub(super) const HIDDEN: &[&str] = &[
    "audio", "canvas", "datalist", "iframe", "map", "math", "noembed", "noframes", "object", "script", "select",
    "style", "svg", "template", "textarea", "title", "video",
];
/// Elements that end where the next of their kind begins.
pub(super) const SELF_ENDING: &[&str] = &["p", "li", "td", "th", "tr", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"];

/// How the content of elements is read that is not markup.
pub(super) fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "style" | "iframe" | "noembed" | "noframes" | "xmp" => Some(RawKind::Rawtext),
        "title" | "textarea" => Some(RawKind::Rcdata),
        _ => None,
    }
}

/// Whether the element is the title of a panel that it opens: an accordion of incidents has nothing else to name them by.
pub(super) fn opens_panel(tag: &Tag) -> bool {
    let of_accordion = |class: &str| class.split([' ', '-', '_']).any(|word| word.eq_ignore_ascii_case("accordion"));
    tag.name == *"button"
        && tag.attrs.iter().any(|attribute| &*attribute.name.local == "class" && of_accordion(&attribute.value))
}

pub(super) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// The class and the id of the element.
pub(super) fn tag_names(tag: &Tag) -> impl Iterator<Item = &str> {
    ["class", "id"].into_iter().filter_map(|name| attribute(tag, name))
}

/// Whether the element is a box that readers open and close, or what is in it: while it is closed, its text is hidden and is no less text.
pub(super) fn is_panel(tag: &Tag) -> bool {
    tag_names(tag).any(|names| Boilerplate::table().has_panel(names))
        || attribute(tag, "hidden").is_some_and(|value| value.eq_ignore_ascii_case("until-found"))
}

/// What of the element says that it is no part of the text, if anything does: `<nav>`, `class="cookie-banner"`.
pub(super) fn boilerplate(tag: &Tag, in_panel: bool) -> Option<String> {
    let table = Boilerplate::table();
    if table.has_tag(&tag.name) {
        return Some(format!("<{}>", tag.name));
    }
    // The page's frame may carry any name: `<body class="has-navbar sidebar-open">`.
    let is_frame = matches!(&*tag.name, "html" | "body" | "main" | "article");
    let attribute = tag.attrs.iter().find(|attribute| match &*attribute.name.local {
        "class" | "id" => !is_frame && table.has_name(&attribute.value),
        "role" => table.has_role(&attribute.value),
        "hidden" => !in_panel,
        "style" => !in_panel && attribute.value.replace(' ', "").contains("display:none"),
        _ => false,
    })?;
    let value = &*attribute.value;
    Some(if value.is_empty() {
        attribute.name.local.to_string()
    } else {
        format!("{}=\"{value}\"", attribute.name.local)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_halving() {
        assert!(BLOCKS.is_sorted() && VOID.is_sorted() && HIDDEN.is_sorted());
    }
}
