//! Two engines give the same rows.

use arrow::array::RecordBatch;
use arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::SessionContext;

/// The rows of a query as text, in the order of the text.
async fn lines(context: &SessionContext, query: &str) -> Vec<String> {
    let frame = context.sql(query).await;
    let frame = frame.unwrap_or_else(|e| panic!("{query}: {e}"));
    let rows = frame.collect().await;
    sorted(&rows.unwrap_or_else(|e| panic!("{query}: {e}")))
}

fn sorted(rows: &[RecordBatch]) -> Vec<String> {
    let cells = rows.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(|row| {
            let row = batch.slice(row, 1);
            let text = pretty_format_batches(&[row]).unwrap().to_string();
            text.lines()
                .nth(3)
                .unwrap()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
    });
    let mut cells: Vec<String> = cells.collect();
    cells.sort();
    cells
}

/// Both give the same rows, in any order.
pub async fn assert_same(ours: &SessionContext, theirs: &SessionContext, query: &str) {
    let (ours, theirs) = (lines(ours, query).await, lines(theirs, query).await);
    assert_eq!(ours, theirs, "{query}");
}
