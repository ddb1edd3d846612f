//! `compare_to_benchmark(lower, upper, benchmark [, polarity])`: whether a value differs from
//! another that is taken as it is.

use super::comparison::{GIVES, apart, compare};
use super::polarity;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType::{Float64, Utf8};

const DOC: Doc = Doc {
    name: "compare_to_benchmark",
    syntax: "compare_to_benchmark(lower, upper, benchmark [, polarity])",
    summary: "Says whether an area's value differs from that of a benchmark, such as England, by more than chance, as Fingertips colours its values.",
    arguments: &[
        (
            "lower",
            "lower confidence limit of the value; of 95 % or 99.8 % confidence",
        ),
        ("upper", "its upper limit, of the same confidence"),
        ("benchmark", "the benchmark's value, in the same unit"),
        polarity::ARGUMENT,
    ],
    gives: GIVES,
    formula: "Lower where upper < benchmark, higher where lower > benchmark, else similar; a benchmark on a limit is similar. `higher_is_better` makes higher better, `lower_is_better` makes it worse. With the limits of 95 % one area in 20 differs by chance, with those of 99.8 % one in 500: call it once for each.",
    rules: "NULL in lower, upper or benchmark gives `not compared`: a value that was withheld, and one without limits. A lower limit above the upper, NaN, infinity and another polarity are errors.",
    source: "Fingertips (Office for Health Improvement and Disparities), comparison of single overlapping confidence intervals: its published program, SingleOverlappingCIsComparer.",
    example: "select area, compare_to_benchmark(r.lower, r.upper, 41, 'lower_is_better') as at_95,\n    \
              compare_to_benchmark(s.lower, s.upper, 41, 'lower_is_better') as at_99_8\nfrom (select area, \
              rate(x, n, 1000) as r, rate(x, n, 1000, 99.8) as s\n    from (values ('a', 520, 10000), \
              ('b', 460, 10000), ('c', 405, 10000), ('d', 7, 1000)) as area(area, x, n))\norder by area",
};

pub(super) fn function() -> Function {
    let calls: &[&[_]] = &[
        &[Float64, Float64, Float64],
        &[Float64, Float64, Float64, Utf8],
    ];
    scalar(&DOC, calls, Utf8, |arguments| {
        let names = ["lower", "upper", "benchmark"];
        compare(
            DOC.name,
            names,
            arguments,
            |[lower, upper, benchmark]: [f64; 3]| {
                apart(DOC.name, [lower, upper], [benchmark, benchmark])
            },
        )
    })
}
