//! Rows of record tables as the lake holds them, whichever Populace wrote them.

use crate::error::{Context, Result};
use crate::lake::{DataFile, Lake};
use crate::pull::plan::TablePlan;
use crate::pull::version::Digest;
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{Schema, SchemaRef};
use std::sync::Arc;

/// The rows of a file that count, with the columns of `shape`.
///
/// A lake of an earlier form has digests that another hash made. They say nothing beside today's, so
/// any line that is read again replaces what the lake holds of the same version.
pub(crate) async fn rows(
    lake: &Lake,
    file: &DataFile,
    shape: &SchemaRef,
) -> Result<Vec<RecordBatch>> {
    picked(lake, file, shape, None).await
}

/// As [`rows`], of those at the positions `picked`, ascending, among the rows that count.
pub(crate) async fn picked(
    lake: &Lake,
    file: &DataFile,
    shape: &SchemaRef,
    picked: Option<&[u32]>,
) -> Result<Vec<RecordBatch>> {
    let rows = lake.read_as(file, shape, picked).await?;
    match shape.index_of("digest") {
        Ok(at) if lake.is_older() => rows
            .into_iter()
            .map(|rows| without_digests(&rows, at))
            .collect(),
        _ => Ok(rows),
    }
}

fn without_digests(rows: &RecordBatch, at: usize) -> Result<RecordBatch> {
    let mut columns: Vec<ArrayRef> = rows.columns().to_vec();
    columns[at] = Arc::new(Int64Array::from_value(
        Digest::LEAST.stored(),
        rows.num_rows(),
    ));
    RecordBatch::try_new(rows.schema(), columns).data(|| "cannot take over rows of an earlier lake")
}

/// Those of the named columns that the table has, in its order.
pub(crate) fn shape(plan: &TablePlan, names: &[&str]) -> SchemaRef {
    let fields = plan.schema.fields().iter();
    let wanted = fields.filter(|field| names.contains(&field.name().as_str()));
    Arc::new(Schema::new(wanted.cloned().collect::<Vec<_>>()))
}
