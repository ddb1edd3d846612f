//! SQL functions, as analysts use them.

mod answers;
mod case;
mod cases;
mod clauses;
mod counting;
mod engine;
mod help;
mod need;
mod odd_values;
mod page;
mod process;
mod properties;
mod same;
mod stays;
mod variation;
mod vectors_rates;
mod windows;
