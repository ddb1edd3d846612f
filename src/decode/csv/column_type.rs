//! The types of the columns that CSV is read into.

use arrow::datatypes::{DataType, TimeUnit};
use serde::Deserialize;

/// The type of a CSV column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text.
    String,
    /// A code: text from a list.
    Code,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A day by the clock of the source.
    Date,
    /// A date and time, stored in UTC.
    DateTime,
    /// true, false, 1, 0, yes, no, y or n.
    Boolean,
}

impl ColumnType {
    /// The Arrow type.
    pub fn data_type(self) -> DataType {
        match self {
            ColumnType::String | ColumnType::Code => DataType::Utf8,
            ColumnType::Integer => DataType::Int64,
            ColumnType::Decimal => DataType::Float64,
            ColumnType::Date => DataType::Date32,
            ColumnType::DateTime => DataType::Timestamp(TimeUnit::Microsecond, None),
            ColumnType::Boolean => DataType::Boolean,
        }
    }
}
