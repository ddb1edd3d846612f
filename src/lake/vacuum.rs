//! Taking away files that no table needs any more.

use super::store::store_error;
use super::{Lake, TableName};
use crate::error::{Context, Result};
use chrono::{TimeDelta, Utc};
use deltalake::operations::vacuum::VacuumMode;
use futures::TryStreamExt;
use futures::future::ready;
use object_store::path::Path;
use std::collections::HashSet;

impl Lake {
    /// Removes files of `table` that its newest version does not name and that stopped being part
    /// of it, or were written without ever becoming part of it, `days` or more days ago. Gives their
    /// paths below the table's folder; `dry_run` removes nothing.
    ///
    /// Versions older than `days` days can no longer be read afterwards.
    pub(crate) async fn vacuum(
        &self,
        name: &TableName,
        days: u16,
        dry_run: bool,
    ) -> Result<Vec<String>> {
        let old = self.files_before(name, days).await?;
        if old.is_empty() {
            return Ok(Vec::new());
        }
        let Some(table) = self.table(name).await? else {
            return Ok(Vec::new());
        };
        let named: HashSet<&str> = table.files.iter().map(|f| f.path.as_str()).collect();
        if old.iter().all(|file| named.contains(file.as_str())) {
            return Ok(Vec::new());
        }
        let failed = || format!("old files of table {name} cannot be removed");
        let Some(delta) = self.delta_of(&table).await? else {
            // Another command changes the table: the next vacuum finds the files again.
            return Ok(Vec::new());
        };
        let vacuum = |dry_run| {
            let vacuum = delta.clone().vacuum();
            vacuum
                .with_mode(VacuumMode::Full)
                .with_retention_period(TimeDelta::days(i64::from(days)))
                .with_enforce_retention_duration(false)
                .with_dry_run(dry_run)
        };
        // What was removed is told in two spellings of a path; what would be, in one.
        let (_, found) = vacuum(true).await.data(failed)?;
        let mut files = found.files_deleted;
        files.sort_unstable();
        files.dedup();
        if !dry_run && !files.is_empty() {
            vacuum(false)
                .await
                .data(failed)
                .map_err(|e| e.hint("the tables are whole; run again"))?;
            self.state_changed(name).await;
        }
        Ok(files)
    }

    /// The files of a table that were written `days` or more days ago. A look at the folder is much
    /// quicker than a vacuum, and most nights end with it.
    async fn files_before(&self, name: &TableName, days: u16) -> Result<Vec<String>> {
        let until = Utc::now() - TimeDelta::days(i64::from(days));
        let folder = Path::from(name.folder());
        let log = folder.clone().join("_delta_log");
        let listed = self.store.list(Some(&folder));
        let old = listed.try_filter(|file| {
            let is_old = file.last_modified <= until && !file.location.prefix_matches(&log);
            ready(is_old)
        });
        old.map_ok(|file| file.location.to_string())
            .try_collect()
            .await
            .map_err(|e| store_error(format!("cannot list the lake at {}", self.location), e))
    }
}
