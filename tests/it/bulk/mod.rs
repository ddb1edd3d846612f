//! Pulls from a FHIR Bulk Data server: a good one, and ones where things go wrong.

mod chaos;
pub mod export;
mod full;
mod good;
mod grants;
mod hostile;
mod limits;
mod partial;
pub mod record;
mod request;
mod schedules;
mod serve_file;
pub mod server;
mod single_faults;
