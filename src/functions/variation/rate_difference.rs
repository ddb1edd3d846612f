//! `rate_difference(a, a_variance, b, b_variance [, confidence])`: by how much two values differ.

use super::difference::{ARGUMENTS, TwoValues, function as comparison};
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "rate_difference",
    syntax: "rate_difference(a, a_variance, b, b_variance [, confidence])",
    summary: "The difference of two independent values (rates, proportions, DSRs, ISRs, means, life expectancies), with confidence limits: whether it is more than chance.",
    arguments: &ARGUMENTS,
    gives: "A struct in the values' unit: `value` (a − b), `lower` and `upper`; `statistic`; `method`. Its parts: `variance`, `standard_error`, `z` (the difference over its standard error) and `p_value` (two-sided).",
    formula: "a − b ∓ z √(V_a + V_b), with z the normal quantile of the confidence.",
    rules: "NULL in any argument gives NULL, so a withheld value has no difference. The values must be of different people: compare an area with the rest of its region, not with the region. Two variances of 0 give limits equal to the difference; then z and p_value are NULL where it is 0. A negative variance, NaN, infinity and a confidence outside 0.9 to 1 or 90 to 100 are errors.",
    source: "Altman and Bland, Interaction revisited: the difference between two estimates, BMJ 2003;326:219.",
    example: "select rate_difference(a.value, a.variance, b.value, b.variance) as more\nfrom (select rate(65, 1000, 1000) as a, rate(40, 1000, 1000) as b)",
};

pub(super) fn function() -> Function {
    comparison(&DOC, |arguments| {
        let difference = TwoValues {
            doc: &DOC,
            statistic: "difference",
            of: |[a, a_variance, b, b_variance]| Some([a - b, a - b, a_variance + b_variance]),
            none: "",
            back: |difference| difference,
            method: "Normal approximation",
        };
        difference.compute(arguments)
    })
}
