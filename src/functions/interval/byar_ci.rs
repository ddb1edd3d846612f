//! `byar_ci(x [, confidence])`: a count with Byar's limits.

use super::confidence::{self, Levels};
use super::result::{each_row, intervals};
use crate::functions::arguments::count;
use crate::functions::{Doc, Function};
use crate::statistics::limits::CONFIDENCE;
use arrow::array::ArrayRef;
use datafusion::common::Result;

const DOC: Doc = Doc {
    name: "byar_ci",
    syntax: "byar_ci(x [, confidence])",
    summary: "A count of events with Byar's confidence limits, which are good from 10 events on. \
              Below, use `poisson_ci`; `rate` chooses by itself.",
    arguments: &[("x", "events, 0 or more"), confidence::ARGUMENT],
    gives: "A struct: `value` (x), `lower` and `upper`, in events; `statistic` (count); `method` \
            (Byars).",
    formula: "lower = x (1 − 1/(9x) − z/(3√x))³, upper = (x+1) (1 − 1/(9(x+1)) + z/(3√(x+1)))³, \
              where z is the normal quantile of the confidence.",
    rules: "NULL in any argument gives NULL. `lower` is NULL where x is 0 and where the formula \
            gives less than 0. x < 0 and a confidence outside 0.9 to 1 or 90 to 100 are errors.",
    source: "Breslow and Day, Statistical methods in cancer research, volume II, 1987; \
             PHEindicatormethods 2.1.0.",
    example: "select byar_ci(65) as admissions, byar_ci(0) as none",
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
            let (lower, upper) = levels.at(DOC.name, confidence)?.byar(x);
            // At 0 the formula divides by 0.
            let lower = Some(lower).filter(|lower| *lower >= 0.0 && x > 0.0);
            out.push([Some(x), lower, Some(upper)], "count", "Byars", &[]);
            Ok(())
        },
    )
}
