//! Days that two half-open periods share.

use super::days::{DATE, TIME, TIME_IN_SQL, days};
use crate::functions::broken_rule::broken_rule;
use arrow::array::{Array, ArrayRef, Date32Array, Int32Builder};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use std::sync::Arc;

/// The calls of a function of two periods, each with its beginning and its end.
pub(in crate::functions) const CALLS: &[&[DataType]] = &[
    &[DATE, DATE, DATE, DATE],
    &[TIME, TIME, TIME, TIME],
    &[TIME_IN_SQL, TIME_IN_SQL, TIME_IN_SQL, TIME_IN_SQL],
];

/// The days of each row that its two periods share. `ends` are the names of the arguments that end
/// them, with what they must not do.
pub(in crate::functions) fn overlaps(
    function: &'static str,
    ends: [(&'static str, &'static str); 2],
    arguments: &[ArrayRef],
) -> Result<ArrayRef> {
    let first = Period::of(arguments, 0)?;
    let second = Period::of(arguments, 2)?;
    let rows = first.from.len();
    let mut out = Int32Builder::with_capacity(rows);
    for row in 0..rows {
        let (from1, to1) = first.at(function, ends[0], row)?;
        let (from2, to2) = second.at(function, ends[1], row)?;
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
}

impl Period {
    fn of(arguments: &[ArrayRef], first: usize) -> Result<Self> {
        let (from, to) = (days(&arguments[first])?, days(&arguments[first + 1])?);
        Ok(Period { from, to })
    }

    fn at(
        &self,
        function: &'static str,
        (name, rule): (&'static str, &'static str),
        row: usize,
    ) -> Result<(Option<i64>, Option<i64>)> {
        let day = |of: &Date32Array| of.is_valid(row).then(|| i64::from(of.value(row)));
        let (from, to) = (day(&self.from), day(&self.to));
        match from.zip(to) {
            Some((from, to)) if to < from => broken_rule(function, name, rule),
            _ => Ok((from, to)),
        }
    }
}
