//! The verdict on a plan.

use super::clause_line::clause_line;
use super::verdict::{GlobalCause, Locality};
use super::walk;
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::TableName;
use crate::models::library::{Library, Model};
use crate::models::proof_rule::ProofRule;
use datafusion::logical_expr::{Aggregate, LogicalPlan};
use std::collections::BTreeSet;

/// What the rows of an optimised plan with bound parameters rest on. `unique` gives the sets of columns
/// that tell the rows of a table apart.
pub(crate) fn locality(
    plan: &LogicalPlan,
    unique: &dyn Fn(&TableName) -> Vec<Vec<String>>,
) -> Locality {
    let keys = match walk::rows(plan, unique) {
        Err(cause) => return Locality::Global(cause),
        Ok(rows) => rows.people,
    };
    let Some(keys) = keys.map(|keys| keys.whole()) else {
        return Locality::Constant;
    };
    match keys.is_empty() {
        false => Locality::PersonLocal { keys },
        true => Locality::Global(GlobalCause::new(
            "select",
            "the person key is not among its columns",
        )),
    }
}

/// The columns of a plan's rows that hold the person key, where its rows are those that it makes of each
/// person alone, put together; they may be none. None where they rest on no people.
///
/// # Errors
/// The node because of which they are not.
pub(in crate::models) fn people_apart(
    plan: &LogicalPlan,
    unique: &dyn Fn(&TableName) -> Vec<Vec<String>>,
) -> std::result::Result<Option<BTreeSet<usize>>, GlobalCause> {
    let rows = walk::rows(plan, unique)?;
    Ok(rows.people.map(|keys| keys.whole()))
}

/// The columns of a plan's rows of which the first that is not NULL is the person key, where its rows are
/// apart by person and say whose they are.
pub(in crate::models) fn key_columns(
    plan: &LogicalPlan,
    unique: &dyn Fn(&TableName) -> Vec<Vec<String>>,
) -> Option<BTreeSet<usize>> {
    let rows = walk::rows(plan, unique).ok()?;
    rows.people?.fewest().cloned()
}

/// As [`people_apart`] of the rows that an aggregate groups, when its own expressions always give the same too.
///
/// # Errors
/// As of [`people_apart`].
pub(in crate::models) fn people_below(
    aggregate: &Aggregate,
    unique: &dyn Fn(&TableName) -> Vec<Vec<String>>,
) -> std::result::Result<Option<BTreeSet<usize>>, GlobalCause> {
    walk::refuse_changing(&LogicalPlan::Aggregate(aggregate.clone()), unique)?;
    match people_apart(&aggregate.input, unique) {
        Err(_) if !ProofRule::ApartBelow.is_on() => Ok(Some(BTreeSet::new())),
        found => found,
    }
}

/// The optimised plan of a model's query, and what its rows rest on. The tables that it reads must be
/// known to the engine; they need no rows.
///
/// # Errors
/// Those of a query that cannot be planned.
pub(crate) async fn locality_of(
    engine: &Engine,
    library: &Library,
    model: &Model,
) -> Result<(LogicalPlan, Locality)> {
    let place = model.file.display().to_string();
    let plan = engine.optimised(&place, &model.sql).await?;
    let mut found = locality(&plan, &|table| library.unique_columns(table));
    if let Locality::Global(cause) = &mut found
        && cause.line.is_none()
    {
        cause.line = clause_line(&model.sql, &cause.node);
    }
    Ok((plan, found))
}
