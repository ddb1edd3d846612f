//! The figures behind the native charts.
//!
//! Charts cannot read the tables themselves: Excel draws a text such as `*` as a zero. Here a
//! suppressed figure is an empty cell, which Excel draws as a gap.

use super::style;
use crate::release::chart::{Chart, Point};
use crate::release::frame::Unit;
use crate::release::page::Page;
use crate::release::report_file::ChartKind;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// The name of the sheet.
pub(super) const NAME: &str = "Chart_data";

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
        next += chart.categories.len() as u32 + 3;
        Some(first)
    };
    page.charts.iter().map(place).collect()
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
        .set_column_range_width(1, 20, 16)?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    sheet.write_with_format(0, 0, "Chart data", &style::title())?;
    let gaps = format!(
        "A blank cell is * in the table ({}), or [z], so that the chart has a gap there. {}",
        page.words.sign, page.words.gap
    );
    for (index, line) in [
        "The figures behind the charts, the same as in the tables.",
        &gaps,
        "The left side of a population pyramid is drawn from negative numbers, shown without a \
         sign.",
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

fn block_of(sheet: &mut Worksheet, chart: &Chart, first: u32) -> Result<(), XlsxError> {
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
            let of_excel = |n: f64| {
                if chart.unit == Unit::Percent {
                    n / 100.0
                } else {
                    n
                }
            };
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
    Ok(())
}

fn tenth(n: f64) -> f64 {
    (n.max(0.0) * 10.0).round() / 10.0
}
