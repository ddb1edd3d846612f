//! `midnights(admitted, discharged)`: occupied bed days.

use super::days::{DATE, TIME, TIME_IN_SQL};
use super::stay;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType;

const DOC: Doc = Doc {
    name: "midnights",
    syntax: "midnights(admitted, discharged)",
    summary: "Occupied bed days of a stay: the midnights that the person was in for. A day case has none.",
    arguments: &[
        ("admitted", "date, or date and time, of admission"),
        ("discharged", "date, or date and time, of discharge"),
    ],
    gives: "Whole days. `bed_days_plus1` counts the day of discharge too; `overlap_days` counts the midnights within a month or another period.",
    formula: "The midnights in [admitted, discharged): the date of discharge less the date of admission. Times of day do not matter.",
    rules: "NULL in either argument gives NULL: nobody knows how long a stay will be that has not ended (`coalesce(discharged, $as_of)` counts up to a day). A discharge on a day before the admission is an error.",
    source: "NHS Data Dictionary, occupied bed days.",
    example: "select midnights(date '2026-01-30', date '2026-02-02') as stay,\n    midnights(date '2026-01-30', date '2026-01-30') as day_case",
};

pub(super) fn function() -> Function {
    scalar(
        &DOC,
        &[&[DATE, DATE], &[TIME, TIME], &[TIME_IN_SQL, TIME_IN_SQL]],
        DataType::Int32,
        |arguments| stay::midnights(DOC.name, arguments, 0),
    )
}
