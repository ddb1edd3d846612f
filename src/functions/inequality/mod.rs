//! How unequal a population's health is.

mod age_bands;
mod concentration_index;
mod gradient;
mod healthy_life_expectancy;
mod life_expectancy;
mod life_expectancy_gap;
mod phe_quantile;
mod quantile_arguments;
mod rii;
mod rii_simulated;
mod sii;
mod sii_simulated;
mod simulation;
#[cfg(test)]
mod tests;
mod transform;

use super::Section;

/// Quantiles, gradients over them, and life expectancy.
pub(super) fn section() -> Section {
    Section {
        title: "Distribution and inequality",
        functions: vec![
            phe_quantile::function(),
            sii::function(),
            rii::function(),
            sii_simulated::function(),
            rii_simulated::function(),
            life_expectancy::function(),
            healthy_life_expectancy::function(),
            life_expectancy_gap::function(),
            concentration_index::function(),
        ],
    }
}
