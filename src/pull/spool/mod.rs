//! Rows on their way to a shard: in memory while they fit, then in the temporary folder.

mod filter;
mod part;
mod rowless;
mod shard;
mod spill;

pub(super) use filter::Filter;
pub(super) use part::SpooledRows;
use shard::WaitingRoom;
pub(crate) use shard::{RecordHome, Shard, is_unlinked};

use super::version::{RecordVersion, VersionColumns};
use crate::error::Result;
use arrow::array::RecordBatch;
use part::HeldRows;
use rowless::Rowless;
use spill::Spilled;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The rows of all tables of a pull.
#[derive(Debug)]
pub(super) struct Spool {
    tables: Vec<Mutex<TableRuns>>,
    shards: u32,
    folder: PathBuf,
    in_memory: AtomicUsize,
    budget: usize,
    files: AtomicUsize,
}

#[derive(Debug, Default)]
struct TableRuns {
    /// The column that the table is sorted by, behind the person.
    order: Option<String>,
    held: Vec<HeldRows>,
    spilled: Vec<Spilled>,
    /// Versions of records that have no row in this table.
    emptied: Rowless,
    /// All rows and emptied versions.
    count: usize,
    /// Rows without a person.
    unlinked: usize,
}

impl Spool {
    /// Room for a table for each of `orders`, the columns that tables are sorted by behind the person; at
    /// most about `budget` bytes stay in memory.
    pub(super) fn new(
        orders: Vec<Option<String>>,
        shards: u32,
        folder: PathBuf,
        budget: usize,
    ) -> Self {
        let table = |order| TableRuns {
            order,
            ..TableRuns::default()
        };
        Spool {
            tables: orders.into_iter().map(table).map(Mutex::new).collect(),
            shards,
            folder,
            in_memory: AtomicUsize::new(0),
            budget,
            files: AtomicUsize::new(0),
        }
    }

    /// Adds rows to a table that arrive with this pull.
    pub(super) fn add(&self, table: usize, batch: RecordBatch) -> Result<()> {
        self.add_rows(table, batch, true)
    }

    /// Adds rows of a table that are in the lake.
    pub(super) fn add_stored(&self, table: usize, batch: RecordBatch) -> Result<()> {
        self.add_rows(table, batch, false)
    }

    fn add_rows(&self, table: usize, batch: RecordBatch, arrived: bool) -> Result<()> {
        let people = batch.column_by_name("person_key");
        let (order, waiting) = {
            let mut spool = self.locked(table);
            let waiting = WaitingRoom::after(spool.unlinked, self.shards);
            spool.unlinked += people.map_or(0, |people| people.null_count());
            (spool.order.clone(), waiting)
        };
        let held = HeldRows {
            arrived,
            ..HeldRows::new(batch, order.as_deref(), self.shards, waiting)?
        };
        let bytes = held.bytes();
        {
            let mut spool = self.locked(table);
            spool.count += held.batch.num_rows();
            spool.held.push(held);
        }
        let total = self.in_memory.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if total > self.budget {
            for table in 0..self.tables.len() {
                self.spill(table)?;
            }
        }
        Ok(())
    }

    /// Adds versions of records that have no row in a table: whatever row an older version has must
    /// go.
    pub(super) fn add_emptied(&self, table: usize, versions: Vec<RecordVersion>) -> Result<()> {
        let mut spool = self.locked(table);
        spool.count += versions.len();
        spool.emptied.add(versions, || {
            let number = self.files.fetch_add(1, Ordering::Relaxed);
            self.folder.join(format!("rowless-{number}"))
        })
    }

    fn locked(&self, table: usize) -> MutexGuard<'_, TableRuns> {
        // A worker that panicked has failed the pull; what it left is not read.
        self.tables[table]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn spill(&self, table: usize) -> Result<()> {
        let held = std::mem::take(&mut self.locked(table).held);
        let (arrived, stored): (Vec<_>, Vec<_>) = held.into_iter().partition(|rows| rows.arrived);
        self.spill_rows(table, &arrived)?;
        self.spill_rows(table, &stored)
    }

