//! Charts as inline SVG, drawn from released figures.
//!
//! A suppressed figure is a hatched mark of fixed size with an asterisk, in a line chart in a strip
//! above the plot; a true zero is the figure 0 without a mark.

mod bars;
mod control;
mod drawing;
mod fan;
mod funnel;
mod icons;
mod key;
mod line;
mod map;
mod plot;
mod pyramid;
mod ranked;
mod rows;
mod scale;

use crate::release::chart::Chart;
use crate::release::report_file::ChartKind;
use drawing::both;
pub(super) use map::map;
use maud::{Markup, html};

/// The hatching and, where the page has maps or fans, their patterns, once a page.
pub(super) fn patterns(has_maps: bool, has_fans: bool) -> Markup {
    html! {
        @if has_maps { (map::patterns()) }
        @if has_fans { (fan::pattern()) }
        svg.defs aria-hidden="true" focusable="false" {
            defs {
                pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)" { path d="M0 0V5" {} }
            }
        }
    }
}

/// The figure of a chart: key, drawing, and what to know about it.
pub(super) fn figure(chart: &Chart, number: usize) -> Markup {
    if let Some(words) = chart.withheld() {
        return html! { figure { figcaption { (caption(chart)) ". " (words) } } };
    }
    html! {
        figure {
            (key::key(chart))
            @match (chart.kind, &chart.funnel) {
                (ChartKind::Bar, _) => (both(|canvas| bars::grouped(chart, canvas, number))),
                (ChartKind::StackedBar, _) => (both(|canvas| bars::stacked(chart, canvas, number))),
                (ChartKind::Pyramid, _) => (both(|canvas| pyramid::draw(chart, canvas, number))),
                (ChartKind::Line, _) => (line::draw(chart, number)),
                (ChartKind::Control, _) => (control::draw(chart, number)),
                (ChartKind::Ranked | ChartKind::Forest, _) => {
                    (both(|canvas| ranked::draw(chart, canvas, number)))
                },
                (ChartKind::Funnel, Some(funnel)) => {
                    (both(|canvas| funnel::draw(chart, funnel, canvas, number)))
                },
                (ChartKind::Fan, _) => (both(|canvas| fan::draw(chart, canvas, number))),
                (ChartKind::Funnel, None) => p { "There is nothing to compare these figures with." },
            }
            (pyramid::outline_table(chart))
            figcaption {
                (caption(chart)) "."
                @if chart.is_panels() && chart.series.len() > 1 { " Each small chart has its own scale." }
                @for note in &chart.notes { " " (note) }
            }
        }
    }
}

/// What is drawn, by what.
fn caption(chart: &Chart) -> String {
    let x = match &chart.funnel {
        Some(funnel) => format!("{} and {}", chart.x_label, funnel.size_label),
        None => chart.x_label.clone(),
    };
    let of_one = matches!(
        chart.kind,
        ChartKind::Ranked | ChartKind::Forest | ChartKind::Funnel
    );
    let of = chart.series.first().filter(|_| of_one);
    let of = of.filter(|series| series.name != chart.y_label && !series.name.is_empty());
    let of = of.map_or(String::new(), |series| format!(", {}", series.name));
    format!("{} by {}{of}", chart.y_label, x.to_lowercase())
}
