//! `normal_cdf(z)`: a probability of the normal distribution.

use super::each_row::each_row;
use crate::functions::arguments::numbers;
use crate::functions::broken_rule::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use crate::statistics::normal::below;
use arrow::datatypes::DataType;

const DOC: Doc = Doc {
    name: "normal_cdf",
    syntax: "normal_cdf(z)",
    summary: "The cumulative distribution function of the standard normal distribution: how likely \
              a value at or below z is.",
    arguments: &[(
        "z",
        "a number of standard deviations from the mean, such as the difference of two rates \
         divided by its standard error",
    )],
    gives: "A probability from 0 to 1, to about 14 digits also where it is small: the one-sided p \
            value of a high z is `normal_cdf(-z)`, the two-sided one `2 * normal_cdf(-abs(z))`.",
    formula: "Φ(z) = erfc(−z/√2) / 2.",
    rules: "NULL gives NULL. NaN and infinity are errors.",
    source: "The definition; values agree with SciPy's `norm.cdf`.",
    example: "select normal_cdf(1.959964) as upper, 2 * normal_cdf(-abs(-2.5)) as p",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &numbers(1..=1), DataType::Float64, |arguments| {
        each_row(arguments, |[z]| {
            if z.is_finite() {
                Ok(below(z))
            } else {
                broken_rule(DOC.name, "z", "must be a finite number")
            }
        })
    })
}
