//! Fan charts: the lines of a projection, within a band of the limits of the likeliest variant and one of the
//! limits of all.

use super::drawing::{Canvas, drawing, px, told};
use super::plot::Plot;
use crate::release::chart::{Chart, ChartSeries, FanBand};
use maud::{Markup, html};

/// The pattern of the wide band, once a page.
pub(super) fn pattern() -> Markup {
    html! {
        svg.defs aria-hidden="true" focusable="false" {
            defs {
                pattern id="fan-all" width="6" height="6" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(-45)" { path d="M0 0V6" {} }
            }
        }
    }
}

/// Draws the fan.
pub(super) fn draw(chart: &Chart, canvas: Canvas, number: usize) -> Markup {
    let height = if canvas.is_narrow() { 260.0 } else { 340.0 };
    let size = (canvas.width, height);
    let hidden: Vec<(usize, &ChartSeries)> = chart
        .series
        .iter()
        .enumerate()
        .filter(|(_, series)| series.has_suppressed())
        .collect();
    let plot = Plot::new(chart, size, 28.0, hidden.len(), chart.fan_range());
    let inside = html! {
        text.soft x="2" y="13" { (chart.y_label) }
        (plot.axes())
        @for band in chart.bands(true) { path.fan-all d=(area(&plot, &band)) {} }
        @for band in chart.bands(false) { path.fan-one d=(area(&plot, &band)) {} }
        @for (place, (index, series)) in hidden.iter().enumerate() {
            (plot.strip(series, place, *index))
        }
        @for (at, series) in chart.series.iter().enumerate() {
            path class={ "l" (at % 6) " " (dash(at)) } d=(plot.path(series)) {}
            @for (year, point) in series.points.iter().enumerate() {
                @if let Some(value) = point.value() {
                    (told(chart, at, year, html! {
                        circle class={ "f" (at % 6) } cx=(px(plot.x(year))) cy=(px(plot.y(value)))
                            r=(if at == 0 { "3" } else { "2" }) {}
                    }))
                }
            }
        }
    };
    drawing(
        &canvas.id(number),
        size,
        &chart.title,
        &chart.alternative(),
        inside,
    )
}

/// How the line of a variant is broken, so that lines are told apart without their colours.
pub(super) fn dash(variant: usize) -> &'static str {
    match variant {
        0 => "d0",
        n if n % 2 == 1 => "d1",
        _ => "d2",
    }
}

/// The outline of a band: along the upper ends, and back along the lower ones.
fn area(plot: &Plot<'_>, band: &FanBand) -> String {
    let at = |year: usize, value: f64| format!("{} {}", px(plot.x(year)), px(plot.y(value)));
    let upper = band.iter().map(|(year, (_, upper))| at(*year, *upper));
    let lower = band
        .iter()
        .rev()
        .map(|(year, (lower, _))| at(*year, *lower));
    let points: Vec<String> = upper.chain(lower).collect();
    format!("M{}Z", points.join("L"))
}
