//! What DataFusion 55 takes and answers wrongly is refused, with another way to write it.

use super::fault::{self, PlanFault, goes_on};
use crate::error::Result;
use datafusion::common::tree_node::TreeNode;
use datafusion::common::{Result as PlanResult, ScalarValue};
use datafusion::logical_expr::expr::{NullTreatment, WindowFunction};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, Operator};

const CONSTANT: PlanFault = (
    "`not in (select …)` of a constant ignores NULL among what is selected",
    "write `not exists (select … where column = constant)`, and say what NULL shall mean",
);
const CORRELATED: PlanFault = (
    "`not in (select …)` cannot refer to the query around it: NULL would be taken for a value",
    "write `not exists (select … where …)`",
);
const PART: PlanFault = (
    "`in (select …)` cannot be a part of this expression: where NULL makes it unknown it would be false",
    "write `exists (select …)` or `not exists (select …)`, or give `not in (select …)` a place of its own: `where a and b not in (select …)`",
);
const ALWAYS_A_ROW: PlanFault = (
    "`exists (select …)` or `in (select …)` that refers to the query around it cannot have an aggregate without `group by`, or with sets of groups: it gives a row where nothing matches, which would be missed",
    "compare the aggregate with a number: `(select count(*) … where …) > 0`",
);
const CUT: PlanFault = (
    "`exists (select …)` or `in (select …)` that refers to the query around it cannot have `limit`, `offset` or a window: they would count the rows of all at once",
    "write a condition in the place of `limit`, or compare `(select count(*) … where …)` with a number",
);
const PLACE: PlanFault = (
    "nth_value counts rows from 1",
    "write nth_value(…, 1) for the first row of the frame; last_value gives the last",
);
const AHEAD: PlanFault = (
    "`ignore nulls` cannot look ahead: rows behind a gap of NULL would be missed",
    "write lag(…) ignore nulls over (… order by … desc), or leave rows of NULL out before",
);

/// Refuses a query that would be answered wrongly.
pub(super) fn refuse(place: &str, plan: &LogicalPlan) -> Result<()> {
    fault::refuse(place, plan, |node| {
        let mut found = match node {
            LogicalPlan::Filter(filter) => in_filter(&filter.predicate)?,
            _ => None,
        };
        node.apply_expressions(|expression| {
            let filters = matches!(node, LogicalPlan::Filter(_));
            if found.is_none() && !filters {
                found = in_value(expression)?;
            }
            found = found.or(ahead(expression)?).or(of_all(expression)?);
            Ok(goes_on(found))
        })?;
        Ok(found)
    })
}

/// Conditions that stand side by side become joins, which tell NULL apart.
fn in_filter(predicate: &Expr) -> PlanResult<Option<PlanFault>> {
    for condition in split_conjunction(predicate) {
        let (within, negated) = match condition {
            Expr::InSubquery(within) => (within, within.negated),
            Expr::Not(inner) => match inner.as_ref() {
                Expr::InSubquery(within) => (within, !within.negated),
                _ => match in_value(condition)? {
                    Some(fault) => return Ok(Some(fault)),
                    None => continue,
                },
            },
            _ => match in_condition(condition)? {
                Some(fault) => return Ok(Some(fault)),
                None => continue,
            },
        };
        if negated && is_constant(&within.expr) {
            return Ok(Some(CONSTANT));
        }
        if negated && !within.subquery.outer_ref_columns.is_empty() {
            return Ok(Some(CORRELATED));
        }
    }
    Ok(None)
}

/// Where unknown and false come to the same.
fn in_condition(condition: &Expr) -> PlanResult<Option<PlanFault>> {
    match condition {
        Expr::InSubquery(within) if !within.negated => in_value(&within.expr),
        Expr::BinaryExpr(both) if matches!(both.op, Operator::And | Operator::Or) => {
            let left = in_condition(&both.left)?;
            Ok(left.or(in_condition(&both.right)?))
        }
        other => in_value(other),
    }
}

/// Where unknown is NULL, and false is not.
fn in_value(expression: &Expr) -> PlanResult<Option<PlanFault>> {
    match expression {
        Expr::InSubquery(_) => Ok(Some(PART)),
        Expr::Case(case) if case.expr.is_none() => {
            let mut found = None;
            for (when, then) in &case.when_then_expr {
                found = found.or(in_condition(when)?).or(in_value(then)?);
            }
            match &case.else_expr {
                Some(otherwise) => Ok(found.or(in_value(otherwise)?)),
                None => Ok(found),
            }
        }
        other => {
            let mut found = None;
            other.apply_children(|part| {
                found = in_value(part)?;
                Ok(goes_on(found))
            })?;
            Ok(found)
        }
    }
}

/// A subquery that is asked for each row, with what joins ask of all rows at once.
fn of_all(expression: &Expr) -> PlanResult<Option<PlanFault>> {
    let mut found = None;
    expression.apply(|part| {
        let subquery = match part {
            Expr::Exists(exists) => &exists.subquery,
            Expr::InSubquery(within) => &within.subquery,
            _ => return Ok(goes_on(found)),
        };
        if !subquery.outer_ref_columns.is_empty() {
            subquery.subquery.apply(|node| {
                found = match node {
                    LogicalPlan::Aggregate(aggregate) if always_a_row(aggregate) => {
                        Some(ALWAYS_A_ROW)
                    }
                    LogicalPlan::Limit(_) | LogicalPlan::Window(_) => Some(CUT),
                    _ => None,
                };
                Ok(goes_on(found))
            })?;
        }
        Ok(goes_on(found))
    })?;
    Ok(found)
}

fn always_a_row(aggregate: &Aggregate) -> bool {
    let sets = |group: &Expr| matches!(group, Expr::GroupingSet(_));
    aggregate.group_expr.is_empty() || aggregate.group_expr.iter().any(sets)
}

fn ahead(expression: &Expr) -> PlanResult<Option<PlanFault>> {
    let mut found = None;
    expression.apply(|part| {
        if let Expr::WindowFunction(window) = part {
            let ahead = looks_ahead_past_null(window).then_some(AHEAD);
            found = ahead.or(before_the_first(window).then_some(PLACE));
        }
        Ok(goes_on(found))
    })?;
    Ok(found)
}

fn is_constant(expression: &Expr) -> bool {
    !expression.any_column_refs() && !expression.contains_outer()
}

/// DataFusion takes a negative place for one from the end.
fn before_the_first(window: &WindowFunction) -> bool {
    let place = match window.params.args.get(1) {
        Some(Expr::Literal(ScalarValue::Int64(Some(place)), _)) => *place,
        Some(Expr::Negative(_)) => -1,
        _ => return false,
    };
    window.fun.name() == "nth_value" && place < 1
}

fn looks_ahead_past_null(window: &WindowFunction) -> bool {
    if window.params.null_treatment != Some(NullTreatment::IgnoreNulls) {
        return false;
    }
    let behind = |offset: &Expr| match offset {
        Expr::Literal(ScalarValue::Int64(Some(rows)), _) => *rows >= 0,
        _ => false,
    };
    match window.fun.name() {
        "lead" => true,
        "lag" => !window.params.args.get(1).is_none_or(behind),
        _ => false,
    }
}
