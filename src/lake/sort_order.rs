//! The order in which rows lie in a file, as it was seen when they were written.
//!
//! Whoever reads a table in order sorts nothing, and who reads it in ranges of one column moves no
//! rows between threads. A wrong order would give wrong figures without a word: nothing is believed
//! but the rows themselves, and what the log says counts only with its seal.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, SchemaRef};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// No more columns than these are looked at.
const MOST_COLUMNS: usize = 3;

/// What is known of the order of a file's rows. None of its columns holds NULL, or the one column that
/// there is holds nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortOrder {
    /// Rows ascend by the first of these columns; where that is equal, by the second; and so on.
    pub by: Vec<String>,
    /// Where row groups begin, in bytes, and the value of the first column there, which no row
    /// before has. A row group that begins within rows of one value is not among them. None: the
    /// first column is NULL in all rows.
    pub starts: Vec<(u64, i64)>,
    /// The largest value of the first column.
    pub last: Option<i64>,
}

impl SortOrder {
    /// Whether rows can be in the order of a column of this type: one of whole numbers, dates or
    /// times.
    pub(crate) fn can_be_by(kind: &DataType) -> bool {
        kind.is_signed_integer() || matches!(kind, DataType::Date32 | DataType::Timestamp(_, _))
    }

    /// As the log of a table writes it, for the file at `path`, whose name is made from its bytes.
    pub(super) fn to_log(&self, path: &str) -> Option<String> {
        let text = serde_json::to_string(self).ok()?;
        Some(format!("{}{text}", seal(path, &text)))
    }

    /// Reads what the log says of the file at `path`; None for anything else than was written.
    pub(super) fn from_log(path: &str, said: &str) -> Option<SortOrder> {
        let (sealed, text) = said.split_at_checked(SEAL)?;
        (sealed == seal(path, text)).then(|| serde_json::from_str(text).ok())?
    }
}

/// Letters of a seal.
const SEAL: usize = 16;

fn seal(path: &str, text: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let hash = blake3::hash(format!("{name}\n{text}").as_bytes());
    hash.to_hex()[..SEAL].to_string()
}

/// Looks at rows as they are written.
#[derive(Debug)]
pub(super) struct Watch {
    /// Columns by which all rows ascend so far, and where they are. The first is a whole number.
    columns: Vec<(String, usize)>,
    /// The values of these columns in the last row.
    last: Option<Vec<i64>>,
    /// Whether there were rows, and the first column was NULL in all of them.
    nulls: bool,
    starts: Vec<(u64, i64)>,
}

/// Columns of some rows as numbers.
type Numbers = Vec<Vec<i64>>;

impl Watch {
    /// Watches for rows sorted by `sorted_by`; by `person_key`, else the first column, and those that
    /// follow when it is empty.
    pub(super) fn new(schema: &SchemaRef, sorted_by: &[&str]) -> Self {
        let named: Vec<&str> = if sorted_by.is_empty() {
            let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
            let person = names.iter().position(|name| *name == "person_key");
            names[person.unwrap_or(0).min(names.len())..].to_vec()
        } else {
            sorted_by.to_vec()
        };
        let mut columns = Vec::new();
        for name in named.into_iter().take(MOST_COLUMNS) {
            match schema.index_of(name) {
                Ok(at) if SortOrder::can_be_by(schema.field(at).data_type()) => {
                    columns.push((name.to_string(), at));
                }
                _ => break,
            }
        }
        let first = columns.first().map(|(_, at)| schema.field(*at).data_type());
        if !first.is_some_and(DataType::is_signed_integer) {
            columns.clear();
        }
        Watch {
            columns,
            last: None,
            nulls: false,
            starts: Vec::new(),
        }
    }

