//! Values of CSV files, from text to Arrow.

use super::{ColumnType, CsvColumn};
use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::Date32Type;
use chrono::{NaiveDate, NaiveDateTime};
use std::sync::Arc;

/// A value, read as the type of its column.
pub(super) enum Value<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Decimal(f64),
    Date(i32),
    Moment(i64),
    Boolean(bool),
}

/// Reads a text as a type: None when it does not have the form of it; empty text is NULL.
pub(super) fn read(kind: ColumnType, text: &str) -> Option<Value<'_>> {
    if text.is_empty() {
        return Some(Value::Null);
    }
    Some(match kind {
        ColumnType::String | ColumnType::Code => Value::Text(text),
        ColumnType::Integer => Value::Integer(text.parse().ok()?),
        ColumnType::Decimal => Value::Decimal(
            text.parse()
                .ok()
                .filter(|number: &f64| number.is_finite())?,
        ),
        ColumnType::Date => Value::Date(read_date(text)?),
        ColumnType::DateTime => Value::Moment(read_moment(text)?),
        ColumnType::Boolean => Value::Boolean(match text {
            "true" | "1" | "yes" | "Y" | "y" => true,
            "false" | "0" | "no" | "N" | "n" => false,
            _ => return None,
        }),
    })
}

fn read_date(text: &str) -> Option<i32> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(Date32Type::from_naive_date(date))
}

/// Microseconds since 1970; a date alone is its midnight.
pub(super) fn read_moment(text: &str) -> Option<i64> {
    let forms = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
    ];
    let moment = forms
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()?
                .and_hms_opt(0, 0, 0)
        })?;
    Some(moment.and_utc().timestamp_micros())
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
    pub(super) fn append(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Builder::Text(b), Value::Text(v)) => b.append_value(v),
            (Builder::Integer(b), Value::Integer(v)) => b.append_value(*v),
            (Builder::Decimal(b), Value::Decimal(v)) => b.append_value(*v),
            (Builder::Date(b), Value::Date(v)) => b.append_value(*v),
            (Builder::Moment(b), Value::Moment(v)) => b.append_value(*v),
            (Builder::Boolean(b), Value::Boolean(v)) => b.append_value(*v),
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
