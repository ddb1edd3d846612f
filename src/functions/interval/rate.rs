//! `rate(x, n, multiplier)`: a crude rate with limits.

use super::limits::{CONFIDENCE, crude_rate};
use super::result::{Intervals, interval_type};
use crate::functions::arguments::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "rate",
    syntax: "rate(x, n, multiplier)",
    summary: "A crude rate of events in a population, with 95 % confidence limits.",
    arguments: &[
        ("x", "events, 0 or more"),
        ("n", "the population, above 0"),
        ("multiplier", "per how many people: 100000, 1000"),
    ],
    gives: "A struct: `value`, `lower` and `upper` per `multiplier` people; `statistic`; `method`.",
    formula: "x / n × multiplier. Limits of x (exact Poisson below 10 events, Byar's from 10 on) \
              are scaled in the same way.",
    rules: "NULL in any argument gives NULL. x < 0 and n ≤ 0 are errors.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities).",
    example: "select rate(65, 1000, 100000) as admissions",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[&[DataType::Float64, DataType::Float64, DataType::Float64]],
        interval_type(),
        rates,
    )
}

fn rates(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let [x, n, multiplier] = [0, 1, 2].map(|i| arguments[i].as_primitive::<Float64Type>());
    let mut out = Intervals::default();
    for row in 0..x.len() {
        if x.is_null(row) || n.is_null(row) || multiplier.is_null(row) {
            out.null();
            continue;
        }
        let (x, n, m) = (x.value(row), n.value(row), multiplier.value(row));
        if x < 0.0 || !x.is_finite() {
            return broken_rule(DOC.name, "x", "must be a count, 0 or more");
        }
        if n <= 0.0 || !n.is_finite() {
            return broken_rule(DOC.name, "n", "must be a population above 0");
        }
        let (rate, method) = crude_rate(x, n, m, CONFIDENCE);
        let numbers = [rate.value, rate.lower, rate.upper].map(Some);
        out.push(numbers, "rate", method);
    }
    out.finish()
}
