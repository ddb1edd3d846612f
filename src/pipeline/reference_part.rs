//! `[reference]`: an official file as a part of a table: which rows and columns of it, under which
//! names.

use super::column_of::ColumnOf;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Endings of workbooks.
pub(crate) const WORKBOOKS: [&str; 3] = ["xlsx", "xlsm", "ods"];

/// A file whose rows become rows of a reference table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferencePart {
    /// Which rows and columns of the file.
    pub picked: PickedColumns,
    /// Columns that the file does not have, with the one value of each.
    pub constants: BTreeMap<String, String>,
    /// Other words for values, by the column of the table.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// Columns that become rows.
    pub unpivot: Option<Unpivot>,
    /// Columns of other files.
    pub add: Vec<AddedColumns>,
}

/// Rows and columns of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickedColumns {
    /// A CSV file or a workbook.
    pub file: PathBuf,
    /// The sheet of a workbook; the first when it is not named.
    pub sheet: Option<String>,
    /// Whether a line names the columns.
    pub header: bool,
    /// The columns of the table, by name.
    pub columns: BTreeMap<String, ColumnOf>,
    /// Rows that have one of these values, by the column of the file.
    pub only: BTreeMap<String, FilterValues>,
    /// No row that has one of these values.
    pub except: BTreeMap<String, FilterValues>,
}

/// Columns of a file that become rows: one for each column whose name fits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unpivot {
    /// The form of their names, with columns of the table in braces: `{sex}{age}`.
    pub columns: String,
    /// The column of the table that their values go to.
    pub value: String,
}

/// Columns of another file, found by the values of columns that both have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedColumns {
    /// What is added.
    pub picked: PickedColumns,
    /// The columns of the table by which rows are found, and what they are called in the file.
    pub by: BTreeMap<String, ColumnOf>,
}

/// One value, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterValues(pub Vec<String>);

impl<'de> Deserialize<'de> for FilterValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = |value: toml::Value| match value {
            toml::Value::String(text) => Ok(text),
            toml::Value::Integer(number) => Ok(number.to_string()),
            _ => Err(serde::de::Error::custom(
                "invalid type: value, expected a string",
            )),
        };
        match toml::Value::deserialize(deserializer)? {
            toml::Value::Array(values) => {
                let values = values.into_iter().map(text).collect::<Result<_, _>>()?;
                Ok(FilterValues(values))
            }
            value => Ok(FilterValues(vec![text(value)?])),
        }
    }
}

/// A setting that holds unless it is taken back.
pub(super) fn yes() -> bool {
    true
}

/// An entry of `add`, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAddition {
    file: PathBuf,
    sheet: Option<String>,
    #[serde(default = "yes")]
    header: bool,
    by: BTreeMap<String, ColumnOf>,
    columns: BTreeMap<String, ColumnOf>,
    #[serde(default)]
    only: BTreeMap<String, FilterValues>,
    #[serde(default)]
    except: BTreeMap<String, FilterValues>,
}

impl WrittenAddition {
    /// Whether it makes a column of the table.
    pub(super) fn makes(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// Its columns, and those by which rows are found, under both of their names.
    pub(super) fn mappings(&self) -> [&BTreeMap<String, ColumnOf>; 2] {
        [&self.by, &self.columns]
    }

    /// The columns of the table by which rows are found.
    pub(super) fn by(&self) -> impl Iterator<Item = &String> {
        self.by.keys()
    }
}

impl From<WrittenAddition> for AddedColumns {
    fn from(written: WrittenAddition) -> Self {
        AddedColumns {
            picked: PickedColumns {
                file: written.file,
                sheet: written.sheet,
                header: written.header,
                columns: written.columns,
                only: written.only,
                except: written.except,
            },
            by: written.by,
        }
    }
}
