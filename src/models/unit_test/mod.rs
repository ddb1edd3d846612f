//! Unit tests of models: rows that are given, rows that are expected, and the real engine between.
//!
//! In: the files `tests/models/<layer>.<model>.yml` of a project. Out: for each case nothing, or how
//! what came differs from what was expected. Nothing of a lake is read.

mod bench;
mod case;
mod case_table;
mod cells;
mod difference;
mod engines;
mod given;
mod model_bench;

pub(crate) use bench::{TestBench, TestOutcome};
pub(crate) use case::{TestFile, test_files};
