//! The room as a whole, on made-up results of the two reports' SQL.

mod bounds;
mod files;
mod publishing;
mod reports;
pub(super) mod sample;
mod schemes;
