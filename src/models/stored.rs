//! How a query's result is stored: in types that every reader of Delta Lake knows.

use crate::error::{Context, Result};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

fn stored_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::Dictionary(_, value) => stored_type(value),
        DataType::Timestamp(_, zone) => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
        DataType::UInt8 | DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Date64 => DataType::Date32,
        DataType::Null => DataType::Utf8,
        other => other.clone(),
    }
}

/// The columns of a query's result as its table has them; every one may hold NULL.
pub(super) fn stored_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter();
    let fields: Vec<Field> = fields
        .map(|f| Field::new(f.name(), stored_type(f.data_type()), true))
        .collect();
    Arc::new(Schema::new(fields))
}

/// A batch of a query's result with the types of its table; `place` is what errors call the query.
pub(super) fn stored(batch: &RecordBatch, schema: &SchemaRef, place: &str) -> Result<RecordBatch> {
    let failed = || format!("{place}: the result cannot be stored");
    let columns = batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| cast(column, field.data_type()).data(failed))
        .collect::<Result<Vec<ArrayRef>>>()?;
    RecordBatch::try_new(schema.clone(), columns).data(failed)
}
