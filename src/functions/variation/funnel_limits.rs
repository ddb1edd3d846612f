//! `funnel_limits(statistic, size, baseline)`: the lines of a funnel plot.

use crate::functions::broken_rule::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use crate::statistics::funnel::{PAIRS, count_lines, proportion_lines};
use arrow::array::{Array, ArrayRef, AsArray, Float64Builder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields, Float64Type};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "funnel_limits",
    syntax: "funnel_limits(statistic, size, baseline)",
    summary: "The control limits of a funnel plot: between which values an area of a size lies by chance if it is like all others.",
    arguments: &[
        ("statistic", "`'proportion'`, `'rate'` or `'ratio'`"),
        (
            "size",
            "the population of a proportion, above 0; the observed events of a rate or ratio, 0 or more",
        ),
        (
            "baseline",
            "the value of all areas together: a proportion from 0 to 1; a rate, in any unit; of a ratio 1 when left out",
        ),
    ],
    gives: "A struct in the unit of the baseline: `baseline`; `lower_95` and `upper_95`, beyond each of which 1 area in 40 lies by chance (p = 0.975); `lower_99_8` and `upper_99_8`, 1 in 1000 (p = 0.999).",
    formula: "Proportion: baseline ± z √(baseline (1 − baseline) / size), cut at 0 and 1, where z is the normal quantile of p. Rate and ratio: size / U × baseline and size / L × baseline, with the exact Poisson limits L and U of `size` events.",
    rules: "NULL in any argument gives NULL. Without an observed event there is no upper limit (NULL). Another statistic, a population of 0 or less, negative events, a baseline below 0, or above 1 for a proportion, are errors; so are NaN and infinity.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities); the Fingertips technical guidance.",
    example: "select n, funnel.lower_95, funnel.upper_95, funnel.lower_99_8, funnel.upper_99_8\n\
              from (select n, funnel_limits('proportion', n, 0.8) as funnel from (values (10), (500)) as area(n))",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[
            &[DataType::Utf8, DataType::Float64],
            &[DataType::Utf8, DataType::Float64, DataType::Float64],
        ],
        DataType::Struct(fields()),
        limits,
    )
}

const NAMES: [&str; 5] = [
    "baseline",
    "lower_95",
    "upper_95",
    "lower_99_8",
    "upper_99_8",
];

fn fields() -> Fields {
    let field = |name: &str| Field::new(name, DataType::Float64, true);
    NAMES.iter().map(|name| field(name)).collect()
}

fn limits(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let statistics = arguments[0].as_string::<i32>();
    let sizes = arguments[1].as_primitive::<Float64Type>();
    let baselines = arguments.get(2).map(|b| b.as_primitive::<Float64Type>());
    let mut columns = NAMES.map(|_| Float64Builder::with_capacity(sizes.len()));
    let mut valid = Vec::with_capacity(sizes.len());
    for row in 0..sizes.len() {
        let baseline_known = baselines.is_none_or(|b| b.is_valid(row));
        let numbers = if statistics.is_valid(row) && sizes.is_valid(row) && baseline_known {
            let baseline = baselines.map(|b| b.value(row));
            Some(lines(statistics.value(row), sizes.value(row), baseline)?)
        } else {
            None
        };
        valid.push(numbers.is_some());
        let numbers = numbers.unwrap_or_default();
        for (column, number) in columns.iter_mut().zip(numbers) {
            column.append_option(number);
        }
    }
    let columns = columns.map(|mut column| Arc::new(column.finish()) as ArrayRef);
    let valid = Some(NullBuffer::from(valid));
    let out = StructArray::try_new(fields(), columns.to_vec(), valid)?;
    Ok(Arc::new(out))
}

/// The numbers of [`NAMES`].
fn lines(statistic: &str, size: f64, baseline: Option<f64>) -> Result<[Option<f64>; 5]> {
    if !["proportion", "rate", "ratio"].contains(&statistic) {
        let rule = "must be 'proportion', 'rate' or 'ratio'";
        return broken_rule(DOC.name, "statistic", rule);
    }
    let baseline = match (statistic, baseline) {
        (_, Some(baseline)) => baseline,
        ("ratio", None) => 1.0,
        _ => return broken_rule(DOC.name, "baseline", "must be given, except for a ratio"),
    };
    if !(baseline >= 0.0 && baseline.is_finite()) {
        return broken_rule(DOC.name, "baseline", "must be 0 or more");
    }
    let [inner, outer] = match statistic {
        "proportion" => {
            if !(size > 0.0 && size.is_finite()) {
                return broken_rule(DOC.name, "size", "must be a population above 0");
            }
            if baseline > 1.0 {
                return broken_rule(DOC.name, "baseline", "must be from 0 to 1");
            }
            PAIRS.map(|pair| {
                let (lower, upper) = proportion_lines(size, baseline, pair);
                (lower, Some(upper))
            })
        }
        _ => {
            if !(size >= 0.0 && size.is_finite()) {
                return broken_rule(DOC.name, "size", "must be a count of events, 0 or more");
            }
            PAIRS.map(|pair| count_lines(size, baseline, pair))
        }
    };
    Ok([
        Some(baseline),
        Some(inner.0),
        inner.1,
        Some(outer.0),
        outer.1,
    ])
}
