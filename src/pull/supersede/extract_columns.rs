//! The columns of pulled tables that say which extract a row is of.

use crate::error::{Context, Result};
use crate::pull::plan::SourcePlan;
use crate::pull::version::{EXTRACT_FILE, EXTRACT_ORDER};
use arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};

/// The columns that say which extract a row is of.
pub(super) struct ExtractColumns {
    sources: StringArray,
    /// The records of the rows.
    pub(super) records: Int64Array,
    files: Option<Int64Array>,
    orders: Option<Int64Array>,
}

impl ExtractColumns {
    /// Those of `rows`.
    pub(super) fn of(rows: &RecordBatch) -> Result<Self> {
        let column = |name: &str| {
            let column = rows.column_by_name(name).ok_or("it is missing");
            column.data(|| format!("column {name} of a pulled table"))
        };
        let numbers = |name: &str| {
            let column = rows.column_by_name(name)?;
            column.as_primitive_opt::<Int64Type>().cloned()
        };
        let sources = cast(column("source")?, &DataType::Utf8);
        Ok(ExtractColumns {
            sources: sources
                .data(|| "a source is not text")?
                .as_string::<i32>()
                .clone(),
            records: column("record_key")?.as_primitive::<Int64Type>().clone(),
            files: numbers(EXTRACT_FILE),
            orders: numbers(EXTRACT_ORDER),
        })
    }

    /// The number of the source of a row; None where it is not one of this pull.
    pub(super) fn source(&self, sources: &[SourcePlan], row: usize) -> Option<usize> {
        let name = self.sources.value(row);
        sources.iter().position(|source| source.name == name)
    }

    /// The file of a row.
    pub(super) fn file(&self, row: usize) -> Option<i64> {
        let files = self.files.as_ref()?;
        files.is_valid(row).then(|| files.value(row))
    }

    /// The place of a row in the extracts; 0 where that is not known.
    pub(super) fn order(&self, row: usize) -> i64 {
        let orders = self.orders.as_ref().filter(|orders| orders.is_valid(row));
        orders.map_or(0, |orders| orders.value(row))
    }
}
