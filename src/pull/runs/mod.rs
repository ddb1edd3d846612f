//! Rows on their way to a shard: in memory while they fit, then in the temporary folder.

mod part;
mod shard;
mod spill;

pub use part::Part;
pub use shard::{NOWHERE, is_unlinked, shard_of};

use super::version::{Keys, RecordVersion};
use crate::error::Result;
use arrow::array::RecordBatch;
use part::Arrived;
use spill::Spilled;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    held: Vec<Arrived>,
    spilled: Vec<Spilled>,
    /// Versions of records that have no row in this table.
    emptied: Vec<RecordVersion>,
    /// All rows and emptied versions.
    count: usize,
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
        let arrived = Arrived::new(batch, self.shards)?;
        let bytes = arrived.bytes();
        {
            let mut runs = self.locked(table);
            runs.count += arrived.batch.num_rows();
            runs.held.push(arrived);
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

    fn locked(&self, table: usize) -> MutexGuard<'_, TableRuns> {
        // A worker that panicked has failed the pull; what it left is not read.
        self.tables[table]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn spill(&self, table: usize) -> Result<()> {
        let held = std::mem::take(&mut self.locked(table).held);
        if held.is_empty() {
            return Ok(());
        }
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("run-{number}.arrow"));
        let spilled = Spilled::write(path, &held)?;
        let bytes = held.iter().map(Arrived::bytes).sum();
        self.in_memory.fetch_sub(bytes, Ordering::Relaxed);
        self.locked(table).spilled.push(spilled);
        Ok(())
    }

    /// The shards that a table has rows for.
    pub fn shards(&self, table: usize) -> Vec<i32> {
        let runs = self.locked(table);
        let held = runs.held.iter().flat_map(|a| a.shards.keys().copied());
        let spilled = runs.spilled.iter().flat_map(Spilled::shards);
        let shards: BTreeSet<i32> = held.chain(spilled).collect();
        shards.into_iter().collect()
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
    /// have none, as [`NOWHERE`].
    pub fn each_key(&self, table: usize, mut show: impl FnMut(i32, RecordVersion)) -> Result<()> {
        let runs = self.locked(table);
        for version in &runs.emptied {
            show(NOWHERE, *version);
        }
        for arrived in &runs.held {
            let keys = Keys::of(&arrived.batch)?;
            for (shard, rows) in &arrived.shards {
                match rows {
                    Some(rows) => rows
                        .iter()
                        .for_each(|row| show(*shard, keys.at(*row as usize))),
                    None => keys.iter().for_each(|key| show(*shard, key)),
                }
            }
        }
        for spilled in &runs.spilled {
            spilled.each_key(&mut show)?;
        }
        Ok(())
    }

    /// Takes the rows of one shard, each batch of them on its own.
    pub fn take(&self, table: usize, shard: i32) -> Result<Vec<RecordBatch>> {
        let parts = self.take_parts(table, shard)?;
        parts.into_iter().map(Part::taken).collect()
    }

    /// Takes the rows of one shard, as they lie among others.
    pub fn take_parts(&self, table: usize, shard: i32) -> Result<Vec<Part>> {
        let mut runs = self.locked(table);
        let mut parts: Vec<Part> = runs.held.iter_mut().filter_map(|a| a.take(shard)).collect();
        // What has no row left makes room.
        runs.held.retain(|arrived| !arrived.shards.is_empty());
        let wanted: Vec<(PathBuf, usize)> = runs
            .spilled
            .iter_mut()
            .filter_map(|spilled| spilled.take(shard))
            .collect();
        drop(runs);
        for (path, index) in wanted {
            parts.extend(spill::read(&path, index)?);
        }
        Ok(parts)
    }
}
