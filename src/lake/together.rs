//! Reading the logs of many tables side by side.

use super::{Lake, Table, TableName};
use crate::error::{Error, Result};

impl Lake {
    /// The newest versions of `names`, in their order; None where there is none.
    ///
    /// A log is mostly waited for, on a disk as on an object store.
    pub(crate) async fn tables_named(&self, names: &[TableName]) -> Result<Vec<Option<Table>>> {
        let loads: Vec<_> = names
            .iter()
            .map(|name| {
                let (lake, name) = (self.clone(), name.clone());
                tokio::spawn(async move { lake.table(&name).await })
            })
            .collect();
        let mut tables = Vec::with_capacity(names.len());
        for load in loads {
            let table = load.await;
            tables.push(table.map_err(|_| {
                Error::data("the logs of the lake cannot be read").hint("please report this")
            })??);
        }
        Ok(tables)
    }
}
