//! The struct that functions with confidence limits give.

use crate::functions::arguments::numbers;
use crate::functions::scalar::{Compute, scalar};
use crate::functions::settings::Setting;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, Float64Builder, StringBuilder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::array::from_fn;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// A value with its limits, and what they are: value, lower, upper, statistic, method.
pub(in crate::functions) fn interval_type() -> DataType {
    DataType::Struct(interval_fields())
}

fn interval_fields() -> Fields {
    Fields::from(vec![
        Field::new("value", DataType::Float64, true),
        Field::new("lower", DataType::Float64, true),
        Field::new("upper", DataType::Float64, true),
        Field::new("statistic", DataType::Utf8, true),
        Field::new("method", DataType::Utf8, true),
    ])
}

/// A function of so many numbers that gives an interval for each row.
pub(super) fn intervals(
    doc: &'static Doc,
    arguments: RangeInclusive<usize>,
    compute: Compute,
) -> Function {
    scalar(doc, &numbers(arguments), interval_type(), compute)
}

/// An interval for each row: NULL where an argument is, else what `one` pushes of the row's
/// arguments. Those that the call leaves out have their `defaults`.
pub(super) fn each_row<const N: usize>(
    arguments: &[ArrayRef],
    defaults: [f64; N],
    mut one: impl FnMut([f64; N], &mut Intervals) -> Result<()>,
) -> Result<ArrayRef> {
    let columns: [Setting; N] = from_fn(|i| Setting::of(arguments, i, defaults[i]));
    let mut out = Intervals::default();
    for row in 0..arguments.first().map_or(0, Array::len) {
        let values: [Option<f64>; N] = from_fn(|i| columns[i].at(row));
        if values.iter().all(Option::is_some) {
            one(values.map(Option::unwrap_or_default), &mut out)?;
        } else {
            out.null();
        }
    }
    out.finish()
}

/// Builds an array of them.
#[derive(Default)]
pub(in crate::functions) struct Intervals {
    numbers: [Float64Builder; 3],
    texts: [StringBuilder; 2],
    valid: Vec<bool>,
}

impl Intervals {
    /// No value at all.
    pub fn null(&mut self) {
        self.append([None; 3], [None; 2], false);
    }

    /// A value and its limits; each of them may be withheld, with `statistic` saying why. What is
    /// not finite is withheld.
    pub fn push(&mut self, numbers: [Option<f64>; 3], statistic: &str, method: &str) {
        let finite = numbers.map(|number| number.filter(|number| number.is_finite()));
        self.append(finite, [Some(statistic), Some(method)], true);
    }

    fn append(&mut self, numbers: [Option<f64>; 3], texts: [Option<&str>; 2], valid: bool) {
        for (builder, number) in self.numbers.iter_mut().zip(numbers) {
            builder.append_option(number);
        }
        for (builder, text) in self.texts.iter_mut().zip(texts) {
            builder.append_option(text);
        }
        self.valid.push(valid);
    }

    /// The array.
    pub fn finish(mut self) -> Result<ArrayRef> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(5);
        for builder in &mut self.numbers {
            columns.push(Arc::new(builder.finish()));
        }
        for builder in &mut self.texts {
            columns.push(Arc::new(builder.finish()));
        }
        let valid = Some(NullBuffer::from(self.valid));
        let array = StructArray::try_new(interval_fields(), columns, valid)?;
        Ok(Arc::new(array))
    }
}
