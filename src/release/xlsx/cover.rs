//! The first sheet: whose figures these are, what they say, and how good they are.

use super::style;
use super::words::{Words, lay_out};
use crate::release::about::long_date;
use crate::release::page::Page;
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Worksheet, XlsxError};

/// Writes the cover.
pub(super) fn write(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    sheet.set_name("Cover")?;
    lay_out(sheet)?;
    let mut words = Words { sheet, row: 0 };
    words.title(&page.report.title)?;
    words.text(&page.report.description)?;
    words.text(&format!("As of {}.", long_date(page.about.as_of)))?;
    let publisher = &page.about.publisher;
    let said = [
        ("Area", publisher.area.as_ref()),
        ("Published by", publisher.name.as_ref()),
        ("Contact", publisher.contact.as_ref()),
        ("For", Some(&page.report.audience)),
    ];
    for (name, fact) in said {
        if let Some(fact) = fact {
            words.text(&format!("{name}: {fact}"))?;
        }
    }
    words.heading("Date of the figures")?;
    words.date(page.about.as_of)?;
    if let Some(next) = publisher.next_release() {
        words.heading("Next release")?;
        words.date(next)?;
    }
    if !page.headlines.is_empty() {
        words.heading("Headlines")?;
        for headline in page.headlines {
            let table = headline.table.as_ref().and_then(|table| page.number(table));
            let table = table.map_or(String::new(), |number| format!(" (table {number})"));
            words.text(&format!("{}{table}", headline.words))?;
        }
    }
    words.heading("Quality of the data")?;
    for fact in page.quality {
        words.text(&format!("{}: {}", fact.label, fact.words))?;
    }
    words.heading("What to know before using the figures")?;
    for note in page.words.notes.iter().chain(&page.report.notes) {
        words.text(note)?;
    }
    words.heading("In this workbook")?;
    words.link("Contents", "Contents")?;
    words.link(
        "Notes",
        "Notes: signs, definitions, disclosure control, sources",
    )
}

impl Words<'_> {
    /// A day, as a date that Excel can reckon with.
    fn date(&mut self, day: NaiveDate) -> Result<(), XlsxError> {
        let day = excel_date(day)?;
        self.sheet
            .write_datetime_with_format(self.row, 0, &day, &style::day())?;
        self.row += 1;
        Ok(())
    }
}

/// A day as Excel has it.
pub(super) fn excel_date(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(day.year()).unwrap_or(1900).clamp(1900, 9999);
    ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8)
}
