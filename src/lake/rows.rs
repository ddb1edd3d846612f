//! Rows of a file in the shape that is wanted of them, whichever Populace and whichever view wrote
//! them.

use super::{DataFile, Lake};
use crate::error::{Context, Error, Result};
use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::SchemaRef;

impl Lake {
    /// The rows of a file that count, or those at the positions `rows` among them, with the columns
    /// of `shape` and no others. A column that the file lacks is NULL.
    ///
    /// Fails when the file lacks a column that is never NULL.
    pub async fn read_as(
        &self,
        file: &DataFile,
        shape: &SchemaRef,
        rows: Option<&[u32]>,
    ) -> Result<Vec<RecordBatch>> {
        let names: Vec<&str> = shape.fields().iter().map(|f| f.name().as_str()).collect();
        let batches = self.read_rows(file, &names, rows).await?;
        batches.iter().map(|rows| conform(rows, shape)).collect()
    }
}

/// Gives rows the columns of `shape`; what they lack is NULL.
pub(crate) fn conform(rows: &RecordBatch, shape: &SchemaRef) -> Result<RecordBatch> {
    let failed = || "stored rows do not fit the table's definition";
    let columns = shape
        .fields()
        .iter()
        .map(|field| match rows.column_by_name(field.name()) {
            Some(column) => cast(column, field.data_type()).data(failed),
            None if field.is_nullable() => {
                Ok(new_null_array(field.data_type(), rows.num_rows()))
            }
            None => Err(Error::data(failed())
                .cause(format!("they have no column {}", field.name()))
                .hint("restore the table's folder from a copy, or remove it: the next pull reads all files again")),
        })
        .collect::<Result<Vec<ArrayRef>>>()?;
    RecordBatch::try_new(shape.clone(), columns).data(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{AsArray, Int64Array};
    use arrow::datatypes::{DataType, Field, Int64Type, Schema};
    use std::sync::Arc;

    fn shape(fields: &[(&str, DataType, bool)]) -> SchemaRef {
        let fields = fields.iter().cloned();
        let fields = fields.map(|(name, kind, null)| Field::new(name, kind, null));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    #[test]
    fn a_missing_column_is_null_and_a_column_too_many_is_left_out() {
        let old = shape(&[
            ("gone", DataType::Int64, false),
            ("kept", DataType::Int64, false),
        ]);
        let column = |values: &[i64]| -> ArrayRef { Arc::new(Int64Array::from(values.to_vec())) };
        let rows = RecordBatch::try_new(old, vec![column(&[1, 2]), column(&[3, 4])]).unwrap();
        let new = shape(&[
            ("added", DataType::Utf8, true),
            ("kept", DataType::Int64, true),
        ]);
        let rows = conform(&rows, &new).unwrap();
        assert_eq!(rows.schema(), new);
        assert_eq!(rows.column(0).null_count(), 2);
        assert_eq!(rows.column(1).as_primitive::<Int64Type>().values(), &[3, 4]);
    }

    #[test]
    fn a_missing_column_that_is_never_null_is_an_error() {
        let old = shape(&[("kept", DataType::Int64, false)]);
        let rows = RecordBatch::new_empty(old);
        let error = conform(&rows, &shape(&[("digest", DataType::Int64, false)])).unwrap_err();
        assert_eq!(error.causes(), ["they have no column digest"]);
    }
}
