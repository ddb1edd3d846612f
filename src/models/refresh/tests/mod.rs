//! Refreshed tables equal tables that are built in full, whatever a night brings.

mod files;
mod nights;
mod recheck;
mod record;
mod setting;
