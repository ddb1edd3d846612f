//! `overlap_days(from1, to1, from2, to2)`: days that two periods share.

use super::overlap::{CALLS, overlaps};
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::datatypes::DataType;

const DOC: Doc = Doc {
    name: "overlap_days",
    syntax: "overlap_days(from1, to1, from2, to2)",
    summary: "Days that two periods have in common: the bed days of a stay within a month, the days of a registration within a year.",
    arguments: &[
        ("from1", "first day of a period"),
        ("to1", "the day after its last; NULL when it has not ended"),
        ("from2", "first day of the other"),
        ("to2", "the day after its last; NULL when it has not ended"),
    ],
    gives: "Whole days, 0 when the periods do not meet. Parts of a stay in the months that it touches add up to its `midnights`.",
    formula: "max(0, min(to1, to2) − max(from1, from2)): both periods are half-open, [from, to).",
    rules: "NULL in `from1` or `from2` gives NULL. NULL in `to1` or `to2` is a period without an end; in both it gives NULL. A `to` on a day before its `from` is an error. Times of day do not matter.",
    source: "The calendar.",
    example: "select month, overlap_days(date '2026-01-30', date '2026-03-02',\n    \
              month, cast(month + interval '1 month' as date)) as bed_days\n\
              from (values (date '2026-01-01'), (date '2026-02-01'), (date '2026-03-01')) as m(month)\n\
              order by month",
};

pub(super) fn function() -> Function {
    scalar(&DOC, CALLS, DataType::Int32, |arguments| {
        let ends = [
            ("to1", "must not be before from1"),
            ("to2", "must not be before from2"),
        ];
        overlaps(DOC.name, ends, arguments)
    })
}
