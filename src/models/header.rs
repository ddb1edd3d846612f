//! The YAML comment that opens a model.

use super::declared_check::{Check, one_or_many};
use crate::error::{Error, Result};
use crate::nearest::nearest;
use arrow::datatypes::Schema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a model says about itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// What the table is.
    pub description: String,
    /// The subject that planners would look for it under.
    #[serde(default)]
    pub topic: Option<String>,
    /// The team that answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// The columns that tell rows apart: no two rows have the same values in them.
    #[serde(default, deserialize_with = "one_or_many")]
    pub grain: Vec<String>,
    /// What each column is.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// What must be true of it.
    #[serde(default)]
    pub checks: Vec<Check>,
}

impl Header {
    /// Adds the check of the grain, where the header does not itself say how strict it is.
    fn with_grain_checked(mut self) -> Self {
        let mut checks = self.checks.iter();
        if !self.grain.is_empty() && !checks.any(|c| c.rule.is_unique_over(&self.grain)) {
            self.checks.insert(0, Check::of_grain(&self.grain));
        }
        self
    }

    /// Header and query must speak of the same columns: those of `schema` are the query's.
    pub(super) fn fits(&self, place: &str, schema: &Schema) -> Result<()> {
        for column in self.columns.keys().chain(&self.grain) {
            if schema.index_of(column).is_err() {
                let names = schema.fields().iter().map(|field| field.name().as_str());
                return Err(Error::usage(format!(
                    "{place}: the header describes '{column}', which the query does not make"
                ))
                .hint(nearest(column, names)));
            }
        }
        Ok(())
    }

    /// The header must say what every column is that the query makes: those of `schema`.
    pub(super) fn describes(&self, place: &str, schema: &Schema) -> Result<()> {
        let names = schema.fields().iter().map(|field| field.name());
        let missing: Vec<&str> = names
            .filter(|name| !self.columns.contains_key(*name))
            .map(String::as_str)
            .collect();
        match missing.first() {
            None => Ok(()),
            Some(first) => Err(Error::usage(format!(
                "{place}: the header does not describe columns that the query makes: {}",
                missing.join(", ")
            ))
            .hint(format!(
                "add them to `columns`, such as `{first}: what it is`"
            ))),
        }
    }
}

/// Reads the header of a model's text; `file` is for the error.
pub(super) fn read(file: &str, text: &str) -> Result<Header> {
    if text.trim_start().starts_with("/*") && !text.contains("*/") {
        return Err(Error::usage(format!("{file}: its header does not end"))
            .hint("write */ after the header, before the query"));
    }
    let body = text
        .trim_start()
        .strip_prefix("/*")
        .and_then(|rest| rest.split_once("*/"))
        .map(|(body, _)| body)
        .ok_or_else(|| {
            Error::usage(format!("{file}: there is no header"))
                .hint("begin the file with /* description: … */; docs/models.md shows a whole one")
        })?;
    let read = serde_norway::from_str(body).map_err(|e| {
        let line = e.location().map_or(1, |at| at.line());
        let message = e.to_string();
        let message = message
            .split(" at line")
            .next()
            .unwrap_or_default()
            .to_string();
        let known = message.split('`').skip(3).step_by(2).collect::<Vec<_>>();
        let wrong = message.split('`').nth(1).unwrap_or_default();
        let hint = if message.contains("unknown field") || message.contains("unknown variant") {
            nearest(wrong, known)
        } else {
            "docs/models.md shows a whole header".to_string()
        };
        let what = message
            .split(", expected")
            .next()
            .unwrap_or_default()
            .to_string();
        Error::usage(format!("{file}:{line}: {what}")).hint(hint)
    });
    read.map(Header::with_grain_checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_mended() {
        let err = read("m.sql", "/*\ndescription: x\ngrian: a\n*/ select 1").unwrap_err();
        assert!(err.what().starts_with("m.sql:"), "{}", err.what());
        assert_eq!(err.hint_text(), Some("did you mean 'grain'?"));
    }

    #[test]
    fn checks_are_read() {
        let text = "/*\ndescription: x\ngrain: [a, b]\nchecks:\n  - unique: [a, b]\n  - not_null: a\n  - expect: a > 0\n*/\nselect 1";
        let header = read("m.sql", text).unwrap();
        assert_eq!(header.grain, ["a", "b"]);
        assert_eq!(header.checks.len(), 3);
    }

    #[test]
    fn a_grain_is_checked_unless_the_header_does() {
        let checks = |checks: &str| -> Vec<String> {
            let text = format!("/*\ndescription: x\ngrain: [a, b]\nchecks:\n{checks}\n*/ select 1");
            let header = read("m.sql", &text).unwrap();
            header.checks.iter().map(Check::text).collect()
        };
        assert_eq!(
            checks("  - not_null: a"),
            ["unique: [a, b]", "not_null: [a]"]
        );
        assert_eq!(checks("  - unique: [b, a]"), ["unique: [b, a]"]);
        assert_eq!(
            checks("  - unique: [a, b]\n    severity: warn"),
            ["unique: [a, b], severity: warn"]
        );
        assert_eq!(checks("  - unique: a"), ["unique: [a, b]", "unique: [a]"]);
        let none = read("m.sql", "/*\ndescription: x\n*/ select 1").unwrap();
        assert_eq!(none.checks, []);
    }

    #[test]
    fn a_check_that_names_nothing_is_an_error() {
        for (check, says) in [
            ("one_of: {}", "a check names no column"),
            ("references: {}", "a check names no column"),
            ("unique: []", "a check names no column"),
            ("not_null: []", "a check names no column"),
            (
                "one_of: {sex: []}",
                "or a list of words, such as [female, male]",
            ),
            (
                "one_of: {sex: reference.sex}",
                "write a column as layer.table.column",
            ),
            ("one_of: {sex: 1}", "write a column as layer.table.column"),
            (
                "references: {person_key: person}",
                "write a table as layer.name, such as core.person",
            ),
            (
                "one_of: {a: b.c.d}\n    unique: a",
                "a check is one of unique, not_null",
            ),
        ] {
            let text = format!("/*\ndescription: x\nchecks:\n  - {check}\n*/ select 1");
            let error = read("m.sql", &text).unwrap_err();
            assert!(error.what().contains(says), "{check}: {error}");
        }
    }
}
