//! Whether a difference, or a change, is more than chance.

mod compare_intervals;
mod compare_to_benchmark;
mod comparison;
mod difference;
mod expected_events;
mod funnel_limits;
mod funnel_overdispersed;
mod funnel_significance;
mod overdispersion;
mod polarity;
mod rate_difference;
mod rate_ratio;
mod recent_trend;
mod recent_trend_proportion;
mod seasonal_model;
mod trend_marker;
mod trend_period;
mod xmr;
mod xmr_columns;

use super::Section;

/// Comparisons, trends, funnels and control charts.
pub(super) fn section() -> Section {
    Section {
        title: "Variation",
        functions: vec![
            compare_to_benchmark::function(),
            compare_intervals::function(),
            rate_difference::function(),
            rate_ratio::function(),
            recent_trend::function(),
            recent_trend_proportion::function(),
            funnel_limits::function(),
            funnel_significance::function(),
            funnel_overdispersed::function(),
            xmr::function(),
            expected_events::function(),
        ],
    }
}
