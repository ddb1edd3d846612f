//! Pulls from a FHIR Bulk Data server: a good one, and ones where things go wrong.

mod chaos;
mod export;
mod good;
mod grants;
mod hostile;
mod record;
mod request;
mod schedules;
mod serve_file;
mod server;
mod troubles;
