//! The figures behind the native charts.
//!
//! Charts cannot read the tables themselves: Excel draws a text such as `*` as a zero. Here a
//! suppressed figure is an empty cell, which Excel draws as a gap.

use super::style;
use crate::release::chart::{Chart, ChartSeries, Outline, Point};
use crate::release::frame::Unit;
use crate::release::page::Page;
use crate::release::report_file::ChartKind;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// The name of the sheet.
pub(super) const NAME: &str = "Chart_data";

/// Characters in a column of figures.
const WIDTH: u8 = 16;

/// Lines of words above the first block.
const TOP: u32 = 5;

/// The first row (the header) of each chart's block.
pub(super) fn layout(page: &Page<'_>) -> Vec<Option<u32>> {
    let mut next = TOP + 1;
    let place = |chart: &Option<Chart>| {
        let chart = chart
            .as_ref()
            .filter(|chart| !chart.categories.is_empty())?;
        let first = next;
        next += height(chart) as u32 + 3;
        Some(first)
    };
    page.charts.iter().map(place).collect()
}

/// Lines of a chart's block below its header.
fn height(chart: &Chart) -> usize {
    let lines = chart.funnel.iter().map(|funnel| funnel.lines[0].len());
    lines.chain([chart.categories.len()]).max().unwrap_or(0)
}

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    blocks: &[Option<u32>],
) -> Result<(), XlsxError> {
    sheet.set_name(NAME)?;
    sheet
        .set_column_width(0, 34)?
        .set_column_range_width(1, 20, f64::from(WIDTH))?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    sheet.write_with_format(0, 0, "Chart data", &style::title())?;
    let gaps = format!(
        "A blank cell is [c] in the table ({}), or [z], so that the chart has a gap there. {}",
        page.words.sign, page.words.gap
    );
    for (index, line) in [
        "The figures behind the charts, the same as in the tables.",
        &gaps,
        "The left side of a population pyramid is drawn from negative numbers, shown without a \
         sign. The shape of the whole area is an expectation: it counts nobody.",
    ]
    .into_iter()
    .enumerate()
    {
        sheet.write_with_format(1 + index as u32, 0, line, &style::text())?;
    }
    for ((chart, frame), block) in page.charts.iter().zip(page.frames).zip(blocks) {
        if let (Some(chart), Some(first)) = (chart, *block) {
            let title = format!("Chart of table {}: {}", frame.number, chart.title);
            sheet.write_with_format(first - 1, 0, title, &style::heading())?;
            block_of(sheet, chart, first)?;
        }
    }
    Ok(())
}

/// The column of a series' distances to its lower limits; those to its upper limits come next.
pub(super) fn limits_column(chart: &Chart, series: usize) -> u16 {
    (1 + chart.series.len() + 2 * series) as u16
}

/// The column of the outline of a side of a pyramid.
pub(super) fn outline_column(chart: &Chart, series: usize) -> u16 {
    (1 + chart.series.len() + series) as u16
}

/// The column of a series' mean in a control chart; its lower and its upper limit come next.
pub(super) fn process_column(chart: &Chart, series: usize) -> u16 {
    (1 + 3 * chart.series.len() + 3 * series) as u16
}

/// The column of the sizes in a funnel plot.
pub(super) const SIZES: u16 = 4;

/// The column of the sizes of its lines; lower and upper limits of 95% and of 99.8%, and the benchmark,
/// come next.
pub(super) const LINES: u16 = 5;

/// How many rows the lines of a funnel plot have.
pub(super) fn lines(chart: &Chart) -> u32 {
    let lines = chart.funnel.as_ref().map(|funnel| funnel.lines[0].len());
    lines.unwrap_or(0) as u32
}

/// Lines of the longest heading of a chart's figures, which would lie over the title above it otherwise.
fn heading_lines(chart: &Chart) -> usize {
    let lines = |series: &ChartSeries| {
        let longest = match series.has_limits() || !chart.controls.is_empty() {
            true => format!("{}: distance to lower limit", series.name),
            false => series.name.clone(),
        };
        // Bold letters are wider.
        style::lines(&longest, usize::from(WIDTH) - 2).len()
    };
    chart.series.iter().map(lines).max().unwrap_or(1)
}

