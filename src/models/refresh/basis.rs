//! What a model's table keeps of its build so that it can be refreshed: which version of each table it was
//! made from, and which program made its rows.

use crate::error::{Context, Result};
use crate::lake::Table;
use crate::lake::properties::{ENGINE, INPUT_VERSIONS};
use std::collections::BTreeMap;

/// The versions of the Delta logs of what a model read, by table.
#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(in crate::models) struct Basis(BTreeMap<String, u64>);

impl Basis {
    /// What a build from `read` rests on.
    pub(in crate::models) fn of(read: &[Table]) -> Self {
        let versions = read.iter();
        let versions = versions.map(|table| (table.name.to_string(), table.version));
        Basis(versions.collect())
    }

    /// What `table` was made from. None when that was not kept, or when another program made its rows: its
    /// engine may make others of the same people.
    pub(in crate::models) fn with(table: &Table) -> Option<Self> {
        if table.property(ENGINE)? != engine_of_rows() {
            return None;
        }
        let versions = table.property(INPUT_VERSIONS)?;
        serde_json::from_str(versions).ok().map(Basis)
    }

    /// The version that was read of a table.
    pub(in crate::models) fn version(&self, table: &Table) -> Option<u64> {
        self.0.get(&table.name.to_string()).copied()
    }

    /// As the table keeps it.
    ///
    /// # Errors
    /// Data: never in practice.
    pub(in crate::models) fn properties(&self) -> Result<[(String, String); 2]> {
        let versions = serde_json::to_string(&self.0);
        let versions = versions.data(|| "cannot describe what a model was built from")?;
        Ok([
            (INPUT_VERSIONS.to_string(), versions),
            (ENGINE.to_string(), engine_of_rows()),
        ])
    }
}

/// The program and its query engine.
pub(in crate::models) fn engine_of_rows() -> String {
    let (program, engine) = (env!("CARGO_PKG_VERSION"), datafusion::DATAFUSION_VERSION);
    format!("populace {program}, datafusion {engine}")
}
