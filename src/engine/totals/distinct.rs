//! Sums of distinct values: the engine keeps the values, and they are added up here.

use super::outcome::Outcome;
use super::whole::Whole;
use arrow::array::{Array, ArrayRef, Decimal128Array};
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;

/// The engine's accumulator of distinct values.
#[derive(Debug)]
pub(super) struct Distinct {
    pub(super) inner: Box<dyn Accumulator>,
    /// The type of the sum.
    pub(super) kind: DataType,
}

impl Accumulator for Distinct {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.update_batch(values)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.inner.merge_batch(states)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.retract_batch(values)
    }

    fn supports_retract_batch(&self) -> bool {
        self.inner.supports_retract_batch()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner.state()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let state = self.inner.state()?;
        let [ScalarValue::List(values)] = state.as_slice() else {
            return exec_err!("distinct values have another state");
        };
        let values = values.values();
        let mut sum = Some(0_i128);
        Whole::each(values, |_, number| {
            sum = sum.and_then(|sum| sum.checked_add(number));
        })?;
        let Some(sum) = sum else {
            return exec_err!("Arithmetic overflow, as a sum has more than 38 digits");
        };
        let none = values.len() == values.null_count();
        let sum = Decimal128Array::from(vec![(!none).then_some(sum)]);
        let sum = Whole::column(&sum, &self.kind, Outcome::Sum)?;
        ScalarValue::try_from_array(&sum, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.inner.size()
    }
}
