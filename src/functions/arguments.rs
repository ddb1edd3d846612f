//! What functions say of arguments that they cannot use.

use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

/// The types of arguments that are numbers: a call takes the first so many of them.
pub(super) const NUMBERS: [DataType; 9] = {
    const NUMBER: DataType = DataType::Float64;
    [NUMBER; 9]
};

/// An error that names the function, the argument and the rule, and never a value.
pub(super) fn broken_rule<T>(function: &str, argument: &str, rule: &str) -> Result<T> {
    exec_err!("{function}: {argument} {rule}")
}

/// The value of an argument that may not be NULL.
pub(super) fn given(function: &str, argument: &str, value: Option<f64>) -> Result<f64> {
    match value {
        Some(value) => Ok(value),
        None => broken_rule(function, argument, "must not be NULL"),
    }
}

/// A count: finite, 0 or more.
pub(super) fn count(function: &str, argument: &str, value: f64) -> Result<f64> {
    if value >= 0.0 && value.is_finite() {
        Ok(value)
    } else {
        broken_rule(function, argument, "must be a count, 0 or more")
    }
}

/// A population: finite, above 0.
pub(super) fn population(function: &str, argument: &str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        broken_rule(function, argument, "must be a population above 0")
    }
}

/// What values are multiplied by: finite, above 0.
pub(super) fn multiplier(function: &str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        broken_rule(function, "multiplier", "must be a number above 0")
    }
}
