//! An aggregate's state that is the rows of its group, for a value that needs all of them together.

use super::fold::{FoldRows, Kept};
use super::settings::FunctionSettings;
use arrow::array::{ArrayRef, AsArray, Float64Array, ListArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Float64Type};
use datafusion::common::Result;
use std::sync::Arc;

/// The numbers of a group's rows, one row after the other in the order in which they came, and the
/// settings that hold for all of them.
#[derive(Debug, Default)]
pub(super) struct GroupRows<const S: usize> {
    pub numbers: Vec<f64>,
    pub settings: FunctionSettings<S>,
}

fn item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Float64, true))
}

impl<const S: usize> Kept for GroupRows<S> {
    fn types() -> Vec<DataType> {
        vec![DataType::List(item())]
    }

    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>> {
        let mut numbers = Vec::new();
        let mut lengths = Vec::with_capacity(states.len());
        for state in &states {
            let before = numbers.len();
            if !state.numbers.is_empty() {
                numbers.extend_from_slice(&state.settings.parts());
                numbers.extend_from_slice(&state.numbers);
            }
            lengths.push(numbers.len() - before);
        }
        let values = Arc::new(Float64Array::from(numbers));
        let offsets = OffsetBuffer::from_lengths(lengths);
        let lists = ListArray::try_new(item(), offsets, values, None)?;
        Ok(vec![Arc::new(lists)])
    }
}

impl<const S: usize> GroupRows<S> {
    /// Takes the numbers of a row, or of several, in; gives the bytes that they took.
    pub(super) fn extend(&mut self, numbers: &[f64]) -> usize {
        let before = self.numbers.capacity();
        self.numbers.extend_from_slice(numbers);
        (self.numbers.capacity() - before) * size_of::<f64>()
    }

    /// The rows, each of so many numbers, in the order of their first.
    pub(super) fn sorted(&self, width: usize) -> Vec<&[f64]> {
        let mut rows: Vec<&[f64]> = self.numbers.chunks_exact(width).collect();
        rows.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
        rows
    }

    /// Takes in what [`Kept::save`] made of other states of the same groups; gives the bytes that
    /// this took.
    ///
    /// # Errors
    ///
    /// A setting, by its name, is not that of the rows before.
    pub(super) fn merge(
        states: &mut [Self],
        arrays: &[ArrayRef],
        rows: FoldRows,
        function: &'static str,
        names: &[&'static str; S],
    ) -> Result<usize> {
        let lists = arrays[0].as_list::<i32>();
        let numbers = lists.values().as_primitive::<Float64Type>().values();
        let offsets = lists.value_offsets();
        let mut beside = 0;
        rows.each(|row, group| {
            let saved = &numbers[offsets[row] as usize..offsets[row + 1] as usize];
            let Some((parts, saved)) = saved.split_first_chunk() else {
                return Ok(());
            };
            let state = &mut states[group];
            state.settings.merge(function, names, *parts)?;
            beside += state.extend(saved);
            Ok(())
        })?;
        Ok(beside)
    }
}
