//! A report as an Excel workbook, after the Government Analysis Function's guidance on
//! spreadsheets: a contents sheet, one table a sheet, no merged cells, notes on their own sheet.

mod chart_sheet;
mod charts;
mod front;
mod style;
mod table_sheet;

use super::page::Page;
use crate::error::{Context, Result};
use chrono::Datelike;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

/// The bytes of the workbook: the same for the same page.
///
/// # Errors
/// Data, when the workbook cannot be written.
pub(super) fn bytes(page: &Page<'_>) -> Result<Vec<u8>> {
    build(page).data(|| format!("cannot write the workbook of report `{}`", page.report.name))
}

fn build(page: &Page<'_>) -> Result<Vec<u8>, XlsxError> {
    let as_of = page.about.as_of;
    // The clock would make each workbook different.
    let year = u16::try_from(as_of.year())
        .unwrap_or(1900)
        .clamp(1900, 9999);
    let made = ExcelDateTime::from_ymd(year, as_of.month() as u8, as_of.day() as u8)?;
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(&page.report.title)
            .set_subject(super::pivot::words(&page.report.description))
            .set_author("Populace")
            .set_creation_datetime(&made),
    );
    front::contents(workbook.add_worksheet(), page)?;
    let blocks = chart_sheet::layout(page);
    for (index, frame) in page.frames.iter().enumerate() {
        let sheet = workbook.add_worksheet();
        table_sheet::write(sheet, page, frame)?;
        if let (Some(chart), Some(first_row)) = (&page.charts[index], blocks[index]) {
            charts::insert(sheet, page, frame, chart, first_row)?;
        }
    }
    front::notes(workbook.add_worksheet(), page)?;
    if blocks.iter().any(Option::is_some) {
        chart_sheet::write(workbook.add_worksheet(), page, &blocks)?;
    }
    workbook.save_to_buffer()
}
