//! `target_capacity(demand, target_wait)`: what keeps a list within its target.

use super::formula::{WaitingRule, compute};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType::Float64;

const DOC: Doc = Doc {
    name: "target_capacity",
    syntax: "target_capacity(demand, target_wait [, factor [, cv_demand, cv_capacity]])",
    summary: "The capacity that keeps a list, once it is no longer than its target, within the target wait.",
    arguments: &[
        ("demand", "people who join the list, a week"),
        (
            "target_wait",
            "the longest wait that is allowed, in weeks; above 0",
        ),
        (
            "factor",
            "how many times the mean wait must fit into the target; default 4",
        ),
        (
            "cv_demand",
            "coefficient of variation of the times between people who join; default 1 (Poisson arrivals)",
        ),
        (
            "cv_capacity",
            "coefficient of variation of the times between people who are treated; default 1",
        ),
    ],
    gives: "People a week; not rounded.",
    formula: "demand + (cv_demand² + cv_capacity²) / 2 × factor / target_wait (Kingman and Marchal).",
    rules: "NULL in any argument gives NULL. Negative demand or coefficients, a target or a factor of 0 or less are errors; so are NaN and infinity.",
    source: "NHSRwaitinglist (NHS-R Community).",
    example: "select target_capacity(30, 52) as people_a_week, target_capacity(30, 52, 4, 1.1, 1.2) as more_varied",
};

pub(super) fn function() -> Function {
    let calls: &[&[_]] = &[
        &[Float64, Float64],
        &[Float64, Float64, Float64],
        &[Float64, Float64, Float64, Float64, Float64],
    ];
    scalar(&DOC, calls, Float64, |arguments| {
        let rules = [
            WaitingRule::NotNegative,
            WaitingRule::Positive,
            WaitingRule::Positive,
            WaitingRule::NotNegative,
            WaitingRule::NotNegative,
        ];
        let defaults = [0.0, 0.0, 4.0, 1.0, 1.0];
        let formula = |[demand, wait, factor, cvd, cvc]: [f64; 5]| {
            demand + (cvd * cvd + cvc * cvc) / 2.0 * (factor / wait)
        };
        compute(&DOC, arguments, rules, defaults, formula)
    })
}
