//! Values of test files: CSV text as columns of a known type, and the other way round.

use crate::error::{Error, Result};
use crate::nearest::nearest;
use arrow::array::{Array, ArrayRef, StringArray};
use arrow::compute::{CastOptions, can_cast_types, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema};

/// CSV text: the names of its columns, and a text or NULL a row for each.
pub(super) struct CsvColumns {
    pub names: Vec<String>,
    pub columns: Vec<Vec<Option<String>>>,
    pub rows: usize,
}

/// Reads CSV text with a header. An empty value is NULL, spaces around values do not count, and nor
/// do lines of nothing.
pub(super) fn csv_text(place: &str, text: &str) -> Result<CsvColumns> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let wrong = |e: csv::Error| {
        let message = e.to_string();
        Error::usage(format!("{place}: the rows cannot be read"))
            .cause(message.strip_prefix("CSV error: ").unwrap_or(&message))
            .hint("write CSV with a header, and as many values in each row as it has columns")
    };
    let names: Vec<String> = reader
        .headers()
        .map_err(wrong)?
        .iter()
        .map(str::to_string)
        .collect();
    let mut others = names.iter().enumerate();
    if let Some((_, name)) = others.find(|(at, name)| names[..*at].contains(name)) {
        return Err(
            Error::usage(format!("{place}: column '{name}' is named twice"))
                .hint("name each column once"),
        );
    }
    let mut columns = vec![Vec::new(); names.len()];
    let mut rows = 0;
    for row in reader.records() {
        let row = row.map_err(wrong)?;
        for (column, value) in columns.iter_mut().zip(row.iter()) {
            column.push((!value.is_empty()).then(|| value.to_string()));
        }
        rows += 1;
    }
    Ok(CsvColumns {
        names,
        columns,
        rows,
    })
}

/// The column of `schema` that a test file names.
pub(super) fn field<'s>(place: &str, schema: &'s Schema, name: &str) -> Result<&'s Field> {
    schema.field_with_name(name).map_err(|_| {
        let names = schema.fields().iter().map(|field| field.name().as_str());
        Error::usage(format!("{place}: there is no column '{name}'")).hint(nearest(name, names))
    })
}

/// Texts as a column of the type of `field`.
pub(super) fn typed(place: &str, field: &Field, texts: &[Option<String>]) -> Result<ArrayRef> {
    let (name, kind) = (field.name(), field.data_type());
    if !can_cast_types(&DataType::Utf8, kind) {
        return Err(
            Error::usage(format!("{place}: column {name} cannot be written as CSV"))
                .cause(format!("its type is {kind}")),
        );
    }
    let written = StringArray::from_iter(texts);
    let options = CastOptions {
        safe: true,
        ..CastOptions::default()
    };
    let read = cast_with_options(&written, kind, &options)
        .map_err(|e| Error::usage(format!("{place}: column {name} cannot be read")).cause(e))?;
    let lost = (0..texts.len()).find(|row| written.is_valid(*row) && read.is_null(*row));
    match lost {
        Some(row) => Err(Error::usage(format!(
            "{place}: column {name}, row {}: '{}' is no {}",
            row + 1,
            texts[row].as_deref().unwrap_or_default(),
            in_words(kind)
        ))
        .hint(
            "dates are written 2026-11-22, times 2026-11-22T09:30:00, yes or no as true or false",
        )),
        None => Ok(read),
    }
}

/// What a value of a type is, as the error of one that is not calls it.
fn in_words(kind: &DataType) -> String {
    match kind {
        DataType::Date32 => "date".to_string(),
        DataType::Timestamp(..) => "time".to_string(),
        DataType::Boolean => "true or false".to_string(),
        kind if kind.is_integer() => "whole number".to_string(),
        kind if kind.is_numeric() => "number".to_string(),
        kind => kind.to_string(),
    }
}

/// A column as texts, as a test file would write them.
pub(super) fn texts(place: &str, field: &Field, column: &ArrayRef) -> Result<Vec<Option<String>>> {
    let shown =
        cast_with_options(column, &DataType::Utf8, &CastOptions::default()).map_err(|e| {
            Error::usage(format!(
                "{place}: column {} cannot be compared",
                field.name()
            ))
            .cause(e)
        })?;
    let shown = shown.as_any().downcast_ref::<StringArray>();
    let shown = shown.into_iter().flat_map(|texts| texts.iter());
    Ok(shown.map(|text| text.map(str::to_string)).collect())
}
