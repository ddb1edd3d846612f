//! `isr(x, n, x_ref, n_ref [, multiplier [, confidence]])`: an indirectly standardised ratio.

use super::indirect::{Indirect, N, N_REF, X, X_REF};
use crate::functions::interval::confidence;
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "isr",
    syntax: "isr(x, n, x_ref, n_ref [, multiplier [, confidence]])",
    summary: "The indirectly standardised ratio of a group: the events observed for each that would \
              be expected if every age had the rate of a reference population. One row for each age \
              band.",
    arguments: &[
        X,
        N,
        X_REF,
        N_REF,
        (
            "multiplier",
            "100 for a ratio of which 100 is the reference; 1 unless given",
        ),
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper`; `statistic`; `method` (`Exact` or `Byars`). \
            Its parts, with which ratios can be compared: `observed` (O), `population` (Σn), \
            `expected` (E), `reference_rate` (Σx_ref / Σn_ref), `variance` (O/E² × \
            multiplier²) and `standard_error` (its root).",
    formula: "O = Σx; E = Σ(n x_ref/n_ref); O/E × multiplier. Limits of O (exact Poisson below 10 \
              events, Byar's from 10 on), divided by E.",
    rules: "x NULL is 0. A band without people (n = 0) has no expected events. Where nothing is \
            expected in all of the group, value and limits are NULL and `statistic` says so. NULL \
            n, x_ref or n_ref, negative numbers and n_ref ≤ 0 are errors, and so is a multiplier or \
            confidence that changes within a group. No rows give NULL.",
    source: "PHEindicatormethods 2.1.0 (Office for Health Improvement and Disparities), \
             calculate_ISRatio.",
    example: "select isr(deaths, people, england_deaths, england_people, 100) as smr\nfrom (values \
              ('0-74', 20, 9000, 190000, 50000000), ('75+', 70, 1000, 380000, 5000000))\n    as \
              band(age_band, deaths, people, england_deaths, england_people)",
};

pub(super) fn function() -> Function {
    let indirect = Indirect {
        function: DOC.name,
        statistic: "indirectly standardised ratio",
        none_expected: "isr NA for no expected events",
        rate: false,
        multiplier: 1.0,
    };
    indirect.function(&DOC)
}
