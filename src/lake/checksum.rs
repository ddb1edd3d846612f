//! What every commit says of the state that it leaves, so that a damaged log is noticed.
//!
//! A log is many small files. One that was cut between two lines, or lost or swapped lines, is a good
//! log of other rows to whoever replays it; here it no longer adds up to what its last commit said.

use super::properties::{CHECKSUM, STATE};
use super::store::store_error;
use super::{DataFile, Lake, TableName};
use crate::error::{Context, Result};
use arrow::datatypes::SchemaRef;
use deltalake::kernel::StructType;
use object_store::{ObjectStoreExt, path::Path};
use std::collections::BTreeMap;

/// Properties that Delta Lake may add by itself are none of ours.
const OURS: &str = "populace.";

/// A digest of everything that a log says of a table and that a reader goes by.
pub(super) fn state(
    schema: &StructType,
    properties: &BTreeMap<String, String>,
    files: &[DataFile],
) -> Result<String> {
    let mut hash = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for field in schema.fields() {
        let kind = serde_json::to_string(field.data_type());
        add(field.name().as_bytes());
        add(kind.data(|| "cannot describe a column")?.as_bytes());
        add(&[u8::from(field.is_nullable())]);
    }
    let ours = |name: &str| name.starts_with(OURS) && name != CHECKSUM && name != STATE;
    for (name, value) in properties.iter().filter(|(name, _)| ours(name)) {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    let mut files: Vec<&DataFile> = files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        let order = file.order.as_deref();
        let said = (
            (&file.path, file.size, file.rows, file.shard),
            (file.digest.to_be_bytes(), file.person_range, order),
            file.removed.positions(),
        );
        let said = serde_json::to_vec(&said);
        add(&said.data(|| "cannot describe a file")?);
    }
    Ok(hash.finalize().to_hex()[..32].to_string())
}

/// A version and a digest of its state: names of columns, what was stored with the table, and its
/// files.
pub(super) fn checksum(
    version: u64,
    schema: &SchemaRef,
    properties: &BTreeMap<String, String>,
    files: &[DataFile],
) -> String {
    let mut hash = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for field in schema.fields() {
        add(field.name().as_bytes());
    }
    let ours = |name: &str| name.starts_with(OURS) && name != CHECKSUM;
    for (name, value) in properties.iter().filter(|(name, _)| ours(name)) {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    let mut files: Vec<&DataFile> = files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in files {
        add(file.path.as_bytes());
        for number in [file.size, file.rows, file.removed.len()] {
            add(&number.to_be_bytes());
        }
        add(&file.shard.unwrap_or(i32::MIN).to_be_bytes());
        add(&file.digest.to_be_bytes());
    }
    format!("{version}-{}", &hash.finalize().to_hex()[..32])
}

impl Lake {
    /// The version whose state the table `name` has at `version`, when `said` is the checksum that it
    /// holds: a vacuum leaves the state as it was, and no other commit goes without a checksum. None
    /// when there is such a commit.
    pub(super) async fn version_of_state(
        &self,
        name: &TableName,
        version: u64,
        said: &str,
    ) -> Result<Option<u64>> {
        let stated = said.split('-').next().and_then(|text| text.parse().ok());
        for later in stated.map_or(version, |stated: u64| stated + 1)..=version {
            let path = format!("{}/_delta_log/{later:020}.json", name.folder());
            let bytes = match self.store().get(&Path::from(path)).await {
                Ok(found) => found.bytes().await,
                // It was summed up and tidied away.
                Err(object_store::Error::NotFound { .. }) => continue,
                Err(e) => Err(e),
            };
            let bytes = bytes.map_err(|e| {
                store_error(
                    format!("version {later} of the log of table {name} cannot be read"),
                    e,
                )
            })?;
            let mut lines = serde_json::Deserializer::from_slice(&bytes).into_iter();
            let operation = lines.find_map(|line: serde_json::Result<serde_json::Value>| {
                let line = line.ok()?;
                Some(
                    line.get("commitInfo")?
                        .get("operation")?
                        .as_str()?
                        .to_string(),
                )
            });
            if !operation.is_some_and(|operation| operation.starts_with("VACUUM")) {
                return Ok(None);
            }
        }
        Ok(stated)
    }
}
