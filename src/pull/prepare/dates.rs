//! Dates that cannot be true: last updates in the future, and events after the last update.

use super::early_lines::EarlyLines;
use super::{Preparer, Rejecting};
use crate::decode::{Decoded, RejectReason, ViewRows};
use crate::error::{Context, Result};
use crate::pull::clock::GRACE;
use crate::pull::plan::TablePlan;
use arrow::array::{Array, AsArray};
use arrow::compute::cast;
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

    /// Rejects lines with a date of something that has happened after their own last update.
    pub(super) fn check_dates(
        &self,
        decoded: &Decoded,
        early: &EarlyLines,
        rows: &ViewRows,
        plan: &TablePlan,
        rejecting: &mut Rejecting,
    ) -> Result<()> {
        for (i, column) in plan.columns.iter().enumerate().filter(|(_, c)| c.not_after) {
            let moments = cast(
                rows.batch.column(i),
                &DataType::Timestamp(TimeUnit::Microsecond, None),
            )
            .data(|| format!("column {} is not a date", column.name))?;
            let moments = moments.as_primitive::<TimestampMicrosecondType>();
            for (row, line) in rows.line.iter().enumerate() {
                let at = *line as usize;
                let Some(updated) = decoded.lines[at].updated else {
                    continue;
                };
                // Of a line without a true time only what lies in the future itself is wrong.
                let after = match early.lines.contains(&at) {
                    true => !self.clock.believes(moments.value(row)),
                    false => moments.value(row) > updated.saturating_add(GRACE),
                };
                if moments.is_valid(row) && after {
                    rejecting.reject(*line, RejectReason::DateInFuture, &column.name);
                }
            }
        }
        Ok(())
    }
}
