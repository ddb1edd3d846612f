//! Which version of which record a row is.

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
pub type Version = (i64, i64);

/// A record and its version.
pub type RecordVersion = (i64, Version);

/// The columns that say which record and version a row is.
pub struct Keys<'b> {
    record: &'b Int64Array,
    updated: &'b TimestampMicrosecondArray,
    digest: &'b Int64Array,
}

impl<'b> Keys<'b> {
    /// The names of the columns.
    pub const COLUMNS: [&'static str; 3] = ["record_key", "updated", "digest"];

    /// These columns alone.
    pub fn schema() -> SchemaRef {
        let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
        Arc::new(Schema::new(vec![
            Field::new("record_key", DataType::Int64, false),
            Field::new("updated", moment, true),
            Field::new("digest", DataType::Int64, false),
        ]))
    }

    /// The rows of `batch` with these columns alone; none when it lacks one.
    pub fn only(batch: &RecordBatch) -> std::result::Result<RecordBatch, ArrowError> {
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
    pub fn of(batch: &'b RecordBatch) -> Result<Self> {
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
        })
    }

    /// Record and version of a row.
    pub fn at(&self, row: usize) -> RecordVersion {
        let updated = if self.updated.is_valid(row) {
            self.updated.value(row)
        } else {
            i64::MIN
        };
        (self.record.value(row), (updated, self.digest.value(row)))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = RecordVersion> {
        (0..self.record.len()).map(|row| self.at(row))
    }
}

/// Hashes record keys, which are keyed hashes already, and need no mixing.
pub type ByRecord = BuildHasherDefault<RecordHasher>;

/// See [`ByRecord`].
#[derive(Debug, Default)]
pub struct RecordHasher(u64);

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
        self.0 ^= u64::from(row.cast_unsigned()) << 17;
    }
}
