//! The series of native charts.

use super::{chart_sheet, style};
use crate::drawing::Compared;
use crate::release::chart::{Chart, ControlMark};
use crate::release::report_file::ChartKind;
use rust_xlsxwriter::{
    Chart as Native, ChartErrorBars, ChartErrorBarsType, ChartFormat, ChartLine, ChartLineDashType,
    ChartMarker, ChartMarkerType, ChartPoint, ChartRange, ChartSeries as NativeSeries,
    ChartSolidFill, Color,
};

/// The air between the bars of a pyramid, in percent of one.
const PYRAMID_GAP: u16 = 15;

/// Adds the series with this index, whose figures begin below row `first` of the sheet of figures.
pub(super) fn add(native: &mut Native, chart: &Chart, first: u32, index: usize, colour: Color) {
    let last = first + chart.categories.len() as u32;
    let column = 1 + index as u16;
    let series = native.add_series();
    series
        .set_name((chart_sheet::NAME, first, column))
        .set_categories((chart_sheet::NAME, first + 1, 0, last, 0))
        .set_values((chart_sheet::NAME, first + 1, column, last, column));
    match chart.kind {
        ChartKind::Line => line(series, colour, chart.series[index].is_whole),
        ChartKind::Fan => fan(series, chart, first, index, colour),
        ChartKind::Control => control(series, chart, index),
        ChartKind::Funnel => {
            let sizes = (
                chart_sheet::NAME,
                first + 1,
                chart_sheet::SIZES,
                last,
                chart_sheet::SIZES,
            );
            series.set_categories(sizes);
            let mut hidden = ChartLine::new();
            series.set_format(ChartFormat::new().set_line(hidden.set_hidden(true)));
            series.set_marker(&marker(ChartMarkerType::Circle, 7, colour));
        }
        _ => bar(series, chart, first, index, colour),
    }
}

fn line(series: &mut NativeSeries, colour: Color, is_whole: bool) {
    series.set_marker(&marker(ChartMarkerType::Circle, 5, colour));
    let mut line = ChartLine::new();
    line.set_color(colour).set_width(2.0);
    if is_whole {
        line.set_dash_type(ChartLineDashType::Dash);
    }
    series.set_format(ChartFormat::new().set_line(&line));
}

/// The likeliest variant with its limits, and the others dashed.
fn fan(series: &mut NativeSeries, chart: &Chart, first: u32, index: usize, colour: Color) {
    line(series, colour, index > 0);
    if index == 0 && chart.series[index].has_limits() {
        let limits = ChartErrorBarsType::Custom(
            distances(chart, first, index, 1),
            distances(chart, first, index, 0),
        );
        series.set_y_error_bars(ChartErrorBars::new().set_type(limits));
    }
}

/// The distances to the limits of a series: the lower ones, or with `offset` 1 the upper ones.
fn distances(chart: &Chart, first: u32, index: usize, offset: u16) -> ChartRange {
    let last = first + chart.categories.len() as u32;
    let at = chart_sheet::limits_column(chart, index) + offset;
    ChartRange::new_from_range(chart_sheet::NAME, first + 1, at, last, at)
}

/// Points that are more than common causes are squares of another colour.
fn control(series: &mut NativeSeries, chart: &Chart, index: usize) {
    let grey = style::PALETTE[4];
    series.set_marker(&marker(ChartMarkerType::Circle, 5, grey));
    let mut line = ChartLine::new();
    series.set_format(ChartFormat::new().set_line(line.set_color(grey).set_width(1.25)));
    let points = chart
        .controls
        .get(index)
        .map_or(&[][..], |control| &control.points);
    let points = points.iter().map(|point| {
        let colour = match point.mark {
            ControlMark::Common => return ChartPoint::default(),
            ControlMark::ImprovingHigh | ControlMark::ImprovingLow => Color::RGB(0x005EB8),
            ControlMark::ConcerningHigh | ControlMark::ConcerningLow => Color::RGB(0xBD5200),
            ControlMark::High | ControlMark::Low => Color::RGB(0x6B2C91),
        };
        ChartPoint::new().set_format(&mut fill(colour)).clone()
    });
    series.set_points(&points.collect::<Vec<_>>());
}

