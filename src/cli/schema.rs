//! `coroner schema`: what a record is, for programs (JSON Schema) and for people (Markdown).
//!
//! Promises: both are made from the one definition in `record`, so they cannot differ from what `parse` prints.
//! `docs/record.md` is the Markdown form, committed; a test says when it is out of date.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::Value;

use crate::record::{self, Column};

/// Print the JSON Schema of a record, or its reference in Markdown
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  coroner schema > record.schema.json\n  coroner schema --format markdown > docs/record.md"
)]
pub struct Args {
    /// How to print it
    #[arg(long, value_enum, default_value_t = SchemaFormat::Json)]
    format: SchemaFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SchemaFormat {
    /// JSON Schema, draft 2020-12
    Json,
    /// The reference of every field and label, for readers
    Markdown,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match args.format {
        SchemaFormat::Json => writeln!(out, "{:#}", record::json_schema())?,
        SchemaFormat::Markdown => out.write_all(reference().as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The reference of the record: every field with its type and meaning, then every label.
fn reference() -> String {
    let schema = record::json_schema();
    let mut page = String::from(
        "# The record\n\n<!-- Made by `coroner schema --format markdown > docs/record.md`; change src/record.rs instead. -->\n\n\
         One record a document, as `coroner parse` prints it. What a document does not say is `null`, `unknown` or empty, \
         never a zero.\nParquet has the same fields: lists are stored as one text joined by `|`, maps as JSON text.\n\n\
         | field | JSON type | column | meaning |\n| --- | --- | --- | --- |\n",
    );
    for field in record::FIELDS {
        let kind = json_type(&schema, &schema["properties"][field.name]);
        page += &format!("| `{}` | {kind} | {} | {} |\n", field.name, column(field.column), field.doc.trim());
    }
    page += &format!("\nTimes: {}\n", schema["$defs"]["When"]["description"].as_str().unwrap_or_default());
    for (name, of) in [("A piece of `evidence`", "Evidence"), ("A correction in `human`", "Human")] {
        page += &format!("\n{name}:\n\n| key | meaning |\n| --- | --- |\n");
        for (key, property) in schema["$defs"][of]["properties"].as_object().into_iter().flatten() {
            page += &format!("| `{key}` | {} |\n", property["description"].as_str().unwrap_or_default());
        }
    }
    page + &labels()
}

/// A table of each set of labels with their meanings.
fn labels() -> String {
    macro_rules! tables {
        ($($name:ident: $field:literal),*) => {
            String::new() $(+ &format!("\n## {}\n\n| label | meaning |\n| --- | --- |\n", $field)
                + &record::$name::ALL.iter().map(|l| format!("| `{l}` | {} |\n", l.meaning())).collect::<String>())*
        };
    }
    tables!(
        DetectionSource: "`detection_source`, `detection_also`",
        RootCause: "`root_cause`, `root_cause_also`",
        Trigger: "`trigger`",
        TtrBasis: "`ttr_basis`"
    )
}

/// The type of a property in a reader's words: `text or null`, `list of label`.
fn json_type(schema: &Value, property: &Value) -> String {
    let named = |name: &str| {
        match name {
            "string" => "text",
            "array" => "list",
            "object" => "map",
            other => other,
        }
        .to_owned()
    };
    if let Some(target) = property["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let is_label = schema["$defs"][target]["oneOf"].is_array() || schema["$defs"][target]["enum"].is_array();
        return if is_label { "label".to_owned() } else { target.to_lowercase() };
    }
    let of =
        |inner: &Value| if inner.is_object() { format!(" of {}", json_type(schema, inner)) } else { String::new() };
    match (&property["type"], &property["anyOf"]) {
        (Value::String(name), _) => named(name) + &of(&property["items"]) + &of(&property["additionalProperties"]),
        (Value::Array(names), _) => names.iter().filter_map(Value::as_str).map(named).collect::<Vec<_>>().join(" or "),
        (_, Value::Array(choices)) => {
            choices.iter().map(|choice| json_type(schema, choice)).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}

fn column(column: Column) -> &'static str {
    match column {
        Column::Bool => "boolean",
        Column::Float => "double",
        Column::Text => "text",
        Column::TextList => "text, joined by `\\|`",
        Column::Json => "text, JSON",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_reference_is_what_the_definition_gives() {
        let committed =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/record.md")).unwrap_or_default();
        assert!(
            committed == reference(),
            "docs/record.md is out of date; renew it with: cargo run -- schema --format markdown > docs/record.md"
        );
    }

    #[test]
    fn types_are_named_in_a_readers_words() {
        let schema = record::json_schema();
        for (field, expected) in [
            ("id", "text"),
            ("is_incident", "boolean"),
            ("title", "text or null"),
            ("started_at", "when or null"),
            ("ttr_minutes", "number or null"),
            ("ttr_basis", "label or null"),
            ("root_cause", "label"),
            ("root_cause_also", "list of label"),
            ("services", "list of text"),
            ("evidence", "map of evidence"),
            ("confidence", "map of number"),
        ] {
            assert_eq!(json_type(&schema, &schema["properties"][field]), expected, "{field}");
        }
    }
}
