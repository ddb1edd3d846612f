//! An area beside the whole that it is a part of: chart and table.

use super::svg;
use crate::headlines::ProfileLine;
use crate::release::chart::{Compared, profile_chart};
use crate::release::frame::Shown;
use crate::release::number::readable;
use crate::release::page::Page;
use maud::{Markup, html};

/// The profile; nothing in a report of the whole.
pub(super) fn profile(page: &Page<'_>) -> Markup {
    let chart = profile_chart(page.profile);
    html! {
        @if let Some(chart) = &chart {
            section.first aria-labelledby="profile-title" {
                h2 id="profile-title" { "This area beside the whole area" }
                (svg::figure(chart, 0))
                div.scroll role="region" tabindex="0" aria-label="Indicators of this area and of the whole area, scrolls sideways" {
                    table {
                        caption { span { "Indicators of this area and of the whole area" } }
                        thead {
                            tr {
                                th scope="col" { "Indicator" }
                                @for heading in ["This area", "Lower 95% limit", "Upper 95% limit", "The whole area"] {
                                    th.n scope="col" { (heading) }
                                }
                                th.w scope="col" { "Compared" }
                            }
                        }
                        tbody { @for line in page.profile { (row(line)) } }
                    }
                }
            }
        }
    }
}

fn row(line: &ProfileLine) -> Markup {
    let figure = |value: Option<f64>| {
        let text = value.map_or(String::new(), |value| readable(Shown::Decimal(value)));
        match line.own.unit.as_str() {
            "percent" => format!("{text}%"),
            _ => text,
        }
    };
    let compared = Compared::judged(line.compared, line.better);
    html! {
        tr {
            th scope="row" { (line.label) }
            @for value in [line.own.value, line.own.lower_95, line.own.upper_95, line.whole.value] {
                td.n { (figure(value)) }
            }
            td.w { (compared.shape()) " " (compared.word().unwrap_or_default()) }
        }
    }
}
