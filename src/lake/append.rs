//! Logs: state tables that only grow, in small commits whose files become one now and then.

use super::commit::Change;
use super::file::encode;
use super::state_row::{StateRow, state_batch, state_schema, state_table_name};
use super::{Lake, Table};
use crate::error::Result;
use std::collections::BTreeMap;

/// More files than this become one.
const FILES: usize = 32;

impl Lake {
    /// Commits rows after those of `base`, a version of their log, with all of its properties; None,
    /// changing nothing, when another writer was first.
    ///
    /// # Errors
    /// Data: the lake cannot be read or written.
    pub(crate) async fn try_append<R: StateRow>(
        &self,
        base: Option<&Table>,
        new: impl IntoIterator<Item = R>,
        properties: BTreeMap<String, String>,
    ) -> Result<Option<u64>> {
        let name = state_table_name::<R>();
        let whole = base.filter(|base| {
            // An earlier Populace kept fewer columns.
            let older = base.schema.fields().len() != state_schema::<R>().fields().len();
            older || base.files.len() >= FILES
        });
        let mut rows = self.state_rows::<R>(whole).await?;
        rows.extend(new);
        let rows = state_batch(rows)?;
        let encoded = encode(rows.schema_ref(), std::slice::from_ref(&rows), &[])?;
        let change = Change {
            schema: rows.schema(),
            sharded: false,
            properties,
            add: vec![self.write_file(&name, None, 0, encoded).await?],
            remove: whole.map_or_else(Vec::new, |base| base.files.clone()),
        };
        self.try_commit(&name, base, change).await
    }
}
