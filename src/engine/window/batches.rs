//! Rows as they come, and results for those whose results are known.

use super::functions::{Cut, WindowFunction, ranges};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::physical_expr::PhysicalExpr;
use std::sync::Arc;

/// The rows of one stream.
pub(super) struct Batches {
    functions: Arc<[WindowFunction]>,
    partition_by: Vec<Arc<dyn PhysicalExpr>>,
    /// Columns of the input, and results.
    schema: SchemaRef,
    /// Whether rows may go before their partition is complete; they then wait for `after` rows, and
    /// `before` rows are kept behind them.
    streams: bool,
    before: usize,
    after: usize,
    kept: Vec<RecordBatch>,
    /// So many of the kept rows have gone already.
    gone: usize,
    /// Rows of the first kept row's partition that are kept no more.
    earlier: usize,
    reservation: MemoryReservation,
}

impl Batches {
    pub(super) fn new(
        functions: Arc<[WindowFunction]>,
        partition_by: Vec<Arc<dyn PhysicalExpr>>,
        schema: SchemaRef,
        reservation: MemoryReservation,
    ) -> Self {
        let reach = functions.iter().map(WindowFunction::reach);
        let (before, after) = reach.fold((0, 0), |(a, b), (c, d)| (a.max(c), b.max(d)));
        Batches {
            streams: functions.iter().all(WindowFunction::streams),
            functions,
            partition_by,
            schema,
            // At least one row, to see whether the next belongs to its partition.
            before: before.max(1),
            after,
            kept: Vec::new(),
            gone: 0,
            earlier: 0,
            reservation,
        }
    }

    /// Takes rows in, and gives those with results whose results are known by now.
    pub(super) fn take(&mut self, rows: RecordBatch) -> Result<Option<RecordBatch>> {
        if rows.num_rows() == 0 {
            return Ok(None);
        }
        let goes_on = !self.streams && self.goes_on(&rows)?;
        self.kept.push(rows);
        if goes_on {
            self.account()?;
            return Ok(None);
        }
        self.give(false)
    }

    /// The last rows.
    pub(super) fn finish(&mut self) -> Result<Option<RecordBatch>> {
        match self.kept.is_empty() {
            true => Ok(None),
            false => self.give(true),
        }
    }

    /// Whether all of `rows` belong to the open partition.
    fn goes_on(&self, rows: &RecordBatch) -> Result<bool> {
        let Some(last) = self.kept.last() else {
            return Ok(false);
        };
        let ends = [
            last.slice(last.num_rows() - 1, 1),
            rows.slice(0, 1),
            rows.slice(rows.num_rows() - 1, 1),
        ];
        let ends = concat_batches(&rows.schema(), &ends)?;
        // Rows are sorted: what is the same at both ends is the same between them.
        Ok(self.partitions(&ends)?.len() == 1)
    }

    fn partitions(&self, rows: &RecordBatch) -> Result<Vec<std::ops::Range<usize>>> {
        let count = rows.num_rows();
        let keys = self.partition_by.iter();
        let keys: Vec<ArrayRef> = keys
            .map(|by| by.evaluate(rows)?.into_array(count))
            .collect::<Result<_>>()?;
        ranges(&keys, count)
    }

    fn give(&mut self, last: bool) -> Result<Option<RecordBatch>> {
        let rows = match self.kept.as_slice() {
            [rows] => rows.clone(),
            all => concat_batches(&all[0].schema(), all)?,
        };
        let count = rows.num_rows();
        let partitions = self.partitions(&rows)?;
        let open = partitions.last().map_or(0, |partition| partition.start);
        let to = match (last, self.streams) {
            (true, _) => count,
            (false, false) => open,
            (false, true) => open.max(count.saturating_sub(self.after)).max(self.gone),
        };
        let results = match self.gone < to {
            false => None,
            true => Some(self.results(&Cut {
                rows: &rows,
                partitions: &partitions,
                wanted: self.gone..to,
                before: self.earlier,
            })?),
        };
        let keep = open.max(to.saturating_sub(self.before)).min(count);
        self.earlier = keep - open + if open == 0 { self.earlier } else { 0 };
        self.gone = to - keep;
        self.kept = vec![rows.slice(keep, count - keep)];
        self.account()?;
        Ok(results)
    }

    fn results(&self, cut: &Cut) -> Result<RecordBatch> {
        let rows = cut.rows.slice(cut.wanted.start, cut.wanted.len());
        let mut columns = rows.columns().to_vec();
        for function in self.functions.iter() {
            columns.push(function.compute(cut)?);
        }
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }

    /// Counts the kept rows at the memory pool. Rows of the last batch are a part of it, and keep it.
    fn account(&self) -> Result<()> {
        let bytes = self.kept.iter().map(RecordBatch::get_array_memory_size);
        self.reservation.try_resize(bytes.sum())
    }
}
