//! From a released table to its chart.

use super::benchmark::Benchmark;
use super::control::ControlChart;
use super::funnel::FunnelChart;
use super::model::Chart;
use super::point::Point;
use super::series::{Drawn, column, drawn, parts, point};
use crate::disclosure::SchemeWords;
use crate::drawing::Compared;
use crate::figures::BetterWhen;
use crate::release::frame::{Frame, FrameMeasure};
use crate::release::report_file::{ChartKind, ChartSpec};

/// The chart of a frame. Totals of counts are left out: they would dwarf their parts.
pub(in crate::release) fn chart(spec: &ChartSpec, frame: &Frame, words: &SchemeWords) -> Chart {
    let measure = measure(frame, spec.y.as_ref()).unwrap_or(0);
    let better = spec.better.or(frame.measures[measure].better);
    let Drawn {
        categories,
        series,
        left_out,
    } = drawn(spec, frame, measure);
    let x_label = frame.row_dimensions.iter().find(|(c, _)| *c == spec.x);
    let mut chart = Chart {
        kind: spec.kind,
        title: frame.title.clone(),
        x_label: x_label.map_or(String::new(), |(_, label)| label.clone()),
        y_label: spec.y_label.clone(),
        unit: frame.measures[measure].unit,
        categories,
        series,
        benchmark: None,
        compared: Vec::new(),
        controls: Vec::new(),
        funnel: None,
        outline: None,
        notes: Vec::new(),
        sign: words.sign,
        gap: words.gap,
    };
    match spec.kind {
        ChartKind::Ranked | ChartKind::Forest => {
            compare(&mut chart, spec, frame, (measure, better))
        }
        ChartKind::Funnel => funnel(&mut chart, spec, frame, measure),
        ChartKind::Control => {
            let control = |one| ControlChart::of(one, chart.unit, better, spec.target);
            chart.controls = chart.series.iter().map(control).collect();
        }
        _ => (),
    }
    notes(&mut chart, frame, measure, &left_out, words);
    let drawn = matches!(
        spec.kind,
        ChartKind::Ranked | ChartKind::Forest | ChartKind::Control
    );
    let polarity = better.filter(|_| drawn).map(|better| match better {
        BetterWhen::Higher => "Higher figures are better.",
        BetterWhen::Lower => "Lower figures are better.",
    });
    chart.notes.extend(polarity.map(str::to_owned));
    chart
}

/// The measure of this heading or column.
pub(super) fn measure(frame: &Frame, name: Option<&String>) -> Option<usize> {
    let name = name?;
    let is = |m: &FrameMeasure| m.label == *name || m.column.as_ref() == Some(name);
    frame.measures.iter().position(is)
}

/// What the figures of a column are compared with: the row that the report names, or the total.
fn benchmark(spec: &ChartSpec, frame: &Frame, measure: usize) -> Option<Benchmark> {
    let group = column(spec, frame)?;
    let is_it = |row: &usize| match &spec.benchmark {
        Some(label) => {
            let labels = frame.rows[*row].labels.iter();
            let texts: Vec<&str> = labels.map(|label| label.text.as_str()).collect();
            texts.join(", ") == *label
        }
        None => frame.rows[*row].is_total,
    };
    let row = (0..frame.rows.len()).find(is_it)?;
    let value = point(frame.cell(row, group, measure)).value()?;
    Some(Benchmark {
        label: match &spec.benchmark {
            Some(label) => label.clone(),
            None => Benchmark::ALL.to_owned(),
        },
        value,
    })
}

