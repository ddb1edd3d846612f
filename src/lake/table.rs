//! A table at one version.

use super::properties::DELETION_VECTORS;
use super::{DataFile, TableName};
use arrow::datatypes::SchemaRef;
use deltalake::DeltaTable;
use std::collections::{BTreeMap, HashMap};

/// A table at one version.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// The version of its Delta log.
    pub version: u64,
    /// Its columns, without the partition column `shard`.
    pub schema: SchemaRef,
    /// Its data files, in order of shard, then path.
    pub files: Vec<DataFile>,
    /// What was stored with it: fingerprints, digests.
    pub properties: BTreeMap<String, String>,
    /// Delta's own handle; None when the state was kept and the log was not replayed.
    pub(super) delta: Option<DeltaTable>,
}

impl Table {
    /// Rows in all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|f| f.rows).sum()
    }

    /// Bytes in all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.size).sum()
    }

    /// Whether rows may be marked as removed instead of writing their file anew.
    pub(crate) fn marks_removed_rows(&self) -> bool {
        self.property(DELETION_VECTORS) == Some("true")
    }

    /// A property of the table.
    pub fn property(&self, key: &str) -> Option<&str> {
        self.properties.get(key).map(String::as_str)
    }
}

/// Tables as they were last seen.
pub(super) type SeenTables = HashMap<TableName, Table>;
