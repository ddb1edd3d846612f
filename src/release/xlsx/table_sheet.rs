//! One table on its sheet.

use super::cover::excel_date;
use super::style::{self, SUPPRESSED};
use crate::disclosure::NOT_APPLICABLE;
use crate::release::about::long_date;
use crate::release::frame::{Frame, Shown, Unit};
use crate::release::page::Page;
use crate::release::table_data::Label;
use chrono::NaiveDate;
use rust_xlsxwriter::{Table, TableColumn, TableStyle, Url, Worksheet, XlsxError};

/// Characters in a line of words above the table.
const LINE: usize = 120;

/// Rows that a sheet of paper has room for, below the words.
const ROWS_OF_A_PAGE: usize = 20;

/// Lines that a heading takes, where its words are not longer.
const MOST_LINES: usize = 5;

/// Characters of a heading that the button of the filter covers, and that keep it apart from the next.
const BUTTON: usize = 5;

/// Lines of notes above a table, at most: more, and the table would begin below the edge of a screen.
const NOTES: usize = 4;

/// The words between the title of a table and the way back: what it counts, of which area and day, and as many
/// of its notes as have room. The sheet of notes has all of them.
fn words(page: &Page<'_>, frame: &Frame) -> Vec<String> {
    let mut words = style::lines(&frame.description, LINE);
    let own = frame.area.as_ref().map(|area| &area.name);
    let area = own.or(page.about.publisher.area.as_ref());
    let area = area.map_or(String::new(), |area| format!("{area}. "));
    words.push(format!("{area}As of {}.", long_date(page.about.as_of)));
    // What stands for a figure comes first, then what is said of this table alone.
    let mut signs = page.words.above_a_table.iter();
    let notes = signs.next().into_iter().chain(&frame.notes).chain(signs);
    let mut left = NOTES;
    for note in notes {
        let lines = style::lines(&style::shorthand(note), LINE);
        if lines.len() <= left {
            left -= lines.len();
            words.extend(lines);
        }
    }
    words
}

/// The row of the table's header.
pub(super) fn header_row(page: &Page<'_>, frame: &Frame) -> u32 {
    3 + words(page, frame).len() as u32
}

/// The first row below the table, with one left free: what stands beside a table is not found by those
/// who read it aloud.
pub(super) fn free_row(page: &Page<'_>, frame: &Frame) -> u32 {
    header_row(page, frame) + frame.rows.len().max(1) as u32 + 2
}

/// Writes the sheet of a table.
pub(super) fn write(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    frame: &Frame,
) -> Result<(), XlsxError> {
    sheet.set_name(super::style::sheet_name(frame.number))?;
    let title = format!("Table {}: {}", frame.number, frame.title);
    sheet.write_with_format(0, 0, title, &style::title())?;
    let words = words(page, frame);
    for (index, line) in words.iter().enumerate() {
        sheet.write_with_format(1 + index as u32, 0, line, &style::text())?;
    }
    let header = header_row(page, frame);
    for (row, sheet_name, text) in [
        (header - 2, "Notes", "All notes on this table"),
        (header - 1, "Contents", "Back to contents"),
    ] {
        let url = Url::new(format!("internal:'{sheet_name}'!A1")).set_text(text);
        sheet.write_url_with_format(row, 0, url, &style::link())?;
    }
    cells(sheet, frame, header)?;
    sheet.set_freeze_panes(header + 1, frame.row_dimensions.len() as u16)?;
    // Where the reader starts is the top, though the panes are frozen below it.
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    // A chart on a page of its own is under no heading.
    if frame.rows.len() > ROWS_OF_A_PAGE {
        sheet.set_repeat_rows(header, header)?;
    }
    if page
        .number(&frame.id)
        .and_then(|n| page.charts.get(n - 1)?.as_ref())
        .is_some()
    {
        // A chart stands on a sheet of paper of its own.
        sheet.set_page_breaks(&[free_row(page, frame)])?;
    }
    Ok(())
}

fn cells(sheet: &mut Worksheet, frame: &Frame, header: u32) -> Result<(), XlsxError> {
    let columns = frame.columns();
    let dimensions = frame.row_dimensions.len();
    let mut headings: Vec<String> = frame
        .row_dimensions
        .iter()
        .map(|(_, heading)| heading.clone())
        .collect();
    headings.extend(columns.iter().map(|column| column.heading.clone()));
    let last_row = header + frame.rows.len().max(1) as u32;
    let table_columns: Vec<TableColumn> = headings
        .iter()
        .enumerate()
        .map(|(at, heading)| {
            let format = style::header(at >= dimensions);
            TableColumn::new()
                .set_header(heading)
                .set_header_format(format)
        })
        .collect();
    let table = Table::new()
        .set_name(format!("table_{}", frame.number))
        .set_columns(&table_columns)
        .set_autofilter(!frame.rows.is_empty())
        .set_banded_rows(false)
        .set_style(TableStyle::None);
    sheet.add_table(header, 0, last_row, (headings.len() - 1) as u16, &table)?;
    if frame.rows.is_empty() {
        sheet.write_with_format(header + 1, 0, "There are no rows", &style::label(false))?;
    }
    rows(sheet, frame, header)?;
    widths(sheet, frame, &headings)?;
    let tallest = headings
        .iter()
        .skip(dimensions)
        .map(|heading| heading_lines(heading))
        .max();
    sheet.set_row_height(header, 15.0 * tallest.unwrap_or(1) as f64 + 3.0)?;
    Ok(())
}

