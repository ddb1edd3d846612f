//! Lines over time: together, or one small chart a series when there are many.

use super::drawing::{Canvas, both, drawing, px, told};
use super::plot::Plot;
use crate::release::chart::{Chart, ChartSeries};
use maud::{Markup, html};

/// Size of one chart among many.
const PANEL: (f64, f64) = (300.0, 184.0);

/// Draws the lines.
pub(super) fn draw(chart: &Chart, number: usize) -> Markup {
    if !chart.is_panels() {
        return both(|canvas| {
            let height = if canvas.is_narrow() { 260.0 } else { 320.0 };
            let size = (canvas.width, height);
            one(chart, &canvas.id(number), &chart.title, size)
        });
    }
    let id = |index: usize| format!("{}-{index}", Canvas::WIDE.id(number));
    html! {
        div.panels {
            @for (index, series) in chart.series.iter().enumerate() {
                @let panel = chart.panel(&[index]);
                div {
                    p.panel { (series.name) }
                    @match panel.withheld() {
                        Some(words) => p.icons { (words) },
                        None => (one(&panel, &id(index), &series.name, PANEL)),
                    }
                }
            }
        }
    }
}

fn one(chart: &Chart, id: &str, title: &str, size: (f64, f64)) -> Markup {
    let hidden = |(_, series): &(usize, &ChartSeries)| series.has_suppressed();
    let hidden: Vec<(usize, &ChartSeries)> =
        chart.series.iter().enumerate().filter(hidden).collect();
    let head = if size == PANEL { 12.0 } else { 28.0 };
    let plot = Plot::new(chart, size, head, hidden.len(), (0.0, chart.largest()));
    let inside = html! {
        @if size != PANEL { text.soft x="2" y="13" { (chart.y_label) } }
        (plot.axes())
        @for (place, (index, series)) in hidden.iter().enumerate() {
            (plot.strip(series, place, *index))
        }
        @for (number, series) in chart.series.iter().enumerate() {
            path class={ "l" (number % 6) (if series.is_whole { " whole" } else { "" }) }
                d=(plot.path(series)) {}
            @for (index, point) in series.points.iter().enumerate() {
                @if let Some(value) = point.value() {
                    (told(chart, number, index, html! {
                        circle class={ "f" (number % 6) } cx=(px(plot.x(index)))
                            cy=(px(plot.y(value))) r=(if series.is_whole { "2" } else { "2.8" }) {}
                    }))
                }
            }
        }
    };
    drawing(id, size, title, &chart.alternative(), inside)
}
