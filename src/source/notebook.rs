//! Jupyter notebooks (`.ipynb`): cells of Markdown as text, cells of code and what they printed as code.
//!
//! Promises: the cells in their order, Markdown to the letter; outputs that are no text (figures, widgets) are left out.
//! Quarto's `.qmd` is Markdown with a front matter and needs no reader of its own.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::{Name, Page, Skip};
use crate::document::BlockKind;

#[derive(Deserialize)]
struct Notebook {
    cells: Vec<Cell>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
struct Metadata {
    title: Option<String>,
    #[serde(default)]
    authors: Vec<Author>,
}

#[derive(Deserialize)]
struct Author {
    name: String,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    source: Lines,
    #[serde(default)]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Output {
    /// What a program printed.
    text: Option<Lines>,
    /// What a cell gave, by type.
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "text/plain")]
    plain: Option<Lines>,
}

/// A text, or its lines with their line ends, put together as they are read: as a list they would take ten times the bytes.
struct Lines(String);

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lines, D::Error> {
        deserializer.deserialize_any(LinesVisitor)
    }
}

struct LinesVisitor;

impl<'de> Visitor<'de> for LinesVisitor {
    type Value = Lines;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text or a list of lines")
    }

    fn visit_str<E>(self, text: &str) -> Result<Lines, E> {
        Ok(Lines(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Lines, A::Error> {
        let mut text = String::new();
        while let Some(line) = lines.next_element::<Cow<str>>()? {
            text.push_str(&line);
        }
        Ok(Lines(text))
    }
}

/// Whether the text is a notebook of format 4, which all are since 2015.
pub fn is_notebook(text: &str, name: &Name) -> bool {
    text.trim_start().starts_with('{')
        && (name.has_extension(&["ipynb"]) || text.contains("\"nbformat\"") && text.contains("\"cell_type\""))
}

/// The words of the notebook and their blocks.
pub fn read(text: &str) -> Result<Page, Skip> {
    let damaged = |why: serde_json::Error| Skip::Damaged { kind: "notebook".to_owned(), why: why.to_string() };
    let notebook: Notebook = serde_json::from_str(text).map_err(damaged)?;
    let mut page = Page { title: notebook.metadata.title, ..Page::default() };
    let authors: Vec<_> = notebook.metadata.authors.into_iter().map(|author| author.name).collect();
    page.meta("author", &authors.join(", "));
    for cell in notebook.cells {
        let source = cell.source.0;
        if cell.cell_type != "code" {
            page.markdown(&source);
            continue;
        }
        page.block(BlockKind::Code, &source);
        for output in cell.outputs {
            for text in [output.text, output.data.and_then(|data| data.plain)].into_iter().flatten() {
                page.block(BlockKind::Code, &text.0);
            }
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::office::tests::blocks;

    #[test]
    fn cells_become_blocks_in_their_order() {
        let text = r##"{"nbformat": 4, "metadata": {"authors": [{"name": "Ann"}], "kernelspec": {"name": "x"}}, "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Outage\n", "\n", "It failed."]},
            {"cell_type": "code", "source": "plot()", "outputs": [{"output_type": "stream", "text": ["10 errors\n"]},
             {"data": {"image/png": "x", "text/plain": "<Figure>"}}]},
            {"cell_type": "raw", "source": "- one"}]}"##;
        let page = read(text).unwrap();
        assert_eq!(
            blocks(&page),
            [
                "meta author: Ann",
                "h1 Outage",
                "p It failed.",
                "code plot()",
                "code 10 errors",
                "code <Figure>",
                "li one"
            ]
        );
    }

    #[test]
    fn what_is_no_notebook_says_where() {
        let deep = format!(r#"{{"cells": [{}"#, "[".repeat(10_000));
        for text in ["{\"cells\": [", "{\"cells\": 3}", &deep] {
            let why = read(text).unwrap_err().to_string();
            assert!(why.starts_with("a damaged notebook: ") && why.contains("line 1"), "{why}");
        }
    }
}
