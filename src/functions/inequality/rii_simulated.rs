//! `rii_simulated`: the relative index of inequality, with simulated limits.

use super::gradient::gradient;
use super::quantile_arguments::{
    LOWER, POPULATION, QUANTILE, RATIO_MULTIPLIER, SEED, TRANSFORM, UPPER, VALUE,
};
use crate::functions::interval::confidence;
use crate::functions::{Doc, Function};
use crate::statistics::inequality_index::Index;

const DOC: Doc = Doc {
    name: "rii_simulated",
    syntax: "rii_simulated(quantile, population, value, lower, upper [, transform [, multiplier [, confidence [, seed]]]])",
    summary: "The relative index of inequality as `rii`, with limits simulated from those of the quantiles' values, as published indicators have them.",
    arguments: &[
        QUANTILE,
        POPULATION,
        VALUE,
        LOWER,
        UPPER,
        TRANSFORM,
        RATIO_MULTIPLIER,
        confidence::ARGUMENT,
        SEED,
    ],
    gives: "A struct: `value`, `lower` and `upper`, as ratios; `statistic`; `method`. Its parts: `population`; `intercept` and `slope` of the line, on the scale of `transform`; `standard_error`, of the value's logarithm, by the delta method from the quantiles' limits.",
    formula: "Value as `rii`. Limits: 100,000 times each quantile's f(value) is drawn from a normal distribution about it with se = (f(upper) − f(lower)) / (2 × 1.959964), and a line is laid through the draws. Without a transform the limits are the indices of these lines that number round(100000 (1 − c′)) and round(100000 c′) in order, c′ = c + (1 − c)/2. On the scale of a transform they are those of the slopes, and the line is turned about its middle to each of them: s gives f⁻¹(m + s/2) and f⁻¹(m − s/2), m = intercept + slope/2, and these the index.",
    rules: "Rows may come in any order. Fewer than 5 or more than 100 quantiles, a quantile that is missing or comes twice, NULL, NaN, infinity, a population ≤ 0, a value or limit ≤ 0 with 'log' or outside 0 to 1 (both exclusive) with 'logit', a multiplier of 0, a lower limit above the upper, a seed that is no whole number of 0 or more, and settings that change within a group are errors. No rows give NULL. All is NULL where the line begins at 0.",
    source: "Low and Low, Journal of Public Health 2004;26:388-395; PHEindicatormethods 2.1.0, phe_sii.",
    example: "select rii_simulated(quintile, people, years, low, high, 'none', 1, 0.95, 7) as inequality\nfrom (values (1, 16524, 75.9, 75.1, 76.7), (2, 13050, 77.3, 76.4, 78.2),\n    (3, 16159, 78.6, 77.8, 79.4), (4, 12613, 80.1, 79.2, 81.0), (5, 8604, 81.6, 80.5, 82.7))\n    as area(quintile, people, years, low, high)",
};

pub(super) fn function() -> Function {
    gradient(&DOC, Index::Relative, true)
}
