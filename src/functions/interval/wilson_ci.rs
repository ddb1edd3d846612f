//! `wilson_ci(x, n [, confidence])`: Wilson's limits of a proportion.

use super::confidence::{self, Levels};
use super::proportion::{PARTS, part, parts};
use super::result::{each_row, intervals};
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::ArrayRef;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "wilson_ci",
    syntax: "wilson_ci(x, n [, confidence])",
    summary: "A proportion with Wilson's score limits, which stay between 0 and 1.",
    arguments: &[
        ("x", "those counted, from 0 to n"),
        ("n", "the population, above 0"),
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value` (x / n), `lower` and `upper`, from 0 to 1; `statistic` (proportion); \
            `method` (Wilson). Its parts, as those of `proportion`: `observed`, `population`, \
            `variance`, `standard_error`.",
    formula: "(2x + z² ∓ z √(z² + 4x (1 − x/n))) / (2 (n + z²)), where z is the normal quantile of \
              the confidence.",
    rules: "NULL in any argument gives NULL. x < 0, x > n, n ≤ 0 and a confidence outside 0.9 to 1 \
            or 90 to 100 are errors.",
    source: "Wilson, Journal of the American Statistical Association 1927;22:209-212; \
             PHEindicatormethods 2.1.0.",
    example: "select wilson_ci(1, 10) as few, wilson_ci(1045, 5000, 99.8) as many",
};

pub(super) fn function() -> Function {
    intervals(&DOC, 2..=3, &PARTS, limits)
}

fn limits(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let mut levels = Levels::default();
    let defaults = [f64::NAN, f64::NAN, CONFIDENCE];
    each_row(arguments, &PARTS, defaults, |[x, n, confidence], out| {
        let (x, n) = part(DOC.name, x, n)?;
        let (lower, upper) = levels.at(DOC.name, confidence)?.wilson(x, n);
        let numbers = [x / n, lower, upper].map(Some);
        out.push(numbers, "proportion", "Wilson", &parts(x, n, 1.0));
        Ok(())
    })
}
