//! What demand may come to: a population that changes, growth beyond it, and what care elsewhere
//! takes away.

mod cells;
mod factor_row;
mod project_demand;
mod projected_year;
mod rule;
mod simulation;
mod step;
#[cfg(test)]
mod tests;

use super::Section;

/// Projections of demand.
pub(super) fn section() -> Section {
    Section {
        title: "Demand",
        functions: vec![project_demand::function()],
    }
}
