//! SQL functions, as analysts use them.

mod case;
mod cases;
mod engine;
mod need;
mod page;
