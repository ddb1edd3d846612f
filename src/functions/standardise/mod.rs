//! Rates as if every place had the same ages.

mod direct;
mod dsr;
mod dsr_repeat;
mod indirect;
mod isr;
mod isr_rate;
#[cfg(test)]
mod tests;

use super::Section;

/// Direct and indirect standardisation.
pub(super) fn section() -> Section {
    Section {
        title: "Standardisation",
        functions: vec![
            dsr::function(),
            dsr_repeat::function(),
            isr::function(),
            isr_rate::function(),
        ],
    }
}
