//! `proportion(x, n, multiplier)`: a proportion with Wilson limits.

use super::limits::{CONFIDENCE, wilson};
use super::result::{Intervals, interval_type};
use crate::functions::arguments::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "proportion",
    syntax: "proportion(x, n, multiplier)",
    summary: "A proportion of a population, with 95 % confidence limits.",
    arguments: &[
        ("x", "those counted, from 0 to n"),
        ("n", "the population, above 0"),
        ("multiplier", "1 for a proportion, 100 for a percentage"),
    ],
    gives: "A struct: `value`, `lower` and `upper`; `statistic` (percentage when the multiplier is \
            100); `method`.",
    formula: "x / n × multiplier, with Wilson's score limits.",
    rules: "NULL in any argument gives NULL. x < 0, x > n and n ≤ 0 are errors.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities).",
    example: "select proportion(65, 100, 100) as vaccinated",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[&[DataType::Float64, DataType::Float64, DataType::Float64]],
        interval_type(),
        proportions,
    )
}

fn proportions(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let [x, n, multiplier] = [0, 1, 2].map(|i| arguments[i].as_primitive::<Float64Type>());
    let mut out = Intervals::default();
    for row in 0..x.len() {
        if x.is_null(row) || n.is_null(row) || multiplier.is_null(row) {
            out.null();
            continue;
        }
        let (x, n, m) = (x.value(row), n.value(row), multiplier.value(row));
        if n <= 0.0 || !n.is_finite() {
            return broken_rule(DOC.name, "n", "must be a population above 0");
        }
        if x < 0.0 || x > n || !x.is_finite() {
            return broken_rule(DOC.name, "x", "must be from 0 to n");
        }
        let (lower, upper) = wilson(x, n, CONFIDENCE);
        let statistic = if m == 100.0 {
            "percentage"
        } else {
            "proportion"
        };
        let numbers = [x / n * m, lower * m, upper * m].map(Some);
        out.push(numbers, statistic, "Wilson");
    }
    out.finish()
}
