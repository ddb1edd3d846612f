//! Formulas of a few numbers, each with its rule.

use crate::functions::Doc;
use crate::functions::broken_rule::broken_rule;
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Float64Builder};
use arrow::datatypes::Float64Type;
use datafusion::common::Result;
use std::sync::Arc;

/// What an argument must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum WaitingRule {
    /// 0 or more.
    NotNegative,
    /// More than 0.
    Positive,
}

/// The value of `formula` in each row.
///
/// `arguments` are the columns of a call; those that it leaves out have the values in `defaults`.
/// The names of arguments are those of `doc`. NULL in any argument gives NULL, and so does a value
/// beyond the range of numbers.
pub(super) fn compute<const N: usize>(
    doc: &Doc,
    arguments: &[ArrayRef],
    rules: [WaitingRule; N],
    defaults: [f64; N],
    formula: impl Fn([f64; N]) -> f64,
) -> Result<ArrayRef> {
    let given = arguments.iter().map(|a| a.as_primitive::<Float64Type>());
    let given: Vec<&Float64Array> = given.collect();
    for (i, column) in given.iter().enumerate() {
        check(doc.name, doc.arguments[i].0, rules[i], column)?;
    }
    let rows = arguments.first().map_or(0, Array::len);
    let mut out = Float64Builder::with_capacity(rows);
    for row in 0..rows {
        if given.iter().any(|column| column.is_null(row)) {
            out.append_null();
            continue;
        }
        let mut numbers = defaults;
        for (number, column) in numbers.iter_mut().zip(&given) {
            *number = column.value(row);
        }
        out.append_option(Some(formula(numbers)).filter(|value| value.is_finite()));
    }
    Ok(Arc::new(out.finish()))
}

fn check(
    function: &'static str,
    argument: &'static str,
    rule: WaitingRule,
    column: &Float64Array,
) -> Result<()> {
    let mut numbers = column.iter().flatten();
    let (kept, said) = match rule {
        WaitingRule::NotNegative => (
            numbers.all(|n| n.is_finite() && n >= 0.0),
            "must be 0 or more",
        ),
        WaitingRule::Positive => (numbers.all(|n| n.is_finite() && n > 0.0), "must be above 0"),
    };
    if !kept {
        return broken_rule(function, argument, said);
    }
    Ok(())
}
