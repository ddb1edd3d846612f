//! Dates that lose a time, and numbers that are taken for dates.
//!
//! DataFusion gives a date for `day + interval '36 hours'`, without the twelve; and takes 20240131 in
//! `cast(n as date)` for days since 1970.

use super::fault::{self, PlanFault, goes_on};
use crate::error::Result;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNode;
use datafusion::common::{DFSchema, Result as PlanResult, ScalarValue};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator};

const LOST_TIME: PlanFault = (
    "a date has no time of day: what an interval of hours or less adds to it would be lost",
    "write cast(… as timestamp) + interval …",
);
const NUMBER_AS_DATE: PlanFault = (
    "a whole number is no date",
    "write to_date(cast(… as varchar), '%Y%m%d') for a number such as 20240131, date '1970-01-01' + … for days, and to_timestamp_seconds(…) for seconds",
);

/// Nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// Refuses a query with such a date.
pub(super) fn refuse(place: &str, plan: &LogicalPlan) -> Result<()> {
    fault::refuse(place, plan, |node| {
        let schema = merge_schema(&node.inputs());
        let mut found = None;
        node.apply_expressions(|expression| {
            found = found.or(in_expression(expression, &schema)?);
            Ok(goes_on(found))
        })?;
        Ok(found)
    })
}

fn in_expression(expression: &Expr, schema: &DFSchema) -> PlanResult<Option<PlanFault>> {
    let mut found = None;
    expression.apply(|part| {
        found = fault(part, schema);
        Ok(goes_on(found))
    })?;
    Ok(found)
}

fn fault(expression: &Expr, schema: &DFSchema) -> Option<PlanFault> {
    let of_type = |part: &Expr, wanted: fn(&DataType) -> bool| {
        part.get_type(schema).is_ok_and(|kind| wanted(&kind))
    };
    let date = |kind: &DataType| matches!(kind, DataType::Date32 | DataType::Date64);
    match expression {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let (day, by) = match op {
                Operator::Plus if has_time(left) => (right, left),
                Operator::Plus | Operator::Minus => (left, right),
                _ => return None,
            };
            (has_time(by) && of_type(day, date)).then_some(LOST_TIME)
        }
        Expr::Cast(cast) => number_as_date(&cast.expr, cast.field.data_type(), schema),
        Expr::TryCast(cast) => number_as_date(&cast.expr, cast.field.data_type(), schema),
        _ => None,
    }
}

fn number_as_date(from: &Expr, to: &DataType, schema: &DFSchema) -> Option<PlanFault> {
    let temporal = matches!(
        to,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)
    );
    let number = temporal && from.get_type(schema).is_ok_and(|kind| kind.is_integer());
    number.then_some(NUMBER_AS_DATE)
}

/// Whether an interval that is written out is more than whole days.
fn has_time(expression: &Expr) -> bool {
    let nanoseconds = match expression {
        Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(by)), _) => by.nanoseconds,
        Expr::Literal(ScalarValue::IntervalDayTime(Some(by)), _) => {
            i64::from(by.milliseconds) * 1_000_000
        }
        Expr::Negative(inner) => return has_time(inner),
        Expr::Alias(alias) => return has_time(&alias.expr),
        _ => return false,
    };
    nanoseconds % DAY != 0
}