fn bar(series: &mut NativeSeries, chart: &Chart, first: u32, index: usize, colour: Color) {
    let gap = match chart.kind {
        ChartKind::Pyramid => PYRAMID_GAP,
        _ => 45,
    };
    series.set_format(&mut fill(colour)).set_gap(gap);
    if matches!(chart.kind, ChartKind::StackedBar | ChartKind::Pyramid) {
        series.set_overlap(100);
        return;
    }
    if chart.series[index].has_limits() {
        let limits = ChartErrorBarsType::Custom(
            distances(chart, first, index, 1),
            distances(chart, first, index, 0),
        );
        series.set_x_error_bars(ChartErrorBars::new().set_type(limits));
    }
    if !chart.compared.is_empty() {
        let points = chart.compared.iter();
        let points = points.map(|c| {
            ChartPoint::new()
                .set_format(&mut fill(compared(*c)))
                .clone()
        });
        series.set_points(&points.collect::<Vec<_>>());
    }
}

fn compared(compared: Compared) -> Color {
    Color::RGB(match compared {
        Compared::Better => 0x007F3B,
        Compared::Worse => 0xB3261E,
        Compared::Higher => 0x12436D,
        Compared::Lower => 0x1F8F86,
        Compared::Similar => 0x768692,
        Compared::Unknown => 0xAEB7BD,
    })
}

/// Adds the outline of a side of a pyramid: bars without a fill, over those of the area.
pub(super) fn add_outline(native: &mut Native, chart: &Chart, first: u32, index: usize) {
    let last = first + chart.categories.len() as u32;
    let column = chart_sheet::outline_column(chart, index);
    let mut line = ChartLine::new();
    line.set_color(Color::RGB(0x212B32)).set_width(1.25);
    let series = native.add_series();
    series
        .set_name((chart_sheet::NAME, first, column))
        .set_categories((chart_sheet::NAME, first + 1, 0, last, 0))
        .set_values((chart_sheet::NAME, first + 1, column, last, column))
        .set_format(ChartFormat::new().set_no_fill().set_border(&line))
        .set_gap(PYRAMID_GAP)
        .set_overlap(100);
}

/// Adds the mean and the process limits of a series of a control chart.
pub(super) fn add_process(native: &mut Native, chart: &Chart, first: u32, index: usize) {
    let has_limits = chart
        .controls
        .get(index)
        .is_some_and(|c| c.limits.is_some());
    if !has_limits {
        return;
    }
    let last = first + chart.categories.len() as u32;
    let place = chart_sheet::process_column(chart, index);
    for (offset, dash) in [
        (0, ChartLineDashType::Solid),
        (1, ChartLineDashType::Dash),
        (2, ChartLineDashType::Dash),
    ] {
        let column = place + offset;
        let lines = native.add_series();
        lines
            .set_name((chart_sheet::NAME, first, column))
            .set_categories((chart_sheet::NAME, first + 1, 0, last, 0))
            .set_values((chart_sheet::NAME, first + 1, column, last, column));
        plain(lines, dash);
    }
}

/// Adds the limits and the benchmark of a funnel plot.
pub(super) fn add_funnel(native: &mut Native, chart: &Chart, first: u32) {
    let last = first + chart_sheet::lines(chart);
    let dashes = [
        ChartLineDashType::Dash,
        ChartLineDashType::Dash,
        ChartLineDashType::RoundDot,
        ChartLineDashType::RoundDot,
        ChartLineDashType::Solid,
    ];
    for (offset, dash) in (1..).zip(dashes) {
        let column = chart_sheet::LINES + offset;
        let sizes = (
            chart_sheet::NAME,
            first + 1,
            chart_sheet::LINES,
            last,
            chart_sheet::LINES,
        );
        let lines = native.add_series();
        lines
            .set_name((chart_sheet::NAME, first, column))
            .set_categories(sizes)
            .set_values((chart_sheet::NAME, first + 1, column, last, column));
        plain(lines, dash);
    }
}

/// A line without marks.
fn plain(series: &mut NativeSeries, dash: ChartLineDashType) {
    let mut none = ChartMarker::new();
    series.set_marker(none.set_none());
    let mut line = ChartLine::new();
    line.set_color(Color::RGB(0x4C6272))
        .set_width(1.25)
        .set_dash_type(dash);
    series.set_format(ChartFormat::new().set_line(&line));
}

fn marker(kind: ChartMarkerType, size: u8, colour: Color) -> ChartMarker {
    let mut marker = ChartMarker::new();
    marker
        .set_type(kind)
        .set_size(size)
        .set_format(&mut fill(colour));
    marker
}

fn fill(colour: Color) -> ChartFormat {
    ChartFormat::new()
        .set_solid_fill(ChartSolidFill::new().set_color(colour))
        .clone()
}
