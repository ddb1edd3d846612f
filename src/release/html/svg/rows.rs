//! Rows that lie down, so that long labels can be read: labels, axis and grid around them.

use super::drawing::{Canvas, LETTER, LINE, drawing, label_above, label_left, px, room, wrapped};
use super::scale::{Scale, tick};
use crate::release::chart::Chart;
use maud::{Markup, html};

/// Where a row is drawn.
pub(super) struct RowPlace {
    /// The category.
    pub row: usize,
    /// The left end of the axis.
    pub left: f64,
    /// The top of what is drawn of the row, below a label that stands above it.
    pub y: f64,
}

/// How rows are laid out.
pub(super) struct RowsLayout {
    /// Height of what is drawn of a row.
    pub step: f64,
    /// Smallest and largest figure.
    pub range: (f64, f64),
    /// Room right of the axis for figures.
    pub figure: f64,
}

/// Rows below each other, each drawn by `row`; their labels stand left of them or, on a narrow surface,
/// above.
pub(super) fn rows(
    chart: &Chart,
    canvas: Canvas,
    number: usize,
    layout: &RowsLayout,
    row: impl Fn(&Scale, RowPlace) -> Markup,
) -> Markup {
    let is_narrow = canvas.is_narrow();
    let left = match is_narrow {
        true => 2.0,
        false => room(chart.categories.iter(), 250.0),
    };
    let label_room = if is_narrow {
        canvas.width - 4.0
    } else {
        left - 12.0
    };
    let length = canvas.width - left - layout.figure;
    let ticks = if is_narrow { 3.0 } else { 6.0 };
    let scale = Scale::between(chart.unit, layout.range, length, ticks);
    let mut tops = Vec::new();
    let mut bottom = 0.0;
    for category in &chart.categories {
        let lines = wrapped(category, label_room).len() as f64 * LINE;
        let (above, height) = match is_narrow {
            true => (lines, lines + layout.step),
            false => (
                (lines + 4.0 - layout.step).max(0.0) / 2.0,
                layout.step.max(lines + 4.0),
            ),
        };
        tops.push((bottom, bottom + above, height));
        bottom += height;
    }
    bottom += 4.0;
    let named = wrapped(&chart.y_label, canvas.width - 8.0);
    let inside = html! {
        @for value in &scale.ticks {
            @let x = left + scale.at(*value);
            path.grid d={ "M" (px(x)) " 0V" (px(bottom)) } {}
            text class={ "soft " (if is_narrow && x < 20.0 { "" } else { "m" }) } x=(px(x)) y=(px(bottom + 16.0)) {
                (tick(chart.unit, *value))
            }
        }
        @if let Some(benchmark) = &chart.benchmark {
            @let x = left + scale.at(benchmark.value);
            path.mean d={ "M" (px(x)) " 0V" (px(bottom)) } {}
        }
        path.axis d={ "M" (px(left)) " 0V" (px(bottom)) } {}
        @for (index, (top, y, height)) in tops.iter().enumerate() {
            @let category = &chart.categories[index];
            @if is_narrow { (label_above(category, *top, label_room)) }
            @else { (label_left(category, left - 8.0, top + height / 2.0, label_room)) }
            (row(&scale, RowPlace { row: index, left, y: *y }))
        }
        @for (index, line) in named.iter().enumerate() {
            text.soft.m x=(px(middle(line, left + length / 2.0, canvas.width)))
                y=(px(bottom + 34.0 + LINE * index as f64)) { (line) }
        }
    };
    let size = (canvas.width, bottom + 27.0 + LINE * named.len() as f64);
    drawing(
        &canvas.id(number),
        size,
        &chart.title,
        &chart.alternative(),
        inside,
    )
}

/// Where the middle of a line of words is: at `wanted`, or as near to it as lets all of the line be seen.
fn middle(line: &str, wanted: f64, width: f64) -> f64 {
    let half = line.chars().count() as f64 * LETTER / 2.0;
    wanted.min(width - half).max(half)
}

#[cfg(test)]
mod tests {
    use super::middle;

    #[test]
    fn the_name_of_an_axis_is_whole_on_a_narrow_surface() {
        let name = "Admissions per 1,000 people of 75 and over";
        // 42 letters are 268.8 wide: their middle at 105 would cut off the first ones.
        assert_eq!(middle(name, 105.0, 340.0), 134.4);
        assert_eq!(middle("People", 105.0, 340.0), 105.0);
        assert!((middle(name, 330.0, 340.0) - 205.6).abs() < 1e-9);
    }
}
