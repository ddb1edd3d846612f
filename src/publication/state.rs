//! The states of a release, and which follows which.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What has been decided about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PublicationState {
    /// Made, or returned to whoever makes it.
    Draft,
    /// Fit to be published, somebody says.
    Approved,
    /// For readers, once its embargo is over.
    Published,
    /// For readers no more.
    Withdrawn,
}

impl PublicationState {
    /// Its name, as files and people write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            PublicationState::Draft => "draft",
            PublicationState::Approved => "approved",
            PublicationState::Published => "published",
            PublicationState::Withdrawn => "withdrawn",
        }
    }

    /// Whether a release in this state may come to be in the other. Several people may approve it.
    pub(super) fn may_become(self, next: Self) -> bool {
        use PublicationState::{Approved, Draft, Published, Withdrawn};
        matches!(
            (self, next),
            (Draft | Approved, Approved) | (Approved, Published | Draft) | (Published, Withdrawn)
        )
    }

    /// Whether a step to this state needs a reason: who reads it later asks why.
    pub(super) fn needs_reason(self) -> bool {
        matches!(self, PublicationState::Draft | PublicationState::Withdrawn)
    }
}

impl fmt::Display for PublicationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
