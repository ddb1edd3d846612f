//! A plan split at the aggregates that are kept.

use super::additive::{AggregateKind, KeptAggregate, kind_of};
use crate::lake::TableName;
use crate::models::locality::GlobalCause;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, Result as DataFusionResult, TableReference};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, LogicalPlanBuilder, Projection};
use std::sync::Arc;

/// The aggregates of a plan that are kept, each once, and why others are not.
pub(super) struct SplitPlan {
    /// Those that are kept, with the node of the plan that each stands for.
    pub kept: Vec<(Aggregate, KeptAggregate)>,
    /// Why the first of the others has to be made in full.
    pub in_full: Option<GlobalCause>,
}

impl SplitPlan {
    /// Splits an optimised plan; `unique` as of [`crate::models::locality`].
    pub(super) fn of(
        plan: &LogicalPlan,
        unique: &dyn Fn(&TableName) -> Vec<Vec<String>>,
    ) -> SplitPlan {
        let mut split = SplitPlan {
            kept: Vec::new(),
            in_full: None,
        };
        // A walk that looks alone does not fail.
        let _ = plan.apply(|node| {
            let LogicalPlan::Aggregate(aggregate) = node else {
                return Ok(TreeNodeRecursion::Continue);
            };
            if split.kept.iter().any(|(known, _)| known == aggregate) {
                return Ok(TreeNodeRecursion::Jump);
            }
            Ok(match kind_of(aggregate, unique) {
                AggregateKind::Kept(kept) => {
                    split.kept.push((aggregate.clone(), *kept));
                    TreeNodeRecursion::Jump
                }
                AggregateKind::Apart => TreeNodeRecursion::Jump,
                AggregateKind::InFull(cause) => {
                    split.in_full = split.in_full.take().or(Some(cause));
                    TreeNodeRecursion::Continue
                }
            })
        });
        split
    }

    /// `plan`, of which it is, with the aggregates of `other` in the place of its own.
    ///
    /// # Errors
    /// Those of DataFusion: never in practice.
    pub(super) fn with_aggregates_of(
        &self,
        plan: LogicalPlan,
        other: &SplitPlan,
    ) -> DataFusionResult<LogicalPlan> {
        let replaced = plan.transform_down(|node| {
            let LogicalPlan::Aggregate(aggregate) = &node else {
                return Ok(Transformed::no(node));
            };
            let place = self.kept.iter().position(|(known, _)| known == aggregate);
            let Some((new, _)) = place.and_then(|at| other.kept.get(at)) else {
                return Ok(Transformed::no(node));
            };
            let new = LogicalPlan::Aggregate(new.clone());
            Ok(Transformed::new(new, true, TreeNodeRecursion::Jump))
        });
        Ok(replaced?.data)
    }

    /// The plan with rows of memory in the place of its kept aggregates; `rows` are in their order.
    ///
    /// # Errors
    /// Those of DataFusion, when the rows do not fit.
    pub(super) fn over(
        &self,
        plan: LogicalPlan,
        rows: &[Arc<MemTable>],
    ) -> DataFusionResult<LogicalPlan> {
        let replaced = plan.transform_down(|node| {
            let LogicalPlan::Aggregate(aggregate) = &node else {
                return Ok(Transformed::no(node));
            };
            let place = self.kept.iter().position(|(known, _)| known == aggregate);
            let Some((place, rows)) = place.and_then(|at| Some((at, rows.get(at)?))) else {
                return Ok(Transformed::no(node));
            };
            let scan = scan_of(aggregate, place, rows)?;
            Ok(Transformed::new(scan, true, TreeNodeRecursion::Jump))
        });
        Ok(replaced?.data)
    }
}

/// Rows of memory with the names that the columns of an aggregate have.
fn scan_of(
    aggregate: &Aggregate,
    place: usize,
    rows: &Arc<MemTable>,
) -> DataFusionResult<LogicalPlan> {
    let table = TableReference::bare(format!("populace groups {place}"));
    let source = provider_as_source(Arc::clone(rows) as _);
    let scan = LogicalPlanBuilder::scan(table.clone(), source, None)?.build()?;
    let columns = aggregate
        .schema
        .iter()
        .enumerate()
        .map(|(at, (of, field))| {
            let column = Expr::Column(Column::new(Some(table.clone()), column_name(at)));
            column.alias_qualified(of.cloned(), field.name())
        });
    let columns = columns.collect();
    let schema = Arc::clone(&aggregate.schema);
    let named = Projection::try_new_with_schema(columns, Arc::new(scan), schema)?;
    Ok(LogicalPlan::Projection(named))
}

/// The name of a column of kept groups.
pub(super) fn column_name(place: usize) -> String {
    format!("c{place}")
}

/// How much of a global model is kept by difference, and why the rest is not.
pub(in crate::models) fn kept_by_difference(
    plan: &LogicalPlan,
    unique: &dyn Fn(&TableName) -> Vec<Vec<String>>,
) -> (usize, Option<GlobalCause>) {
    let split = SplitPlan::of(plan, unique);
    (split.kept.len(), split.in_full)
}
