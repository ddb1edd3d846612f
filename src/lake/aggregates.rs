//! Groups that models keep beside their tables, so that a night need not make them of all people again.

use super::store::store_error;
use super::{Lake, TableName};
use crate::error::Result;
use object_store::{ObjectStoreExt, path::Path};

/// The folder where they are, relative to the lake: a file for each model.
const FOLDER: &str = "populace.aggregates";

impl Lake {
    /// What a model keeps; None when there is nothing that can be read.
    pub(crate) async fn kept_aggregates(&self, model: &TableName) -> Option<Vec<u8>> {
        let found = self.store.get(&file_of(model)).await.ok()?;
        found.bytes().await.ok().map(|bytes| bytes.to_vec())
    }

    /// Keeps this for a model, in the place of what it kept.
    ///
    /// # Errors
    /// Data: it cannot be written.
    pub(crate) async fn keep_aggregates(&self, model: &TableName, bytes: Vec<u8>) -> Result<()> {
        self.put(file_of(model).as_ref(), bytes).await
    }

    /// Removes what a model keeps, if anything.
    ///
    /// # Errors
    /// Data: it cannot be removed.
    pub(super) async fn forget_aggregates(&self, model: &TableName) -> Result<()> {
        match self.store.delete(&file_of(model)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(store_error(
                format!("cannot remove kept groups of {model}"),
                e,
            )),
        }
    }
}

fn file_of(model: &TableName) -> Path {
    Path::from(format!("{FOLDER}/{model}"))
}
