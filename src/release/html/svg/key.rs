//! The key of a chart: what its colours, shapes and marks mean.

use super::drawing::fill;
use crate::drawing::{Compared, key_item as item};
use crate::release::chart::{Chart, ControlMark, Outline};
use crate::release::report_file::ChartKind;
use maud::{Markup, html};

/// The key, where the chart needs one.
pub(super) fn key(chart: &Chart) -> Markup {
    match chart.kind {
        ChartKind::Ranked | ChartKind::Forest => compared(chart),
        ChartKind::Control => signals(chart),
        ChartKind::Funnel => places(chart),
        ChartKind::Pyramid => outline(chart),
        _ if chart.series.len() > 1 && !chart.is_panels() => series(chart),
        _ => html! {},
    }
}

fn series(chart: &Chart) -> Markup {
    html! {
        ul.key {
            @for (index, series) in chart.series.iter().enumerate() {
                (item(&fill(index), &series.name))
            }
            @if chart.series.iter().any(|s| s.has_suppressed()) {
                (item("h", &format!("* {}, in the colour of its series", chart.sign)))
            }
        }
    }
}

fn outline(chart: &Chart) -> Markup {
    html! {
        @if chart.outline.is_some() { ul.key { (item("outline", Outline::LABEL)) } }
    }
}

fn compared(chart: &Chart) -> Markup {
    let is_there = |compared: &Compared| chart.compared.contains(compared);
    html! {
        @if !chart.compared.is_empty() {
            ul.key {
                @for compared in Compared::ALL.iter().filter(|c| is_there(c)) {
                    @if let Some(word) = compared.word() {
                        (item(compared.class(), &format!("{} {word}", compared.shape())))
                    }
                }
                @if let Some(benchmark) = &chart.benchmark {
                    (item("mean", &format!("{}: {}", benchmark.label, chart.figure(benchmark.value))))
                }
                @if chart.series.iter().any(|s| s.has_suppressed()) {
                    (item("h", &format!("* {}", chart.sign)))
                }
            }
        }
    }
}

/// The marks of points that are there, one a colour.
fn signals(chart: &Chart) -> Markup {
    let points = chart.controls.iter().flat_map(|control| &control.points);
    let mut marks: Vec<ControlMark> = Vec::new();
    for mark in points.map(|point| point.mark) {
        let is_known = marks.iter().any(|known| known.class() == mark.class());
        if !is_known && mark != ControlMark::Common {
            marks.push(mark);
        }
    }
    html! {
        @if !marks.is_empty() {
            ul.key {
                @for mark in &marks { (item(mark.class(), mark.colour())) }
                @if chart.series.iter().any(|s| s.has_suppressed()) {
                    (item("h", &format!("* {}", chart.sign)))
                }
            }
        }
    }
}

fn places(chart: &Chart) -> Markup {
    html! {
        ul.key {
            (item("vh", "above the limits: ■ 95%, ◆ 99.8%"))
            (item("vl", "below the limits: ■ 95%, ◆ 99.8%"))
            (item("vs", "● within the limits of 95%"))
            @if let Some(benchmark) = &chart.benchmark {
                (item("mean", &format!("{}: {}", benchmark.label, chart.figure(benchmark.value))))
            }
        }
    }
}
