//! Reference tables that are not there: what reads them waits, and all else is built.

use super::inputs::how_to_add;
use super::library::Library;
use crate::error::Result;
use crate::lake::{Lake, TableName};
use serde::Serialize;
use std::collections::BTreeMap;

/// A reference table that models read and that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AbsentTable {
    /// Its name.
    #[serde(serialize_with = "super::build_summary::shown")]
    pub(crate) table: TableName,
    /// Why it is not there.
    pub(crate) reason: String,
    /// The file and the setting that bring it.
    pub(crate) hint: String,
}

/// The models that wait for a reference table, or for a model that does.
#[derive(Debug, Default)]
pub(super) struct WaitingModels {
    /// The tables that are not there, by name.
    pub absent: BTreeMap<TableName, AbsentTable>,
    /// The table or model that each model waits for.
    pub models: BTreeMap<TableName, TableName>,
}

impl WaitingModels {
    /// Looks at what the models of `order` read; `files` are the tables whose files are not there, and
    /// `expected` has those that will be loaded first.
    ///
    /// # Errors
    /// Data, when the lake cannot be read.
    pub(super) async fn of(
        lake: &Lake,
        library: &Library,
        order: &[TableName],
        files: &[AbsentTable],
        expected: &BTreeMap<TableName, String>,
    ) -> Result<Self> {
        let mut waiting = WaitingModels::default();
        for model in order.iter().filter_map(|name| library.models.get(name)) {
            for read in &model.reads {
                if library.models.contains_key(read) || waiting.absent.contains_key(read) {
                    continue;
                }
                let file = files.iter().find(|absent| absent.table == *read);
                // A damaged table is there, and its damage an error of its own.
                let missing = read.layer == "reference"
                    && !expected.contains_key(read)
                    && matches!(lake.table(read).await, Ok(None));
                let found = file.cloned().or_else(|| {
                    missing.then(|| AbsentTable {
                        table: read.clone(),
                        reason: format!("there is no table {read}"),
                        hint: how_to_add(read, model),
                    })
                });
                waiting
                    .absent
                    .extend(found.map(|found| (read.clone(), found)));
            }
            let held = |read: &&TableName| {
                waiting.absent.contains_key(read) || waiting.models.contains_key(read)
            };
            if let Some(read) = model.reads.iter().find(held) {
                waiting.models.insert(model.name.clone(), read.clone());
            }
        }
        Ok(waiting)
    }

    /// The models of `order` that do not wait.
    pub(super) fn others(&self, order: &[TableName]) -> Vec<TableName> {
        let others = order.iter().filter(|name| !self.models.contains_key(name));
        others.cloned().collect()
    }
}
