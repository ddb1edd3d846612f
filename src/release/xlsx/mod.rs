//! A report as an Excel workbook, after the Government Analysis Function's guidance on
//! spreadsheets: cover, contents and notes, one table a sheet with its native chart, no merged cells, true
//! dates, and signs in brackets where there is no figure.

mod axes;
mod chart_sheet;
mod charts;
mod cover;
mod front;
mod language;
mod profile_sheet;
mod series;
mod style;
mod table_sheet;
mod words;

#[cfg(test)]
pub(super) use style::shorthand;

use super::page::Page;
use crate::error::{Context, Result};
use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};

/// The bytes of the workbook: the same for the same page.
///
/// # Errors
/// Data, when the workbook cannot be written.
pub(super) fn bytes(page: &Page<'_>) -> Result<Vec<u8>> {
    let failed = || format!("cannot write the workbook of report `{}`", page.report.name);
    language::in_british_english(build(page).data(failed)?)
}

fn build(page: &Page<'_>) -> Result<Vec<u8>, XlsxError> {
    // The clock would make each workbook different.
    let made = cover::excel_date(page.about.as_of)?;
    let publisher = page.about.publisher.name.as_deref();
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new()
            .set_title(&page.report.title)
            .set_subject(super::pivot::words(&page.report.description))
            .set_author(publisher.unwrap_or("Populace"))
            .set_creation_datetime(&made),
    );
    cover::write(workbook.add_worksheet(), page)?;
    front::contents(workbook.add_worksheet(), page)?;
    front::notes(workbook.add_worksheet(), page)?;
    if !page.profile.is_empty() {
        profile_sheet::write(workbook.add_worksheet(), page)?;
    }
    let blocks = chart_sheet::layout(page);
    for (index, frame) in page.frames.iter().enumerate() {
        let sheet = workbook.add_worksheet();
        table_sheet::write(sheet, page, frame)?;
        if let (Some(chart), Some(first_row)) = (&page.charts[index], blocks[index]) {
            charts::insert(sheet, page, frame, chart, first_row)?;
        }
    }
    if blocks.iter().any(Option::is_some) {
        chart_sheet::write(workbook.add_worksheet(), page, &blocks)?;
    }
    workbook.save_to_buffer()
}
