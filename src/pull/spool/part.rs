//! Rows as they arrived, sorted by the shard that they belong to.

use super::Filter;
use super::shard::{Shard, WaitingRoom};
use crate::error::{Context, Result};
use crate::privacy::{PersonKey, RecordKey};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::{cast, take_record_batch};
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use std::collections::BTreeMap;
use std::ops::Range;

/// What an error calls rows that cannot be sorted.
pub(super) const UNSORTED: &str = "cannot sort rows into shards";

/// Rows of one shard that arrived together, sorted as they will be stored.
#[derive(Debug, Clone)]
pub(crate) struct SpooledRows {
    /// The rows.
    pub batch: RecordBatch,
    /// Whether they arrived with this pull; others were in the lake, and are read again.
    pub arrived: bool,
}

impl SpooledRows {
    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.batch.num_rows()
    }
}

impl From<RecordBatch> for SpooledRows {
    fn from(batch: RecordBatch) -> Self {
        SpooledRows {
            batch,
            arrived: false,
        }
    }
}

/// How the rows of a shard are sorted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct RowOrder {
    person: i64,
    /// In microseconds since 1970; the least where it is not known.
    moment: i64,
    record: i64,
    /// The row's position as it arrived.
    row: u32,
}

/// A batch in memory, sorted by shard, person and date.
#[derive(Debug)]
pub(super) struct HeldRows {
    pub batch: RecordBatch,
    /// Where the rows of each shard are. Shards that were taken are no longer here.
    pub shards: BTreeMap<Shard, Range<usize>>,
    /// Whether they arrived with this pull.
    pub arrived: bool,
}

impl HeldRows {
    /// Sorts rows into `shards`; those without a person into the `waiting` room. Within a shard they are
    /// sorted by person and the column `order`, while they are still in the processor's cache: a merge
    /// then copies runs of rows, where it would wait for memory row by row.
    pub(super) fn new(
        batch: RecordBatch,
        order: Option<&str>,
        shards: u32,
        waiting: WaitingRoom,
    ) -> Result<Self> {
        let failed = || UNSORTED;
        let Some(people) = batch.column_by_name("person_key") else {
            let all = BTreeMap::from([(Shard::WHOLE, 0..batch.num_rows())]);
            return Ok(HeldRows {
                batch,
                shards: all,
                arrived: true,
            });
        };
        let people = people.as_primitive::<Int64Type>();
        let records = batch.column_by_name("record_key");
        let records = records.map(|column| column.as_primitive::<Int64Type>());
        let moments = order.and_then(|order| moments(batch.column_by_name(order)?));
        let rows = u32::try_from(people.len()).data(failed)?;
        let mut sorted: Vec<(Shard, RowOrder)> = Vec::with_capacity(people.len());
        for (row, at) in (0..rows).zip(0..) {
            let person = people
                .is_valid(at)
                .then(|| PersonKey::new(people.value(at)));
            let record = records.map(|records| RecordKey::new(records.value(at)));
            let shard = match person {
                Some(person) => Shard::of_person(person, shards),
                None => record.map_or(Shard::Unlinked(0), |record| waiting.shard(record)),
            };
            let moment = moments.as_ref().filter(|moments| moments.is_valid(at));
            let order = RowOrder {
                person: person.map_or(0, PersonKey::get),
                moment: moment.map_or(i64::MIN, |moments| moments.value(at)),
                record: record.map_or(0, RecordKey::get),
                row,
            };
            sorted.push((shard, order));
        }
        let mut ranges: BTreeMap<Shard, Range<usize>> = BTreeMap::new();
        let batch = match sorted.is_sorted() {
            true => batch,
            false => {
                sorted.sort_unstable();
                let rows = sorted.iter().map(|(_, order)| order.row);
                let rows = UInt32Array::from_iter_values(rows);
                take_record_batch(&batch, &rows).data(failed)?
            }
        };
        let mut at = 0;
        for same in sorted.chunk_by(|(one, _), (next, _)| one == next) {
            ranges.insert(same[0].0, at..at + same.len());
            at += same.len();
        }
        Ok(HeldRows {
            batch,
            shards: ranges,
            arrived: true,
        })
    }

    /// The rows of a shard, where they are.
    pub(super) fn of(&self, shard: Shard) -> Option<RecordBatch> {
        let rows = self.shards.get(&shard)?;
        Some(self.batch.slice(rows.start, rows.len()))
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.batch.get_array_memory_size()
    }

    /// Whether one shard's rows are wanted.
    pub(super) fn is_wanted(&self, shard: Shard, look: &Filter) -> Result<bool> {
        let Some(rows) = self.of(shard) else {
            return Ok(false);
        };
        let looked_at = rows.project(&look.positions(&rows.schema()));
        (look.wanted)(&looked_at.data(|| "cannot look at rows on their way")?)
    }

    /// Takes one shard's rows.
    pub(super) fn take(&mut self, shard: Shard) -> Option<SpooledRows> {
        let batch = self.of(shard)?;
        self.shards.remove(&shard);
        Some(SpooledRows {
            batch,
            arrived: self.arrived,
        })
    }
}

/// When each row happened; None where the column is no date, which the merge will say.
fn moments(column: &ArrayRef) -> Option<TimestampMicrosecondArray> {
    let unit = DataType::Timestamp(TimeUnit::Microsecond, None);
    let moments = cast(column, &unit).ok()?;
    moments.as_primitive_opt().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Int64Array;
    use std::sync::Arc;

    #[test]
    fn rows_are_sorted_by_shard_person_date_and_record() {
        let person = |shard: i64| Some((shard << 61) + 7);
        let people = vec![person(2), None, person(0), person(2), person(2), person(2)];
        let happened = vec![Some(5), Some(1), Some(9), None, Some(3), Some(5)];
        let records = vec![12, 11, 10, 13, 15, 9];
        let columns: [(&str, ArrayRef); 3] = [
            ("person_key", Arc::new(Int64Array::from(people))),
            ("record_key", Arc::new(Int64Array::from(records))),
            (
                "happened",
                Arc::new(TimestampMicrosecondArray::from(happened)),
            ),
        ];
        let rows = RecordBatch::try_from_iter(columns).unwrap();
        let sorted = |rows: &RecordBatch, order: Option<&str>| {
            let held = HeldRows::new(rows.clone(), order, 4, WaitingRoom::after(0, 4)).unwrap();
            let records = |shard: &Shard| {
                let rows = held.of(*shard).unwrap();
                let records = rows.column(1).as_primitive::<Int64Type>();
                (shard.number(), records.values().to_vec())
            };
            held.shards.keys().map(records).collect::<Vec<_>>()
        };
        let of_two = |records: Vec<i64>| vec![(-1, vec![11]), (0, vec![10]), (2, records)];
        assert_eq!(sorted(&rows, Some("happened")), of_two(vec![13, 15, 9, 12]));
        // Without a column to sort by, or with one that is no date, by record alone.
        assert_eq!(sorted(&rows, None), of_two(vec![9, 12, 13, 15]));
        assert_eq!(
            sorted(&rows, Some("no such column")),
            of_two(vec![9, 12, 13, 15])
        );
    }
}
