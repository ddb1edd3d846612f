//! SQL functions, as analysts use them.

mod case;
mod cases;
mod counting;
mod engine;
mod help;
mod page;
mod same;
mod windows;
