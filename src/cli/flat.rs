//! Rows without nested values, for formats that have none.

use crate::error::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::is_null;
use arrow::compute::kernels::nullif::nullif;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use arrow::json::WriterBuilder;
use arrow::json::writer::LineDelimited;
use std::sync::Arc;

const FAILED: &str = "cannot write nested values as text";

/// The columns of `schema` when parts of records are columns of their own (`r.value`, `r.lower`) and
/// lists are JSON.
pub(super) fn flat_schema(schema: &SchemaRef) -> SchemaRef {
    let mut flat = Vec::new();
    for field in schema.fields() {
        add_fields("", field, &mut flat);
    }
    Arc::new(Schema::new(flat))
}

fn add_fields(before: &str, field: &FieldRef, flat: &mut Vec<Field>) {
    let name = format!("{before}{}", field.name());
    match field.data_type() {
        DataType::Struct(parts) => {
            let before = format!("{name}.");
            parts
                .iter()
                .for_each(|part| add_fields(&before, part, flat));
        }
        kind if kind.is_nested() => flat.push(Field::new(name, DataType::Utf8, true)),
        kind => flat.push(Field::new(name, kind.clone(), true)),
    }
}

/// The rows with the columns of [`flat_schema`].
pub(super) fn flat_rows(rows: &RecordBatch, flat: &SchemaRef) -> Result<RecordBatch> {
    let mut columns = Vec::new();
    for column in rows.columns() {
        add_columns(column, &mut columns)?;
    }
    RecordBatch::try_new(flat.clone(), columns).data(|| FAILED)
}

fn add_columns(column: &ArrayRef, flat: &mut Vec<ArrayRef>) -> Result<()> {
    match column.data_type() {
        DataType::Struct(_) => {
            // A part of a record that is NULL is NULL, whatever lies in its place.
            let missing = is_null(column).data(|| FAILED)?;
            for part in column.as_struct().columns() {
                let part = match column.null_count() {
                    0 => part.clone(),
                    _ => nullif(part, &missing).data(|| FAILED)?,
                };
                add_columns(&part, flat)?;
            }
        }
        kind if kind.is_nested() => flat.push(json(column)?),
        _ => flat.push(column.clone()),
    }
    Ok(())
}

/// Each value of a list or map as JSON.
fn json(column: &ArrayRef) -> Result<ArrayRef> {
    const NAME: &str = "v";
    let field = Field::new(NAME, column.data_type().clone(), true);
    let schema = Arc::new(Schema::new(Fields::from(vec![field])));
    let rows = RecordBatch::try_new(schema, vec![column.clone()]).data(|| FAILED)?;
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, LineDelimited>(Vec::new());
    writer.write(&rows).data(|| FAILED)?;
    writer.finish().data(|| FAILED)?;
    let lines = String::from_utf8(writer.into_inner()).data(|| FAILED)?;
    let value = |line: &str| -> Option<String> {
        let value = line.strip_prefix("{\"v\":")?.strip_suffix('}')?;
        (value != "null").then(|| value.to_string())
    };
    Ok(Arc::new(lines.lines().map(value).collect::<StringArray>()))
}
