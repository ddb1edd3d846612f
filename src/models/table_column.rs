//! A column of a table, as headers name it.

use crate::lake::TableName;
use serde::Deserialize;

/// A column of a table, written `layer.table.column`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TableColumn {
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: String,
}

impl TryFrom<String> for TableColumn {
    type Error = &'static str;

    fn try_from(written: String) -> std::result::Result<Self, Self::Error> {
        match written.split('.').collect::<Vec<_>>()[..] {
            [layer, table, column] => Ok(TableColumn {
                table: TableName::new(layer, table),
                column: column.to_string(),
            }),
            _ => Err("write a column as layer.table.column, such as reference.setting.setting"),
        }
    }
}
