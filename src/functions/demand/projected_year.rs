//! The struct that a projection gives for each year.

use super::cells::ProjectionCells;
use super::simulation::YearOutcome;
use super::step::STEPS;
use arrow::array::{ArrayRef, Float64Array, Int64Array, ListArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::common::Result;
use std::sync::Arc;

const NUMBERS: [&str; 6] = ["baseline", "principal", "mean", "median", "p10", "p90"];
const STEP_NUMBERS: [[&str; 3]; STEPS] = [
    ["demographic", "demographic_p10", "demographic_p90"],
    ["health_status", "health_status_p10", "health_status_p90"],
    [
        "non_demographic",
        "non_demographic_p10",
        "non_demographic_p90",
    ],
    ["avoidance", "avoidance_p10", "avoidance_p90"],
    ["efficiency", "efficiency_p10", "efficiency_p90"],
];

fn fields() -> Fields {
    let whole = |name: &str| Field::new(name, DataType::Int64, true);
    let number = |name: &&str| Field::new(*name, DataType::Float64, true);
    let numbers = NUMBERS.iter().chain(STEP_NUMBERS.as_flattened());
    let first = ["years", "cells", "runs"].into_iter().map(whole);
    first.chain(numbers.map(number)).collect()
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Struct(fields()), true))
}

/// A list of years.
pub(super) fn projection_type() -> DataType {
    DataType::List(item())
}

/// Builds an array of projections.
#[derive(Default)]
pub(super) struct Projections {
    whole: [Vec<i64>; 3],
    numbers: [Vec<f64>; NUMBERS.len() + 3 * STEPS],
    lengths: Vec<usize>,
    valid: Vec<bool>,
}

impl Projections {
    /// Takes a projection in. False when a number of it is not finite.
    pub(super) fn push(
        &mut self,
        cells: &ProjectionCells,
        principal: &[YearOutcome],
        runs: &[Vec<YearOutcome>],
    ) -> bool {
        let count = (cells.cells.len() / cells.years.len().max(1)) as i64;
        let baselines = cells.baseline();
        let mut finite = true;
        for (year, years) in cells.years.iter().enumerate() {
            let whole = [i64::from(*years), count, runs.len() as i64];
            for (column, value) in self.whole.iter_mut().zip(whole) {
                column.push(value);
            }
            let of = |pick: &dyn Fn(&YearOutcome) -> f64| {
                let mut drawn: Vec<f64> = runs.iter().map(|run| pick(&run[year])).collect();
                let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
                drawn.sort_unstable_by(f64::total_cmp);
                (mean, drawn)
            };
            let (mean, totals) = of(&|outcome| outcome.total);
            let mut numbers = vec![
                baselines[year],
                principal[year].total,
                mean,
                percentile(&totals, 0.5),
                percentile(&totals, 0.1),
                percentile(&totals, 0.9),
            ];
            for step in 0..STEPS {
                let (_, drawn) = of(&|outcome| outcome.steps[step]);
                numbers.push(principal[year].steps[step]);
                numbers.push(percentile(&drawn, 0.1));
                numbers.push(percentile(&drawn, 0.9));
            }
            finite &= numbers.iter().all(|number| number.is_finite());
            for (column, number) in self.numbers.iter_mut().zip(numbers) {
                column.push(number);
            }
        }
        self.lengths.push(cells.years.len());
        self.valid.push(true);
        finite
    }

    /// Takes in that nothing was to be projected.
    pub(super) fn null(&mut self) {
        self.lengths.push(0);
        self.valid.push(false);
    }

    /// The array.
    pub(super) fn finish(self) -> Result<ArrayRef> {
        let whole = self.whole.into_iter();
        let whole = whole.map(|column| Arc::new(Int64Array::from(column)) as ArrayRef);
        let numbers = self.numbers.into_iter();
        let numbers = numbers.map(|column| Arc::new(Float64Array::from(column)) as ArrayRef);
        let years = StructArray::try_new(fields(), whole.chain(numbers).collect(), None)?;
        let offsets = OffsetBuffer::from_lengths(self.lengths);
        let lists = ListArray::try_new(
            item(),
            offsets,
            Arc::new(years),
            Some(NullBuffer::from(self.valid)),
        )?;
        Ok(Arc::new(lists))
    }
}

/// The percentile of numbers in order, between the two that are nearest.
fn percentile(ordered: &[f64], share: f64) -> f64 {
    let place = share * (ordered.len().max(1) - 1) as f64;
    let below = place.floor();
    let at = |place: f64| ordered.get(place as usize).copied().unwrap_or(f64::NAN);
    let (low, high) = (at(below), at(place.ceil()));
    low + (high - low) * (place - below)
}
