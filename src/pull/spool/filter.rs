//! A look at rows on their way, before they are taken.

use crate::error::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::Schema;

/// A look at rows, to see whether they are wanted.
pub(crate) struct Filter<'a> {
    /// The columns looked at; those that a table lacks are left out.
    pub columns: &'a [&'a str],
    /// Whether they are wanted.
    pub wanted: &'a dyn Fn(&RecordBatch) -> Result<bool>,
}

impl Filter<'_> {
    /// The positions of its columns in `schema`.
    pub(super) fn positions(&self, schema: &Schema) -> Vec<usize> {
        let names = self.columns.iter();
        names
            .filter_map(|name| schema.index_of(name).ok())
            .collect()
    }
}
