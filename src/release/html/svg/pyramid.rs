//! A population pyramid: two series back to back, the categories between them.

use super::drawing::{Canvas, drawing, fill, mark, px, room, told};
use super::scale::{Scale, tick};
use crate::release::chart::{Chart, Point};
use maud::{Markup, html};

/// Height of a bar and its share of the air.
const STEP: f64 = 21.0;
/// Room above the bars for the names of the sides.
const HEAD: f64 = 24.0;

/// Draws the pyramid, the last category on top as is the custom.
pub(super) fn draw(chart: &Chart, canvas: Canvas, number: usize) -> Markup {
    // Room outside the bars for the figure.
    let figure = if canvas.is_narrow() { 44.0 } else { 56.0 };
    let middle = room(chart.categories.iter(), canvas.width / 3.0);
    let side = (canvas.width - middle) / 2.0;
    let ticks = if canvas.is_narrow() { 2.0 } else { 4.0 };
    let scale = Scale::new(chart, chart.largest(), side - figure, ticks);
    let rows = chart.categories.len();
    let bottom = HEAD + STEP * rows as f64 + 2.0;
    let starts = [side, side + middle];
    let inside = html! {
        @for (index, series) in chart.series.iter().take(2).enumerate() {
            @let sign = if index == 0 { -1.0 } else { 1.0 };
            @let start = starts[index];
            text.b.m x=(px(start + sign * (side - figure) / 2.0)) y="14" { (series.name) }
            @for value in &scale.ticks {
                @let x = start + sign * scale.at(*value);
                path.grid d={ "M" (px(x)) " " (px(HEAD)) "V" (px(bottom)) } {}
                text.soft.m x=(px(x)) y=(px(bottom + 16.0)) { (tick(chart.unit, *value)) }
            }
            @for (row, point) in series.points.iter().enumerate() {
                @let y = HEAD + (rows - 1 - row) as f64 * STEP;
                (told(chart, index, row, bar(chart, *point, &scale, (start, y), index)))
            }
        }
        @for (row, category) in chart.categories.iter().enumerate() {
            text.m x=(px(side + middle / 2.0)) y=(px(HEAD + (rows - row) as f64 * STEP - 6.0)) { (category) }
        }
        text.soft.m x=(px(canvas.width / 2.0)) y=(px(bottom + 34.0)) { (chart.y_label) }
    };
    let size = (canvas.width, bottom + 42.0);
    drawing(
        &canvas.id(number),
        size,
        &chart.title,
        &chart.alternative(),
        inside,
    )
}

fn bar(chart: &Chart, point: Point, scale: &Scale, at: (f64, f64), index: usize) -> Markup {
    let (start, y) = at;
    let is_left = index == 0;
    match point {
        Point::Suppressed => mark(start, y + 2.0, STEP - 4.0, is_left, index),
        Point::Nothing => html! {},
        Point::Value(value, _) => {
            let long = scale.at(value);
            let x = if is_left { start - long } else { start };
            let end = if is_left {
                start - long - 5.0
            } else {
                start + long + 5.0
            };
            html! {
                @if value > 0.0 {
                    rect class=(fill(index)) x=(px(x)) y=(px(y + 2.0)) width=(px(long))
                        height=(px(STEP - 4.0)) {}
                }
                text class=(if is_left { "e" } else { "" }) x=(px(end)) y=(px(y + STEP / 2.0 + 4.0)) {
                    (chart.figure(value))
                }
            }
        }
    }
}
