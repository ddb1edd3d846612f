//! The axes of native charts.

use crate::release::chart::{Chart, ChartSeries};
use crate::release::frame::Unit;
use crate::release::report_file::ChartKind;
use rust_xlsxwriter::{
    Chart as Native, ChartAxisCrossing, ChartAxisLabelPosition, ChartFont, ChartLine, Color,
};

/// Sets the axis of figures: its numbers, grid, name and ends.
pub(super) fn axis_of_figures(native: &mut Native, chart: &Chart, which: &[usize]) {
    let number = match chart.unit {
        Unit::Count => "#,##0;#,##0",
        Unit::Percent => "0%",
        Unit::Per(_) | Unit::Mean | Unit::Percentile | Unit::Years | Unit::Projected => "#,##0",
    };
    let grid = ChartLine::new()
        .set_color(Color::RGB(0xD9D9D9))
        .set_width(0.75)
        .clone();
    // Bars lie down, so their figures stand on the level axis.
    let figures = match chart.kind {
        _ if chart.lies_down() => native.x_axis(),
        _ => native.y_axis(),
    };
    figures
        .set_num_format(number)
        .set_major_gridlines(true)
        .set_major_gridlines_line(&grid);
    if !chart.is_panels() {
        let small = ChartFont::new().set_size(9).unset_bold().clone();
        figures.set_name(&chart.y_label).set_name_font(&small);
    }
    let points = which.iter().flat_map(|index| &chart.series[*index].points);
    let values: Vec<f64> = points.filter_map(|point| point.value()).collect();
    let largest = values.iter().copied().fold(0.0, f64::max);
    let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
    // Bars begin at zero; what varies around a mean is seen when the axis does not.
    let varies = matches!(
        chart.kind,
        ChartKind::Control | ChartKind::Funnel | ChartKind::Fan
    );
    let varies = varies && smallest > largest / 3.0 && largest >= 60.0;
    if chart.kind != ChartKind::Pyramid && !varies {
        figures.set_min(0.0);
    }
    if chart.kind == ChartKind::Pyramid && chart.unit == Unit::Count {
        // Sides of different lengths would not be compared.
        let largest = chart.largest();
        let end = match largest < 60.0 {
            true => tens(largest),
            false => round_end(largest),
        };
        figures.set_min(-end).set_max(end);
        if largest < 60.0 {
            figures.set_major_unit(10.0);
        }
    } else if chart.unit == Unit::Count && largest < 60.0 {
        // Left alone, Excel would write small counts on the axis, which none of these can be.
        figures.set_major_unit(10.0);
        figures.set_max(tens(largest));
    } else if chart.series.iter().any(ChartSeries::has_limits) {
        // Excel's own choice forgets the limits.
        let top = round_end(chart.largest());
        figures.set_max(match chart.unit {
            Unit::Percent => top / 100.0,
            _ => top,
        });
    }
}

/// The tens that have a small count in them.
fn tens(largest: f64) -> f64 {
    (largest / 10.0).ceil().max(1.0) * 10.0
}

/// A round number at which an axis of figures up to `largest` can end.
fn round_end(largest: f64) -> f64 {
    let step = 10_f64.powf(largest.max(1.0).log10().floor()) / 2.0;
    (largest / step).ceil() * step
}

/// Sets the axis of categories: its labels and their direction.
pub(super) fn axis_of_categories(native: &mut Native, chart: &Chart) {
    // Bars lie down, so their categories stand on the upright axis.
    let categories = match chart.kind {
        _ if chart.lies_down() => native.y_axis(),
        _ => native.x_axis(),
    };
    categories
        .set_major_gridlines(false)
        .set_label_position(ChartAxisLabelPosition::Low);
    match chart.kind {
        ChartKind::Line | ChartKind::Control | ChartKind::Fan => {
            // Without this Excel turns the labels on their side.
            let labels = if chart.is_panels() { 4 } else { 12 };
            let every = chart.categories.len().div_ceil(labels).max(1) as u16;
            categories
                .set_label_interval(every)
                .set_tick_interval(every);
        }
        ChartKind::Pyramid => {}
        ChartKind::Funnel => {
            let label = chart
                .funnel
                .as_ref()
                .map(|funnel| funnel.size_label.as_str());
            categories.set_name(label.unwrap_or_default()).set_min(0.0);
        }
        // Bars start at the bottom and tables at the top; the axis of figures stays below.
        _ => {
            categories
                .set_reverse()
                .set_crossing(ChartAxisCrossing::Max);
        }
    }
}
