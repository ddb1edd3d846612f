//! `proportion(x, n [, multiplier [, confidence]])`: a proportion with Wilson limits.

use super::confidence::{self, Levels};
use super::result::{each_row, intervals};
use crate::functions::arguments::{multiplier, population};
use crate::functions::broken_rule::broken_rule;
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::ArrayRef;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "proportion",
    syntax: "proportion(x, n [, multiplier [, confidence]])",
    summary: "A proportion of a population, with confidence limits.",
    arguments: &[
        ("x", "those counted, from 0 to n"),
        ("n", "the population, above 0"),
        (
            "multiplier",
            "1 for a proportion, 100 for a percentage; 1 unless given",
        ),
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper`; `statistic` (percentage when the multiplier is \
            100); `method`. Its parts, with which proportions can be compared: `observed` (x), \
            `population` (n), `variance` (p (1 − p) / n × multiplier², where p = x / n) and \
            `standard_error` (its root).",
    formula: "x / n × multiplier, with Wilson's score limits.",
    rules: "NULL in any argument gives NULL. x < 0, x > n, n ≤ 0, multiplier ≤ 0 and a confidence \
            outside 0.9 to 1 or 90 to 100 are errors: write `nullif(n, 0)` where a population may \
            be 0.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities), \
             phe_proportion.",
    example: "select proportion(65, 100, 100) as vaccinated, proportion(3, 7) as seen",
};

/// What a proportion is made of.
pub(super) const PARTS: [&str; 4] = ["observed", "population", "variance", "standard_error"];

/// The same, of x out of n times a multiplier.
pub(super) fn parts(x: f64, n: f64, m: f64) -> [f64; 4] {
    let p = x / n;
    let variance = p * (1.0 - p) / n * m * m;
    [x, n, variance, variance.sqrt()]
}

pub(super) fn function() -> Function {
    intervals(&DOC, 2..=4, &PARTS, proportions)
}

fn proportions(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let mut levels = Levels::default();
    let defaults = [f64::NAN, f64::NAN, 1.0, CONFIDENCE];
    each_row(arguments, &PARTS, defaults, |[x, n, m, confidence], out| {
        let (x, n) = part(DOC.name, x, n)?;
        let m = multiplier(DOC.name, m)?;
        let (lower, upper) = levels.at(DOC.name, confidence)?.wilson(x, n);
        let statistic = if m == 100.0 {
            "percentage"
        } else {
            "proportion"
        };
        let numbers = [x / n, lower, upper].map(|number| Some(number * m));
        out.push(numbers, statistic, "Wilson", &parts(x, n, m));
        Ok(())
    })
}

/// x of n: a part of a population.
pub(super) fn part(function: &'static str, x: f64, n: f64) -> Result<(f64, f64)> {
    let n = population(function, "n", n)?;
    if (0.0..=n).contains(&x) {
        Ok((x, n))
    } else {
        broken_rule(function, "x", "must be from 0 to n")
    }
}
