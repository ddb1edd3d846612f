//! A spine chart: the area between the worst and the best of its kind, one line an indicator.

use super::canvas::{Canvas, LINE, both, drawing, label_above, label_left, px, room, wrapped};
use super::key_item::key_item;
use super::spine_chart::{SpineChart, SpineRow};
use crate::capital::capital;
use maud::{Markup, html};

/// Height of a line, without its label on a narrow surface.
const STEP: f64 = 26.0;
/// Height of the spine itself.
const BAR: f64 = 10.0;
/// Room of a figure, and of the word.
const FIGURE: f64 = 62.0;
const WORD: f64 = 74.0;
/// Room above the lines for the headings of the columns.
const HEAD: f64 = 22.0;

/// Where the parts of a line are.
struct SpineColumns {
    /// The ends of the spine.
    from: f64,
    to: f64,
    is_narrow: bool,
}

/// The figure of a spine chart: key, drawing, and what to know about it; `number` tells it from the others
/// of a page. A page with several says once how they are read ([`SpineChart::how_to_read`]).
pub(crate) fn spine(chart: &SpineChart, number: usize, notes: &[String]) -> Markup {
    let (worst, best) = chart.ends();
    html! {
        figure {
            ul.key {
                @for compared in chart.compared() {
                    @if let Some(word) = compared.word() {
                        (key_item(compared.class(), &format!("{} {word}", compared.shape())))
                    }
                }
                (key_item("mean", "The whole area"))
                @if chart.has_quarters() {
                    (key_item("quarters", "The middle half of the areas"))
                }
                (key_item("ends", &format!("From the {worst} to the {best} area")))
            }
            (both(|canvas| draw(chart, canvas, number)))
            figcaption {
                "This area between the " (worst) " and the " (best) " area of its kind."
                @for note in notes { " " (note) }
            }
        }
    }
}

fn draw(chart: &SpineChart, canvas: Canvas, number: usize) -> Markup {
    let is_narrow = canvas.is_narrow();
    let label = match is_narrow {
        true => 0.0,
        false => room(chart.rows.iter().map(|row| &row.label), 240.0),
    };
    let (before, after) = match is_narrow {
        true => (FIGURE, FIGURE),
        false => (3.0 * FIGURE, FIGURE + WORD),
    };
    let columns = SpineColumns {
        from: label + before + 8.0,
        to: canvas.width - after - 8.0,
        is_narrow,
    };
    let label_room = match is_narrow {
        true => canvas.width - 4.0,
        false => label - 12.0,
    };
    let mut places = Vec::new();
    let mut bottom = HEAD;
    for row in &chart.rows {
        let lines = wrapped(&row.label, label_room).len() as f64 * LINE;
        let height = match is_narrow {
            // Its own figure stands on a line below the label.
            true => lines + LINE + STEP,
            false => STEP.max(lines + 6.0),
        };
        places.push((bottom, height));
        bottom += height;
    }
    let centre = (columns.from + columns.to) / 2.0;
    let inside = html! {
        (headings(chart, &columns, label, canvas.width))
        // On a narrow surface labels stand over the middle: each spine has its own part of the line.
        @if !is_narrow { path.mean d={ "M" (px(centre)) " " (px(HEAD)) "V" (px(bottom)) } {} }
        @for (row, (top, height)) in chart.rows.iter().zip(&places) {
            g.k data-k=(row.label) data-t=(row.told()) {
                @if is_narrow {
                    (label_above(&row.label, *top, label_room))
                    @let below = top + height - STEP;
                    text.b x="0" y=(px(below - 3.0)) { (own(row)) }
                    (line(row, &columns, below + STEP / 2.0 - 4.0))
                } @else {
                    @let middle = top + height / 2.0;
                    (label_left(&row.label, label - 8.0, middle, label_room))
                    text.b.e x=(px(label + FIGURE)) y=(px(middle + 4.0)) { (row.own) }
                    text.e x=(px(label + 2.0 * FIGURE)) y=(px(middle + 4.0)) { (row.whole) }
                    text x=(px(canvas.width - WORD)) y=(px(middle + 4.0)) {
                        (row.compared.shape()) " " (row.compared.word().unwrap_or_default())
                    }
                    (line(row, &columns, middle))
                }
            }
        }
    };
    let size = (canvas.width, bottom + 6.0);
    let (worst, best) = chart.ends();
    let title = format!("This area between the {worst} and the {best} area of its kind");
    drawing(
        &canvas.id(number),
        size,
        &title,
        &chart.alternative(),
        inside,
    )
}

fn headings(chart: &SpineChart, columns: &SpineColumns, label: f64, width: f64) -> Markup {
    let (worst, best) = chart.ends();
    html! {
        text.soft.e x=(px(columns.from - 8.0)) y="14" { (capital(worst)) }
        text.soft x=(px(columns.to + 8.0)) y="14" { (capital(best)) }
        @if !columns.is_narrow {
            text.soft.e x=(px(label + FIGURE)) y="14" { "This area" }
            text.soft.e x=(px(label + 2.0 * FIGURE)) y="14" { "Whole" }
            text.soft x=(px(width - WORD)) y="14" { "Compared" }
        }
        text.soft.m x=(px((columns.from + columns.to) / 2.0)) y="14" { "Whole area" }
    }
}

/// What stands above the spine on a narrow surface.
fn own(row: &SpineRow) -> String {
    let word = row.compared.word().unwrap_or_default();
    let (own, whole, shape) = (&row.own, &row.whole, row.compared.shape());
    format!("{own} {shape} {word} (whole {whole})")
}

/// The spine, the figures at its ends, and the area on it.
fn line(row: &SpineRow, columns: &SpineColumns, middle: f64) -> Markup {
    let x = |place: f64| columns.from + place * (columns.to - columns.from);
    let bar = |class: &str, (from, to): (f64, f64)| {
        html! {
            rect class=(class) x=(px(x(from))) y=(px(middle - BAR / 2.0)) height=(px(BAR))
                width=(px(x(to) - x(from))) {}
        }
    };
    html! {
        (bar("ends", row.ends))
        @if let Some(quarters) = row.quarters { (bar("quarters", quarters)) }
        path.mean d={ "M" (px(x(0.5))) " " (px(middle - BAR / 2.0)) "v" (px(BAR)) } {}
        circle class={ "spot " (row.compared.class()) } cx=(px(x(row.place))) cy=(px(middle)) r="6" {}
        text.e x=(px(columns.from - 8.0)) y=(px(middle + 4.0)) { (row.worst) }
        text x=(px(columns.to + 8.0)) y=(px(middle + 4.0)) { (row.best) }
    }
}
