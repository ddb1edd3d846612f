//! `funnel_significance(statistic, x, n, baseline)`: whether an area lies outside a funnel.

use crate::functions::broken_rule::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use crate::statistics::funnel::{count_significance, outside, proportion_lines, significance};
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, StringBuilder};
use arrow::datatypes::DataType::{Float64, Utf8};
use arrow::datatypes::Float64Type;
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "funnel_significance",
    syntax: "funnel_significance(statistic, x, n, baseline [, multiplier])",
    summary: "Says whether an area differs from all areas together by more than chance, as beside a funnel plot.",
    arguments: &[
        (
            "statistic",
            "`'proportion'`, `'rate'`, `'dsr'` (a directly standardised rate) or `'ratio'`",
        ),
        ("x", "those counted, or the observed events; 0 or more"),
        (
            "n",
            "the population, above 0; of a ratio, the expected events, above 0; of a DSR, its value, in the unit of the baseline",
        ),
        (
            "baseline",
            "the value of all areas together: a proportion from 0 to 1, a rate per `multiplier` people; of a ratio 1 when left out",
        ),
        (
            "multiplier",
            "per how many people the baseline of a rate is; default 100000",
        ),
    ],
    gives: "A text: `High (0.001)`, `High (0.025)`, `Low (0.001)`, `Low (0.025)` or `Not significant`, where the number is the chance of a value so far out on that side; `Not applicable for events less than 10 for dsrs`.",
    formula: "A proportion is compared with the lines of `funnel_limits`. A rate or ratio is high when the events that the baseline expects are fewer than the lower confidence limit of `x`, low when they are more than the upper (95 % and 99.8 %; exact Poisson below 10 events, Byar's from 10 on). The events that a DSR's baseline expects are x × baseline / DSR.",
    rules: "NULL in any argument gives NULL, except that a DSR of fewer than 10 events is never judged, withheld or not. Another statistic, x < 0, n ≤ 0, x > n for a proportion, and a baseline below 0, or above 1 for a proportion, are errors; so are NaN and infinity.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities); the Fingertips technical guidance.",
    example: "select funnel_significance('proportion', 350, 500, 0.8) as vaccinated,\n    \
              funnel_significance('ratio', 30, 19.5) as mortality,\n    \
              funnel_significance('dsr', 9, null, 410) as few",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[
            &[Utf8, Float64, Float64],
            &[Utf8, Float64, Float64, Float64],
            &[Utf8, Float64, Float64, Float64, Float64],
        ],
        Utf8,
        labels,
    )
}

/// People that a rate is per, where nothing else is said.
const MULTIPLIER: f64 = 100_000.0;

fn labels(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let statistics = arguments[0].as_string::<i32>();
    let numbers = arguments[1..].iter();
    let numbers: Vec<_> = numbers.map(|a| a.as_primitive::<Float64Type>()).collect();
    let mut out = StringBuilder::with_capacity(statistics.len(), statistics.len() * 16);
    for row in 0..statistics.len() {
        if statistics.is_null(row) {
            out.append_null();
            continue;
        }
        out.append_option(label(statistics.value(row), &numbers, row)?);
    }
    Ok(Arc::new(out.finish()))
}

fn label(statistic: &str, numbers: &[&Float64Array], row: usize) -> Result<Option<&'static str>> {
    if !["proportion", "rate", "dsr", "ratio"].contains(&statistic) {
        let rule = "must be 'proportion', 'rate', 'dsr' or 'ratio'";
        return broken_rule(DOC.name, "statistic", rule);
    }
    let number = |of: usize| numbers[of].is_valid(row).then(|| numbers[of].value(row));
    let optional = |of: usize, otherwise: Option<f64>| match numbers.get(of) {
        Some(_) => Ok(number(of)),
        None if otherwise.is_some() => Ok(otherwise),
        None => broken_rule(DOC.name, "baseline", "must be given, except for a ratio"),
    };
    let (x, n) = (number(0), number(1));
    let baseline = optional(2, (statistic == "ratio").then_some(1.0))?;
    let multiplier = optional(3, Some(MULTIPLIER))?;
    if x.is_some_and(|x| !(x >= 0.0 && x.is_finite())) {
        return broken_rule(DOC.name, "x", "must be a count, 0 or more");
    }
    if statistic == "dsr" && x.is_some_and(|x| x < 10.0) {
        return Ok(Some(significance::WITHHELD));
    }
    let (Some(x), Some(n), Some(baseline), Some(multiplier)) = (x, n, baseline, multiplier) else {
        return Ok(None);
    };
    if !(n > 0.0 && n.is_finite()) {
        return broken_rule(DOC.name, "n", "must be above 0");
    }
    if !(baseline >= 0.0 && baseline.is_finite()) {
        return broken_rule(DOC.name, "baseline", "must be 0 or more");
    }
    if !(multiplier > 0.0 && multiplier.is_finite()) {
        return broken_rule(DOC.name, "multiplier", "must be above 0");
    }
    let expected = match statistic {
        "proportion" if x > n => return broken_rule(DOC.name, "x", "must be from 0 to n"),
        "proportion" if baseline > 1.0 => {
            return broken_rule(DOC.name, "baseline", "must be from 0 to 1");
        }
        "proportion" => {
            let lines = |pair| proportion_lines(n, baseline, pair);
            return Ok(Some(outside(x / n, lines)));
        }
        "rate" => n * baseline / multiplier,
        "ratio" => n * baseline,
        // That leaves a DSR.
        _ => x * baseline / n,
    };
    Ok(Some(count_significance(x, expected)))
}
