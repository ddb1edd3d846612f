//! The bytes of releases: read, compared with the manifest, and kept in memory up to a bound.

mod checked_content;
mod object;

pub(crate) use checked_content::{CheckedContent, CheckedFile};
pub(crate) use object::read_object;

/// The file that has all figures of a release.
pub(crate) const FIGURES_FILE: &str = "figures.parquet";
