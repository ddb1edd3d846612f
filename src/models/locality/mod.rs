//! Locality: what the rows of a model rest on, found in its plan.
//!
//! A model is *person-local* when its rows of one person rest on that person's rows alone. Then the rows of
//! some people can be made anew without the others.

mod verdict;

pub(crate) use verdict::{GlobalCause, Locality};

use super::library::{Library, Model};
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::TableName;
use datafusion::logical_expr::LogicalPlan;

/// The column that holds whose a row is. A table that has it is one of people; any other is constant.
pub(crate) const PERSON_KEY: &str = "person_key";

/// What the rows of an optimised plan with bound parameters rest on. `unique` gives the sets of columns
/// that tell the rows of a table apart.
pub(crate) fn locality(
    plan: &LogicalPlan,
    _unique: &dyn Fn(&TableName) -> Vec<Vec<String>>,
) -> Locality {
    Locality::Global(GlobalCause::new(plan.display().to_string(), "not known"))
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
    let found = locality(&plan, &|table| library.unique_columns(table));
    Ok((plan, found))
}
