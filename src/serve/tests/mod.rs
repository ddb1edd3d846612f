//! The pages over a store in memory.

mod api;
mod pages;
mod readers;
mod safety;
pub(crate) mod sample;
