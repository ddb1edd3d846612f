//! Tests of the whole program, as its users run it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod bad_input;
mod changes;
mod command_line;
mod faults;
mod kills;
mod nightly;
mod privacy;
mod project;
mod readme;
mod repeatable;
mod samples;
mod shared_input;
mod stores;
