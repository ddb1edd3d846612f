//! Arguments that are numbers: what they must be.

use super::broken_rule::broken_rule;
use super::doc::Argument;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use std::ops::RangeInclusive;

/// What a rate is multiplied by, as documents say it.
pub(super) const PER_PEOPLE: Argument = ("multiplier", "per how many people; 100000 unless given");

/// The calls of a function that has so many arguments, all of them numbers.
pub(super) fn numbers(counts: RangeInclusive<usize>) -> Vec<&'static [DataType]> {
    static NUMBERS: [DataType; 7] = [const { DataType::Float64 }; 7];
    counts.map(|count| &NUMBERS[..count]).collect()
}

/// The value of an argument that may not be NULL.
pub(super) fn given(
    function: &'static str,
    argument: &'static str,
    value: Option<f64>,
) -> Result<f64> {
    match value {
        Some(value) => Ok(value),
        None => broken_rule(function, argument, "must not be NULL"),
    }
}

/// A count: finite, 0 or more.
pub(super) fn count(function: &'static str, argument: &'static str, value: f64) -> Result<f64> {
    if value >= 0.0 && value.is_finite() {
        Ok(value)
    } else {
        broken_rule(function, argument, "must be a count, 0 or more")
    }
}

/// A population: finite, above 0.
pub(super) fn population(
    function: &'static str,
    argument: &'static str,
    value: f64,
) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        broken_rule(function, argument, "must be a population above 0")
    }
}

/// What values are multiplied by: finite, above 0.
pub(super) fn multiplier(function: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        broken_rule(function, "multiplier", "must be a number above 0")
    }
}
