//! `target_queue_size(demand, target_wait)`: how long a list may be.

use super::formula::{WaitingRule, compute};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType::Float64;

const DOC: Doc = Doc {
    name: "target_queue_size",
    syntax: "target_queue_size(demand, target_wait [, factor])",
    summary: "How many people may be on a list if nearly everybody is to be seen within the target. A list of more than twice that many is too long: it needs `relief_capacity`.",
    arguments: &[
        ("demand", "people who join the list, a week"),
        (
            "target_wait",
            "the longest wait that is allowed, in weeks; above 0",
        ),
        (
            "factor",
            "how many times the mean wait must fit into the target; default 4, which about 2 % outwait; 6 is stricter",
        ),
    ],
    gives: "People; not rounded.",
    formula: "demand × target_wait / factor (Little's law, at the mean wait of target_wait / factor).",
    rules: "NULL in any argument gives NULL. Negative demand, a target or a factor of 0 or less are errors; so are NaN and infinity.",
    source: "NHSRwaitinglist (NHS-R Community).",
    example: "select target_queue_size(30, 52) as people, 1200 > 2 * target_queue_size(30, 52) as too_long",
};

pub(super) fn function() -> Function {
    let calls: &[&[_]] = &[&[Float64, Float64], &[Float64, Float64, Float64]];
    scalar(&DOC, calls, Float64, |arguments| {
        let rules = [
            WaitingRule::NotNegative,
            WaitingRule::Positive,
            WaitingRule::Positive,
        ];
        let defaults = [0.0, 0.0, 4.0];
        compute(
            &DOC,
            arguments,
            rules,
            defaults,
            |[demand, wait, factor]| demand * wait / factor,
        )
    })
}
