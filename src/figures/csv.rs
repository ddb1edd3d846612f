//! Figures of one table as tidy CSV: one figure a line, in the words of its dimensions.

use super::form::{DimensionKind, TableForm};
use super::frame::Figures;
use super::row::FigureRow;
use super::schema::{FIXED, SUPPRESSED};
use crate::error::{Context, Result};
use polars::prelude::{
    Column, DataFrame, DataType, Expr, IntoColumn, IntoLazy, NamedFrom, Series, col,
};
use polars_io::prelude::{CsvWriter, SerWriter};

/// The sign of a suppressed figure.
const SUPPRESSED_SIGN: &str = "*";

/// What stands behind the status of a revised figure.
const REVISED_SIGN: &str = " (revised)";

/// The sign of a figure that does not apply.
pub(crate) const NOT_APPLICABLE_SIGN: &str = "[z]";

/// A cell that is empty is none at all: Polars would write an empty text as two quotation marks.
type CsvCell = Option<String>;

impl Figures {
    /// The bytes of the CSV of a table, whose figures these are.
    ///
    /// # Errors
    /// Data, when it cannot be written.
    pub(crate) fn csv(&self, form: &TableForm) -> Result<Vec<u8>> {
        let rows = self.rows()?;
        let mut columns = Vec::new();
        let mut add = |name: &str, cells: Vec<CsvCell>| {
            columns.push(Series::new(name.into(), cells).into_column());
        };
        for (at, dimension) in form.dimensions().enumerate() {
            let labels = rows.iter().map(|row| Some(form.label(row, at)));
            add(dimension, labels.map(escaped).collect());
            if let Some(DimensionKind::Area { code: Some(name) }) = form.kinds.get(dimension) {
                let code = |row: &FigureRow| row.area.as_ref()?.code.clone();
                add(name, rows.iter().map(code).map(escaped).collect());
            }
        }
        for name in FIXED {
            let cells = rows.iter().enumerate();
            add(
                name,
                cells.map(|(at, row)| cell(form, name, at, row)).collect(),
            );
        }
        csv_bytes(rows.len(), columns)
    }
}

/// The bytes of a table as CSV. Columns are of texts, and have no empty one.
pub(super) fn csv_bytes(height: usize, columns: Vec<Column>) -> Result<Vec<u8>> {
    let mut frame = DataFrame::new(height, columns).data(|| "cannot make a table of figures")?;
    let mut bytes = Vec::new();
    let written = CsvWriter::new(&mut bytes).n_threads(1).finish(&mut frame);
    written.data(|| "cannot write figures as CSV")?;
    Ok(bytes)
}

/// A table of texts and numbers as CSV.
pub(crate) fn frame_csv(frame: DataFrame) -> Result<Vec<u8>> {
    let texts = frame.get_column_names_owned();
    let texts = texts
        .into_iter()
        .map(|name| col(name).cast(DataType::String));
    let frame = frame.lazy().select(texts.collect::<Vec<Expr>>()).collect();
    let frame = frame.data(|| "cannot write figures as CSV")?;
    let mut columns = Vec::new();
    for column in frame.columns() {
        let cells = column.str().data(|| "cannot write figures as CSV")?;
        // An empty text would be written as two quotation marks.
        let cell = |cell: Option<&str>| cell.filter(|c| !c.is_empty()).map(str::to_owned);
        let cells: Vec<Option<String>> = cells.iter().map(cell).map(escaped).collect();
        columns.push(Series::new(column.name().clone(), cells).into_column());
    }
    csv_bytes(frame.height(), columns)
}

/// A cell of the columns that every table has.
fn cell(form: &TableForm, column: &str, at: usize, row: &FigureRow) -> CsvCell {
    match column {
        "measure" => escaped(Some(row.measure_label.clone())),
        "unit" => Some(row.unit.clone()),
        "value" => Some(number(row, row.value)),
        "lower_95" | "upper_95" if !form.has_limits(at) => None,
        "lower_95" => limit(row, row.lower_95),
        "upper_95" => limit(row, row.upper_95),
        _ => Some(status(row)),
    }
}

/// The status of a figure with what else is to be known of it.
fn status(row: &FigureRow) -> String {
    let status = match row.held_from {
        Some(date) => format!("held from {date}"),
        None => row.status.clone(),
    };
    match row.is_revised() {
        true => status + REVISED_SIGN,
        false => status,
    }
}

/// The status of a figure as a CSV has it, without the sign of a revised one.
pub(crate) fn unmarked(status: &str) -> &str {
    status.strip_suffix(REVISED_SIGN).unwrap_or(status)
}

/// A CSV as it was written before revised figures had a sign in it.
pub(crate) fn without_signs(csv: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(csv);
    let line_end = format!("{REVISED_SIGN}\n");
    text.replace(&line_end, "\n").into_bytes()
}

/// A limit as it is shown: without one there is no sign, since that would be one of a figure.
fn limit(row: &FigureRow, limit: Option<f64>) -> CsvCell {
    (limit.is_some() || row.is_without_value()).then(|| number(row, limit))
}

/// A number as a program reads it, or the sign of why there is none.
fn number(row: &FigureRow, number: Option<f64>) -> String {
    match number {
        Some(number) if row.unit == "count" => format!("{number:.0}"),
        Some(number) => decimal(number),
        None if row.status == SUPPRESSED => SUPPRESSED_SIGN.to_owned(),
        None => NOT_APPLICABLE_SIGN.to_owned(),
    }
}

/// As many decimals as the figure was rounded to.
fn decimal(number: f64) -> String {
    format!("{number}")
}

/// A text that no spreadsheet takes for a formula: an apostrophe in front makes it text.
pub(crate) fn escaped(text: CsvCell) -> CsvCell {
    text.map(|text| match may_be_escaped(&text) {
        true => format!("'{text}"),
        false => text,
    })
}

/// The text that was escaped.
pub(crate) fn unescaped(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(inner) if may_be_escaped(inner) => inner,
        _ => text,
    }
}

/// Whether a text gets an apostrophe: a formula does, and so does what would be taken for one that has it.
fn may_be_escaped(text: &str) -> bool {
    is_formula(text.trim_start_matches('\''))
}

/// Whether a spreadsheet may take a text for a formula, also after blanks or as full-width signs.
fn is_formula(text: &str) -> bool {
    // A number is one, with or without a sign.
    let digits = text.trim_start_matches(['+', '-']);
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    if text.len() - digits.len() <= 1
        && digits.chars().all(is_number)
        && digits.parse::<f64>().is_ok()
    {
        return false;
    }
    let starts = |c: char| "=+-@＝＋－＠\t\r\n".contains(c);
    text.starts_with(starts) || text.trim_start().starts_with(starts)
}
