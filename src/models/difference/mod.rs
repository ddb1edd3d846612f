//! Aggregates by difference: groups over all people are kept, and a night takes the old rows of dirty
//! people from them and adds their new ones.
//!
//! A model of which the plan has such groups is split there: what is below them is run for dirty people
//! alone, before and now, and what is above them is run in full over the groups. Whatever is not known for
//! certain makes groups be made in full, which gives the same.

mod additive;
mod aggregate_file;
mod groups;
mod kept;
mod merge;
mod night;
mod plans_before;
mod request;
mod split;
mod touched;

pub(super) use kept::AggregateRows;
pub(super) use night::aggregate_rows;
pub(super) use request::DifferenceRequest;
pub(super) use split::kept_by_difference;

#[cfg(test)]
mod tests;
