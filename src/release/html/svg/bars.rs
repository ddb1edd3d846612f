//! Bars that lie down: side by side, or stacked.

use super::drawing::{Canvas, MARK, fill, mark, px, told};
use super::rows::{RowsLayout, rows};
use super::scale::Scale;
use crate::disclosure::NOT_APPLICABLE;
use crate::release::chart::{Chart, Point};
use maud::{Markup, html};

/// Height of a bar among several, and of one alone.
const BAR: (f64, f64) = (13.0, 18.0);
/// Room right of the bars for the figure.
const FIGURE: f64 = 70.0;

/// A bar for each category and series.
pub(super) fn grouped(chart: &Chart, canvas: Canvas, number: usize) -> Markup {
    let bar = if chart.series.len() > 1 { BAR.0 } else { BAR.1 };
    let layout = RowsLayout {
        step: bar * chart.series.len() as f64 + 8.0,
        range: (0.0, chart.largest()),
        figure: FIGURE,
    };
    rows(chart, canvas, number, &layout, |scale, place| {
        html! {
            @for (index, series) in chart.series.iter().enumerate() {
                @let at = (place.left, place.y + 4.0 + bar * index as f64, bar);
                (told(chart, index, place.row, one(chart, series.points[place.row], scale, at, index)))
            }
        }
    })
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
                @if let Some(limits) = limits { (whisker(scale, limits, left, middle)) }
                text x=(px(end + 5.0)) y=(px(middle + 4.0)) { (chart.figure(value)) }
            }
        }
    }
}

/// Limits as a line with ends.
pub(super) fn whisker(scale: &Scale, (lower, upper): (f64, f64), left: f64, middle: f64) -> Markup {
    let (lower, upper) = (left + scale.at(lower), left + scale.at(upper));
    let (from, to, middle, top) = (px(lower), px(upper), px(middle), px(middle - 3.5));
    let line = format!("M{from} {middle}H{to}m0 -3.5v7M{from} {top}v7");
    // A dark line on a dark bar is not seen without a light one below it.
    html! {
        path.halo d=(line) {}
        path.limit d=(line) {}
    }
}

/// A bar for each category, made of the series. Suppressed parts come last, as marks.
pub(super) fn stacked(chart: &Chart, canvas: Canvas, number: usize) -> Markup {
    let whole = |row: usize| -> f64 {
        let parts = chart.series.iter();
        parts.filter_map(|series| series.points[row].value()).sum()
    };
    let max = (0..chart.categories.len()).map(whole).fold(0.0, f64::max);
    let layout = RowsLayout {
        step: BAR.1 + 6.0,
        range: (0.0, max),
        figure: FIGURE,
    };
    rows(chart, canvas, number, &layout, |scale, place| {
        let (row, y) = (place.row, place.y);
        let mut along = place.left;
        let mut parts = Vec::new();
        for (index, series) in chart.series.iter().enumerate() {
            let width = series.points[row].value();
            let width = width.map_or(0.0, |value| scale.at(value));
            if width > 0.0 {
                parts.push((along, width, index));
                along += width;
            }
        }
        let is_suppressed = |index: &usize| chart.series[*index].points[row] == Point::Suppressed;
        let suppressed: Vec<usize> = (0..chart.series.len()).filter(is_suppressed).collect();
        html! {
            @for (x, width, index) in &parts {
                (told(chart, *index, row, html! {
                    rect class=(fill(*index)) x=(px(*x)) y=(px(y + 3.0)) width=(px(*width)) height=(px(BAR.1)) {}
                }))
            }
            @for (place, index) in suppressed.iter().enumerate() {
                @let x = along + 3.0 + place as f64 * (MARK + 14.0);
                (told(chart, *index, row, mark(x, y + 3.0, BAR.1, false, *index)))
            }
            @if parts.is_empty() && suppressed.is_empty() {
                text x=(px(place.left + 5.0)) y=(px(y + BAR.1)) { "0" }
            }
        }
    })
}
