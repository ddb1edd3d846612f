//! One step of a publication: a file that is created once.

use super::name::ReleaseName;
use super::state::PublicationState;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A step, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicationStep {
    /// The identifier of the release.
    pub release: String,
    /// What people call it.
    pub name: ReleaseName,
    /// What it became.
    pub state: PublicationState,
    /// When.
    pub at: DateTime<Utc>,
    /// The person who decided it.
    pub by: String,
    /// The account of the operating system that it was decided from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Until when readers do not see it.
    pub embargo: Option<DateTime<Utc>>,
    /// Why; for withdrawing and returning.
    pub reason: Option<String>,
    /// SHA-256 of the manifest that was decided about, in hexadecimal: a release that is made again
    /// with other figures is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_sha256: Option<String>,
}