    fn spill_rows(&self, table: usize, held: &[HeldRows]) -> Result<()> {
        if held.is_empty() {
            return Ok(());
        }
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("run-{number}.arrow"));
        let spilled = Spilled::write(path, held)?;
        let bytes = held.iter().map(HeldRows::bytes).sum();
        self.in_memory.fetch_sub(bytes, Ordering::Relaxed);
        self.locked(table).spilled.push(spilled);
        Ok(())
    }

    /// The shards that a table has rows for.
    pub(super) fn shards(&self, table: usize) -> Vec<Shard> {
        let spool = self.locked(table);
        let held = spool.held.iter().flat_map(|a| a.shards.keys().copied());
        let spilled = spool.spilled.iter().flat_map(Spilled::shards);
        let shards: BTreeSet<Shard> = held.chain(spilled).collect();
        shards.into_iter().collect()
    }

    /// Shows the versions of records that have no row in a table.
    pub(super) fn each_emptied(&self, table: usize, show: impl FnMut(RecordVersion)) -> Result<()> {
        self.locked(table).emptied.each(show)
    }

    /// At most how many records a table has rows or emptied versions for.
    pub(super) fn count(&self, table: usize) -> usize {
        self.locked(table).count
    }

    /// Shows every record and version that a table has rows for, with the shard that they are in, and
    /// those that have none.
    pub(super) fn each_key(
        &self,
        table: usize,
        mut show: impl FnMut(RecordHome, RecordVersion),
    ) -> Result<()> {
        let spool = self.locked(table);
        spool
            .emptied
            .each(|version| show(RecordHome::Nowhere, version))?;
        for arrived in &spool.held {
            let keys = VersionColumns::of(&arrived.batch)?;
            for (shard, rows) in &arrived.shards {
                let home = RecordHome::In(*shard);
                rows.clone().for_each(|row| show(home, keys.at(row)));
            }
        }
        for spilled in &spool.spilled {
            spilled.each_key(&mut show)?;
        }
        Ok(())
    }

    /// Takes the rows of one shard, each batch of them on its own.
    pub(super) fn take(&self, table: usize, shard: Shard) -> Result<Vec<RecordBatch>> {
        let parts = self.take_parts(table, shard)?;
        Ok(parts.into_iter().map(|part| part.batch).collect())
    }

    /// Takes the rows of one shard, with whether they arrived.
    pub(super) fn take_parts(&self, table: usize, shard: Shard) -> Result<Vec<SpooledRows>> {
        self.take_wanted(table, shard, None)
    }

    /// Takes those parts of a shard that a `look` at them asks for; the others stay where they are.
    pub(super) fn take_some(
        &self,
        table: usize,
        shard: Shard,
        look: &Filter,
    ) -> Result<Vec<SpooledRows>> {
        self.take_wanted(table, shard, Some(look))
    }

    fn take_wanted(
        &self,
        table: usize,
        shard: Shard,
        look: Option<&Filter>,
    ) -> Result<Vec<SpooledRows>> {
        let mut spool = self.locked(table);
        let mut parts = Vec::new();
        for arrived in &mut spool.held {
            let wanted = match look {
                Some(look) => arrived.is_wanted(shard, look)?,
                None => true,
            };
            if wanted {
                parts.extend(arrived.take(shard));
            }
        }
        // What has no row left makes room.
        let mut freed = 0;
        spool.held.retain(|arrived| {
            let left = !arrived.shards.is_empty();
            freed += if left { 0 } else { arrived.bytes() };
            left
        });
        self.in_memory.fetch_sub(freed, Ordering::Relaxed);
        let mut wanted: Vec<((PathBuf, usize), bool)> = Vec::new();
        for spilled in &mut spool.spilled {
            let wants = match look {
                Some(look) => spilled.is_wanted(shard, look)?,
                None => true,
            };
            if wants {
                let arrived = spilled.arrived;
                wanted.extend(spilled.take(shard).map(|place| (place, arrived)));
            }
        }
        drop(spool);
        for ((path, index), arrived) in wanted {
            let read = spill::read(&path, index, None)?;
            parts.extend(read.map(|rows| SpooledRows { arrived, ..rows }));
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::version::{Digest, Micros};
    use arrow::array::{ArrayRef, AsArray, Int64Array, StringArray, TimestampMicrosecondArray};
    use arrow::datatypes::Int64Type;
    use std::sync::Arc;

    /// Rows of four people in four shards, and one without a person.
    fn rows(first: i64) -> RecordBatch {
        let person = |shard: i64| Some((shard << 61) + 7);
        let people = Int64Array::from(vec![person(2), person(0), None, person(2), person(3)]);
        let records: Vec<i64> = (first..first + 5).collect();
        let names: StringArray = records.iter().map(|r| Some(format!("name {r}"))).collect();
        let columns: [(&str, ArrayRef); 5] = [
            ("person_key", Arc::new(people)),
            ("record_key", Arc::new(Int64Array::from(records.clone()))),
            ("name", Arc::new(names)),
            (
                "updated",
                Arc::new(TimestampMicrosecondArray::from(vec![5; 5])),
            ),
            ("digest", Arc::new(Int64Array::from(vec![9; 5]))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    /// A shard with its records and their names.
    type Taken = (i32, Vec<i64>, Vec<String>);

    /// All keys with their shards, and what is then taken, shard by shard.
    fn taken(budget: usize) -> (Vec<(i32, i64)>, Vec<Taken>) {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(vec![None; 2], 4, folder.path().to_path_buf(), budget);
        for first in [10, 20, 30] {
            spool.add(1, rows(first)).unwrap();
        }
        let mut keys = Vec::new();
        spool
            .each_key(1, |home, one| {
                let expected = (Micros::at(5), Digest::of_line(9));
                assert_eq!(one.version, expected.into());
                let RecordHome::In(shard) = home else {
                    panic!("{home:?}");
                };
                keys.push((shard.number(), one.record.get()));
            })
            .unwrap();
        keys.sort_unstable();
        let mut found = Vec::new();
        for shard in spool.shards(1) {
            let (mut records, mut names) = (Vec::new(), Vec::new());
            for batch in spool.take(1, shard).unwrap() {
                records.extend(batch.column(1).as_primitive::<Int64Type>().values());
                let text = batch.column(2).as_string::<i32>();
                names.extend(text.iter().map(|name| name.unwrap().to_string()));
            }
            found.push((shard.number(), records, names));
        }
        assert!(spool.shards(1).is_empty());
        assert!(spool.shards(0).is_empty());
        (keys, found)
    }

    #[test]
    fn shards_are_taken_alike_from_memory_and_from_the_disk() {
        let (keys, found) = taken(usize::MAX);
        let records: Vec<_> = found
            .iter()
            .map(|(shard, records, _)| (*shard, records.as_slice()))
            .collect();
        assert_eq!(
            records,
            [
                (-1, [12, 22, 32].as_slice()),
                (0, &[11, 21, 31]),
                (2, &[10, 13, 20, 23, 30, 33]),
                (3, &[14, 24, 34]),
            ]
        );
        assert_eq!(found[0].2, ["name 12", "name 22", "name 32"]);
        assert_eq!(keys.len(), 15);
        assert_eq!(taken(0), (keys, found));
    }

    #[test]
    fn parts_that_nobody_wants_stay() {
        for budget in [0, usize::MAX] {
            let folder = tempfile::tempdir().unwrap();
            let spool = Spool::new(vec![None], 4, folder.path().to_path_buf(), budget);
            for first in [10, 20, 30] {
                spool.add(0, rows(first)).unwrap();
            }
            let of_twenties = |rows: &RecordBatch| {
                assert_eq!(rows.num_columns(), 1);
                let records = rows.column(0).as_primitive::<Int64Type>();
                Ok(records.values().contains(&23))
            };
            let look = Filter {
                columns: &["record_key", "no_such_column"],
                wanted: &of_twenties,
            };
            let taken = |parts: Vec<SpooledRows>| -> Vec<i64> {
                let batches = parts.into_iter().map(|part| part.batch);
                let records = batches.map(|rows| {
                    let records = rows.column(1).as_primitive::<Int64Type>();
                    records.values().to_vec()
                });
                records.flatten().collect()
            };
            assert_eq!(
                taken(spool.take_some(0, Shard::Linked(2), &look).unwrap()),
                [20, 23]
            );
            assert!(
                spool
                    .take_some(0, Shard::Linked(3), &look)
                    .unwrap()
                    .is_empty()
            );
            assert_eq!(
                taken(spool.take_parts(0, Shard::Linked(2)).unwrap()),
                [10, 13, 30, 33]
            );
            assert_eq!(
                taken(spool.take_parts(0, Shard::Linked(3)).unwrap()),
                [14, 24, 34]
            );
        }
    }

    #[test]
    fn rows_that_were_taken_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(vec![None], 4, folder.path().to_path_buf(), usize::MAX);
        spool.add(0, rows(10)).unwrap();
        assert!(spool.in_memory.load(Ordering::Relaxed) > 0);
        for shard in spool.shards(0) {
            spool.take_parts(0, shard).unwrap();
        }
        assert_eq!(spool.in_memory.load(Ordering::Relaxed), 0);
    }
}
