//! A table of the lake as DataFusion reads it.
//!
//! The files come from the table's log, so nothing is listed. Where their rows lie in order they are
//! read in ranges of people; else files of one shard stay together.

use super::ranges::Ranges;
use crate::error::{Context, Result};
use crate::lake::{DataFile, Lake, Table};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Result as DataFusionResult, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::ParquetRowSelection;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use parquet::arrow::arrow_reader::RowSelection;
use std::collections::HashMap;
use std::sync::Arc;
use url::Url;

/// The address under which a session knows the lake's object store.
pub(super) fn store_url() -> Result<Url> {
    Url::parse("lake://tables").data(|| "cannot name the lake's store")
}

/// One version of a table, or some of its rows.
#[derive(Debug)]
pub(crate) struct LakeTable {
    lake: Lake,
    schema: SchemaRef,
    files: Vec<DataFile>,
    /// The rows that are read of files of which not all that count are, by path.
    picked: HashMap<String, RowSelection>,
}

/// Rows of a file to be read.
#[derive(Debug)]
pub(crate) struct PickedRows {
    file: DataFile,
    rows: Option<RowSelection>,
}

impl PickedRows {
    /// All rows of a file that count.
    pub(crate) fn all(file: &DataFile) -> Self {
        PickedRows {
            file: file.clone(),
            rows: None,
        }
    }

    /// Those at these positions of a file, ascending, whether or not they count.
    pub(crate) fn some(file: &DataFile, positions: Vec<u32>) -> Self {
        let written = usize::try_from(file.written_rows()).unwrap_or(usize::MAX);
        let count = positions.len() as u64;
        let ranges = positions.into_iter().map(|at| at as usize..at as usize + 1);
        PickedRows {
            file: DataFile {
                rows: count,
                ..file.clone()
            },
            rows: Some(RowSelection::from_consecutive_ranges(ranges, written)),
        }
    }
}

impl LakeTable {
    /// The files of `table` at its version.
    pub(crate) fn new(lake: &Lake, table: &Table) -> Self {
        Self::of_files(lake, &table.schema, table.files.clone())
    }

    /// These files of `lake`, with these columns.
    pub(crate) fn of_files(lake: &Lake, schema: &SchemaRef, files: Vec<DataFile>) -> Self {
        LakeTable {
            lake: lake.clone(),
            schema: viewed(schema),
            files,
            picked: HashMap::new(),
        }
    }

    /// These rows of files of `lake`, with these columns. Each file comes once.
    pub(crate) fn of_picked(lake: &Lake, schema: &SchemaRef, rows: Vec<PickedRows>) -> Self {
        let mut picked = HashMap::new();
        let mut files = Vec::with_capacity(rows.len());
        for PickedRows { file, rows } in rows {
            picked.extend(rows.map(|rows| (file.path.clone(), rows)));
            files.push(file);
        }
        LakeTable {
            picked,
            ..Self::of_files(lake, schema, files)
        }
    }

    /// What is read of a file: the rows that were picked, else those that count.
    fn part(&self, file: &DataFile) -> PartitionedFile {
        let part = PartitionedFile::new(file.path.clone(), file.size);
        let picked = self.picked.get(&file.path).cloned();
        match picked.or_else(|| file.removed.selection(file.written_rows())) {
            Some(rows) => part.with_extension(ParquetRowSelection::new(rows)),
            None => part,
        }
    }

    fn statistics(&self, schema: &SchemaRef) -> Statistics {
        let rows: u64 = self.files.iter().map(|f| f.rows).sum();
        let mut statistics = Statistics::new_unknown(schema);
        statistics.num_rows = Precision::Exact(usize::try_from(rows).unwrap_or(usize::MAX));
        statistics
    }

    /// Spreads files over `wanted` groups of about equal size, without splitting the order.
    fn groups(&self, wanted: usize) -> Vec<FileGroup> {
        let total: u64 = self.files.iter().map(|f| f.size).sum();
        let share = total / wanted.max(1) as u64 + 1;
        let mut groups: Vec<Vec<PartitionedFile>> = vec![Vec::new()];
        let mut filled = 0;
        for file in &self.files {
            if filled >= share && groups.len() < wanted {
                groups.push(Vec::new());
                filled = 0;
            }
            filled += file.size;
            if let Some(group) = groups.last_mut() {
                group.push(self.part(file));
            }
        }
        groups.into_iter().map(FileGroup::new).collect()
    }
}

/// Text is read as views, which DataFusion compares and groups without copying.
fn viewed(schema: &SchemaRef) -> SchemaRef {
    let fields: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => Arc::new(Field::new(
                field.name(),
                DataType::Utf8View,
                field.is_nullable(),
            )),
            _ => field.clone(),
        })
        .collect();
    Arc::new(Schema::new(fields))
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.statistics(&self.schema))
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> DataFusionResult<Vec<TableProviderFilterPushDown>> {
        // The reader skips row groups by their statistics; DataFusion still applies the filter.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> DataFusionResult<Arc<dyn ExecutionPlan>> {
        // Page checksums would not do: Parquet's writer makes none.
        let verified = self.lake.verify_files(&self.files).await;
        verified.map_err(|e| DataFusionError::External(Box::new(e)))?;
        let source = Arc::new(ParquetSource::new(self.schema.clone()));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse("lake://tables")?, source);
        let threads = state.config().target_partitions();
        let config = match Ranges::of(&self.files, &self.schema, threads, |file| self.part(file)) {
            Some(ranges) => config
                .with_file_groups(ranges.groups)
                .with_output_partitioning(ranges.partitioning)
                .with_output_ordering(ranges.order.into_iter().collect()),
            None => config.with_file_groups(self.groups(threads)),
        };
        let config = config
            .with_statistics(self.statistics(&self.schema))
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        ParquetFormat::default()
            .create_physical_plan(state, config)
            .await
    }
}
