//! `bed_days_plus1(admitted, discharged)`: bed days where a day case counts one.

use super::days::{DATE, TIME, TIME_IN_SQL};
use super::stay;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType;

const DOC: Doc = Doc {
    name: "bed_days_plus1",
    syntax: "bed_days_plus1(admitted, discharged)",
    summary: "Bed days of a stay where the day of discharge counts: a day case has one. Do not add it up by month: a stay across the end of a month would be counted once too often; use `overlap_days`.",
    arguments: &[
        ("admitted", "date, or date and time, of admission"),
        ("discharged", "date, or date and time, of discharge"),
    ],
    gives: "Whole days, one more than `midnights`.",
    formula: "Midnights in [admitted, discharged), plus 1.",
    rules: "NULL in either argument gives NULL. A discharge on a day before the admission is an error.",
    source: "The New Hospital Programme's demand model, which calls them bed days.",
    example: "select bed_days_plus1(date '2026-01-30', date '2026-02-02') as stay,\n    bed_days_plus1(date '2026-01-30', date '2026-01-30') as day_case",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[&[DATE, DATE], &[TIME, TIME], &[TIME_IN_SQL, TIME_IN_SQL]],
        DataType::Int32,
        |arguments| stay::midnights(DOC.name, arguments, 1),
    )
}
