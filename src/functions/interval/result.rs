//! The struct that functions with confidence limits give.

use crate::functions::arguments::numbers;
use crate::functions::scalar::{Compute, scalar};
use crate::functions::settings::FunctionSetting;
use crate::functions::{Doc, Function};
use arrow::array::{Array, ArrayRef, Float64Builder, StringBuilder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::array::from_fn;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The names of the numbers that a value was made of, which follow it in its struct: with them two
/// values can be compared, or added up. In order, without any for a value that has none.
pub(in crate::functions) type Parts = &'static [&'static str];

/// A value with its limits, and what they are: value, lower, upper, statistic, method; and its parts.
pub(in crate::functions) fn interval_type(parts: Parts) -> DataType {
    DataType::Struct(interval_fields(parts))
}

fn interval_fields(parts: Parts) -> Fields {
    let number = |name: &&str| Field::new(*name, DataType::Float64, true);
    let text = |name: &&str| Field::new(*name, DataType::Utf8, true);
    let numbers = ["value", "lower", "upper"];
    let fields = numbers.iter().map(number);
    let fields = fields.chain(["statistic", "method"].iter().map(text));
    fields.chain(parts.iter().map(number)).collect()
}

/// A function of so many numbers that gives an interval for each row.
pub(in crate::functions) fn intervals(
    doc: &'static Doc,
    arguments: RangeInclusive<usize>,
    parts: Parts,
    compute: Compute,
) -> Function {
    scalar(doc, &numbers(arguments), interval_type(parts), compute)
}

/// An interval for each row: NULL where an argument is, else what `one` pushes of the row's
/// arguments. Those that the call leaves out have their `defaults`.
pub(in crate::functions) fn each_row<const N: usize>(
    arguments: &[ArrayRef],
    parts: Parts,
    defaults: [f64; N],
    mut one: impl FnMut([f64; N], &mut Intervals) -> Result<()>,
) -> Result<ArrayRef> {
    let columns: [FunctionSetting; N] = from_fn(|i| FunctionSetting::of(arguments, i, defaults[i]));
    let mut out = Intervals::of(parts);
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
pub(in crate::functions) struct Intervals {
    names: Parts,
    numbers: [Float64Builder; 3],
    texts: [StringBuilder; 2],
    parts: Vec<Float64Builder>,
    valid: Vec<bool>,
}

impl Intervals {
    /// No intervals yet, of values that are made of these parts.
    pub(crate) fn of(parts: Parts) -> Self {
        Intervals {
            names: parts,
            numbers: Default::default(),
            texts: Default::default(),
            parts: parts.iter().map(|_| Float64Builder::new()).collect(),
            valid: Vec::new(),
        }
    }

    /// No value at all.
    pub(crate) fn null(&mut self) {
        self.append([None; 3], [None; 2], &[], false);
    }

    /// A value and its limits; each of them may be withheld, with `statistic` saying why. What is
    /// not finite is withheld. `parts` are in the order of their names; those that are left out at
    /// the end are NULL.
    pub(crate) fn push(
        &mut self,
        numbers: [Option<f64>; 3],
        statistic: &str,
        method: &str,
        parts: &[f64],
    ) {
        let finite = numbers.map(|number| number.filter(|number| number.is_finite()));
        self.append(finite, [Some(statistic), Some(method)], parts, true);
    }

    fn append(
        &mut self,
        numbers: [Option<f64>; 3],
        texts: [Option<&str>; 2],
        parts: &[f64],
        valid: bool,
    ) {
        for (builder, number) in self.numbers.iter_mut().zip(numbers) {
            builder.append_option(number);
        }
        for (i, builder) in self.parts.iter_mut().enumerate() {
            let part = parts.get(i).filter(|part| part.is_finite());
            builder.append_option(part.copied());
        }
        for (builder, text) in self.texts.iter_mut().zip(texts) {
            builder.append_option(text);
        }
        self.valid.push(valid);
    }

    /// The array.
    pub(crate) fn finish(mut self) -> Result<ArrayRef> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(5 + self.parts.len());
        for builder in &mut self.numbers {
            columns.push(Arc::new(builder.finish()));
        }
        for builder in &mut self.texts {
            columns.push(Arc::new(builder.finish()));
        }
        for builder in &mut self.parts {
            columns.push(Arc::new(builder.finish()));
        }
        let valid = Some(NullBuffer::from(self.valid));
        let array = StructArray::try_new(interval_fields(self.names), columns, valid)?;
        Ok(Arc::new(array))
    }
}
