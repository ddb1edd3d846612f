//! Populace: the population-health analytics pipeline for England's shared care records.
//!
//! The rooms are the folders; data goes through them in this order and never back:
//! [`pull`] (with [`decode`] and [`privacy`]) → [`lake`] → [`models`] on the [`engine`] →
//! [`disclosure`] → [`release`]; what is released is kept as [`figures`].

// What `pub` says is so: the few types that `benches/`, `tests/` and `fuzz/` use are public.
#![warn(unreachable_pub)]

pub mod audit;
mod capital;
pub mod cli;
mod codes;
pub mod decode;
mod disclosure;
mod drawing;
pub mod engine;
pub mod error;
mod figures;
pub mod functions;
mod headlines;
pub mod lake;
pub mod memory;
pub mod models;
mod nearest;
#[cfg(test)]
mod notice;
mod notify;
mod panics;
pub mod pipeline;
mod plural;
pub mod privacy;
pub mod progress;
mod publication;
pub mod pull;
mod regular_file;
pub mod release;
mod retry;
pub mod scratch;
mod secure_url;
mod serve;
mod statistics;
mod stop;
pub mod synth;
mod transcoded;
mod visible;
