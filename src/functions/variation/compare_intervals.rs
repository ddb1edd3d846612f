//! `compare_intervals(lower, upper, other_lower, other_upper [, polarity])`: whether two uncertain
//! values differ.

use super::comparison::{GIVES, apart, compare};
use super::polarity;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType::{Float64, Utf8};

const DOC: Doc = Doc {
    name: "compare_intervals",
    syntax: "compare_intervals(lower, upper, other_lower, other_upper [, polarity])",
    summary: "Says whether a value differs from another that is uncertain too, such as that of another area or of the year before, by the confidence intervals of both.",
    arguments: &[
        ("lower", "lower confidence limit of the value"),
        ("upper", "its upper limit"),
        (
            "other_lower",
            "lower limit of the other, of the same confidence",
        ),
        ("other_upper", "its upper limit"),
        polarity::ARGUMENT,
    ],
    gives: GIVES,
    formula: "Lower where upper < other_lower, higher where lower > other_upper, else similar: the intervals meet or overlap. `higher_is_better` makes higher better, `lower_is_better` makes it worse.",
    rules: "NULL in a limit gives `not compared`. A lower limit above its upper, NaN, infinity and another polarity are errors. Intervals that overlap a little can belong to values that differ: `rate_difference` and `rate_ratio` say so where the variances are known.",
    source: "Fingertips (Office for Health Improvement and Disparities), comparison of double overlapping confidence intervals: its published program, DoubleOverlappingCIsComparer.",
    example: "select compare_intervals(a.lower, a.upper, b.lower, b.upper, 'higher_is_better') as uptake\nfrom (select proportion(820, 1000) as a, proportion(760, 1000) as b)",
};

pub(super) fn function() -> Function {
    let calls: &[&[_]] = &[
        &[Float64, Float64, Float64, Float64],
        &[Float64, Float64, Float64, Float64, Utf8],
    ];
    scalar(&DOC, calls, Utf8, |arguments| {
        let names = ["lower", "upper", "other_lower", "other_upper"];
        compare(DOC.name, names, arguments, |[a, b, c, d]: [f64; 4]| {
            apart(DOC.name, [a, b], [c, d])
        })
    })
}
