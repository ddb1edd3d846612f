//! `dsr_repeat(x, squares, n, weight [, multiplier [, confidence]])`: a directly standardised rate
//! of events that one person can have several of.

use super::direct::Direct;
use crate::functions::arguments::PER_PEOPLE;
use crate::functions::interval::confidence;
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "dsr_repeat",
    syntax: "dsr_repeat(x, squares, n, weight [, multiplier [, confidence]])",
    summary: "The directly standardised rate of events that one person can have several of, such \
              as admissions and attendances: as `dsr`, with limits that are wider because a \
              person's events are not independent. One row for each age band.",
    arguments: &[
        ("x", "events in the band: `sum(events)` over its people"),
        (
            "squares",
            "each person's events squared and summed: `sum(events * events)` over the band's people",
        ),
        ("n", "the band's population, above 0"),
        ("weight", "the band's standard population"),
        PER_PEOPLE,
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper` per `multiplier` people; `statistic`; `method`; \
            and the parts that `dsr` has.",
    formula: "R and the limits as in `dsr`, with V = Σ_f f² V_f, where V_f is the variance of people \
              with f events. f² summed over a band's people is `squares`, so V = Σ(squares (w/n)²) \
              / (Σw)². Of a table of frequencies, `squares` is `sum(persons * f * f)`.",
    rules: "As `dsr`; squares NULL is 0. Squares below x or above x² are errors: no person has a \
            part of an event.",
    source: "PHEindicatormethods 2.1.0, calculate_dsr with independent_events = FALSE.",
    example: "with person(age_band, admissions) as (\n    values ('0-4', 1), ('0-4', 2), ('5-9', 3), \
              ('5-9', 5), ('10-14', 4)\n), band as (\n    select age_band, sum(admissions) as events, \
              sum(admissions * admissions) as squares\n    from person group by age_band\n)\nselect \
              dsr_repeat(events, squares, 1000, weight) as admissions\nfrom \
              reference.european_standard_population_19 as standard\nleft join band on \
              band.age_band = standard.age_band",
};

pub(super) fn function() -> Function {
    let direct = Direct {
        function: DOC.name,
        repeats: true,
    };
    direct.function(&DOC)
}
