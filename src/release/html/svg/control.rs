//! Control charts in the manner of Making Data Count: mean, process limits, marked points, and an icon
//! with its words for what the latest figure says.

use super::drawing::{Canvas, drawing, px, told};
use super::icons::{assurance, variation};
use super::plot::Plot;
use crate::capital::capital;
use crate::release::chart::{Chart, ChartSeries, ControlChart, ControlMark};
use maud::{Markup, html};

/// Size of a chart.
const SIZE: (f64, f64) = (330.0, 210.0);

/// A chart for each series.
pub(super) fn draw(chart: &Chart, number: usize) -> Markup {
    html! {
        div.panels.control {
            @for (index, (series, control)) in chart.series.iter().zip(&chart.controls).enumerate() {
                @let panel = chart.panel(&[index]);
                div {
                    p.panel { (series.name) }
                    @if let Some(words) = panel.withheld() {
                        p.icons { (words) }
                    } @else {
                        @if control.limits.is_some() {
                            p.icons { (variation(control.latest)) (capital(control.latest.words())) }
                        } @else {
                            p.icons { "Too few figures, or too small ones, for limits" }
                        }
                        @if let Some(reach) = control.reach { p.icons { (assurance(reach)) } }
                        (one(&panel, series, control, &format!("{}-{index}", Canvas::WIDE.id(number))))
                    }
                }
            }
        }
    }
}

fn one(chart: &Chart, series: &ChartSeries, control: &ControlChart, id: &str) -> Markup {
    let strips = usize::from(series.has_suppressed());
    let plot = Plot::new(chart, SIZE, 12.0, strips, range(series, control));
    let (left, right) = plot.ends();
    let left = match control.first {
        0 => left,
        first => plot.x(first),
    };
    let level = |value: f64| format!("M{} {}H{}", px(left), px(plot.y(value)), px(right));
    let inside = html! {
        (plot.axes())
        @if let Some((mean, lower, upper)) = control.limits {
            path.mean d=(level(mean)) {}
            path.process d=(level(lower)) {}
            path.process d=(level(upper)) {}
        }
        @if strips > 0 { (plot.strip(series, 0, 4)) }
        path.l4 d=(plot.path(series)) {}
        @for (index, point) in series.points.iter().enumerate() {
            @if let Some(value) = point.value() {
                @let of = control.points.get(index);
                @let mark = of.map_or(ControlMark::Common, |of| of.mark);
                (told(chart, 0, index, html! {
                    // A signal has another shape as well as another colour.
                    @if mark == ControlMark::Common {
                        circle class=(mark.class()) cx=(px(plot.x(index))) cy=(px(plot.y(value))) r="3" {}
                    } @else {
                        rect class=(mark.class()) x=(px(plot.x(index) - 4.0)) y=(px(plot.y(value) - 4.0))
                            width="8" height="8" {}
                    }
                }))
            }
        }
    };
    drawing(id, SIZE, &series.name, &chart.alternative(), inside)
}

/// From the smallest figure or limit to the largest, so that the variation can be seen.
fn range(series: &ChartSeries, control: &ControlChart) -> (f64, f64) {
    let limits = control
        .limits
        .iter()
        .flat_map(|(_, lower, upper)| [*lower, *upper]);
    let values = series.points.iter().filter_map(|point| point.value());
    let all: Vec<f64> = values.chain(limits).collect();
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    let most = all.iter().copied().fold(0.0, f64::max);
    match least.is_finite() && least > most / 3.0 {
        // Equal figures lie in the middle, away from the axis.
        true if least == most => (least / 2.0, most * 1.5),
        true => (least, most),
        false => (0.0, most),
    }
}
