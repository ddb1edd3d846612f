//! Aggregates over frames that leave rows behind, such as the last twelve months.

use super::fold::{Fold, FoldRows, length};
use super::frame_rows::FrameRows;
use arrow::array::ArrayRef;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;
use std::fmt;

/// Keeps the rows of a frame, and adds them up anew for each value: what is kept of a group cannot
/// give a row back, and sums that only grow would carry the rounding of all rows that have left.
pub(super) struct Sliding<F> {
    fold: F,
    rows: FrameRows,
}

impl<F: Fold> Sliding<F> {
    /// A frame without rows.
    pub(super) fn new(fold: F) -> Self {
        Sliding {
            fold,
            rows: FrameRows::default(),
        }
    }

    fn state(&self) -> Result<F::State> {
        let mut state = [F::State::default()];
        if !self.rows.columns().is_empty() {
            let rows = FoldRows::One(length(self.rows.columns()));
            self.fold.update(&mut state, self.rows.columns(), rows)?;
        }
        let [state] = state;
        Ok(state)
    }
}

impl<F: Fold> Accumulator for Sliding<F> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.rows.add(values)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.rows.remove(values)
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
        size_of_val(self) + self.rows.size()
    }
}

impl<F: Fold> fmt::Debug for Sliding<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sliding")
    }
}
