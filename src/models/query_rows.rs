//! The rows that a model's query makes, as its table stores them.

use super::library::Model;
use super::stored::{stored, stored_schema};
use crate::engine::Engine;
use crate::error::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::logical_expr::LogicalPlan;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};

/// The columns of a model's table and its rows as they come, from the tables that the engine knows.
///
/// # Errors
/// Those of the query; usage, when it does not make the columns of the header.
pub(super) async fn query_rows(
    engine: &Engine,
    model: &Model,
) -> Result<(SchemaRef, BoxStream<'static, Result<RecordBatch>>)> {
    let place = model.file.display().to_string();
    let frame = engine.lasting_query(&place, &model.sql).await?;
    let frame = engine.typed(&place, frame)?;
    let schema = stored_schema(frame.schema().as_arrow());
    model.header.fits(&place, &schema)?;
    let rows = engine.run(&place, frame).await?;
    Ok(stored_rows(place, schema, rows))
}

/// The same of an optimised plan of the query.
///
/// # Errors
/// As of [`query_rows`].
pub(super) async fn rows_of_plan(
    engine: &Engine,
    model: &Model,
    plan: LogicalPlan,
) -> Result<(SchemaRef, BoxStream<'static, Result<RecordBatch>>)> {
    let place = model.file.display().to_string();
    let schema = stored_schema(plan.schema().as_arrow());
    model.header.fits(&place, &schema)?;
    let rows = engine.run_optimised(&place, plan).await?;
    Ok(stored_rows(place, schema, rows))
}

fn stored_rows(
    place: String,
    schema: SchemaRef,
    rows: BoxStream<'static, Result<RecordBatch>>,
) -> (SchemaRef, BoxStream<'static, Result<RecordBatch>>) {
    let columns = schema.clone();
    let rows = rows.and_then(move |batch| {
        let rows = stored(&batch, &columns, &place);
        async move { rows }
    });
    (schema, rows.boxed())
}
