//! Charts as inline SVG, drawn from released figures.
//!
//! A suppressed figure is a hatched mark of fixed size with an asterisk; a true zero is the figure
//! 0 without a mark.

mod bars;
mod drawing;
mod line;
mod pyramid;
mod scale;

use crate::release::chart::{Chart, Point};
use crate::release::report_file::ChartKind;
use drawing::*;
use maud::{Markup, html};

/// The hatching, once a page.
pub(super) fn patterns() -> Markup {
    html! {
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
    let has_key = chart.series.len() > 1 && chart.kind != ChartKind::Pyramid && !chart.is_panels();
    html! {
        figure {
            @if has_key { (key(chart)) }
            @match chart.kind {
                ChartKind::Bar => (bars::grouped(chart, number)),
                ChartKind::StackedBar => (bars::stacked(chart, number)),
                ChartKind::Pyramid => (pyramid::draw(chart, number)),
                ChartKind::Line => (line::draw(chart, number)),
            }
            figcaption {
                (chart.y_label) " by " (chart.x_label.to_lowercase()) "."
                @if chart.is_panels() { " Each small chart has its own scale." }
                @for note in &chart.notes { " " (note) }
            }
        }
    }
}

fn key(chart: &Chart) -> Markup {
    html! {
        ul.key {
            @for (index, series) in chart.series.iter().enumerate() {
                li {
                    svg viewBox="0 0 10 10" aria-hidden="true" {
                        rect class=(fill(index)) width="10" height="10" {}
                    }
                    (series.name)
                }
            }
            @if chart.series.iter().any(|s| s.points.contains(&Point::Suppressed)) {
                li {
                    svg viewBox="0 0 10 10" aria-hidden="true" {
                        rect.h width="10" height="10" {}
                    }
                    "* " (chart.sign) ", in the colour of its series"
                }
            }
        }
    }
}
