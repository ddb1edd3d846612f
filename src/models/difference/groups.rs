//! The groups of an aggregate, made from the tables that its plan reads.

use super::additive::KeptAggregate;
use super::split::column_name;
use crate::engine::Engine;
use crate::error::{Context, Result};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::{Field, Schema, SchemaRef};
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
    concat_batches(&schema, &batches).data(failed).map(Some)
}
