//! What is released: which releases are there, whole, and shown; and what each holds.

mod catalog;
mod listed_release;
mod released_manifest;
mod report_key;
mod scan;
mod snapshot;

pub(crate) use catalog::Catalogue;
pub(crate) use listed_release::ListedRelease;
pub(crate) use released_manifest::{ListedArea, ListedFile, ReleasedManifest, hexadecimal};
pub(crate) use report_key::ReportKey;

pub(crate) use snapshot::CatalogueSnapshot;
