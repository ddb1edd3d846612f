//! `cambridge_multimorbidity(condition, version)`: the Cambridge Multimorbidity Score.

use super::scheme::NeedScheme;
use super::scored::{ScoreShape, scored};
use crate::functions::{Doc, Function};
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "cambridge_multimorbidity",
    syntax: "cambridge_multimorbidity(condition [, version])",
    summary: "The Cambridge Multimorbidity Score of a group's conditions: one row a condition, grouped by person.",
    arguments: &[
        (
            "condition",
            "the name of a condition, as `reference.cambridge_multimorbidity_weight` has it: which codes, \
             ages and medicines make a condition is for the site's registers",
        ),
        (
            "version",
            "`general` (20 conditions, the general outcome; the default), `mortality` (the same 20), or \
             `modified` (21 conditions)",
        ),
    ],
    gives: "A struct: `score`, `conditions` (a sorted list of names), `condition_count`.",
    formula: "The sum of the weights of the conditions that are present, each once. Weights are added as \
              whole millionths.",
    rules: "NULL and conditions that the version does not have are passed over; a group without any has the \
            score 0. Weights can be negative, and so can scores. Other versions, and different ones in a \
            group, are errors. Weights: `reference.cambridge_multimorbidity_weight` (`version`, `condition`, \
            `weight` with at most six decimal places), of at most 128 conditions; the version of the first \
            row is the default.",
    source: "Payne et al., CMAJ 2020;192:E107-14; the modified score: Br J Gen Pract 2023;73(731):e435.",
    example: "select m.score as score, m.conditions as conditions from (select cambridge_multimorbidity(condition) as m \
              from (values ('copd'), ('hypertension'), ('copd')) as register(condition))",
};

pub(super) fn function(scheme: &Arc<NeedScheme>) -> Function {
    scored(
        ScoreShape::of_conditions(&DOC, "version", 1_000_000),
        scheme,
    )
}
