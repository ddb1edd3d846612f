//! `hfrs(code)`: the Hospital Frailty Risk Score.

use super::icd10::CODE;
use super::scheme::NeedScheme;
use super::scored::{ScoreShape, scored};
use crate::functions::{Doc, Function};
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "hfrs",
    syntax: "hfrs(code)",
    summary: "The Hospital Frailty Risk Score of a group's diagnosis codes: one row a code, grouped by person or by spell.",
    arguments: &[CODE],
    gives: "A struct: `score`, `band` (`low`, `intermediate`, `high`), `codes` (the three-character codes \
            that count, sorted), `code_count`.",
    formula: "The sum of the weights of the 109 three-character codes that are present, each once however \
              often it is coded. Below 5 the risk is low, from 5 to 15 intermediate, above 15 high. Weights \
              are added as whole tenths, so that 15.0 is 15. Which codes count is for the query: those \
              of an emergency spell of a person of 75 or more, and of the spells that ended in the 730 days \
              before it.",
    rules: "NULL and codes without weight are passed over; a group without any has the score 0. Code list: \
            `reference.hfrs_code` (`icd10_prefix`, a capital letter and two digits; `weight`, with at most \
            one decimal place), of at most 128 codes.",
    source: "Gilbert et al., Lancet 2018;391:1775-82.",
    example: "select h.score as score, h.band as band, h.codes as codes from (select hfrs(code) as h \
              from (values ('F00.1'), ('F00.9'), ('W19X'), ('I10')) as diagnosis(code))",
};

/// Bounds of the bands, in tenths.
const INTERMEDIATE: i64 = 50;
const HIGH: i64 = 150;

fn band(tenths: i64) -> &'static str {
    match tenths {
        ..INTERMEDIATE => "low",
        INTERMEDIATE..=HIGH => "intermediate",
        _ => "high",
    }
}

pub(super) fn function(scheme: &Arc<NeedScheme>) -> Function {
    let shape = ScoreShape {
        doc: &DOC,
        option: None,
        unit: 10,
        band: Some(band),
        fields: ["codes", "code_count"],
    };
    scored(shape, scheme)
}
