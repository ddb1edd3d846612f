//! An area beside the whole that it is a part of: chart and table.

use super::svg;
use crate::disclosure::NOT_APPLICABLE;
use crate::figures::BetterWhen;
use crate::headlines::{ProfileLine, number};
use crate::release::chart::{Compared, SpineChart, profile_chart};
use crate::release::page::Page;
use maud::{Markup, html};

/// The profile; nothing in a report of the whole. Where fewer than two areas have a figure, it has no
/// worst and no best.
pub(super) fn profile(page: &Page<'_>) -> Markup {
    let spine = SpineChart::of(page.profile);
    let drawn = match &spine {
        Some(spine) => Some(svg::spine(spine)),
        None => profile_chart(page.profile).map(|chart| svg::figure(&chart, 0)),
    };
    let spread = match spine.is_some() {
        true => &SPREAD[..],
        false => &[],
    };
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
                                @for heading in OWN.iter().chain(spread) { th.n scope="col" { (heading) } }
                                th.w scope="col" { "Compared" }
                            }
                        }
                        tbody { @for line in page.profile { (row(line, spine.is_some())) } }
                    }
                }
            }
        }
    }
}

/// The figures of an indicator.
const OWN: [&str; 4] = [
    "This area",
    "Lower 95% limit",
    "Upper 95% limit",
    "The whole area",
];

/// Those of the areas of its kind.
const SPREAD: [&str; 5] = [
    "Worst or lowest area",
    "25th percentile",
    "75th percentile",
    "Best or highest area",
    "Areas",
];

fn row(line: &ProfileLine, has_spread: bool) -> Markup {
    let figure = |value: Option<f64>| value.map(|value| number(value, &line.own.unit));
    let compared = Compared::judged(line.compared, line.better);
    let own = [
        line.own.value,
        line.own.lower_95,
        line.own.upper_95,
        line.whole.value,
    ];
    let spread = line.spread.map(|spread| {
        let (worst, best) = match line.better {
            Some(BetterWhen::Lower) => (spread.largest, spread.smallest),
            _ => (spread.smallest, spread.largest),
        };
        let (low, high) = spread.quarters.unzip();
        let areas = number(spread.areas as f64, "count");
        let [worst, low, high, best] = [Some(worst), low, high, Some(best)].map(figure);
        [worst, low, high, best, Some(areas)]
    });
    let spread = spread.unwrap_or_default();
    html! {
        tr {
            th scope="row" { (line.label) }
            @for value in own { td.n { (figure(value).unwrap_or_default()) } }
            @if has_spread { @for value in spread { td.n { (value.as_deref().unwrap_or(NOT_APPLICABLE)) } } }
            td.w { (compared.shape()) " " (compared.word().unwrap_or_default()) }
        }
    }
}
