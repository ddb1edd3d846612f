//! Which windows are computed here.

use super::exec::VectorisedWindowExec;
use super::functions::WindowFunction;
use super::sorting::PackedSortExec;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_expr::window::WindowExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, ExecutionPlan, InputOrderMode, ReplaceChildrenOptions,
};
use std::sync::Arc;

/// Replaces DataFusion's operators where all functions of a window are known here. It is the last
/// rule: sorts and distribution are fixed, and the replacement asks for the same.
#[derive(Debug)]
pub(crate) struct VectorisedWindows;

impl PhysicalOptimizerRule for VectorisedWindows {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| match functions(&plan) {
            Some(functions) => {
                let plan = sort_packed(plan)?;
                let replaced = VectorisedWindowExec::new(plan, functions);
                Ok(Transformed::yes(Arc::new(replaced)))
            }
            None => Ok(Transformed::no(plan)),
        })
        .data()
    }

    fn name(&self) -> &str {
        "vectorised_windows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A window whose rows are sorted for it, if they are, by packed keys.
fn sort_packed(window: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let children = window.children();
    let [input] = children.as_slice() else {
        return Ok(window);
    };
    match PackedSortExec::of(input) {
        Some(input) => {
            let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
            window.replace_children(vec![input], options)
        }
        None => Ok(window),
    }
}

/// The functions of a window operator, if all are known here.
fn functions(plan: &Arc<dyn ExecutionPlan>) -> Option<Vec<WindowFunction>> {
    if let Some(window) = plan.downcast_ref::<BoundedWindowAggExec>() {
        // What DataFusion computes without keeping whole partitions must not keep them here.
        let sorted = window.input_order_mode == InputOrderMode::Sorted;
        return known(window.window_expr(), |f| sorted && f.streams());
    }
    let window = plan.downcast_ref::<WindowAggExec>()?;
    known(window.window_expr(), |_| true)
}

fn known(
    expressions: &[Arc<dyn WindowExpr>],
    suits: impl Fn(&WindowFunction) -> bool,
) -> Option<Vec<WindowFunction>> {
    let functions = expressions.iter().map(WindowFunction::of);
    let functions: Vec<WindowFunction> = functions.collect::<Option<_>>()?;
    functions.iter().all(suits).then_some(functions)
}
