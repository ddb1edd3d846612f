//! A table whose rows are those of the case that runs: plans that read it serve every case of a model.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::{MemTable, TableType};
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use std::sync::{Arc, Mutex, PoisonError};

/// A table with columns that stay and rows that change.
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
}

#[async_trait]
impl TableProvider for CaseTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rows = self.rows.lock().map(|rows| rows.clone());
        let rows = rows.unwrap_or_else(|poisoned| poisoned.into_inner().clone());
        let table = MemTable::try_new(self.schema.clone(), vec![rows])?;
        table.scan(state, projection, filters, limit).await
    }
}
