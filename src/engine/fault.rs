//! Refusing a query for what is found in its plan.

use crate::error::{Error, Result};
use datafusion::common::Result as PlanResult;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;

/// What is wrong with a query, and what to write in its place.
pub(super) type PlanFault = (&'static str, &'static str);

/// Refuses a query with the first fault that `find` sees in a node of its plan or of a subquery's.
pub(super) fn refuse(
    place: &str,
    plan: &LogicalPlan,
    mut find: impl FnMut(&LogicalPlan) -> PlanResult<Option<PlanFault>>,
) -> Result<()> {
    let mut found = None;
    let walked = plan.apply_with_subqueries(|node| {
        found = find(node)?;
        Ok(goes_on(found))
    });
    match (walked, found) {
        (_, Some((what, instead))) => Err(Error::usage(format!("{place}: {what}")).hint(instead)),
        // What cannot be walked cannot be planned either, and is told then.
        _ => Ok(()),
    }
}

/// A walk ends with the first fault.
pub(super) fn goes_on(found: Option<PlanFault>) -> TreeNodeRecursion {
    match found {
        Some(_) => TreeNodeRecursion::Stop,
        None => TreeNodeRecursion::Continue,
    }
}
