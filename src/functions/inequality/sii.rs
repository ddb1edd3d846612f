//! `sii`: the slope index of inequality.

use super::gradient::gradient;
use super::quantile_arguments::{POPULATION, QUANTILE, SLOPE_MULTIPLIER, TRANSFORM, VALUE};
use crate::functions::interval::confidence;
use crate::functions::{Doc, Function};
use crate::statistics::inequality_index::Index;

const DOC: Doc = Doc {
    name: "sii",
    syntax: "sii(quantile, population, value [, transform [, multiplier [, confidence]]])",
    summary: "The slope index of inequality of a group: the difference in the indicator between the least and the most deprived ends of the population. One row for each quantile of deprivation.",
    arguments: &[
        QUANTILE,
        POPULATION,
        VALUE,
        TRANSFORM,
        SLOPE_MULTIPLIER,
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper`, in the values' unit times `multiplier`; `statistic`; `method`. Its parts: `population`; `intercept` and `slope` of the line, on the scale of `transform` and before the multiplier; `standard_error`, of the value, by the delta method.",
    formula: "a = share of the population; b = share of those before and of half of its own; line = weighted least squares of f(value) on b with weights a, where f is the identity, the logarithm or the logit. SII = (f⁻¹(intercept + slope) − f⁻¹(intercept)) × multiplier, which is slope × multiplier without a transform. Limits: SII ∓ t se, t with Q − 2 degrees of freedom, se from the scatter about the line (by the delta method with a transform).",
    rules: "Rows may come in any order. Fewer than 5 or more than 100 quantiles, a quantile that is missing or comes twice, NULL, NaN, infinity, a population ≤ 0, a value ≤ 0 with 'log', a value outside 0 to 1 (both exclusive) with 'logit', a multiplier of 0, and a transform, multiplier or confidence that changes within a group are errors. No rows give NULL.",
    source: "Low and Low, Journal of Public Health 2004;26:388-395; PHEindicatormethods 2.1.0, phe_sii. The regression's interval stands in for its simulation: see decision 46.",
    example: "select sii(decile, people, years) as inequality\nfrom (values (1, 7602, 75.74), (2, 8922, 75.96), (3, 7236, 76.71), (4, 5814, 77.95),\n    (5, 7874, 77.99), (6, 8285, 79.11), (7, 5450, 79.91), (8, 7163, 80.21), (9, 4175, 81.40),\n    (10, 4429, 81.79)) as area(decile, people, years)",
};

pub(super) fn function() -> Function {
    gradient(&DOC, Index::Slope, false)
}
