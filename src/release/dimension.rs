//! Where the values of a dimension come from.

use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::privacy::looks_identifying;
use serde::Deserialize;
use std::collections::BTreeSet;

/// How a NULL dimension is shown.
pub(super) const NOT_KNOWN: &str = "Not known";

/// More different values of a dimension are no table for people to read.
pub(super) const MOST_VALUES: usize = 1000;

/// How many values a report may list itself.
pub(super) const LISTED: usize = 200;

/// The longest of them, in characters.
const LONGEST: usize = 100;

/// The longest run of digits in one of them: a year, and no person's number.
const DIGITS: usize = 5;

/// The values that a dimension may have; "Not known" always is one.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValuesOf {
    /// A column that lists them: `reference.lsoa.place_name`.
    pub from: Option<String>,
    /// The values themselves.
    pub values: Option<Vec<String>>,
    /// The column of the model that has them; that of the dimension's name otherwise.
    pub column: Option<String>,
    /// The column of the table of `from` that the model's column is looked up in: the dimension's value
    /// is then that of `from` in the row that is found.
    pub by: Option<String>,
}

impl ValuesOf {
    /// The column that lists the values, if one does.
    pub(crate) fn column(&self) -> Option<(TableName, &str)> {
        let (table, column) = self.from.as_deref()?.rsplit_once('.')?;
        let (layer, name) = table.split_once('.')?;
        Some((TableName::new(layer, name), column))
    }

    /// The column of the model behind the dimension `name`.
    pub(super) fn model_column<'a>(&'a self, name: &'a str) -> &'a str {
        let column = self.column.as_deref().or(self.by.as_deref());
        column.unwrap_or(name)
    }

    /// Checks what is written.
    pub(super) fn check(&self) -> Result<()> {
        if self.by.is_some() && self.from.is_none() {
            return Err(Error::usage("`by` needs `from`")
                .hint("write from = \"reference.age_band.age_group\", by = \"age_band\""));
        }
        match (&self.from, &self.values) {
            (Some(from), None) => {
                let parts = from.split('.').filter(|part| !part.is_empty()).count();
                if parts != 3 || self.column().is_none() {
                    return Err(Error::usage(format!("`{from}` names no column"))
                        .hint("write layer.table.column, such as reference.lsoa.place_name"));
                }
                Ok(())
            }
            (None, Some(values)) => check_values(values),
            _ => Err(Error::usage("it needs either `from` or `values`").hint(
                "write from = \"reference.lsoa.place_name\", or values = [\"0 to 14\", \"15 to 64\"]",
            )),
        }
    }
}

/// Whether a label may be a number, or an address, of somebody.
pub(crate) fn looks_personal(value: &str) -> bool {
    // Dates are labels too, and no one's number.
    if chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok() {
        return false;
    }
    let runs = value.split(|c: char| !c.is_ascii_digit());
    runs.map(str::len).max().unwrap_or(0) > DIGITS || looks_identifying(value).is_some()
}

fn check_values(values: &[String]) -> Result<()> {
    if values.is_empty() || values.len() > LISTED {
        return Err(
            Error::usage(format!("`values` must hold 1 to {LISTED} values"))
                .hint("take more values from a reference table: from = \"reference.…\""),
        );
    }
    let mut known = BTreeSet::new();
    for (index, value) in values.iter().enumerate() {
        let wrong = |what: &str| {
            Err(
                Error::usage(format!("value {} of `values` {what}", index + 1))
                    .hint("list the labels as they are shown, such as \"0 to 14\""),
            )
        };
        if value.trim().is_empty() || value.trim() != value {
            return wrong("is empty, or begins or ends with a space");
        }
        if value.chars().count() > LONGEST {
            return wrong("is too long");
        }
        if value.chars().any(char::is_control) {
            return wrong("holds a control character");
        }
        if looks_personal(value) {
            return wrong("looks like a number or an address of somebody");
        }
        if !known.insert(value) {
            return wrong("is there twice");
        }
    }
    Ok(())
}

/// A dimension of which the report does not say what its values are.
pub(super) fn undeclared(column: &str) -> Error {
    Error::usage(format!(
        "the dimension `{column}` does not say where its values come from"
    ))
    .hint(format!(
        "add [tables.dimensions] with {column} = {{ from = \"reference.…\" }} or {{ values = […] }}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(values: &[&str]) -> Result<()> {
        check_values(&values.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn values_that_may_be_of_somebody_are_refused() {
        assert!(listed(&["0 to 14", "2025/26", "85 and over", "1 (most deprived)"]).is_ok());
        for value in [
            "9434765919",
            "943 476 5919",
            "ZW1 1AA",
            "a.b@example.org",
            "3074457345618258603",
            "",
            " x",
        ] {
            assert!(listed(&[value]).is_err(), "{value}");
        }
        assert!(listed(&["a", "a"]).is_err());
        let many: Vec<String> = (0..201).map(|n| format!("v {n}")).collect();
        assert!(check_values(&many).is_err());
    }
}
