//! `days_between(from, to)`: days from a date to another.

use super::signature::arrays;
use arrow::array::{AsArray, Int32Array};
use arrow::datatypes::{DataType, Date32Type};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

/// Days from one date to another: 1 from a day to the next, negative when `to` comes first. NULL in
/// either argument gives NULL.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct DaysBetween {
    signature: Signature,
}

impl DaysBetween {
    /// The function.
    pub fn new() -> Self {
        DaysBetween {
            signature: Signature::exact(
                vec![DataType::Date32, DataType::Date32],
                Volatility::Immutable,
            ),
        }
    }
}

impl ScalarUDFImpl for DaysBetween {
    fn name(&self) -> &str {
        "days_between"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = arrays(&args)?;
        let from = arrays[0].as_primitive::<Date32Type>();
        let to = arrays[1].as_primitive::<Date32Type>();
        let days: Int32Array = from
            .iter()
            .zip(to.iter())
            .map(|(from, to)| to?.checked_sub(from?))
            .collect();
        Ok(ColumnarValue::Array(Arc::new(days)))
    }
}
