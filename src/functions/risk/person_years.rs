//! `person_years(started, ended, from, to)`: the time at risk of a person within a period.

use crate::functions::person::overlap;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Int32Type};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "person_years",
    syntax: "person_years(started, ended, from, to)",
    summary: "The years that a person was at risk within a period: of a registration, of life since a diagnosis. Their sum is the denominator of a rate of events: `rate(sum(events), sum(person_years(…)))`.",
    arguments: &[
        ("started", "the first day at risk"),
        (
            "ended",
            "the day after the last one; NULL when the risk has not ended",
        ),
        ("from", "the first day of the period"),
        ("to", "the day after its last"),
    ],
    gives: "Years of 365.25 days, 0 when the person was not at risk in the period. Parts of a period add up to the whole.",
    formula: "`overlap_days(started, ended, from, to)` / 365.25: both periods are half-open, [from, to).",
    rules: "As `overlap_days`: NULL in `started` or `from` gives NULL, and so does NULL in both ends; an end on a day before its beginning is an error. A day counts for nobody twice only where each person's rows do not overlap.",
    source: "Breslow and Day, Statistical methods in cancer research, volume II, 1987; a year of 365.25 days, as in R's survival package (pyears).",
    example: "select sum(person_years(started, ended, date '2025-01-01', date '2026-01-01')) as years\nfrom (values (date '2020-03-01', null), (date '2025-07-01', date '2025-10-01'), (date '2026-02-01', null))\n    as registered(started, ended)",
};

/// Days of a year, leap years taken together.
const DAYS: f64 = 365.25;

pub(super) fn function() -> Function {
    scalar(&DOC, overlap::CALLS, DataType::Float64, years)
}

fn years(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let names = [
        ("ended", "must not be before started"),
        ("to", "must not be before from"),
    ];
    let days = overlap::overlaps(DOC.name, names, arguments)?;
    let days = days.as_primitive::<Int32Type>();
    let years = days
        .iter()
        .map(|days| days.map(|days| f64::from(days) / DAYS));
    Ok(Arc::new(years.collect::<Float64Array>()))
}
