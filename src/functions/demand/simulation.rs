//! Runs of a projection: in each, every factor is drawn once for all cells, and every cell's count
//! from a Poisson distribution about what its factors make of it.

use super::cells::{AppliedFactor, ProjectionCells};
use super::step::{ProjectionStep, STEPS};
use crate::statistics::philox::PhiloxStream;
use crate::statistics::poisson;
use rayon::prelude::*;

/// Kinds of random numbers beside those of cells, whose kind is their year of 100 at most.
const FACTOR: u16 = 0xFFF0;
const CHOICE: u16 = 0xFFF1;

/// A year in a run, or in the principal projection.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct YearOutcome {
    /// Events times their amounts; in a run as they were drawn.
    pub total: f64,
    /// What each step adds to what is expected before it.
    pub steps: [f64; STEPS],
}

impl ProjectionCells {
    /// The expected values: each factor in the middle of its interval, alternatives by their
    /// probabilities.
    pub(super) fn principal(&self) -> Vec<YearOutcome> {
        let value = |factor: &AppliedFactor| {
            let share = factor.chosen.map_or(1.0, |(from, to)| to - from);
            share * factor.step.multiplier(factor.middle, factor.years)
        };
        let values: Vec<f64> = self.factors.iter().map(value).collect();
        self.outcome(&values, |_, expected| expected)
    }

    /// Each run's years.
    pub(super) fn simulate(&self, runs: u32, seed: u64) -> Vec<Vec<YearOutcome>> {
        // By run and not by cell: a run's sums are in the order of the cells on any number of
        // threads.
        (0..runs)
            .into_par_iter()
            .map(|run| self.run(run, seed))
            .collect()
    }

    fn run(&self, run: u32, seed: u64) -> Vec<YearOutcome> {
        let draw = |name: &u64| PhiloxStream::new(seed, *name, run, FACTOR).normal();
        let draws: Vec<f64> = self.draws.iter().map(draw).collect();
        let choice = |step: usize| PhiloxStream::new(seed, step as u64, run, CHOICE).unit();
        let choices: [f64; STEPS] = std::array::from_fn(choice);
        let value = |factor: &AppliedFactor| {
            let drawn = || {
                let value = factor.middle + factor.deviation * draws[factor.draw];
                factor.step.multiplier(value, factor.years)
            };
            match factor.chosen {
                None => drawn(),
                Some((from, to)) => {
                    // The last alternative ends where rounding leaves the sum of all.
                    let to = if to > 1.0 - 1e-9 { 1.0 } else { to };
                    let unit = choices[factor.step.place()];
                    if from <= unit && unit < to {
                        drawn()
                    } else {
                        0.0
                    }
                }
            }
        };
        let values: Vec<f64> = self.factors.iter().map(value).collect();
        self.outcome(&values, |cell, expected| {
            let cell = &self.cells[cell];
            let years = u16::from(self.years[cell.year]);
            let mut stream = PhiloxStream::new(seed, cell.name, run, years);
            poisson::draw(expected, &mut stream)
        })
    }

    /// Sums over cells, given what each factor multiplies by (0 for an alternative that is not
    /// chosen) and what becomes of the number of events that is expected of a cell.
    fn outcome(&self, values: &[f64], count: impl Fn(usize, f64) -> f64) -> Vec<YearOutcome> {
        let mut years = vec![YearOutcome::default(); self.years.len()];
        for (place, cell) in self.cells.iter().enumerate() {
            let mut multipliers = [1.0; STEPS];
            // Alternatives add up to one multiplier.
            let mut alternatives: [Option<f64>; STEPS] = [None; STEPS];
            for applied in &self.applies[cell.applies.clone()] {
                let factor = &self.factors[*applied];
                let step = factor.step.place();
                if factor.chosen.is_some() {
                    *alternatives[step].get_or_insert(0.0) += values[*applied];
                } else {
                    multipliers[step] *= values[*applied];
                }
            }
            let year = &mut years[cell.year];
            let mut expected = cell.events;
            let mut before = cell.events * cell.amount;
            let mut amount = cell.amount;
            for (step, multiplier) in multipliers.iter().enumerate() {
                let multiplier = multiplier * alternatives[step].unwrap_or(1.0);
                if step == ProjectionStep::Efficiency.place() {
                    amount *= multiplier;
                } else {
                    expected *= multiplier;
                }
                let after = expected * amount;
                year.steps[step] += after - before;
                before = after;
            }
            year.total += amount * count(place, expected);
        }
        years
    }

    /// What the cells come to in the baseline, by year: always the same.
    pub(super) fn baseline(&self) -> Vec<f64> {
        let mut years = vec![0.0; self.years.len()];
        for cell in &self.cells {
            years[cell.year] += cell.events * cell.amount;
        }
        years
    }
}
