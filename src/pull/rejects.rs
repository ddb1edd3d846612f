//! Lines that could not be used: where they are and why, never what they hold.

use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::array::{AsArray, BooleanArray};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectedLine {
    /// Its number in the decompressed file, from 1.
    pub line: u64,
    /// Its first byte in the decompressed file.
    pub start: u64,
    /// The byte after its last, without the line end.
    pub end: u64,
    /// Why.
    pub reason: &'static str,
    /// The column at fault, where there is one.
    pub column: Option<String>,
}

/// `populace.reject`.
pub fn table() -> TableName {
    TableName::new("populace", "reject")
}

fn schema() -> SchemaRef {
    let text = |name: &str, null| Field::new(name, DataType::Utf8, null);
    let number = |name: &str| Field::new(name, DataType::Int64, false);
    Arc::new(Schema::new(vec![
        text("source", false),
        text("file", false),
        number("line"),
        number("byte_start"),
        number("byte_end"),
        text("reason", false),
        text("column_name", true),
    ]))
}

/// Replaces the rejects of every file that was read by the ones found now.
///
/// `found` has an entry for each file read, by source and file name.
pub async fn store(
    lake: &Lake,
    found: &BTreeMap<(String, String), Vec<RejectedLine>>,
) -> Result<()> {
    let failed = || "cannot store the rejects";
    let base = lake.table(&table()).await?;
    let read: HashSet<(&str, &str)> = found
        .keys()
        .map(|(source, file)| (source.as_str(), file.as_str()))
        .collect();
    let mut batches = Vec::new();
    if let Some(stored) = &base {
        for batch in lake.read_table(stored, None).await? {
            let sources = batch.column(0).as_string::<i32>();
            let files = batch.column(1).as_string::<i32>();
            let keep: BooleanArray = (0..batch.num_rows())
                .map(|row| Some(!read.contains(&(sources.value(row), files.value(row)))))
                .collect();
            batches.push(filter_record_batch(&batch, &keep).data(failed)?);
        }
    }
    batches.push(to_batch(found)?);
    let rows = concat_batches(&schema(), &batches).data(failed)?;
    lake.replace_rows(&table(), base.as_ref(), rows, BTreeMap::new())
        .await
}

fn to_batch(found: &BTreeMap<(String, String), Vec<RejectedLine>>) -> Result<RecordBatch> {
    let rows: Vec<_> = found
        .iter()
        .flat_map(|((source, file), lines)| {
            let mut lines: Vec<_> = lines.iter().collect();
            lines.sort();
            lines.into_iter().map(move |line| (source, file, line))
        })
        .collect();
    let number = |of: fn(&RejectedLine) -> u64| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|(_, _, l)| i64::try_from(of(l)).ok())
                .collect::<Int64Array>(),
        )
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.0))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.1))),
        number(|l| l.line),
        number(|l| l.start),
        number(|l| l.end),
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|r| r.2.reason),
        )),
        Arc::new(
            rows.iter()
                .map(|r| r.2.column.as_deref())
                .collect::<StringArray>(),
        ),
    ];
    RecordBatch::try_new(schema(), columns).data(|| "cannot store the rejects")
}
