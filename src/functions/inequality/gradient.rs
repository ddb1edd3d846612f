//! The slope and the relative index of inequality: what is kept of a group's quantiles, and what
//! is made of the line through them.

use super::simulation::{DRAWS, Draws};
use crate::functions::aggregate::aggregate;
use crate::functions::arguments::{given, population};
use crate::functions::broken_rule::broken_rule;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::group_rows::GroupRows;
use crate::functions::interval::confidence::Levels;
use crate::functions::interval::result::{Intervals, interval_type};
use crate::functions::settings::FunctionSetting;
use crate::functions::{Doc, Function};
use crate::statistics::inequality_index::{Index, Reduced};
use crate::statistics::limits::{CONFIDENCE, ConfidenceLevel};
use crate::statistics::quantile_line::Ranks;
use crate::statistics::transform::Transform;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;

/// An index of a group's quantiles, of the columns quantile, population, value; with lower and
/// upper where its limits are simulated.
#[derive(Clone)]
pub(super) struct Gradient {
    pub function: &'static str,
    pub index: Index,
    pub simulated: bool,
}

/// The quantiles of a group, each as its columns.
type Quantiles = GroupRows<4>;

const SETTINGS: [&str; 4] = ["transform", "multiplier", "confidence", "seed"];
const PARTS: [&str; 4] = ["population", "intercept", "slope", "standard_error"];
const COLUMNS: [&str; 5] = ["quantile", "population", "value", "lower", "upper"];

/// The aggregate function of an index, with limits that are simulated or by regression.
pub(super) fn gradient(doc: &'static Doc, index: Index, simulated: bool) -> Function {
    let gradient = Gradient {
        function: doc.name,
        index,
        simulated,
    };
    let (number, text) = (DataType::Float64, DataType::Utf8);
    let mut call = vec![number.clone(); gradient.columns()];
    let mut calls = vec![call.clone()];
    let seed = simulated.then(|| number.clone());
    for setting in [text, number.clone(), number].into_iter().chain(seed) {
        call.push(setting);
        calls.push(call.clone());
    }
    let calls: Vec<&[DataType]> = calls.iter().map(Vec::as_slice).collect();
    aggregate(doc, &calls, interval_type(&PARTS), gradient)
}

impl Gradient {
    /// How many numbers each row has.
    fn columns(&self) -> usize {
        if self.simulated { 5 } else { 3 }
    }

    fn check(&self, row: &[f64]) -> Result<()> {
        let quantile = row[0];
        if quantile.fract() != 0.0 || !(1.0..=100.0).contains(&quantile) {
            let rule = "must be a whole number, 1 (the most deprived) to 100";
            return broken_rule(self.function, "quantile", rule);
        }
        population(self.function, "population", row[1])?;
        for (name, number) in COLUMNS.iter().zip(row).skip(2) {
            if !number.is_finite() {
                return broken_rule(self.function, name, "must be a finite number");
            }
        }
        if self.simulated && row[3] > row[4] {
            return broken_rule(self.function, "lower", "must not be above upper");
        }
        Ok(())
    }
}

impl Fold for Gradient {
    type State = Quantiles;

    fn update(
        &self,
        states: &mut [Quantiles],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        let width = self.columns();
        let columns: Vec<FunctionSetting> = (0..width)
            .map(|index| FunctionSetting::of(values, index, f64::NAN))
            .collect();
        let transforms = values.get(width).map(|column| column.as_string::<i32>());
        let settings = [
            FunctionSetting::of(values, width + 1, 1.0),
            FunctionSetting::of(values, width + 2, CONFIDENCE),
            FunctionSetting::of(values, width + 3, 0.0),
        ];
        let mut beside = 0;
        rows.each(|row, group| {
            let mut numbers = [0.0; COLUMNS.len()];
            for ((number, column), name) in numbers.iter_mut().zip(&columns).zip(COLUMNS) {
                *number = given(self.function, name, column.at(row))?;
            }
            self.check(&numbers[..width])?;
            let transform = match transforms {
                Some(names) if names.is_null(row) => None,
                Some(names) => Some(Transform::of(self.function, names.value(row))?.number()),
                None => Some(Transform::None.number()),
            };
            let [multiplier, confidence, seed] = settings.each_ref().map(|s| s.at(row));
            let settings = [transform, multiplier, confidence, seed];
            let state = &mut states[group];
            state.settings.take(self.function, &SETTINGS, settings)?;
            beside += state.extend(&numbers[..width]);
            Ok(())
        })?;
        Ok(beside)
    }

