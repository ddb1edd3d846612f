//! The query of a person-local model over the rows of some people.

use super::people::{ChosenPeople, has_people, people_of, person_at, picked_rows};
use crate::engine::{Engine, LakeTable};
use crate::error::{Error, Result};
use crate::lake::Table;
use crate::models::library::Model;
use crate::models::query_rows::query_rows;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
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

/// The rows that the query makes of the rows of `people` in the tables of `read`; None when they are too
/// many, or do not fit into a table of these columns.
///
/// # Errors
/// Those of a query. Data: there are rows of somebody else. The engine knows the tables as they are
/// afterwards, whatever happened.
pub(super) async fn rows_made(
    engine: &Engine,
    model: &Model,
    stored: &Schema,
    read: &[Table],
    people: &ChosenPeople,
) -> Result<Option<Vec<RecordBatch>>> {
    let made = rows_of_query(engine, model, stored, read, people).await;
    // Checks, and models after this one, read whole tables.
    for input in read {
        engine.register(input)?;
    }
    made
}

async fn rows_of_query(
    engine: &Engine,
    model: &Model,
    stored: &Schema,
    read: &[Table],
    people: &ChosenPeople,
) -> Result<Option<Vec<RecordBatch>>> {
    for input in read.iter().filter(|input| has_people(&input.schema)) {
        let (rows, _) = picked_rows(engine.lake(), input, people).await?;
        let rows = LakeTable::of_picked(engine.lake(), &input.schema, rows);
        engine.provide(&input.name, Arc::new(rows))?;
    }
    let (schema, mut stream) = query_rows(engine, model).await?;
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
