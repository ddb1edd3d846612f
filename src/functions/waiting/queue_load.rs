//! `queue_load(demand, capacity)`: whether a list grows.

use super::formula::{WaitingRule, compute};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType::Float64;

const DOC: Doc = Doc {
    name: "queue_load",
    syntax: "queue_load(demand, capacity)",
    summary: "The load of a waiting list: from 1 on it grows without end.",
    arguments: &[
        ("demand", "people who join the list, a week"),
        ("capacity", "people who can be treated, a week; above 0"),
    ],
    gives: "A ratio without a unit. A list is stable below 1.",
    formula: "demand / capacity.",
    rules: "NULL in any argument gives NULL. Negative demand and a capacity of 0 or less are errors; so are NaN and infinity.",
    source: "NHSRwaitinglist (NHS-R Community).",
    example: "select queue_load(30, 27) as growing, queue_load(25, 27) as stable",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &[&[Float64, Float64]], Float64, |arguments| {
        let rules = [WaitingRule::NotNegative, WaitingRule::Positive];
        compute(&DOC, arguments, rules, [0.0; 2], |[demand, capacity]| {
            demand / capacity
        })
    })
}
