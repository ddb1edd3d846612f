//! Arithmetic that tells when it passes its type.
//!
//! DataFusion begins again at the other end: two billion and two billion are less than nothing, in
//! columns as in constants that it works out while it plans. A figure that is wrong without a word is
//! worse than none. Before anything else looks at a plan, its arithmetic is written with functions that
//! fail instead ([`operator::Operation`]), wherever it stands: in columns, filters, joins, windows,
//! orders, groups, limits and arguments. Functions whose result is lost where it cannot be held are
//! watched over ([`watched::Watched`]).

mod operator;
mod watched;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, ScalarUDF};
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use operator::Operation;
use watched::Watched;

/// The first rule of the optimizer: later ones compute what is constant.
#[derive(Debug)]
pub(super) struct CheckedArithmetic;

impl OptimizerRule for CheckedArithmetic {
    fn name(&self) -> &str {
        "checked_arithmetic"
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        plan.transform_up_with_subqueries(|node| {
            // What a scan is asked to leave out is asked again above it.
            if matches!(node, LogicalPlan::TableScan(_)) {
                return Ok(Transformed::no(node));
            }
            let schema = merge_schema(&node.inputs());
            let names = NamePreserver::new(&node);
            node.map_expressions(|expression| {
                let name = names.save(&expression);
                let checked = in_expression(expression, &schema)?;
                Ok(match checked.transformed {
                    true => checked.update_data(|expression| name.restore(expression)),
                    false => checked,
                })
            })
        })
    }
}

fn in_expression(expression: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    expression.transform_up(|part| match part {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let types = left.get_type(schema).ok().zip(right.get_type(schema).ok());
            let Some(operation) = types.and_then(|(l, r)| Operation::of(op, &l, &r)) else {
                return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr {
                    left,
                    op,
                    right,
                })));
            };
            Ok(Transformed::yes(call(operation, vec![*left, *right])))
        }
        Expr::Negative(inner) => {
            let kind = inner.get_type(schema).ok();
            match kind.and_then(|kind| Operation::negation(&kind)) {
                Some(operation) => Ok(Transformed::yes(call(operation, vec![*inner]))),
                None => Ok(Transformed::no(Expr::Negative(inner))),
            }
        }
        Expr::ScalarFunction(called) => Ok(match Watched::over(&called.func) {
            Some(watched) => Transformed::yes(Expr::ScalarFunction(ScalarFunction::new_udf(
                ScalarUDF::from(watched).into(),
                called.args,
            ))),
            None => Transformed::no(Expr::ScalarFunction(called)),
        }),
        other => Ok(Transformed::no(other)),
    })
}

fn call(operation: Operation, arguments: Vec<Expr>) -> Expr {
    let function = ScalarUDF::from(operation).into();
    Expr::ScalarFunction(ScalarFunction::new_udf(function, arguments))
}
