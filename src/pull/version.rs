//! Which version of which record a row is.

use super::clock::Clock;
use crate::error::{Context, Result};
use arrow::array::{Array, AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{
    DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use arrow::error::ArrowError;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// A version: when the record was last updated (the smallest number when it does not say), then the
/// digest of its line, so that of two with one time the same one always counts as newer.
pub(super) type Version = (i64, i64);

/// A record and its version.
pub(super) type RecordVersion = (i64, Version);

/// The columns that say which record and version a row is.
pub(super) struct Keys<'b> {
    record: &'b Int64Array,
    updated: &'b TimestampMicrosecondArray,
    digest: &'b Int64Array,
    clock: Clock,
}

impl<'b> Keys<'b> {
    /// The names of the columns.
    pub(super) const COLUMNS: [&'static str; 3] = ["record_key", "updated", "digest"];

    /// These columns alone.
    pub(super) fn schema() -> SchemaRef {
        let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
        Arc::new(Schema::new(vec![
            Field::new("record_key", DataType::Int64, false),
            Field::new("updated", moment, true),
            Field::new("digest", DataType::Int64, false),
        ]))
    }

    /// The rows of `batch` with these columns alone; none when it lacks one.
    pub(super) fn only(batch: &RecordBatch) -> std::result::Result<RecordBatch, ArrowError> {
        let columns: Vec<usize> = Self::COLUMNS
            .iter()
            .filter_map(|name| batch.schema().index_of(name).ok())
            .collect();
        if columns.len() < Self::COLUMNS.len() {
            return Ok(RecordBatch::new_empty(Self::schema()));
        }
        batch.project(&columns)
    }

    /// The columns of `batch`.
    pub(super) fn of(batch: &'b RecordBatch) -> Result<Self> {
        let column = |name: &str| {
            batch
                .column_by_name(name)
                .ok_or("it is missing")
                .data(|| format!("column {name} of a pulled table"))
        };
        Ok(Keys {
            record: column("record_key")?.as_primitive::<Int64Type>(),
            updated: column("updated")?.as_primitive::<TimestampMicrosecondType>(),
            digest: column("digest")?.as_primitive::<Int64Type>(),
            clock: Clock::of_command(),
        })
    }

    /// Record and version of a row.
    pub(super) fn at(&self, row: usize) -> RecordVersion {
        (
            self.record.value(row),
            (self.updated(row), self.digest.value(row)),
        )
    }

    /// When the record was last updated. An earlier Populace believed times in the future: such a row
    /// counts as one without a time, so that any that tells the truth replaces it.
    fn updated(&self, row: usize) -> i64 {
        match self.updated.is_valid(row) {
            true if self.clock.believes(self.updated.value(row)) => self.updated.value(row),
            _ => i64::MIN,
        }
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = RecordVersion> {
        (0..self.record.len()).map(|row| self.at(row))
    }
}

/// Hashes record keys, which are keyed hashes already, and need no mixing.
pub(super) type ByRecord = BuildHasherDefault<RecordHasher>;

/// See [`ByRecord`].
#[derive(Debug, Default)]
pub(super) struct RecordHasher(u64);

impl Hasher for RecordHasher {
    fn finish(&self) -> u64 {
        // A map uses the top bits too, and keys are never negative.
        self.0.rotate_left(1)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_i64(&mut self, key: i64) {
        self.0 ^= key.cast_unsigned();
    }

    fn write_i32(&mut self, row: i32) {
        // A map finds its place by the low bits, and tells neighbours apart by the top ones: rows of
        // one record must differ in both, or each is compared with all of the others.
        self.0 ^= u64::from(row.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::hash::BuildHasher;

    /// Rows that share a place with another in a map of twice as many places, and the most that
    /// share one.
    fn crowding(keys: &[(i64, i32)]) -> (usize, usize) {
        let places = (2 * keys.len()).next_power_of_two() as u64;
        let mut held: HashMap<u64, usize> = HashMap::new();
        for key in keys {
            let hash = ByRecord::default().hash_one(key);
            *held.entry(hash % places).or_default() += 1;
        }
        let most = held.values().copied().max().unwrap_or_default();
        (keys.len() - held.len(), most)
    }

    #[test]
    fn rows_of_one_record_do_not_crowd_a_map() {
        for rows in [1_000, 160_000, 1_000_000] {
            for record in [0, 1, 0x1234_5678_9abc_def0, i64::MAX] {
                let keys: Vec<(i64, i32)> = (0..rows).map(|row| (record, row)).collect();
                let (shared, most) = crowding(&keys);
                assert!(shared * 2 < keys.len(), "{shared} of {rows} share a place");
                assert!(most <= 16, "{most} of {rows} rows share one place");
            }
        }
    }

    #[test]
    fn rows_of_many_records_do_not_crowd_a_map() {
        let key = |n: i64| n.wrapping_mul(0x5851_f42d_4c95_7f2d) & i64::MAX;
        let keys: Vec<(i64, i32)> = (0..40_000)
            .flat_map(|n| (0..4).map(move |row| (key(n), row)))
            .collect();
        let (shared, most) = crowding(&keys);
        assert!(shared * 2 < keys.len(), "{shared} share a place");
        assert!(most <= 16, "{most} rows share one place");
    }
}
