//! A model's query over its kept groups.

use datafusion::logical_expr::LogicalPlan;

/// A model's query over the groups of its aggregates as they are now.
pub(in crate::models) struct AggregateRows {
    /// The query.
    pub plan: LogicalPlan,
    /// How many rows it reads, groups among them.
    pub rows: u64,
    /// Dirty people, when only their rows were read for all of the groups.
    pub people: Option<u64>,
    /// Whether the groups are the ones that the model's table was made from, as is all else that it reads.
    pub unchanged: bool,
    /// Whether groups that were kept by difference were others than those that were made in full.
    pub differed: bool,
}
