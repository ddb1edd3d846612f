//! A row of a call: one factor of one cell in one projected year.

use super::rule::NAME;
use super::step::ProjectionStep;
use crate::functions::settings::FunctionSettings;
use arrow::array::{ArrayRef, LargeBinaryBuilder};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use std::sync::Arc;

use crate::functions::fold::Kept;

/// Settings of a projection, the same in all rows.
pub(super) const SETTINGS: [&str; 2] = ["runs", "seed"];

/// A factor of a cell. Names are kept as hashes: they only tell cells and factors apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FactorRow {
    pub cell: u128,
    pub factor: u64,
    pub step: ProjectionStep,
    pub years: u8,
    pub events: f64,
    pub amount: f64,
    pub lower: f64,
    pub upper: f64,
    pub probability: f64,
}

/// The hash of a name.
pub(super) fn hashed(name: &str) -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
    u128::from_le_bytes(bytes)
}

const WIDTH: usize = 16 + 8 + 1 + 1 + 5 * 8;
const HEAD: usize = SETTINGS.len() * 8;

impl FactorRow {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.cell.to_le_bytes());
        out.extend_from_slice(&self.factor.to_le_bytes());
        out.push(self.step.place() as u8);
        out.push(self.years);
        let numbers = [
            self.events,
            self.amount,
            self.lower,
            self.upper,
            self.probability,
        ];
        for number in numbers {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (cell, bytes) = bytes.split_first_chunk()?;
        let (factor, bytes) = bytes.split_first_chunk()?;
        let ([step, years], bytes) = bytes.split_first_chunk()?;
        let mut numbers = bytes.chunks_exact(8).filter_map(|number| {
            let number = number.first_chunk()?;
            Some(f64::from_le_bytes(*number))
        });
        Some(FactorRow {
            cell: u128::from_le_bytes(*cell),
            factor: u64::from_le_bytes(*factor),
            step: ProjectionStep::at(*step)?,
            years: *years,
            events: numbers.next()?,
            amount: numbers.next()?,
            lower: numbers.next()?,
            upper: numbers.next()?,
            probability: numbers.next()?,
        })
    }
}

/// The rows of a group, in the order in which they came.
#[derive(Default)]
pub(super) struct FactorRows {
    pub rows: Vec<FactorRow>,
    pub settings: FunctionSettings<2>,
}

impl Kept for FactorRows {
    fn types() -> Vec<DataType> {
        vec![DataType::LargeBinary]
    }

    fn save(states: Vec<Self>) -> Result<Vec<ArrayRef>> {
        let mut saved = LargeBinaryBuilder::new();
        for state in &states {
            let mut bytes = Vec::new();
            if !state.rows.is_empty() {
                bytes.reserve(HEAD + state.rows.len() * WIDTH);
                for setting in state.settings.parts() {
                    bytes.extend_from_slice(&setting.to_le_bytes());
                }
                state.rows.iter().for_each(|row| row.write(&mut bytes));
            }
            saved.append_value(bytes);
        }
        Ok(vec![Arc::new(saved.finish())])
    }
}

impl FactorRows {
    /// Takes a row in, and gives the bytes that it took.
    pub(super) fn push(&mut self, row: FactorRow) -> usize {
        let before = self.rows.capacity();
        self.rows.push(row);
        (self.rows.capacity() - before) * size_of::<FactorRow>()
    }

    /// Takes in what [`Kept::save`] made of other rows, and gives the bytes that they took.
    pub(super) fn merge(&mut self, saved: &[u8]) -> Result<usize> {
        if saved.is_empty() {
            return Ok(0);
        }
        let Some((head, rows)) = saved.split_at_checked(HEAD) else {
            return exec_err!("{NAME}: a saved state is cut short");
        };
        let mut settings = [0.0; SETTINGS.len()];
        for (setting, bytes) in settings.iter_mut().zip(head.chunks_exact(8)) {
            *setting = bytes.first_chunk().map_or(0.0, |b| f64::from_le_bytes(*b));
        }
        self.settings.merge(NAME, &SETTINGS, settings)?;
        let before = self.rows.capacity();
        self.rows.reserve(rows.len() / WIDTH);
        for row in rows.chunks_exact(WIDTH) {
            let Some(row) = FactorRow::read(row) else {
                return exec_err!("{NAME}: a saved state is cut short");
            };
            self.rows.push(row);
        }
        Ok((self.rows.capacity() - before) * size_of::<FactorRow>())
    }
}
