//! The state of a table as `populace.tables` keeps it: version, columns, properties and files.

use super::checksum::checksum;
use super::deletion_vector::DeletionVector;
use super::properties::CHECKSUM;
use super::sort_order::SortOrder;
use super::table::Table;
use super::{DataFile, TableName};
use arrow::datatypes::Schema;
use deltalake::kernel::StructType;
use deltalake::kernel::engine::arrow_conversion::{TryIntoArrow, TryIntoKernel};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
struct KeptState {
    version: u64,
    columns: StructType,
    properties: BTreeMap<String, String>,
    files: Vec<KeptFile>,
}

/// A data file: its path is below the table's folder.
#[derive(Serialize, Deserialize)]
struct KeptFile {
    path: String,
    size: u64,
    rows: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removed: Vec<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shard: Option<i32>,
    /// Hexadecimal: JSON has no numbers of 128 bits.
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person_range: Option<(i64, i64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<SortOrder>,
}

/// The text of a table's state; None when reading it would not give the same state.
pub(super) fn written(table: &Table) -> Option<String> {
    let folder = format!("{}/", table.name.folder());
    let file = |file: &DataFile| {
        Some(KeptFile {
            path: file.path.strip_prefix(&folder)?.to_string(),
            size: file.size,
            rows: file.rows,
            removed: file.removed.positions().to_vec(),
            shard: file.shard,
            digest: format!("{:032x}", file.digest),
            person_range: file.person_range,
            order: file.order.as_deref().cloned(),
        })
    };
    let state = KeptState {
        version: table.version,
        columns: (&*table.schema).try_into_kernel().ok()?,
        properties: table.properties.clone(),
        files: table.files.iter().map(file).collect::<Option<_>>()?,
    };
    let text = serde_json::to_string(&state).ok()?;
    let again = read(&table.name, &text)?;
    let same = again.version == table.version
        && again.schema == table.schema
        && again.properties == table.properties
        && again.files == table.files;
    same.then_some(text)
}

/// The table whose state this text is; None when it does not add up to what the table's last commit said
/// of it, or nothing was said.
pub(super) fn read(name: &TableName, text: &str) -> Option<Table> {
    let state: KeptState = serde_json::from_str(text).ok()?;
    let schema: Schema = (&state.columns).try_into_arrow().ok()?;
    let file = |file: KeptFile| {
        Some(DataFile {
            path: format!("{}/{}", name.folder(), file.path),
            size: file.size,
            rows: file.rows,
            removed: DeletionVector::new(file.removed),
            shard: file.shard,
            digest: u128::from_str_radix(&file.digest, 16).ok()?,
            person_range: file.person_range,
            order: file.order.map(Arc::new),
        })
    };
    let table = Table {
        name: name.clone(),
        version: state.version,
        schema: Arc::new(schema),
        files: state.files.into_iter().map(file).collect::<Option<_>>()?,
        properties: state.properties,
        delta: None,
    };
    let said = table.property(CHECKSUM)?;
    // A vacuum leaves the state as it was, and its version.
    let stated = said.split('-').next()?.parse().ok()?;
    let adds_up = checksum(stated, &table.schema, &table.properties, &table.files) == said;
    (adds_up && stated <= table.version).then_some(table)
}
