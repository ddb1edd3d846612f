//! The FHIR versions that servers speak, and which views read them.

use crate::pipeline::FhirBulk;
use std::collections::BTreeMap;
use std::path::Path;

/// The FHIR versions that servers speak, by source.
pub(crate) type FhirVersions = BTreeMap<String, String>;

/// Whether a server of this version needs the views for STU3.
pub(super) fn is_stu3(version: &str) -> bool {
    version.starts_with("3.")
}

/// The folder of views that a source needs for a server of `version`.
pub(crate) fn views<'a>(settings: &'a FhirBulk, version: Option<&String>) -> &'a Path {
    match version {
        Some(version) if is_stu3(version) => &settings.views_stu3,
        _ => &settings.views,
    }
}
