//! The people for whom nodes and parts come out otherwise.

use super::changed_rows::{ChangedRows, with_rows};
use super::node_result::NotTold;
use super::side_by_side::ChangedNodes;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::row_hashes;
use crate::models::refresh::{ByPerson, PersonTally, RowPerson, person_at};
use arrow::array::{AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use datafusion::logical_expr::LogicalPlan;
use futures::TryStreamExt;
use std::collections::BTreeSet;
use std::path::Path;

/// The people for whom `nodes` come out otherwise; None when they are more than `most`, or when it cannot be
/// told. `model` is the file of the model, for errors.
///
/// # Errors
/// Those of a query: an expression may fail with the values before.
pub(in crate::models) async fn affected_people(
    engine: &Engine,
    model: &Path,
    nodes: ChangedNodes,
    most: usize,
) -> Result<Option<BTreeSet<RowPerson>>> {
    let place = format!("{}: people whom a change affects", model.display());
    let place = place.as_str();
    let mut people = BTreeSet::new();
    for (number, part) in nodes.parts.into_iter().enumerate() {
        let rows = match ChangedRows::of(engine, place, &part.before, &part.now).await? {
            Ok(Some(rows)) => rows,
            Ok(None) => continue,
            Err(cause) => return Ok(not_told(model, cause)),
        };
        let Some(made) = part.made else {
            return Ok(not_told(model, "a part without people has other rows"));
        };
        let mut tally = ByPerson::<PersonTally>::default();
        for (rows, add) in [(rows.gone, false), (rows.come, true)] {
            if rows.iter().any(|batch| batch.num_rows() > 0) {
                let plan = with_rows(&made, number, rows)?;
                count(engine, place, plan, &mut tally, add).await?;
            }
        }
        let affected = tally.into_iter().filter(|(_, rows)| !rows.is_even());
        people.extend(affected.map(|(person, _)| person));
        if people.len() > most {
            return Ok(not_told(model, "they are too many"));
        }
    }
    for plan in nodes.people {
        let plan = engine.optimised_plan(place, plan).await?;
        let mut rows = engine.run_optimised(place, plan).await?;
        while let Some(batch) = rows.try_next().await? {
            let keys = keys_of(&batch)?;
            people.extend((0..keys.len()).map(|at| person_at(keys, at)));
            if people.len() > most {
                return Ok(not_told(model, "they are too many"));
            }
        }
    }
    Ok(Some(people))
}

fn not_told<T>(model: &Path, cause: NotTold) -> Option<T> {
    tracing::info!(model = %model.display(), cause, "affected people not known");
    None
}

/// Adds or takes away the rows of a plan, each of its person.
async fn count(
    engine: &Engine,
    place: &str,
    plan: LogicalPlan,
    tally: &mut ByPerson<PersonTally>,
    add: bool,
) -> Result<()> {
    let plan = engine.optimised_plan(place, plan).await?;
    let mut rows = engine.run_optimised(place, plan).await?;
    while let Some(batch) = rows.try_next().await? {
        let keys = keys_of(&batch)?;
        for (at, hash) in row_hashes(&batch)?.into_iter().enumerate() {
            let tally = tally.entry(person_at(keys, at)).or_default();
            tally.count(hash, add);
        }
    }
    Ok(())
}

/// The first column, which says whose rows are.
fn keys_of(rows: &RecordBatch) -> Result<&Int64Array> {
    let keys = rows.column(0).as_primitive_opt::<Int64Type>();
    keys.ok_or_else(|| Error::data("a person key is no whole number"))
}
