//! Native Excel charts beside the tables.

use super::{chart_sheet, style, table_sheet};
use crate::release::chart::{Chart, ChartSeries, Point};
use crate::release::frame::{Frame, Unit};
use crate::release::page::Page;
use crate::release::report_file::ChartKind;
use rust_xlsxwriter::{
    Chart as Native, ChartAxisCrossing, ChartAxisLabelPosition, ChartEmptyCells, ChartErrorBars,
    ChartErrorBarsType, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartMarker,
    ChartMarkerType, ChartRange, ChartSolidFill, ChartType, Color, Worksheet, XlsxError,
};

/// Inserts the chart of a table; `first` is the header row of its block of chart data.
pub(super) fn insert(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    frame: &Frame,
    chart: &Chart,
    first: u32,
) -> Result<(), XlsxError> {
    let column = table_sheet::free_column(frame);
    // The words above the table run over the columns to its right.
    let top = table_sheet::header_row(page, frame);
    if !chart.is_panels() {
        let all: Vec<usize> = (0..chart.series.len()).collect();
        let mut native = native(chart, first, &all, &chart.title);
        native.set_width(760).set_height(height(chart));
        sheet.insert_chart(top, column, &native)?;
        return Ok(());
    }
    for (index, series) in chart.series.iter().enumerate() {
        let mut native = native(chart, first, &[index], &series.name);
        native.set_width(400).set_height(230);
        native.legend().set_hidden();
        let (down, along) = ((index / 2) as u32, (index % 2) as u32);
        sheet.insert_chart_with_offset(top, column, &native, along * 410, down * 240)?;
    }
    Ok(())
}

fn height(chart: &Chart) -> u32 {
    let bars = match chart.kind {
        ChartKind::Line => 14,
        ChartKind::Bar => chart.categories.len() * chart.series.len().max(1),
        _ => chart.categories.len(),
    };
    (120 + 24 * bars as u32).clamp(300, 900)
}

fn native(chart: &Chart, first: u32, which: &[usize], title: &str) -> Native {
    let mut native = Native::new(match chart.kind {
        ChartKind::Bar => ChartType::Bar,
        ChartKind::StackedBar | ChartKind::Pyramid => ChartType::BarStacked,
        ChartKind::Line => ChartType::Line,
    });
    for index in which {
        let colour = match which {
            [_] => style::PALETTE[0],
            _ => style::PALETTE[index % style::PALETTE.len()],
        };
        add_series(&mut native, chart, first, *index, colour);
    }
    native.show_empty_cells_as(ChartEmptyCells::Gaps);
    let bold = ChartFont::new()
        .set_size(if chart.is_panels() { 11 } else { 12 })
        .set_bold()
        .clone();
    native.title().set_name(title).set_font(&bold);
    axis_of_figures(&mut native, chart, which);
    axis_of_categories(&mut native, chart);
    match which {
        [_] => native.legend().set_hidden(),
        _ => native.legend().set_position(ChartLegendPosition::Bottom),
    };
    let gaps = which
        .iter()
        .any(|index| chart.series[*index].points.contains(&Point::Suppressed));
    let gaps = if gaps {
        format!(" {}", chart.gap)
    } else {
        String::new()
    };
    native.set_alt_text(format!("{}{gaps}", chart.alternative()));
    native
}

