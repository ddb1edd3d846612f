//! `elixhauser(code, weights)`: the Elixhauser comorbidity score.

use super::icd10::CODE;
use super::scheme::NeedScheme;
use super::scored::{ScoreShape, scored};
use crate::functions::{Doc, Function};
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "elixhauser",
    syntax: "elixhauser(code [, weights])",
    summary: "The Elixhauser comorbidity score of a group's diagnosis codes: one row a code, grouped by person or by spell.",
    arguments: &[CODE, ("weights", "`van_walraven` (the default) or `swiss`")],
    gives: "A struct: `score` (a whole number), `conditions` (a sorted list of names), `condition_count`. \
            Conditions whose weight another one takes away are in the list.",
    formula: "The sum of the weights of the conditions that are present, each once. Beside complicated \
              hypertension or diabetes the uncomplicated one weighs nothing, beside metastatic cancer a \
              solid tumour.",
    rules: "NULL and codes of no condition are passed over; a group without any condition has the score 0. \
            Weights can be negative, and so can scores. Other weights, and different ones in a group, are \
            errors. Code lists: `reference.elixhauser_code` (`condition`, `icd10_prefix`: a capital letter \
            and two or three digits) and `reference.elixhauser_weight` (`condition`; whole numbers \
            `van_walraven` and `swiss`; `zeroed_by`, another condition or nothing), of at most 128 \
            conditions.",
    source: "31 conditions by ICD-10: Quan et al., Med Care 2005;43:1130-9. Weights: van Walraven et al., Med \
             Care 2009;47:626-33; Sharma et al., BMC Health Serv Res 2021;21:13.",
    example: "select e.score as score, e.conditions as conditions from (select elixhauser(code) as e \
              from (values ('I50.0'), ('I10X'), ('I11.9'), ('E66')) as diagnosis(code))",
};

pub(super) fn function(scheme: &Arc<NeedScheme>) -> Function {
    scored(ScoreShape::of_conditions(&DOC, "weights", 1), scheme)
}
