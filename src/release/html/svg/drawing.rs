//! What the drawings of a report share: the marks of its figures, on what all drawings share.

pub(super) use crate::drawing::{
    Canvas, LETTER, LINE, both, drawing, label_above, label_left, px, room, wrapped,
};
use crate::release::chart::Chart;
use maud::{Markup, html};

/// Width of the mark of a suppressed figure.
pub(super) const MARK: f64 = 14.0;

/// The class of a series' fill.
pub(super) fn fill(index: usize) -> String {
    format!("f{}", index % 6)
}

/// The mark of a suppressed figure in a series' colour, growing right from `x`, or left when asked.
pub(super) fn mark(x: f64, y: f64, height: f64, is_left: bool, index: usize) -> Markup {
    let (left, sign) = if is_left {
        (x - MARK, x - MARK - 8.0)
    } else {
        (x, x + MARK + 3.0)
    };
    html! {
        rect class={ "h o" (index % 6) } x=(px(left)) y=(px(y)) width=(px(MARK)) height=(px(height)) {}
        text.b x=(px(sign)) y=(px(y + height / 2.0 + 6.0)) { "*" }
    }
}

/// A mark with what it says to the pointer, and the row of the table that it belongs to.
pub(super) fn told(chart: &Chart, series: usize, category: usize, inside: Markup) -> Markup {
    let key = chart.categories.get(category).map_or("", String::as_str);
    html! {
        g.k data-k=(key) data-t=(chart.told(series, category)) { (inside) }
    }
}
