//! The log of nights: `populace.night`, a row a step and a row a failed check, in the lake.

use crate::error::{Context, Result};
use crate::lake::{Change, CommitAttempts, Lake, TableName, encode};
use crate::models::{CheckFailure, Severity};
use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{
    DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One step of a night.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct NightStep {
    /// The night: when it began, 2026-11-22T02:00:00Z.
    pub night: String,
    /// begin, verify, pull, run, check, release, vacuum or end.
    pub step: String,
    /// When the step ended, in microseconds since 1970.
    pub ended: i64,
    /// ok, warned, failed or stopped.
    pub outcome: String,
    /// What it did, for people.
    pub detail: String,
    /// The model whose check failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The check that failed, as the model's header writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_check: Option<String>,
    /// Rows that break it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_rows: Option<i64>,
}

impl NightStep {
    /// A step that ends now.
    pub(super) fn now(night: &str, step: &str, outcome: &str, detail: &str) -> Self {
        NightStep {
            night: night.to_string(),
            step: step.to_string(),
            ended: chrono::Utc::now().timestamp_micros(),
            outcome: outcome.to_string(),
            detail: detail.to_string(),
            model: None,
            failed_check: None,
            failed_rows: None,
        }
    }

    /// A check that the new rows of `model` break.
    pub(super) fn check(night: &str, model: &str, failure: &CheckFailure) -> Self {
        let outcome = match failure.severity {
            Severity::Error => "failed",
            Severity::Warn => "warned",
        };
        let detail = format!("{model}: {} rows break `{}`", failure.rows, failure.check);
        NightStep {
            model: Some(model.to_string()),
            failed_check: Some(failure.check.clone()),
            failed_rows: i64::try_from(failure.rows).ok(),
            ..NightStep::now(night, "check", outcome, &detail)
        }
    }
}

fn table() -> TableName {
    TableName::new("populace", "night")
}

fn schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
    Arc::new(Schema::new(vec![
        text("night", false),
        text("step", false),
        Field::new("ended", moment, false),
        text("outcome", false),
        text("detail", false),
        text("model", true),
        text("failed_check", true),
        Field::new("failed_rows", DataType::Int64, true),
    ]))
}

/// More files than this become one.
const FILES: usize = 32;

/// Adds steps to the log.
pub(super) async fn add(lake: &Lake, new: &[NightStep]) -> Result<()> {
    // Nights at once do a log no harm: whoever comes second adds to what is there then.
    let mut attempts = CommitAttempts::new();
    loop {
        let base = lake.table(&table()).await?;
        let whole = base.as_ref().filter(|base| {
            // An earlier Populace kept fewer columns.
            let older = base.schema.fields().len() != schema().fields().len();
            older || base.files.len() >= FILES
        });
        let (mut steps, remove) = match whole {
            Some(base) => (load(lake).await?, base.files.clone()),
            None => (Vec::new(), Vec::new()),
        };
        steps.extend_from_slice(new);
        let encoded = encode(&schema(), &[rows(&steps)?], &[])?;
        let add = vec![lake.write_file(&table(), None, 0, encoded).await?];
        let change = Change {
            schema: schema(),
            sharded: false,
            properties: BTreeMap::new(),
            add,
            remove,
        };
        let made = lake.try_commit(&table(), base.as_ref(), change).await?;
        if made.is_some() {
            return Ok(());
        }
        attempts.was_second(&table()).await?;
    }
}

fn rows(steps: &[NightStep]) -> Result<RecordBatch> {
    let text = |of: fn(&NightStep) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(steps.iter().map(of)))
    };
    let some = |of: fn(&NightStep) -> Option<&str>| -> ArrayRef {
        Arc::new(steps.iter().map(of).collect::<StringArray>())
    };
    let ended: TimestampMicrosecondArray = steps.iter().map(|s| Some(s.ended)).collect();
    let failed: Int64Array = steps.iter().map(|s| s.failed_rows).collect();
    let columns: Vec<ArrayRef> = vec![
        text(|s| &s.night),
        text(|s| &s.step),
        Arc::new(ended),
        text(|s| &s.outcome),
        text(|s| &s.detail),
        some(|s| s.model.as_deref()),
        some(|s| s.failed_check.as_deref()),
        Arc::new(failed),
    ];
    RecordBatch::try_new(schema(), columns).data(|| "cannot write the log of nights")
}

/// All steps, oldest first.
pub(super) async fn load(lake: &Lake) -> Result<Vec<NightStep>> {
    let mut steps = Vec::new();
    let Some(stored) = lake.table(&table()).await? else {
        return Ok(steps);
    };
    for batch in lake.read_table(&stored, None).await? {
        let text = |name: &str, row: usize| -> Option<String> {
            let column = batch.column_by_name(name)?.as_string_opt::<i32>()?;
            column.is_valid(row).then(|| column.value(row).to_string())
        };
        let ended = batch
            .column_by_name("ended")
            .and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>());
        let rows = batch
            .column_by_name("failed_rows")
            .and_then(|c| c.as_primitive_opt::<Int64Type>());
        for row in 0..batch.num_rows() {
            let needed = |name| text(name, row).unwrap_or_default();
            steps.push(NightStep {
                night: needed("night"),
                step: needed("step"),
                ended: ended.map_or(0, |ended| ended.value(row)),
                outcome: needed("outcome"),
                detail: needed("detail"),
                model: text("model", row),
                failed_check: text("failed_check", row),
                failed_rows: rows.filter(|r| r.is_valid(row)).map(|r| r.value(row)),
            });
        }
    }
    // The rows of one commit keep their order.
    steps.sort_by_key(|step| step.ended);
    Ok(steps)
}