/// Adds the series with this index, whose figures begin below row `first` of the sheet of figures.
fn add_series(native: &mut Native, chart: &Chart, first: u32, index: usize, colour: Color) {
    let last = first + chart.categories.len() as u32;
    let column = 1 + index as u16;
    let series = native.add_series();
    series
        .set_name((chart_sheet::NAME, first, column))
        .set_categories((chart_sheet::NAME, first + 1, 0, last, 0))
        .set_values((chart_sheet::NAME, first + 1, column, last, column));
    if chart.kind == ChartKind::Line {
        let mut dot = ChartMarker::new();
        dot.set_type(ChartMarkerType::Circle)
            .set_size(5)
            .set_format(&mut fill(colour));
        series.set_marker(&dot);
        series.set_format(
            ChartFormat::new().set_line(ChartLine::new().set_color(colour).set_width(2.0)),
        );
        return;
    }
    let gap = match chart.kind {
        ChartKind::Pyramid => 15,
        _ => 45,
    };
    series.set_format(&mut fill(colour)).set_gap(gap);
    if chart.kind != ChartKind::Bar {
        series.set_overlap(100);
    } else if chart.series[index].has_limits() {
        let place = chart_sheet::limits_column(chart, index);
        let range = |at| ChartRange::new_from_range(chart_sheet::NAME, first + 1, at, last, at);
        let limits = ChartErrorBarsType::Custom(range(place + 1), range(place));
        series.set_x_error_bars(ChartErrorBars::new().set_type(limits));
    }
}

/// Sets the axis of figures: its numbers, grid, name and ends.
fn axis_of_figures(native: &mut Native, chart: &Chart, which: &[usize]) {
    let number = match chart.unit {
        Unit::Count => "#,##0;#,##0",
        Unit::Percent => "0%",
        Unit::Per(_) => "#,##0",
    };
    let grid = ChartLine::new()
        .set_color(Color::RGB(0xD9D9D9))
        .set_width(0.75)
        .clone();
    // Bars lie down, so their figures stand on the level axis.
    let figures = match chart.kind {
        ChartKind::Line => native.y_axis(),
        _ => native.x_axis(),
    };
    figures
        .set_num_format(number)
        .set_major_gridlines(true)
        .set_major_gridlines_line(&grid);
    if !chart.is_panels() {
        let small = ChartFont::new().set_size(9).unset_bold().clone();
        figures.set_name(&chart.y_label).set_name_font(&small);
    }
    if chart.kind != ChartKind::Pyramid {
        figures.set_min(0.0);
    }
    let values = which.iter().flat_map(|index| &chart.series[*index].points);
    let largest = values.filter_map(|point| point.value()).fold(0.0, f64::max);
    if chart.unit == Unit::Count && largest < 60.0 {
        // Left alone, Excel would write small counts on the axis, which none of these can be.
        figures.set_major_unit(10.0);
        figures.set_max((largest / 10.0).ceil().max(1.0) * 10.0);
    } else if chart.series.iter().any(ChartSeries::has_limits) {
        // Excel's own choice forgets the limits.
        let top = chart.largest();
        let step = 10_f64.powf(top.max(1.0).log10().floor()) / 2.0;
        let top = (top / step).ceil() * step;
        figures.set_max(match chart.unit {
            Unit::Percent => top / 100.0,
            _ => top,
        });
    }
}

/// Sets the axis of categories: its labels and their direction.
fn axis_of_categories(native: &mut Native, chart: &Chart) {
    // Bars lie down, so their categories stand on the upright axis.
    let categories = match chart.kind {
        ChartKind::Line => native.x_axis(),
        _ => native.y_axis(),
    };
    categories
        .set_major_gridlines(false)
        .set_label_position(ChartAxisLabelPosition::Low);
    match chart.kind {
        ChartKind::Line => {
            // Without this Excel turns the labels on their side.
            let labels = if chart.is_panels() { 4 } else { 12 };
            let every = chart.categories.len().div_ceil(labels).max(1) as u16;
            categories
                .set_label_interval(every)
                .set_tick_interval(every);
        }
        ChartKind::Pyramid => {}
        // Bars start at the bottom and tables at the top; the axis of figures stays below.
        _ => {
            categories
                .set_reverse()
                .set_crossing(ChartAxisCrossing::Max);
        }
    }
}

fn fill(colour: Color) -> ChartFormat {
    ChartFormat::new()
        .set_solid_fill(ChartSolidFill::new().set_color(colour))
        .clone()
}
