//! For tests: an aggregate over rows that come in another order and in parts.

use super::fold::{Fold, FoldRows, Kept};
use arrow::array::{ArrayRef, AsArray, Float64Array, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::Float64Type;
use proptest::prelude::*;
use std::sync::Arc;

/// Rows of numbers, none of them NULL, as columns.
pub(super) fn columns<const N: usize>(rows: &[[f64; N]]) -> Vec<ArrayRef> {
    let column = |i: usize| rows.iter().map(|row| row[i]).collect::<Float64Array>();
    (0..N).map(|i| Arc::new(column(i)) as ArrayRef).collect()
}

/// The value of one group of rows, taken in at once.
pub(super) fn at_once<F: Fold>(fold: &F, rows: &[ArrayRef]) -> ArrayRef {
    let mut state = [F::State::default()];
    let all = FoldRows::One(rows[0].len());
    fold.update(&mut state, rows, all).unwrap();
    fold.finish(Vec::from(state)).unwrap()
}

/// The same of rows in another order, cut into parts whose states are merged from the last to the
/// first, twice over: `order` holds a place for each row, `parts` in which part it is.
fn in_parts<F: Fold>(fold: &F, rows: &[ArrayRef], order: &[u32], parts: &[usize]) -> ArrayRef {
    let order = UInt32Array::from(order.to_vec());
    let moved: Vec<ArrayRef> = rows
        .iter()
        .map(|column| take(column, &order, None).unwrap())
        .collect();
    let mut states: Vec<F::State> = Vec::new();
    states.resize_with(4, F::State::default);
    fold.update(&mut states, &moved, FoldRows::Of(parts, None))
        .unwrap();
    let saved = F::State::save(states).unwrap();
    // The parts as two groups, then those as one.
    let mut pairs = [F::State::default(), F::State::default()];
    for part in (0..4).rev() {
        let one: Vec<ArrayRef> = saved.iter().map(|array| array.slice(part, 1)).collect();
        let group = [part % 2];
        fold.merge(&mut pairs, &one, FoldRows::Of(&group, None))
            .unwrap();
    }
    let saved = F::State::save(Vec::from(pairs)).unwrap();
    let mut whole = [F::State::default()];
    fold.merge(&mut whole, &saved, FoldRows::One(2)).unwrap();
    fold.finish(Vec::from(whole)).unwrap()
}

/// Value, lower and upper of the only interval.
pub(super) fn numbers(intervals: &ArrayRef) -> [Option<f64>; 3] {
    let intervals = intervals.as_struct();
    [0, 1, 2].map(|i| {
        let column = intervals.column(i).as_primitive::<Float64Type>();
        column.iter().next().flatten()
    })
}

/// Orders and parts for so many rows.
pub(super) fn shuffles(rows: usize) -> impl Strategy<Value = (Vec<u32>, Vec<usize>)> {
    let order: Vec<u32> = (0..rows as u32).collect();
    let parts = prop::collection::vec(0..4usize, rows);
    (Just(order).prop_shuffle(), parts)
}

/// Fails where order or parts change the value by more than a rounding.
pub(super) fn same_in_any_order<F: Fold>(
    fold: &F,
    rows: &[ArrayRef],
    (order, parts): &(Vec<u32>, Vec<usize>),
) -> Result<(), TestCaseError> {
    let expected = numbers(&at_once(fold, rows));
    let got = numbers(&in_parts(fold, rows, order, parts));
    for (a, b) in expected.iter().zip(got) {
        let near = match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(b.abs()),
            (a, b) => *a == b,
        };
        prop_assert!(near, "{expected:?} at once, {got:?} in parts");
    }
    Ok(())
}
