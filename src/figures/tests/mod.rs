//! The room as a whole, on made-up figures.

mod files;
pub(crate) mod sample;
