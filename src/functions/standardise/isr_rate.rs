//! `isr_rate(x, n, x_ref, n_ref [, multiplier [, confidence]])`: an indirectly standardised rate.

use super::indirect::Indirect;
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "isr_rate",
    syntax: "isr_rate(x, n, x_ref, n_ref [, multiplier [, confidence]])",
    summary: "The indirectly standardised rate of a group: its `isr` times the crude rate of the \
              reference population. One row for each age band.",
    arguments: &[
        (
            "x",
            "events in the band, 0 or more; or all of the group's events in one row and NULL in the \
             others",
        ),
        ("n", "the band's population, 0 or more"),
        ("x_ref", "events in the band of the reference population"),
        ("n_ref", "the band's reference population, above 0"),
        ("multiplier", "per how many people; 100000 unless given"),
        (
            "confidence",
            "of the limits, as 0.95 or as 95; 0.95 unless given",
        ),
    ],
    gives: "A struct: `value`, `lower` and `upper` per `multiplier` people; `statistic`; `method` \
            (`Exact` or `Byars`).",
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
