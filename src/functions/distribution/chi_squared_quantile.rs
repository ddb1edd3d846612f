//! `chi_squared_quantile(p, df)`: a quantile of the chi-squared distribution.

use super::each_row::{FREEDOM, each_row, freedom};
use crate::functions::arguments::numbers;
use crate::functions::broken_rule::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use crate::statistics::gamma::quantile;
use arrow::datatypes::DataType;

const DOC: Doc = Doc {
    name: "chi_squared_quantile",
    syntax: "chi_squared_quantile(p, df)",
    summary: "The quantile of the chi-squared distribution, the inverse of `chi_squared_cdf`: the \
              x at or below which a value lies with probability p.",
    arguments: &[
        (
            "p",
            "a probability of 0 or more, below 1; 0.95 for a test at 5 %",
        ),
        FREEDOM,
    ],
    gives: "A number of 0 or more.",
    formula: "The x with P(df/2, x/2) = p, where P is the regularised lower incomplete gamma \
              function.",
    rules: "NULL in either argument gives NULL. p of 0 gives 0. p below 0, p of 1 or more (the \
            quantile would be infinite), df of 0 or less, NaN and infinity are errors.",
    source: "Halley's method on the logarithm of the smaller tail; values agree with SciPy's \
             `chi2.ppf`.",
    example: "select chi_squared_quantile(0.95, 1) as one, chi_squared_quantile(0.95, 3) as three",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &numbers(2..=2), DataType::Float64, |arguments| {
        each_row(arguments, |[p, df]| {
            let df = freedom(DOC.name, df)?;
            if (0.0..1.0).contains(&p) {
                Ok(2.0 * quantile(df / 2.0, p, 1.0 - p))
            } else {
                broken_rule(DOC.name, "p", "must be a probability of 0 or more, below 1")
            }
        })
    })
}
