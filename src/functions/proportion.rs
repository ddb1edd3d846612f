//! `proportion(x, n, multiplier)`: a proportion with Wilson limits.

use super::interval::{CONFIDENCE, struct_type, wilson};
use super::rate::Intervals;
use super::signature::{arrays, broken_rule};
use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

/// A proportion of x in n with 95 % Wilson limits (PHEindicatormethods 2.1.0); "percentage" when
/// the multiplier is 100. NULL in any argument gives NULL. x < 0, x > n and n ≤ 0 are errors.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Proportion {
    signature: Signature,
}

impl Proportion {
    /// The function.
    pub fn new() -> Self {
        let number = DataType::Float64;
        Proportion {
            signature: Signature::exact(
                vec![number.clone(), number.clone(), number],
                Volatility::Immutable,
            ),
        }
    }
}

impl ScalarUDFImpl for Proportion {
    fn name(&self) -> &str {
        "proportion"
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
            if n <= 0.0 || !n.is_finite() {
                return broken_rule("proportion", "n", "must be a population above 0");
            }
            if x < 0.0 || x > n || !x.is_finite() {
                return broken_rule("proportion", "x", "must be from 0 to n");
            }
            let (lower, upper) = wilson(x, n, CONFIDENCE);
            let statistic = if m == 100.0 {
                "percentage"
            } else {
                "proportion"
            };
            out.push(x / n * m, lower * m, upper * m, statistic, "Wilson");
        }
        Ok(ColumnarValue::Array(out.finish()?))
    }
}
