//! Dates that lose a time, and numbers that are taken for dates.
//!
//! DataFusion gives a date for `day + interval '36 hours'`, without the twelve; and takes 20240131 in
//! `cast(n as date)` for days since 1970, as it does every number that stands beside a date: `age > $as_of`
//! is answered, and false for everybody.

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

const NUMBER_BESIDE_DATE: PlanFault = (
    "a date and a number are compared, or stand for each other",
    "write two dates, such as $as_of or date '2026-11-22', or two numbers: extract(year from …) gives one of a date",
);

/// Nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// Refuses a query with such a date.
pub(super) fn refuse(place: &str, plan: &LogicalPlan) -> Result<()> {
    fault::refuse(place, plan, |node| {
        let schema = merge_schema(&node.inputs());
        let mut found = between_inputs(node);
        if found.is_some() {
            return Ok(found);
        }
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
                _ if compares(*op) => return mixed([left.as_ref(), right], schema),
                _ => return None,
            };
            (has_time(by) && of_type(day, date)).then_some(LOST_TIME)
        }
        Expr::Cast(cast) => number_as_date(&cast.expr, cast.field.data_type(), schema),
        Expr::TryCast(cast) => number_as_date(&cast.expr, cast.field.data_type(), schema),
        Expr::Between(between) => {
            let parts = [&between.expr, &between.low, &between.high];
            mixed(parts.map(AsRef::as_ref), schema)
        }
        Expr::InList(list) => mixed([list.expr.as_ref()].into_iter().chain(&list.list), schema),
        Expr::InSubquery(within) => {
            let selected = within.subquery.subquery.schema();
            let selected = selected.fields().first().map(|field| field.data_type());
            let one = within.expr.get_type(schema).ok()?;
            beside(&[one, selected?.clone()])
        }
        Expr::Case(case) => {
            let (when, then) = case
                .when_then_expr
                .iter()
                .map(|(w, t)| (&**w, &**t))
                .unzip();
            let (mut when, mut then): (Vec<&Expr>, Vec<&Expr>) = (when, then);
            then.extend(case.else_expr.as_deref());
            match &case.expr {
                Some(expression) => when.push(expression),
                None => when.clear(),
            }
            mixed(when, schema).or(mixed(then, schema))
        }
        _ => None,
    }
}

fn compares(op: Operator) -> bool {
    matches!(
        op,
        Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom
    )
}

/// Expressions whose values are compared with each other or come out in one column.
fn mixed<'e>(parts: impl IntoIterator<Item = &'e Expr>, schema: &DFSchema) -> Option<PlanFault> {
    let types = parts
        .into_iter()
        .filter_map(|part| part.get_type(schema).ok());
    beside(&types.collect::<Vec<_>>())
}

/// Whether a date is among types, and a number.
fn beside(types: &[DataType]) -> Option<PlanFault> {
    let mixed = types.iter().any(is_date) && types.iter().any(DataType::is_numeric);
    mixed.then_some(NUMBER_BESIDE_DATE)
}

fn is_date(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)
    )
}

/// Columns of the inputs of a node that are compared, or come out as one column.
fn between_inputs(node: &LogicalPlan) -> Option<PlanFault> {
    match node {
        LogicalPlan::Join(join) => join.on.iter().find_map(|(left, right)| {
            let left = left.get_type(join.left.schema()).ok()?;
            beside(&[left, right.get_type(join.right.schema()).ok()?])
        }),
        LogicalPlan::Union(union) => {
            let columns = union.inputs.iter().map(|i| i.schema().fields().len()).min();
            (0..columns.unwrap_or_default()).find_map(|at| {
                let inputs = union.inputs.iter();
                let types = inputs.map(|input| input.schema().field(at).data_type().clone());
                beside(&types.collect::<Vec<_>>())
            })
        }
        _ => None,
    }
}

fn number_as_date(from: &Expr, to: &DataType, schema: &DFSchema) -> Option<PlanFault> {
    let number = is_date(to) && from.get_type(schema).is_ok_and(|kind| kind.is_integer());
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
