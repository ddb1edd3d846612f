//! The state table `populace.release`: the manifest of every release that was made from the lake, as
//! proof of what it was.
//!
//! A release lies where others can write to it. Its manifest says what its files are, so whoever
//! alters a file alters the manifest too; what the lake keeps is out of their reach.

use super::manifest::sha256;
use crate::error::{Context, Error, Result};
use crate::lake::{Lake, Table, TableName};
use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a lake knows of a release.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Its identifier.
    pub release: String,
    /// The manifest's bytes.
    pub manifest: String,
    /// The program that made it, with its version.
    pub program: String,
    /// When the release was last made.
    pub made: DateTime<Utc>,
}

fn name() -> TableName {
    TableName::new("populace", "release")
}

fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let time = DataType::Timestamp(TimeUnit::Microsecond, None);
    Arc::new(Schema::new(vec![
        text("release"),
        text("manifest_sha256"),
        text("program"),
        Field::new("made", time, false),
        text("manifest"),
    ]))
}

/// What the lake knows of release `id`.
///
/// # Errors
/// Data, when the lake cannot be read, or a manifest in it is not the one that was put there.
pub(super) async fn find(lake: &Lake, id: &str) -> Result<Option<Record>> {
    let Some(table) = lake.table(&name()).await? else {
        return Ok(None);
    };
    let mut records = load(lake, &table).await?;
    records.retain(|record| record.release == id);
    Ok(records.pop())
}

/// Writes down that release `id` was made now with this manifest, in the place of an earlier record.
///
/// # Errors
/// Data, when the lake cannot be written to, or another command writes to the table.
pub(super) async fn keep(lake: &Lake, id: &str, manifest: &[u8]) -> Result<()> {
    let table = lake.table(&name()).await?;
    let mut records = match &table {
        Some(table) => load(lake, table).await?,
        None => Vec::new(),
    };
    records.retain(|record| record.release != id);
    records.push(Record {
        release: id.to_string(),
        manifest: String::from_utf8(manifest.to_vec()).data(|| "a manifest is no text")?,
        program: concat!("populace ", env!("CARGO_PKG_VERSION")).to_string(),
        made: Utc::now(),
    });
    let text = |of: &dyn Fn(&Record) -> String| -> ArrayRef {
        Arc::new(records.iter().map(|r| Some(of(r))).collect::<StringArray>())
    };
    let made = records.iter().map(|r| Some(r.made.timestamp_micros()));
    let rows = RecordBatch::try_new(
        schema(),
        vec![
            text(&|r| r.release.clone()),
            text(&|r| sha256(r.manifest.as_bytes())),
            text(&|r| r.program.clone()),
            Arc::new(made.collect::<TimestampMicrosecondArray>()),
            text(&|r| r.manifest.clone()),
        ],
    )
    .data(|| "cannot write down a release")?;
    lake.replace_rows(&name(), table.as_ref(), rows, BTreeMap::new())
        .await
}

async fn load(lake: &Lake, table: &Table) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for batch in lake.read_table(table, None).await? {
        let text = |i: usize, row: usize| batch.column(i).as_string::<i32>().value(row).to_string();
        let made = batch.column(3).as_primitive::<TimestampMicrosecondType>();
        for row in 0..batch.num_rows() {
            let manifest = text(4, row);
            if sha256(manifest.as_bytes()) != text(1, row) {
                return Err(Error::data(format!("{} is damaged", name()))
                    .cause("a manifest in it does not fit its digest")
                    .hint(
                        "run `populace verify lake`, and restore the table's folder from a copy",
                    ));
            }
            records.push(Record {
                release: text(0, row),
                manifest,
                program: text(2, row),
                made: DateTime::from_timestamp_micros(made.value(row)).unwrap_or_default(),
            });
        }
    }
    Ok(records)
}
