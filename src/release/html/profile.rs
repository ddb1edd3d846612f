//! An area beside the whole that it is a part of: chart and table.

use super::svg;
use crate::disclosure::NOT_APPLICABLE;
use crate::headlines::number;
use crate::release::chart::{SpineChart, profile_chart};
use crate::release::page::Page;
use crate::release::profile_table::{ProfileRow, ProfileTable};
use maud::{Markup, html};

/// The profile; nothing in a report of the whole. Where fewer than two areas have a figure, it has no
/// worst and no best.
pub(super) fn profile(page: &Page<'_>) -> Markup {
    let spine = SpineChart::of(page.profile);
    let drawn = match &spine {
        Some(spine) => Some(svg::spine(spine)),
        None => profile_chart(page.profile).map(|chart| svg::figure(&chart, 0)),
    };
    let table = ProfileTable::of(page.profile);
    html! {
        @if let Some(drawn) = drawn {
            section.first aria-labelledby="profile-title" {
                h2 id="profile-title" { "This area beside the whole area" }
                (drawn)
                div.scroll role="region" tabindex="0" aria-label="Indicators of this area and of the whole area, scrolls sideways" {
                    table {
                        caption { span { "Indicators of this area and of the whole area" } }
                        thead {
                            tr {
                                th scope="col" { "Indicator" }
                                @for heading in &table.headings { th.n scope="col" { (heading) } }
                                th.w scope="col" { "Compared" }
                            }
                        }
                        tbody { @for indicator in &table.rows { (row(indicator)) } }
                    }
                }
            }
        }
    }
}

fn row(row: &ProfileRow) -> Markup {
    let figures = row.figures.iter().enumerate();
    html! {
        tr {
            th scope="row" { (row.label) }
            @for (at, figure) in figures {
                td.n { (figure.map_or(NOT_APPLICABLE.to_owned(), |value| number(value, row.unit(at)))) }
            }
            td.w { (row.compared.shape()) " " (row.compared.word().unwrap_or_default()) }
        }
    }
}
