//! Rows that a part of a plan lost and got, and plans that read some rows in the place of a part.

use super::node_result::NodeResult;
use crate::engine::Engine;
use crate::error::{Context, Result};
use crate::lake::row_hashes;
use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result as DataFusionResult, TableReference};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Projection};
use futures::TryStreamExt;
use std::collections::HashMap;
use std::sync::Arc;

/// Parts of more rows are not compared row by row.
const MOST_ROWS: usize = 100_000;

/// The name of the rows that are read in the place of the part with this number.
fn name(part: usize) -> TableReference {
    TableReference::bare(format!("populace part {part}"))
}

fn column_name(at: usize) -> String {
    format!("c{at}")
}

/// A plan that reads rows of the same columns, which [`with_rows`] puts in, in the place of a part.
pub(super) fn in_place_of(part: &LogicalPlan, number: usize) -> Option<LogicalPlan> {
    let none = Arc::new(MemTable::try_new(schema_of(part.schema()), vec![Vec::new()]).ok()?);
    let scan = LogicalPlanBuilder::scan(name(number), provider_as_source(none), None);
    renamed(&scan.ok()?.build().ok()?, part)
}

/// The columns of a part, with names that say nothing.
fn schema_of(part: &DFSchema) -> SchemaRef {
    let fields = part.fields().iter().enumerate();
    let fields =
        fields.map(|(at, field)| Field::new(column_name(at), field.data_type().clone(), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// A plan with the names that the columns of `like` have; None when they are of other types.
pub(super) fn renamed(plan: &LogicalPlan, like: &LogicalPlan) -> Option<LogicalPlan> {
    let (own, names) = (plan.schema(), like.schema());
    let types = |schema: &DFSchema| -> Vec<_> {
        let fields = schema.fields().iter();
        fields.map(|field| field.data_type().clone()).collect()
    };
    if types(own) != types(names) {
        return None;
    }
    let columns = own.columns().into_iter().zip(names.iter());
    let columns = columns.map(|(column, (of, field))| {
        Expr::Column(column).alias_qualified(of.cloned(), field.name())
    });
    let projection = Projection::try_new(columns.collect(), Arc::new(plan.clone())).ok()?;
    Some(LogicalPlan::Projection(projection))
}

/// A plan with these rows in the place of the part with this number.
///
/// # Errors
/// Data: never in practice.
pub(super) fn with_rows(
    plan: &LogicalPlan,
    number: usize,
    rows: Vec<RecordBatch>,
) -> Result<LogicalPlan> {
    let failed = || "a plan cannot be run over some rows";
    let schema = rows.first().map(RecordBatch::schema);
    let Some(schema) = schema else {
        return Ok(plan.clone());
    };
    let rows = Arc::new(MemTable::try_new(schema, vec![rows]).data(failed)?);
    let name = name(number);
    let replaced: DataFusionResult<_> = plan.clone().transform_up(|node| {
        Ok(match node {
            LogicalPlan::TableScan(mut scan) if scan.table_name == name => {
                scan.source = provider_as_source(Arc::clone(&rows) as _);
                Transformed::yes(LogicalPlan::TableScan(scan))
            }
            other => Transformed::no(other),
        })
    });
    Ok(replaced.data(failed)?.data)
}

/// The rows of a plan, as far as they are compared.
struct PartRows {
    rows: Vec<RecordBatch>,
    hashes: Vec<Vec<u128>>,
    count: usize,
    digest: u128,
}

impl PartRows {
    async fn of(engine: &Engine, place: &str, plan: &LogicalPlan) -> Result<Self> {
        let schema = schema_of(plan.schema());
        let mut all = PartRows {
            rows: Vec::new(),
            hashes: Vec::new(),
            count: 0,
            digest: 0,
        };
        let mut rows = engine.run_optimised(place, plan.clone()).await?;
        while let Some(batch) = rows.try_next().await? {
            let hashes = row_hashes(&batch)?;
            all.count += batch.num_rows();
            all.digest = hashes.iter().copied().fold(all.digest, u128::wrapping_add);
            if all.count <= MOST_ROWS {
                let batch = RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec());
                all.rows.push(batch.data(|| "rows cannot be compared")?);
                all.hashes.push(hashes);
            }
        }
        Ok(all)
    }

    /// Those that are left when each row of `other` takes away one that is alike.
    fn beyond(&self, other: &PartRows) -> Result<Vec<RecordBatch>> {
        let mut taken: HashMap<u128, usize> = HashMap::new();
        for hash in other.hashes.iter().flatten() {
            *taken.entry(*hash).or_default() += 1;
        }
        let mut left = Vec::new();
        for (rows, hashes) in self.rows.iter().zip(&self.hashes) {
            let mut is_left = |hash: &u128| match taken.get_mut(hash) {
                Some(more) if *more > 0 => {
                    *more -= 1;
                    Some(false)
                }
                _ => Some(true),
            };
            let mask: BooleanArray = hashes.iter().map(&mut is_left).collect();
            left.push(filter_record_batch(rows, &mask).data(|| "rows cannot be compared")?);
        }
        Ok(left)
    }
}

/// Rows that a plan lost and got.
pub(super) struct ChangedRows {
    pub(super) gone: Vec<RecordBatch>,
    pub(super) come: Vec<RecordBatch>,
}

impl ChangedRows {
    /// None when the plans make the same rows.
    ///
    /// # Errors
    /// Those of a query.
    pub(super) async fn of(
        engine: &Engine,
        place: &str,
        before: &LogicalPlan,
        now: &LogicalPlan,
    ) -> Result<NodeResult<Option<Self>>> {
        let before = PartRows::of(engine, place, before).await?;
        let now = PartRows::of(engine, place, now).await?;
        if (before.count, before.digest) == (now.count, now.digest) {
            return Ok(Ok(None));
        }
        if before.count.max(now.count) > MOST_ROWS {
            return Ok(Err("a part without people has other rows, and many"));
        }
        Ok(Ok(Some(ChangedRows {
            gone: before.beyond(&now)?,
            come: now.beyond(&before)?,
        })))
    }
}
