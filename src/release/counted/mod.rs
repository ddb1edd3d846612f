//! Tables that declare what they count: the people or rows of a model, by dimensions.
//!
//! An author names a model, a condition and dimensions; the program writes the queries, computes every
//! cell with all its totals in one pass over the model, and knows who is behind each. So it knows, over
//! all tables of a release, which figures are of the same people and what adds up to what: that is
//! found in the data, and not believed.

mod answer;
mod condition;
mod counting;
mod cube;
mod definition;
mod equations;
mod figures;
mod level;
mod made;
mod nodes;
mod query;

pub(super) use answer::{CountedCells, answer};
pub(super) use counting::{
    AddedUp, CountedTable, Counting, area_source, beside_each_other, counted_table,
};
pub(super) use definition::{conditions, counted_in_words};
pub(super) use equations::between;
pub(super) use figures::{CellFigures, PlacedFigure, TablePlace};
pub(crate) use made::CountMade;
pub(super) use made::counts_made;
pub(super) use nodes::{ReleaseCell, ReleaseNodes};
pub(super) use query::judged;

#[cfg(test)]
mod tests;
