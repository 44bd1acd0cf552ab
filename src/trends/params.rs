//! Parameters of a query: `$limit` in its SQL, with a value from its head or from the caller.
//!
//! A line `-- param limit = 20` in the head gives a default. A value that reads as a number goes in as one; all else
//! goes in as a quoted text, so that no value can end the text it stands in and become SQL. (`$name` is also DuckDB's
//! way to write a parameter.)

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};

/// The parameters that the head of a query gives a default for.
pub fn declared(sql: &str) -> BTreeMap<String, String> {
    let head = sql.lines().take_while(|line| line.starts_with("--"));
    let lines = head.filter_map(|line| line.strip_prefix("-- param ")?.split_once('='));
    lines.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// The SQL with its parameters filled in, `given` before the defaults. Texts, quoted names and comments stay as they are.
pub fn fill(sql: &str, given: &BTreeMap<String, String>) -> Result<String> {
    let mut values = declared(sql);
    values.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut filled = String::with_capacity(sql.len());
    let mut used = Vec::new();
    let mut rest = sql;
    while let Some(at) = rest.find(['\'', '"', '-', '$']) {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = match rest.as_bytes()[0] {
            quote @ (b'\'' | b'"') => rest[1..].find(char::from(quote)).map_or(rest.len(), |end| end + 2),
            b'-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            b'-' => 1,
            _ => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let end = rest[1..].find(|c| !is_name(c)).map_or(rest.len(), |end| end + 1);
                let name = &rest[1..end];
                if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    filled.push_str(&rest[..end]);
                    rest = &rest[end..];
                    continue;
                }
                let value = values.get(name).ok_or_else(|| {
                    anyhow!("the query asks for ${name}: give it with --param {name}=VALUE, or a default in its head")
                })?;
                filled.push_str(&literal(value));
                used.push(name);
                rest = &rest[end..];
                continue;
            }
        };
        filled.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    filled.push_str(rest);
    if let Some(name) = given.keys().find(|name| !used.contains(&name.as_str())) {
        used.sort_unstable();
        used.dedup();
        let known = if used.is_empty() { "it has none".to_owned() } else { format!("it has ${}", used.join(", $")) };
        bail!("the query has no parameter ${name}; {known}");
    }
    Ok(filled)
}

/// A value as SQL writes it.
fn literal(value: &str) -> String {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.parse::<f64>().is_ok();
    if is_number { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(sql: &str, given: &[(&str, &str)]) -> Result<String> {
        fill(sql, &given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect())
    }

    #[test]
    fn values_go_in_as_numbers_or_quoted_texts() {
        for (sql, given, expected) in [
            ("LIMIT $n", vec![("n", "5")], "LIMIT 5"),
            ("x > $min AND y = $who", vec![("min", "-2.5"), ("who", "O'Neil")], "x > -2.5 AND y = 'O''Neil'"),
            ("q = $q", vec![("q", "1; DROP TABLE records")], "q = '1; DROP TABLE records'"),
            ("d = $d", vec![("d", "2025-01-01")], "d = '2025-01-01'"),
            ("v = $v", vec![("v", "1e9")], "v = '1e9'"),
            ("-- $n\nSELECT '$n', \"$n\", a-b, $1, $n", vec![("n", "7")], "-- $n\nSELECT '$n', \"$n\", a-b, $1, 7"),
            ("SELECT 'it''s $n', $n", vec![("n", "7")], "SELECT 'it''s $n', 7"),
            ("-- title: t\n-- param n = 3\nLIMIT $n", vec![], "-- title: t\n-- param n = 3\nLIMIT 3"),
            ("-- param n = 3\nLIMIT $n", vec![("n", "4")], "-- param n = 3\nLIMIT 4"),
            ("SELECT '$", vec![], "SELECT '$"),
        ] {
            assert_eq!(filled(sql, &given).unwrap(), expected);
        }
    }

    #[test]
    fn a_missing_or_a_needless_value_is_an_error() {
        let error = filled("LIMIT $n", &[]).unwrap_err().to_string();
        assert!(error.contains("--param n=VALUE"), "{error}");
        let error = filled("LIMIT $n", &[("n", "1"), ("m", "2")]).unwrap_err().to_string();
        assert!(error.contains("$m") && error.contains("it has $n"), "{error}");
        assert!(filled("SELECT 1", &[("m", "2")]).unwrap_err().to_string().contains("it has none"));
    }
}
