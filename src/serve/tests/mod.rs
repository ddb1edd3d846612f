//! The pages over a store in memory.

mod api;
mod changing;
mod failing_store;
mod hidden;
mod pages;
mod readers;
mod refusals;
mod safety;
pub(crate) mod sample;
