//! `waiting_pressure(mean_wait, target_wait)`: how near a list is to missing its target.

use super::formula::{WaitingRule, compute};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType::Float64;

const DOC: Doc = Doc {
    name: "waiting_pressure",
    syntax: "waiting_pressure(mean_wait, target_wait)",
    summary: "The pressure on a waiting list: above 1 it is likely to miss its target. Lists with different targets can be compared by it.",
    arguments: &[
        ("mean_wait", "mean wait, in weeks (days / 7.0)"),
        (
            "target_wait",
            "the longest wait that is allowed, in weeks; above 0",
        ),
    ],
    gives: "A ratio without a unit.",
    formula: "2 × mean_wait / target_wait.",
    rules: "NULL in any argument gives NULL. A negative mean and a target of 0 or less are errors; so are NaN and infinity.",
    source: "NHSRwaitinglist (NHS-R Community).",
    example: "select waiting_pressure(63 / 7.0, 18) as on_the_edge, waiting_pressure(63, 52) as late",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &[&[Float64, Float64]], Float64, |arguments| {
        let rules = [WaitingRule::NotNegative, WaitingRule::Positive];
        compute(&DOC, arguments, rules, [0.0; 2], |[mean, target]| {
            2.0 * mean / target
        })
    })
}