/// Writes labels and figures, a row of the frame a row of the sheet.
fn rows(sheet: &mut Worksheet, frame: &Frame, header: u32) -> Result<(), XlsxError> {
    let columns = frame.columns();
    let dimensions = frame.row_dimensions.len();
    let tenths: Vec<bool> = columns.iter().map(|c| frame.has_tenths(c)).collect();
    for (r, row) in frame.rows.iter().enumerate() {
        let at = header + 1 + r as u32;
        for (d, label) in row.labels.iter().enumerate() {
            row_label(sheet, (at, d as u16), label, row.is_total)?;
        }
        for (c, column) in columns.iter().enumerate() {
            let unit = frame.measures[column.measure].unit;
            let is_total = row.is_total;
            let shown = frame.shown(r, column);
            let digits = match tenths[c] {
                true => style::number(unit),
                false => style::whole(unit),
            };
            let format = style::figure(unit, is_total);
            let format = match frame.is_revised(r, column) {
                true => format.set_num_format(style::revised(digits)),
                false => format.set_num_format(digits),
            };
            let place = (dimensions + c) as u16;
            match shown {
                Shown::Count(n) => sheet.write_with_format(at, place, n as f64, &format)?,
                Shown::Decimal(n) if unit == Unit::Percent => {
                    // Excel's percentages are parts of one.
                    sheet.write_with_format(at, place, (n * 10.0).round() / 1000.0, &format)?
                }
                Shown::Decimal(n) => sheet.write_with_format(at, place, n, &format)?,
                Shown::Suppressed => sheet.write_with_format(at, place, SUPPRESSED, &format)?,
                Shown::NotApplicable => {
                    sheet.write_with_format(at, place, NOT_APPLICABLE, &format)?
                }
            };
        }
    }
    Ok(())
}

/// Writes a row label: a day or month as a date, all else as text.
fn row_label(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    label: &Label,
    is_total: bool,
) -> Result<(), XlsxError> {
    let day = NaiveDate::parse_from_str(&label.value, "%Y-%m-%d").ok();
    if let Some(day) = day.filter(|_| label.text != label.value) {
        let is_month = day.format("%b %Y").to_string() == label.text;
        let format = style::date_label(is_month);
        sheet.write_datetime_with_format(row, column, &excel_date(day)?, &format)?;
    } else {
        let format = match label.is_own {
            true => style::label(is_total).set_bold(),
            false => style::label(is_total),
        };
        sheet.write_with_format(row, column, label.shown(), &format)?;
    }
    Ok(())
}

/// Makes each column as wide as its labels and the longest word of its heading.
fn widths(sheet: &mut Worksheet, frame: &Frame, headings: &[String]) -> Result<(), XlsxError> {
    for (at, heading) in headings.iter().enumerate() {
        let labels = frame.rows.iter().filter_map(|row| row.labels.get(at));
        let widest = labels
            .map(|label| label.shown().chars().count())
            .max()
            .unwrap_or(0);
        let width = widest.clamp(11, 48).max(heading_width(heading)) as f64;
        sheet.set_column_width(at as u16, width + 1.5)?;
    }
    Ok(())
}

/// Characters of a column in which a heading takes few lines, none of its words is divided, and there is room
/// for the button of the filter, and between it and the next.
fn heading_width(heading: &str) -> usize {
    let words = heading.split(' ').map(|word| word.chars().count());
    let longest = words.max().unwrap_or(0);
    let line = heading.chars().count().div_ceil(MOST_LINES - 1);
    longest.max(line) + BUTTON
}

/// Lines of a heading in its column.
fn heading_lines(heading: &str) -> usize {
    style::lines(heading, heading_width(heading) - BUTTON).len()
}

#[cfg(test)]
mod tests {
    use super::{heading_lines, heading_width};

    #[test]
    fn the_longest_heading_has_room_for_all_of_its_lines() {
        let long = "2025/26: Emergency admissions per 1,000 people of 75 and over: lower 95% limit";
        // 78 letters in four lines of twenty, which words may make five.
        assert_eq!(heading_width(long), 25);
        assert!(
            (4..=5).contains(&heading_lines(long)),
            "{}",
            heading_lines(long)
        );
        assert_eq!((heading_width("People"), heading_lines("People")), (11, 1));
    }
}
