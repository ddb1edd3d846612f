//! Sums and means of fractions that are the same in whatever order the rows come.
//!
//! DataFusion rounds after each addition, so that a sum's last digits depend on which thread read which
//! file first: a table that nobody changed would be another one the next time that it is made.

use super::outcome::Outcome;
use crate::functions::{Fold, FoldRows, Kept, Sum};
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, UInt64Array};
use arrow::datatypes::{DataType, Float64Type, UInt64Type};
use datafusion::common::{Result, exec_err};
use std::sync::Arc;

/// The sum or the mean of fractions; NULL is left out, and no numbers give NULL.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fractions(pub(super) Outcome);

/// A group's sum, and the number of its rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FractionTotal {
    sum: Sum,
    rows: u64,
}

impl Kept for FractionTotal {
    fn types() -> Vec<DataType> {
        vec![DataType::Float64, DataType::Float64, DataType::UInt64]
    }

    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>> {
        let part = |which: usize| -> ArrayRef {
            let parts = states.iter().map(|state| state.sum.parts()[which]);
            Arc::new(parts.collect::<Float64Array>())
        };
        let rows: UInt64Array = states.iter().map(|state| state.rows).collect();
        Ok(vec![part(0), part(1), Arc::new(rows)])
    }
}

impl Fold for Fractions {
    type State = FractionTotal;

    fn update(
        &self,
        states: &mut [FractionTotal],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let numbers = values[0].as_primitive::<Float64Type>();
        let add = |state: &mut FractionTotal, row: usize| {
            state.sum.add(numbers.value(row));
            state.rows += 1;
        };
        match numbers.null_count() {
            0 => rows.each(|row, group| {
                add(&mut states[group], row);
                Ok(())
            })?,
            _ => rows.each(|row, group| {
                if numbers.is_valid(row) {
                    add(&mut states[group], row);
                }
                Ok(())
            })?,
        }
        Ok(0)
    }

    fn merge(
        &self,
        states: &mut [FractionTotal],
        saved: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let [totals, errors, counts] = saved else {
            return exec_err!("a sum of fractions has another state");
        };
        let totals = totals.as_primitive::<Float64Type>();
        let errors = errors.as_primitive::<Float64Type>();
        let counts = counts.as_primitive::<UInt64Type>();
        rows.each(|row, group| {
            let parts = [totals.value(row), errors.value(row)];
            states[group].sum.merge(Sum::from_parts(parts));
            states[group].rows += counts.value(row);
            Ok(())
        })?;
        Ok(0)
    }

    fn finish(&self, states: Vec<FractionTotal>) -> Result<ArrayRef> {
        let result = |state: FractionTotal| match (self.0, state.rows) {
            (_, 0) => None,
            (Outcome::Sum, _) => Some(state.sum.value()),
            (Outcome::Mean, rows) => Some(state.sum.value() / rows as f64),
        };
        let results: Float64Array = states.into_iter().map(result).collect();
        Ok(Arc::new(results))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tenth of each number, from small ones to such that a tenth is lost beside them.
    fn tenths() -> Vec<f64> {
        let numbers = (0..4000_u32).map(|i| f64::from(i * 7919 % 4001) / 10.0);
        numbers
            .chain([1e15, -1e15, 3e11, -3e11])
            .collect::<Vec<f64>>()
    }

    /// The outcome over rows in this order, in so many parts of a plan that are then put together.
    fn in_parts(outcome: Outcome, numbers: &[f64], parts: usize) -> f64 {
        let fold = Fractions(outcome);
        let column: ArrayRef = Arc::new(Float64Array::from(numbers.to_vec()));
        let of: Vec<usize> = (0..numbers.len()).map(|row| row % parts).collect();
        let mut states = vec![FractionTotal::default(); parts];
        fold.update(&mut states, &[column], FoldRows::Of(&of, None))
            .unwrap();
        states.reverse();
        let saved = FractionTotal::save(states).unwrap();
        let mut whole = [FractionTotal::default()];
        fold.merge(&mut whole, &saved, FoldRows::One(parts))
            .unwrap();
        let results = fold.finish(Vec::from(whole)).unwrap();
        results.as_primitive::<Float64Type>().value(0)
    }

    #[test]
    fn order_and_parts_change_no_digit() {
        let forwards = tenths();
        let backwards: Vec<f64> = forwards.iter().rev().copied().collect();
        for parts in [1, 2, 3, 16] {
            for numbers in [&forwards, &backwards] {
                assert_eq!(in_parts(Outcome::Sum, numbers, parts), 800_191.7);
                let mean = in_parts(Outcome::Mean, numbers, parts);
                assert_eq!(mean, 800_191.7 / 4004.0);
            }
        }
        // Added one by one, they lose digits.
        assert_ne!(forwards.iter().sum::<f64>(), backwards.iter().sum::<f64>());
    }

    #[test]
    fn what_is_no_number_stays_none() {
        assert_eq!(
            in_parts(Outcome::Sum, &[1.0, f64::INFINITY, 1.0], 2),
            f64::INFINITY
        );
        assert!(in_parts(Outcome::Sum, &[f64::INFINITY, f64::NEG_INFINITY], 2).is_nan());
        assert!(in_parts(Outcome::Mean, &[1.0, f64::NAN], 1).is_nan());
    }

    #[test]
    fn null_is_left_out_and_no_numbers_are_null() {
        let fold = Fractions(Outcome::Mean);
        let column: ArrayRef = Arc::new(Float64Array::from(vec![None, Some(0.5), None]));
        let mut states = [FractionTotal::default(); 2];
        fold.update(&mut states, &[column], FoldRows::Of(&[0, 0, 1], None))
            .unwrap();
        let means = fold.finish(Vec::from(states)).unwrap();
        let means: Vec<Option<f64>> = means.as_primitive::<Float64Type>().iter().collect();
        assert_eq!(means, [Some(0.5), None]);
    }
}
