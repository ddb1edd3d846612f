//! Rows of several batches, put in an order of their own.

use arrow::array::{Array, RecordBatch, new_null_array};
use arrow::compute::interleave;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

/// Batches with the same columns, of which rows are taken here and there.
pub(crate) struct Gather<'b> {
    schema: SchemaRef,
    /// The arrays of each column; none where no row has a value, so that there is nothing to take: many
    /// elements are in no resource of a source.
    columns: Vec<Option<Vec<&'b dyn Array>>>,
}

impl<'b> Gather<'b> {
    /// Of rows in `batches`, which have the columns of `schema`.
    pub(crate) fn new(schema: SchemaRef, batches: &[&'b RecordBatch]) -> Self {
        let column = |at: usize| {
            let arrays = batches.iter().map(|batch| batch.column(at).as_ref());
            let arrays: Vec<&dyn Array> = arrays.collect();
            let known = arrays.iter().any(|array| array.null_count() < array.len());
            known.then_some(arrays)
        };
        Gather {
            columns: (0..schema.fields().len()).map(column).collect(),
            schema,
        }
    }

    /// The rows at these places, each a batch and a position in it.
    pub(crate) fn rows(&self, places: &[(usize, usize)]) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.iter().zip(self.schema.fields());
        let columns = columns.map(|(arrays, field)| match arrays {
            Some(arrays) => interleave(arrays, places),
            None => Ok(new_null_array(field.data_type(), places.len())),
        });
        RecordBatch::try_new(self.schema.clone(), columns.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::Gather;
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use arrow::compute::interleave_record_batch;
    use std::sync::Arc;

    #[test]
    fn rows_come_in_the_order_asked_for_whatever_columns_hold() {
        let batch = |numbers: [Option<i64>; 3], texts: [Option<&str>; 3]| {
            let numbers: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
            let texts: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
            let none: ArrayRef = Arc::new(StringArray::new_null(3));
            let columns = [("number", numbers), ("text", texts), ("nothing", none)];
            let columns = columns.map(|(name, array)| (name, array, true));
            RecordBatch::try_from_iter_with_nullable(columns).unwrap()
        };
        let one = batch([Some(1), None, Some(3)], [Some("a"), Some("b"), None]);
        let two = batch([None; 3], [None, Some("d"), Some("e")]);
        let batches = [&one, &two];
        let places = [(1, 2), (0, 2), (0, 0), (1, 0), (0, 1), (0, 0)];
        let gather = Gather::new(one.schema(), &batches);
        assert!(gather.columns[2].is_none() && gather.columns[1].is_some());
        let found = gather.rows(&places).unwrap();
        assert_eq!(found, interleave_record_batch(&batches, &places).unwrap());
        assert_eq!(gather.rows(&[]).unwrap().num_rows(), 0);
    }
}
