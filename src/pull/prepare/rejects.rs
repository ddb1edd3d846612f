//! Lines that could not be used: where they are and why, never what they hold.

use super::reject_spool::{FoundRejects, RejectSpool};
use super::rejected_line::RejectedLine;
use crate::decode::RejectReason;
use crate::error::{Context, Result};
use crate::lake::{
    FileWriter, Lake, NewFile, StateRow, TableName, VisitColumns, state_batch, state_schema,
    state_table_name,
};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

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
    state_table_name::<RejectRow>()
}

/// A row of `populace.reject`.
#[derive(Default)]
struct RejectRow<'r> {
    source: Cow<'r, str>,
    file: Cow<'r, str>,
    line: u64,
    start: u64,
    end: u64,
    reason: Cow<'r, str>,
    column: Option<Cow<'r, str>>,
}

impl StateRow for RejectRow<'_> {
    const TABLE: &'static str = "reject";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        visit.column("source", &mut self.source);
        visit.column("file", &mut self.file);
        visit.column("line", &mut self.line);
        visit.column("byte_start", &mut self.start);
        visit.column("byte_end", &mut self.end);
        visit.column("reason", &mut self.reason);
        visit.column("column_name", &mut self.column);
    }
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
    lake.replace_files(&table(), base.as_ref(), state_schema::<RejectRow>(), files)
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
                None => (FileWriter::new(&state_schema::<RejectRow>(), &[])?, 0),
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
    state_batch(found.lines.iter().map(|line| RejectRow {
        source: Cow::Borrowed(&found.source),
        file: Cow::Borrowed(&found.file),
        line: line.line,
        start: line.start,
        end: line.end,
        reason: Cow::Borrowed(line.reason.name()),
        column: line.column.as_deref().map(Cow::Borrowed),
    }))
}
