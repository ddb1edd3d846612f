//! `rate(x, n, multiplier)`: a crude rate with limits.

use super::interval::{CONFIDENCE, crude_rate, struct_type};
use super::signature::{arrays, broken_rule};
use arrow::array::{Array, ArrayRef, AsArray, Float64Builder, StringBuilder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

/// A crude rate of events with 95 % limits: exact Poisson below 10 events, Byar from 10 on
/// (PHEindicatormethods 2.1.0). NULL in any argument gives NULL. x < 0 and n ≤ 0 are errors.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    signature: Signature,
}

impl Rate {
    /// The function.
    pub fn new() -> Self {
        let number = DataType::Float64;
        Rate {
            signature: Signature::exact(
                vec![number.clone(), number.clone(), number],
                Volatility::Immutable,
            ),
        }
    }
}

impl ScalarUDFImpl for Rate {
    fn name(&self) -> &str {
        "rate"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(struct_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = arrays(&args)?;
        let [x, n, multiplier] = [0, 1, 2].map(|i| arrays[i].as_primitive::<Float64Type>());
        let mut out = Intervals::default();
        for row in 0..x.len() {
            if x.is_null(row) || n.is_null(row) || multiplier.is_null(row) {
                out.null();
                continue;
            }
            let (x, n, m) = (x.value(row), n.value(row), multiplier.value(row));
            if x < 0.0 || !x.is_finite() {
                return broken_rule("rate", "x", "must be a count, 0 or more");
            }
            if n <= 0.0 || !n.is_finite() {
                return broken_rule("rate", "n", "must be a population above 0");
            }
            let (interval, method) = crude_rate(x, n, m, CONFIDENCE);
            out.push(
                interval.value,
                interval.lower,
                interval.upper,
                "rate",
                method,
            );
        }
        Ok(ColumnarValue::Array(out.finish()?))
    }
}

/// Builds the struct that interval functions give.
#[derive(Default)]
pub(super) struct Intervals {
    numbers: [Float64Builder; 3],
    texts: [StringBuilder; 2],
    valid: Vec<bool>,
}

impl Intervals {
    pub(super) fn null(&mut self) {
        self.numbers
            .iter_mut()
            .for_each(Float64Builder::append_null);
        self.texts.iter_mut().for_each(StringBuilder::append_null);
        self.valid.push(false);
    }

    pub(super) fn push(
        &mut self,
        value: f64,
        lower: f64,
        upper: f64,
        statistic: &str,
        method: &str,
    ) {
        for (builder, number) in self.numbers.iter_mut().zip([value, lower, upper]) {
            builder.append_value(number);
        }
        for (builder, text) in self.texts.iter_mut().zip([statistic, method]) {
            builder.append_value(text);
        }
        self.valid.push(true);
    }

    pub(super) fn finish(mut self) -> Result<ArrayRef> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(5);
        for builder in &mut self.numbers {
            columns.push(Arc::new(builder.finish()));
        }
        for builder in &mut self.texts {
            columns.push(Arc::new(builder.finish()));
        }
        let DataType::Struct(fields) = struct_type() else {
            return broken_rule("interval", "its type", "must be a struct");
        };
        let array = StructArray::try_new(fields, columns, Some(NullBuffer::from(self.valid)))?;
        Ok(Arc::new(array))
    }
}
