//! `normal_quantile(p)`: a quantile of the normal distribution.

use super::each_row::each_row;
use crate::functions::arguments::numbers;
use crate::functions::broken_rule::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use crate::statistics::normal::quantile;
use arrow::datatypes::DataType;

const DOC: Doc = Doc {
    name: "normal_quantile",
    syntax: "normal_quantile(p)",
    summary: "The quantile of the standard normal distribution, the inverse of `normal_cdf`: the z \
              at or below which a value lies with probability p.",
    arguments: &[(
        "p",
        "a probability between 0 and 1; for limits of confidence c, (1 + c) / 2",
    )],
    gives: "A number of standard deviations from the mean.",
    formula: "Φ⁻¹(p).",
    rules: "NULL gives NULL. A p of 0 or less, or of 1 or more, is an error: the quantile would be \
            infinite, or none. So is NaN.",
    source: "The definition; values agree with SciPy's `norm.ppf`.",
    example: "select normal_quantile(0.975) as z_95, normal_quantile(0.999) as z_99_8",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &numbers(1..=1), DataType::Float64, |arguments| {
        each_row(arguments, |[p]| {
            if p > 0.0 && p < 1.0 {
                Ok(quantile(p))
            } else {
                broken_rule(DOC.name, "p", "must be a probability between 0 and 1")
            }
        })
    })
}
