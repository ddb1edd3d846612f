//! Dates that cannot be true: last updates in the future, and events after the last update.

use super::early_lines::EarlyLines;
use super::unknown_values::UnknownValues;
use super::{Preparer, Rejecting};
use crate::decode::{Decoded, Line, RejectReason, ValueRule, ViewRows};
use crate::error::{Context, Result};
use crate::pull::clock::GRACE;
use crate::pull::plan::{ColumnPlan, TablePlan};
use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{cast, nullif};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use std::collections::HashSet;

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// The end of 1 January 1900 in microseconds since 1970.
const END_OF_1900_01_01: i64 = -25_566 * DAY;

/// Whether a last update is none, but a clock that was never set: 1 January 1970, or 1900 and before.
fn is_senseless(when: i64) -> bool {
    (0..DAY).contains(&when) || when < END_OF_1900_01_01
}

impl Preparer<'_> {
    /// Takes times in the future for what they cannot be. A line that does not say when it was last
    /// updated is as old as its extract.
    pub(super) fn bound_times(&self, decoded: &mut Decoded) -> EarlyLines {
        let mut early = EarlyLines::default();
        let made = self.clock.bounded(self.made);
        for (at, line) in decoded.lines.iter_mut().enumerate() {
            if line.updated.is_none_or(is_senseless) && !is_senseless(self.made) {
                line.updated = Some(made);
                early.lines.insert(at);
                continue;
            }
            if line.updated.is_some_and(|when| !self.clock.believes(when)) {
                line.updated = Some(made);
                early.lines.insert(at);
                early.count += 1;
            }
        }
        let mut bundles = HashSet::new();
        for delete in &mut decoded.deletes {
            if let Some(when) = delete.updated.filter(|when| !self.clock.believes(*when)) {
                delete.updated = Some(made);
                bundles.insert(when);
            }
        }
        early.count += bundles.len() as u64;
        early
    }

    /// Makes dates of what has happened after the last update of its own line NULL, in columns without
    /// which a row is something all the same, and counts them.
    pub(super) fn forget_late(
        &self,
        decoded: &mut Decoded,
        early: &EarlyLines,
        targets: &[usize],
        values: &mut UnknownValues,
    ) -> Result<()> {
        let lines = &decoded.lines;
        for (rows, target) in decoded.tables.iter_mut().zip(targets) {
            let plan = &self.tables[*target];
            for (i, column) in not_after(plan).filter(|(_, column)| !column.needed) {
                let late = self.late(lines, early, rows, (i, column))?;
                let count = late.true_count() as u64;
                if count == 0 {
                    continue;
                }
                let failed = || format!("cannot prepare rows of {}", plan.name);
                let mut columns = rows.batch.columns().to_vec();
                columns[i] = nullif(&columns[i], &late).data(failed)?;
                rows.batch = RecordBatch::try_new(rows.batch.schema(), columns).data(failed)?;
                let place = (*target, column.name.clone(), ValueRule::DateInFuture);
                *values.entry(place).or_default() += count;
            }
        }
        Ok(())
    }

    /// Rejects lines with such a date in a column that is needed.
    pub(super) fn check_dates(
        &self,
        decoded: &Decoded,
        early: &EarlyLines,
        rows: &ViewRows,
        plan: &TablePlan,
        rejecting: &mut Rejecting,
    ) -> Result<()> {
        for (i, column) in not_after(plan).filter(|(_, column)| column.needed) {
            let late = self.late(&decoded.lines, early, rows, (i, column))?;
            for row in late.values().set_indices() {
                rejecting.reject(rows.line[row], RejectReason::DateInFuture, &column.name);
            }
        }
        Ok(())
    }

    /// Which rows have a date after the last update of their line in a column.
    fn late(
        &self,
        lines: &[Line],
        early: &EarlyLines,
        rows: &ViewRows,
        (i, column): (usize, &ColumnPlan),
    ) -> Result<BooleanArray> {
        let moments = cast(
            rows.batch.column(i),
            &DataType::Timestamp(TimeUnit::Microsecond, None),
        )
        .data(|| format!("column {} is not a date", column.name))?;
        let moments = moments.as_primitive::<TimestampMicrosecondType>();
        let is_late = |row: usize| {
            let at = rows.line[row] as usize;
            let moment = moments.value(row);
            // Of a line without a true time only what lies in the future itself is wrong.
            moments.is_valid(row)
                && lines[at]
                    .updated
                    .is_some_and(|updated| match early.lines.contains(&at) {
                        true => !self.clock.believes(moment),
                        false => moment > updated.saturating_add(GRACE),
                    })
        };
        let late = BooleanBuffer::collect_bool(rows.line.len(), is_late);
        Ok(BooleanArray::new(late, None))
    }
}

/// The columns of a table in which a date after the last update is a mistake, with their positions.
fn not_after(plan: &TablePlan) -> impl Iterator<Item = (usize, &ColumnPlan)> {
    let columns = plan.columns.iter().enumerate();
    columns.filter(|(_, column)| column.not_after)
}
