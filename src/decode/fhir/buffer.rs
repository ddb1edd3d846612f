//! A column while it grows: it can be cut back, so that a line that turns out wrong leaves no trace.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, BooleanBufferBuilder, ListArray, PrimitiveArray, StringArray,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{
    ArrowPrimitiveType, Date32Type, Field, Float64Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use arrow::error::ArrowError;

use super::arena::Value;
use super::column::Form;
use super::evaluate::{Evaluator, Wrong};
use super::temporal::Temporal;
use super::validity::Missing;

/// What counts as short: an id of 36 characters with its resource type does.
const SHORT: usize = 64;

/// The values of one column, or of one column's lists.
#[derive(Debug)]
pub(super) struct Buffer {
    form: Form,
    missing: Missing,
    values: Values,
}

/// Room that a column is likely to need, because the one before took it: growing step by step copies
/// all, and asks the system for more memory, again and again.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Room {
    pub rows: usize,
    /// Bytes of text.
    pub bytes: usize,
}

impl Room {
    /// The larger of the two, when `self` was some time ago.
    pub(super) fn after(self, last: Room) -> Room {
        let larger = |old: usize, new: usize| new.max(old - old / 16);
        Room {
            rows: larger(self.rows, last.rows),
            bytes: larger(self.bytes, last.bytes),
        }
    }

    /// An eighth more.
    pub(super) fn ample(self) -> Room {
        let ample = |size: usize| size + size / 8;
        Room {
            rows: ample(self.rows),
            bytes: ample(self.bytes),
        }
    }
}

#[derive(Debug)]
enum Values {
    Text { ends: Vec<i32>, bytes: Vec<u8> },
    Boolean(BooleanBufferBuilder),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Float64(Vec<f64>),
    List { ends: Vec<i32>, items: Box<Buffer> },
}

impl Buffer {
    pub(super) fn new(form: Form, collection: bool, room: Room) -> Buffer {
        let rows = room.rows;
        let ends = || {
            let mut ends = Vec::with_capacity(rows + 1);
            ends.push(0);
            ends
        };
        let values = if collection {
            Values::List {
                ends: ends(),
                items: Box::new(Buffer::new(form, false, room)),
            }
        } else {
            match form {
                Form::Boolean => Values::Boolean(BooleanBufferBuilder::new(rows)),
                Form::Int32 | Form::Date => Values::Int32(Vec::with_capacity(rows)),
                Form::Int64 | Form::Timestamp => Values::Int64(Vec::with_capacity(rows)),
                Form::Float64 => Values::Float64(Vec::with_capacity(rows)),
                _ => Values::Text {
                    ends: ends(),
                    bytes: Vec::with_capacity(room.bytes),
                },
            }
        };
        Buffer {
            form,
            missing: Missing::default(),
            values,
        }
    }

    /// The number of rows.
    fn rows(&self) -> usize {
        match &self.values {
            Values::Text { ends, .. } | Values::List { ends, .. } => ends.len() - 1,
            Values::Boolean(values) => values.len(),
            Values::Int32(values) => values.len(),
            Values::Int64(values) => values.len(),
            Values::Float64(values) => values.len(),
        }
    }

    /// The room that the column takes up.
    pub(super) fn room(&self) -> Room {
        match &self.values {
            Values::List { items, .. } => items.room(),
            Values::Text { bytes, .. } => Room {
                rows: self.rows(),
                bytes: bytes.len(),
            },
            _ => Room {
                rows: self.rows(),
                bytes: 0,
            },
        }
    }

    /// Appends a value; wrong when its type or form does not fit.
    #[inline(always)]
    pub(super) fn push(&mut self, value: Value, from: &Evaluator<'_>) -> Result<(), Wrong> {
        // Most values are short texts for columns of text, or missing.
        if let Values::Text { ends, bytes } = &mut self.values {
            if value == Value::Missing {
                self.missing.push(ends.len() - 1);
                ends.push(ends.last().copied().unwrap_or(0));
                return Ok(());
            }
            if let Value::Text { start, end } = value
                && matches!(self.form, Form::Text | Form::Any)
                && let (start, end) = (start as usize, end as usize)
                && end - start <= SHORT
                && let Some(rest) = from.line.get(start..)
                && let Some(block) = rest.first_chunk::<SHORT>()
            {
                // A copy of a fixed length takes no call.
                let length = bytes.len() + end - start;
                bytes.extend_from_slice(block);
                bytes.truncate(length);
                ends.push(i32::try_from(length).map_err(|_| Wrong)?);
                return Ok(());
            }
        }
        self.push_any(value, from)
    }

