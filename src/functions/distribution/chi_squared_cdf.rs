//! `chi_squared_cdf(x, df)`: a probability of the chi-squared distribution.

use super::each_row::{FREEDOM, each_row, freedom};
use crate::functions::arguments::numbers;
use crate::functions::broken_rule::broken_rule;
use crate::functions::scalar::scalar;
use crate::functions::{Doc, Function};
use crate::statistics::gamma::tails;
use arrow::datatypes::DataType;

const DOC: Doc = Doc {
    name: "chi_squared_cdf",
    syntax: "chi_squared_cdf(x, df)",
    summary: "The cumulative distribution function of the chi-squared distribution: how likely a \
              value at or below x is.",
    arguments: &[("x", "a test's statistic, 0 or more"), FREEDOM],
    gives: "A probability from 0 to 1; the p value of a test is 1 less it.",
    formula: "P(df/2, x/2), the regularised lower incomplete gamma function.",
    rules: "NULL in either argument gives NULL. x below 0, df of 0 or less, NaN and infinity are \
            errors.",
    source: "Power series, continued fraction and Temme's expansion of the incomplete gamma \
             function (DiDonato and Morris, ACM Transactions on Mathematical Software \
             1986;12:377-393); values agree with SciPy's `chi2.cdf`.",
    example: "select 1 - chi_squared_cdf(7.81, 3) as p",
};

pub(super) fn function() -> Function {
    scalar(&DOC, &numbers(2..=2), DataType::Float64, |arguments| {
        each_row(arguments, |[x, df]| {
            let df = freedom(DOC.name, df)?;
            if x >= 0.0 && x.is_finite() {
                Ok(tails(df / 2.0, x / 2.0).0)
            } else {
                broken_rule(DOC.name, "x", "must be 0 or more")
            }
        })
    })
}
