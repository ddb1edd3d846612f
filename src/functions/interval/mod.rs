//! Values with confidence limits.

pub mod limits;
mod proportion;
mod rate;
mod result;

use super::Section;

/// Rates, proportions and their limits.
pub(super) fn section() -> Section {
    Section {
        title: "Rates and intervals",
        functions: vec![rate::function(), proportion::function()],
    }
}
