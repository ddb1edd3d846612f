//! The kept groups that a night touches, which are few of many: the others stay as they are.

use super::additive::{KeptAggregate, KeptColumn};
use super::groups::compacted;
use super::merge::merged;
use crate::error::{Context, Result};
use crate::lake::row_hashes;
use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch, not};
use std::collections::HashSet;

/// As of [`merged`], which sees the groups alone that are in `gone` or `come` too.
///
/// # Errors
/// As of [`merged`].
pub(super) fn merged_where_touched(
    aggregate: &KeptAggregate,
    kept: &RecordBatch,
    gone: &RecordBatch,
    come: &RecordBatch,
) -> Result<Option<RecordBatch>> {
    if aggregate.is_one_group() {
        return merged(aggregate, kept, gone, come);
    }
    let failed = || "kept groups cannot be put together";
    let groups = aggregate.columns.iter();
    let groups = groups.filter(|column| **column == KeptColumn::Group);
    let groups: Vec<usize> = (0..groups.count()).collect();
    // Rows with the same hash are the same, as the content of tables has it.
    let hashes = |part: &RecordBatch| row_hashes(&part.project(&groups).data(failed)?);
    let mut touched: HashSet<u128> = HashSet::new();
    for part in [gone, come] {
        touched.extend(hashes(part)?);
    }
    let is_touched = hashes(kept)?
        .into_iter()
        .map(|hash| touched.contains(&hash));
    let is_touched: BooleanArray = is_touched.map(Some).collect();
    let few = filter_record_batch(kept, &is_touched).data(failed)?;
    let Some(changed) = merged(aggregate, &few, gone, come)? else {
        return Ok(None);
    };
    if changed == few {
        return Ok(Some(kept.clone()));
    }
    let others = not(&is_touched).data(failed)?;
    let others = filter_record_batch(kept, &others).data(failed)?;
    let all = concat_batches(&kept.schema(), [&others, &changed]).data(failed)?;
    compacted(&all).map(Some)
}
