//! The log of nights: `populace.night`, a row a step, in the lake.

use crate::error::{Context, Error, Result};
use crate::lake::{Change, Lake, TableName, encode};
use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One step of a night.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Step {
    /// The night: when it began, 2026-11-22T02:00:00Z.
    pub night: String,
    /// begin, pull, run, release or end.
    pub step: String,
    /// When the step ended, in microseconds since 1970.
    pub ended: i64,
    /// ok, failed, or interrupted (found out by the next night).
    pub outcome: String,
    /// What it did, for people.
    pub detail: String,
}

fn table() -> TableName {
    TableName::new("populace", "night")
}

fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    Arc::new(Schema::new(vec![
        text("night"),
        text("step"),
        Field::new(
            "ended",
            DataType::Timestamp(TimeUnit::Microsecond, None),
            false,
        ),
        text("outcome"),
        text("detail"),
    ]))
}

/// More files than this become one.
const FILES: usize = 32;
/// How often a step is added again when another command added one meanwhile.
const TRIES: usize = 20;

/// Adds a step to the log.
pub async fn add(lake: &Lake, night: &str, step: &str, outcome: &str, detail: &str) -> Result<()> {
    let step = Step {
        night: night.to_string(),
        step: step.to_string(),
        ended: chrono::Utc::now().timestamp_micros(),
        outcome: outcome.to_string(),
        detail: detail.to_string(),
    };
    // Nights at once are no trouble for a log: whoever comes second adds to what is there then.
    for _ in 0..TRIES {
        let base = lake.table(&table()).await?;
        let (steps, remove) = match &base {
            Some(base) if base.files.len() >= FILES => {
                let mut steps = load(lake).await?;
                steps.push(step.clone());
                (steps, base.files.clone())
            }
            _ => (vec![step.clone()], Vec::new()),
        };
        let encoded = encode(&schema(), &[rows(&steps)?], &[])?;
        let add = vec![lake.write_file(&table(), None, 0, encoded).await?];
        let change = Change {
            schema: schema(),
            sharded: false,
            properties: BTreeMap::new(),
            add,
            remove,
        };
        if lake
            .try_commit(&table(), base.as_ref(), change)
            .await?
            .is_some()
        {
            return Ok(());
        }
    }
    Err(
        Error::data("the log of nights cannot be written: other commands keep writing to it")
            .hint("run again when they have ended"),
    )
}

fn rows(steps: &[Step]) -> Result<RecordBatch> {
    let text = |of: fn(&Step) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(steps.iter().map(of)))
    };
    let ended: TimestampMicrosecondArray = steps.iter().map(|s| Some(s.ended)).collect();
    let columns: Vec<ArrayRef> = vec![
        text(|s| &s.night),
        text(|s| &s.step),
        Arc::new(ended),
        text(|s| &s.outcome),
        text(|s| &s.detail),
    ];
    RecordBatch::try_new(schema(), columns).data(|| "cannot write the log of nights")
}

/// All steps, oldest first.
pub async fn load(lake: &Lake) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    let Some(stored) = lake.table(&table()).await? else {
        return Ok(steps);
    };
    for batch in lake.read_table(&stored, None).await? {
        let text = |i: usize, row: usize| batch.column(i).as_string::<i32>().value(row).to_string();
        let ended = batch.column(2).as_primitive::<TimestampMicrosecondType>();
        for row in 0..ended.len() {
            steps.push(Step {
                night: text(0, row),
                step: text(1, row),
                ended: ended.value(row),
                outcome: text(3, row),
                detail: text(4, row),
            });
        }
    }
    steps.sort_by(|a, b| (a.ended, &a.night).cmp(&(b.ended, &b.night)));
    Ok(steps)
}
