//! Rows on their way to a shard: in memory while they fit, then in the temporary folder.

use super::version::{Keys, RecordVersion};
use crate::error::{Context, Result};
use arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The shard of a row that has no person (yet): one of `spread` below zero, by its record.
fn unlinked(record_key: i64, spread: u32) -> i32 {
    -1 - shard_of(record_key, spread)
}

/// Rows that wait in one shard before the next ones are spread over twice as many.
const MOST_WAITING: usize = 250_000;
/// Never over more than this.
const WIDEST: u32 = 4096;

/// Over how many shards rows without a person are spread when `waiting` of them have come: over few,
/// so that a few rows are a few files, and over the more the more there are, so that no number of
/// them is too many to be merged in memory. A record whose versions thereby come to lie in two shards
/// is one that moves, and those are found anyway.
fn spread(waiting: usize, shards: u32) -> u32 {
    let mut spread = (shards / 4).max(1);
    while spread < WIDEST && waiting / spread as usize > MOST_WAITING {
        spread *= 2;
    }
    spread
}

/// Whether rows of this shard have no person (yet).
pub fn is_unlinked(shard: i32) -> bool {
    shard < 0 && shard != NOWHERE
}

/// Where a record is that has no row in a table (any more).
pub const NOWHERE: i32 = i32::MIN;
/// The mark of a spilled batch that was taken.
const TAKEN: i32 = i32::MAX;

/// The shard of a person: the top bits of the key, so that a shard is a range of keys.
pub fn shard_of(person_key: i64, shards: u32) -> i32 {
    let bits = shards.trailing_zeros();
    if bits == 0 {
        return 0;
    }
    i32::try_from(person_key >> (63 - bits)).unwrap_or(0)
}

/// The rows of all tables of a pull.
#[derive(Debug)]
pub struct Runs {
    tables: Vec<Mutex<TableRuns>>,
    shards: u32,
    folder: PathBuf,
    in_memory: AtomicUsize,
    budget: usize,
    files: AtomicUsize,
}

#[derive(Debug, Default)]
struct TableRuns {
    waiting: Vec<RecordBatch>,
    spilled: Vec<Spilled>,
    by_shard: BTreeMap<i32, Vec<RecordBatch>>,
    /// Versions of records that have no row in this table.
    emptied: Vec<RecordVersion>,
    /// All rows and emptied versions.
    count: usize,
    /// Rows without a person that were sorted into shards.
    unlinked: usize,
}

#[derive(Debug)]
struct Spilled {
    path: PathBuf,
    /// Which record and version each row is, in a file of its own that is quick to read.
    keys: PathBuf,
    /// The shard of each batch, the same in both files.
    shards: Vec<i32>,
}

impl Runs {
    /// Room for `tables` tables; at most about `budget` bytes stay in memory.
    pub fn new(tables: usize, shards: u32, folder: PathBuf, budget: usize) -> Self {
        Runs {
            tables: (0..tables).map(|_| Mutex::default()).collect(),
            shards,
            folder,
            in_memory: AtomicUsize::new(0),
            budget,
            files: AtomicUsize::new(0),
        }
    }

