//! People whose rows changed, and where their rows are.

use crate::engine::PickedRows;
use crate::error::{Context, Error, Result};
use crate::lake::{DataFile, Lake, Table};
use crate::models::locality::PERSON_KEY;
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Int64Type, Schema};
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
pub(super) type ByPerson<T> = HashMap<RowPerson, T, BuildHasherDefault<KeyHasher>>;

/// People by their keys.
pub(in crate::models) type NamedPeople = HashSet<RowPerson, BuildHasherDefault<KeyHasher>>;

/// Some people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::models) enum ChosenPeople {
    /// These.
    Named(NamedPeople),
    /// All of a slice, which is one of [`SLICES`].
    Slice(u64),
}

/// Slices of all people, of about the same size.
pub(super) const SLICES: u64 = 64;

impl ChosenPeople {
    pub(super) fn has(&self, person: RowPerson) -> bool {
        match self {
            ChosenPeople::Named(people) => people.contains(&person),
            ChosenPeople::Slice(slice) => slice_of(person) == *slice,
        }
    }
}

/// The slice that a person is in.
fn slice_of(person: RowPerson) -> u64 {
    let mut hasher = KeyHasher::default();
    hasher.write_i64(person.unwrap_or(-1));
    (hasher.finish() >> 32) & (SLICES - 1)
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
pub(super) fn person_at(people: &Int64Array, at: usize) -> RowPerson {
    people.is_valid(at).then(|| people.value(at))
}

/// Rows of some people in a file.
pub(super) struct PersonRows<'a> {
    /// The file.
    pub file: &'a DataFile,
    /// Their positions among the rows of the file that count, ascending; never none.
    pub rows: Vec<u32>,
}

impl PersonRows<'_> {
    /// To be read alone.
    pub(super) fn picked(&self) -> PickedRows {
        PickedRows::some(self.file, self.file.removed.positions_of(&self.rows))
    }
}

/// Finds the rows of `people` in `files`, whatever order they lie in: only the column with their keys is
/// read.
///
/// # Errors
/// Data: a file cannot be read.
pub(super) async fn rows_of<'a>(
    lake: &Lake,
    files: &'a [DataFile],
    people: &ChosenPeople,
) -> Result<Vec<PersonRows<'a>>> {
    let mut found = Vec::new();
    for file in files {
        let mut rows = Vec::new();
        let mut first = 0usize;
        for batch in lake.read_rows(file, &[PERSON_KEY], None).await? {
            let keys = people_of(&batch)?;
            for at in (0..keys.len()).filter(|at| people.has(person_at(keys, *at))) {
                rows.push(u32::try_from(first + at).data(|| "a file has too many rows")?);
            }
            first += keys.len();
        }
        if !rows.is_empty() {
            found.push(PersonRows { file, rows });
        }
    }
    Ok(found)
}

/// The rows of `people` in a table, to be read alone, and how many they are.
///
/// # Errors
/// Data: a file cannot be read.
pub(in crate::models) async fn picked_rows(
    lake: &Lake,
    table: &Table,
    people: &ChosenPeople,
) -> Result<(Vec<PickedRows>, u64)> {
    let rows = rows_of(lake, &table.files, people).await?;
    let count = rows.iter().map(|found| found.rows.len() as u64).sum();
    Ok((rows.iter().map(PersonRows::picked).collect(), count))
}
