//! `overlap_days(from1, to1, from2, to2)`: days that two periods share.

use super::days::{DATE, TIME, TIME_IN_SQL, days};
use crate::functions::broken_rule::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, Date32Array, Int32Builder};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use std::sync::Arc;

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
    scalar(
        &DOC,
        &[
            &[DATE, DATE, DATE, DATE],
            &[TIME, TIME, TIME, TIME],
            &[TIME_IN_SQL, TIME_IN_SQL, TIME_IN_SQL, TIME_IN_SQL],
        ],
        DataType::Int32,
        overlaps,
    )
}

fn overlaps(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let first = Period::of(arguments, 0, "to1", "must not be before from1")?;
    let second = Period::of(arguments, 2, "to2", "must not be before from2")?;
    let rows = first.from.len();
    let mut out = Int32Builder::with_capacity(rows);
    for row in 0..rows {
        let ((from1, to1), (from2, to2)) = (first.at(row)?, second.at(row)?);
        let to = match (to1, to2) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let from = from1.zip(from2).map(|(a, b)| a.max(b));
        let days = to.zip(from).map(|(to, from)| (to - from).max(0));
        out.append_option(days.and_then(|days| i32::try_from(days).ok()));
    }
    Ok(Arc::new(out.finish()))
}

/// The two columns of a period.
struct Period {
    from: Date32Array,
    to: Date32Array,
    name: &'static str,
    rule: &'static str,
}

impl Period {
    fn of(
        arguments: &[ArrayRef],
        first: usize,
        name: &'static str,
        rule: &'static str,
    ) -> Result<Self> {
        let (from, to) = (days(&arguments[first])?, days(&arguments[first + 1])?);
        Ok(Period {
            from,
            to,
            name,
            rule,
        })
    }

    fn at(&self, row: usize) -> Result<(Option<i64>, Option<i64>)> {
        let day = |of: &Date32Array| of.is_valid(row).then(|| i64::from(of.value(row)));
        let (from, to) = (day(&self.from), day(&self.to));
        match from.zip(to) {
            Some((from, to)) if to < from => broken_rule(DOC.name, self.name, self.rule),
            _ => Ok((from, to)),
        }
    }
}
