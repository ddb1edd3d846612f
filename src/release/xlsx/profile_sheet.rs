//! The profile of an area on its sheet.

use super::style;
use crate::disclosure::NOT_APPLICABLE;
use crate::drawing::SpineChart;
use crate::drawing::{ProfileRow, ProfileTable};
use crate::release::frame::Unit;
use crate::release::number::is_whole;
use crate::release::page::Page;
use rust_xlsxwriter::{Table, TableColumn, TableStyle, Url, Worksheet, XlsxError};

/// The name of the sheet.
pub(super) const NAME: &str = "Profile";

/// What it is, in the contents.
pub(super) const TITLE: &str = "Profile: this area beside the whole area";

/// Characters in a line of words above the table.
const LINE: usize = 110;

/// Writes the sheet.
pub(super) fn write(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    sheet.set_name(NAME)?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    sheet.write_with_format(0, 0, TITLE, &style::title())?;
    let notes = SpineChart::of(page.profile).map_or_else(Vec::new, |_| SpineChart::table_notes());
    let lines = notes.iter().flat_map(|note| style::lines(note, LINE));
    let mut row = 1;
    for line in lines {
        sheet.write_with_format(row, 0, line, &style::text())?;
        row += 1;
    }
    let back = Url::new("internal:'Contents'!A1").set_text("Back to contents");
    sheet.write_url_with_format(row, 0, back, &style::link())?;
    let header = row + 1;
    let table = ProfileTable::of(page.profile);
    let headings: Vec<&str> = std::iter::once("Indicator")
        .chain(table.headings.iter().copied())
        .chain(["Compared"])
        .collect();
    let columns = headings.iter().enumerate().map(|(at, heading)| {
        let is_figure = (1..=table.headings.len()).contains(&at);
        TableColumn::new()
            .set_header(*heading)
            .set_header_format(style::header(is_figure))
    });
    let marked = Table::new()
        .set_name("profile")
        .set_columns(&columns.collect::<Vec<_>>())
        .set_banded_rows(false)
        .set_style(TableStyle::None);
    let last = header + table.rows.len().max(1) as u32;
    sheet.add_table(header, 0, last, (headings.len() - 1) as u16, &marked)?;
    for (at, row) in (header + 1..).zip(&table.rows) {
        write_row(sheet, at, row)?;
    }
    sheet.set_freeze_panes(header + 1, 1)?;
    sheet.set_repeat_rows(header, header)?;
    sheet.set_row_height(header, 33.0)?;
    sheet.set_column_width(0, 44)?;
    sheet.set_column_range_width(1, (headings.len() - 1) as u16, 15)?;
    Ok(())
}

fn write_row(sheet: &mut Worksheet, at: u32, row: &ProfileRow) -> Result<(), XlsxError> {
    sheet.write_with_format(at, 0, &row.label, &style::label(false))?;
    for (place, figure) in row.figures.iter().enumerate() {
        let unit = match row.unit(place) {
            "percent" => Unit::Percent,
            "count" => Unit::Count,
            _ => Unit::Mean,
        };
        let column = (1 + place) as u16;
        let Some(value) = figure else {
            sheet.write_with_format(at, column, NOT_APPLICABLE, &style::figure(unit, false))?;
            continue;
        };
        let digits = match is_whole(*value) {
            true => style::whole(unit),
            false => style::number(unit),
        };
        let format = style::figure(unit, false).set_num_format(digits);
        let value = match unit {
            // Excel's percentages are parts of one.
            Unit::Percent => (value * 10.0).round() / 1000.0,
            _ => *value,
        };
        sheet.write_with_format(at, column, value, &format)?;
    }
    let word = row.compared.word().unwrap_or_default();
    let column = (1 + row.figures.len()) as u16;
    sheet.write_with_format(at, column, word, &style::label(false))?;
    Ok(())
}
