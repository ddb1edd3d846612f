//! `phe_quantile(value [, quantiles [, invert]])`: quantiles of areas.

use crate::functions::broken_rule::broken_rule;
use crate::functions::window::window;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int32Array};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "phe_quantile",
    syntax: "phe_quantile(value [, quantiles [, invert]]) over ([partition by …])",
    summary: "The quantile (decile unless told otherwise) of each row's value among those of its \
              partition, as the Office for Health Improvement and Disparities assigns areas to \
              deprivation deciles. A window function.",
    arguments: &[
        ("value", "a number of each row, such as a deprivation score"),
        ("quantiles", "how many; 10 unless given"),
        (
            "invert",
            "true: quantile 1 has the highest values; false: the lowest. True unless given",
        ),
    ],
    gives: "A whole number from 1 to `quantiles`.",
    formula: "N values, each with the smallest rank that its equals share, from the lowest value \
              (from the highest when inverted): ⌊(Q + 1) − ⌈((N + 1) − rank) / (N / Q)⌉⌋, and 1 in \
              place of 0.",
    rules: "NULL values are not counted and give NULL. Fewer values than quantiles give NULL for \
            all. NaN, infinity, quantiles below 1, and quantiles or invert that are NULL or change \
            within a partition are errors. `order by` changes nothing; a frame is an error.",
    source: "PHEindicatormethods 2.1.0, phe_quantile; OHID technical guide, Assigning deprivation \
             categories.",
    example: "select area, score, phe_quantile(score, 3) over () as tercile\nfrom (values ('a', \
              41.2), ('b', 3.5), ('c', 17.0), ('d', 28.9), ('e', 9.1), ('f', 17.0))\n    as \
              area(area, score)\norder by area",
};

pub(super) fn function() -> Function {
    let (value, quantiles, invert) = (DataType::Float64, DataType::Int64, DataType::Boolean);
    window(
        &DOC,
        &[
            std::slice::from_ref(&value),
            &[value.clone(), quantiles.clone()],
            &[value.clone(), quantiles, invert],
        ],
        DataType::Int32,
        quantiles_of,
    )
}

fn quantiles_of(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let values = arguments[0].as_primitive::<Float64Type>();
    let quantiles = match arguments.get(1) {
        Some(column) => column.as_primitive::<Int64Type>().iter(),
        None => return assign(values, rows, 10, true),
    };
    let Some(quantiles) = constant(quantiles, "quantiles")? else {
        return assign(values, rows, 10, true);
    };
    let invert = match arguments.get(2) {
        Some(column) => constant(column.as_boolean().iter(), "invert")?.unwrap_or(true),
        None => true,
    };
    match i32::try_from(quantiles) {
        Ok(quantiles @ 1..) => assign(values, rows, quantiles, invert),
        _ => broken_rule(DOC.name, "quantiles", "must be a whole number, 1 or more"),
    }
}

/// The one value of a column; None of no rows.
fn constant<T: PartialEq>(
    mut column: impl Iterator<Item = Option<T>>,
    name: &'static str,
) -> Result<Option<T>> {
    let Some(first) = column.next() else {
        return Ok(None);
    };
    if first.is_none() || column.any(|value| value != first) {
        let rule = "must be the same in all rows of a partition, and not NULL";
        return broken_rule(DOC.name, name, rule);
    }
    Ok(first)
}

fn assign(values: &Float64Array, rows: usize, quantiles: i32, invert: bool) -> Result<ArrayRef> {
    let mut order: Vec<(f64, usize)> = Vec::with_capacity(rows - values.null_count());
    for (row, value) in values.iter().enumerate() {
        match value {
            Some(value) if !value.is_finite() => {
                return broken_rule(DOC.name, "value", "must be a finite number");
            }
            Some(value) => order.push((if invert { -value } else { value }, row)),
            None => {}
        }
    }
    let mut assigned = vec![None; rows];
    let (n, q) = (order.len() as f64, f64::from(quantiles));
    if n >= q {
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut rank = 0;
        for (place, (value, row)) in order.iter().enumerate() {
            if place == 0 || *value != order[place - 1].0 {
                rank = place + 1;
            }
            // In this order of operations: its rounding decides where a rank falls on a border.
            let quantile = (q + 1.0) - (((n + 1.0) - rank as f64) / (n / q)).ceil();
            assigned[*row] = Some((quantile as i32).max(1));
        }
    }
    Ok(Arc::new(Int32Array::from(assigned)))
}
