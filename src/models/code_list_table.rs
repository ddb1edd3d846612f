//! The reference tables of code lists.

use crate::codes::list_name;
use crate::lake::TableName;

/// What their names begin with.
const PREFIX: &str = "codes_";

/// The table of a list: `reference.codes_diabetes`.
pub(super) fn table_of(list: &str) -> TableName {
    TableName::new("reference", format!("{PREFIX}{}", list_name(list)))
}

/// The list of a table, if it can be one.
pub(super) fn list_of(table: &TableName) -> Option<&str> {
    let name = table.name.strip_prefix(PREFIX)?;
    (table.layer == "reference").then_some(name)
}
