//! Words down the first column of a sheet.

use super::style;
use crate::release::pivot::words;
use rust_xlsxwriter::{Url, Worksheet, XlsxError};

/// Characters in a line of the only column, which holds a few more.
const LINE: usize = 90;

/// Writes lines of words down the first column of a sheet.
pub(super) struct Words<'a> {
    pub(super) sheet: &'a mut Worksheet,
    pub(super) row: u32,
}

impl Words<'_> {
    /// The title of the sheet.
    pub(super) fn title(&mut self, text: &str) -> Result<(), XlsxError> {
        self.sheet
            .write_with_format(self.row, 0, text, &style::title())?;
        self.row += 1;
        Ok(())
    }

    /// A heading.
    pub(super) fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet
            .write_with_format(self.row, 0, text, &style::heading())?;
        self.row += 1;
        Ok(())
    }

    /// A paragraph, with the signs of the workbook.
    pub(super) fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        let text = style::shorthand(&words(text));
        // Not every program makes a row as high as its wrapped text.
        let lines = style::lines(&text, LINE).len().max(1);
        self.sheet.set_row_height(self.row, 15.0 * lines as f64)?;
        self.sheet
            .write_with_format(self.row, 0, text, &style::wrapped())?;
        self.row += 1;
        Ok(())
    }

    /// A link to a sheet.
    pub(super) fn link(&mut self, sheet: &str, text: &str) -> Result<(), XlsxError> {
        let url = Url::new(format!("internal:'{sheet}'!A1")).set_text(text);
        self.sheet
            .write_url_with_format(self.row, 0, url, &style::link())?;
        self.row += 1;
        Ok(())
    }
}

/// Makes a sheet of words ready to be written.
pub(super) fn lay_out(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    // No wider than a page: LibreOffice scales by columns, and would cut the only one at the edge.
    sheet.set_column_width(0, 70)?;
    sheet.set_screen_gridlines(false);
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(())
}
