//! Charts as inline SVG, drawn from released figures.
//!
//! A suppressed figure is a hatched mark of fixed size with an asterisk; a true zero is the figure
//! 0 without a mark.

mod bars;
mod line;
mod pyramid;
mod scale;

use crate::release::chart::{Chart, Point};
use crate::release::report_file::ChartKind;
use maud::{Markup, html};

/// Width of a drawing in its own units, which are pixels at full size.
const WIDTH: f64 = 860.0;
/// Width of an average character of a label.
const LETTER: f64 = 6.4;
/// Width of the mark of a suppressed figure.
const MARK: f64 = 14.0;

/// The hatching, once a page.
pub(super) fn patterns() -> Markup {
    html! {
        svg.defs aria-hidden="true" focusable="false" {
            defs {
                pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)" { path d="M0 0V5" {} }
            }
        }
    }
}

/// The figure of a chart: key, drawing, and what to know about it.
pub(super) fn figure(chart: &Chart, number: usize) -> Markup {
    let has_key = chart.series.len() > 1 && chart.kind != ChartKind::Pyramid && !chart.is_panels();
    html! {
        figure {
            @if has_key { (key(chart)) }
            @match chart.kind {
                ChartKind::Bar => (bars::grouped(chart, number)),
                ChartKind::StackedBar => (bars::stacked(chart, number)),
                ChartKind::Pyramid => (pyramid::draw(chart, number)),
                ChartKind::Line => (line::draw(chart, number)),
            }
            figcaption {
                (chart.y_label) " by " (chart.x_label.to_lowercase()) "."
                @if chart.is_panels() { " Each small chart has its own scale." }
                @for note in &chart.notes { " " (note) }
            }
        }
    }
}

fn key(chart: &Chart) -> Markup {
    html! {
        ul.key {
            @for (index, series) in chart.series.iter().enumerate() {
                li {
                    svg viewBox="0 0 10 10" aria-hidden="true" {
                        rect class=(fill(index)) width="10" height="10" {}
                    }
                    (series.name)
                }
            }
            @if chart.series.iter().any(|s| s.points.contains(&Point::Suppressed)) {
                li {
                    svg viewBox="0 0 10 10" aria-hidden="true" {
                        rect.h width="10" height="10" {}
                    }
                    "* Suppressed, in the colour of its series"
                }
            }
        }
    }
}

/// The frame of a drawing, with its words for those who cannot see it.
fn drawing(id: &str, size: (f64, f64), title: &str, description: &str, inside: Markup) -> Markup {
    html! {
        svg viewBox={ "0 0 " (px(size.0)) " " (px(size.1)) } role="img"
            aria-labelledby={ (id) "-t " (id) "-d" } {
            title id={ (id) "-t" } { (title) }
            desc id={ (id) "-d" } { (description) }
            (inside)
        }
    }
}

/// The class of a series' fill.
fn fill(index: usize) -> String {
    format!("f{}", index % 6)
}

/// A length with at most one decimal.
fn px(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Room for the longest of some labels, within reason.
fn room<'a>(labels: impl Iterator<Item = &'a String>) -> f64 {
    let longest = labels.map(|label| label.chars().count()).max().unwrap_or(0);
    (longest as f64 * LETTER + 12.0).clamp(40.0, 250.0)
}

/// A label cut to fit its room; the table has it whole.
fn cut(label: &str, room: f64) -> String {
    let fits = ((room - 12.0) / LETTER) as usize;
    if label.chars().count() <= fits {
        return label.to_owned();
    }
    let start: String = label.chars().take(fits.saturating_sub(1)).collect();
    format!("{start}…")
}

/// The mark of a suppressed figure in a series' colour, growing right from `x`, or left when asked.
fn mark(x: f64, y: f64, height: f64, is_left: bool, index: usize) -> Markup {
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
