//! The groups of an aggregate, made from the tables that its plan reads.

use super::additive::KeptAggregate;
use super::split::column_name;
use crate::engine::Engine;
use crate::error::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::logical_expr::LogicalPlan;
use futures::TryStreamExt;
use std::sync::Arc;

/// More groups than this are not kept: the model is built as one that keeps none.
pub(super) const MOST_GROUPS: usize = 1_000_000;

/// The columns of an aggregate's groups, with names that say nothing.
pub(super) fn schema_of(aggregate: &KeptAggregate) -> SchemaRef {
    let fields = aggregate.plan.schema().fields().iter().enumerate();
    let fields: Vec<Field> = fields
        .map(|(at, field)| {
            Field::new(
                column_name(at),
                field.data_type().clone(),
                field.is_nullable(),
            )
        })
        .collect();
    Arc::new(Schema::new(fields))
}

/// All groups that `plan`, that of `aggregate` over some rows, makes; None when they are too many.
///
/// # Errors
/// Those of a query; `place` is what they call it.
pub(super) async fn groups_of(
    engine: &Engine,
    place: &str,
    aggregate: &KeptAggregate,
    plan: LogicalPlan,
) -> Result<Option<RecordBatch>> {
    let schema = schema_of(aggregate);
    let failed = || format!("{place}: groups cannot be kept");
    let mut rows = engine.run_optimised(place, plan).await?;
    let (mut batches, mut count) = (Vec::new(), 0);
    while let Some(batch) = rows.try_next().await? {
        count += batch.num_rows();
        if count > MOST_GROUPS {
            return Ok(None);
        }
        let batch = RecordBatch::try_new(schema.clone(), batch.columns().to_vec());
        batches.push(batch.data(failed)?);
    }
    let groups = concat_batches(&schema, &batches).data(failed)?;
    compacted(&groups).map(Some)
}

/// The same groups with the bytes of their own texts alone. Views keep the buffers of all that they were taken
/// from: groups that are put together night after night would otherwise grow without end, in memory and
/// in their file, and each slice of them counts as large as all.
///
/// # Errors
/// Data: the columns are no batch.
pub(super) fn compacted(groups: &RecordBatch) -> Result<RecordBatch> {
    let own = |column: &ArrayRef| -> ArrayRef {
        match column.data_type() {
            DataType::Utf8View => Arc::new(column.as_string_view().gc()),
            DataType::BinaryView => Arc::new(column.as_binary_view().gc()),
            _ => column.clone(),
        }
    };
    let columns = groups.columns().iter().map(own).collect();
    let compacted = RecordBatch::try_new(groups.schema(), columns);
    compacted.data(|| "kept groups cannot be put together")
}
