//! The state table `populace.model_run`: how the last run of each model ended.
//!
//! A model whose checks fail keeps its old table, so the table alone does not say that newer rows
//! were made and refused. Nor does a table whose query uses no date say for which date it was run.

use crate::error::Result;
use crate::lake::{Lake, StateRow, Table, VisitColumns};
use std::collections::BTreeMap;

/// How the last run of a model ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LastRun {
    /// The fingerprint that its table has, or would have had.
    pub fingerprint: String,
    /// The date that the run was for, ISO.
    pub as_of: Option<String>,
    /// The checks that failed, each with the rows that break it; or the model that it waits for.
    pub failure: Option<String>,
}

/// A row of `populace.model_run`.
#[derive(Default)]
struct ModelRunRow {
    model: String,
    run: LastRun,
}

impl StateRow for ModelRunRow {
    const TABLE: &'static str = "model_run";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("model", &mut self.model);
        visit.column("fingerprint", &mut self.run.fingerprint);
        visit.column("as_of", &mut self.run.as_of);
        visit.column("failure", &mut self.run.failure);
    }
}

/// The last run of each model, by its name.
///
/// # Errors
/// Data, when the lake cannot be read.
pub(super) async fn last_runs(lake: &Lake) -> Result<BTreeMap<String, LastRun>> {
    let table = lake.state_table::<ModelRunRow>().await?;
    runs_of(lake, table.as_ref()).await
}

async fn runs_of(lake: &Lake, table: Option<&Table>) -> Result<BTreeMap<String, LastRun>> {
    let rows = lake.state_rows::<ModelRunRow>(table).await?;
    Ok(rows.into_iter().map(|row| (row.model, row.run)).collect())
}

/// Writes down how the models of a run ended; what is known of other models of the project stays.
///
/// # Errors
/// Data, when the lake cannot be written to, or another command writes to the table.
pub(super) async fn record(
    lake: &Lake,
    ended: BTreeMap<String, LastRun>,
    is_model: impl Fn(&str) -> bool,
) -> Result<()> {
    let base = lake.state_table::<ModelRunRow>().await?;
    let mut runs = runs_of(lake, base.as_ref()).await?;
    runs.extend(ended);
    runs.retain(|model, _| is_model(model));
    let rows = runs
        .into_iter()
        .map(|(model, run)| ModelRunRow { model, run });
    lake.replace_state(base.as_ref(), rows, BTreeMap::new())
        .await
}
