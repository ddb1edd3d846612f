//! `rate_ratio(a, a_variance, b, b_variance [, confidence])`: how many times one value another is.

use super::difference::{ARGUMENTS, TwoValues, function as comparison};
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "rate_ratio",
    syntax: "rate_ratio(a, a_variance, b, b_variance [, confidence])",
    summary: "The ratio of two independent values (rates, proportions, DSRs, ISRs), with confidence limits: whether it differs from 1 by more than chance.",
    arguments: &ARGUMENTS,
    gives: "A struct: `value` (a / b), `lower` and `upper`; `statistic`; `method`. Its parts on the logarithmic scale: `variance`, `standard_error`, `z` (ln(a / b) over its standard error) and `p_value` (two-sided).",
    formula: "exp(ln(a / b) ∓ z √(V_a / a² + V_b / b²)), with z the normal quantile of the confidence.",
    rules: "NULL in any argument gives NULL. Where a or b is 0 or less there is no logarithm: value and limits are NULL, and `statistic` says so. The values must be of different people, as in `rate_difference`. Two variances of 0 give limits equal to the ratio; then z and p_value are NULL where it is 1. A negative variance, NaN, infinity and a confidence outside 0.9 to 1 or 90 to 100 are errors.",
    source: "Katz, Baptista, Azen and Pike, Biometrics 1978;34:469-474; Altman and Bland, BMJ 2003;326:219.",
    example: "select rate_ratio(a.value, a.variance, b.value, b.variance) as times\nfrom (select rate(65, 1000) as a, rate(40, 1000) as b)",
};

pub(super) fn function() -> Function {
    comparison(&DOC, |arguments| {
        let ratio = TwoValues {
            doc: &DOC,
            statistic: "ratio",
            of: |[a, a_variance, b, b_variance]| {
                let (of_a, of_b) = (a_variance.sqrt() / a, b_variance.sqrt() / b);
                let variance = of_a * of_a + of_b * of_b;
                (a > 0.0 && b > 0.0).then(|| [a / b, (a / b).ln(), variance])
            },
            none: "ratio NA for a value of 0 or less",
            back: f64::exp,
            method: "Normal approximation to the logarithm",
        };
        ratio.compute(arguments)
    })
}
