//! People whose rows are made anew: those who changed, and those of a slice.

use crate::error::{Error, Result};
use crate::models::locality::PERSON_KEY;
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Int64Type, Schema};
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Whose a row is: None for nobody, which counts as one person more.
pub(in crate::models) type RowPerson = Option<i64>;

/// Spreads keys that are spread already.
#[derive(Default)]
pub(in crate::models) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value.cast_unsigned());
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.cast_unsigned() as u64);
    }

    fn finish(&self) -> u64 {
        // The low bits of a product are the least spread.
        self.0 ^ (self.0 >> 32)
    }
}

/// What is known of each person.
pub(in crate::models) type ByPerson<T> = HashMap<RowPerson, T, BuildHasherDefault<KeyHasher>>;

/// People by their keys.
pub(in crate::models) type NamedPeople = HashSet<RowPerson, BuildHasherDefault<KeyHasher>>;

/// People whose rows are looked for.
#[derive(Debug, Clone)]
pub(in crate::models) struct ChosenPeople {
    /// Dirty people.
    pub dirty: NamedPeople,
    /// All of a slice, which is one of [`SLICES`].
    pub slice: u64,
}

/// Slices of all people, of about the same size.
pub(super) const SLICES: u64 = 64;

impl ChosenPeople {
    pub(super) fn has(&self, person: RowPerson) -> bool {
        slice_of(person) == self.slice || self.dirty.contains(&person)
    }
}

/// The slice that a person is in: a range of keys, as they are spread evenly and rows lie in their order.
pub(super) fn slice_of(person: RowPerson) -> u64 {
    (person.unwrap_or(-1).cast_unsigned() >> (63 - SLICES.ilog2())) % SLICES
}

/// The slice whose turn it is: in as many days as there are slices, each has one.
pub(in crate::models) fn slice_of_day(moment: DateTime<Utc>) -> u64 {
    let day = moment.timestamp().unsigned_abs() / (24 * 60 * 60);
    // Odd, so that it reaches all; not one, so that slices of days that follow are not beside each other.
    day.wrapping_mul(37) % SLICES
}

/// Whether a table says whose its rows are.
pub(in crate::models) fn has_people(schema: &Schema) -> bool {
    let column = schema.field_with_name(PERSON_KEY);
    column.is_ok_and(|column| column.data_type() == &DataType::Int64)
}

/// The column that says whose rows are.
///
/// # Errors
/// Data: there is none.
pub(super) fn people_of(rows: &RecordBatch) -> Result<&Int64Array> {
    let column = rows.column_by_name(PERSON_KEY);
    let column = column.and_then(|column| column.as_primitive_opt::<Int64Type>());
    column.ok_or_else(|| Error::data("rows do not say whose they are"))
}

/// Whose the row at this place is.
pub(in crate::models) fn person_at(people: &Int64Array, at: usize) -> RowPerson {
    people.is_valid(at).then(|| people.value(at))
}
