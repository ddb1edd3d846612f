//! Locality: what the rows of a model rest on, found in its plan.
//!
//! A model is *person-local* when its rows of one person rest on that person's rows alone. Then the rows of
//! some people can be made anew without the others.

mod verdict;

pub(crate) use verdict::{GlobalCause, Locality};

use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;

/// What the rows of an optimised plan with bound parameters rest on. `person_key` gives the column of
/// a table that holds whose its rows are; a table without one is constant.
pub(crate) fn locality(
    plan: &LogicalPlan,
    _person_key: &dyn Fn(&TableReference) -> Option<String>,
) -> Locality {
    Locality::Global(GlobalCause::new(plan.display().to_string(), "not known"))
}
