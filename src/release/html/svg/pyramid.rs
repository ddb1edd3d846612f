//! A population pyramid: two series back to back, the categories between them.

use super::drawing::{Canvas, drawing, fill, mark, px, room, told};
use super::scale::{Scale, tick};
use crate::release::chart::{Chart, Outline, Point};
use maud::{Markup, html};

/// Height of a bar and its share of the air.
const STEP: f64 = 21.0;
/// Room above the bars for the names of the sides.
const HEAD: f64 = 24.0;

/// Draws the pyramid, the last category on top as is the custom.
pub(super) fn draw(chart: &Chart, canvas: Canvas, number: usize) -> Markup {
    // Room outside the bars for the figure.
    let figure_room = if canvas.is_narrow() { 44.0 } else { 56.0 };
    let middle = room(chart.categories.iter(), canvas.width / 3.0);
    let side = (canvas.width - middle) / 2.0;
    let ticks = if canvas.is_narrow() { 2.0 } else { 4.0 };
    let scale = Scale::new(chart, chart.largest(), side - figure_room, ticks);
    let rows = chart.categories.len();
    let bottom = HEAD + STEP * rows as f64 + 2.0;
    let starts = [side, side + middle];
    let inside = html! {
        @for (index, series) in chart.series.iter().take(2).enumerate() {
            @let sign = if index == 0 { -1.0 } else { 1.0 };
            @let start = starts[index];
            text.b.m x=(px(start + sign * (side - figure_room) / 2.0)) y="14" { (series.name) }
            @for value in &scale.ticks {
                @let x = start + sign * scale.at(*value);
                path.grid d={ "M" (px(x)) " " (px(HEAD)) "V" (px(bottom)) } {}
                text.soft.m x=(px(x)) y=(px(bottom + 16.0)) { (tick(chart.unit, *value)) }
            }
            @let top = |row: usize| HEAD + (rows - 1 - row) as f64 * STEP;
            @for (row, point) in series.points.iter().enumerate() {
                (told(chart, index, row, bar(*point, &scale, (start, top(row)), index)))
            }
            @if let Some(outline) = &chart.outline {
                path.outline d=(shape(&outline.sides[index], |row, width| {
                    (start + sign * scale.at(width), top(row))
                })) {}
            }
            // Above the outline, so that it crosses no figure.
            @for (row, point) in series.points.iter().enumerate() {
                @if let Some(value) = point.value() {
                    (told(chart, index, row, figure(chart, value, &scale, (start, top(row)), index)))
                }
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

/// The outline as a table.
pub(super) fn outline_table(chart: &Chart) -> Markup {
    html! {
        @if let Some(outline) = &chart.outline {
            details {
                summary { "The outline in figures" }
                div.scroll role="region" tabindex="0" aria-label="The outline in figures, scrolls sideways" {
                    table {
                        caption { span { (Outline::LABEL) ": " (chart.y_label.to_lowercase()) " there would be here" } }
                        thead {
                            tr {
                                th scope="col" { (chart.x_label) }
                                @for series in &chart.series { th.n scope="col" { (series.name) } }
                            }
                        }
                        tbody {
                            @for (row, category) in chart.categories.iter().enumerate() {
                                tr {
                                    th scope="row" { (category) }
                                    @for index in 0..chart.series.len() {
                                        td.n { (outline.told(index, row)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A line around the widths of a side, from the bottom up, broken where one is missing.
fn shape(widths: &[Option<f64>], corner: impl Fn(usize, f64) -> (f64, f64)) -> String {
    let mut path = String::new();
    let mut is_down = false;
    for (row, width) in widths.iter().enumerate() {
        if let Some(width) = width {
            let (x, top) = corner(row, *width);
            match is_down {
                true => path.push_str(&format!("H{}", px(x))),
                false => path.push_str(&format!("M{} {}", px(x), px(top + STEP))),
            }
            path.push_str(&format!("V{}", px(top)));
        }
        is_down = width.is_some();
    }
    path
}

fn bar(point: Point, scale: &Scale, (start, y): (f64, f64), index: usize) -> Markup {
    let is_left = index == 0;
    match point {
        Point::Suppressed => mark(start, y + 2.0, STEP - 4.0, is_left, index),
        Point::Value(value, _) if value > 0.0 => {
            let long = scale.at(value);
            let x = if is_left { start - long } else { start };
            html! {
                rect class=(fill(index)) x=(px(x)) y=(px(y + 2.0)) width=(px(long))
                    height=(px(STEP - 4.0)) {}
            }
        }
        _ => html! {},
    }
}

/// The figure at the end of a bar.
fn figure(
    chart: &Chart,
    value: f64,
    scale: &Scale,
    (start, y): (f64, f64),
    index: usize,
) -> Markup {
    let long = scale.at(value) + 5.0;
    let (class, end) = if index == 0 {
        ("e", start - long)
    } else {
        ("", start + long)
    };
    html! {
        text class=(class) x=(px(end)) y=(px(y + STEP / 2.0 + 4.0)) { (chart.figure(value)) }
    }
}
