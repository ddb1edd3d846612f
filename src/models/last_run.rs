//! The state table `populace.model_run`: how the last run of each model ended.
//!
//! A model whose checks fail keeps its old table, so the table alone does not say that newer rows
//! were made and refused. Nor does a table whose query uses no date say for which date it was run.

use crate::error::{Context, Result};
use crate::lake::{Lake, Table, TableName};
use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How the last run of a model ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LastRun {
    /// The fingerprint that its table has, or would have had.
    pub fingerprint: String,
    /// The date that the run was for, ISO.
    pub as_of: Option<String>,
    /// The checks that failed, each with the rows that break it; or the model that it waits for.
    pub failure: Option<String>,
}

fn name() -> TableName {
    TableName::new("populace", "model_run")
}

fn schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("model", false),
        text("fingerprint", false),
        text("as_of", true),
        text("failure", true),
    ]))
}

/// The last run of each model, by its name.
///
/// # Errors
/// Data, when the lake cannot be read.
pub(super) async fn last_runs(lake: &Lake) -> Result<BTreeMap<String, LastRun>> {
    match lake.table(&name()).await? {
        Some(table) => runs_of(lake, &table).await,
        None => Ok(BTreeMap::new()),
    }
}

async fn runs_of(lake: &Lake, table: &Table) -> Result<BTreeMap<String, LastRun>> {
    let mut runs = BTreeMap::new();
    for batch in lake.read_table(table, None).await? {
        let columns: Vec<&StringArray> = (0..4).map(|i| batch.column(i).as_string()).collect();
        let cell = |i: usize, row: usize| -> Option<String> {
            let column = columns[i];
            column.is_valid(row).then(|| column.value(row).to_string())
        };
        for row in 0..batch.num_rows() {
            let run = LastRun {
                fingerprint: cell(1, row).unwrap_or_default(),
                as_of: cell(2, row),
                failure: cell(3, row),
            };
            runs.insert(cell(0, row).unwrap_or_default(), run);
        }
    }
    Ok(runs)
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
    let base = lake.table(&name()).await?;
    let mut runs = match &base {
        Some(table) => runs_of(lake, table).await?,
        None => BTreeMap::new(),
    };
    runs.extend(ended);
    runs.retain(|model, _| is_model(model));
    let column = |of: &dyn Fn(&String, &LastRun) -> Option<String>| {
        let cells = runs.iter().map(|(model, run)| of(model, run));
        Arc::new(cells.collect::<StringArray>())
    };
    let rows = RecordBatch::try_new(
        schema(),
        vec![
            column(&|model, _| Some(model.clone())),
            column(&|_, run| Some(run.fingerprint.clone())),
            column(&|_, run| run.as_of.clone()),
            column(&|_, run| run.failure.clone()),
        ],
    )
    .data(|| "cannot write down how models ended")?;
    lake.replace_rows(&name(), base.as_ref(), rows, BTreeMap::new())
        .await
}
