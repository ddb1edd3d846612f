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

/// What is known of the order of a file's rows. None of its columns holds NULL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Rows ascend by the first of these columns; where that is equal, by the second; and so on.
    pub by: Vec<String>,
    /// Where row groups begin, in bytes, and the value of the first column there, which no row
    /// before has. A row group that begins within rows of one value is not among them.
    pub starts: Vec<(u64, i64)>,
    /// The largest value of the first column.
    pub last: i64,
}

impl Order {
    /// Whether rows can be in the order of a column of this type: one of whole numbers, dates or
    /// times.
    pub fn can_be_by(kind: &DataType) -> bool {
        kind.is_signed_integer() || matches!(kind, DataType::Date32 | DataType::Timestamp(_, _))
    }

    /// As the log of a table writes it, for the file at `path`, whose name is made from its bytes.
    pub(super) fn to_log(&self, path: &str) -> Option<String> {
        let text = serde_json::to_string(self).ok()?;
        Some(format!("{}{text}", seal(path, &text)))
    }

    /// Reads what the log says of the file at `path`; None for anything else than was written.
    pub(super) fn from_log(path: &str, said: &str) -> Option<Order> {
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
                Ok(at) if Order::can_be_by(schema.field(at).data_type()) => {
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
    pub(super) fn seen(self) -> Option<Order> {
        let last = self.last?;
        (!self.columns.is_empty()).then(|| Order {
            by: self.columns.into_iter().map(|(name, _)| name).collect(),
            starts: self.starts,
            last: last[0],
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