    /// The first row from `from` on that has another value of the first column than the row before
    /// it; `from` itself when rows are in no order.
    pub(super) fn next_value(&self, rows: &RecordBatch, from: usize) -> Option<usize> {
        if from >= rows.num_rows() {
            return None;
        }
        let before = self.last.as_ref().map(|last| last[0]);
        let values = self.columns.first().and_then(|(_, at)| numbers(rows, *at));
        let Some(values) = values else {
            return Some(from);
        };
        let other = |row: &usize| match row.checked_sub(1) {
            Some(earlier) => values[*row] != values[earlier],
            None => before.is_none_or(|before| values[*row] != before),
        };
        (from..values.len()).find(other)
    }

    /// Looks at the next rows; `start` says where their row group begins when they begin one.
    pub(super) fn see(&mut self, rows: &RecordBatch, start: Option<u64>) {
        if rows.num_rows() == 0 {
            return;
        }
        let null = |(_, at): &(String, usize)| rows.column(*at).null_count() == rows.num_rows();
        if self.last.is_none() && self.columns.first().is_some_and(null) {
            self.nulls = true;
            return;
        }
        if self.nulls {
            self.columns.clear();
        }
        let mut values: Numbers = Vec::new();
        for (_, at) in &self.columns {
            match numbers(rows, *at) {
                Some(numbers) => values.push(numbers),
                None => break,
            }
        }
        let depth = in_order(&values, self.last.as_deref());
        self.columns.truncate(depth);
        values.truncate(depth);
        let Some(first) = values.first().and_then(|first| first.first().copied()) else {
            self.starts.clear();
            return;
        };
        let new = self.last.as_ref().is_none_or(|last| last[0] < first);
        self.starts
            .extend(start.filter(|_| new).map(|at| (at, first)));
        let row = rows.num_rows() - 1;
        self.last = Some(values.iter().map(|column| column[row]).collect());
    }

    /// What was seen; None when rows are in no order.
    pub(super) fn seen(self) -> Option<SortOrder> {
        let last = self.last.as_ref().map(|last| last[0]);
        let known = match self.nulls {
            true => 1,
            false => last.map_or(0, |_| self.columns.len()),
        };
        let by = self.columns.into_iter().take(known);
        let by: Vec<String> = by.map(|(name, _)| name).collect();
        (!by.is_empty()).then_some(SortOrder {
            by,
            starts: self.starts,
            last,
        })
    }
}

/// A column as numbers of the same order; None when one is NULL.
fn numbers(rows: &RecordBatch, at: usize) -> Option<Vec<i64>> {
    let column = rows.columns().get(at)?;
    if column.null_count() > 0 {
        return None;
    }
    let column = cast(column, &DataType::Int64).ok()?;
    let column = column.as_primitive_opt::<Int64Type>()?;
    (column.null_count() == 0).then(|| column.values().to_vec())
}