    #[inline(never)]
    fn push_any(&mut self, value: Value, from: &Evaluator<'_>) -> Result<(), Wrong> {
        if value == Value::Missing {
            self.push_null();
            return Ok(());
        }
        match &mut self.values {
            Values::Text { ends, bytes } => {
                push_text(self.form, value, from, bytes)?;
                ends.push(i32::try_from(bytes.len()).map_err(|_| Wrong)?);
            }
            Values::Boolean(values) => values.append(from.read_boolean(value).ok_or(Wrong)?),
            Values::Int32(values) if self.form == Form::Date => {
                values.push(temporal(value, from)?.day_in(from.zone).ok_or(Wrong)?);
            }
            Values::Int32(values) => {
                let number = from.read_integer(value).ok_or(Wrong)?;
                values.push(i32::try_from(number).map_err(|_| Wrong)?);
            }
            Values::Int64(values) if self.form == Form::Timestamp => {
                values.push(temporal(value, from)?.micros_in(from.zone).ok_or(Wrong)?);
            }
            Values::Int64(values) => values.push(from.read_integer(value).ok_or(Wrong)?),
            Values::Float64(values) => values.push(from.read_number(value)?),
            Values::List { ends, items } => {
                if let Value::Many { start, length } = value {
                    for at in start..start + length {
                        items.push(from.arena.slots[at as usize], from)?;
                    }
                } else {
                    items.push(value, from)?;
                }
                ends.push(i32::try_from(items.rows()).map_err(|_| Wrong)?);
            }
        }
        Ok(())
    }

    /// Appends no value in the place of one that did not fit.
    #[cold]
    pub(super) fn push_unknown(&mut self) {
        // A value may have been refused half-way.
        self.truncate(self.rows());
        self.push_null();
    }

    fn push_null(&mut self) {
        self.missing.push(self.rows());
        match &mut self.values {
            Values::Text { ends, .. } | Values::List { ends, .. } => {
                let last = ends.last().copied().unwrap_or(0);
                ends.push(last);
            }
            Values::Boolean(values) => values.append(false),
            Values::Int32(values) => values.push(0),
            Values::Int64(values) => values.push(0),
            Values::Float64(values) => values.push(0.0),
        }
    }

    /// Cuts the column back to `rows`. A value that was refused half-way goes too.
    pub(super) fn truncate(&mut self, rows: usize) {
        match &mut self.values {
            Values::Text { ends, bytes } => {
                ends.truncate(rows + 1);
                bytes.truncate(ends.last().map_or(0, |end| *end as usize));
            }
            Values::Boolean(values) => values.truncate(rows),
            Values::Int32(values) => values.truncate(rows),
            Values::Int64(values) => values.truncate(rows),
            Values::Float64(values) => values.truncate(rows),
            Values::List { ends, items } => {
                ends.truncate(rows + 1);
                items.truncate(ends.last().map_or(0, |end| *end as usize));
            }
        }
        self.missing.truncate(rows);
    }

    /// The column in Arrow.
    pub(super) fn finish(self) -> Result<ArrayRef, ArrowError> {
        let rows = self.rows();
        let nulls = self.missing.finish(rows);
        Ok(match self.values {
            Values::Text { ends, bytes } => {
                let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
                Arc::new(StringArray::try_new(ends, bytes.into(), nulls)?)
            }
            Values::Boolean(mut values) => Arc::new(BooleanArray::new(values.finish(), nulls)),
            Values::Int32(values) if self.form == Form::Date => {
                primitive::<Date32Type>(values, nulls)?
            }
            Values::Int32(values) => primitive::<Int32Type>(values, nulls)?,
            Values::Int64(values) if self.form == Form::Timestamp => {
                primitive::<TimestampMicrosecondType>(values, nulls)?
            }
            Values::Int64(values) => primitive::<Int64Type>(values, nulls)?,
            Values::Float64(values) => primitive::<Float64Type>(values, nulls)?,
            Values::List { ends, items } => {
                let items = items.finish()?;
                let field = Arc::new(Field::new("item", items.data_type().clone(), true));
                let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
                Arc::new(ListArray::try_new(field, ends, items, nulls)?)
            }
        })
    }
}

fn primitive<T: ArrowPrimitiveType>(
    values: Vec<T::Native>,
    nulls: Option<arrow::buffer::NullBuffer>,
) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(PrimitiveArray::<T>::try_new(
        values.into(),
        nulls,
    )?))
}

#[inline]
fn push_text(
    form: Form,
    value: Value,
    from: &Evaluator<'_>,
    bytes: &mut Vec<u8>,
) -> Result<(), Wrong> {
    match form {
        Form::Text => {
            if let Some(digits) = from.read_digits(value) {
                bytes.extend_from_slice(digits);
                return Ok(());
            }
        }
        Form::Any => {
            if let Some(text) = plain(value, from) {
                bytes.extend_from_slice(text.as_bytes());
                return Ok(());
            }
        }
        form => {
            let temporal = temporal(value, from)?;
            let fits = match form {
                Form::TimeText => temporal.is_time(),
                Form::DateText => !temporal.is_time() && !temporal.has_time(),
                _ => !temporal.is_time(),
            };
            if !fits {
                return Err(Wrong);
            }
        }
    }
    bytes.extend_from_slice(from.bytes(value)?);
    Ok(())
}

/// A value that is no string, as text for a column without a type.
fn plain(value: Value, from: &Evaluator<'_>) -> Option<String> {
    match value {
        Value::Boolean(value) => Some(value.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Decimal(number) => Some(number.to_string()),
        value => from.number_text(value).map(str::to_owned),
    }
}

#[inline]
fn temporal(value: Value, from: &Evaluator<'_>) -> Result<Temporal, Wrong> {
    if let Some(temporal) = from.temporal_literal(value) {
        return Ok(temporal);
    }
    Temporal::parse(from.bytes(value)?).ok_or(Wrong)
}