    /// Adds rows to a table.
    pub fn add(&self, table: usize, batch: RecordBatch) -> Result<()> {
        let bytes = batch.get_array_memory_size();
        {
            let mut runs = self.locked(table);
            runs.count += batch.num_rows();
            runs.waiting.push(batch);
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
    pub fn add_emptied(&self, table: usize, versions: Vec<RecordVersion>) {
        let mut runs = self.locked(table);
        runs.count += versions.len();
        runs.emptied.extend(versions);
    }

    fn locked(&self, table: usize) -> std::sync::MutexGuard<'_, TableRuns> {
        // A worker that panicked has failed the pull; what it left is not read.
        self.tables[table]
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn spill(&self, table: usize) -> Result<()> {
        let waiting = std::mem::take(&mut self.locked(table).waiting);
        let Some(first) = waiting.first() else {
            return Ok(());
        };
        let bytes = waiting.iter().map(RecordBatch::get_array_memory_size).sum();
        let schema = first.schema();
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("run-{number}.arrow"));
        let cannot = || {
            format!(
                "cannot write to the temporary folder {}",
                self.folder.display()
            )
        };
        let file = BufWriter::new(File::create(&path).data(cannot)?);
        let options = IpcWriteOptions::default()
            .try_with_compression(Some(arrow::ipc::CompressionType::LZ4_FRAME))
            .data(cannot)?;
        let full = "see that the disk is not full, or name another folder with --temp-dir";
        let mut writer = FileWriter::try_new_with_options(file, &schema, options)
            .data(cannot)
            .map_err(|e| e.hint(full))?;
        let keys = self.folder.join(format!("run-{number}.keys.arrow"));
        let file = BufWriter::new(File::create(&keys).data(cannot)?);
        let mut keys_writer = FileWriter::try_new(file, &Keys::schema())
            .data(cannot)
            .map_err(|e| e.hint(full))?;
        let mut shards = Vec::new();
        for (shard, batches) in self.partition(table, &schema, waiting)? {
            for batch in batches {
                let written = writer
                    .write(&batch)
                    .and_then(|()| keys_writer.write(&Keys::only(&batch)?));
                written.data(cannot).map_err(|e| e.hint(full))?;
                shards.push(shard);
            }
        }
        writer.finish().data(cannot)?;
        keys_writer.finish().data(cannot)?;
        self.in_memory.fetch_sub(bytes, Ordering::Relaxed);
        self.locked(table)
            .spilled
            .push(Spilled { path, keys, shards });
        Ok(())
    }

    fn partition(
        &self,
        table: usize,
        schema: &SchemaRef,
        batches: Vec<RecordBatch>,
    ) -> Result<BTreeMap<i32, Vec<RecordBatch>>> {
        let failed = || "cannot sort rows into shards";
        let mut parts: BTreeMap<i32, Vec<RecordBatch>> = BTreeMap::new();
        let rows = concat_batches(schema, &batches).data(failed)?;
        drop(batches);
        let Some(people) = rows.column_by_name("person_key") else {
            parts.insert(0, vec![rows]);
            return Ok(parts);
        };
        let people = people.as_primitive::<Int64Type>();
        let records = rows.column_by_name("record_key");
        let records = records.map(|column| column.as_primitive::<Int64Type>());
        let spread = {
            let mut runs = self.locked(table);
            runs.unlinked += people.null_count();
            spread(runs.unlinked, self.shards)
        };
        let mut rows_of: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
        for row in 0..people.len() {
            let shard = if people.is_valid(row) {
                shard_of(people.value(row), self.shards)
            } else {
                records.map_or(-1, |records| unlinked(records.value(row), spread))
            };
            rows_of
                .entry(shard)
                .or_default()
                .push(u32::try_from(row).data(failed)?);
        }
        for (shard, picked) in rows_of {
            let part = take_record_batch(&rows, &UInt32Array::from(picked)).data(failed)?;
            parts.entry(shard).or_default().push(part);
        }
        Ok(parts)
    }

    /// Sorts what still waits into shards; after this, rows are taken, not added.
    pub fn seal(&self) -> Result<()> {
        for table in 0..self.tables.len() {
            let waiting = std::mem::take(&mut self.locked(table).waiting);
            let Some(first) = waiting.first() else {
                continue;
            };
            let schema = first.schema();
            for (shard, batches) in self.partition(table, &schema, waiting)? {
                self.locked(table)
                    .by_shard
                    .entry(shard)
                    .or_default()
                    .extend(batches);
            }
        }
        Ok(())
    }

    /// The shards that a table has rows for.
    pub fn shards(&self, table: usize) -> Vec<i32> {
        let runs = self.locked(table);
        let mut shards: Vec<i32> = runs.by_shard.keys().copied().collect();
        shards.extend(runs.spilled.iter().flat_map(|s| &s.shards));
        shards.retain(|shard| *shard != TAKEN);
        shards.sort_unstable();
        shards.dedup();
        shards
    }

    /// Versions of records that have no row in a table.
    pub fn emptied(&self, table: usize) -> Vec<RecordVersion> {
        self.locked(table).emptied.clone()
    }

    /// At most how many records a table has rows or emptied versions for.
    pub fn count(&self, table: usize) -> usize {
        self.locked(table).count
    }

    /// Shows every record and version that a table has rows for, with its shard, and those that
    /// have none, as [`NOWHERE`]. To be called after [`Runs::seal`].
    pub fn each_key(&self, table: usize, mut show: impl FnMut(i32, RecordVersion)) -> Result<()> {
        let runs = self.locked(table);
        for version in &runs.emptied {
            show(NOWHERE, *version);
        }
        for (shard, batches) in &runs.by_shard {
            for batch in batches {
                Keys::of(batch)?.iter().for_each(|key| show(*shard, key));
            }
        }
        for spilled in &runs.spilled {
            let cannot = || format!("cannot read back {}", spilled.keys.display());
            let file = std::io::BufReader::new(File::open(&spilled.keys).data(cannot)?);
            let reader = FileReader::try_new(file, None).data(cannot)?;
            for (batch, shard) in reader.zip(&spilled.shards) {
                let batch = batch.data(cannot)?;
                if *shard == TAKEN {
                    continue;
                }
                Keys::of(&batch)?.iter().for_each(|key| show(*shard, key));
            }
        }
        Ok(())
    }

    /// Takes the rows of one shard.
    pub fn take(&self, table: usize, shard: i32) -> Result<Vec<RecordBatch>> {
        let mut runs = self.locked(table);
        let mut batches = runs.by_shard.remove(&shard).unwrap_or_default();
        let wanted: Vec<(PathBuf, Vec<usize>)> = runs
            .spilled
            .iter_mut()
            .map(|spilled| {
                let mut at = Vec::new();
                for (i, held) in spilled.shards.iter_mut().enumerate() {
                    if *held == shard {
                        *held = TAKEN;
                        at.push(i);
                    }
                }
                (spilled.path.clone(), at)
            })
            .collect();
        drop(runs);
        for (path, indices) in wanted.into_iter().filter(|(_, i)| !i.is_empty()) {
            let cannot = || format!("cannot read back {}", path.display());
            let mut reader =
                FileReader::try_new(File::open(&path).data(cannot)?, None).data(cannot)?;
            for index in indices {
                reader.set_index(index).data(cannot)?;
                if let Some(batch) = reader.next() {
                    batches.push(batch.data(cannot)?);
                }
            }
        }
        Ok(batches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_ranges_of_keys() {
        assert_eq!(shard_of(0, 16), 0);
        assert_eq!(shard_of(i64::MAX, 16), 15);
        assert_eq!(shard_of(1 << 59, 16), 1);
        assert_eq!(shard_of(i64::MAX, 1), 0);
    }

    #[test]
    fn rows_without_a_person_lie_below_zero() {
        assert_eq!(unlinked(0, 4), -1);
        assert_eq!(unlinked(i64::MAX, 4), -4);
        assert_eq!(unlinked(i64::MAX, 1), -1);
        assert!(is_unlinked(-4) && !is_unlinked(0) && !is_unlinked(NOWHERE));
    }

    #[test]
    fn the_more_rows_wait_the_wider_they_are_spread() {
        assert_eq!(spread(0, 2), 1);
        assert_eq!(spread(1_000_000, 16), 4);
        assert_eq!(spread(1_100_000, 16), 8);
        assert_eq!(spread(60_000_000, 16), 256);
        assert_eq!(spread(usize::MAX, 16), WIDEST);
    }
}
