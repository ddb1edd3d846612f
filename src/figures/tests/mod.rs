//! The room as a whole, on made-up figures.

mod files;
mod periods;
pub(crate) mod sample;
