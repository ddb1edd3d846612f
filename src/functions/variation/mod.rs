//! Whether a difference, or a change, is more than chance.

mod funnel;
mod funnel_limits;
mod funnel_significance;
mod process;
mod signals;
mod xmr;
mod xmr_columns;

use super::Section;

/// Funnels and control charts.
pub(super) fn section() -> Section {
    Section {
        title: "Variation",
        functions: vec![
            funnel_limits::function(),
            funnel_significance::function(),
            xmr::function(),
        ],
    }
}
