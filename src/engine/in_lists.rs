//! Lists of values that exclude each other.
//!
//! DataFusion 55 makes `x in (1) and x in (2)` false and `x not in (1) or x not in (2)` true, for an
//! x that is NULL too, where both are unknown: a `not` around them, or a column of them, then counts
//! people whose value is not known.

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};

/// The plan with such pairs written as a comparison of x with itself, which is unknown for NULL.
pub(super) fn rewrite(plan: LogicalPlan) -> Result<LogicalPlan> {
    let rewritten = plan.transform_up_with_subqueries(|node| {
        let names = NamePreserver::new(&node);
        node.map_expressions(|expression| {
            let name = names.save(&expression);
            let rewritten = expression.transform_up(|part| {
                Ok(match excluding(&part) {
                    Some(other) => Transformed::yes(other),
                    None => Transformed::no(part),
                })
            })?;
            Ok(rewritten.update_data(|expression| name.restore(expression)))
        })
    })?;
    match rewritten.transformed {
        true => rewritten.data.recompute_schema(),
        false => Ok(rewritten.data),
    }
}

fn excluding(expression: &Expr) -> Option<Expr> {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = expression else {
        return None;
    };
    let (Expr::InList(left), Expr::InList(right)) = (left.as_ref(), right.as_ref()) else {
        return None;
    };
    if left.expr != right.expr {
        return None;
    }
    let apart = |one: &InList, other: &InList| one.list.iter().all(|v| !other.list.contains(v));
    let inside = |one: &InList, other: &InList| one.list.iter().all(|v| other.list.contains(v));
    let itself = |op| {
        Some(Expr::BinaryExpr(BinaryExpr::new(
            left.expr.clone(),
            op,
            left.expr.clone(),
        )))
    };
    match (op, left.negated, right.negated) {
        (Operator::And, false, false) if apart(left, right) => itself(Operator::NotEq),
        (Operator::And, false, true) if inside(left, right) => itself(Operator::NotEq),
        (Operator::And, true, false) if inside(right, left) => itself(Operator::NotEq),
        (Operator::Or, true, true) if apart(left, right) => itself(Operator::Eq),
        _ => None,
    }
}
