//! The people for whom nodes come out otherwise.

use super::side_by_side::ChangedNodes;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::digest_of_rows;
use arrow::array::{Array, AsArray};
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
) -> Result<Option<BTreeSet<Option<i64>>>> {
    let place = format!("{}: people whom parameters affect", model.display());
    let place = place.as_str();
    for [before, now] in nodes.constant {
        if sum_of_rows(engine, place, before).await? != sum_of_rows(engine, place, now).await? {
            return Ok(None);
        }
    }
    let mut people = BTreeSet::new();
    for plan in nodes.people {
        let plan = engine.optimised_plan(place, plan).await?;
        let mut rows = engine.run_optimised(place, plan).await?;
        while let Some(batch) = rows.try_next().await? {
            let keys = batch.column(0).as_primitive_opt::<Int64Type>();
            let keys = keys.ok_or_else(|| Error::data("a person key is no whole number"))?;
            let key = |at: usize| keys.is_valid(at).then(|| keys.value(at));
            people.extend((0..keys.len()).map(key));
            if people.len() > most {
                return Ok(None);
            }
        }
    }
    Ok(Some(people))
}

/// How many rows an optimised plan makes, and the sum of their hashes.
///
/// # Errors
/// Those of a query.
pub(in crate::models) async fn sum_of_rows(
    engine: &Engine,
    place: &str,
    plan: LogicalPlan,
) -> Result<(usize, u128)> {
    let mut rows = engine.run_optimised(place, plan).await?;
    let (mut count, mut digest) = (0, 0u128);
    while let Some(batch) = rows.try_next().await? {
        count += batch.num_rows();
        digest = digest.wrapping_add(digest_of_rows(&batch)?);
    }
    Ok((count, digest))
}
