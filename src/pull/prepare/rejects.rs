//! Lines that could not be used: where they are and why, never what they hold.

use super::reject_spool::{FoundRejects, RejectSpool};
use super::rejected_line::RejectedLine;
use crate::decode::RejectReason;
use crate::error::{Context, Result};
use crate::lake::{FileWriter, Lake, NewFile, TableName};
use arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Rejects in a file of the table: as many as are read and written at once.
const ROWS_A_FILE: usize = 250_000;

/// How many lines were rejected, by reason.
pub(crate) type Reasons = BTreeMap<RejectReason, u64>;

/// Counts lines by reason.
pub(crate) fn reasons(lines: &[RejectedLine]) -> Reasons {
    let mut reasons = Reasons::new();
    for line in lines {
        *reasons.entry(line.reason).or_default() += 1;
    }
    reasons
}

/// `populace.reject`.
pub(crate) fn table() -> TableName {
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

/// Replaces the rejects of every file that was read by the ones found now; those of files that are
/// `gone` go too. Never holds more than some hundred thousand rows.
pub(crate) async fn store(
    lake: &Lake,
    found: &RejectSpool,
    gone: &[(String, String)],
) -> Result<()> {
    let failed = || "cannot store the rejects";
    let base = lake.table(&table()).await?;
    let read: HashSet<(String, String)> = found.files().into_iter().chain(gone.to_vec()).collect();
    let mut files = Files::new(lake);
    for stored in base.iter().flat_map(|table| &table.files) {
        let mut kept = Vec::new();
        let mut rows = 0;
        for batch in lake.read_file(stored, None).await? {
            rows += batch.num_rows();
            let keep = others(&batch, &read);
            kept.push(filter_record_batch(&batch, &keep).data(failed)?);
        }
        let left: usize = kept.iter().map(RecordBatch::num_rows).sum();
        // A file that is full and loses nothing is not written again.
        if left == rows && left >= ROWS_A_FILE {
            files.written.push(stored.clone());
            continue;
        }
        for batch in kept {
            files.add(&batch).await?;
        }
    }
    for block in found.blocks() {
        files.add(&to_batch(&block?)?).await?;
    }
    let files = files.finish().await?;
    lake.replace_files(&table(), base.as_ref(), schema(), files)
        .await
}

/// Which rows are of files that were not read.
fn others(batch: &RecordBatch, read: &HashSet<(String, String)>) -> BooleanArray {
    let sources = batch.column(0).as_string::<i32>();
    let files = batch.column(1).as_string::<i32>();
    // Rows of a file lie together: look once for all of them.
    let mut last: Option<((&str, &str), bool)> = None;
    (0..batch.num_rows())
        .map(|row| {
            let file = (sources.value(row), files.value(row));
            match last {
                Some((known, keep)) if known == file => Some(keep),
                _ => {
                    let keep = !read.contains(&(file.0.to_string(), file.1.to_string()));
                    last = Some((file, keep));
                    Some(keep)
                }
            }
        })
        .collect()
}

/// Files of the table as they are written.
struct Files<'a> {
    lake: &'a Lake,
    writer: Option<(FileWriter, usize)>,
    written: Vec<NewFile>,
}

impl<'a> Files<'a> {
    fn new(lake: &'a Lake) -> Self {
        Files {
            lake,
            writer: None,
            written: Vec::new(),
        }
    }

    async fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut at = 0;
        while at < batch.num_rows() {
            let (mut writer, rows) = match self.writer.take() {
                Some(open) => open,
                None => (FileWriter::new(&schema(), &[])?, 0),
            };
            let more = (ROWS_A_FILE - rows).min(batch.num_rows() - at);
            writer.write(&batch.slice(at, more))?;
            at += more;
            self.writer = Some((writer, rows + more));
            if rows + more == ROWS_A_FILE {
                self.end().await?;
            }
        }
        Ok(())
    }

    async fn end(&mut self) -> Result<()> {
        if let Some((writer, _)) = self.writer.take() {
            let encoded = writer.finish()?;
            let file = self.lake.write_file(&table(), None, 0, encoded).await?;
            self.written.push(file);
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Vec<NewFile>> {
        self.end().await?;
        Ok(self.written)
    }
}

fn to_batch(found: &FoundRejects) -> Result<RecordBatch> {
    let lines = &found.lines;
    let number = |of: fn(&RejectedLine) -> u64| -> ArrayRef {
        let numbers = lines.iter().map(|line| i64::try_from(of(line)).ok());
        Arc::new(numbers.collect::<Int64Array>())
    };
    let same = |text: &str| -> ArrayRef {
        let all = std::iter::repeat_n(text, lines.len());
        Arc::new(StringArray::from_iter_values(all))
    };
    let reasons = lines.iter().map(|line| line.reason.name());
    let columns = lines.iter().map(|line| line.column.as_deref());
    let columns: Vec<ArrayRef> = vec![
        same(&found.source),
        same(&found.file),
        number(|l| l.line),
        number(|l| l.start),
        number(|l| l.end),
        Arc::new(StringArray::from_iter_values(reasons)),
        Arc::new(columns.collect::<StringArray>()),
    ];
    RecordBatch::try_new(schema(), columns).data(|| "cannot store the rejects")
}
