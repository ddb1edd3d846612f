//! The file of a model's kept groups, and what they were made from.
//!
//! It is no part of the model's table and rests on versions of its own: one that is missing, damaged, or of
//! another query, program or version costs a build in full, and nothing else.

use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use crate::models::built::Built;
use crate::models::refresh::Basis;
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Bytes of a checksum, and of the length that follows it.
const CHECKSUM: usize = 32;
const LENGTH: usize = 8;

/// What kept groups were made from.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AggregateBasis {
    /// The program and its query engine.
    pub engine: String,
    /// The query, its parameters and functions.
    pub built: Built,
    /// The versions of the Delta logs of what the model read.
    pub logs: Basis,
    /// The versions, as readers know them, of what the model read.
    pub versions: BTreeMap<String, String>,
    /// A digest of the plan of each aggregate, in the order of the groups. None when they are too many, so
    /// that nothing is kept.
    pub plans: Option<Vec<String>>,
    /// The day of the first night by difference since all groups were made in full, if there was one.
    #[serde(default)]
    pub since: Option<NaiveDate>,
}

/// The kept groups of a model.
pub(super) struct AggregateFile {
    /// What they were made from.
    pub basis: AggregateBasis,
    /// Those of each aggregate.
    pub groups: Vec<RecordBatch>,
}

impl AggregateFile {
    /// The groups that are kept for a model; None when there are none that can be read.
    pub(super) async fn read(lake: &Lake, model: &TableName) -> Option<Self> {
        let bytes = lake.kept_aggregates(model).await?;
        let file = Self::decoded(&bytes);
        if file.is_none() {
            tracing::warn!(%model, "kept groups are damaged, and made again");
        }
        file
    }

    /// Keeps the groups for a model.
    ///
    /// # Errors
    /// Data: the lake cannot be written to.
    pub(super) async fn write(&self, lake: &Lake, model: &TableName) -> Result<()> {
        lake.keep_aggregates(model, self.encoded()?).await
    }

    /// The groups of the aggregate whose plan has this digest.
    pub(super) fn of(&self, plan: &str) -> Option<&RecordBatch> {
        let plans = self.basis.plans.as_ref()?;
        let place = plans.iter().position(|known| known == plan)?;
        self.groups.get(place)
    }

    /// In one buffer: groups may be as large as a table.
    fn encoded(&self) -> Result<Vec<u8>> {
        let failed = || "groups cannot be kept";
        let mut bytes = vec![0; CHECKSUM];
        let basis = serde_json::to_vec(&self.basis).data(failed)?;
        bytes.extend((basis.len() as u64).to_be_bytes());
        bytes.extend(basis);
        for groups in &self.groups {
            let place = bytes.len();
            // A buffer that grows is there twice while it does.
            bytes.reserve_exact(LENGTH + groups.get_array_memory_size());
            bytes.extend([0; LENGTH]);
            let mut writer = StreamWriter::try_new(&mut bytes, &groups.schema()).data(failed)?;
            writer.write(groups).data(failed)?;
            writer.finish().data(failed)?;
            drop(writer);
            let (before, part) = bytes.split_at_mut(place + LENGTH);
            before[place..].copy_from_slice(&(part.len() as u64).to_be_bytes());
        }
        let (checksum, body) = bytes.split_at_mut(CHECKSUM);
        checksum.copy_from_slice(blake3::hash(body).as_bytes());
        Ok(bytes)
    }

    fn decoded(bytes: &[u8]) -> Option<Self> {
        let (checksum, body) = bytes.split_at_checked(CHECKSUM)?;
        if blake3::hash(body).as_bytes() != checksum {
            return None;
        }
        let (basis, mut rest) = part(body)?;
        let basis: AggregateBasis = serde_json::from_slice(basis).ok()?;
        let mut groups = Vec::new();
        while !rest.is_empty() {
            let (bytes, after) = part(rest)?;
            rest = after;
            let reader = StreamReader::try_new(Cursor::new(bytes), None).ok()?;
            let schema = reader.schema();
            let batches: Vec<RecordBatch> = reader.collect::<std::result::Result<_, _>>().ok()?;
            groups.push(concat_batches(&schema, &batches).ok()?);
        }
        let plans = basis.plans.as_ref().map_or(0, Vec::len);
        (groups.len() == plans).then_some(AggregateFile { basis, groups })
    }
}

/// Bytes behind their length, and what follows them.
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(LENGTH)?;
    let length = u64::from_be_bytes(length.try_into().ok()?);
    rest.split_at_checked(usize::try_from(length).ok()?)
}
