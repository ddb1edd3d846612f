//! The cells of a projection with the factors that apply to each, checked against one another.

use super::factor_row::FactorRow;
use super::rule::NAME;
use super::step::{ProjectionStep, STEPS};
use crate::functions::broken_rule::broken_rule;
use datafusion::common::Result;
use std::collections::HashMap;
use std::ops::Range;

/// The width of an 80 % interval of a normal distribution, in standard deviations.
const WIDTH_80: f64 = 2.563_103_131_089_201;
/// How far the probabilities of alternatives may miss 1 by rounding.
const ROUNDING: f64 = 1e-9;

/// A factor as it applies to cells: all cells with the same one share it.
#[derive(Debug, Clone, Copy)]
pub(super) struct AppliedFactor {
    /// Which draw of a run it goes by.
    pub draw: usize,
    pub step: ProjectionStep,
    pub years: u8,
    pub middle: f64,
    pub deviation: f64,
    /// The units of a run's draw of the step that choose it, where it is one of alternatives.
    pub chosen: Option<(f64, f64)>,
}

/// A cell in a projected year.
#[derive(Debug)]
pub(super) struct ProjectedCell {
    /// Names its stream of random numbers.
    pub name: u64,
    /// The place of its year in [`ProjectionCells::years`].
    pub year: usize,
    pub events: f64,
    pub amount: f64,
    /// Where its factors stand in [`ProjectionCells::applies`].
    pub applies: Range<usize>,
}

/// All cells in all projected years.
#[derive(Debug)]
pub(super) struct ProjectionCells {
    /// Years after the baseline, in order.
    pub years: Vec<u8>,
    /// In the order of their hashes, which does not depend on that of rows.
    pub cells: Vec<ProjectedCell>,
    /// The factors of each cell, as places in `factors`.
    pub applies: Vec<usize>,
    pub factors: Vec<AppliedFactor>,
    /// The hashes of the factors' names: a run draws one number for each.
    pub draws: Vec<u64>,
}

/// What tells applied factors apart: two that agree in it are one.
type FactorIdentity = (usize, ProjectionStep, u8, [u64; 4]);

#[derive(Default)]
struct Factors {
    applied: Vec<AppliedFactor>,
    known: HashMap<FactorIdentity, usize>,
    draws: Vec<u64>,
    named: HashMap<u64, usize>,
}

impl Factors {
    fn place(&mut self, row: &FactorRow, chosen: Option<(f64, f64)>) -> usize {
        let draws = &mut self.draws;
        let draw = *self.named.entry(row.factor).or_insert_with(|| {
            draws.push(row.factor);
            draws.len() - 1
        });
        let (from, to) = chosen.unwrap_or((0.0, 2.0));
        let numbers = [row.lower, row.upper, from, to].map(f64::to_bits);
        let applied = &mut self.applied;
        let identity = (draw, row.step, row.years, numbers);
        *self.known.entry(identity).or_insert_with(|| {
            applied.push(AppliedFactor {
                draw,
                step: row.step,
                years: row.years,
                middle: f64::midpoint(row.lower, row.upper),
                deviation: (row.upper - row.lower) / WIDTH_80,
                chosen,
            });
            applied.len() - 1
        })
    }
}

impl ProjectionCells {
    /// The cells of rows, each of which keeps the rules of its own.
    ///
    /// # Errors
    ///
    /// Rows that contradict each other: see the function's page.
    pub(super) fn of(rows: &mut [FactorRow]) -> Result<Self> {
        // By all that a row has, so that nothing depends on the order in which rows came.
        rows.sort_unstable_by_key(|row| (row.cell, row.years, row.step, row.factor));
        let mut years: Vec<u8> = rows.iter().map(|row| row.years).collect();
        years.sort_unstable();
        years.dedup();
        let mut factors = Factors::default();
        let mut cells = Vec::new();
        let mut applies = Vec::new();
        for cell in rows.chunk_by(|a, b| a.cell == b.cell) {
            let of_years = cell.chunk_by(|a, b| a.years == b.years);
            let mut seen = 0;
            for (rows, years) in of_years.zip(&years) {
                if rows[0].years != *years {
                    return missing_year();
                }
                let from = applies.len();
                add_factors(rows, &mut factors, &mut applies)?;
                cells.push(ProjectedCell {
                    name: rows[0].cell as u64,
                    year: seen,
                    events: rows[0].events,
                    amount: rows[0].amount,
                    applies: from..applies.len(),
                });
                seen += 1;
            }
            if seen != years.len() {
                return missing_year();
            }
            if cell.iter().any(|row| row.events != cell[0].events) {
                return broken_rule(NAME, "events", "must be the same in all rows of a cell");
            }
            if cell.iter().any(|row| row.amount != cell[0].amount) {
                return broken_rule(NAME, "amount", "must be the same in all rows of a cell");
            }
        }
        Ok(ProjectionCells {
            years,
            cells,
            applies,
            factors: factors.applied,
            draws: factors.draws,
        })
    }
}

fn missing_year<T>() -> Result<T> {
    let rule = "must be there for every cell: a cell lacks a projected year that another has";
    broken_rule(NAME, "years", rule)
}

/// Adds the factors of one cell in one year.
fn add_factors(rows: &[FactorRow], factors: &mut Factors, applies: &mut Vec<usize>) -> Result<()> {
    if rows[0].step != ProjectionStep::Demographic {
        let rule = "must have 'demographic' for every cell and year: a cell lacks its population";
        return broken_rule(NAME, "step", rule);
    }
    if rows
        .windows(2)
        .any(|pair| (pair[0].step, pair[0].factor) == (pair[1].step, pair[1].factor))
    {
        let rule = "must not come twice in a step of a cell and year";
        return broken_rule(NAME, "factor", rule);
    }
    // What the probabilities of alternatives have come to, by step.
    let mut below = [0.0; STEPS];
    for row in rows {
        let chosen = (row.probability < 1.0).then(|| {
            let below = &mut below[row.step.place()];
            let from = *below;
            *below += row.probability;
            (from, *below)
        });
        applies.push(factors.place(row, chosen));
    }
    if below
        .iter()
        .any(|sum| *sum > 0.0 && (sum - 1.0).abs() > ROUNDING)
    {
        let rule = "must add up to 1 over the alternatives of a step, in each cell and year";
        return broken_rule(NAME, "probability", rule);
    }
    Ok(())
}
