//! Filters that are handed down to the files, but not through joins.
//!
//! DataFusion 55 hands a filter down to the side of a join that has a column of the same name, and
//! `person_key` is in every table: `… right join … on a.p = b.p and … where upper(a.p) = 'X'` asked b
//! instead of a, and rows without an a came out. What may pass a join has passed it already, when the
//! query was a tree of relations.

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::joins::{
    CrossJoinExec, HashJoinExec, NestedLoopJoinExec, PiecewiseMergeJoinExec, SortMergeJoinExec,
    SymmetricHashJoinExec,
};
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};
use std::sync::Arc;

type FilterRule = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

/// DataFusion's rule, for the parts of a plan that have no joins.
#[derive(Debug)]
pub(super) struct BelowJoins(FilterRule);

/// The rules with those that hand filters down kept below joins.
pub(super) fn kept_below_joins(rules: Vec<FilterRule>) -> Vec<FilterRule> {
    let kept = |rule: FilterRule| match rule.name().starts_with("FilterPushdown") {
        true => Arc::new(BelowJoins(rule)) as FilterRule,
        false => rule,
    };
    rules.into_iter().map(kept).collect()
}

impl BelowJoins {
    fn within(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if !has_join(&plan) {
            return self.0.optimize(plan, config);
        }
        let children = plan.children().into_iter().cloned();
        let children = children.map(|child| self.within(child, config));
        let children = children.collect::<Result<Vec<_>>>()?;
        replace_children_if_necessary(plan, children)
    }
}

fn has_join(plan: &Arc<dyn ExecutionPlan>) -> bool {
    plan.is::<HashJoinExec>()
        || plan.is::<NestedLoopJoinExec>()
        || plan.is::<SortMergeJoinExec>()
        || plan.is::<CrossJoinExec>()
        || plan.is::<PiecewiseMergeJoinExec>()
        || plan.is::<SymmetricHashJoinExec>()
        || plan.children().into_iter().any(has_join)
}

impl PhysicalOptimizerRule for BelowJoins {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.within(plan, config)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}
