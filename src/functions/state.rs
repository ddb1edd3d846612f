//! Aggregates' states that are a few numbers each.

use arrow::array::{ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use std::array::from_fn;
use std::sync::Arc;

/// Names and types of the arrays that [`save`] makes.
pub(super) fn number_columns(names: &[&'static str]) -> Vec<(&'static str, DataType)> {
    names
        .iter()
        .map(|name| (*name, DataType::Float64))
        .collect()
}

/// One array for each number of the states.
pub(super) fn save<const K: usize>(
    states: impl ExactSizeIterator<Item = [f64; K]>,
) -> Vec<ArrayRef> {
    let mut columns: [Vec<f64>; K] = from_fn(|_| Vec::with_capacity(states.len()));
    for state in states {
        for (column, number) in columns.iter_mut().zip(state) {
            column.push(number);
        }
    }
    columns
        .map(|column| Arc::new(Float64Array::from(column)) as ArrayRef)
        .to_vec()
}

/// The numbers of the state that is saved in a row.
pub(super) fn saved<const K: usize>(arrays: &[ArrayRef]) -> impl Fn(usize) -> [f64; K] {
    let columns: [&Float64Array; K] = from_fn(|i| arrays[i].as_primitive::<Float64Type>());
    move |row| columns.map(|column| column.value(row))
}
