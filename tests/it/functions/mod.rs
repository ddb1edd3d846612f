//! SQL functions, as analysts use them.

mod answers;
mod case;
mod cases;
mod engine;
mod page;
mod vectors_rates;
mod process;
mod stays;
mod variation;
