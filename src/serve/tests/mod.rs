//! The pages over a store in memory.

mod api;
mod pages;
mod safety;
pub(crate) mod sample;
