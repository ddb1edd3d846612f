//! The sheets before and after the tables: contents and notes.

use super::style;
use crate::release::about::long_date;
use crate::release::page::Page;
use crate::release::pivot::words;
use rust_xlsxwriter::{Url, Worksheet, XlsxError};

/// Characters in a line of the only column, which holds a few more.
const LINE: usize = 84;

/// Writes lines of words down the first column of a sheet.
struct Words<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
}

impl Words<'_> {
    fn title(&mut self, text: &str) -> Result<(), XlsxError> {
        self.sheet
            .write_with_format(self.row, 0, text, &style::title())?;
        self.row += 1;
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet
            .write_with_format(self.row, 0, text, &style::heading())?;
        self.row += 1;
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        let text = words(text);
        // Not every program makes a row as high as its wrapped text.
        let lines = style::lines(&text, LINE).len().max(1);
        self.sheet.set_row_height(self.row, 15.0 * lines as f64)?;
        self.sheet
            .write_with_format(self.row, 0, text, &style::wrapped())?;
        self.row += 1;
        Ok(())
    }

    fn link(&mut self, sheet: &str, text: &str) -> Result<(), XlsxError> {
        let url = Url::new(format!("internal:'{sheet}'!A1")).set_text(text);
        self.sheet
            .write_url_with_format(self.row, 0, url, &style::link())?;
        self.row += 1;
        Ok(())
    }
}

fn lay_out(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 78)?;
    sheet.set_screen_gridlines(false);
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(())
}

/// The first sheet: what the report is, and where its tables are.
pub(super) fn contents(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    sheet.set_name("Contents")?;
    lay_out(sheet)?;
    let mut words = Words { sheet, row: 0 };
    words.title(&page.report.title)?;
    words.text(&page.report.description)?;
    words.text(&format!("As of {}.", long_date(page.about.as_of)))?;
    words.text(&format!("For: {}", page.report.audience))?;
    words.heading("What to know before using the figures")?;
    for note in &page.words.notes {
        words.text(note)?;
    }
    for note in &page.report.notes {
        words.text(note)?;
    }
    words.heading("Tables")?;
    for frame in page.frames {
        let text = format!("Table {}: {}", frame.number, frame.title);
        words.link(&super::style::sheet_name(frame.number), &text)?;
    }
    words.link("Notes", "Notes: definitions, disclosure control, sources")?;
    if page.charts.iter().any(Option::is_some) {
        words.link("Chart_data", "Chart data: the figures behind the charts")?;
    }
    Ok(())
}

/// The sheet of notes: definitions, rule and sources.
pub(super) fn notes(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    sheet.set_name("Notes")?;
    lay_out(sheet)?;
    let about = page.about;
    let mut words = Words { sheet, row: 0 };
    words.title("Notes")?;
    words.link("Contents", "Back to contents")?;
    words.heading("Definitions")?;
    for frame in page.frames {
        words.text(&format!(
            "Table {}: {}. {}",
            frame.number, frame.title, frame.description
        ))?;
    }
    words.heading(&format!("Disclosure control: scheme {}", page.scheme))?;
    for note in &page.words.notes {
        words.text(note)?;
    }
    words.heading("How these figures were made")?;
    words.text(&format!("Populace {}", about.program_version))?;
    for (name, value) in &about.parameters {
        words.text(&format!("Parameter {name}: {value}"))?;
    }
    for model in &about.models {
        let (name, fingerprint) = (&model.name, &model.fingerprint);
        words.text(&format!(
            "Model {name}: {} Fingerprint {fingerprint}.",
            model.description
        ))?;
    }
    for input in &about.inputs {
        words.text(&format!("Input {}{input}", input.table))?;
    }
    for list in &about.code_lists {
        words.text(&format!("Code list {}: {list}", list.name))?;
    }
    Ok(())
}
