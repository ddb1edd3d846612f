//! The key of a chart: what its colours, shapes and marks mean.

use super::drawing::fill;
use super::fan::dash;
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
        ChartKind::Fan => fan(chart),
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

fn fan(chart: &Chart) -> Markup {
    html! {
        ul.key {
            @for (index, series) in chart.series.iter().enumerate() {
                (line_item(&format!("l{} {}", index % 6, dash(index)), &series.name))
            }
            (item("fan-one", "95% limits of the likeliest variant"))
            @if chart.series.len() > 1 { (item("fan-all", "95% limits of all variants")) }
            @if chart.series.iter().any(|s| s.has_suppressed()) {
                (item("h", &format!("* {}, in the colour of its variant", chart.sign)))
            }
        }
    }
}

/// A line, and what it stands for.
fn line_item(class: &str, words: &str) -> Markup {
    html! {
        li {
            svg.line viewBox="0 0 30 10" aria-hidden="true" focusable="false" {
                path class=(class) d="M0 5H30" {}
            }
            (words)
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
