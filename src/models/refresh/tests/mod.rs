//! Refreshed tables equal tables that are built in full, whatever a night brings.

mod by_difference;
mod files;
mod moved_parameter;
mod nights;
mod recheck;
pub(in crate::models) mod record;
pub(in crate::models) mod setting;
mod switched_off;
