//! The rows of a CSV file or of a sheet of a workbook.

use crate::error::{Context, Error, Result};
use crate::pipeline::WORKBOOKS;
use calamine::{Data, Reader, open_workbook_auto};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::path::Path;

/// Hands over each row with its line.
///
/// # Errors
/// Data: the file cannot be read, or has no such sheet; or what `each` says.
pub(super) fn each_row(
    file: &Path,
    sheet: Option<&str>,
    mut each: impl FnMut(u64, &[String]) -> Result<()>,
) -> Result<()> {
    let cannot = || format!("the reference file {} cannot be read", file.display());
    let is_workbook = file
        .extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| WORKBOOKS.contains(&ending.to_ascii_lowercase().as_str()));
    if is_workbook {
        return of_sheet(file, sheet, each);
    }
    if sheet.is_some() {
        return Err(Error::usage(cannot())
            .cause("it is no workbook, and has no sheets")
            .hint("take sheet out, or name the workbook"));
    }
    let bytes = crate::regular_file::read(file)
        .data(cannot)
        .map_err(|e| e.hint("correct its path under [reference]"))?;
    let text = match Encoding::for_bom(&bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0,
        None => match UTF_8.decode_without_bom_handling(&bytes) {
            (text, false) => text,
            (_, true) => WINDOWS_1252.decode_without_bom_handling(&bytes).0,
        },
    };
    // Lines are counted by their ends.
    let text = text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).data(cannot)? {
        let line = record.position().map_or(1, csv::Position::line);
        let row: Vec<String> = record
            .iter()
            .map(|value| value.trim().to_string())
            .collect();
        each(line, &row)?;
    }
    Ok(())
}

fn of_sheet(
    file: &Path,
    sheet: Option<&str>,
    mut each: impl FnMut(u64, &[String]) -> Result<()>,
) -> Result<()> {
    let cannot = || format!("the reference file {} cannot be read", file.display());
    let mut workbook = open_workbook_auto(file)
        .data(cannot)
        .map_err(|e| e.hint("correct its path under [reference]"))?;
    let sheets = workbook.sheet_names();
    let wanted = match sheet {
        Some(sheet) => sheets.iter().find(|name| name.trim() == sheet.trim()),
        None => sheets.first(),
    };
    let Some(wanted) = wanted.cloned() else {
        return Err(Error::data(cannot())
            .cause(format!("it has no sheet '{}'", sheet.unwrap_or_default()))
            .hint(crate::nearest::nearest(sheet.unwrap_or_default(), sheets)));
    };
    let range = workbook.worksheet_range(&wanted).data(cannot)?;
    let first = range.start().map_or(0, |(row, _)| u64::from(row));
    for (row, line) in range.rows().zip(first + 1..) {
        let row: Vec<String> = row.iter().map(cell).collect();
        each(line, &row)?;
    }
    Ok(())
}

/// A cell as text: whole numbers without a point, days as 2026-11-22.
fn cell(cell: &Data) -> String {
    match cell {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            format!("{number:.0}")
        }
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Error(_) => String::new(),
        other => other.to_string().trim().to_string(),
    }
}
