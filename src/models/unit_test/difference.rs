//! How the rows of a model differ from those that a case expects.

use super::cells::{csv_text, field, texts, typed};
use crate::error::{Context, Result};
use crate::plural::things;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::DataType;

/// The most rows of a difference that are shown.
const SHOWN: usize = 20;

type TextRow = Vec<Option<String>>;

/// Lines that say how `rows` differ from the `expected` ones, in any order; none when they do not.
/// Only columns that `expected` names are compared. Numbers with a decimal point are compared to as
/// many places as are written.
pub(super) fn difference(
    place: &str,
    expected: &str,
    rows: &[RecordBatch],
    schema: &arrow::datatypes::SchemaRef,
) -> Result<Vec<String>> {
    let wanted = csv_text(place, expected)?;
    let all =
        concat_batches(schema, rows).data(|| format!("{place}: the rows cannot be compared"))?;
    let mut columns: Vec<(bool, TextRow, TextRow)> = Vec::new();
    for (name, written) in wanted.names.iter().zip(&wanted.columns) {
        let field = field(place, schema, name)?;
        let came = all
            .column_by_name(name)
            .ok_or("it is gone")
            .data(|| place.to_string())?;
        let rounded = matches!(field.data_type(), DataType::Float64 | DataType::Float32);
        // In the form in which what came is shown, but for the places that are written.
        let read = typed(place, field, written)?;
        let written = match rounded {
            true => written.clone(),
            false => texts(place, field, &read)?,
        };
        columns.push((rounded, written, texts(place, field, came)?));
    }
    let row = |at: usize, of: fn(&(bool, TextRow, TextRow)) -> &TextRow| -> TextRow {
        columns
            .iter()
            .map(|column| of(column)[at].clone())
            .collect()
    };
    let rounded: Vec<bool> = columns.iter().map(|(rounded, _, _)| *rounded).collect();
    let mut missing: Vec<TextRow> = (0..wanted.rows).map(|at| row(at, |c| &c.1)).collect();
    let mut beyond: Vec<TextRow> = Vec::new();
    for came in (0..all.num_rows()).map(|at| row(at, |c| &c.2)) {
        let found = missing
            .iter()
            .position(|row| different(row, &came, &rounded).is_empty());
        match found {
            Some(at) => drop(missing.remove(at)),
            None => beyond.push(came),
        }
    }
    if missing.is_empty() && beyond.is_empty() {
        return Ok(Vec::new());
    }
    let mut lines = vec![format!(
        "expected {}, and {} came; '-' is missing, '+' is there instead",
        things(wanted.rows, "row"),
        all.num_rows()
    )];
    lines.extend(shown(&wanted.names, &rounded, missing, beyond));
    Ok(lines)
}

/// The places at which two rows differ.
fn different(wanted: &TextRow, came: &TextRow, rounded: &[bool]) -> Vec<usize> {
    let differ = |at: &usize| match (&wanted[*at], &came[*at]) {
        (Some(wanted), Some(came)) if rounded[*at] => !as_written(wanted, came),
        (wanted, came) => wanted != came,
    };
    (0..wanted.len()).filter(differ).collect()
}

/// Whether `came`, rounded to the places that `wanted` is written with, is `wanted`.
fn as_written(wanted: &str, came: &str) -> bool {
    let (Ok(wanted_number), Ok(came)) = (wanted.parse::<f64>(), came.parse::<f64>()) else {
        return wanted == came;
    };
    let places = wanted.split_once('.').map_or(0, |(_, places)| places.len());
    wanted_number == came || format!("{wanted_number:.places$}") == format!("{came:.places$}")
}

/// Each missing row with the one that came instead of it, if one is like it, in aligned columns.
fn shown(
    names: &[String],
    rounded: &[bool],
    missing: Vec<TextRow>,
    mut beyond: Vec<TextRow>,
) -> Vec<String> {
    let mut signed: Vec<(char, TextRow, Vec<usize>)> = Vec::new();
    for row in missing {
        let nearest = beyond
            .iter()
            .enumerate()
            .map(|(at, came)| (different(&row, came, rounded), at))
            .filter(|(differ, _)| differ.len() < names.len())
            .min_by_key(|(differ, at)| (differ.len(), *at));
        signed.push(('-', row, Vec::new()));
        if let Some((differ, at)) = nearest {
            signed.push(('+', beyond.remove(at), differ));
        }
    }
    signed.extend(beyond.into_iter().map(|row| ('+', row, Vec::new())));
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let width = |at: usize| {
        let values = signed
            .iter()
            .map(|(_, row, _)| text(&row[at]).chars().count());
        values
            .chain([names[at].chars().count()])
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let line = |sign: char, values: Vec<String>| {
        let cells = values.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(value, width)| format!("{value:width$}"))
            .collect();
        format!("{sign} {}", cells.join("  "))
            .trim_end()
            .to_string()
    };
    let mut lines = vec![line(' ', names.to_vec())];
    for (sign, row, differ) in signed.iter().take(SHOWN) {
        let mut shown = line(*sign, row.iter().map(text).collect());
        if !differ.is_empty() {
            let names: Vec<&str> = differ.iter().map(|at| names[*at].as_str()).collect();
            shown.push_str(&format!("   <- {}", names.join(", ")));
        }
        lines.push(shown);
    }
    if signed.len() > SHOWN {
        lines.push(format!("  and {} more", signed.len() - SHOWN));
    }
    lines
}
