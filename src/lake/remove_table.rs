//! Removing a table that nothing makes any more, with all of its versions.

use super::store::store_error;
use super::{Change, Lake, TableName};
use crate::error::Result;
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, path::Path};

impl Lake {
    /// Removes a table, its files and its log. Cut short, it leaves a table without rows, or files that
    /// this removes when it is called again.
    ///
    /// # Errors
    /// Data: the lake cannot be read or written to.
    pub(crate) async fn remove_table(&self, name: &TableName) -> Result<()> {
        // Whoever reads it meanwhile finds no rows, and no file that is missing.
        if let Ok(Some(table)) = self.table(name).await
            && !table.files.is_empty()
        {
            let (schema, properties) = (table.schema.clone(), table.properties.clone());
            let change = Change::replacing(Some(&table), schema, properties, Vec::new());
            self.commit(name, Some(&table), change).await?;
        }
        let failed = |e| store_error(format!("cannot remove table {name}"), e);
        let (folder, log) = (Path::from(name.folder()), Path::from(name.log()));
        let listed = self.store.list(Some(&folder));
        let files = listed.map_ok(|file| file.location);
        let files: Vec<Path> = files.try_collect().await.map_err(failed)?;
        for file in files.iter().filter(|file| !file.prefix_matches(&log)) {
            self.store.delete(file).await.map_err(failed)?;
        }
        self.forget_aggregates(name).await?;
        // The log last: without it, nothing would find the files again.
        self.forget_log(name).await
    }
}
