//! What is known of new rows from a look at them in memory, so that no query has to ask.

use super::declared_check::Check;
use super::proved_checks::{ProvedChecks, RowConditions};
use crate::error::Result;
use arrow::array::{Array, RecordBatch};
use std::collections::BTreeSet;

/// What is known of the new rows of a table.
#[derive(Debug, Default)]
pub(super) struct SeenRows {
    /// The checks that they keep, by their places among those of the header.
    pub(super) proved: BTreeSet<usize>,
    /// The columns that have a value in each of them.
    pub(super) complete: BTreeSet<String>,
}

impl SeenRows {
    /// Looks at all new rows of a table with these checks.
    ///
    /// # Errors
    /// Data: rows cannot be compared.
    pub(super) fn of(rows: &RecordBatch, checks: &[Check]) -> Result<Self> {
        let columns = rows.schema();
        // Conditions are few, and one query asks for all of them; to plan each would take as long.
        let mut proved = ProvedChecks::of(checks, &columns, &RowConditions::default());
        proved.see(rows)?;
        let fields = columns.fields().iter().zip(rows.columns());
        let complete = fields.filter(|(_, values)| values.logical_null_count() == 0);
        Ok(SeenRows {
            proved: proved.proved(),
            complete: complete.map(|(field, _)| field.name().clone()).collect(),
        })
    }
}
