//! At which version the last pull that came to its end left each table. A table at another one was
//! committed by a pull that was cut short: rows of other tables may belong to people as they were.

use crate::error::{Context, Result};
use crate::lake::Table;
use crate::lake::properties::PULLED_VERSIONS;
use std::collections::BTreeMap;

/// Versions by table; empty where an earlier Populace did not keep them.
pub(in crate::pull) type TableVersions = BTreeMap<String, u64>;

/// What the properties of `populace.extract` say.
pub(in crate::pull) fn recall(properties: &BTreeMap<String, String>) -> TableVersions {
    let stored = properties.get(PULLED_VERSIONS);
    let read = stored.and_then(|stored| serde_json::from_str(stored).ok());
    read.unwrap_or_default()
}

/// The property of `populace.extract` that says it.
///
/// # Errors
/// Data: never in practice.
pub(in crate::pull) fn property(versions: &TableVersions) -> Result<(String, String)> {
    let text = serde_json::to_string(versions).data(|| "cannot write the versions of tables")?;
    Ok((PULLED_VERSIONS.to_string(), text))
}

/// Whether a pull was cut short since `versions` were kept.
pub(in crate::pull) fn is_cut_short(versions: &TableVersions, tables: &[Option<Table>]) -> bool {
    let mut held = tables.iter().flatten();
    held.any(|table| versions.get(&table.name.to_string()) != Some(&table.version))
}
