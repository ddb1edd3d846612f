//! Queries over rows that a test makes up, and their answers.

use super::engine::{TestEngine, engine};
use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use tokio::runtime::Runtime;

/// An engine to ask from a test that is not asynchronous.
pub struct Asked {
    runtime: Runtime,
    engine: TestEngine,
}

impl Asked {
    pub fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let engine = runtime.block_on(engine());
        Asked { runtime, engine }
    }

    /// The rows of a query, each value as a text, floating point numbers in full; NULL as `NULL`.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let outcome = self.outcome(sql);
        outcome.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The error of a query, when it is planned or when it runs.
    pub fn error(&self, sql: &str) -> String {
        match self.outcome(sql) {
            Err(error) => error,
            Ok(rows) => panic!("{sql}: no error but {rows:?}"),
        }
    }

    /// The rows of a query, or its error.
    pub fn outcome(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        let batches = self.runtime.block_on(async {
            let frame = self.engine.engine.query("test", sql).await;
            let frame = frame.map_err(|error| format!("{error:?}"))?;
            frame.collect().await.map_err(|error| error.to_string())
        });
        Ok(shown(&batches?))
    }
}

/// Each value as a text, floating point numbers in full; NULL as `NULL`.
fn shown(batches: &[RecordBatch]) -> Vec<Vec<String>> {
    let options = FormatOptions::new().with_null("NULL");
    let mut rows = Vec::new();
    for batch in batches {
        let columns = batch.columns().iter();
        let columns: Vec<_> = columns
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|c| c.value(row).to_string()).collect());
        }
    }
    rows
}

/// `(1, 2.5), (2, NULL)`: rows for `values`.
pub fn values(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows = rows.into_iter().map(|row| format!("({})", row.join(", ")));
    rows.collect::<Vec<_>>().join(", ")
}

/// A number in SQL, to the last bit.
pub fn number(number: f64) -> String {
    format!("{number:?}::double")
}

/// Whether two numbers agree to a relative 1e-9, or are both missing.
pub fn agrees(found: &str, expected: &str) -> bool {
    match (found.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1e-300),
        _ => found == expected,
    }
}
