//! `rate(x, n [, multiplier [, confidence]])`: a crude rate with limits.

use super::confidence::{self, Levels};
use super::result::{each_row, intervals};
use crate::functions::arguments::{PER_PEOPLE, count, multiplier, population};
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::ArrayRef;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "rate",
    syntax: "rate(x, n [, multiplier [, confidence]])",
    summary: "A crude rate of events in a population, with confidence limits.",
    arguments: &[
        ("x", "events, 0 or more"),
        ("n", "the population, above 0: people, or person-years"),
        PER_PEOPLE,
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper` per `multiplier` people; `statistic`; `method` \
            (`Exact` or `Byars`). Its parts, with which rates can be compared: `observed` (x), \
            `population` (n), `variance` (x / n² × multiplier²) and `standard_error` (its root, per \
            `multiplier` people).",
    formula: "x / n × multiplier. Limits of x (exact Poisson below 10 events, Byar's from 10 on) \
              are scaled in the same way.",
    rules: "NULL in any argument gives NULL. x < 0, n ≤ 0, multiplier ≤ 0 and a confidence outside \
            0.9 to 1 or 90 to 100 are errors: write `nullif(n, 0)` where a population may be 0. For \
            a rate of a group give the sums: `rate(sum(x), sum(n))`.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities), phe_rate.",
    example: "select rate(65, 1000) as admissions, rate(7, 1000, 1000, 99.8) as falls",
};

const PARTS: [&str; 4] = ["observed", "population", "variance", "standard_error"];

pub(super) fn function() -> Function {
    intervals(&DOC, 2..=4, &PARTS, rates)
}

fn rates(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let mut levels = Levels::default();
    let defaults = [f64::NAN, f64::NAN, 100_000.0, CONFIDENCE];
    each_row(arguments, &PARTS, defaults, |[x, n, m, confidence], out| {
        let x = count(DOC.name, "x", x)?;
        let n = population(DOC.name, "n", n)?;
        let scale = multiplier(DOC.name, m)? / n;
        let ((lower, upper), method) = levels.at(DOC.name, confidence)?.count(x);
        let numbers = [x, lower, upper].map(|number| Some(number * scale));
        let variance = x * scale * scale;
        out.push(numbers, "rate", method, &[x, n, variance, variance.sqrt()]);
        Ok(())
    })
}