fn block_of(sheet: &mut Worksheet, chart: &Chart, first: u32) -> Result<(), XlsxError> {
    sheet.set_row_height(first, 15.0 * heading_lines(chart) as f64 + 3.0)?;
    sheet.write_with_format(first, 0, &chart.x_label, &style::header(false))?;
    for (row, category) in chart.categories.iter().enumerate() {
        sheet.write_with_format(first + 1 + row as u32, 0, category, &style::label(false))?;
    }
    for (index, series) in chart.series.iter().enumerate() {
        let column = 1 + index as u16;
        sheet.write_with_format(first, column, &series.name, &style::header(true))?;
        let is_left = chart.kind == ChartKind::Pyramid && index == 0;
        let format = match chart.unit {
            Unit::Count => style::figure(Unit::Count, false).set_num_format("#,##0;#,##0"),
            unit => style::figure(unit, false),
        };
        for (row, point) in series.points.iter().enumerate() {
            let at = first + 1 + row as u32;
            let of_excel = |n: f64| of_excel(chart.unit, n);
            if let Point::Value(value, limits) = *point {
                let value = if is_left { -value } else { value };
                sheet.write_with_format(at, column, of_excel(value), &format)?;
                if let Some((lower, upper)) = limits {
                    let place = limits_column(chart, index);
                    let (below, above) = (tenth(value - lower), tenth(upper - value));
                    sheet.write_with_format(at, place, of_excel(below), &format)?;
                    sheet.write_with_format(at, place + 1, of_excel(above), &format)?;
                }
            }
        }
        if series.has_limits() {
            for (offset, side) in ["lower", "upper"].iter().enumerate() {
                let heading = format!("{}: distance to {side} limit", series.name);
                let place = limits_column(chart, index) + offset as u16;
                sheet.write_with_format(first, place, heading, &style::header(true))?;
            }
        }
    }
    processes(sheet, chart, first)?;
    outline(sheet, chart, first)?;
    funnel(sheet, chart, first)
}

/// The outline of each side of a pyramid.
fn outline(sheet: &mut Worksheet, chart: &Chart, first: u32) -> Result<(), XlsxError> {
    let Some(outline) = &chart.outline else {
        return Ok(());
    };
    let format = style::figure(Unit::Count, false).set_num_format("#,##0;#,##0");
    for (index, (series, side)) in chart.series.iter().zip(&outline.sides).enumerate() {
        let column = outline_column(chart, index);
        let heading = format!("{}: {}", series.name, Outline::LABEL.to_lowercase());
        sheet.write_with_format(first, column, heading, &style::header(true))?;
        for (row, width) in (first + 1..).zip(side) {
            if let Some(width) = width {
                let width = if index == 0 { -width } else { *width };
                sheet.write_with_format(row, column, width.round(), &format)?;
            }
        }
    }
    Ok(())
}

/// Mean and limits of each series of a control chart, the same in each row of their points, so that they are
/// lines.
fn processes(sheet: &mut Worksheet, chart: &Chart, first: u32) -> Result<(), XlsxError> {
    let format = style::figure(chart.unit, false);
    for (index, (series, control)) in chart.series.iter().zip(&chart.controls).enumerate() {
        let Some((mean, lower, upper)) = control.limits else {
            continue;
        };
        let place = process_column(chart, index);
        let lines = [
            ("mean", mean),
            ("lower process limit", lower),
            ("upper process limit", upper),
        ];
        for (offset, (name, value)) in (0..).zip(lines) {
            let heading = format!("{}: {name}", series.name);
            sheet.write_with_format(first, place + offset, heading, &style::header(true))?;
            for row in control.first..chart.categories.len() {
                let value = of_excel(chart.unit, tenth(value));
                let row = first + 1 + row as u32;
                sheet.write_with_format(row, place + offset, value, &format)?;
            }
        }
    }
    Ok(())
}

/// Sizes and lines of a funnel plot.
fn funnel(sheet: &mut Worksheet, chart: &Chart, first: u32) -> Result<(), XlsxError> {
    let (Some(funnel), Some(benchmark)) = (&chart.funnel, &chart.benchmark) else {
        return Ok(());
    };
    let size = style::figure(Unit::Count, false);
    let figure = style::figure(chart.unit, false);
    let header = style::header(true);
    sheet.write_with_format(first, SIZES, &funnel.size_label, &header)?;
    for place in &funnel.places {
        let row = first + 1 + place.category as u32;
        sheet.write_with_format(row, SIZES, place.size, &size)?;
    }
    let headings = [
        "Size",
        "Lower 95% limit",
        "Upper 95% limit",
        "Lower 99.8% limit",
        "Upper 99.8% limit",
        &benchmark.label,
    ];
    for (offset, heading) in (0..).zip(headings) {
        sheet.write_with_format(first, LINES + offset, heading, &header)?;
    }
    let [inner, outer] = &funnel.lines;
    for (row, (inner, outer)) in (first + 1..).zip(inner.iter().zip(outer)) {
        sheet.write_with_format(row, LINES, inner.size.round(), &size)?;
        let values = [
            Some(inner.lower),
            inner.upper,
            Some(outer.lower),
            outer.upper,
            Some(benchmark.value),
        ];
        for (offset, value) in (1..).zip(values) {
            if let Some(value) = value {
                let value = of_excel(chart.unit, tenth(value));
                sheet.write_with_format(row, LINES + offset, value, &figure)?;
            }
        }
    }
    Ok(())
}

/// Excel's percentages are parts of one.
fn of_excel(unit: Unit, n: f64) -> f64 {
    match unit {
        Unit::Percent => n / 100.0,
        _ => n,
    }
}

fn tenth(n: f64) -> f64 {
    (n.max(0.0) * 10.0).round() / 10.0
}
