//! Bars that lie down, so that long labels can be read: side by side, or stacked.

use super::drawing::{MARK, WIDTH, cut, drawing, fill, mark, px, room};
use super::scale::{Scale, tick};
use crate::disclosure::NOT_APPLICABLE;
use crate::release::chart::{Chart, Point};
use maud::{Markup, html};

/// Height of a bar among several, and of one alone.
const BAR: (f64, f64) = (13.0, 18.0);
/// Room right of the bars for the figure.
const FIGURE: f64 = 70.0;

/// A bar for each category and series.
pub(super) fn grouped(chart: &Chart, number: usize) -> Markup {
    let several = chart.series.len() > 1;
    let bar = if several { BAR.0 } else { BAR.1 };
    let step = bar * chart.series.len() as f64 + 8.0;
    frame(
        chart,
        number,
        step,
        chart.largest(),
        |scale, row, left, y| {
            html! {
                @for (index, series) in chart.series.iter().enumerate() {
                    (one(chart, series.points[row], scale, (left, y + 4.0 + bar * index as f64, bar), index))
                }
            }
        },
    )
}

fn one(chart: &Chart, point: Point, scale: &Scale, at: (f64, f64, f64), index: usize) -> Markup {
    let (left, y, bar) = at;
    let middle = y + bar / 2.0;
    match point {
        Point::Suppressed => mark(left, y + 1.0, bar - 2.0, false, index),
        Point::Nothing => html! {
            text.soft x=(px(left + 5.0)) y=(px(middle + 4.0)) { (NOT_APPLICABLE) }
        },
        Point::Value(value, limits) => {
            let end = left + scale.at(limits.map_or(value, |(_, upper)| upper));
            html! {
                @if value > 0.0 {
                    rect class=(fill(index)) x=(px(left)) y=(px(y + 1.0)) height=(px(bar - 2.0))
                        width=(px(scale.at(value))) {}
                }
                @if let Some((lower, _)) = limits {
                    path.limit d={ "M" (px(left + scale.at(lower))) " " (px(middle)) "H" (px(end))
                        "m0 -3.5v7M" (px(left + scale.at(lower))) " " (px(middle - 3.5)) "v7" } {}
                }
                text x=(px(end + 5.0)) y=(px(middle + 4.0)) { (chart.figure(value)) }
            }
        }
    }
}

/// A bar for each category, made of the series. Suppressed parts come last, as marks.
pub(super) fn stacked(chart: &Chart, number: usize) -> Markup {
    let whole = |row: usize| -> f64 {
        chart
            .series
            .iter()
            .filter_map(|series| series.points[row].value())
            .sum()
    };
    let max = (0..chart.categories.len()).map(whole).fold(0.0, f64::max);
    frame(chart, number, BAR.1 + 6.0, max, |scale, row, left, y| {
        let mut along = left;
        let mut parts = Vec::new();
        for (index, series) in chart.series.iter().enumerate() {
            let width = series.points[row]
                .value()
                .map_or(0.0, |value| scale.at(value));
            if width > 0.0 {
                parts.push((along, width, fill(index)));
                along += width;
            }
        }
        let is_suppressed = |index: &usize| chart.series[*index].points[row] == Point::Suppressed;
        let suppressed: Vec<usize> = (0..chart.series.len()).filter(is_suppressed).collect();
        html! {
            @for (x, width, class) in &parts {
                rect class=(class) x=(px(*x)) y=(px(y + 3.0)) width=(px(*width)) height=(px(BAR.1)) {}
            }
            @for (place, index) in suppressed.iter().enumerate() {
                (mark(along + 3.0 + place as f64 * (MARK + 14.0), y + 3.0, BAR.1, false, *index))
            }
            @if parts.is_empty() && suppressed.is_empty() {
                text x=(px(left + 5.0)) y=(px(y + BAR.1)) { "0" }
            }
        }
    })
}

/// Labels, axis and grid around the rows, each drawn by `row` from its top.
fn frame(
    chart: &Chart,
    number: usize,
    step: f64,
    max: f64,
    row: impl Fn(&Scale, usize, f64, f64) -> Markup,
) -> Markup {
    let left = room(chart.categories.iter());
    let scale = Scale::new(chart, max, WIDTH - left - FIGURE, 6.0);
    let bottom = step * chart.categories.len() as f64 + 4.0;
    let inside = html! {
        @for value in &scale.ticks {
            @let x = left + scale.at(*value);
            path.grid d={ "M" (px(x)) " 0V" (px(bottom)) } {}
            text.soft.m x=(px(x)) y=(px(bottom + 16.0)) { (tick(chart, *value)) }
        }
        @for (index, category) in chart.categories.iter().enumerate() {
            @let y = index as f64 * step;
            text.e x=(px(left - 8.0)) y=(px(y + step / 2.0 + 4.0)) { (cut(category, left)) }
            (row(&scale, index, left, y))
        }
        path.axis d={ "M" (px(left)) " 0V" (px(bottom)) } {}
        text.soft.m x=(px(left + (WIDTH - left - FIGURE) / 2.0)) y=(px(bottom + 34.0)) { (chart.y_label) }
    };
    let id = format!("chart-{number}");
    drawing(
        &id,
        (WIDTH, bottom + 42.0),
        &chart.title,
        &chart.alternative(),
        inside,
    )
}
