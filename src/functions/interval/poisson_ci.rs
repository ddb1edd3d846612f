//! `poisson_ci(x [, confidence])`: a count with exact limits.

use super::confidence::{self, Levels};
use super::result::{each_row, intervals};
use crate::functions::arguments::count;
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::ArrayRef;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "poisson_ci",
    syntax: "poisson_ci(x [, confidence])",
    summary: "A count of events with the exact confidence limits of the Poisson distribution.",
    arguments: &[("x", "events, 0 or more"), confidence::ARGUMENT],
    gives: "A struct: `value` (x), `lower` and `upper`, in events; `statistic` (count); `method` \
            (Exact).",
    formula: "lower = χ²⁻¹((1 − c)/2, 2x) / 2, upper = χ²⁻¹(c + (1 − c)/2, 2x + 2) / 2, where χ²⁻¹ \
              is the quantile of the chi-squared distribution with so many degrees of freedom.",
    rules: "NULL in any argument gives NULL. `lower` of 0 is 0. x < 0 and a confidence outside 0.9 \
            to 1 or 90 to 100 are errors.",
    source: "Garwood, 1936; PHEindicatormethods 2.1.0.",
    example: "select poisson_ci(0) as none, poisson_ci(7, 99.8) as falls",
};

pub(super) fn function() -> Function {
    intervals(&DOC, 1..=2, &[], limits)
}

fn limits(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let mut levels = Levels::default();
    each_row(
        arguments,
        &[],
        [f64::NAN, CONFIDENCE],
        |[x, confidence], out| {
            let x = count(DOC.name, "x", x)?;
            let (lower, upper) = levels.at(DOC.name, confidence)?.poisson(x);
            out.push([x, lower, upper].map(Some), "count", "Exact", &[]);
            Ok(())
        },
    )
}
