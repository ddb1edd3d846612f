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
        let (_, done) = table
            .delta
            .vacuum()
            .with_mode(VacuumMode::Full)
            .with_retention_period(TimeDelta::days(i64::from(days)))
            .with_enforce_retention_duration(false)
            .with_dry_run(dry_run)
            .await
            .data(|| format!("old files of table {name} cannot be removed"))
            .map_err(|e| e.hint("the tables are whole; run again"))?;
        Ok(done.files_deleted)
    }
}
