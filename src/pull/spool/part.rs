//! Rows as they arrived, and which of them belong to which shard: nothing is copied to sort them.

use super::Filter;
use super::shard::{Shard, WaitingRoom};
use crate::error::{Context, Result};
use crate::privacy::{PersonKey, RecordKey};
use arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::Int64Type;
use std::collections::BTreeMap;

/// Rows of one shard that arrived together.
#[derive(Debug, Clone)]
pub(crate) struct SpooledRows {
    /// What they arrived in.
    pub batch: RecordBatch,
    /// Their positions in it, ascending; None for all.
    pub rows: Option<Vec<u32>>,
    /// Whether they arrived with this pull; others were in the lake, and are read again.
    pub arrived: bool,
}

impl SpooledRows {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        match &self.rows {
            Some(rows) => rows.len(),
            None => self.batch.num_rows(),
        }
    }

    /// Their positions in the batch, ascending.
    pub(crate) fn positions(&self) -> impl Iterator<Item = usize> {
        let (some, all) = match &self.rows {
            Some(rows) => (rows.as_slice(), 0),
            None => (&[][..], self.batch.num_rows()),
        };
        some.iter().map(|row| *row as usize).chain(0..all)
    }

    /// The rows as a batch of their own.
    pub(crate) fn taken(self) -> Result<RecordBatch> {
        match self.rows {
            Some(rows) => take_record_batch(&self.batch, &UInt32Array::from(rows))
                .data(|| "cannot sort rows into shards"),
            None => Ok(self.batch),
        }
    }
}

impl From<RecordBatch> for SpooledRows {
    fn from(batch: RecordBatch) -> Self {
        SpooledRows {
            batch,
            rows: None,
            arrived: false,
        }
    }
}

/// A batch in memory, with the positions of each shard's rows.
#[derive(Debug)]
pub(super) struct HeldRows {
    pub batch: RecordBatch,
    /// Shards that were taken are no longer here; None for all rows of a table without people.
    pub shards: BTreeMap<Shard, Option<Vec<u32>>>,
    /// Whether they arrived with this pull.
    pub arrived: bool,
}

impl HeldRows {
    /// Sorts rows into `shards`; those without a person into the `waiting` room.
    pub(super) fn new(batch: RecordBatch, shards: u32, waiting: WaitingRoom) -> Result<Self> {
        let Some(people) = batch.column_by_name("person_key") else {
            let all = BTreeMap::from([(Shard::WHOLE, None)]);
            return Ok(HeldRows {
                batch,
                shards: all,
                arrived: true,
            });
        };
        let people = people.as_primitive::<Int64Type>();
        let records = batch.column_by_name("record_key");
        let records = records.map(|column| column.as_primitive::<Int64Type>());
        let mut rows_of: BTreeMap<Shard, Vec<u32>> = BTreeMap::new();
        let shard = |row: usize| match people.is_valid(row) {
            true => Shard::of_person(PersonKey::new(people.value(row)), shards),
            false => records.map_or(Shard::Unlinked(0), |records| {
                waiting.shard(RecordKey::new(records.value(row)))
            }),
        };
        let rows = u32::try_from(people.len()).data(|| "cannot sort rows into shards")?;
        // Rows of a person arrive together: look once for all of them.
        let mut at = 0;
        while at < rows {
            let here = shard(at as usize);
            let end = (at + 1..rows).find(|row| shard(*row as usize) != here);
            let end = end.unwrap_or(rows);
            rows_of.entry(here).or_default().extend(at..end);
            at = end;
        }
        let shards = rows_of.into_iter().map(|(k, rows)| (k, Some(rows)));
        let shards = shards.collect();
        Ok(HeldRows {
            batch,
            shards,
            arrived: true,
        })
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.batch.get_array_memory_size() + self.batch.num_rows() * size_of::<u32>()
    }

    /// Whether one shard's rows are wanted.
    pub(super) fn is_wanted(&self, shard: Shard, look: &Filter) -> Result<bool> {
        let Some(rows) = self.shards.get(&shard) else {
            return Ok(false);
        };
        let columns = look.positions(&self.batch.schema());
        let batch = self.batch.project(&columns);
        let batch = batch.data(|| "cannot look at rows on their way")?;
        let (rows, arrived) = (rows.clone(), self.arrived);
        let looked_at = SpooledRows {
            batch,
            rows,
            arrived,
        };
        (look.wanted)(&looked_at.taken()?)
    }

    /// Takes one shard's rows.
    pub(super) fn take(&mut self, shard: Shard) -> Option<SpooledRows> {
        let rows = self.shards.remove(&shard)?;
        Some(SpooledRows {
            batch: self.batch.clone(),
            rows,
            arrived: self.arrived,
        })
    }
}
