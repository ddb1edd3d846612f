//! Aggregates' states that are sums of a group's rows.

use super::fold::{FoldRows, Kept};
use super::settings::FunctionSettings;
use super::sum::Sum;
use arrow::array::{ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::Result;
use std::array::from_fn;
use std::sync::Arc;

/// Sums of a group's rows, and the settings that hold for all of these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums<const N: usize, const S: usize> {
    pub sums: [Sum; N],
    pub settings: FunctionSettings<S>,
}

impl<const N: usize, const S: usize> Default for Sums<N, S> {
    fn default() -> Self {
        Sums {
            sums: [Sum::default(); N],
            settings: FunctionSettings::default(),
        }
    }
}

impl<const N: usize, const S: usize> Kept for Sums<N, S> {
    fn types() -> Vec<DataType> {
        vec![DataType::Float64; 2 * N + S]
    }

    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>> {
        let mut columns = vec![Vec::with_capacity(states.len()); 2 * N + S];
        for state in &states {
            let sums = state.sums.iter().flat_map(|sum| sum.parts());
            let numbers = sums.chain(state.settings.parts());
            for (column, number) in columns.iter_mut().zip(numbers) {
                column.push(number);
            }
        }
        let array = |column| Arc::new(Float64Array::from(column)) as ArrayRef;
        Ok(columns.into_iter().map(array).collect())
    }
}

impl<const N: usize, const S: usize> Sums<N, S> {
    /// Takes a number into each sum.
    pub(super) fn add(&mut self, numbers: [f64; N]) {
        for (sum, number) in self.sums.iter_mut().zip(numbers) {
            sum.add(number);
        }
    }

    /// The sums as they stand.
    pub(super) fn values(&self) -> [f64; N] {
        self.sums.map(Sum::value)
    }

    /// Takes in what [`Kept::save`] made of other states of the same groups.
    ///
    /// # Errors
    ///
    /// A setting, by its name, is not that of the rows before.
    pub(super) fn merge(
        states: &mut [Self],
        saved: &[ArrayRef],
        rows: FoldRows,
        function: &'static str,
        names: &[&'static str; S],
    ) -> Result<()> {
        let columns = saved
            .iter()
            .map(|array| array.as_primitive::<Float64Type>());
        let columns: Vec<&Float64Array> = columns.collect();
        let (sums, settings) = columns.split_at(2 * N);
        rows.each(|row, group| {
            let state = &mut states[group];
            let settings = from_fn(|i| settings[i].value(row));
            if state.settings.merge(function, names, settings)? {
                for (sum, parts) in state.sums.iter_mut().zip(sums.chunks_exact(2)) {
                    sum.merge(Sum::from_parts([parts[0].value(row), parts[1].value(row)]));
                }
            }
            Ok(())
        })
    }
}
