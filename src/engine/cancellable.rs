//! Queries that can be cancelled wherever they are at work.
//!
//! DataFusion lets a query go between two batches that it reads. A join or `unnest` makes any number
//! of batches of one, and whoever adds them up takes them without a pause: a query that was cancelled
//! went on with all threads until its last row.

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::unnest::UnnestExec;
use std::sync::Arc;

/// Puts a pause above each step that makes many rows of few.
#[derive(Debug)]
pub(super) struct CancellableJoins;

impl PhysicalOptimizerRule for CancellableJoins {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let multiplies = plan.name().ends_with("JoinExec") || plan.is::<UnnestExec>();
            Ok(match multiplies {
                true => Transformed::yes(Arc::new(CooperativeExec::new(plan))),
                false => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &str {
        "cancellable_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
