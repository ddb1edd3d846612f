//! Values with confidence limits.

mod byar_ci;
pub(super) mod confidence;
mod mean_ci;
mod poisson_ci;
mod proportion;
mod rate;
pub(super) mod result;
mod shrunk_rate;
mod wilson_ci;

use super::Section;

/// Rates, proportions, means and their limits.
pub(super) fn section() -> Section {
    Section {
        title: "Rates and intervals",
        functions: vec![
            rate::function(),
            proportion::function(),
            mean_ci::function(),
            byar_ci::function(),
            poisson_ci::function(),
            wilson_ci::function(),
            shrunk_rate::function(),
        ],
    }
}
