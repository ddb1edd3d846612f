//! Values of CSV files, from text to Arrow.

use super::decimal_mark::{self, ShownMark};
use super::moment::{self, Slashes};
use super::{ColumnType, CsvColumn, code, number};
use crate::decode::{ValueRule, Zone};
use crate::privacy::Treatment;
use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use std::borrow::Cow;
use std::sync::Arc;

/// A value, read as the type of its column.
pub(super) enum CsvValue<'a> {
    Null,
    Text(Cow<'a, str>),
    Integer(i64),
    Decimal(f64),
    Date(i32),
    Moment(i64),
    Boolean(bool),
}

/// A text as a value of its column, or why it is none, and what it says about the form of others.
pub(super) struct Read<'a> {
    pub value: Result<CsvValue<'a>, ValueRule>,
    /// What a date says about the order of its numbers.
    pub slashes: Option<Slashes>,
    /// What a number says about the mark before its decimals.
    pub mark: Option<ShownMark>,
}

impl<'a> From<Result<CsvValue<'a>, ValueRule>> for Read<'a> {
    fn from(value: Result<CsvValue<'a>, ValueRule>) -> Self {
        Read {
            value,
            slashes: None,
            mark: None,
        }
    }
}

/// Reads a text, bare of what programs put around it, as a value of `column`.
pub(super) fn read<'a>(column: &CsvColumn, text: &'a str, zone: Zone) -> Read<'a> {
    if text.is_empty() || column.is_null(text) {
        return Ok(CsvValue::Null).into();
    }
    match column.kind {
        ColumnType::String => match column.privacy {
            Treatment::Pseudonym => code::identifier(text).map(CsvValue::Text),
            _ => Ok(CsvValue::Text(Cow::Borrowed(text))),
        },
        ColumnType::Code => code::code(text, column.digits).map(CsvValue::Text),
        ColumnType::Boolean => boolean(text)
            .map(CsvValue::Boolean)
            .ok_or(ValueRule::WrongType),
        ColumnType::Integer | ColumnType::Decimal => return numeric(column, text),
        ColumnType::Date | ColumnType::DateTime => return dated(column, text, zone),
    }
    .into()
}

fn numeric<'a>(column: &CsvColumn, text: &str) -> Read<'a> {
    let text = column.decimal_mark.unwrap_or_default().with_point(text);
    let value = match column.kind {
        ColumnType::Integer => number::integer(&text).map(CsvValue::Integer),
        _ => number::decimal(&text).map(CsvValue::Decimal),
    };
    Read {
        value: value.ok_or(ValueRule::WrongType),
        slashes: None,
        // A setting needs no proof.
        mark: match column.decimal_mark {
            None => decimal_mark::shown(&text),
            Some(_) => None,
        },
    }
}

fn dated<'a>(column: &CsvColumn, text: &str, zone: Zone) -> Read<'a> {
    let (value, slashes) = match moment::read(text, &column.format) {
        Ok(found) if column.kind == ColumnType::Date => {
            (found.date(zone).map(CsvValue::Date), found.slashes)
        }
        Ok(found) => (Some(CsvValue::Moment(found.instant(zone))), found.slashes),
        Err(slashes) => (None, slashes),
    };
    Read {
        value: value.ok_or(ValueRule::WrongType),
        slashes,
        mark: None,
    }
}

/// Yes or no, by the words that programs write for them.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    let is = |words: [&str; 6]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match (
        is(["true", "t", "yes", "y", "1", "1.0"]),
        is(["false", "f", "no", "n", "0", "0.0"]),
    ) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// A column while it grows.
pub(super) enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Decimal(Float64Builder),
    Date(Date32Builder),
    Moment(TimestampMicrosecondBuilder),
    Boolean(BooleanBuilder),
}

impl Builder {
    /// No value yet of a column of the file.
    pub(super) fn new(column: &CsvColumn) -> Self {
        match column.kind {
            ColumnType::String | ColumnType::Code => Builder::Text(StringBuilder::new()),
            ColumnType::Integer => Builder::Integer(Int64Builder::new()),
            ColumnType::Decimal => Builder::Decimal(Float64Builder::new()),
            ColumnType::Date => Builder::Date(Date32Builder::new()),
            ColumnType::DateTime => Builder::Moment(TimestampMicrosecondBuilder::new()),
            ColumnType::Boolean => Builder::Boolean(BooleanBuilder::new()),
        }
    }

    /// The next value, which was read as the column's type.
    pub(super) fn append(&mut self, value: &CsvValue<'_>) {
        match (self, value) {
            (Builder::Text(b), CsvValue::Text(v)) => b.append_value(v),
            (Builder::Integer(b), CsvValue::Integer(v)) => b.append_value(*v),
            (Builder::Decimal(b), CsvValue::Decimal(v)) => b.append_value(*v),
            (Builder::Date(b), CsvValue::Date(v)) => b.append_value(*v),
            (Builder::Moment(b), CsvValue::Moment(v)) => b.append_value(*v),
            (Builder::Boolean(b), CsvValue::Boolean(v)) => b.append_value(*v),
            (Builder::Text(b), _) => b.append_null(),
            (Builder::Integer(b), _) => b.append_null(),
            (Builder::Decimal(b), _) => b.append_null(),
            (Builder::Date(b), _) => b.append_null(),
            (Builder::Moment(b), _) => b.append_null(),
            (Builder::Boolean(b), _) => b.append_null(),
        }
    }

    /// The column as an array.
    pub(super) fn finish(self) -> ArrayRef {
        match self {
            Builder::Text(mut b) => Arc::new(b.finish()),
            Builder::Integer(mut b) => Arc::new(b.finish()),
            Builder::Decimal(mut b) => Arc::new(b.finish()),
            Builder::Date(mut b) => Arc::new(b.finish()),
            Builder::Moment(mut b) => Arc::new(b.finish()),
            Builder::Boolean(mut b) => Arc::new(b.finish()),
        }
    }
}
