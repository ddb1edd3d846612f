//! Pulls from a FHIR Bulk Data server: a good one, and ones where things go wrong.

mod chaos;
mod good;
mod grants;
mod hostile;
mod record;
mod schedules;
mod server;
mod troubles;
