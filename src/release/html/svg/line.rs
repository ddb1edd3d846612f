//! Lines over time: together, or one small chart a series when there are many.

use super::drawing::{WIDTH, drawing, px};
use super::scale::{Scale, tick};
use crate::release::chart::{Chart, ChartSeries, Point};
use maud::{Markup, html};

/// Size of one chart alone and of one among many.
const ALONE: (f64, f64) = (WIDTH, 320.0);
const PANEL: (f64, f64) = (300.0, 180.0);

/// Draws the lines.
pub(super) fn draw(chart: &Chart, number: usize) -> Markup {
    if !chart.is_panels() {
        return one(chart, &format!("chart-{number}"), &chart.title, ALONE);
    }
    html! {
        div.panels {
            @for (index, series) in chart.series.iter().enumerate() {
                (panel(chart, series, &format!("chart-{number}-{index}")))
            }
        }
    }
}

fn panel(chart: &Chart, series: &ChartSeries, id: &str) -> Markup {
    let single = Chart {
        series: vec![series.clone()],
        ..chart.clone()
    };
    one(&single, id, &series.name, PANEL)
}

fn one(chart: &Chart, id: &str, title: &str, size: (f64, f64)) -> Markup {
    let is_panel = size == PANEL;
    let (left, top) = (58.0, if is_panel { 28.0 } else { 24.0 });
    let (right, bottom) = (size.0 - 14.0, size.1 - 26.0);
    let scale = Scale::new(
        chart,
        chart.largest(),
        bottom - top,
        if is_panel { 3.0 } else { 5.0 },
    );
    let points = chart.categories.len();
    let across = |index: usize| match points {
        0 | 1 => (left + right) / 2.0,
        _ => left + 6.0 + (right - left - 12.0) * index as f64 / (points - 1) as f64,
    };
    let height = |value: f64| bottom - scale.at(value);
    let every = points.div_ceil(((right - left) / 72.0) as usize).max(1);
    let inside = html! {
        text.b[is_panel].soft[!is_panel] x=(if is_panel { "0" } else { "2" }) y="13" {
            (if is_panel { title } else { chart.y_label.as_str() })
        }
        @for value in &scale.ticks {
            path.grid d={ "M" (px(left)) " " (px(height(*value))) "H" (px(right)) } {}
            text.soft.e x=(px(left - 6.0)) y=(px(height(*value) + 4.0)) { (tick(chart, *value)) }
        }
        @for (index, category) in chart.categories.iter().enumerate().step_by(every) {
            text.soft.m x=(px(across(index))) y=(px(bottom + 18.0)) { (category) }
        }
        path.axis d={ "M" (px(left)) " " (px(bottom)) "H" (px(right)) } {}
        @for (number, series) in chart.series.iter().enumerate() {
            path class={ "l" (number % 6) } d=(path(series, across, height)) {}
            @for (index, point) in series.points.iter().enumerate() {
                @match point {
                    Point::Value(value, _) => {
                        circle class={ "f" (number % 6) } cx=(px(across(index))) cy=(px(height(*value))) r="2.6" {}
                    }
                    // Above the line's room, away from the axis, so that it is not read as zero.
                    Point::Suppressed => {
                        @let y = top + number as f64 * 22.0;
                        text.b.m x=(px(across(index))) y=(px(y + 9.0)) { "*" }
                        rect class={ "h o" (number % 6) } x=(px(across(index) - 3.5)) y=(px(y + 5.0))
                            width="7" height="13" {}
                    }
                    Point::Nothing => {}
                }
            }
        }
    };
    drawing(id, size, title, &chart.alternative(), inside)
}

/// The line of a series, broken where a figure is missing.
fn path(
    series: &ChartSeries,
    across: impl Fn(usize) -> f64,
    height: impl Fn(f64) -> f64,
) -> String {
    let mut path = String::new();
    let mut is_down = false;
    for (index, point) in series.points.iter().enumerate() {
        is_down = match point.value() {
            Some(value) => {
                let step = if is_down { 'L' } else { 'M' };
                path.push_str(&format!(
                    "{step}{} {}",
                    px(across(index)),
                    px(height(value))
                ));
                true
            }
            None => false,
        };
    }
    path
}
