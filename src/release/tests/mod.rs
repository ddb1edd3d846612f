//! The room as a whole, on made-up counts of the two reports.

mod bounds;
mod charts;
mod files;
mod headlines;
mod indices;
mod life_expectancy;
mod maps;
mod outlines;
mod packs;
mod publishing;
mod reports;
pub(super) mod sample;
mod schemes;
mod spines;
mod workbook;
