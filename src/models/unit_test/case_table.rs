//! A table whose rows are those of the case that runs: plans that read it serve every case of a model.

use crate::error::{Context, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use std::sync::{Arc, Mutex, PoisonError};

/// A table with columns that stay and rows that change. They are looked at when a plan runs.
#[derive(Debug)]
pub(super) struct CaseTable {
    schema: SchemaRef,
    rows: Mutex<Vec<RecordBatch>>,
}

impl CaseTable {
    /// A table without rows.
    pub(super) fn new(schema: SchemaRef) -> Self {
        CaseTable {
            schema,
            rows: Mutex::default(),
        }
    }

    /// Puts rows in the place of those of the case before.
    pub(super) fn give(&self, rows: Vec<RecordBatch>) {
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = rows;
    }

    /// The table as queries read it.
    pub(super) fn provider(self: &Arc<Self>) -> Result<StreamingTable> {
        let rows = Arc::clone(self) as Arc<dyn PartitionStream>;
        StreamingTable::try_new(self.schema.clone(), vec![rows])
            .data(|| "the rows of a case cannot be read")
    }
}

impl PartitionStream for CaseTable {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = futures::stream::iter(rows.clone().into_iter().map(Ok));
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), rows))
    }
}
