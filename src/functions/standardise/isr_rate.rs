//! `isr_rate(x, n, x_ref, n_ref [, multiplier [, confidence]])`: an indirectly standardised rate.

use super::indirect::{Indirect, N, N_REF, X, X_REF};
use crate::functions::arguments::PER_PEOPLE;
use crate::functions::interval::confidence;
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "isr_rate",
    syntax: "isr_rate(x, n, x_ref, n_ref [, multiplier [, confidence]])",
    summary: "The indirectly standardised rate of a group: its `isr` times the crude rate of the \
              reference population. One row for each age band.",
    arguments: &[X, N, X_REF, N_REF, PER_PEOPLE, confidence::ARGUMENT],
    gives: "A struct: `value`, `lower` and `upper` per `multiplier` people; `statistic`; `method` \
            (`Exact` or `Byars`). Its parts, as those of `isr`: `observed`, `population`, `expected`, \
            `reference_rate`, `variance` and `standard_error`, the last three per `multiplier` \
            people (squared for the variance).",
    formula: "O/E as in `isr`, times Σx_ref / Σn_ref × multiplier; its limits likewise.",
    rules: "As `isr`.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities), \
             calculate_ISRate.",
    example: "select isr_rate(deaths, people, england_deaths, england_people) as deaths\nfrom \
              (values ('0-74', 20, 9000, 190000, 50000000), ('75+', 70, 1000, 380000, 5000000))\n    \
              as band(age_band, deaths, people, england_deaths, england_people)",
};

pub(super) fn function() -> Function {
    let indirect = Indirect {
        function: DOC.name,
        statistic: "indirectly standardised rate",
        none_expected: "isr NA for no expected events",
        rate: true,
        multiplier: 100_000.0,
    };
    indirect.function(&DOC)
}
