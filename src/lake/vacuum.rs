//! Taking away files that no table needs any more.

use super::{Lake, TableName};
use crate::error::{Context, Result};
use chrono::TimeDelta;
use deltalake::operations::vacuum::VacuumMode;

impl Lake {
    /// Removes files of `table` that its newest version does not name and that stopped being part
    /// of it, or were written without ever becoming part of it, `days` or more days ago. Gives their
    /// paths below the table's folder; `dry_run` removes nothing.
    ///
    /// Versions older than `days` days can no longer be read afterwards.
    pub async fn vacuum(&self, name: &TableName, days: u16, dry_run: bool) -> Result<Vec<String>> {
        let Some(table) = self.table(name).await? else {
            return Ok(Vec::new());
        };
        let failed = || format!("old files of table {name} cannot be removed");
        let vacuum = |dry_run| {
            let vacuum = table.delta.clone().vacuum();
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
        }
        Ok(files)
    }
}
