//! A data file of a table, as its Delta log describes it.

use super::sort_order::SortOrder;
use super::{DeletionVector, TableName};
use crate::error::{Error, Result};
use deltalake::kernel::LogicalFileView;
use std::collections::HashMap;
use std::sync::Arc;

/// A file that a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Relative to the lake.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Rows that count: those of the file less those removed since.
    pub rows: u64,
    /// Rows of the file that no longer count.
    pub removed: DeletionVector,
    /// The shard, in sharded tables; those below zero hold what is not linked to a person yet.
    pub shard: Option<i32>,
    /// The sum of the digests of the rows that count: the same rows in another order give the
    /// same sum.
    pub digest: u128,
    /// Smallest and largest `person_key`, in tables that have it.
    pub person_range: Option<(i64, i64)>,
    /// The order of its rows, where they are in one.
    pub order: Option<Arc<SortOrder>>,
}

/// A file that was written and waits for its commit.
pub(crate) type NewFile = DataFile;

const DIGEST: &str = "populace.digest";

const ORDER: &str = "populace.order";

impl DataFile {
    pub(super) fn from_log(table: &TableName, view: &LogicalFileView) -> Result<Self> {
        let broken = || {
            Error::data(format!(
                "the log of table {table} names a file without its facts"
            ))
        };
        #[allow(deprecated)] // the only way to the tags of a file
        let add = view.add_action();
        let stats: serde_json::Value = match &add.stats {
            Some(text) => serde_json::from_str(text).map_err(|_| broken())?,
            None => serde_json::Value::Null,
        };
        let bound = |which: &str| stats.get(which)?.get("person_key")?.as_i64();
        let tag = |name: &str| add.tags.as_ref()?.get(name)?.as_deref();
        let digest = tag(DIGEST)
            .and_then(|text| u128::from_str_radix(text, 16).ok())
            .unwrap_or_default();
        let order = tag(ORDER).and_then(|said| SortOrder::from_log(&add.path, said));
        let removed = DeletionVector::from_log(add.deletion_vector.as_ref())?;
        let rows = stats
            .get("numRecords")
            .and_then(serde_json::Value::as_u64)
            .and_then(|rows| rows.checked_sub(removed.len()))
            .ok_or_else(broken)?;
        Ok(DataFile {
            path: format!("{}/{}", table.folder(), add.path),
            size: u64::try_from(add.size).map_err(|_| broken())?,
            rows,
            removed,
            shard: add
                .partition_values
                .get(super::properties::SHARD)
                .cloned()
                .flatten()
                .and_then(|s| s.parse().ok()),
            digest,
            person_range: bound("minValues").zip(bound("maxValues")),
            order: order.map(Arc::new),
        })
    }

    /// This file without some more of its rows: `gone` are positions among the rows that still
    /// count, `digest` the sum of their digests. None when no row is left.
    pub fn without(&self, gone: &[u32], digest: u128) -> Option<Self> {
        let gone = self.removed.positions_of(gone);
        let rows = self.rows.checked_sub(gone.len() as u64)?;
        (rows > 0).then(|| DataFile {
            rows,
            removed: self.removed.with(&gone),
            digest: self.digest.wrapping_sub(digest),
            ..self.clone()
        })
    }

    /// Rows in the file, whether or not they still count.
    pub(crate) fn written_rows(&self) -> u64 {
        self.rows + self.removed.len()
    }

    pub(super) fn stats(&self) -> String {
        // Delta counts the rows of the file; bounds may be wider than what is left.
        let mut stats = serde_json::json!({ "numRecords": self.written_rows(), "tightBounds": self.removed.is_empty() });
        if let Some((min, max)) = self.person_range {
            stats["minValues"] = serde_json::json!({ "person_key": min });
            stats["maxValues"] = serde_json::json!({ "person_key": max });
        }
        stats.to_string()
    }

    pub(super) fn tags(&self) -> HashMap<String, Option<String>> {
        let order = self.order.as_ref();
        let order = order.and_then(|order| order.to_log(&self.path));
        let digest = Some(format!("{:032x}", self.digest));
        let tags = [(DIGEST, digest), (ORDER, order)].into_iter();
        tags.filter(|(_, text)| text.is_some())
            .map(|(name, text)| (name.to_string(), text))
            .collect()
    }
}
