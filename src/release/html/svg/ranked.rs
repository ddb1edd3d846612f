//! Places beside a benchmark: bars in order of their figures, or points with their limits.

use super::bars::whisker;
use super::drawing::{Canvas, mark, px, told};
use super::rows::{RowsLayout, rows};
use super::scale::Scale;
use crate::disclosure::NOT_APPLICABLE;
use crate::drawing::Compared;
use crate::release::chart::{Chart, Point};
use crate::release::report_file::ChartKind;
use maud::{Markup, html};

/// Height of a bar, and of its row.
const BAR: f64 = 16.0;
const STEP: f64 = 24.0;
/// Room for the figure with its shape and word.
const FIGURE: f64 = 140.0;

/// Draws the places.
pub(super) fn draw(chart: &Chart, canvas: Canvas, number: usize) -> Markup {
    let Some(series) = chart.series.first() else {
        return html! {};
    };
    let layout = RowsLayout {
        step: STEP,
        range: (least(chart), chart.largest()),
        figure: if chart.compared.is_empty() {
            70.0
        } else {
            FIGURE
        },
    };
    rows(chart, canvas, number, &layout, |scale, place| {
        let compared = chart.compared.get(place.row).copied();
        let compared = compared.unwrap_or(Compared::Unknown);
        let at = (place.left, place.y + 4.0);
        let drawn = one(chart, series.points[place.row], scale, at, compared);
        told(chart, 0, place.row, drawn)
    })
}

/// Where the axis begins: bars at zero; points below the smallest limit.
fn least(chart: &Chart) -> f64 {
    if chart.kind == ChartKind::Ranked {
        return 0.0;
    }
    let points = chart.series.iter().flat_map(|series| &series.points);
    let least = points.filter_map(|p| p.limits().map(|(lower, _)| lower).or(p.value()));
    let benchmark = chart.benchmark.iter().map(|benchmark| benchmark.value);
    let least = least.chain(benchmark).fold(f64::INFINITY, f64::min);
    // A scale that begins near zero had better begin at it.
    if least.is_finite() && least > chart.largest() / 2.0 {
        least
    } else {
        0.0
    }
}

fn one(
    chart: &Chart,
    point: Point,
    scale: &Scale,
    (left, y): (f64, f64),
    compared: Compared,
) -> Markup {
    let middle = y + BAR / 2.0;
    match point {
        Point::Suppressed => mark(left, y + 1.0, BAR - 2.0, false, 4),
        Point::Nothing => html! {
            text.soft x=(px(left + 5.0)) y=(px(middle + 4.0)) { (NOT_APPLICABLE) }
        },
        Point::Value(value, limits) => {
            let end = left + scale.at(limits.map_or(value, |(_, upper)| upper));
            html! {
                @if chart.kind == ChartKind::Forest {
                    @if let Some(limits) = limits { (whisker(scale, limits, left, middle)) }
                    circle class=(compared.class()) cx=(px(left + scale.at(value))) cy=(px(middle)) r="5" {}
                } @else {
                    @if value > 0.0 {
                        rect class=(compared.class()) x=(px(left)) y=(px(y)) height=(px(BAR))
                            width=(px(scale.at(value))) {}
                    }
                    @if let Some(limits) = limits { (whisker(scale, limits, left, middle)) }
                }
                text x=(px(end + 6.0)) y=(px(middle + 4.0)) {
                    (chart.figure(value))
                    @if let Some(word) = compared.word() { " " (compared.shape()) " " (word) }
                }
            }
        }
    }
}
