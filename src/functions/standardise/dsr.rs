//! `dsr(x, n, weight [, multiplier [, confidence]])`: a directly standardised rate.

use super::direct::Direct;
use crate::functions::arguments::PER_PEOPLE;
use crate::functions::interval::confidence;
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "dsr",
    syntax: "dsr(x, n, weight [, multiplier [, confidence]])",
    summary: "The directly standardised rate of a group: the rate it would have with the ages of a \
              standard population. One row for each age band.",
    arguments: &[
        ("x", "events in the band, 0 or more"),
        ("n", "the band's population, above 0"),
        (
            "weight",
            "the band's standard population, such as the weight in \
             `reference.european_standard_population_19`",
        ),
        PER_PEOPLE,
        confidence::ARGUMENT,
    ],
    gives: "A struct: `value`, `lower` and `upper` per `multiplier` people; `statistic`; `method` \
            (Dobson). Its parts, with which rates can be compared: `observed` (O), `population` \
            (Σn), `variance` (V × multiplier²) and `standard_error` (its root, per `multiplier` \
            people).",
    formula: "R = Σ(w x/n) / Σw; V = Σ(x (w/n)²) / (Σw)²; O = Σx; limits R + √(V/O) (B − O), where \
              B are Byar's limits of O; all × multiplier. For under 75 or 65 and over, give the rows \
              of those bands only: the weights are those of the rows.",
    rules: "Below 10 events value, limits, variance and standard error are NULL and `statistic` is \
            `dsr NA for total count < 10`. x NULL is 0. A band without a row is not in the rate at all, so join from the \
            standard population: NULL n or weight, n ≤ 0, x < 0, weight < 0 and weights that add up \
            to 0 are errors, and so is a multiplier or confidence that changes within a group. No \
            rows give NULL.",
    source: "Dobson et al., Statistics in Medicine 1991;10:457-462; PHEindicatormethods 2.1.0, \
             calculate_dsr. Weights: Eurostat, Revision of the European Standard Population, 2013.",
    example: "with band as (\n    select standard.age_band, standard.weight, 1000 as people,\n        \
              standard.age_band_order as falls\n    from reference.european_standard_population_19 \
              as standard\n)\nselect dsr(falls, people, weight) as falls from band",
};

pub(super) fn function() -> Function {
    let direct = Direct {
        function: DOC.name,
        repeats: false,
    };
    direct.function(&DOC)
}