    fn merge(
        &self,
        states: &mut [Quantiles],
        arrays: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        Quantiles::merge(states, arrays, rows, self.function, &SETTINGS)
    }

    fn finish(&self, states: Vec<Quantiles>) -> Result<ArrayRef> {
        let mut out = Intervals::of(&PARTS);
        let mut levels = Levels::default();
        let mut draws = Draws::default();
        for state in &states {
            let Some([transform, multiplier, confidence, seed]) = state.settings.get() else {
                out.null();
                continue;
            };
            if multiplier == 0.0 || !multiplier.is_finite() {
                return broken_rule(self.function, "multiplier", "must be a number, not 0");
            }
            let columns = self.ordered(state)?;
            let reduced = Reduced {
                index: self.index,
                transform: Transform::numbered(transform),
                multiplier,
            };
            let values = self.scaled(reduced.transform, 2, &columns[2])?;
            let ranks = Ranks::of(&columns[1]);
            let line = ranks.line(&values);
            let level = levels.at(self.function, confidence)?;
            let (limits, uncertain, method) = if self.simulated {
                let lower = self.scaled(reduced.transform, 3, &columns[3])?;
                let upper = self.scaled(reduced.transform, 4, &columns[4])?;
                let width = 2.0 * ConfidenceLevel::new(CONFIDENCE).z();
                let pairs = lower.iter().zip(&upper);
                let errors: Vec<f64> = pairs.map(|(l, u)| (u - l) / width).collect();
                let uncertain = ranks.propagate(&errors);
                let seed = self.seed(seed)?;
                let limits = reduced.percentiles(line, |index| {
                    draws.limits(seed, line, uncertain, level.confidence(), index)
                });
                (limits, uncertain, SIMULATED)
            } else {
                let uncertain = ranks.scatter(line, &values);
                let t = level.student(values.len() as f64 - 2.0);
                (reduced.limits(line, uncertain, t), uncertain, REGRESSION)
            };
            let numbers = [reduced.value(line), limits.0, limits.1].map(Some);
            let people = columns[1].iter().sum();
            let error = reduced.error(line, uncertain);
            let parts = [people, line.intercept, line.slope, error];
            out.push(numbers, self.index.name(), method, &parts);
        }
        out.finish()
    }
}

const REGRESSION: &str = "Weighted least squares, Student's t";
const SIMULATED: &str = "Weighted least squares, simulation of 100000 draws";
const _: () = assert!(DRAWS == 100_000, "the name of the method says how many");

impl Gradient {
    /// The rows' columns, in the order of the quantiles.
    fn ordered(&self, quantiles: &Quantiles) -> Result<Vec<Vec<f64>>> {
        let rows = quantiles.sorted(self.columns());
        let mut places = rows.iter().zip(1..);
        if places.any(|(row, place)| row[0] != f64::from(place)) {
            let rule = "must come once each, from 1 on without a gap, in a group";
            return broken_rule(self.function, "quantile", rule);
        }
        if rows.len() < 5 {
            let rule = "must be 5 or more in a group, and 100 at most";
            return broken_rule(self.function, "quantile", rule);
        }
        let column = |i: usize| rows.iter().map(|row| row[i]).collect();
        Ok((0..self.columns()).map(column).collect())
    }

    fn scaled(&self, transform: Transform, column: usize, values: &[f64]) -> Result<Vec<f64>> {
        let name = COLUMNS[column];
        let scaled = values.iter();
        scaled
            .map(|value| transform.forth(self.function, name, *value))
            .collect()
    }

    fn seed(&self, seed: f64) -> Result<u64> {
        if seed.fract() == 0.0 && (0.0..9e15).contains(&seed) {
            Ok(seed as u64)
        } else {
            broken_rule(self.function, "seed", "must be a whole number, 0 or more")
        }
    }
}
