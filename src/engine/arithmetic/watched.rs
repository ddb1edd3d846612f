//! Functions of the engine whose result gets lost where it has no place.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Float64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};
use std::sync::Arc;

/// A function that fails instead: `round(x, 400)` is no number and `round(1e10, 300)` infinite, since
/// the engine multiplies by that power of ten; `date_bin` of a day after 2262 is NULL.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Watched {
    function: Arc<ScalarUDF>,
    loss: Loss,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Loss {
    /// Not finite, though the first argument is.
    Infinite,
    /// NULL, though no argument is.
    Null,
}

impl Watched {
    /// The function watched, if it is one that loses results, and not watched yet.
    pub(super) fn over(function: &Arc<ScalarUDF>) -> Option<Self> {
        let loss = match function.name() {
            "round" | "trunc" => Loss::Infinite,
            "date_bin" => Loss::Null,
            _ => return None,
        };
        (!function.inner().is::<Watched>()).then(|| Watched {
            function: function.clone(),
            loss,
        })
    }
}

impl ScalarUDFImpl for Watched {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn signature(&self) -> &Signature {
        self.function.signature()
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        self.function.return_type(kinds)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        self.function.return_field_from_args(arguments)
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        self.function.inner().coerce_types(kinds)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let (given, rows) = (arguments.args.clone(), arguments.number_rows);
        let result = self.function.invoke_with_args(arguments)?;
        let lost = match self.loss {
            Loss::Infinite => infinite(&given, &result, rows)?,
            Loss::Null => null(&given, &result, rows)?,
        };
        match (lost, self.loss) {
            (false, _) => Ok(result),
            (_, Loss::Infinite) => exec_err!(
                "Arithmetic overflow, as {} to so many places passes a double",
                self.name()
            ),
            (_, Loss::Null) => exec_err!(
                "Arithmetic overflow, as {} reaches from 1677 to 2262",
                self.name()
            ),
        }
    }
}

fn infinite(given: &[ColumnarValue], result: &ColumnarValue, rows: usize) -> Result<bool> {
    let Some(number) = given.first() else {
        return Ok(false);
    };
    if !result.data_type().is_floating() || !number.data_type().is_floating() {
        return Ok(false);
    }
    let doubles = |value: &ColumnarValue| -> Result<ArrayRef> {
        Ok(cast(&value.to_array(rows)?, &DataType::Float64)?)
    };
    let result = doubles(result)?;
    let result = result.as_primitive::<Float64Type>();
    if result.values().iter().all(|number| number.is_finite()) {
        return Ok(false);
    }
    let number = doubles(number)?;
    let mut pairs = number.as_primitive::<Float64Type>().iter().zip(result);
    Ok(pairs.any(|(given, made)| {
        given.is_some_and(f64::is_finite) && made.is_some_and(|made| !made.is_finite())
    }))
}

fn null(given: &[ColumnarValue], result: &ColumnarValue, rows: usize) -> Result<bool> {
    let result = result.to_array(rows)?;
    if result.null_count() == 0 {
        return Ok(false);
    }
    let mut arguments = Vec::with_capacity(given.len());
    for value in given {
        arguments.push(value.to_array(rows)?);
    }
    let there = |row: usize| arguments.iter().all(|array| array.is_valid(row));
    Ok((0..result.len()).any(|row| result.is_null(row) && there(row)))
}