/// Compares each category with the benchmark; of a ranked chart, puts the largest first, and what has
/// no figure last.
fn compare(
    chart: &mut Chart,
    spec: &ChartSpec,
    frame: &Frame,
    (measure, better): (usize, Option<BetterWhen>),
) {
    chart.benchmark = benchmark(spec, frame, measure);
    let Some(series) = chart.series.first_mut() else {
        return;
    };
    if chart.kind == ChartKind::Ranked {
        let mut order: Vec<usize> = (0..series.points.len()).collect();
        let value = |i: &usize| series.points[*i].value().unwrap_or(f64::NEG_INFINITY);
        // Stable: places of one figure stay in the order of the table.
        order.sort_by(|a, b| value(b).total_cmp(&value(a)));
        series.points = order.iter().map(|i| series.points[*i]).collect();
        chart.categories = order.iter().map(|i| chart.categories[*i].clone()).collect();
    }
    if let Some(benchmark) = &chart.benchmark {
        let compared = series.points.iter();
        let compared = compared.map(|p| Compared::of(p.limits(), benchmark.value, better));
        chart.compared = compared.collect();
    }
}

/// Places each category by its size.
fn funnel(chart: &mut Chart, spec: &ChartSpec, frame: &Frame, measure: usize) {
    chart.benchmark = benchmark(spec, frame, measure);
    let size = self::measure(frame, spec.size.as_ref());
    let (Some(benchmark), Some(size)) = (&chart.benchmark, size) else {
        return;
    };
    let (Some(series), Some(group)) = (chart.series.first(), column(spec, frame)) else {
        return;
    };
    let rows = parts(frame);
    let places: Vec<(usize, f64, f64)> = series
        .points
        .iter()
        .zip(&rows)
        .enumerate()
        .filter_map(|(category, (value, row))| {
            let size = point(frame.cell(*row, group, size)).value()?;
            Some((category, size, value.value()?)).filter(|_| size > 0.0)
        })
        .collect();
    let label = frame.measures[size].label.clone();
    chart.funnel = Some(FunnelChart::of(label, &places, benchmark.value, chart.unit));
}

/// What a reader must know beside the picture.
fn notes(
    chart: &mut Chart,
    frame: &Frame,
    measure: usize,
    left_out: &[String],
    words: &SchemeWords,
) {
    let mut notes = Vec::new();
    if let Some(benchmark) = &chart.benchmark {
        let figure = chart.figure(benchmark.value);
        notes.push(format!(
            "The line is that of {}: {figure}.",
            benchmark.in_a_sentence()
        ));
    }
    if !chart.compared.is_empty() {
        notes.push(
            "A figure is higher or lower, better or worse, when its whole 95% interval is above or below that line; otherwise it is similar."
                .to_owned(),
        );
    }
    if chart.kind == ChartKind::Funnel {
        notes.push("The inner curves are limits of 95%, the outer ones of 99.8%: between them a place differs from the line by no more than chance makes likely.".to_owned());
    }
    let mut limits = chart.controls.iter().map(|control| control.limits);
    if limits.any(|limits| limits.is_some()) {
        notes.push("The middle line is the mean, the dashed lines are the process limits (2.66 mean moving ranges from it), calculated from the figures shown since the last suppressed one. A marked point is more than common causes explain.".to_owned());
        if chart.controls.iter().any(|control| control.few_points) {
            notes.push("Limits from fewer than 13 points are provisional.".to_owned());
        }
    }
    let suppressed = chart.series.iter().any(|s| s.has_suppressed());
    if suppressed && chart.kind == ChartKind::Funnel {
        let points = chart
            .series
            .iter()
            .flat_map(|s| s.points.iter().enumerate());
        let hidden = points.filter(|(_, point)| **point == Point::Suppressed);
        let names: Vec<&str> = hidden.map(|(i, _)| chart.categories[i].as_str()).collect();
        notes.push(format!("Not drawn ({}): {}.", words.sign, names.join(", ")));
    } else if suppressed {
        notes.push(words.in_a_chart.clone());
    }
    if !left_out.is_empty() {
        notes.push(format!("Not drawn: {}.", left_out.join(", ")));
    }
    if frame.measures[measure].has_limits && chart.lies_down() {
        notes.push("Thin lines are 95% confidence limits.".to_owned());
    }
    chart.notes = notes;
}
