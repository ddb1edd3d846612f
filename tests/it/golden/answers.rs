//! Queries, the answers that another engine gave to them, and the comparison.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::Value;
use std::collections::BTreeMap;

/// A query and its rows.
pub struct Query {
    pub name: String,
    pub sql: String,
    pub rows: Vec<Vec<Value>>,
}

const FILES: [(&str, &str, &str); 7] = [
    golden(
        "aggregates",
        include_str!("queries/aggregates.sql"),
        include_str!("answers/aggregates.txt"),
    ),
    golden(
        "joins",
        include_str!("queries/joins.sql"),
        include_str!("answers/joins.txt"),
    ),
    golden(
        "windows",
        include_str!("queries/windows.sql"),
        include_str!("answers/windows.txt"),
    ),
    golden(
        "filters",
        include_str!("queries/filters.sql"),
        include_str!("answers/filters.txt"),
    ),
    golden(
        "order",
        include_str!("queries/order.sql"),
        include_str!("answers/order.txt"),
    ),
    golden(
        "values",
        include_str!("queries/values.sql"),
        include_str!("answers/values.txt"),
    ),
    golden(
        "sets",
        include_str!("queries/sets.sql"),
        include_str!("answers/sets.txt"),
    ),
];

const fn golden(
    name: &'static str,
    queries: &'static str,
    answers: &'static str,
) -> (&'static str, &'static str, &'static str) {
    (name, queries, answers)
}

/// All queries with their answers; each query has one, and each answer a query.
pub fn queries() -> Vec<Query> {
    let each = FILES.iter();
    each.flat_map(|(file, queries, answers)| answered(file, queries, answers))
        .collect()
}

/// The queries of one file.
pub fn answered(file: &str, queries: &str, answers: &str) -> Vec<Query> {
    let mut all = Vec::new();
    let mut answers = stored(answers);
    for text in queries.split("-- name: ").skip(1) {
        let (name, sql) = text.split_once('\n').unwrap();
        let sql = sql.lines().filter(|line| !line.starts_with("--"));
        let sql = sql.collect::<Vec<_>>().join("\n");
        let found = answers.remove(name);
        all.push(Query {
            name: format!("{file}/{name}"),
            sql: sql.trim().trim_end_matches(';').to_string(),
            rows: found.unwrap_or_else(|| panic!("{file}/{name} has no answer: run make.py")),
        });
    }
    assert!(
        answers.is_empty(),
        "answers without a query: {:?}",
        answers.keys()
    );
    all
}

fn stored(text: &str) -> BTreeMap<&str, Vec<Vec<Value>>> {
    let mut answers = BTreeMap::new();
    for answer in text.split("# ").skip(1) {
        let (name, rows) = answer.split_once('\n').unwrap();
        let rows = rows.lines().map(|line| serde_json::from_str(line).unwrap());
        answers.insert(name, rows.collect());
    }
    answers
}

/// The rows of batches, as the stored answers write them.
pub fn rows_of(batches: &[RecordBatch]) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<Vec<Value>> = batch.columns().iter().map(|c| values(c.as_ref())).collect();
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|column| column[row].clone()).collect());
        }
    }
    rows
}

fn values(column: &dyn Array) -> Vec<Value> {
    let options = FormatOptions::default()
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.6f"))
        .with_datetime_format(Some("%Y-%m-%d %H:%M:%S%.6f"));
    let text = ArrayFormatter::try_new(column, &options).unwrap();
    let value = |row: usize| {
        if column.is_null(row) {
            return Value::Null;
        }
        match column.data_type() {
            DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
            DataType::Boolean => column.as_boolean().value(row).into(),
            kind if kind.is_integer() => {
                serde_json::from_str(&text.value(row).to_string()).unwrap()
            }
            _ => text.value(row).to_string().into(),
        }
    };
    (0..column.len()).map(value).collect()
}

/// Puts rows in an order in which two engines agree, although their numbers may differ a little.
pub fn in_order(mut rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let rough = |value: &Value| match number(value) {
        Some(number) => format!("{number:.6e}"),
        None => value.to_string(),
    };
    rows.sort_by_cached_key(|row| row.iter().map(rough).collect::<Vec<_>>());
    rows
}

/// A number, of whatever type: one engine's decimal is another one's whole number.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The first difference between rows; None when they agree to 1e-12 of their size.
pub fn difference(wanted: &[Vec<Value>], got: &[Vec<Value>]) -> Option<String> {
    if wanted.len() != got.len() {
        return Some(format!("{} rows for {}", got.len(), wanted.len()));
    }
    for (at, (wanted, got)) in wanted.iter().zip(got).enumerate() {
        let same = wanted.len() == got.len() && wanted.iter().zip(got).all(|(a, b)| alike(a, b));
        if !same {
            return Some(format!("row {at}: {got:?} for {wanted:?}"));
        }
    }
    None
}

fn alike(wanted: &Value, got: &Value) -> bool {
    if wanted == got {
        return true;
    }
    match (number(wanted), number(got)) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(b.abs()),
        _ => false,
    }
}
