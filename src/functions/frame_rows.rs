//! The rows of a window's frame, kept as they are while it slides.

use arrow::array::{Array, ArrayRef};
use arrow::compute::concat;
use datafusion::common::{Result, exec_err};

/// The columns of a call over the rows of a frame, in the order in which rows came.
#[derive(Debug, Default)]
pub(crate) struct FrameRows(Vec<ArrayRef>);

impl FrameRows {
    /// The columns; none when no row has come yet.
    pub(crate) fn columns(&self) -> &[ArrayRef] {
        &self.0
    }

    /// Rows come into the frame.
    pub(crate) fn add(&mut self, values: &[ArrayRef]) -> Result<()> {
        if self.0.is_empty() {
            self.0 = values.to_vec();
            return Ok(());
        }
        for (kept, new) in self.0.iter_mut().zip(values) {
            *kept = concat(&[kept.as_ref(), new.as_ref()])?;
        }
        Ok(())
    }

    /// Rows leave the frame, in the order in which they came.
    pub(crate) fn remove(&mut self, values: &[ArrayRef]) -> Result<()> {
        for (kept, gone) in self.0.iter_mut().zip(values) {
            let Some(left) = kept.len().checked_sub(gone.len()) else {
                return exec_err!("a frame gives back more rows than it has");
            };
            *kept = kept.slice(gone.len(), left);
        }
        Ok(())
    }

    /// Bytes that the rows take.
    pub(crate) fn size(&self) -> usize {
        self.0.iter().map(Array::get_array_memory_size).sum()
    }
}
