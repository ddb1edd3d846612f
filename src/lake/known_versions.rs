//! What a process knows of the newest version of each table.

use super::Table;
use super::properties::CHECKSUM;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A version of a table, and the checksum that its commit keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Newest {
    pub(super) version: u64,
    pub(super) checksum: Option<String>,
}

/// The newest version of each table, by name.
pub(super) type All = BTreeMap<String, Newest>;

/// What a process knows of newest versions.
#[derive(Debug, Default)]
pub(super) struct KnownVersions {
    /// What was kept, once it was read.
    pub(super) kept: Option<All>,
    /// What this process has committed.
    pub(super) made: All,
}

impl Newest {
    pub(super) fn of(table: &Table) -> Self {
        Self::new(table.version, table.property(CHECKSUM))
    }

    pub(super) fn new(version: u64, checksum: Option<&str>) -> Self {
        Newest {
            version,
            checksum: checksum.map(str::to_string),
        }
    }
}
