//! Probabilities and quantiles of the distributions that tests and limits rest on.

mod chi_squared_cdf;
mod chi_squared_quantile;
mod each_row;
mod normal_cdf;
mod normal_quantile;
#[cfg(test)]
mod tests;

use super::Section;

/// The normal and the chi-squared distribution.
pub(super) fn section() -> Section {
    Section {
        title: "Distributions",
        functions: vec![
            normal_cdf::function(),
            normal_quantile::function(),
            chi_squared_cdf::function(),
            chi_squared_quantile::function(),
        ],
    }
}
