//! `relief_capacity(demand, queue, target_queue)`: what brings a list down.

use super::formula::{WaitingRule, compute};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType::Float64;

const DOC: Doc = Doc {
    name: "relief_capacity",
    syntax: "relief_capacity(demand, queue, target_queue [, weeks [, demand_sd]])",
    summary: "The capacity that brings a list down to its target within some weeks.",
    arguments: &[
        ("demand", "people who join the list, a week"),
        ("queue", "people on the list"),
        (
            "target_queue",
            "people who may be on it, as `target_queue_size` gives",
        ),
        ("weeks", "weeks to get there, above 0; default 26"),
        (
            "demand_sd",
            "standard deviation of `demand` where it is an estimate, a week; default 0",
        ),
    ],
    gives: "People a week; not rounded. Less than the demand when the list is shorter than its target, and below 0 when even no treatment would leave it so.",
    formula: "demand + 2 × demand_sd + (queue − target_queue) / weeks.",
    rules: "NULL in any argument gives NULL. Negative numbers and 0 weeks are errors; so are NaN and infinity.",
    source: "NHSRwaitinglist (NHS-R Community).",
    example: "select relief_capacity(30, 1200, target_queue_size(30, 52)) as people_a_week",
};

pub(super) fn function() -> Function {
    let calls: &[&[_]] = &[
        &[Float64, Float64, Float64],
        &[Float64, Float64, Float64, Float64],
        &[Float64, Float64, Float64, Float64, Float64],
    ];
    scalar(&DOC, calls, Float64, |arguments| {
        let rules = [
            WaitingRule::NotNegative,
            WaitingRule::NotNegative,
            WaitingRule::NotNegative,
            WaitingRule::Positive,
            WaitingRule::NotNegative,
        ];
        let defaults = [0.0, 0.0, 0.0, 26.0, 0.0];
        let formula = |[demand, queue, target, weeks, sd]: [f64; 5]| {
            demand + 2.0 * sd + (queue - target) / weeks
        };
        compute(&DOC, arguments, rules, defaults, formula)
    })
}
