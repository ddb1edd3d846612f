//! The FHIR Bulk Data client: a source that is a server.
//!
//! An export is asked for, waited for, and downloaded file by file, side by side. Bytes become rows
//! that are fit to store in memory ([`treat`]) and are then kept in a staging area of the lake, so
//! that a crash costs what was on its way and nothing more. When every file is there, the rows go
//! the way of those of a folder. The job is forgotten last: at any moment before that, the next pull
//! finds it and goes on.

mod address;
mod bring;
mod client_key;
mod concurrency_limit;
mod content;
mod download;
mod downloaded;
mod export;
mod failure;
mod finish;
mod http;
mod kick_off;
mod limits;
mod links;
mod log;
mod manifest;
mod missed;
mod operation_outcome;
mod poll;
mod reading;
mod receive;
mod remembered;
mod request;
mod session;
mod shortfall;
mod staging;
mod token;

pub use address::Server;
pub(super) use export::Export;
pub use manifest::{ManifestPage, parse as parse_manifest};
pub(crate) use remembered::{fhir_versions, shortfalls};
pub(super) use session::check;
pub(crate) use shortfall::Shortfall;
pub(super) use shortfall::is_failure;
pub(super) use staging::job::{Memory, properties, recall};
pub(super) use staging::load::StagedExport;