/// By how many of the columns rows ascend, `last` being the row before them.
fn in_order(columns: &Numbers, last: Option<&[i64]>) -> usize {
    let mut depth = columns.len();
    let rows = columns.first().map_or(0, Vec::len);
    for row in 0..rows {
        for (at, column) in columns[..depth].iter().enumerate() {
            let before = match row.checked_sub(1) {
                Some(earlier) => Some(column[earlier]),
                None => last.and_then(|last| last.get(at).copied()),
            };
            match before.map_or(Ordering::Greater, |before| column[row].cmp(&before)) {
                Ordering::Greater => break,
                Ordering::Equal => {}
                Ordering::Less => {
                    depth = at;
                    break;
                }
            }
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::FileWriter;
    use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, StringArray};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use std::sync::Arc;

    type Key = Option<i64>;

    fn rows(keys: &[Key], days: &[Option<i32>]) -> RecordBatch {
        let keys: ArrayRef = Arc::new(Int64Array::from(keys.to_vec()));
        let days: ArrayRef = Arc::new(Date32Array::from(days.to_vec()));
        RecordBatch::try_from_iter_with_nullable([("key", keys, true), ("day", days, true)])
            .unwrap()
    }

    /// What is seen of rows that come in these batches.
    fn seen(batches: &[(&[i64], &[i32])]) -> Option<SortOrder> {
        let batch = |(keys, days): &(&[i64], &[i32])| {
            let keys: Vec<Key> = keys.iter().copied().map(Some).collect();
            let days: Vec<Option<i32>> = days.iter().copied().map(Some).collect();
            rows(&keys, &days)
        };
        let batches: Vec<RecordBatch> = batches.iter().map(batch).collect();
        written(&batches, 1000)
    }

    fn written(batches: &[RecordBatch], group_rows: usize) -> Option<SortOrder> {
        let mut writer = FileWriter::in_groups(&batches[0].schema(), group_rows).unwrap();
        for batch in batches {
            writer.write(batch).unwrap();
        }
        writer.finish().unwrap().order
    }

    fn by(order: Option<SortOrder>) -> Vec<String> {
        order.map_or_else(Vec::new, |order| order.by)
    }

    #[test]
    fn rows_are_in_the_order_of_as_many_columns_as_ascend() {
        assert_eq!(by(seen(&[(&[1, 1, 2], &[3, 3, 1])])), ["key", "day"]);
        assert_eq!(by(seen(&[(&[1, 1, 2], &[3, 2, 1])])), ["key"]);
        assert!(seen(&[(&[1, 2, 1], &[3, 3, 3])]).is_none());
        assert!(seen(&[(&[3, 2, 1], &[1, 2, 3])]).is_none());
        // From one batch to the next.
        assert_eq!(
            by(seen(&[(&[1, 1], &[3, 4]), (&[1], &[4])])),
            ["key", "day"]
        );
        assert_eq!(by(seen(&[(&[1, 1], &[3, 4]), (&[1], &[3])])), ["key"]);
        assert!(seen(&[(&[1, 2], &[3, 4]), (&[1], &[5])]).is_none());
        // What was broken once stays broken.
        let again: [(&[i64], &[i32]); 3] = [(&[1, 1], &[3, 2]), (&[2], &[1]), (&[3], &[1])];
        assert_eq!(by(seen(&again)), ["key"]);
        assert!(seen(&[(&[2, 1], &[0, 0]), (&[3, 4], &[0, 0])]).is_none());
        let widest: (&[i64], &[i32]) = (&[i64::MIN, -1, 0, i64::MAX], &[0, 0, 0, 0]);
        let order = seen(&[widest]).unwrap();
        assert_eq!(
            (order.starts, order.last),
            (vec![(4, i64::MIN)], Some(i64::MAX))
        );
    }

    #[test]
    fn no_column_with_null_is_part_of_an_order() {
        let some = |keys: &[Key], days: &[Option<i32>]| by(written(&[rows(keys, days)], 1000));
        assert!(some(&[None, Some(1)], &[Some(1); 2]).is_empty());
        assert!(some(&[Some(1), None], &[Some(1); 2]).is_empty());
        assert_eq!(some(&[Some(1), Some(2)], &[None, Some(1)]), ["key"]);
        let late = [
            rows(&[Some(1)], &[Some(1)]),
            rows(&[None], &[Some(1)]),
            rows(&[Some(3)], &[Some(1)]),
        ];
        let early = [rows(&[None], &[Some(1)]), rows(&[Some(1)], &[Some(1)])];
        for group_rows in [1, 1000] {
            assert!(written(&late, group_rows).is_none());
            assert!(written(&early, group_rows).is_none());
            assert!(written(&[early[1].clone(), early[0].clone()], group_rows).is_none());
        }
    }

    #[test]
    fn a_column_of_nothing_but_null_is_an_order_of_its_own() {
        let none = rows(&[None, None], &[Some(1), Some(2)]);
        for group_rows in [1, 1000] {
            let order = written(&[none.clone(), none.clone()], group_rows).unwrap();
            assert_eq!(order.by, ["key"]);
            assert_eq!((order.starts, order.last), (Vec::new(), None));
        }
        assert!(written(&[none.slice(0, 0)], 10).is_none());
    }

    #[test]
    fn only_whole_numbers_come_first_and_person_key_before_others() {
        let number: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN]));
        let text: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let day: ArrayRef = Arc::new(Date32Array::from(vec![1, 2]));
        let key: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let of = |columns: &[(&str, &ArrayRef)]| {
            let columns = columns
                .iter()
                .map(|(name, array)| (*name, (*array).clone()));
            by(written(
                &[RecordBatch::try_from_iter(columns).unwrap()],
                1000,
            ))
        };
        for first in [&number, &text, &day] {
            assert!(of(&[("first", first), ("key", &key)]).is_empty());
            assert_eq!(
                of(&[("first", first), ("person_key", &key)]),
                ["person_key"]
            );
        }
        assert_eq!(of(&[("key", &key), ("n", &number), ("day", &day)]), ["key"]);
        let many = [("a", &key), ("b", &day), ("c", &key), ("d", &key)];
        assert_eq!(of(&many), ["a", "b", "c"]);
    }

    /// Row groups begin where the file says, with a value that none before them has.
    fn check(keys: &[i64], group_rows: usize, batch_rows: usize) -> usize {
        let keys: Vec<Key> = keys.iter().copied().map(Some).collect();
        let days = vec![Some(0); keys.len()];
        let all = rows(&keys, &days);
        let mut writer = FileWriter::in_groups(&all.schema(), group_rows).unwrap();
        for from in (0..keys.len()).step_by(batch_rows) {
            let count = batch_rows.min(keys.len() - from);
            writer.write(&all.slice(from, count)).unwrap();
        }
        let encoded = writer.finish().unwrap();
        let order = encoded.order.unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(encoded.bytes));
        let reader = reader.unwrap();
        let mut groups = Vec::new();
        let mut row = 0;
        for group in reader.metadata().row_groups() {
            let column = group.column(0);
            let at = column
                .dictionary_page_offset()
                .unwrap_or(column.data_page_offset());
            if row == 0 || keys[row] != keys[row - 1] {
                groups.push((at as u64, keys[row].unwrap()));
            }
            let rows = group.num_rows() as usize;
            assert!(rows <= 2 * group_rows);
            row += rows;
        }
        assert_eq!(row, keys.len());
        assert_eq!(order.starts, groups);
        assert_eq!(order.last, keys[keys.len() - 1]);
        groups.len()
    }

    #[test]
    fn row_groups_begin_with_another_value() {
        let threes: Vec<i64> = (0..1000).map(|row| row / 3).collect();
        for batch_rows in [1, 7, 10, 64, 1000] {
            // Ends at 12, 24 … the first new value from 10 rows on.
            assert_eq!(check(&threes, 10, batch_rows), 84);
            assert_eq!(check(&threes, 1000, batch_rows), 1);
            assert_eq!(check(&[7; 100], 10, batch_rows), 1);
            let long: Vec<i64> = (0..200)
                .map(|row| i64::from(row > 50) + row / 150)
                .collect();
            assert_eq!(check(&long, 10, batch_rows), 3);
        }
    }

    #[test]
    fn a_log_is_believed_for_its_own_file_and_as_it_was_written() {
        let order = seen(&[(&[1, 2, 900], &[0, 0, 0])]).unwrap();
        let path = "shard=1/part-00ff.parquet";
        let said = order.to_log(path).unwrap();
        assert_eq!(SortOrder::from_log(path, &said), Some(order.clone()));
        let table = "record/thing/shard=1/part-00ff.parquet";
        assert_eq!(order.to_log(table).unwrap(), said);
        assert_eq!(
            SortOrder::from_log("shard=1/part-00fe.parquet", &said),
            None
        );
        for at in 0..said.len() {
            let mut bytes = said.clone().into_bytes();
            bytes[at] ^= 1;
            let other = String::from_utf8(bytes).unwrap();
            assert_eq!(SortOrder::from_log(path, &other), None, "{other}");
            assert_eq!(SortOrder::from_log(path, &said[..at]), None);
        }
    }
}
