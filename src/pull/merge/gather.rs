//! Rows of several batches, put in an order of their own.

use arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow::compute::{concat, interleave};
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
        let runs: Vec<_> = places.chunk_by(follows).collect();
        let in_runs = places.len() > runs.len() * WORTH_A_RUN;
        let columns = self.columns.iter().zip(self.schema.fields());
        let columns = columns.map(|(arrays, field)| match arrays {
            Some(arrays) if in_runs => {
                let runs = runs.iter().filter_map(|run| {
                    let (batch, at) = run.first()?;
                    Some(arrays[*batch].slice(*at, run.len()))
                });
                let runs: Vec<ArrayRef> = runs.collect();
                concat(&runs.iter().map(AsRef::as_ref).collect::<Vec<_>>())
            }
            Some(arrays) => interleave(arrays, places),
            None => Ok(new_null_array(field.data_type(), places.len())),
        });
        RecordBatch::try_new(self.schema.clone(), columns.collect::<Result<_, _>>()?)
    }
}

/// Rows one behind the other from which on a run is copied faster as a whole.
const WORTH_A_RUN: usize = 4;

/// Whether a place is that behind another.
fn follows(one: &(usize, usize), next: &(usize, usize)) -> bool {
    (one.0, one.1 + 1) == *next
}

#[cfg(test)]
mod tests {
    use super::Gather;
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use arrow::compute::interleave_record_batch;
    use std::sync::Arc;

    #[test]
    fn rows_come_in_the_order_asked_for_whatever_columns_hold() {
        let batch = |numbers: [Option<i64>; 6], texts: [Option<&str>; 6]| {
            let numbers: ArrayRef = Arc::new(Int64Array::from(numbers.to_vec()));
            let texts: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
            let none: ArrayRef = Arc::new(StringArray::new_null(6));
            let columns = [("number", numbers), ("text", texts), ("nothing", none)];
            let columns = columns.map(|(name, array)| (name, array, true));
            RecordBatch::try_from_iter_with_nullable(columns).unwrap()
        };
        let (a, b, c) = (Some("a"), Some("bb"), Some(""));
        let one = batch(
            [Some(1), None, Some(3), Some(4), Some(5), None],
            [a, b, None, c, a, b],
        );
        let two = batch([None; 6], [None, c, b, a, None, a]);
        let batches = [&one, &two];
        let gather = Gather::new(one.schema(), &batches);
        assert!(gather.columns[2].is_none() && gather.columns[1].is_some());
        let single = [(1, 2), (0, 2), (0, 0), (1, 0), (0, 1), (0, 0)];
        let runs: Vec<_> = [(1, 0..6), (0, 0..5), (1, 3..6), (0, 1..6)]
            .into_iter()
            .flat_map(|(batch, rows)| rows.map(move |row| (batch, row)))
            .collect();
        assert!(runs.len() > 4 * super::WORTH_A_RUN);
        for places in [&single[..], &single[..1], &runs] {
            let found = gather.rows(places).unwrap();
            assert_eq!(found, interleave_record_batch(&batches, places).unwrap());
        }
        assert_eq!(gather.rows(&[]).unwrap().num_rows(), 0);
    }
}
