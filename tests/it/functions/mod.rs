//! SQL functions, as analysts use them.

mod cases;
mod engine;
mod need;
mod page;
