//! What the operator is told: how nights ended, what signals do, and what programs can read.

mod describe;
mod json;
mod keyless;
mod logs;
mod lookup;
mod planning;
#[cfg(unix)]
mod prompt;
mod settings;
#[cfg(unix)]
mod signals;
mod sql_mistakes;
mod status;
mod terminal;
