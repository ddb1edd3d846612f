//! The query of a person-local model over the rows of some people.

use super::dirty_rows::DirtyRows;
use super::people::{has_people, people_of, person_at};
use super::sources::Sources;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::Table;
use crate::models::library::Model;
use crate::models::query_rows::rows_of_plan;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use datafusion::logical_expr::LogicalPlan;
use futures::TryStreamExt;
use std::sync::Arc;

/// Rows that are made in memory.
pub(super) const MOST_ROWS: u64 = 4_000_000;

/// Whether rows of these columns can be put among those of a table.
fn fit_together(new: &Schema, stored: &Schema) -> bool {
    let fields = |schema: &Schema| -> Vec<(String, DataType)> {
        let fields = schema.fields().iter();
        fields
            .map(|field| (field.name().clone(), field.data_type().clone()))
            .collect()
    };
    fields(new) == fields(stored)
}

/// The rows that the optimised plan of a model's query makes of the rows of some people in the tables of
/// `read`; None when they are too many, or do not fit into a table of these columns.
///
/// # Errors
/// Those of a query. Data: there are rows of somebody else.
pub(super) async fn rows_made(
    engine: &Engine,
    model: &Model,
    plan: &LogicalPlan,
    stored: &Schema,
    read: &[Table],
    rows: &mut DirtyRows,
) -> Result<Option<Vec<RecordBatch>>> {
    let mut sources = Sources::default();
    let mut count = 0;
    for input in read.iter().filter(|input| has_people(&input.schema)) {
        let found = rows.in_table(engine.lake(), input).await?;
        count += found.count();
        sources.add(&input.name, &Arc::new(found.of_all(engine.lake())));
    }
    let people = rows.people();
    let engine = engine.for_rows(count);
    let (schema, mut stream) = rows_of_plan(&engine, model, sources.under(plan)?).await?;
    if !fit_together(&schema, stored) {
        return Ok(None);
    }
    let mut made = Vec::new();
    let mut count = 0;
    while let Some(rows) = stream.try_next().await? {
        let keys = people_of(&rows)?;
        if (0..keys.len()).any(|at| !people.has(person_at(keys, at))) {
            return Err(Error::data(format!(
                "{}: a row is of nobody whose rows were read",
                model.name
            ))
            .cause("the model was taken for person-local, and is not"));
        }
        count += rows.num_rows() as u64;
        if count > MOST_ROWS {
            return Ok(None);
        }
        made.push(rows);
    }
    Ok(Some(made))
}
