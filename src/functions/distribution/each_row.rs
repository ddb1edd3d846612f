//! A number for each row.

use crate::functions::broken_rule::broken_rule;
use crate::functions::doc::Argument;
use arrow::array::{Array, ArrayRef, AsArray, Float64Builder};
use arrow::datatypes::Float64Type;
use datafusion::common::Result;
use std::array::from_fn;
use std::sync::Arc;

/// The degrees of freedom, as documents say them.
pub(super) const FREEDOM: Argument = ("df", "degrees of freedom, above 0; need not be whole");

/// What `one` makes of each row's arguments; NULL where one of them is.
pub(super) fn each_row<const N: usize>(
    arguments: &[ArrayRef],
    one: impl Fn([f64; N]) -> Result<f64>,
) -> Result<ArrayRef> {
    let columns: [_; N] = from_fn(|i| arguments[i].as_primitive::<Float64Type>());
    let rows = columns.first().map_or(0, |column| column.len());
    let mut out = Float64Builder::with_capacity(rows);
    for row in 0..rows {
        if columns.iter().any(|column| column.is_null(row)) {
            out.append_null();
        } else {
            out.append_value(one(from_fn(|i| columns[i].value(row)))?);
        }
    }
    Ok(Arc::new(out.finish()))
}

/// Degrees of freedom: finite, above 0.
pub(super) fn freedom(function: &'static str, df: f64) -> Result<f64> {
    if df > 0.0 && df.is_finite() {
        Ok(df)
    } else {
        broken_rule(function, "df", "must be degrees of freedom, above 0")
    }
}
