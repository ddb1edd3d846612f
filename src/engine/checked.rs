//! Arithmetic on whole numbers that tells when it passes its type.
//!
//! DataFusion begins again at the other end: two billion and two billion are less than nothing. A
//! figure that is wrong without a word is worse than none.

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::expressions::BinaryExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use std::sync::Arc;

/// Checks the sums, differences and products of columns, filters and arguments of aggregates. It is
/// the first rule: later ones move what it has made into other operators.
#[derive(Debug)]
pub(super) struct CheckedArithmetic;

impl PhysicalOptimizerRule for CheckedArithmetic {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(operator).data()
    }

    fn name(&self) -> &str {
        "checked_arithmetic"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn operator(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        return in_projection(projection, &plan);
    }
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        let predicate = checked(filter.predicate().clone())?;
        if predicate.transformed {
            let filter = FilterExecBuilder::from(filter).with_predicate(predicate.data);
            return Ok(Transformed::yes(Arc::new(filter.build()?)));
        }
    }
    if let Some(aggregate) = plan.downcast_ref::<AggregateExec>() {
        let functions = aggregate.aggr_expr().iter().map(in_aggregate);
        let functions = functions.collect::<Result<Vec<_>>>()?;
        if functions.iter().any(|function| function.transformed) {
            let functions: Vec<_> = functions
                .into_iter()
                .map(|function| function.data)
                .collect();
            let aggregate = aggregate.with_new_aggr_exprs(functions);
            return Ok(Transformed::yes(Arc::new(aggregate)));
        }
    }
    Ok(Transformed::no(plan))
}

fn in_projection(
    projection: &ProjectionExec,
    plan: &Arc<dyn ExecutionPlan>,
) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let mut any = false;
    let mut columns = Vec::new();
    for column in projection.expr() {
        let expression = checked(column.expr.clone())?;
        any |= expression.transformed;
        columns.push(ProjectionExpr::new(expression.data, column.alias.clone()));
    }
    if !any {
        return Ok(Transformed::no(plan.clone()));
    }
    let made = ProjectionExec::try_new_with_schema_metadata(
        columns,
        projection.input().clone(),
        &plan.schema(),
    )?;
    Ok(Transformed::yes(Arc::new(made)))
}

fn in_aggregate(
    function: &Arc<AggregateFunctionExpr>,
) -> Result<Transformed<Arc<AggregateFunctionExpr>>> {
    let mut any = false;
    let mut arguments = Vec::new();
    for argument in function.expressions() {
        let argument = checked(argument)?;
        any |= argument.transformed;
        arguments.push(argument.data);
    }
    let order = function
        .order_bys()
        .iter()
        .map(|by| by.expr.clone())
        .collect();
    let made = any
        .then(|| function.with_new_expressions(arguments, order))
        .flatten();
    Ok(match made {
        Some(made) => Transformed::yes(Arc::new(made)),
        None => Transformed::no(function.clone()),
    })
}

fn checked(expression: Arc<dyn PhysicalExpr>) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
    expression.transform_up(|part| {
        let Some(binary) = part.downcast_ref::<BinaryExpr>() else {
            return Ok(Transformed::no(part));
        };
        Ok(match binary.op() {
            Operator::Plus | Operator::Minus | Operator::Multiply => {
                let binary = binary.clone().with_fail_on_overflow(true);
                Transformed::yes(Arc::new(binary) as Arc<dyn PhysicalExpr>)
            }
            _ => Transformed::no(part),
        })
    })
}
