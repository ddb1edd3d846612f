//! What other engines answer otherwise is refused, with a way to write it that all read alike.
//!
//! An analyst who knows Snowflake, DuckDB or Spark writes `sum(days) / count(*)` and means 3.5, where
//! DataFusion gives 3; `to_char(day, 'YYYY-MM')`, where it gives those very letters; and
//! `substr(code, -2)` for the end of a text, where it gives all of it. None is an error there, so that
//! figures would be wrong without a word.

use super::fault::{self, PlanFault, goes_on};
use crate::error::Result;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNode;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator};

const WHOLE_NUMBERS: PlanFault = (
    "a whole number is divided by another, and what is left over would be lost: 7 / 2 is 3 here, and 3.5 in Snowflake, DuckDB and Spark",
    "write cast(… as double) / … for 3.5, and cast(trunc(cast(… as double) / …) as bigint) for 3",
);
const NO_FIELD: PlanFault = (
    "the form of a date or time has no % in it, and stands for nothing but itself",
    "write forms as '%Y-%m-%d', '%d/%m/%Y' or '%H:%M' (as strftime), where other engines write 'YYYY-MM-DD'",
);
const BEFORE_THE_FIRST: PlanFault = (
    "substr counts letters from 1, and engines differ in what stands before the first",
    "write substr(text, 1, 3) for the beginning, and right(text, 2) for the end",
);

/// Refuses a query with such an expression, and shows it.
pub(super) fn refuse(place: &str, plan: &LogicalPlan) -> Result<()> {
    let mut shown = String::new();
    let refused = fault::refuse(place, plan, |node| {
        let schema = merge_schema(&node.inputs());
        let mut found = None;
        node.apply_expressions(|expression| {
            expression.apply(|part| {
                found = fault(part, &schema);
                if found.is_some() {
                    shown = part.human_display().to_string();
                }
                Ok(goes_on(found))
            })?;
            Ok(goes_on(found))
        })?;
        Ok(found)
    });
    refused.map_err(|e| e.cause(format!("it is in {shown}")))
}

fn fault(expression: &Expr, schema: &DFSchema) -> Option<PlanFault> {
    match expression {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Divide,
            right,
        }) => {
            let is_whole = |part: &Expr| part.get_type(schema).is_ok_and(|kind| kind.is_integer());
            (is_whole(left) && is_whole(right)).then_some(WHOLE_NUMBERS)
        }
        Expr::ScalarFunction(call) => in_call(call, schema),
        _ => None,
    }
}

fn in_call(call: &ScalarFunction, schema: &DFSchema) -> Option<PlanFault> {
    let written = |argument: &Expr| match argument {
        Expr::Literal(value, _) => value.try_as_str().flatten().map(str::to_string),
        _ => None,
    };
    match call.name() {
        "to_char"
        | "to_date"
        | "to_timestamp"
        | "to_timestamp_seconds"
        | "to_timestamp_millis"
        | "to_timestamp_micros"
        | "to_timestamp_nanos" => {
            // The forms of a length of time are words: pretty, iso8601.
            let kind = call.args.first()?.get_type(schema).ok()?;
            if matches!(kind, DataType::Duration(_)) {
                return None;
            }
            let forms = call.args.iter().skip(1).filter_map(written);
            let mut forms = forms.filter(|form| !form.is_empty());
            let is_no_form = forms.any(|form| !form.contains('%'));
            is_no_form.then_some(NO_FIELD)
        }
        "substr" => {
            let first = call.args.get(1)?;
            let before = matches!(first, Expr::Negative(_))
                || matches!(first, Expr::Literal(ScalarValue::Int64(Some(first)), _) if *first < 1);
            before.then_some(BEFORE_THE_FIRST)
        }
        _ => None,
    }
}
