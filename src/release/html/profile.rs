//! An area beside the whole that it is a part of: chart and table.

use super::svg;
use crate::drawing::{SpineChart, profile_table, spine};
use crate::release::chart::profile_chart;
use crate::release::page::Page;
use maud::{Markup, html};

/// The profile; nothing in a report of the whole. Where fewer than two areas have a figure, it has no
/// worst and no best.
pub(super) fn profile(page: &Page<'_>) -> Markup {
    let drawn = match SpineChart::of(page.profile) {
        Some(chart) => Some(spine(&chart, 0, &chart.notes())),
        None => profile_chart(page.profile).map(|chart| svg::figure(&chart, 0)),
    };
    html! {
        @if let Some(drawn) = drawn {
            section.first aria-labelledby="profile-title" {
                h2 id="profile-title" { "This area beside the whole area" }
                (drawn)
                (profile_table(page.profile, "Indicators of this area and of the whole area"))
            }
        }
    }
}
