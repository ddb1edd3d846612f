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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::header;
    use arrow::array::{ArrayRef, Int64Array, StringArray};
    use std::sync::Arc;

    #[test]
    fn new_rows_are_seen_to_keep_checks_and_to_have_values() {
        let yaml = "  - unique: [person_key, a]\n  - not_null: [person_key]\n  - not_null: [b]\n  \
                    - one_of: { b: [x, y] }\n  - one_of: { b: core.spell.b }\n  - expect: a > 0\n";
        let sql = format!("/*\ndescription: A test.\nchecks:\n{yaml}*/\nselect 1");
        let checks = header::read("test.sql", &sql).unwrap().checks;
        let columns: [(&str, ArrayRef); 3] = [
            ("person_key", Arc::new(Int64Array::from(vec![1, 1, 2]))),
            ("a", Arc::new(Int64Array::from(vec![5, 6, 5]))),
            (
                "b",
                Arc::new(StringArray::from(vec![Some("x"), None, Some("z")])),
            ),
        ];
        let rows = RecordBatch::try_from_iter(columns).unwrap();
        let all = SeenRows::of(&rows, &checks).unwrap();
        assert_eq!(all.proved, [0, 1].into());
        assert_eq!(all.complete, ["person_key", "a"].map(str::to_string).into());
        let first = SeenRows::of(&rows.slice(0, 1), &checks).unwrap();
        assert_eq!(first.proved, [0, 1, 2, 3].into());
        assert_eq!(first.complete.len(), 3);
    }
}
