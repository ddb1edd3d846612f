//! Aggregates over frames that leave rows behind, such as the last twelve months.

use super::fold::{Fold, Rows, length};
use arrow::array::{Array, ArrayRef};
use arrow::compute::concat;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;
use std::fmt;

/// Keeps the rows of a frame, and adds them up anew for each value: what is kept of a group cannot
/// give a row back, and sums that only grow would carry the rounding of all rows that have left.
pub(super) struct Sliding<F> {
    fold: F,
    /// The columns of the call, in the order in which rows came.
    rows: Vec<ArrayRef>,
}

impl<F: Fold> Sliding<F> {
    /// A frame without rows.
    pub(super) fn new(fold: F) -> Self {
        Sliding {
            fold,
            rows: Vec::new(),
        }
    }

    fn state(&self) -> Result<F::State> {
        let mut state = [F::State::default()];
        if !self.rows.is_empty() {
            let rows = Rows::One(length(&self.rows));
            self.fold.update(&mut state, &self.rows, rows)?;
        }
        let [state] = state;
        Ok(state)
    }
}

impl<F: Fold> Accumulator for Sliding<F> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if self.rows.is_empty() {
            self.rows = values.to_vec();
            return Ok(());
        }
        for (kept, new) in self.rows.iter_mut().zip(values) {
            *kept = concat(&[kept.as_ref(), new.as_ref()])?;
        }
        Ok(())
    }

    /// Rows leave in the order in which they came.
    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (gone, kept) = (length(values), length(&self.rows));
        if gone > kept {
            return exec_err!("a frame gives back more rows than it has");
        }
        for column in &mut self.rows {
            *column = column.slice(gone, kept - gone);
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        exec_err!("frames are not merged")
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        exec_err!("frames are not merged")
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let value = self.fold.finish(vec![Sliding::state(self)?])?;
        ScalarValue::try_from_array(&value, 0)
    }

    fn size(&self) -> usize {
        let columns = self.rows.iter();
        size_of_val(self) + columns.map(Array::get_array_memory_size).sum::<usize>()
    }
}

impl<F: Fold> fmt::Debug for Sliding<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sliding")
    }
}
