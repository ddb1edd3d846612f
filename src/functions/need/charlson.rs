//! `charlson(code, weights)`: the Charlson comorbidity score.

use super::icd10::CODE;
use super::scheme::NeedScheme;
use super::scored::{ScoreShape, scored};
use crate::functions::{Doc, Function};
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "charlson",
    syntax: "charlson(code [, weights])",
    summary: "The Charlson comorbidity score of a group's diagnosis codes: one row a code, grouped by person or by spell.",
    arguments: &[
        CODE,
        (
            "weights",
            "`quan2011` (the default), `original` (1987), or `shmi` (the Summary Hospital-level \
             Mortality Indicator, which has its own codes for the conditions)",
        ),
    ],
    gives: "A struct: `score` (a whole number), `conditions` (a sorted list of names), `condition_count`. \
            Conditions whose weight another one takes away are in the list.",
    formula: "The sum of the weights of the conditions that are present, each once. Beside severe liver \
              disease the mild one weighs nothing, beside complicated diabetes the uncomplicated one, \
              beside metastatic cancer any other: with all three weightings. Which codes count is for \
              the query: commonly all diagnosis positions of 365 days; SHMI takes those of the index \
              spell. Age is added by `charlson_age`.",
    rules: "NULL and codes of no condition are passed over; a group without any condition has the score 0, \
            and SHMI's can be negative. Other weights, and different ones in a group, are errors. Code \
            lists: `reference.charlson_code` and `reference.charlson_shmi_code` (`condition`, \
            `icd10_prefix`: a capital letter and two or three digits) and `reference.charlson_weight` \
            (`condition`; whole numbers `original`, `quan2011` and `shmi`; `zeroed_by`, another \
            condition or nothing), of at most 128 conditions.",
    source: "17 conditions by ICD-10: Quan et al., Med Care 2005;43:1130-9. Weights: Charlson et al., \
             J Chronic Dis 1987;40:373-83; Quan et al., Am J Epidemiol 2011;173:676-82; NHS Digital, SHMI \
             specification 1.35.",
    example: "select c.score as score, c.conditions as conditions from (select charlson(code) as c \
              from (values ('I50.0'), ('E11.9'), ('E11.2'), ('Z99')) as diagnosis(code))",
};

pub(super) fn function(scheme: &Arc<NeedScheme>) -> Function {
    scored(ScoreShape::of_conditions(&DOC, "weights", 1), scheme)
}
