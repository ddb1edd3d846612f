//! SQL functions, as analysts use them.

mod answers;
mod case;
mod cases;
mod engine;
mod need;
mod page;
mod process;
mod stays;
mod variation;
mod vectors_rates;
