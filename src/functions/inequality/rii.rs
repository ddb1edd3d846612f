//! `rii`: the relative index of inequality.

use super::gradient::gradient;
use super::quantile_arguments::{POPULATION, QUANTILE, RATIO_MULTIPLIER, TRANSFORM, VALUE};
use crate::functions::interval::confidence;
use crate::functions::{Doc, Function};
use crate::statistics::inequality_index::Index;

const DOC: Doc = Doc {
    name: "rii",
    syntax: "rii(quantile, population, value [, transform [, multiplier [, confidence]]])",
    summary: "The relative index of inequality of a group: the ratio of the indicator at the least deprived end of the population to that at the most deprived. One row for each quantile of deprivation.",
    arguments: &[
        QUANTILE,
        POPULATION,
        VALUE,
        TRANSFORM,
        RATIO_MULTIPLIER,
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper`, as ratios; `statistic`; `method`. Its parts: `population`; `intercept` and `slope` of the line, on the scale of `transform`; `standard_error`, of the value's logarithm, by the delta method.",
    formula: "a = share of the population; b = share of those before and of half of its own; line = weighted least squares of f(value) on b with weights a, where f is the identity, the logarithm or the logit. RII = f⁻¹(intercept + slope) / f⁻¹(intercept), which is (intercept + slope) / intercept without a transform; turned round where the multiplier is below 0. Limits: exp(ln RII ∓ t se), t with Q − 2 degrees of freedom, se of ln RII from the scatter about the line by the delta method.",
    rules: "Rows may come in any order. Fewer than 5 or more than 100 quantiles, a quantile that is missing or comes twice, NULL, NaN, infinity, a population ≤ 0, a value ≤ 0 with 'log', a value outside 0 to 1 (both exclusive) with 'logit', a multiplier of 0, and a transform, multiplier or confidence that changes within a group are errors. No rows give NULL. Limits of a ratio that is not above 0 are NULL, and so is all where the line begins at 0.",
    source: "Low and Low, Journal of Public Health 2004;26:388-395; PHEindicatormethods 2.1.0, phe_sii. The regression's interval stands in for its simulation: see decision 46.",
    example: "select rii(decile, people, years) as inequality\nfrom (values (1, 7602, 75.74), (2, 8922, 75.96), (3, 7236, 76.71), (4, 5814, 77.95),\n    (5, 7874, 77.99), (6, 8285, 79.11), (7, 5450, 79.91), (8, 7163, 80.21), (9, 4175, 81.40),\n    (10, 4429, 81.79)) as area(decile, people, years)",
};

pub(super) fn function() -> Function {
    gradient(&DOC, Index::Relative, false)
}
