//! Tables of a case: CSV text as rows of a table whose columns are known.

use super::cells::{csv_text, field, typed};
use crate::error::{Context, Result};
use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::datatypes::{Field, Schema, SchemaRef};
use std::sync::Arc;

/// The rows of a table: a column that `text` does not name is NULL in each.
pub(super) fn given(place: &str, schema: &Schema, text: &str) -> Result<RecordBatch> {
    let text = csv_text(place, text)?;
    for name in &text.names {
        field(place, schema, name)?;
    }
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .map(
            |field| match text.names.iter().position(|name| name == field.name()) {
                Some(at) => typed(place, field, &text.columns[at]),
                None => Ok(new_null_array(field.data_type(), text.rows)),
            },
        )
        .collect::<Result<_>>()?;
    RecordBatch::try_new(nullable(schema), columns)
        .usage(|| format!("{place}: the rows cannot be used"))
}

/// The same columns, each of which may be NULL: a case leaves out what it is not about.
pub(super) fn nullable(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter();
    let fields: Vec<Field> = fields
        .map(|field| Field::new(field.name(), field.data_type().clone(), true))
        .collect();
    Arc::new(Schema::new(fields))
}
